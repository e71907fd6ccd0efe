"""Whose row each row of a de-identified table is, as keyed hashes, and which rows may be described. Never exported."""

from collections.abc import Callable

import polars as pl

from synth_assets.errors import ProtectionError
from synth_assets.protect.deidentify import Deidentified
from synth_assets.protect.persons import first_rows, row_texts
from synth_assets.storage.key import keyed_hash

UNIT_COLUMNS = {
    "row": "The row's place in the de-identified table, from 0",
    "person": "Keyed hash of the person; the row's own number where no person is named",
    "held_out": "Whether no description may see the person, so that attacks can be measured against them",
    "counted": "Whether the row is among the first of its person, as many as may be described",
    "described": "Whether descriptions may read the row: counted, and not held out",
}


def units(  # noqa: PLR0913 - whose rows, how many of each, how many persons aside, and under which key
    result: Deidentified,
    source: pl.DataFrame,
    *,
    person_column: str | None,
    most: int,
    hold_out: float,
    key: bytes,
) -> pl.DataFrame:
    """One row for each row of the de-identified table, in its order.

    Args:
        result: From ``deidentify``.
        source: The sensitive table that it came from.
        person_column: The column of ``source`` that says whose row each is; ``None`` where every row is somebody
            else's.
        most: Of each person so many rows are described, at least 1.
        hold_out: The share of persons that no description sees, from 0 to below 1. Chosen by a keyed hash of the
            person,
            so that it is the same ones each time; where no person is named, of the row's content and of how many rows
            alike came before it.
        key: The project's key.

    Returns:
        Columns ``row``, ``person``, ``held_out``, ``counted`` and ``described``; see ``UNIT_COLUMNS``.

    Raises:
        ProtectionError: There is no such column, or a row names no person.
    """
    rows = pl.int_range(len(result.table), eager=True).alias("row")
    if person_column is None:
        persons, counted = _rows_alone(result.table), pl.repeat(value=True, n=len(rows), eager=True)
        names = rows.cast(pl.String)
    else:
        persons = _persons(result, source, person_column)
        counted = first_rows(result.table, persons, most, key)
        names = _mapped(persons, lambda name: keyed_hash(key, "person", name).hex()[:32], pl.String)
    aside = pl.repeat(value=False, n=len(rows), eager=True)
    if hold_out:
        aside = _mapped(persons, lambda name: _is_aside(name, hold_out, key), pl.Boolean)
    flags = {"held_out": aside, "counted": counted, "described": counted & ~aside}
    return pl.DataFrame({"row": rows, "person": names, **flags}, _SCHEMA)


_SCHEMA = {
    "row": pl.Int64,
    "person": pl.String,
    "held_out": pl.Boolean,
    "counted": pl.Boolean,
    "described": pl.Boolean,
}


def _persons(result: Deidentified, source: pl.DataFrame, person_column: str) -> pl.Series:
    if person_column not in source.columns:
        message = (
            f"person_column is {person_column!r}, which the source does not have. Allowed: {', '.join(source.columns)}."
        )
        raise ProtectionError(message)
    return source[person_column].gather(result.sources)


def _rows_alone(table: pl.DataFrame) -> pl.Series:
    """A name for each row: its content, and how many rows alike came before it."""
    content = row_texts(list(table.get_columns()))
    before = pl.DataFrame({"content": content}).select(pl.int_range(pl.len()).over("content")).to_series()
    return content + before.cast(pl.String)


def _mapped(persons: pl.Series, value: Callable[[str], object], dtype: type[pl.DataType]) -> pl.Series:
    """A value for each row, worked out once a person."""
    distinct = persons.unique()
    found = pl.Series([value(str(name)) for name in distinct], dtype=dtype)
    return persons.replace_strict(distinct, found, return_dtype=dtype)


def _is_aside(name: str, share: float, key: bytes) -> bool:
    return int.from_bytes(keyed_hash(key, "hold-out", name)[:8], "big") < share * 2**64
