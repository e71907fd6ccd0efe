"""Describe and generate beside DataSynthesizer: the same de-identified A&E table, the same modes, A B A B in one run.

Prints what is measured on, then speed and, beside it, closeness to the original, as Markdown tables.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TypeAlias

from machine import print_machine
from measured import measure
from peers import peer_python, versions

REQUIREMENT = "DataSynthesizer==0.1.13"
MODES = ("random", "independent", "correlated")
HERE = Path(__file__).resolve().parent
TABLE_SEED = 20190401
LEAST_ROWS = 1_000
SPEED = ("CPU s", "ratio", "CPU s after imports", "ratio", "wall s", "peak MB")
CLOSENESS = {"tvd_1": "1-way TVD", "tvd_2": "2-way TVD", "nmi_error": "NMI error"}

Figures: TypeAlias = Mapping[str, float]
"""``wall_s``, ``cpu_s``, ``peak_mb`` (see ``Usage``), ``work_s`` (CPU after imports), and those of ``closeness``."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that are compared.

    Attributes:
        python: The interpreter of its environment.
        script: What it runs; both take the same arguments.
    """

    python: Path
    script: Path


@dataclass(frozen=True, slots=True)
class Result:
    """One mode at one size.

    Attributes:
        rows: Of the mock table that the original was made from.
        mode: How it was described.
        peer: Medians over the peer's runs.
        ours: Medians over ours.
    """

    rows: int
    mode: str
    peer: Figures
    ours: Figures


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    options = _options(arguments)
    peer = peer_python(REQUIREMENT)
    sides = (Side(peer, HERE / "side_datasynthesizer.py"), Side(Path(sys.executable), HERE / "side_synth_assets.py"))
    print_machine()
    print(f"{'peer':<10} {versions(peer, 'DataSynthesizer', 'numpy', 'pandas', 'scikit-learn')}")
    print(f"{'runs':<10} {options.repeats} a mode and side, interleaved; at most {options.max_parents} parent(s)")
    results = [result for rows in options.rows for result in _compare(rows, sides, options)]
    _print_speed(results)
    _print_closeness(results)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=_rows, nargs="+", default=[10_000, 100_000], help="sizes of the mock table")
    parser.add_argument("--modes", choices=MODES, nargs="+", default=MODES)
    parser.add_argument("--max-parents", type=int, default=1, help="correlated mode")
    parser.add_argument("--repeats", type=int, choices=range(1, 101), default=5, metavar="1-100")
    return parser.parse_args(arguments)


def _rows(text: str) -> int:
    digits = text.replace("_", "").replace(",", "")
    if not digits.isdecimal() or int(digits) < LEAST_ROWS:
        message = (
            f"{text!r} is no size to compare at. Allowed: whole numbers from {LEAST_ROWS:,}; fewer lack categories."
        )
        raise argparse.ArgumentTypeError(message)
    return int(digits)


def _compare(rows: int, sides: Sequence[Side], options: argparse.Namespace) -> list[Result]:
    """Every mode at one size; a first round, which is not counted, warms what both sides read."""
    with TemporaryDirectory(prefix="synth-assets-benchmark-") as name:
        folder = Path(name)
        table = [sys.executable, HERE / "ae_table.py", folder, "--rows", str(rows), "--seed", str(TABLE_SEED)]
        measure(table, folder / "log")
        for side in sides:
            _run(side, MODES[0], folder, options.max_parents, seed=0)
        rounds = [_round(sides, folder, options, seed) for seed in range(options.repeats)]
    results = []
    for mode in options.modes:
        peer, ours = (_medians([one[mode][place] for one in rounds]) for place in range(len(sides)))
        results.append(Result(rows, mode, peer, ours))
    return results


def _round(
    sides: Sequence[Side], folder: Path, options: argparse.Namespace, seed: int
) -> dict[str, list[dict[str, float]]]:
    """Each mode once on each side, one side after the other."""
    found = {mode: [_run(side, mode, folder, options.max_parents, seed) for side in sides] for mode in options.modes}
    print(f"Round {seed + 1} of {options.repeats} is done", file=sys.stderr, flush=True)
    return found


def _run(side: Side, mode: str, folder: Path, max_parents: int, seed: int) -> dict[str, float]:
    """One process; its log ends with the CPU seconds that it used after its imports."""
    files = [folder / name for name in ("original.csv", "schema.json", "description.json", "synthetic.csv")]
    settings = ["--mode", mode, "--max-parents", str(max_parents), "--seed", str(seed)]
    used = measure([side.python, side.script, *files, *settings], folder / "log")
    work = float((folder / "log").read_text(encoding="utf-8").split()[-1])
    return asdict(used) | {"work_s": work} | _closeness(folder)


def _closeness(folder: Path) -> dict[str, float]:
    """Of the table that the last run left."""
    files = [folder / name for name in ("original.csv", "synthetic.csv", "schema.json")]
    measure([sys.executable, HERE / "closeness.py", *files], folder / "log")
    return json.loads((folder / "log").read_text(encoding="utf-8").splitlines()[-1])


def _medians(runs: Sequence[Figures]) -> Figures:
    return {figure: median(run[figure] for run in runs) for figure in runs[0]}


def _print_speed(results: Sequence[Result]) -> None:
    _print_header(SPEED)
    for result in results:
        peer, ours = result.peer, result.ours
        cells = []
        for figure in ("cpu_s", "work_s"):
            cells += [f"{peer[figure]:.2f}, {ours[figure]:.2f}", f"{peer[figure] / ours[figure]:.1f} x"]
        cells += [f"{peer['wall_s']:.2f}, {ours['wall_s']:.2f}", f"{peer['peak_mb']:.0f}, {ours['peak_mb']:.0f}"]
        _print_row(result, cells)


def _print_closeness(results: Sequence[Result]) -> None:
    """Each measure of both sides, and what sampling alone would give."""
    _print_header([f"{name} (floor)" for name in CLOSENESS.values()])
    for result in results:
        peer, ours = result.peer, result.ours
        _print_row(result, [f"{peer[one]:.4f}, {ours[one]:.4f} ({peer[f'{one}_floor']:.4f})" for one in CLOSENESS])


def _print_header(names: Sequence[str]) -> None:
    print(
        f"\nDataSynthesizer, Synth Assets:\n\n| rows | mode | {' | '.join(names)} |\n|---:|---|{'---:|' * len(names)}"
    )


def _print_row(result: Result, cells: Sequence[str]) -> None:
    print(f"| {result.rows:,} | {result.mode} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
