"""The command ``synth-assets``: run | up. Thin: everything is done by Dagster and the code location."""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

from dagster import DagsterInstance

from synth_assets.defs.home import prepare_home
from synth_assets.defs.launch import RunResult, run, run_config, select
from synth_assets.errors import SynthAssetsError
from synth_assets.storage.folders import PROJECT_ROOT, DataFolder

DEFAULT_PORT = 3000
MARKS = {"pass": "pass", "warn": "WARN", "fail": "FAIL"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says.

    Returns:
        0, with or without warnings; 1 after an error; 2 for a command line that cannot be read.
    """
    options = _parser().parse_args(arguments)
    try:
        return {"run": _run, "up": _up}[options.command](options)
    except SynthAssetsError as error:
        print(f"synth-assets: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="synth-assets", description="Synthetic tables that can be shared, with evidence."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    running = commands.add_parser("run", help="materialise every asset, with its checks, in this process")
    running.add_argument("--rows", type=_rows, help="rows of the mock table (default: 10,000)")
    running.add_argument(
        "--synthetic-rows",
        type=_rows,
        help="rows of each synthetic table (default: as many as described; random mode: what its config says)",
    )
    running.add_argument("--seed", type=_seed, help="the same seed gives the same tables (default: 20190401)")
    running.add_argument("--select", metavar="SELECTION", help="which assets, in Dagster's syntax, e.g. '+random_ae'")
    up = commands.add_parser("up", help="start the UI and the daemon on this machine")
    up.add_argument("--port", type=_port, default=DEFAULT_PORT, help=f"default: {DEFAULT_PORT}")
    return parser


def _whole(text: str, least: int, most: int, what: str) -> int:
    try:
        number = int(text.replace("_", "").replace(",", ""))
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        message = f"{text!r} is no {what}. Allowed: whole numbers from {least:,} to {most:,}."
        raise argparse.ArgumentTypeError(message)
    return number


def _rows(text: str) -> int:
    return _whole(text, 1, 100_000_000, "number of rows")


def _seed(text: str) -> int:
    return _whole(text, 0, 2**63 - 1, "seed")


def _port(text: str) -> int:
    return _whole(text, 1, 65_535, "port")


def _run(options: argparse.Namespace) -> int:
    folder = DataFolder.from_environment()
    prepare_home(folder)
    from synth_assets.definitions import defs  # noqa: PLC0415 - loading every definition takes seconds

    definitions = defs()
    keys = select(definitions, options.select)
    print(f"Materialising {len(keys)} assets into {folder.warehouse}", flush=True)
    started = time.perf_counter()
    with DagsterInstance.get() as instance:
        result = run(definitions, instance, keys, run_config(keys, definitions, vars(options)), _Progress())
    _print_result(result, folder, time.perf_counter() - started)
    return 0 if result.succeeded else 1


class _Progress:
    """A line a step, as it ends."""

    def __init__(self) -> None:
        self._started: dict[str, float] = {}

    def __call__(self, word: str, step: str) -> None:
        if word == "start":
            self._started[step] = time.perf_counter()
            return
        took = time.perf_counter() - self._started.get(step, time.perf_counter())
        print(f"  {word:>6}  {step}  {took:.1f} s", flush=True)


def _print_result(result: RunResult, folder: DataFolder, seconds: float) -> None:
    print(f"\n{'asset':<34}{'rows':>12}{'seconds':>10}")
    for asset in result.assets:
        rows = "-" if asset.rows is None else f"{asset.rows:,}"
        took = "failed" if asset.failed else f"{asset.seconds or 0:.2f}"
        print(f"{asset.name:<34}{rows:>12}{took:>10}")
    print(f"\n{'check':<6}{'of':<36}figure")
    for check in result.checks:
        print(f"{MARKS[check.verdict]:<6}{check.asset}\n      {check.name}: {check.figure}")
    for error in result.errors:
        print(f"\nERROR {error}", file=sys.stderr)
    counts = {verdict: sum(check.verdict == verdict for check in result.checks) for verdict in MARKS}
    verdicts = f"{counts['pass']} passed, {counts['warn']} warned, {counts['fail']} failed"
    print(f"\n{len(result.assets)} assets; checks: {verdicts}")
    print(f"Took {seconds:.1f} s after imports; run {result.run_id}")
    print(f"Warehouse  {folder.warehouse}\nReports    {folder.reports}\nSynthetic  {folder.snapshot}")
    print(f"UI         synth-assets up, then http://127.0.0.1:{DEFAULT_PORT}")


def _up(options: argparse.Namespace) -> int:
    home = prepare_home(DataFolder.from_environment())
    command = [sys.executable, "-m", "dagster_dg_cli.cli", "dev", "-w", "workspace.yaml"]
    command += ["--host", "127.0.0.1", "--port", str(options.port)]
    print(f"Dagster UI on http://127.0.0.1:{options.port} (home {home}); Ctrl+C stops it", flush=True)
    process = subprocess.Popen(command, cwd=PROJECT_ROOT, env=os.environ)  # noqa: S603 - our own interpreter
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    try:
        return process.wait()
    except KeyboardInterrupt:
        return process.wait()
