"""Which cells of a contingency table stay hidden, so that no small count can be worked out.

Two rules on plain count arrays: ``pool`` for one column alone, ``hide`` for a column given its parents. Nothing is
published here.
"""

import numpy as np

LEAST_CELLS = 2
"""One hidden cell alone would be its configuration's total less what is seen."""


def pool(counts: np.ndarray, minimum: int, known: np.ndarray | None = None) -> np.ndarray:
    """The codes of one column that are counted together.

    Values held by fewer than ``minimum`` rows join; while they are fewer than two or total less than ``minimum``, the
    next rarest joins too. Where they all have count 0 none is pooled: a total of 0 tells that anyway.

    Args:
        counts: Rows per code, shape (codes,).
        minimum: The smallest count that may be told.
        known: Rows that each code is known to have, shape (codes,); they hide nothing of the others. ``None`` is 0.

    Returns:
        True for pooled codes, shape (codes,).

    >>> pool(np.array([9, 3, 0, 7, 40]), 5).tolist()
    [False, True, True, True, False]
    >>> pool(np.array([9, 3, 0, 7, 40]), 5, np.array([5, 0, 0, 5, 5])).tolist()
    [False, True, True, True, False]
    """
    known = np.zeros_like(counts) if known is None else known
    return hide(counts[None, :], minimum, np.array([False]), known)[0]


def hide(counts: np.ndarray, minimum: int, forced: np.ndarray, known: np.ndarray | int = 0) -> np.ndarray:
    """The hidden cells of a column's counts given its parent.

    In each configuration, cells below ``minimum`` are hidden and the next smallest join until at least two that total
    ``minimum`` or more are. A configuration whose small cells are all zero hides nothing, unless it is forced.

    Why that is enough, for a forest of two-way tables in which a configuration's total is told exactly where its
    count is hidden nowhere in its own column's table, and is forced otherwise: let a hidden cell (a, b) hold n, with
    0 < n < ``minimum``. Its configuration hides at least ``minimum - n`` rows in other cells (a, b'). Give
    ``minimum - n`` of those rows the value b. That changes no visible count of this table. The totals of b and b' are
    then nowhere told, and both are forced in the tables of the children, where at least ``minimum`` rows of b' lie in
    hidden cells: the rows moved may be taken to be among them, and to go to hidden cells of b; so on down the forest.
    Every number that is told stays as it was, and the cell holds ``minimum``.

    What it does not cover: the program is given the numbers of one description. Two descriptions of one table hide
    different cells and can be combined; and who reasons from this rule itself (a cell was hidden, so some cell beside
    it is small) can at times say more.

    Args:
        counts: Exact, shape (configurations, cells); each configuration totals 0 or at least ``minimum``.
        minimum: The smallest count that may be told.
        forced: True for configurations that must hide at least ``minimum`` rows, shape (configurations,).
        known: Rows that each cell is known to have, at most its count, shape (cells,).

    Returns:
        True for hidden cells, shape as ``counts``.
    """
    order = np.argsort(counts, axis=1, kind="stable")
    ascending = np.take_along_axis(counts, order, axis=1)
    unknown = np.take_along_axis(counts - known, order, axis=1)
    before = np.cumsum(unknown, axis=1) - unknown
    small = ascending < minimum
    hidden = small | (before < minimum) | (np.arange(counts.shape[1]) < LEAST_CELLS)
    needed = forced | (np.where(small, ascending, 0).sum(axis=1) > 0)
    result = np.empty(counts.shape, dtype=bool)
    np.put_along_axis(result, order, hidden & needed[:, None], axis=1)
    return result
