"""Whose row each row of a de-identified table is, as keyed hashes, and which rows may be described. Never exported."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from synth_assets.protect.persons import first_rows_of, row_texts
from synth_assets.storage.key import keyed_hash

UNIT_COLUMNS = {
    "row": "The row's place in the de-identified table, from 0",
    "person": "Keyed hash of the person; the row's own number where no person is named",
    "held_out": "Whether no description may see the person, so that attacks can be measured against them",
    "counted": "Whether the row is among the first of its person, as many as may be described",
    "described": "Whether descriptions may read the row: counted, and not held out",
}
_SCHEMA = {
    "row": pl.Int64,
    "person": pl.String,
    "held_out": pl.Boolean,
    "counted": pl.Boolean,
    "described": pl.Boolean,
}


@dataclass(frozen=True, eq=False)
class Units:
    """One row for each row of a de-identified table, in its order, in batches; see ``UNIT_COLUMNS``.

    Attributes:
        read: Reads the de-identified table from its first row on, in batches.
        rows: How many rows it has.
        persons: Whose row each is, shape (rows,); ``None`` where every row is somebody else's.
        counted: Whether each row is among the first of its person, shape (rows,).
        alike: Of rows that are somebody else's each: how many rows alike came before it, shape (rows,); ``None`` where
            nobody is held out, or persons are named.
        hold_out: The share of persons that no description sees, from 0 to below 1.
        key: The project's key.
    """

    read: Callable[[], Iterator[pl.DataFrame]]
    rows: int
    persons: pl.Series | None
    counted: pl.Series
    alike: pl.Series | None
    hold_out: float
    key: bytes

    def batches(self) -> Iterator[pl.DataFrame]:
        """All rows in order; at least one batch."""
        start = 0
        for batch in self.read():
            yield self._of(batch, start)
            start += len(batch)

    def _of(self, batch: pl.DataFrame, start: int) -> pl.DataFrame:
        rows = len(batch)
        places = pl.int_range(start, start + rows, eager=True)
        if self.persons is None:
            names, owners = places.cast(pl.String), self._contents(batch, start)
        else:
            owners = self.persons.slice(start, rows)
            names = _mapped(owners, lambda name: keyed_hash(self.key, "person", name).hex()[:32], pl.String)
        aside = pl.repeat(value=False, n=rows, eager=True)
        if owners is not None and self.hold_out:
            aside = _mapped(owners, lambda name: _is_aside(name, self.hold_out, self.key), pl.Boolean)
        counted = self.counted.slice(start, rows)
        flags = {"held_out": aside, "counted": counted, "described": counted & ~aside}
        return pl.DataFrame({"row": places, "person": names, **flags}, _SCHEMA)

    def _contents(self, batch: pl.DataFrame, start: int) -> pl.Series | None:
        """A name for each row: its content, and how many rows alike came before it."""
        if self.alike is None:
            return None
        return row_texts(list(batch.get_columns())) + self.alike.slice(start, len(batch)).cast(pl.String)


def units(  # noqa: PLR0913 - whose rows, how many of each, how many persons aside, and under which key
    read: Callable[[], Iterator[pl.DataFrame]],
    rows: int,
    persons: pl.Series | None,
    *,
    most: int,
    hold_out: float,
    key: bytes,
) -> Units:
    """Who is described and who is held out.

    Args:
        read: Reads the de-identified table from its first row on, in batches.
        rows: How many it has.
        persons: Whose row each is, shape (rows,); ``None`` where every row is somebody else's.
        most: Of each person so many rows are described, at least 1.
        hold_out: The share of persons that no description sees, from 0 to below 1. Chosen by a keyed hash of the
            person, so that it is the same ones each time; where no person is named, of the row's content and of how
            many rows alike came before it.
        key: The project's key.

    Raises:
        ProtectionError: A row names no person.
    """
    alike = None
    if persons is None:
        counted = pl.repeat(value=True, n=rows, eager=True)
        if hold_out:
            contents = pl.concat([row_texts(list(batch.get_columns())).hash() for batch in read()])
            alike = pl.DataFrame({"content": contents}).select(pl.int_range(pl.len()).over("content")).to_series()
    else:
        counted = first_rows_of(read(), persons, most, key)
    return Units(read, rows, persons, counted, alike, hold_out, key)


def _mapped(persons: pl.Series, value: Callable[[str], object], dtype: type[pl.DataType]) -> pl.Series:
    """A value for each row, worked out once a person."""
    distinct = persons.unique()
    found = pl.Series([value(str(name)) for name in distinct], dtype=dtype)
    return persons.replace_strict(distinct, found, return_dtype=dtype)


def _is_aside(name: str, share: float, key: bytes) -> bool:
    return int.from_bytes(keyed_hash(key, "hold-out", name)[:8], "big") < share * 2**64
