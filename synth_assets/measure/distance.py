"""Total variation distance between two lists of counts."""

from synth_assets.measure.binning import IntArray


def total_variation(original: IntArray, synthetic: IntArray) -> float:
    """Half the sum of absolute differences of the two relative frequencies.

    It is the largest difference in probability that the two tables give to any event: 0 for equal frequencies, 1 where
    no cell holds rows of both. Symmetric.

    Args:
        original: Rows per cell, shape (cells,), at least one row in all.
        synthetic: Rows per cell, same cells, at least one row in all.

    >>> import numpy as np
    >>> total_variation(np.array([3, 1]), np.array([1, 3]))
    0.5
    """
    difference = original / original.sum() - synthetic / synthetic.sum()
    return min(float(abs(difference).sum()) / 2, 1.0)
