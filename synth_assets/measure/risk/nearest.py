"""How far every synthetic row is from a few real rows, column by column."""

import numpy as np
import numpy.typing as npt

from synth_assets.measure.binning import IntArray
from synth_assets.measure.risk.codes import Coded

FAR = 1_000
"""The distance of two categories, of the ends of an ordered column, and of a missing value from any other."""


def column_distance(coded: Coded, place: int, rows: IntArray) -> npt.NDArray[np.int32]:
    """Gower's distance (1971) of one column, in thousandths: of bins by their places, of categories 0 or 1.

    Args:
        coded: The tables.
        place: Of the column.
        rows: Codes of real rows, shape (k, columns).

    Returns:
        Shape (k, synthetic rows), from 0 to ``FAR``.
    """
    table = _table(coded.sizes[place], ordered=coded.ordered[place])
    return np.take(table[rows[:, place]], coded.synthetic[:, place], axis=1)


def distance(coded: Coded, places: IntArray, rows: IntArray) -> npt.NDArray[np.int32]:
    """The sum over some columns, shape (k, synthetic rows); see ``column_distance``."""
    total = np.zeros((len(rows), len(coded.synthetic)), dtype=np.int32)
    for place in places:
        total += column_distance(coded, int(place), rows)
    return total


def steps(coded: Coded, rows: int) -> list[slice]:
    """Slices of so many rows, each with a number of distances that memory holds."""
    size = max(1, 4_000_000 // len(coded.synthetic))
    return [slice(start, start + size) for start in range(0, rows, size)]


def _table(size: int, *, ordered: bool) -> npt.NDArray[np.int32]:
    """Distances of all pairs of codes, shape (size, size); the last code is missing."""
    codes = np.arange(size)
    apart = codes[:, None] != codes
    if not ordered:
        return np.where(apart, FAR, 0).astype(np.int32)
    away = np.rint(abs(codes[:, None] - codes) * FAR / max(size - 2, 1))
    lacking = (codes == size - 1)[:, None] ^ (codes == size - 1)
    return np.where(lacking, FAR, away).astype(np.int32)
