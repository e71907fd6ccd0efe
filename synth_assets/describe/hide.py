"""Which counts of a contingency table are not told as they are, so that no small count can be worked out.

Rules on plain count arrays: ``pool`` for one column alone, ``hide`` for a column given its parents, and ``modes`` for
what may be told of hidden cells. Nothing is published here.
"""

import numpy as np

LEAST_CELLS = 2
"""One hidden cell alone would be its configuration's total less what is seen."""

NO_MODE = -1

MOVED = 3
"""To raise one hidden count to ``minimum`` takes fewer rows than this many times it from any code; see ``hide``."""


def pool(counts: np.ndarray, minimum: int, least: np.ndarray | None = None) -> np.ndarray:
    """The codes of one column that are counted together.

    Values held by fewer than ``minimum`` rows join; while they are fewer than two or total less than ``minimum``, the
    next rarest joins too. Where they all have count 0 none is pooled: a total of 0 tells that anyway. Of a code that is
    known to have some rows, as a category that is named from the data, only the rows above those count for the total.

    Args:
        counts: Rows per code, shape (codes,).
        minimum: The smallest count that may be told.
        least: Rows that each code is known to have, shape (codes,); ``None`` for none.

    Returns:
        True for pooled codes, shape (codes,).

    >>> pool(np.array([9, 3, 0, 7, 40]), 5).tolist()
    [False, True, True, True, False]
    """
    return _smallest(counts[None, :], minimum, least)[0]


def hide(counts: np.ndarray, minimum: int, forced: np.ndarray, least: np.ndarray | None = None) -> np.ndarray:
    """The hidden cells of a column's counts given its parents.

    In each configuration, cells below ``minimum`` are hidden and the next smallest join until at least two that total
    ``minimum`` or more are. A configuration whose small cells are all zero hides nothing. A configuration is forced
    where its own count is not told elsewhere: then its total is hidden, and ``minimum`` rows of it must be too; where
    no cell is hidden anyway, its largest one is (of those that can give ``minimum`` rows, if any can), and one without
    rows is hidden whole. (The largest costs least: how many rows it holds follows, but for a few, from the parents' own
    counts. To tell a lower bound of it in place of hiding it would not do: who knows how the bound was made knows the
    count, and with it the total.)

    Why that is enough, for a network in which the parents of every column are together in the table of one of them:
    let a hidden cell (a, b) hold n, with 0 < n < ``minimum``. If its configuration hides at least ``minimum - n`` rows
    in other cells (a, b'), give that many of them the value b; it changes no told count of this table and no total of
    a. If it does not, a has fewer than ``minimum`` rows, all of them in hidden cells of the table that the parents
    share; raise one of those cells to ``minimum`` first, by this same argument, and let the rows that come to a, and
    those that a has, take the value b. The counts that this changes, of b and b' and of b or b' together with parts of
    a, are told nowhere: in every table that has them as configurations these are forced. There the rows taken from a
    configuration can be among the hidden ones, and the rows given to one go to a hidden cell of it; so on down the
    network. Every number that is told stays true, and the cell holds ``minimum``. Tables that agree on what they share,
    along such a network, are the tables of some list of rows (Vorob'ev 1962).

    What it does not cover: the program is given the numbers of one description. Two descriptions of one table hide
    different cells and can be combined; and who reasons from this rule itself (a cell was hidden, so some cell beside
    it is small, or it is the largest) can at times say more.

    Args:
        counts: Exact, shape (configurations, cells).
        minimum: The smallest count that may be told.
        forced: True for configurations whose own count is told nowhere, shape (configurations,).
        least: Rows that each cell's value is known to have in all, shape (cells,): a cell gives up only what it has
            above them, for they may all be in it; ``None`` for none.

    Returns:
        True for hidden cells, shape as ``counts``.
    """
    hidden = _smallest(counts, minimum, least)
    bare = forced & ~hidden.any(axis=1)
    rows = np.flatnonzero(bare)
    hidden[rows, _largest(counts[rows], minimum, least)] = True
    hidden[bare & (counts.max(axis=1) == 0)] = True
    return hidden


def modes(hidden_counts: np.ndarray, minimum: int, least: np.ndarray | None = None) -> np.ndarray:
    """The hidden cell of each configuration that may be named because it holds most of what is hidden there.

    Small counts are mostly hidden together with one large count; to spread that over all hidden cells would turn what
    is most frequent into what is rare. A cell is named where it holds more than half of what is hidden, and that is
    more than twice ``minimum``. Why no other cell is bounded below ``minimum`` by it: of h > 2 * ``minimum`` rows, one
    cell can hold ``minimum`` and another more than half, for h - ``minimum`` > h / 2. In the proof of ``hide``, take
    the rows that move from the mode only as long as it stays one, then from the other hidden cells; and let rows that
    reach a configuration of a child's table join its mode. Then every mode stays a mode. Rows that other cells are
    known to have come on top of ``minimum``, for those cells cannot give them.

    Args:
        hidden_counts: Exact counts of hidden cells, 0 for the others; shape (configurations, cells).
        minimum: The smallest count that may be told.
        least: Rows that each cell's value is known to have, as for ``hide``.

    Returns:
        int64, shape (configurations,); ``NO_MODE`` where none may be named.

    >>> modes(np.array([[400, 3, 0], [6, 4, 0], [7, 4, 0]]), 5).tolist()
    [0, -1, 0]
    """
    total, heaviest = hidden_counts.sum(axis=1), hidden_counts.argmax(axis=1)
    taken = minimum + _known_beside(hidden_counts, heaviest, minimum, least)
    clear = (total > 2 * taken) & (2 * hidden_counts.max(axis=1, initial=0) > total)
    return np.where(clear, heaviest, NO_MODE)


def _known_beside(
    hidden_counts: np.ndarray, heaviest: np.ndarray, minimum: int, least: np.ndarray | None
) -> np.ndarray:
    """Rows known to be in hidden cells beside the heaviest and a small one, as many as may be; (configurations,)."""
    if least is None or not hidden_counts.shape[1]:
        return np.zeros(len(hidden_counts), dtype=np.int64)
    known = np.minimum(hidden_counts, least)
    beside = known.sum(axis=1) - np.take_along_axis(known, heaviest[:, None], axis=1)[:, 0]
    small = (hidden_counts > 0) & (hidden_counts < minimum)
    own = np.where(small, known, minimum).min(axis=1)
    return np.where(small.any(axis=1), beside - own, 0)


def _largest(counts: np.ndarray, minimum: int, least: np.ndarray | None) -> np.ndarray:
    """The largest cell of each configuration, of those that can give ``minimum`` rows where any can."""
    able = counts - (0 if least is None else least) >= minimum
    return np.where(able | ~able.any(axis=1, keepdims=True), counts, -1).argmax(axis=1)


def _smallest(counts: np.ndarray, minimum: int, least: np.ndarray | None) -> np.ndarray:
    order = np.argsort(counts, axis=1, kind="stable")
    ascending = np.take_along_axis(counts, order, axis=1)
    known = np.broadcast_to(np.zeros(1, dtype=np.int64) if least is None else least, counts.shape)
    free = np.maximum(ascending - np.take_along_axis(known, order, axis=1), 0)
    before = np.cumsum(free, axis=1) - free
    small = ascending < minimum
    hidden = small | (before < minimum) | (np.arange(counts.shape[1]) < LEAST_CELLS)
    needed = np.where(small, ascending, 0).sum(axis=1) > 0
    result = np.empty(counts.shape, dtype=bool)
    np.put_along_axis(result, order, hidden & needed[:, None], axis=1)
    return result
