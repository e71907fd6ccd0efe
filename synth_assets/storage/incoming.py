"""A table on its way into storage, whole or batch by batch. It must not know where its rows come from or go."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import polars as pl

from synth_assets.errors import StorageError
from synth_assets.frames import BatchedTable, Frame, StreamedTable, is_batched, to_polars


@dataclass(frozen=True)
class Incoming:
    """A table whose first batch is made, so that what it holds is known, and whose others are not.

    Attributes:
        first: The first batch.
        rest: The others; they can be taken once.
        rows: How many rows all of them should have, where that is said.
    """

    first: pl.DataFrame
    rest: Iterator[pl.DataFrame]
    rows: int | None = None

    @property
    def columns(self) -> pl.Schema:
        """The columns' names and types."""
        return self.first.schema

    def batches(self) -> Iterator[pl.DataFrame]:
        """All rows in order, once; columns are in the order of the first batch.

        Raises:
            StorageError: A batch has other columns than the first, or there are not as many rows as there should be.
        """
        seen = 0
        for batch in chain([self.first], self.rest):
            if dict(batch.schema) != dict(self.columns):
                raise StorageError(_other_columns(batch.schema, self.columns, seen))
            seen += len(batch)
            yield batch.select(self.columns.names())
        if self.rows not in {None, seen}:
            message = f"A table of {self.rows:,} rows came with {seen:,}. Its source must give as many rows as it says."
            raise StorageError(message)


def incoming(table: Frame | BatchedTable) -> Incoming:
    """The table, ready to be stored; of one that comes in batches only the first is made now.

    A table of a warehouse is read whole, for it may be the one that is written.

    Raises:
        SynthAssetsError: It is no table that can be read, or its first batch cannot be made.
    """
    if not is_batched(table) or isinstance(table, StreamedTable):
        whole = to_polars(table)
        return Incoming(whole, iter(()), len(whole))
    rest = iter(table.batches())
    first = next(rest, None)
    if first is None:
        message = f"A {type(table).__name__} came without a batch. Give one without rows for an empty table."
        raise StorageError(message)
    return Incoming(first, rest, table.rows)


def _other_columns(found: pl.Schema, wanted: pl.Schema, seen: int) -> str:
    odd = [name for name in dict.fromkeys([*wanted, *found]) if found.get(name) != wanted.get(name)]
    return (
        f"From row {seen + 1:,} on, a table comes with other columns or types than before: {', '.join(odd)}. All "
        "batches must have the same."
    )
