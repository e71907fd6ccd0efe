"""The tables of the anonymity benchmark: the A&E table as it is, generalised, with missing values; a large one."""

import argparse
from pathlib import Path

import duckdb
import polars as pl
from ae_table import write_ae_table
from anonymity_columns import DECILE, HIERARCHIES, ORDERED, K

from synth_assets.protect import generalise, hierarchies_from_dict

MISSING_EVERY = {DECILE: 20, ORDERED: 25}
"""One row in so many lacks the value in the third table; a treatment that is missing ends pyCANON."""
LARGE = """
    (h % 2)::tinyint as "Gender",
    (1 + (h >> 8) % 10)::tinyint as "Index of Multiple Deprivation Decile",
    'H' || (100000 + (h >> 16) % 26) as "Hospital ID",
    date '2019-04-01' + ((h >> 24) % 7)::int as "Arrival Date",
    'hours ' || ((h >> 32) % 6) as "Arrival hour range",
    'ages ' || ((h >> 40) % 6) as "Age bracket"
"""


def write_tables(folder: Path, rows: int, seed: int) -> None:
    """Write ``original.csv``, ``generalised.csv`` and ``missing.csv`` into a folder."""
    write_ae_table(rows, seed, folder)
    table = pl.read_csv(folder / "original.csv", try_parse_dates=True)
    generalised = generalise(table, hierarchies_from_dict(HIERARCHIES), k=K).table
    generalised.write_csv(folder / "generalised.csv")
    number = pl.int_range(pl.len())
    generalised.with_columns(
        pl.when(number % every != 0).then(pl.col(column)) for column, every in MISSING_EVERY.items()
    ).write_csv(folder / "missing.csv")


def write_large(path: Path, rows: int) -> None:
    """Write a table of six quasi-identifiers, as many values each as in the A&E table, drawn apart from hashes."""
    with duckdb.connect() as connection:
        numbers = connection.table_function("range", [rows]).project("hash(range) as h")
        numbers.project(LARGE).write_parquet(str(path))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--large-rows", type=int, default=0, help="of large.parquet; 0 for none")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    write_tables(given.folder, given.rows, given.seed)
    if given.large_rows:
        write_large(given.folder / "large.parquet", given.large_rows)
