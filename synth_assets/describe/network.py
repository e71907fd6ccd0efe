"""Which column depends on which: the Chow-Liu forest, less the edges that are noise.

It reads counts, never a table.
"""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

MOST_PARENTS = 4

MOST_CELLS = 100_000
"""A table may have no more cells."""

FALSE_EDGE_RATE = 1e-3
"""The chance that a table of independent columns gets any edge at all, over all pairs together."""

_PASSED_OVER = 2


@dataclass(frozen=True, slots=True)
class Edge:
    """A dependence between two columns.

    Attributes:
        parent: The column that is drawn first.
        child: The column that is drawn given it.
        mutual_information: In nats, with the small-sample bias taken off, not below 0; of the protected counts, for
            that of the exact ones would let a reader try out which hidden counts fit it.
    """

    parent: str
    child: str
    mutual_information: float


@dataclass(frozen=True, slots=True)
class Score:
    """How much two columns depend on each other.

    Attributes:
        mutual_information: In nats, with the small-sample bias taken off.
        p_value: See ``independence_p_value``.
    """

    mutual_information: float
    p_value: float


def score(counts: np.ndarray) -> Score:
    """The score of two columns from their exact counts, shape (first's groups, second's groups)."""
    return Score(mutual_information(counts), independence_p_value(counts))


def mutual_information(counts: np.ndarray) -> float:
    """Mutual information of a two-way table, in nats, less its bias under independence.

    The plug-in estimate is too high by about (r - 1)(c - 1) / 2n (Miller 1955; Roulston 1999, eq. 15), where r and c
    count the rows and columns that occur.

    Args:
        counts: Shape (rows, columns), total n >= 1.
    """
    n = counts.sum()
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    expected = np.outer(rows, columns) / n
    occurs = counts > 0
    plug_in = (counts[occurs] * np.log(counts[occurs] / expected[occurs])).sum() / n
    return float(plug_in - ((rows > 0).sum() - 1) * ((columns > 0).sum() - 1) / (2 * n))


def independence_p_value(counts: np.ndarray) -> float:
    """The chance of a Pearson X^2 as large as this one, were the two columns independent; or a little more.

    Args:
        counts: Shape (rows, columns), total n.

    Returns:
        1.0 where fewer than two rows or columns occur, or n < 4; see ``stratified_p_value``.
    """
    return stratified_p_value(counts[None, :, :])


def stratified_p_value(strata: np.ndarray) -> float:
    """The chance of a sum of Pearson's X^2 as large as this one, were two columns independent in every stratum.

    The exact mean and variance of X^2 over all tables with the same margins (Haldane 1940; Dawson 1954) hold for sparse
    tables, where its chi-squared limit does not, and they add up over strata; the tail is that of the gamma
    distribution with these two moments, through the cube-root normal approximation (Wilson and Hilferty 1931). Where
    rare meets rare, one or two rows that coincide by chance can make up most of X^2, and the tail is longer than that;
    so two rows of the cell that stands out most, among those in which less than one is expected, are passed over.

    Args:
        strata: Counts, shape (strata, rows, columns).

    Returns:
        1.0 where no stratum has two rows and two columns that occur, and four rows in all.
    """
    counts = strata.astype(float)
    rows, columns, n = counts.sum(axis=2), counts.sum(axis=1), counts.sum(axis=(1, 2))
    seen = np.minimum((rows > 0).sum(axis=1), (columns > 0).sum(axis=1)) >= 2  # noqa: PLR2004 - no dependence in one row
    held = seen & (n >= 4)  # noqa: PLR2004 - the variance needs more than three rows
    counts, rows, columns, n = counts[held], rows[held], columns[held], n[held]
    means, variances = _moments(rows, columns, n)
    mean, variance = means.sum(), variances.sum()
    if variance <= mean * 1e-12:
        return 1.0
    expected = rows[:, :, None] * columns[:, None, :] / n[:, None, None]
    divisor = np.where(expected > 0, expected, 1.0)
    parts = (counts - expected) ** 2 / divisor
    statistic = parts.sum() - _passed_over(counts, divisor, parts)
    shape, scale = mean * mean / variance, variance / mean
    deviation = ((statistic / scale / shape) ** (1 / 3) - (1 - 1 / (9 * shape))) * math.sqrt(9 * shape)
    return 0.5 * math.erfc(deviation / math.sqrt(2))


