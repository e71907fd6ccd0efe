"""The sampling noise floor: the distance that sampling alone gives to a synthetic table with nothing wrong."""

import math
import sys
from dataclasses import dataclass

import numpy as np

from synth_assets.measure.binning import FloatArray, IntArray

_TABLED = 256
_LOG_FACTORIALS = np.array([math.lgamma(value + 1) for value in range(_TABLED)])


@dataclass(frozen=True, slots=True)
class Floor:
    """What distance to expect of a table that differs from the original by chance alone.

    Attributes:
        mean: Of rows drawn from the original's own frequencies (a bootstrap resample): the least that a generator
            which samples can reach on average.
        standard_deviation: Of that distance, between one resample and the next.
        fresh: Of rows drawn anew from the population that the original was drawn from. A distance well below it
            means a table that is nearer to the original than other real data would be.
    """

    mean: float
    standard_deviation: float
    fresh: float


@dataclass(frozen=True, slots=True)
class Distance:
    """How far a synthetic table is from its original by one measure.

    Attributes:
        value: The measure, at least 0.
        floor: What it is by chance alone, in the same units.
        error: Standard error of the value over draws of the synthetic table, the original as it is.
    """

    value: float
    floor: Floor
    error: float

    def times(self, factor: float) -> "Distance":
        """The same in other units; at most the largest float.

        Args:
            factor: At least 0.
        """
        floor = Floor(
            _finite(self.floor.mean * factor),
            _finite(self.floor.standard_deviation * factor),
            _finite(self.floor.fresh * factor),
        )
        return Distance(_finite(self.value * factor), floor, _finite(self.error * factor))


def _finite(value: float) -> float:
    return min(value, sys.float_info.max)


def sampling_floor(original: IntArray, rows: int) -> Floor:
    """The floor of one contingency table.

    The mean is exact: half the sum over cells of the mean absolute deviation of a binomial share. The standard
    deviation counts the covariance of cells to second order of their correlation. ``fresh`` multiplies the mean by
    sqrt(1 + rows / n), n the rows of the original: right where cells hold many rows, slightly low where they do not.

    Args:
        original: Rows of the original per cell, shape (cells,), at least one row in all.
        rows: Of the synthetic table, at least 1.
    """
    total = int(original.sum())
    counts, cells = np.unique(original[original > 0], return_counts=True)
    share = counts / total
    deviation = mean_absolute_deviation(counts, total, rows) / rows
    mean = float((cells * deviation).sum()) / 2
    return Floor(mean, _standard_deviation(share, cells, deviation, rows), mean * math.sqrt(1 + rows / total))


def mean_absolute_deviation(counts: IntArray, total: int, rows: int) -> FloatArray:
    """The mean of abs(X - rows * p) for X binomial in ``rows`` trials of probability p = counts / total.

    2 v (1 - p) C(rows, v) p^v (1 - p)^(rows - v) with v = floor(rows * p) + 1 (de Moivre 1730; Diaconis and Zabell
    1991, eq. 1.1), through logarithms.

    Args:
        counts: Integers from 1 to ``total``, shape (k,).
        total: At least 1.
        rows: At least 1.

    >>> mean_absolute_deviation(np.array([1]), 2, 1)
    array([0.5])
    """
    result = np.zeros(len(counts))
    inside = counts < total
    p = counts[inside] / total
    v = counts[inside] * rows // total + 1
    ways = math.lgamma(rows + 1) - _log_factorial(v) - _log_factorial(rows - v)
    result[inside] = 2 * v * np.exp(ways + v * np.log(p) + (rows - v + 1) * np.log1p(-p))
    return result


def _log_factorial(values: IntArray) -> FloatArray:
    """From a table, or for large values by Stirling's series to the fifth power: exact to rounding."""
    x = np.maximum(values, _TABLED).astype(float)
    inverse = 1 / x
    series = inverse * (1 / 12 - inverse**2 * (1 / 360 - inverse**2 / 1260))
    far = (x + 0.5) * np.log(x) - x + 0.5 * math.log(2 * math.pi) + series
    return np.where(values < _TABLED, _LOG_FACTORIALS[np.minimum(values, _TABLED - 1)], far)


def _standard_deviation(share: FloatArray, cells: IntArray, deviation: FloatArray, rows: int) -> float:
    """From var(abs(X)), and cov(abs(X), abs(Y)) = correlation^2 sd(X) sd(Y) / pi for normal X, Y to second order."""
    own = (cells * (share * (1 - share) / rows - deviation**2)).sum()
    weight = np.divide(share**1.5, np.sqrt(1 - share), out=np.zeros(len(share)), where=share < 1)
    shared = ((cells * weight).sum() ** 2 - (cells * weight**2).sum()) / (math.pi * rows)
    return math.sqrt(max(own + shared, 0.0)) / 2
