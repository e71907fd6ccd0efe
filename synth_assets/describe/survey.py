"""What a domain that is read from the data needs to know of a column, gathered batch by batch.

It is never published: see ``domain``.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl

from synth_assets.describe.coding import to_axis
from synth_assets.describe.grid import off_grid
from synth_assets.schema import ORDERED_TYPES, Column


@dataclass(frozen=True, eq=False)
class Survey:
    """One column of some rows.

    Attributes:
        present: Rows with a value.
        missing: Rows without.
        smallest: The smallest values on the column's axis, in order, up to as many as were asked for; none for a
            column without an axis of numbers.
        largest: The largest values, in order, likewise.
        off: How many values lie off each grid of the column; see ``grid``.
        categories: For a category, its values and the ``rows`` that hold each.
    """

    present: int
    missing: int
    smallest: np.ndarray
    largest: np.ndarray
    off: np.ndarray
    categories: pl.DataFrame | None = None

    @classmethod
    def of(cls, values: pl.Series, column: Column, extremes: int) -> Self:
        """The survey of a batch.

        Args:
            values: Of the column's own type.
            column: The column.
            extremes: How many of the smallest and the largest values to keep; 0 where the domain is known, which also
                leaves the categories out.
        """
        axis = to_axis(values, column.type).drop_nulls()
        numbers = axis.to_numpy() if column.type in ORDERED_TYPES else np.array([])
        categories = None
        if extremes and column.type == "category":
            categories = axis.alias("value").value_counts(name="rows")
        ends = _smallest(numbers, extremes), _largest(numbers, extremes)
        return cls(len(axis), len(values) - len(axis), *ends, off_grid(numbers, column), categories)

    def plus(self, other: "Survey", extremes: int) -> "Survey":
        """The survey of both batches together."""
        categories = self.categories
        if categories is not None and other.categories is not None:
            both = pl.concat([categories, other.categories])
            categories = both.group_by("value").agg(pl.col("rows").sum())
        return Survey(
            self.present + other.present,
            self.missing + other.missing,
            _smallest(np.concatenate([self.smallest, other.smallest]), extremes),
            _largest(np.concatenate([self.largest, other.largest]), extremes),
            self.off + other.off,
            categories,
        )


def _smallest(numbers: np.ndarray, most: int) -> np.ndarray:
    if not most:
        return numbers[:0]
    return np.sort(np.partition(numbers, most)[:most] if len(numbers) > most else numbers)


def _largest(numbers: np.ndarray, most: int) -> np.ndarray:
    if not most:
        return numbers[:0]
    return np.sort(np.partition(numbers, len(numbers) - most)[-most:] if len(numbers) > most else numbers)
