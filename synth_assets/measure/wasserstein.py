"""The 1-Wasserstein distance of two columns of numbers, with its floor."""

import math

import numpy as np

from synth_assets.measure.axis import AxisCounts
from synth_assets.measure.binning import FloatArray, IntArray
from synth_assets.measure.floor import Distance, Floor, mean_absolute_deviation

_MANY = 1_000
"""From a binomial variance of about this on, the normal formula is within 0.0001 of the exact one."""

_LOG_ODDS_STEP = 0.2


def wasserstein(counts: AxisCounts) -> tuple[Distance, Distance | None]:
    """How far values have to move, on average, to turn one column into the other: in its units, and scaled.

    The area between the two cumulative frequencies (Vallender 1974); symmetric in the column's units. The mean floor
    is exact: the area under the mean absolute deviation of a binomial share. Its standard deviation takes the shares at
    two values as normal.

    Args:
        counts: Of finite values.

    Returns:
        In the column's units, and in standard deviations of the original; the latter ``None`` where the original has
        one value only.
    """
    unit = 2.0 ** (math.frexp(float(abs(counts.values).max()))[1] - 1)
    places = counts.values / unit
    distance = _distance(places, counts)
    spread = _standard_deviation(places, counts.original)
    return distance.times(unit), distance.times(1 / spread) if spread > 0 else None


def _distance(places: FloatArray, counts: AxisCounts) -> Distance:
    original, synthetic = counts.shares_up_to
    gaps = np.diff(places)
    difference = (synthetic - original)[:-1]
    moved = np.append(np.cumsum((np.sign(difference) * gaps)[::-1])[::-1], 0.0)
    error = _standard_deviation(moved, counts.synthetic) / math.sqrt(counts.synthetic.sum())
    held = counts.original > 0
    floor = _floor(places[held], counts.original[held], int(counts.synthetic.sum()))
    return Distance(float((abs(difference) * gaps).sum()), floor, error)


def _floor(places: FloatArray, original: IntArray, rows: int) -> Floor:
    gaps, up_to, total = np.diff(places), np.cumsum(original)[:-1], int(original.sum())
    mean = float((gaps * _mean_deviation(up_to, total, rows)).sum())
    spread = _spread(gaps, up_to / total) / math.sqrt(rows)
    return Floor(mean, spread, mean * math.sqrt(1 + rows / total))


def _mean_deviation(up_to: IntArray, total: int, rows: int) -> FloatArray:
    """Of a share: exact where few rows are on one side, else of a normal."""
    share = up_to / total
    deviation = np.sqrt(2 / math.pi * share * (1 - share) / rows)
    few = share * (1 - share) * rows < _MANY
    deviation[few] = mean_absolute_deviation(up_to[few], total, rows) / rows
    return deviation


def _spread(gaps: FloatArray, shares: FloatArray) -> float:
    """Standard deviation of the area under abs(B), B a Brownian bridge that is constant over each gap.

    cov(abs(X), abs(Y)) = 2 sd(X) sd(Y) / pi (sqrt(1 - r^2) + r asin(r) - 1) for normal X and Y of correlation r; for a
    bridge r = exp(-d / 2) with d the difference of the log odds. Neighbours in steps of log odds count as one.
    """
    log_odds = np.log(shares) - np.log1p(-shares)
    step = np.floor(log_odds / _LOG_ODDS_STEP).astype(np.int64)
    weight = gaps * np.sqrt(shares * (1 - shares))
    area = np.bincount(step - step.min(initial=0), weight)
    apart = abs(np.subtract.outer(np.arange(len(area)), np.arange(len(area)))) * _LOG_ODDS_STEP
    r = np.exp(-apart / 2)
    covariance = 2 / math.pi * (np.sqrt(1 - r**2) + r * np.arcsin(r) - 1)
    return math.sqrt(max(float(area @ covariance @ area), 0.0))


def _standard_deviation(values: FloatArray, counts: IntArray) -> float:
    shares = counts / counts.sum()
    mean = float(shares @ values)
    return math.sqrt(float(shares @ (values - mean) ** 2)) if np.count_nonzero(counts) > 1 else 0.0
