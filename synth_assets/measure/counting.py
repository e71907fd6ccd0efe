"""How many rows of each table fall in each combination of codes.

Dense where the product of sizes is small, else sorted. Only cells that at least one table occupies are kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from synth_assets.measure.binning import BinnedColumn, IntArray

_DENSE_CELLS = 65_536
_LARGEST_CELL = 2**62


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The cells of a contingency table that a row of either table falls in.

    Attributes:
        places: Which cells, as flat places in ``shape``, ascending.
        shape: How many codes each column has.
        original: Rows of the original in each, same length.
        synthetic: Rows of the synthetic table in each, same length.
    """

    places: IntArray
    shape: tuple[int, ...]
    original: IntArray
    synthetic: IntArray

    @property
    def codes(self) -> tuple[IntArray, ...]:
        """The code of each column in each cell."""
        return np.unravel_index(self.places, self.shape)


@dataclass(frozen=True, slots=True, eq=False)
class FlatCodes:
    """One or more columns as one code a row.

    Attributes:
        original: Flat places in ``shape``, shape (rows of the original,).
        synthetic: The same, shape (rows of the synthetic table,).
        shape: How many codes each column has; the first columns are one where the product of all would be too large.
    """

    original: IntArray
    synthetic: IntArray
    shape: tuple[int, ...]


def count(columns: Sequence[BinnedColumn]) -> Cells:
    """The contingency table of one or more columns, for both tables.

    Args:
        columns: At least one, of the same two tables.
    """
    return count_flat(flatten(columns))


def flatten(columns: Sequence[BinnedColumn]) -> FlatCodes:
    """The combination of codes in each row, as one number.

    Args:
        columns: At least one, of the same two tables.
    """
    original, synthetic = columns[0].original, columns[0].synthetic
    shape = (columns[0].size,)
    for column in columns[1:]:
        if prod(shape) * column.size > _LARGEST_CELL:
            original, synthetic, shape = _renumber(original, synthetic)
        original = original * column.size + column.original
        synthetic = synthetic * column.size + column.synthetic
        shape = (*shape, column.size)
    return FlatCodes(original, synthetic, shape)


def count_flat(flat: FlatCodes) -> Cells:
    """How many rows of each table hold each flat code."""
    if prod(flat.shape) <= max(_DENSE_CELLS, len(flat.original) + len(flat.synthetic)):
        return _dense(flat.original, flat.synthetic, flat.shape)
    return _sparse(flat.original, flat.synthetic, flat.shape)


def _renumber(original: IntArray, synthetic: IntArray) -> tuple[IntArray, IntArray, tuple[int, ...]]:
    """Number the occupied cells alone, so that a product of many sizes fits an integer."""
    places = np.union1d(original, synthetic)
    return np.searchsorted(places, original), np.searchsorted(places, synthetic), (len(places),)


def _dense(original: IntArray, synthetic: IntArray, shape: tuple[int, ...]) -> Cells:
    counts = [np.bincount(flat, minlength=prod(shape)) for flat in (original, synthetic)]
    places = np.flatnonzero(counts[0] + counts[1])
    return Cells(places, shape, counts[0][places], counts[1][places])


def _sparse(original: IntArray, synthetic: IntArray, shape: tuple[int, ...]) -> Cells:
    found = [np.unique(flat, return_counts=True) for flat in (original, synthetic)]
    places = np.union1d(found[0][0], found[1][0])
    counts = [np.zeros(len(places), dtype=np.int64) for _ in found]
    for side, (occupied, rows) in zip(counts, found, strict=True):
        side[np.searchsorted(places, occupied)] = rows
    return Cells(places, shape, counts[0], counts[1])
