"""Which cells of a contingency table stay hidden, so that no small count can be worked out.

Rules on plain count arrays: ``pool`` for one column alone, ``hide`` for a column given its parents, and ``modes`` for
what may be told of hidden cells. Nothing is published here.
"""

import numpy as np

LEAST_CELLS = 2
"""One hidden cell alone would be its configuration's total less what is seen."""

NO_MODE = -1


def pool(counts: np.ndarray, minimum: int) -> np.ndarray:
    """The codes of one column that are counted together.

    Values held by fewer than ``minimum`` rows join; while they are fewer than two or total less than ``minimum``, the
    next rarest joins too. Where they all have count 0 none is pooled: a total of 0 tells that anyway.

    Args:
        counts: Rows per code, shape (codes,).
        minimum: The smallest count that may be told.

    Returns:
        True for pooled codes, shape (codes,).

    >>> pool(np.array([9, 3, 0, 7, 40]), 5).tolist()
    [False, True, True, True, False]
    """
    return hide(counts[None, :], minimum, np.array([False]))[0]


def hide(counts: np.ndarray, minimum: int, forced: np.ndarray) -> np.ndarray:
    """The hidden cells of a column's counts given its parent.

    In each configuration, cells below ``minimum`` are hidden and the next smallest join until at least two that total
    ``minimum`` or more are. A configuration whose small cells are all zero hides nothing, unless it is forced.

    Why that is enough, for a forest of two-way tables in which a configuration's total is told exactly where its
    count is hidden nowhere in its own column's table, and is forced otherwise: let a hidden cell (a, b) hold n, with
    0 < n < ``minimum``. Its configuration hides at least ``minimum - n`` rows in other cells (a, b'). Give
    ``minimum - n`` of those rows the value b. That changes no visible count of this table. The totals of b and b' are
    then nowhere told, and both are forced in the tables of the children, where at least ``minimum`` rows of b' lie in
    hidden cells: the rows moved may be taken to be among them, and to go to hidden cells of b; so on down the forest.
    Every number that is told stays as it was, and the cell holds ``minimum``. That a hidden cell is named as a mode
    stays true as well: see ``modes``.

    What it does not cover: the program is given the numbers of one description. Two descriptions of one table hide
    different cells and can be combined; and who reasons from this rule itself (a cell was hidden, so some cell beside
    it is small) can at times say more.

    Args:
        counts: Exact, shape (configurations, cells); each configuration totals 0 or at least ``minimum``.
        minimum: The smallest count that may be told.
        forced: True for configurations that must hide at least ``minimum`` rows, shape (configurations,).

    Returns:
        True for hidden cells, shape as ``counts``.
    """
    order = np.argsort(counts, axis=1, kind="stable")
    ascending = np.take_along_axis(counts, order, axis=1)
    before = np.cumsum(ascending, axis=1) - ascending
    small = ascending < minimum
    hidden = small | (before < minimum) | (np.arange(counts.shape[1]) < LEAST_CELLS)
    needed = forced | (np.where(small, ascending, 0).sum(axis=1) > 0)
    result = np.empty(counts.shape, dtype=bool)
    np.put_along_axis(result, order, hidden & needed[:, None], axis=1)
    return result


def modes(hidden_counts: np.ndarray, minimum: int) -> np.ndarray:
    """The hidden cell of each configuration that may be named because it holds most of what is hidden there.

    Small counts are mostly hidden together with one large count; to spread that over all hidden cells would turn what
    is most frequent into what is rare. A cell is named where it holds more than half of what is hidden, and that is
    more than twice ``minimum``. Why no other cell is bounded below ``minimum`` by it: of h > 2 * ``minimum`` rows, one
    cell can hold ``minimum`` and another more than half, for h - ``minimum`` > h / 2. In the proof of ``hide``, take
    the rows that move from the mode only as long as it stays one, then from the other hidden cells; and let rows that
    reach a configuration of a child's table join its mode. Then every mode stays a mode.

    Args:
        hidden_counts: Exact counts of hidden cells, 0 for the others; shape (configurations, cells).
        minimum: The smallest count that may be told.

    Returns:
        int64, shape (configurations,); ``NO_MODE`` where none may be named.

    >>> modes(np.array([[400, 3, 0], [6, 4, 0], [7, 4, 0]]), 5).tolist()
    [0, -1, 0]
    """
    total, heaviest = hidden_counts.sum(axis=1), hidden_counts.argmax(axis=1)
    clear = (total > 2 * minimum) & (2 * hidden_counts.max(axis=1, initial=0) > total)
    return np.where(clear, heaviest, NO_MODE)
