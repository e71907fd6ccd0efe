"""Some rows of a table that need not fit in memory, at random. It must not decide which table, or how many."""

from contextlib import closing
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from synth_assets.frames import BatchedTable, Frame, in_order

Flags: TypeAlias = npt.NDArray[np.bool_]


def some_of(allowed: Flags, most: int, rng: np.random.Generator) -> Flags:
    """At most so many of the rows that are allowed, each with the same chance.

    Args:
        allowed: Shape (rows,).
        most: At least 0; where no more are allowed, all of them are taken and nothing is drawn.
        rng: Draws them.

    >>> some_of(np.array([True, False, True]), 2, np.random.default_rng(0)).tolist()
    [True, False, True]
    """
    places = np.flatnonzero(allowed)
    if len(places) <= most:
        return allowed
    chosen = np.zeros(len(allowed), dtype=np.bool_)
    chosen[rng.choice(places, most, replace=False)] = True
    return chosen


def first_rows(table: Frame | BatchedTable) -> pl.DataFrame:
    """The first rows of a table, as many as a batch has.

    Args:
        table: As for ``rows_where``.
    """
    with closing(in_order(table)) as batches:
        return next(batches)


def rows_where(table: Frame | BatchedTable, chosen: Flags) -> pl.DataFrame:
    """The chosen rows, in their order.

    Args:
        table: Any frame, or a table in batches, of which one batch at a time is in memory.
        chosen: Shape (rows,).
    """
    found, start = [], 0
    with closing(in_order(table)) as batches:
        for batch in batches:
            found.append(batch.filter(pl.Series(chosen[start : start + len(batch)])))
            start += len(batch)
    return pl.concat(found)


def sample_of(table: Frame | BatchedTable, most: int, rng: np.random.Generator) -> pl.DataFrame:
    """At most so many rows of a table at random, in their order; all of a table that has no more.

    Args:
        table: As for ``rows_where``.
        most: At least 0.
        rng: As for ``some_of``.
    """
    return rows_where(table, some_of(np.ones(rows_of(table), dtype=np.bool_), most, rng))


def rows_of(table: Frame | BatchedTable) -> int:
    """How many rows a table has; one in batches is asked, and counted where it does not know."""
    if isinstance(table, pl.DataFrame):
        return len(table)
    if isinstance(table, pl.LazyFrame):
        return int(table.select(pl.len()).collect().item())
    rows = getattr(table, "rows", None)
    if isinstance(rows, int):
        return rows
    with closing(in_order(table)) as batches:
        return sum(len(batch) for batch in batches)
