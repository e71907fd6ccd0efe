"""The command ``synth-assets``. Thin: everything is done by Dagster and the code location."""

import argparse
import shlex
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from dagster import DagsterError, DagsterInstance, Definitions

from synth_assets.components.resources import Workplace
from synth_assets.defs.home import prepare_home
from synth_assets.defs.launch import loaded, of_datasets, release_of, run, run_config, select
from synth_assets.defs.output import patient_output
from synth_assets.defs.results import RunResult, told_of
from synth_assets.defs.serve import HOST, refuse_taken, serve
from synth_assets.defs.stale_runs import end_stale_runs
from synth_assets.defs.unmade import forget, tidy_snapshot, unmade
from synth_assets.errors import LedgerError, SynthAssetsError
from synth_assets.ledger import Ledger
from synth_assets.ledger.accounting import epsilon_of
from synth_assets.policy import load_policy
from synth_assets.release.withdraw import withdraw
from synth_assets.storage.folders import DataFolder
from synth_assets.storage.key import project_key

DEFAULT_PORT = 3000
MARKS = {"pass": "pass", "warn": "WARN", "fail": "FAIL", "not run": "none"}
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says.

    Returns:
        0, with or without warnings; 1 after an error, also in the command line; 130 when interrupted. Whether anybody
        reads what is printed does not matter.
    """
    with patient_output():
        return _main(arguments)


def _main(arguments: Sequence[str] | None) -> int:
    try:
        options = _parser().parse_args(arguments)
        return _COMMANDS[options.command](options)
    except (SynthAssetsError, DagsterError) as error:
        print(f"synth-assets: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("synth-assets: interrupted. Every table is whole: the old one or the new one.", file=sys.stderr)
        return INTERRUPTED
    except SystemExit as stop:
        return int(stop.code or 0)


class _Parser(argparse.ArgumentParser):
    """Ends with 1 where the command line cannot be read, as after any other error."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(1, f"synth-assets: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="synth-assets", description="Synthetic tables that can be shared, with evidence.")
    commands = parser.add_subparsers(dest="command", required=True)
    running = commands.add_parser("run", help="materialise every asset, with its checks, in this process")
    running.add_argument("dataset", nargs="*", help="only these, with all that they are made from (default: all)")
    running.add_argument("--rows", type=_count, help="rows of the mock table (default: 10,000)")
    running.add_argument(
        "--patients", type=_count, help="patients of the mock table, who then come back (default: one a row)"
    )
    running.add_argument(
        "--synthetic-rows",
        type=_count,
        help="rows of each synthetic table (default: as many as described; random mode: what its config says)",
    )
    running.add_argument("--seed", type=_seed, help="the same seed gives the same tables (default: 20190401)")
    running.add_argument("--select", metavar="SELECTION", help="which assets, in Dagster's syntax: +key:random_ae")
    new = commands.add_parser("new", help="draft the YAML of a table of your own, for you to review")
    new.add_argument("name", help="what the dataset is to be called, in small letters")
    new.add_argument("path", nargs="?", help="a CSV or Parquet file, several with * in the name, or a DuckDB file")
    new.add_argument("--table", help="the table in a DuckDB file or in Postgres")
    new.add_argument("--postgres", metavar="VARIABLE", help="the environment variable that holds the connection")
    check = commands.add_parser("check", help="check the YAML of all datasets, or of some; no table is read")
    check.add_argument("path", nargs="*", type=Path, help="files or folders (default: every dataset of the project)")
    up = commands.add_parser("up", help="start the UI and the daemon on this machine")
    up.add_argument("--port", type=_port, default=DEFAULT_PORT, help=f"default: {DEFAULT_PORT}")
    up.add_argument("--read-only", action="store_true", help="a second UI for viewers, which can change nothing")
    release = commands.add_parser("release", help="release what passed of a dataset, with its evidence")
    release.add_argument("dataset", nargs="?", default="ae", help="the dataset's name (default: ae)")
    release.add_argument("--policy", default="internal", help="the policy that it must keep besides its own")
    release.add_argument(
        "--mode", choices=("independent", "correlated"), help="which counting mode (default: correlated)"
    )
    forget = commands.add_parser("forget", help="drop tables that no asset makes any more")
    forget.add_argument("table", nargs="+", help="the table's name; run names those that there are")
    withdraw = commands.add_parser("withdraw", help="take a release back; a tombstone stays in its place")
    withdraw.add_argument("dataset", help="the dataset's name")
    withdraw.add_argument("release", help="the release's id, the name of its folder")
    withdraw.add_argument("--reason", required=True, help="why; the tombstone says it")
    budget = commands.add_parser("budget", help="show a dataset's privacy budget, or raise it with a reason")
    budget.add_argument("dataset", help="the dataset's name, as in its YAML")
    budget.add_argument("--epsilon", type=float, help="the new budget: the epsilon of all descriptions together")
    budget.add_argument("--reason", default="", help="why it is raised; the ledger keeps it")
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


