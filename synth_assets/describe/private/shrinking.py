"""Noisy counts drawn towards what their neighbours, or all alike, would be: as far as the noise warrants.

It is post-processing: it sees noisy counts and the variance of their noise, and nothing else.
"""

from dataclasses import replace

import numpy as np

from synth_assets.describe.private.fitting import Measurement

_FEWEST = 4
"""A line of fewer counts has no neighbours to speak of."""

_LEAST_VARIANCE = 1e-9


def shrunk(noisy: Measurement, line: np.ndarray) -> Measurement:
    """Counts of one column, each a mean of itself and of what it should be like, weighted by how sure each is.

    Empirical Bayes (Efron and Morris 1973, sec. 3): how far true counts stray from their centre is read off how far the
    noisy ones do, beyond their noise. The centre is the mean of the two beside it along an ordered column, and the mean
    of all codes otherwise; where true counts stray far, nothing changes.

    Args:
        noisy: Of one column, the variance the same in every cell.
        line: The codes of a column with an order, along it; empty for another. Codes that are not in it stay.
    """
    counts, variance = noisy.counts.copy(), noisy.variance.copy()
    if len(line) >= _FEWEST:
        counts[line], variance[line] = _towards(counts[line], variance[line], _beside(counts[line]), 0.5)
    elif not len(line):
        centre = np.full(len(counts), counts.mean())
        counts, variance = _towards(counts, variance, centre, 1 / len(counts))
    return replace(noisy, counts=counts, variance=variance)


def _beside(counts: np.ndarray) -> np.ndarray:
    """The mean of the counts on either side; at the ends, of the one beside and itself."""
    padded = np.pad(counts, 1, mode="edge")
    return (padded[:-2] + padded[2:]) / 2


def _towards(
    counts: np.ndarray, variance: np.ndarray, centre: np.ndarray, noise_of_centre: float
) -> tuple[np.ndarray, np.ndarray]:
    """Counts and centres weighted by precision, and the variance of what comes out.

    Args:
        counts: Noisy.
        variance: Of their noise, the same in every cell.
        centre: What each should be like.
        noise_of_centre: The variance of a centre's noise, in units of that of a count.
    """
    noise = float(variance[0])
    strayed = max(float(((counts - centre) ** 2).mean()) - noise * (1 + noise_of_centre), 0.0)
    loose = max(strayed + noise * noise_of_centre, _LEAST_VARIANCE)
    weight = loose / (loose + noise)
    return weight * counts + (1 - weight) * centre, np.full(len(counts), weight * noise)
