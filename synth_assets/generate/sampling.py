"""Draw codes from tables of probabilities. It knows nothing of columns or values.

Draws are systematic: of n rows with probability p, n p come out, rounded down or up, at places chosen at random. That
has less error than drawing row by row and, because the places are random, invents no dependence between columns.
"""

import numpy as np


def draw(weights: np.ndarray, configurations: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A code for each row, from the weights of its configuration.

    Within each configuration the rows are put in random order, and codes are given out by systematic sampling
    (Madow 1949): the r-th of n rows takes the code in which (r + u) / n falls on the cumulated weights, with one
    uniform u per configuration.

    Args:
        weights: Not negative, shape (configurations, codes); each configuration in use has a positive sum.
        configurations: The configuration of each row, int64 of shape (rows,).
        rng: Source of chance.

    Returns:
        Codes, int64 of shape (rows,). A code of weight 0 is never drawn.
    """
    used, places = np.unique(configurations, return_inverse=True)
    weights = weights[used]
    order = rng.permutation(len(places))
    order = order[np.argsort(places[order], kind="stable")]
    sizes = np.bincount(places, minlength=len(used))
    starts = np.cumsum(sizes) - sizes
    sorted_places = np.repeat(np.arange(len(used)), sizes)
    rank = np.arange(len(places)) - starts[sorted_places]
    height = (rank + rng.random(len(used))[sorted_places]) / sizes[sorted_places]
    codes = np.empty(len(places), dtype=np.int64)
    codes[order] = _look_up(weights, sorted_places, height)
    return codes


def _look_up(weights: np.ndarray, configurations: np.ndarray, height: np.ndarray) -> np.ndarray:
    """The code in which each height, from 0 to below 1, falls on its configuration's cumulated weights."""
    cumulated = np.cumsum(weights, axis=1)
    cumulated /= cumulated[:, -1:]
    flat = (cumulated + np.arange(len(weights))[:, None]).ravel()
    codes = np.searchsorted(flat, configurations + height, side="right") - configurations * weights.shape[1]
    positive = weights > 0
    last = weights.shape[1] - 1 - np.argmax(positive[:, ::-1], axis=1)
    codes = np.clip(codes, 0, last[configurations])
    safe = np.maximum.accumulate(np.where(positive, np.arange(weights.shape[1]), -1), axis=1)
    first = np.argmax(positive, axis=1)
    found = safe[configurations, codes]
    return np.where(found < 0, first[configurations], found)