def _count(text: str) -> int:
    return _whole(text, 1, 100_000_000, "number of rows or patients")


def _seed(text: str) -> int:
    return _whole(text, 0, 2**63 - 1, "seed")


def _port(text: str) -> int:
    return _whole(text, 1, 65_535, "port")


def _new(options: argparse.Namespace) -> int:
    from synth_assets.components.new import new_dataset, where  # noqa: PLC0415 - loads the whole component

    folder = DataFolder.from_environment().prepare()
    entry = where(options.path, options.table, options.postgres, folder.input)
    made = new_dataset(options.name, entry, folder.input, Path(__file__).parent / "defs")
    print(f"{'column':<34}{'type':<10}{'role':<19}why")
    for column in made.found.columns:
        print(f"{column.name:<34}{column.type:<10}{column.role:<19}{column.why}")
    print(
        f"\nDrafted {made.path}\nEvery role is a guess: read the file, put it right, and empty its list 'unreviewed'."
        f"\nThen     synth-assets run {options.name}"
    )
    return 0


def _check(options: argparse.Namespace) -> int:
    from synth_assets.components.faults.checks import faults_of, refuse  # noqa: PLC0415 - loads the whole component

    files, found = faults_of([path.absolute() for path in options.path] or [Path(__file__).parent / "defs"])
    refuse(found)
    print(f"{len(files)} file(s) checked, no fault: {', '.join(str(file) for file in files)}")
    return 0


def _run(options: argparse.Namespace) -> int:
    folder = DataFolder.from_environment()
    prepare_home(folder)
    from synth_assets.definitions import defs  # noqa: PLC0415 - loading every definition takes seconds

    definitions = loaded(defs)
    if options.dataset and options.select:
        message = f"Both datasets ({', '.join(options.dataset)}) and --select are given. Give one of the two."
        raise SynthAssetsError(message)
    keys = of_datasets(definitions, options.dataset) if options.dataset else select(definitions, options.select)
    print(f"Materialising {len(keys)} assets into {folder.warehouse}", flush=True)
    started = time.perf_counter()
    with DagsterInstance.get() as instance:
        end_stale_runs(instance)
        result = run(definitions, instance, keys, run_config(keys, definitions, vars(options)), _Progress())
    _print_result(result, folder, time.perf_counter() - started)
    _print_unmade(definitions)
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
        took = f"{asset.seconds:.2f}" if asset.state == "made" and asset.seconds is not None else asset.state
        print(f"{asset.name:<34}{rows:>12}{took:>10}")
    print("\ncheck, and the figure behind it")
    for check in result.checks:
        print(
            f"{MARKS[check.verdict]:<6}{check.asset}: {check.name}" + (f"\n      {check.figure}" * bool(check.figure))
        )
    sys.stdout.flush()
    for error in result.errors:
        print(f"\nERROR {error}", file=sys.stderr)
    made = sum(asset.state == "made" for asset in result.assets)
    counts = {verdict: sum(check.verdict == verdict for check in result.checks) for verdict in MARKS}
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    print(f"\n{made} of {len(result.assets)} assets made; checks: {verdicts}")
    print(f"Took {seconds:.1f} s after imports; run {result.run_id}")
    print(f"Warehouse  {folder.warehouse}\nReports    {folder.reports}\nSynthetic  {folder.snapshot}")
    print(f"UI         synth-assets up, then http://{HOST}:{DEFAULT_PORT}")


def _print_unmade(definitions: Definitions) -> None:
    """What stays of datasets that are gone; readers find none of it."""
    tidy_snapshot(definitions, Workplace())
    left = unmade(definitions, Workplace().warehouse)
    if left:
        print(f"\nNo asset makes these tables any more: {', '.join(left)}")
        print(f"They stay until  synth-assets forget {shlex.join(left)}")


