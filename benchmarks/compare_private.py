"""Differentially private descriptions beside mbi, dpmm and DataSynthesizer: for all one table, epsilon, delta, domain.

Prints what is measured on, a JSON line a run, then time, memory and closeness to the original as Markdown tables.
"""

import argparse
import json
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean, stdev
from tempfile import TemporaryDirectory
from typing import TypeAlias

from contenders import DELTA, EPSILON, HERE, PEERS, Contender, everybody, ours_by_epsilon
from machine import PACKAGES, machine
from measured import Ended, measure

TABLES = {"A&E": ("ae_table.py", "--seed", "20190401"), "census-like": ("census_table.py", "--seed", "0")}
REASON_LENGTH = 150
FIGURES = {
    "cpu_s": "CPU s",
    "work_s": "of it after imports",
    "peak_mb": "peak MB",
    "tvd_1": "1-way TVD",
    "tvd_2": "2-way TVD",
    "tvd_2_dependent": "of dependent pairs",
    "tvd_3": "3-way TVD",
    "nmi_error": "NMI error",
}
DIGITS = {"cpu_s": 1, "work_s": 1, "peak_mb": 0}
SPREAD = ("tvd_2", "tvd_3")
"""Figures whose standard deviation over the runs is shown as well."""

Run: TypeAlias = Mapping[str, float]
"""``wall_s``, ``cpu_s``, ``peak_mb`` (see ``Usage``), ``work_s`` (CPU after imports), and those of ``closeness``."""


@dataclass(frozen=True, slots=True)
class Result:
    """One contender on one table.

    Attributes:
        name: The contender's.
        runs: What its runs used and left; none where it failed.
        failed: Why it did, or "".
    """

    name: str
    runs: tuple[Run, ...]
    failed: str = ""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    options = _options(arguments)
    _print_machine()
    print(
        f"{'setting':<10} epsilon {EPSILON:g}, delta {DELTA:g}; at most {options.repeats} runs, for a peer as many as"
    )
    print(f"{'':<10} fit into {options.peer_cpu_s} CPU s, one at least; stopped at {options.most_cpu_s} CPU s")
    for table in options.tables:
        with TemporaryDirectory(prefix="synth-assets-benchmark-") as name:
            folder = Path(name)
            _make(table, folder)
            contenders = [one for one in everybody() if options.only.lower() in one.name.lower()]
            _print_results(table, "who", [_compete(one, table, folder, options) for one in contenders])
            if not options.only:
                grid = [_compete(one, table, folder, options) for one in ours_by_epsilon()]
                _print_results(table, "epsilon | max_parents", grid)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", choices=TABLES, nargs="+", default=list(TABLES))
    parser.add_argument("--only", default="", metavar="TEXT", help="contenders with this in their name")
    parser.add_argument("--repeats", type=int, choices=range(1, 101), default=5, metavar="1-100")
    parser.add_argument("--peer-cpu-s", type=int, default=150, help="no further run of a peer where it would use more")
    parser.add_argument("--most-cpu-s", type=int, default=900, help="a run is stopped here")
    return parser.parse_args(arguments)


def _print_machine() -> None:
    for name, value in machine((*PACKAGES, "opendp")).items():
        print(f"{name:<10} {value}")
    for peer in PEERS:
        try:
            print(f"{'peer':<10} {peer.versions()}", flush=True)
        except SystemExit as error:
            print(f"{'peer':<10} {peer.requirement} cannot be installed: {_reason(error)}", flush=True)


def _make(table: str, folder: Path) -> None:
    script, *settings = TABLES[table]
    measure([sys.executable, HERE / script, folder, *settings], folder / "log")


def _compete(contender: Contender, table: str, folder: Path, options: argparse.Namespace) -> Result:
    """Run after run, each a JSON line of its own; a failure ends it."""
    runs: list[Run] = []
    used = 0.0
    while len(runs) < options.repeats:
        if contender.peer and runs and used + used / len(runs) > options.peer_cpu_s:
            break
        try:
            run = _run(contender, folder, len(runs), options.most_cpu_s)
        except SystemExit as error:
            return Result(contender.name, tuple(runs), _reason(error))
        print(json.dumps({"table": table, "who": contender.name, "seed": len(runs)} | run), file=sys.stderr, flush=True)
        used += run["cpu_s"]
        runs.append(run)
    return Result(contender.name, tuple(runs))


def _run(contender: Contender, folder: Path, seed: int, most_cpu_s: int) -> dict[str, float]:
    """One process; its log ends with the CPU seconds that it used after its imports."""
    files = [folder / name for name in ("original.csv", "schema.json", "description.json", "synthetic.csv")]
    command, *settings = contender.command()
    script, *settings = settings
    limited = ["sh", "-c", f'ulimit -S -t {most_cpu_s}; exec "$@"', "sh", command, script]
    used = measure([*limited, *files, *settings, "--seed", str(seed)], folder / "log")
    work = float((folder / "log").read_text(encoding="utf-8").split()[-1])
    return asdict(used) | {"work_s": work} | _closeness(folder)


def _closeness(folder: Path) -> dict[str, float]:
    """Of the table that the last run left."""
    files = [folder / name for name in ("original.csv", "synthetic.csv", "schema.json")]
    measure([sys.executable, HERE / "closeness.py", *files, "--more"], folder / "log")
    return json.loads((folder / "log").read_text(encoding="utf-8").splitlines()[-1])


def _reason(error: SystemExit) -> str:
    """Why it failed, in a table's cell."""
    if isinstance(error, Ended) and error.code_or_signal == -signal.SIGXCPU:
        return "stopped: too many CPU seconds"
    if isinstance(error, Ended) and error.code_or_signal < 0:
        return f"killed by {signal.Signals(-error.code_or_signal).name}"
    last = (error.end if isinstance(error, Ended) else str(error)).strip().splitlines()[-1:]
    return "".join(last).replace("|", "/")[:REASON_LENGTH]


def _print_results(table: str, label: str, results: Sequence[Result]) -> None:
    print(f"\n{table}:\n\n| {label} | runs | {' | '.join(FIGURES.values())} |")
    print(f"|{'---|' * len(label.split('|'))}---:|{'---:|' * len(FIGURES)}")
    for result in results:
        cells = [_cell(result.runs, figure) for figure in FIGURES] if result.runs else [""] * len(FIGURES)
        failed = f" FAILED: {result.failed}" if result.failed else ""
        print(f"| {result.name}{failed} | {len(result.runs)} | {' | '.join(cells)} |", flush=True)


def _cell(runs: Sequence[Run], figure: str) -> str:
    """The mean, and for some figures the standard deviation over the runs."""
    values = [run[figure] for run in runs]
    mean = f"{fmean(values):.{DIGITS.get(figure, 4)}f}"
    return f"{mean} ± {stdev(values):.4f}" if figure in SPREAD and len(values) > 1 else mean


if __name__ == "__main__":
    main()
