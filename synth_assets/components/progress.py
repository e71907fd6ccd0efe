"""What the log of a run says of long work: how far a table has been read or drawn, and what is being measured."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TypeAlias

import polars as pl

from synth_assets.frames import BatchedTable, Frame, in_order

Say: TypeAlias = Callable[[str], None]

EVERY_S = 5.0
"""Seconds between two lines on one table, at least."""


class Watched:
    """A table in batches that says how far it is; where it is done at once, it says nothing."""

    def __init__(self, table: Frame | BatchedTable, what: str, say: Say, *, of: int | None = None) -> None:
        """Over a table.

        Args:
            table: Any table; see ``in_order``.
            what: What is done, as ``Reading the source``.
            say: Writes a line to the run's log.
            of: How many rows there are, where that is known without a look at the table.
        """
        self._table, self._what, self._say = table, what, say
        self._of = "" if of is None else f" of {of:,}"

    @property
    def rows(self) -> int | None:
        """How many rows all batches have; ``None`` where that is not known."""
        rows = getattr(self._table, "rows", None)
        return len(self._table) if isinstance(self._table, pl.DataFrame) else rows

    def batches(self) -> Iterator[pl.DataFrame]:
        """The table's batches."""
        done, said = 0, time.monotonic()
        with closing(in_order(self._table)) as batches:
            for batch in batches:
                yield batch
                done += len(batch)
                now = time.monotonic()
                if now - said >= EVERY_S:
                    said = now
                    self._say(f"{self._what}: {done:,}{self._of} rows")