def _forget(options: argparse.Namespace) -> int:
    prepare_home(DataFolder.from_environment())
    from synth_assets.definitions import defs  # noqa: PLC0415 - loading every definition takes seconds

    gone = forget(loaded(defs), Workplace(), options.table)
    print(f"Dropped {', '.join(map(str, gone))}. The ledger and releases stand as they were.")
    return 0


def _release(options: argparse.Namespace) -> int:
    prepare_home(DataFolder.from_environment())
    from synth_assets.definitions import defs  # noqa: PLC0415 - loading every definition takes seconds

    definitions = loaded(defs)
    keys, job = release_of(definitions, options.dataset)
    config = run_config(keys, definitions, {})
    load_policy(options.policy)  # for its message, before anything is started
    chosen = {"policy": options.policy} | ({"mode": options.mode} if options.mode else {})
    config["ops"][keys[0].to_user_string()] = {"config": chosen}
    with DagsterInstance.get() as instance:
        result = run(definitions, instance, keys, config, lambda *_: None, job=job)
        told = told_of(instance, result.run_id, keys[0])
    for check in result.checks:
        print(f"{MARKS[check.verdict]:<6}{check.name}" + (f"\n      {check.figure}" * bool(check.figure)))
    for error in result.errors:
        print(f"\nERROR {error}", file=sys.stderr)
    if result.succeeded:
        print(f"\nReleased   {told['released to']}\nDigest     {told['manifest digest (SHA-256)']}")
        print(f"Verify it  {told['verify it']}")
    return 0 if result.succeeded else 1


def _withdraw(options: argparse.Namespace) -> int:
    folder = DataFolder.from_environment().prepare()
    now = datetime.now(UTC)
    gone = withdraw(folder.published, options.dataset, options.release, options.reason, now, folder.released)
    print(
        f"Withdrawn: {gone.path} holds a tombstone. What was copied elsewhere cannot be called back: tell who has it."
    )
    return 0


def _budget(options: argparse.Namespace) -> int:
    folder = DataFolder.from_environment()
    ledger = Ledger(folder.ledger, project_key(folder.state))
    ledger.refuse_unless_intact()
    entries = ledger.entries(options.dataset)
    if not entries:
        message = (
            f"The ledger holds nothing of {options.dataset!r}. Its first differentially private description opens a "
            "budget, with what its YAML declares under 'privacy'."
        )
        raise LedgerError(message)
    if options.epsilon is not None:
        delta = entries[-1].budget_delta
        entries.append(ledger.raise_budget(options.dataset, options.epsilon, delta, reason=options.reason))
    print(f"{'row':>5}  {'what':<6}{'mode':<13}{'epsilon':>9}{'in all':>9}{'budget':>9}  when, why")
    for entry in entries:
        epsilons = (entry.epsilon, entry.cumulative_epsilon, entry.budget_epsilon)
        shown = "".join(f"{epsilon:>9.4g}" for epsilon in epsilons)
        print(f"{entry.sequence:>5}  {entry.kind:<6}{entry.mode:<13}{shown}  {entry.time} {entry.reason}")
    last = entries[-1]
    left = epsilon_of(max(last.budget_units - last.cumulative_units, 0), last.budget_delta)
    print(
        f"\nA description of up to epsilon {left:.4g} still fits, at delta {last.budget_delta:g}. Budgets never reset."
    )
    return 0


def _up(options: argparse.Namespace) -> int:
    home = prepare_home(DataFolder.from_environment())
    refuse_taken(options.port)
    if not options.read_only:
        _end_stale_runs()
    said = ", for viewing only" if options.read_only else ""
    print(f"Dagster UI on http://{HOST}:{options.port}{said} (home {home}); Ctrl+C stops it", flush=True)
    code = serve(options.port, read_only=options.read_only)
    if not options.read_only:
        _end_stale_runs()  # those that had to be killed
    return code


def _end_stale_runs() -> None:
    with DagsterInstance.get() as instance:
        end_stale_runs(instance)


_COMMANDS = {
    "run": _run,
    "check": _check,
    "new": _new,
    "up": _up,
    "release": _release,
    "withdraw": _withdraw,
    "budget": _budget,
    "forget": _forget,
}
