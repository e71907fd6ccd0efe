"""Anonymity of the A&E table beside pyCANON: values, and CPU seconds of whole processes, A B A B in one run.

Prints what is measured on, values and times side by side as Markdown tables, then the project's own figures.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

from anonymity_columns import QUESTIONS
from machine import print_machine
from measured import Usage, measure, medians
from peers import peer_python, versions

REQUIREMENT = "pycanon==1.3.6"
HERE = Path(__file__).resolve().parent
TABLE_SEED = 20190401
TABLES = ("original", "generalised", "missing")
TIMED = ("original", "generalised")
OWN = {
    "everything": ("original.csv", "everything of anonymity(), population included", 1.0),
    "k": ("large.parquet", "k of a Parquet file", 10.0),
    "lattice": ("original.csv", "the best node of a lattice, k = 10", 2.0),
}
"""The project's own figures: table, name, goal in seconds of the call."""

Side: TypeAlias = tuple[str | Path, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one process said, and used.

    Attributes:
        usage: Of the whole process.
        said: ``work_s``, CPU seconds after the imports; ``values``, by measure; and of the project ``call_s``.
    """

    usage: Usage
    said: dict[str, Any]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000, help="of the mock admissions")
    parser.add_argument("--large-rows", type=int, default=10_000_000, help="of the table of which only k is asked")
    parser.add_argument("--repeats", type=int, choices=range(1, 101), default=3, metavar="1-100")
    options = parser.parse_args(arguments)
    peer = peer_python(REQUIREMENT, own_versions=True)
    sides: tuple[Side, Side] = ((peer, HERE / "side_pycanon.py"), (sys.executable, HERE / "side_anonymity.py"))
    print_machine()
    print(f"{'peer':<10} {versions(peer, 'pycanon', 'numpy', 'pandas')}")
    print(f"{'runs':<10} {options.repeats} of each question and side, interleaved", flush=True)
    with TemporaryDirectory(prefix="synth-assets-benchmark-") as name:
        folder = Path(name)
        _make(folder, options)
        for side in sides:  # a first run, not counted, compiles
            _ask(side, folder, "generalised.csv", "klt")
        _print_values({table: _values(sides, folder, table) for table in TABLES})
        _print_header("table | what", ("CPU s", "ratio", "CPU s after imports", "ratio", "peak MB"))
        for table in TIMED:
            for question in QUESTIONS:
                _print_times(table, question, _rounds(sides, folder, table, question, options.repeats))
        _print_own(sides[1], folder, options.repeats)


def _make(folder: Path, options: argparse.Namespace) -> None:
    settings = ["--rows", str(options.rows), "--large-rows", str(options.large_rows), "--seed", str(TABLE_SEED)]
    measure([sys.executable, HERE / "anonymity_tables.py", folder, *settings], folder / "log")


def _ask(side: Side, folder: Path, table: str, question: str) -> Answer:
    """One process; its log ends with a JSON line."""
    usage = measure([*side, folder / table, question], folder / "log")
    return Answer(usage, json.loads((folder / "log").read_text(encoding="utf-8").splitlines()[-1]))


def _values(sides: Sequence[Side], folder: Path, table: str) -> list[dict[str, Any]]:
    """What each side says of one table."""
    found = [
        {
            name: value
            for one in ("all", "ordered")
            for name, value in _ask(side, folder, f"{table}.csv", one).said["values"].items()
        }
        for side in sides
    ]
    print(f"Values of the table {table!r} are there", file=sys.stderr, flush=True)
    return found


def _rounds(sides: Sequence[Side], folder: Path, table: str, question: str, repeats: int) -> list[list[Answer]]:
    """The answers of each side, taken in turn."""
    rounds = [[_ask(side, folder, f"{table}.csv", question) for side in sides] for _ in range(repeats)]
    return [list(answers) for answers in zip(*rounds, strict=True)]


def _print_values(found: dict[str, list[dict[str, Any]]]) -> None:
    _print_header("measure", TABLES)
    for measured in found[TABLES[0]][0]:
        cells = [", ".join(_shown(side[measured]) for side in found[table]) for table in TABLES]
        print(f"| {measured} | {' | '.join(cells)} |")


def _shown(value: object) -> str:
    return f"{value:.6f}" if isinstance(value, float) else "none" if value is None else str(value)


def _print_times(table: str, question: str, answers: Sequence[Sequence[Answer]]) -> None:
    peer, ours = (medians([one.usage for one in side]) for side in answers)
    peer_work, our_work = (median(one.said["work_s"] for one in side) for side in answers)
    cells = [
        f"{peer.cpu_s:.2f}, {ours.cpu_s:.2f}",
        f"{peer.cpu_s / ours.cpu_s:.1f} x",
        f"{peer_work:.2f}, {our_work:.2f}",
        f"{peer_work / our_work:.1f} x",
        f"{peer.peak_mb:.0f}, {ours.peak_mb:.0f}",
    ]
    print(f"| {table} | {QUESTIONS[question]} | {' | '.join(cells)} |", flush=True)


def _print_own(side: Side, folder: Path, repeats: int) -> None:
    """Seconds of the call alone against their goals, and of the whole process."""
    print("\nSynth Assets alone:\n\n| what | of | call s | process CPU s | peak MB | goal |")
    print("|---|---|---:|---:|---:|---|")
    for question, (table, what, goal) in OWN.items():
        answers = [_ask(side, folder, table, question) for _ in range(repeats)]
        used, call = medians([one.usage for one in answers]), median(one.said["call_s"] for one in answers)
        told = ", ".join(
            f"{name} {value:,}" if isinstance(value, int) and not isinstance(value, bool) else f"{name} {value}"
            for name, value in answers[0].said["values"].items()
        )
        met = "met" if call <= goal else "NOT met"
        print(
            f"| {what} | {told} | {call:.2f} | {used.cpu_s:.2f} | {used.peak_mb:.0f} | {met}: at most {goal:g} s |",
            flush=True,
        )


def _print_header(first: str, names: Sequence[str]) -> None:
    print(f"\npyCANON, Synth Assets:\n\n| {first} | {' | '.join(names)} |")
    print(f"|{'---|' * len(first.split('|'))}{'---:|' * len(names)}", flush=True)


if __name__ == "__main__":
    main()
