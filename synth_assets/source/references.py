"""The small reference lists that the user can edit: hospitals, treatments and genders.

It reads and checks them. It must not fall back to lists of its own.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from synth_assets.errors import SourceError

HOSPITALS_FILE = "hospitals.csv"
TREATMENTS_FILE = "treatments.csv"
GENDERS_FILE = "genders.csv"


@dataclass(frozen=True, slots=True)
class References:
    """What the mock admissions choose from.

    Attributes:
        hospitals: Names, each once.
        treatments: Names, each once.
        genders: Names, each once.
        gender_shares: The share of patients of each gender, at least 0, summing to 1.
    """

    hospitals: tuple[str, ...]
    treatments: tuple[str, ...]
    genders: tuple[str, ...]
    gender_shares: tuple[float, ...]


def read_references(folder: Path) -> References:
    """The reference lists of a folder.

    ``hospitals.csv`` needs a column ``Hospital``, ``treatments.csv`` a column ``Treatment`` and ``genders.csv`` the
    columns ``Gender`` and ``Weight`` (any numbers of at least 0, in proportion to the patients); others are ignored.

    Raises:
        SourceError: A file is missing, empty or not CSV in UTF-8, lacks a column, or has an empty cell, a value twice
            or a weight that is not one.
    """
    genders = _read(folder / GENDERS_FILE, "Gender", "Weight")
    return References(
        hospitals=_names(_read(folder / HOSPITALS_FILE, "Hospital"), folder / HOSPITALS_FILE),
        treatments=_names(_read(folder / TREATMENTS_FILE, "Treatment"), folder / TREATMENTS_FILE),
        genders=_names(genders.select("Gender"), folder / GENDERS_FILE),
        gender_shares=_shares(genders["Weight"], folder / GENDERS_FILE),
    )


def _read(path: Path, *columns: str) -> pl.DataFrame:
    try:
        table = pl.read_csv(path, infer_schema=False, glob=False)
    except pl.exceptions.NoDataError:
        table = pl.DataFrame()
    except FileNotFoundError as error:
        message = f"There is no file {path}. Put it back, with the columns {', '.join(columns)}."
        raise SourceError(message) from error
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).strip().split("\n", maxsplit=1)[0].rstrip(".")
        message = f"{path} cannot be read: {reason}. Allowed: CSV in UTF-8 with the columns {', '.join(columns)}."
        raise SourceError(message) from error
    table = table.rename(str.strip)
    missing = [column for column in columns if column not in table.columns]
    if missing:
        has = ", ".join(table.columns) or "none"
        message = f"{path} lacks the columns {', '.join(missing)}. It has: {has}. Give them those names."
        raise SourceError(message)
    filled = table.filter(pl.any_horizontal(pl.all().is_not_null()))
    return filled.select(pl.col(column).str.strip_chars().replace("", None) for column in columns)


def _names(table: pl.DataFrame, path: Path) -> tuple[str, ...]:
    names = table.to_series()
    if not len(names):
        message = f"{path} lists no {names.name.lower()}. Give at least one."
        raise SourceError(message)
    if names.null_count():
        message = f"{path} has rows without a {names.name.lower()} ({names.null_count()}). Fill or remove them."
        raise SourceError(message)
    repeated = names.filter(names.is_duplicated()).unique(maintain_order=True).to_list()
    if repeated:
        message = f"{path} lists more than once: {', '.join(repeated)}. List each {names.name.lower()} once."
        raise SourceError(message)
    return tuple(names.to_list())


def _shares(weights: pl.Series, path: Path) -> tuple[float, ...]:
    numbers = weights.cast(pl.Float64, strict=False)
    bad = weights.filter((numbers.is_finite() & (numbers >= 0)).fill_null(value=False).not_()).to_list()
    if bad:
        shown = ", ".join("(empty)" if weight is None else repr(weight) for weight in bad)
        message = f"{path} has weights that are not allowed: {shown}. Allowed: numbers of at least 0."
        raise SourceError(message)
    total = float(numbers.sum())
    if not 0 < total < math.inf:
        message = f"The weights of {path} sum to {total:g}. Allowed: a number above 0."
        raise SourceError(message)
    return tuple(weight / total for weight in numbers)
