"""The Kolmogorov-Smirnov statistic of two columns of numbers, with its floor."""

import math

import numpy as np

from synth_assets.measure.axis import AxisCounts
from synth_assets.measure.bridge import bridge_peak
from synth_assets.measure.floor import Distance, Floor


def kolmogorov_smirnov(counts: AxisCounts) -> Distance:
    """The largest difference of the two cumulative frequencies; symmetric, from 0 to 1.

    The floor is the limit for large samples, with ties (see ``bridge_peak``); for fewer than about 20 synthetic rows
    it is some percent off. The error is that of the synthetic share up to the value where the difference is largest, or
    the floor's standard deviation where that is larger, as where many values are nearly as far apart.

    Args:
        counts: Of the column.

    >>> kolmogorov_smirnov(AxisCounts(np.array([1.0, 2.0]), np.array([4, 0]), np.array([3, 1]))).value
    0.25
    """
    rows, others = int(counts.synthetic.sum()), int(counts.original.sum())
    original, synthetic = counts.shares_up_to
    apart = abs(synthetic - original)
    widest = int(np.argmax(apart))
    share = float(synthetic[widest])
    peak = bridge_peak(original[:-1][(counts.original[:-1] > 0) & (original[:-1] < 1)])
    mean, spread = min(peak.mean / math.sqrt(rows), 1.0), peak.standard_deviation / math.sqrt(rows)
    floor = Floor(mean, spread, min(mean * math.sqrt(1 + rows / others), 1.0))
    return Distance(float(apart[widest]), floor, max(math.sqrt(share * (1 - share) / rows), spread))
