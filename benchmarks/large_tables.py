"""Tables larger than one would hold in memory: describe a Parquet file in every mode, and generate to Parquet.

Each in a process of its own; prints what is measured on, then CPU seconds, wall time and peak memory as a table.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from machine import print_machine
from measured import measure

HERE = Path(__file__).resolve().parent
MODES = ("random", "independent", "correlated")
COLUMNS = """
    (minutes % 181)::bigint as "minutes",
    round(minutes * 3.7 + noise % 500, 2)::double as "cost",
    't' || (minutes // 23) as "treatment",
    case when noise % 2 = 0 then 'F' else 'M' end as "gender",
    (1 + noise % 10)::bigint as "decile",
    case when noise % 97 = 0 then null else 'h' || (noise % 31) end as "hospital",
    date '2019-04-01' + (noise % 365)::int as "day",
    noise % 3 = 0 as "admitted"
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000, help="rows of the table of 8 columns")
    parser.add_argument("--synthetic-rows", type=int, default=10_000_000, help="rows to generate")
    parser.add_argument("--max-parents", type=int, default=2, help="correlated mode")
    options = parser.parse_args(arguments)
    print_machine()
    with TemporaryDirectory(prefix="synth-assets-benchmark-") as name:
        folder = Path(name)
        _make_table(folder / "table.parquet", options.rows)
        size = (folder / "table.parquet").stat().st_size / 1e6
        print(f"{'table':<10} {options.rows:,} rows x 8 columns, {size:,.0f} MB of Parquet")
        print("\n| what | CPU s | wall s | peak MB |\n|---|---:|---:|---:|")
        for mode in MODES:
            _measure(f"describe, {mode}", folder, ["describe", mode, str(options.max_parents)])
        rows = str(options.synthetic_rows)
        _measure(f"generate {options.synthetic_rows:,} rows to Parquet", folder, ["generate", "correlated", rows])


def _make_table(path: Path, rows: int) -> None:
    """Numbers from hashes, so that the table is the same each time."""
    with duckdb.connect() as connection:
        numbers = connection.table_function("range", [rows])
        hashed = numbers.project(f"hash(range) % 181 as minutes, hash(range + {rows}) % 1000003 as noise")
        hashed.project(COLUMNS).write_parquet(str(path))


def _measure(what: str, folder: Path, arguments: Sequence[str]) -> None:
    used = measure([sys.executable, HERE / "side_large_tables.py", folder, *arguments], folder / "log")
    print(f"| {what} | {used.cpu_s:.1f} | {used.wall_s:.1f} | {used.peak_mb:.0f} |", flush=True)


if __name__ == "__main__":
    main()
