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
    sizes = np.bincount(configurations, minlength=len(weights))
    used = np.flatnonzero(sizes)
    order = rng.permutation(len(configurations))
    if len(used) > 1:
        narrow = np.uint16 if len(weights) <= np.iinfo(np.uint16).max else np.int64
        order = order[np.argsort(configurations.astype(narrow)[order], kind="stable")]
    counts = _given_out(weights[used], sizes[used], rng.random(len(used)))
    codes = np.empty(len(configurations), dtype=np.int64)
    codes[order] = np.repeat(np.tile(np.arange(weights.shape[1]), len(used)), counts.ravel())
    return codes


def _given_out(weights: np.ndarray, sizes: np.ndarray, start: np.ndarray) -> np.ndarray:
    """How many rows of each configuration take each code, shape as ``weights``.

    Rank r of n takes the first code whose cumulated share exceeds (r + u) / n: ``ceil(share * n - u)`` ranks lie below.
    """
    cumulated = np.cumsum(weights, axis=1)
    cumulated /= cumulated[:, -1:]
    below = np.clip(np.ceil(cumulated * sizes[:, None] - start[:, None]), 0, sizes[:, None]).astype(np.int64)
    last = weights.shape[1] - 1 - np.argmax((weights > 0)[:, ::-1], axis=1)
    below = np.where(np.arange(weights.shape[1]) >= last[:, None], sizes[:, None], below)
    return np.diff(below, axis=1, prepend=0)
