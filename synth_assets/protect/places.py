"""The place of each row within its group, of tables of many rows: a part of the groups at a time."""

from collections.abc import Sequence

import numpy as np

_PARTS = 64


def places_within(groups: Sequence[np.ndarray], order: np.ndarray | None = None) -> np.ndarray:
    """How many rows of the same group come before each row.

    Groups are parted by a remainder, and one part is worked on at a time, so that little is held beside the result.

    Args:
        groups: Numbers of 64 bits that together name the group of each row, best hashes; each of shape (rows,).
        order: By what rows come before others of their group, shape (rows,); rows alike in it, and all of them where it
            is ``None``, come in the order in which they stand.

    Returns:
        Counts from 0, shape (rows,).

    >>> places_within([np.array([7, 8, 7, 7], np.uint64)], np.array([3, 0, 1, 2], np.uint64)).tolist()
    [2, 0, 0, 1]
    """
    part = (groups[0] % np.uint64(_PARTS)).astype(np.uint8)
    found = np.empty(len(part), np.uint32)
    keys = (*groups,) if order is None else (order, *groups)
    for one in range(_PARTS):
        rows = np.flatnonzero(part == one)
        found[rows] = _places([key[rows] for key in keys], len(groups))
    return found


def _places(keys: Sequence[np.ndarray], grouping: int) -> np.ndarray:
    """The same of all rows at once; the last ``grouping`` keys name the group."""
    ranked = np.lexsort(keys)
    begins = np.ones(len(ranked), bool)
    begins[1:] = np.any([group[ranked][1:] != group[ranked][:-1] for group in keys[-grouping:]], axis=0)
    at = np.arange(len(ranked))
    found = np.empty(len(ranked), np.uint32)
    found[ranked] = at - np.maximum.accumulate(np.where(begins, at, 0))
    return found
