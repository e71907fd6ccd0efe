"""Columns as a few levels each, and pairs of them, for the models that tell tables apart or predict a column."""

from dataclasses import dataclass

import numpy as np

from synth_assets.measure.binning import BinnedColumn, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Feature:
    """A categorical variable of both tables.

    Attributes:
        original: Its level in each row of the original, from 0, shape (rows of the original,).
        synthetic: The same of the synthetic table.
        levels: How many there are.
    """

    original: IntArray
    synthetic: IntArray
    levels: int


def coarsen(column: BinnedColumn, most: int) -> Feature:
    """A column in at most ``most`` levels, chosen by the original alone, and one for missing.

    Where there are more: ordered values are cut so that the original has about the same number of rows in each level;
    others keep the most frequent ones, and the rest is one level. Text is only present or missing. Levels without rows
    are left out.

    Args:
        column: Of both tables.
        most: At least 2.
    """
    level = _level_of_code(column, most)
    original, synthetic = level[column.original], level[column.synthetic]
    held = np.bincount(original, minlength=most + 1) + np.bincount(synthetic, minlength=most + 1) > 0
    renumbered = np.cumsum(held) - 1
    return Feature(renumbered[original], renumbered[synthetic], int(held.sum()))


def cross(first: Feature, second: Feature) -> Feature:
    """Two features as one, with a level for each combination."""
    return Feature(
        first.original * second.levels + second.original,
        first.synthetic * second.levels + second.synthetic,
        first.levels * second.levels,
    )


def _level_of_code(column: BinnedColumn, most: int) -> IntArray:
    """Which level each code has, missing last; shape (codes,)."""
    values = column.size - 1
    if column.column.type == "text":
        return np.append(np.zeros(values, dtype=np.int64), most)
    if values <= most:
        return np.append(np.arange(values), most)
    counts = np.bincount(column.original, minlength=column.size)[:-1]
    return np.append(_even(counts, most) if column.column.ordered else _frequent(counts, most), most)


def _even(counts: IntArray, most: int) -> IntArray:
    middle = np.cumsum(counts) - counts / 2
    return np.minimum((most * middle / max(counts.sum(), 1)).astype(np.int64), most - 1)


def _frequent(counts: IntArray, most: int) -> IntArray:
    level = np.full(len(counts), most - 1)
    level[np.argsort(-counts, kind="stable")[: most - 1]] = np.arange(most - 1)
    return level