def _passed_over(counts: np.ndarray, expected: np.ndarray, parts: np.ndarray) -> float:
    """What two rows of the sparse cell that stands out most add to X^2: the most of any stratum."""
    sparse = np.where((expected < 1) & (counts > expected), parts, 0.0).reshape(len(counts), -1)
    places = np.arange(len(sparse)), sparse.argmax(axis=1)
    count, mean = counts.reshape(sparse.shape)[places], expected.reshape(sparse.shape)[places]
    left = np.maximum(count - _PASSED_OVER - mean, 0.0) ** 2 / mean
    return float(np.maximum(sparse[places] - left, 0.0).max())


def _moments(rows: np.ndarray, columns: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of X^2 under permutation of one column's values.

    Args:
        rows: Totals of the rows, shape (strata, rows); what does not occur does not count.
        columns: Totals of the columns, shape (strata, columns).
        n: Total, shape (strata,), each above 3.
    """
    sizes, spread, excess = [], [], []
    for margin in (rows, columns):
        size = (margin > 0).sum(axis=-1)
        inverse = np.where(margin > 0, 1 / np.maximum(margin, 1), 0.0).sum(axis=-1)
        sizes.append(size)
        spread.append((size - 1) * (n - size) / (n - 1))
        excess.append((n * inverse - size * size) / (n - 2))
    mean = n / (n - 1) * (sizes[0] - 1) * (sizes[1] - 1)
    product = (spread[0] - excess[0]) * (spread[1] - excess[1])
    return mean, 2 * n / (n - 3) * product + n * n / (n - 1) * excess[0] * excess[1]


def forest(scores: Mapping[tuple[str, str], Score], names: Sequence[str]) -> list[tuple[str, str]]:
    """The maximum-likelihood forest: links by falling mutual information, where they close no cycle and beat noise.

    Kruskal's algorithm on Chow and Liu's (1968) weights. A link is noise where its independence p-value exceeds
    ``FALSE_EDGE_RATE`` divided by the number of pairs, or where no information is left without the bias.

    Args:
        scores: Of every pair, in the order of ``pairs``; pairs that are left out have no link.
        names: All columns, in order; ties fall in this order, so the result is deterministic.

    Returns:
        Both columns of each link, the earlier first; a link has no direction.
    """
    component = {name: name for name in names}
    links = []
    for first, second in real_links(scores, names):
        old, new = component[second], component[first]
        if old != new:
            component = {name: new if owner == old else owner for name, owner in component.items()}
            links.append((first, second))
    return links


def real_links(scores: Mapping[tuple[str, str], Score], names: Sequence[str]) -> list[tuple[str, str]]:
    """The pairs that beat noise (see ``forest``), by falling mutual information; ties in the order of the columns."""
    candidates = [pair for pair in pairs(names) if pair in scores]
    threshold = FALSE_EDGE_RATE / max(len(candidates), 1)
    real = [pair for pair in candidates if scores[pair].mutual_information > 0 and scores[pair].p_value < threshold]
    return sorted(real, key=lambda pair: -scores[pair].mutual_information)


def directed(
    links: Sequence[tuple[str, str]], names: Sequence[str], cost: Callable[[str, str], int]
) -> list[tuple[str, str]]:
    """The links as (parent, child), away from one root per tree: the root for which they cost least, first of equals.

    Args:
        links: A forest, as ``forest`` gives it.
        names: All columns, in order.
        cost: What a link from the first to the second costs (rows that would have to be hidden).

    Returns:
        In an order in which every parent is a root or an earlier child.
    """
    neighbours: dict[str, list[str]] = {name: [] for name in names}
    for first, second in links:
        neighbours[first].append(second)
        neighbours[second].append(first)
    found: list[tuple[str, str]] = []
    placed: set[str] = set()
    for name in names:
        if name not in placed:
            tree = {name} | {child for _, child in _away_from(name, neighbours)}
            ways = [_away_from(root, neighbours) for root in names if root in tree]
            found += min(ways, key=lambda way: sum(cost(parent, child) for parent, child in way))
            placed |= tree
    return found


def _away_from(root: str, neighbours: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    way: list[tuple[str, str]] = []
    seen, queue = {root}, [root]
    for parent in queue:
        fresh = [child for child in neighbours[parent] if child not in seen]
        way += [(parent, child) for child in fresh]
        seen.update(fresh)
        queue += fresh
    return way


def pairs(names: Sequence[str]) -> list[tuple[str, str]]:
    """Every pair of columns, earlier first."""
    return list(itertools.combinations(names, 2))
