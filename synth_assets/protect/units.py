"""Whose row each row of a de-identified table is, as keyed hashes, and which rows may be described. Never exported."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from synth_assets.protect.persons import LOT, PERSON, Owners, row_texts
from synth_assets.protect.places import places_within
from synth_assets.storage.key import keyed_hashes

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
        persons: Whose row each is; ``None`` where every row is somebody else's.
        counted: Whether each row is among the first of its person, shape (rows,).
        alike: Of rows that are somebody else's each: how many rows alike came before it, shape (rows,); ``None`` where
            nobody is held out, or persons are named.
        hold_out: The share of persons that no description sees, from 0 to below 1.
        key: The project's key.
    """

    read: Callable[[], Iterator[pl.DataFrame]]
    rows: int
    persons: Owners | None
    counted: pl.Series
    alike: np.ndarray | None
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
            names, lots = places.cast(pl.String), self._lots(batch, start)
        else:
            own = self.persons.hashes.slice(start, rows)
            names, lots = _as_text(own), own[LOT].to_numpy()
        aside = pl.Series(lots < np.uint64(math.ceil(self.hold_out * 2**64)))
        counted = self.counted.slice(start, rows)
        flags = {"held_out": aside, "counted": counted, "described": counted & ~aside}
        return pl.DataFrame({"row": places, "person": names, **flags}, _SCHEMA)

    def _lots(self, batch: pl.DataFrame, start: int) -> np.ndarray:
        """What decides on holding each row out: a keyed hash of its content and of how many rows alike came before."""
        if self.alike is None:
            return np.zeros(len(batch), np.uint64)
        before = pl.Series(self.alike[start : start + len(batch)]).cast(pl.String)
        return keyed_hashes(self.key, "hold-out", row_texts(batch.get_columns()) + before)[:, 0]


def units(  # noqa: PLR0913 - whose rows, how many of each, how many persons aside, and under which key
    read: Callable[[], Iterator[pl.DataFrame]],
    rows: int,
    persons: Owners | None,
    *,
    most: int,
    hold_out: float,
    key: bytes,
) -> Units:
    """Who is described and who is held out.

    Args:
        read: Reads the de-identified table from its first row on, in batches.
        rows: How many it has.
        persons: Whose row each is; ``None`` where every row is somebody else's.
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
            alike = places_within([np.concatenate([_contents(batch) for batch in read()])])
    else:
        counted = pl.Series(persons.first(most))
    return Units(read, rows, persons, counted, alike, hold_out, key)


def _contents(batch: pl.DataFrame) -> np.ndarray:
    """A hash of each row's content, by which rows alike are found; nothing that is kept depends on its value."""
    return row_texts(batch.get_columns()).hash().to_numpy()


def _as_text(hashes: pl.DataFrame) -> pl.Series:
    """Persons as 32 hexadecimal characters each."""
    text = hashes.select(PERSON).to_numpy().astype(">u8").tobytes().hex()
    return pl.Series([text[at : at + 32] for at in range(0, len(text), 32)], dtype=pl.String)
