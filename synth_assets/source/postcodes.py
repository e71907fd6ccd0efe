"""Read a directory of London postcodes in the layout of doogal.co.uk, checked and typed.

Columns are found by name. It must not fetch or invent anything.
"""

from itertools import chain
from pathlib import Path

import polars as pl

from synth_assets.errors import SourceError
from synth_assets.schema import Column, Interval, Schema
from synth_assets.source.deprivation import IMD_EDITIONS, LSOA_CODE, RANK, lsoa_deprivation, number_of_lsoas
from synth_assets.source.postcode_faults import (
    DATE_FORMAT,
    LINE,
    POSTCODE_PATTERN,
    header_faults,
    row_faults,
)

__all__ = ["POSTCODE_PATTERN", "POSTCODE_SCHEMA", "lsoa_deprivation", "read_postcodes"]

POSTCODE_SCHEMA = Schema(
    (
        Column("Postcode", "text", description="Unit postcode, one row each. Royal Mail, through ONS and doogal.co.uk"),
        Column("In Use?", "boolean", description="Whether mail is still delivered to it; terminated postcodes are not"),
        Column("District", "category", nullable=True, description="Name of the London borough. ONS"),
        Column("District Code", "category", nullable=True, description="ONS code of the London borough, E09..."),
        Column(LSOA_CODE, "text", nullable=True, description="Lower layer super output area, E01... . ONS"),
        Column(
            "Lower layer super output area",
            "text",
            nullable=True,
            description="Name of the LSOA, e.g. Camden 012C. ONS",
        ),
        Column(
            RANK,
            "integer",
            domain=Interval(1, max(IMD_EDITIONS.values()), bins=10),
            nullable=True,
            unit="rank",
            description="National rank of the LSOA, 1 = most deprived. MHCLG, English Indices of Deprivation",
        ),
        Column("Introduced", "date", nullable=True, description="First day of the month it came into use. ONS"),
        Column("Terminated", "date", nullable=True, description="First day of the month it ended; none in use. ONS"),
    )
)
"""The columns of the postcode directory, each with where it comes from."""


def read_postcodes(path: Path, *, imd_edition: str = "2019") -> pl.DataFrame:
    """The postcode directory in a CSV file, plain or gzip, with a header.

    Needed are ``Postcode``, ``In Use?``, ``LSOA Code`` and ``Index of Multiple Deprivation``; the other columns of
    ``POSTCODE_SCHEMA`` are null where the file lacks them, and further columns are ignored. Postcodes are brought to
    the form ``AA9A 9AA``. Lines that are empty are passed over.

    Args:
        path: The file, in UTF-8.
        imd_edition: The edition of the Index of Multiple Deprivation that the ranks are from; see ``IMD_EDITIONS``.

    Returns:
        One row a postcode, in the order of the file, with the columns and types of ``POSTCODE_SCHEMA``.

    Raises:
        SourceError: The file cannot be read, or something in it is wrong; every problem is listed, with line numbers.
    """
    lsoas = number_of_lsoas(imd_edition)
    rows, names = _read_text(path)
    faults = list(chain(header_faults(names, POSTCODE_SCHEMA.names), row_faults(rows, lsoas, imd_edition)))
    if faults:
        problems = "".join(f"\n- {fault}" for fault in faults)
        message = f"{path} cannot be used as a postcode directory:{problems}\nCorrect the file, or fetch it again."
        raise SourceError(message)
    return _typed(rows)


def _read_text(path: Path) -> tuple[pl.DataFrame, list[str]]:
    """The columns of ``POSTCODE_SCHEMA`` that the file has, as text with line numbers; and all names of the file."""
    try:
        lines = pl.scan_csv(path, infer_schema=False, glob=False, row_index_name=LINE, row_index_offset=2)
        names = {name.strip(): name for name in lines.collect_schema().names() if name != LINE}
        present = [name for name in POSTCODE_SCHEMA.names if name in names]
        text = [pl.col(names[name]).str.strip_chars().replace("", None).alias(name) for name in present]
        rows = lines.select(LINE, *text).collect()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise SourceError(_unreadable(path, error)) from error
    rows = rows.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in present)) if present else rows
    return rows.with_columns(_standard_form("Postcode")) if "Postcode" in present else rows, list(names)


def _standard_form(column: str) -> pl.Expr:
    """Upper case with one space, where that makes a postcode; else as it is."""
    bare = pl.col(column).str.replace_all(r"\s", "").str.to_uppercase()
    standard = bare.str.replace(r"^(.+)(...)$", "${1} ${2}")
    return pl.when(standard.str.contains(POSTCODE_PATTERN)).then(standard).otherwise(column).alias(column)


def _typed(rows: pl.DataFrame) -> pl.DataFrame:
    typed = {
        "In Use?": pl.col("In Use?") == "Yes",
        RANK: pl.col(RANK).cast(pl.Int64),
        "Introduced": pl.col("Introduced").str.to_date(DATE_FORMAT),
        "Terminated": pl.col("Terminated").str.to_date(DATE_FORMAT),
    }
    return rows.select(
        typed.get(name, pl.col(name)).alias(name) if name in rows.columns else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in POSTCODE_SCHEMA.dtypes.items()
    )


def _unreadable(path: Path, error: Exception) -> str:
    if not path.is_file():
        return f"There is no file {path}. Put the postcode directory there."
    if isinstance(error, pl.exceptions.NoDataError):
        return f"{path} is empty. Allowed: a CSV file with a header and at least one postcode. Fetch it again."
    reason = str(error).strip().split("\n", maxsplit=1)[0].rstrip(".")
    if "more fields" in reason:
        return f"{path} has a line with more fields than the header. Correct the file, or fetch it again."
    if "utf-8" in reason:
        return f"{path} is not in UTF-8. Save it as CSV in UTF-8, or fetch it again."
    if "unexpected end of file" in reason:
        return f"{path} is cut short: its gzip data end too early. Fetch it again."
    return f"{path} cannot be read as CSV: {reason}. Allowed: CSV in UTF-8, plain or gzip. Fetch it again."
