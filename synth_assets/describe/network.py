"""Which column depends on which: the Chow-Liu forest, less the edges that are noise. It must not read a table, only counts."""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

FALSE_EDGE_RATE = 1e-3
"""The chance that a table of independent columns gets any edge at all, over all pairs together."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A dependence between two columns.

    Attributes:
        parent: The column that is drawn first.
        child: The column that is drawn given it.
        mutual_information: In nats, with the small-sample bias taken off.
    """

    parent: str
    child: str
    mutual_information: float


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
    """The chance of a Pearson X^2 as large as this one, were the two columns independent.

    The exact mean and variance of X^2 over all tables with the same margins (Haldane 1940; Dawson 1954) hold for sparse
    tables, where its chi-squared limit does not; the tail is that of the gamma distribution with these two moments,
    through the cube-root normal approximation (Wilson and Hilferty 1931).

    Args:
        counts: Shape (rows, columns), total n.

    Returns:
        1.0 where fewer than two rows or columns occur, or n < 4.
    """
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0].astype(float)
    n = counts.sum()
    if min(counts.shape) < 2 or n < 4:  # noqa: PLR2004 - no dependence can be seen, and the variance needs n > 3
        return 1.0
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    expected = np.outer(rows, columns) / n
    statistic = ((counts - expected) ** 2 / expected).sum()
    mean, variance = _moments(rows, columns, n)
    if variance <= mean * 1e-12:
        return 1.0
    shape, scale = mean * mean / variance, variance / mean
    deviation = ((statistic / scale / shape) ** (1 / 3) - (1 - 1 / (9 * shape))) * math.sqrt(9 * shape)
    return 0.5 * math.erfc(deviation / math.sqrt(2))


def _moments(rows: np.ndarray, columns: np.ndarray, n: float) -> tuple[float, float]:
    """Mean and variance of X^2 under permutation of one column's values."""
    spread, excess = [], []
    for margin in (rows, columns):
        size = len(margin)
        spread.append((size - 1) * (n - size) / (n - 1))
        excess.append((n * (1 / margin).sum() - size * size) / (n - 2))
    mean = n / (n - 1) * (len(rows) - 1) * (len(columns) - 1)
    product = (spread[0] - excess[0]) * (spread[1] - excess[1])
    return mean, 2 * n / (n - 3) * product + n * n / (n - 1) * excess[0] * excess[1]


def forest(tables: Mapping[tuple[str, str], np.ndarray], names: Sequence[str]) -> list[tuple[str, str, float]]:
    """The maximum-likelihood forest: links by falling mutual information, where they close no cycle and beat noise.

    Kruskal's algorithm on Chow and Liu's (1968) weights. A link is noise where its independence p-value exceeds
    ``FALSE_EDGE_RATE`` divided by the number of pairs, or where no information is left without the bias.

    Args:
        tables: Exact counts of every pair in the order of ``pairs``, shape (first's groups, second's groups).
        names: All columns, in order; ties fall in this order, so the result is deterministic.

    Returns:
        Both columns of each link, and its mutual information in nats, without direction.
    """
    candidates = [pair for pair in pairs(names) if pair in tables]
    threshold = FALSE_EDGE_RATE / max(len(candidates), 1)
    weights = {pair: mutual_information(tables[pair]) for pair in candidates}
    real = [pair for pair in candidates if weights[pair] > 0 and independence_p_value(tables[pair]) < threshold]
    component = {name: name for name in names}
    links = []
    for first, second in sorted(real, key=lambda pair: -weights[pair]):
        old, new = component[second], component[first]
        if old != new:
            component = {name: new if owner == old else owner for name, owner in component.items()}
            links.append((first, second, weights[first, second]))
    return links


def directed(
    links: Sequence[tuple[str, str, float]], names: Sequence[str], cost: Callable[[str, str], int]
) -> list[Edge]:
    """The links as edges away from one root per tree: the root for which the edges cost least, the first of equals.

    Args:
        links: A forest, as ``forest`` gives it.
        names: All columns, in order.
        cost: What an edge from the first to the second costs (rows that would have to be hidden).

    Returns:
        Edges in an order in which every parent is a root or an earlier child.
    """
    neighbours: dict[str, list[tuple[str, float]]] = {name: [] for name in names}
    for first, second, weight in links:
        neighbours[first].append((second, weight))
        neighbours[second].append((first, weight))
    edges: list[Edge] = []
    placed: set[str] = set()
    for name in names:
        if name not in placed:
            trees = [_away_from(root, neighbours) for root in _reached(name, neighbours)]
            best = min(trees, key=lambda tree: sum(cost(edge.parent, edge.child) for edge in tree))
            edges += best
            placed |= {name} | {end for edge in best for end in (edge.parent, edge.child)}
    return edges


def _reached(name: str, neighbours: Mapping[str, list[tuple[str, float]]]) -> list[str]:
    tree = {name} | {edge.child for edge in _away_from(name, neighbours)}
    return [other for other in neighbours if other in tree]


def _away_from(root: str, neighbours: Mapping[str, list[tuple[str, float]]]) -> list[Edge]:
    edges: list[Edge] = []
    seen, queue = {root}, [root]
    for parent in queue:
        fresh = [(child, weight) for child, weight in neighbours[parent] if child not in seen]
        edges += [Edge(parent, child, weight) for child, weight in fresh]
        seen.update(child for child, _ in fresh)
        queue += [child for child, _ in fresh]
    return edges


def pairs(names: Sequence[str]) -> list[tuple[str, str]]:
    """Every pair of columns, earlier first."""
    return list(itertools.combinations(names, 2))
