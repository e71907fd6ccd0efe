"""The whole pipeline, ``synth-assets run`` in a data folder of its own, at several sizes: time and peak memory.

Real London postcodes are used where ``../shared/data`` holds them, else mock ones.
"""

import argparse
import re
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TypeAlias

from machine import print_machine
from measured import measure

PROJECT = Path(__file__).resolve().parents[1]
POSTCODES = PROJECT.parent / "shared" / "data" / "London postcodes.csv.gz"
COMMAND = Path(sysconfig.get_path("scripts")) / "synth-assets"
AFTER_IMPORTS = re.compile(r"Took ([\d.]+) s after imports")

Figures: TypeAlias = Mapping[str, float]
"""``wall_s``, ``cpu_s``, ``peak_mb`` (see ``Usage``) and ``after_imports_s``, wall time as the command tells it."""

UNITS = {"wall_s": "s", "after_imports_s": "s after imports", "peak_mb": "MB"}
GOALS: Mapping[int, Figures] = {10_000: {"after_imports_s": 10}, 1_000_000: {"wall_s": 120, "peak_mb": 2_000}}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    options = _options(arguments)
    print_machine()
    print(f"{'postcodes':<10} {f'real ({POSTCODES.name})' if POSTCODES.exists() else 'mock'}")
    print(f"{'runs':<10} {options.repeats} a size, medians", flush=True)
    lines = []
    for rows in options.rows:
        runs = [_run(rows, options) for _ in range(options.repeats)]
        lines.append(_line(rows, {figure: median(run[figure] for run in runs) for figure in runs[0]}))
    print("\n| rows | wall s | of it after imports | CPU s | peak MB | goal |\n|---:|---:|---:|---:|---:|---|")
    print("\n".join(lines))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 1_000_000], help="rows of the mock table")
    parser.add_argument("--synthetic-rows", type=int, help="rows of each synthetic table (default: the run's own)")
    parser.add_argument("--repeats", type=int, choices=range(1, 101), default=1, metavar="1-100")
    parser.add_argument("--show", action="store_true", help="print what each run prints")
    return parser.parse_args(arguments)


def _run(rows: int, options: argparse.Namespace) -> dict[str, float]:
    """One run from nothing."""
    command = [COMMAND, "run", "--rows", str(rows)]
    if options.synthetic_rows:
        command += ["--synthetic-rows", str(options.synthetic_rows)]
    with TemporaryDirectory(prefix="synth-assets-benchmark-") as name:
        data, log = Path(name) / "data", Path(name) / "log"
        (data / "input").mkdir(parents=True)
        if POSTCODES.exists():
            (data / "input" / POSTCODES.name).symlink_to(POSTCODES)
        used = measure(command, log, {"SYNTH_ASSETS_DATA_DIR": str(data)})
        said = log.read_text(encoding="utf-8")
    if options.show:
        print(f"\n{rows:,} rows\n{said}", flush=True)
    told = AFTER_IMPORTS.search(said)
    return asdict(used) | {"after_imports_s": float(told[1]) if told else used.wall_s}


def _line(rows: int, used: Figures) -> str:
    figures = f"{used['wall_s']:.1f} | {used['after_imports_s']:.1f} | {used['cpu_s']:.1f} | {used['peak_mb']:.0f}"
    return f"| {rows:,} | {figures} | {_verdict(GOALS.get(rows, {}), used)} |"


def _verdict(goal: Figures, used: Figures) -> str:
    if not goal:
        return "-"
    met = all(used[figure] < limit for figure, limit in goal.items())
    limits = " and ".join(f"{limit:,} {UNITS[figure]}" for figure, limit in goal.items())
    return f"{'met' if met else 'NOT met'}: below {limits}"


if __name__ == "__main__":
    main()
