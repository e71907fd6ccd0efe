"""The original's own rows, drawn with replacement: what sampling alone would leave. CSV in, CSV out.

It takes the arguments of the other sides, and is no release of anything: it copies rows.
"""

import argparse
from pathlib import Path

import polars as pl
from measured import cpu_so_far


def main() -> None:
    """Draw as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("original", type=Path)
    parser.add_argument("schema", type=Path, help="not read")
    parser.add_argument("description", type=Path, help="not written")
    parser.add_argument("synthetic", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    imported = cpu_so_far()
    table = pl.read_csv(given.original, infer_schema=False)
    table.sample(len(table), with_replacement=True, shuffle=True, seed=given.seed).write_csv(given.synthetic)
    print(cpu_so_far() - imported)


if __name__ == "__main__":
    main()
