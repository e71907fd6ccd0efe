"""From a network to one with more parents: which further column each one depends on, given its parents.

It reads counts, never a table. Every column's parents are together in the table of one of them, so that what is told of
a configuration is told in one place; see ``hide``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from synth_assets.describe.expected import fill_hidden
from synth_assets.describe.network import FALSE_EDGE_RATE, MOST_CELLS, stratified_p_value
from synth_assets.describe.tables import ContingencyTable, conditional, protected, single

Counter = Callable[[Sequence[str]], np.ndarray]
"""Exact counts over some columns, one axis each, in their order."""


@dataclass(frozen=True, slots=True)
class Node:
    """A column and its parents, in the order in which they were placed."""

    column: str
    parents: tuple[str, ...]


def grow(
    ways: Sequence[tuple[str, str]], names: Sequence[str], counted: Counter, minimum: int, max_parents: int
) -> list[Node]:
    """Give each column of a forest further parents, while they tell more of it than noise would; see ``Search.grow``.

    Args:
        ways: The forest as (parent, child), parents before children.
        names: All columns, in order.
        counted: Exact counts.
        minimum: The smallest count that may be told.
        max_parents: The most parents a column may have, at least 1.

    Returns:
        Roots first, then children; parents before children.
    """
    children = {child for _, child in ways}
    start = [Node(name, ()) for name in names if name not in children]
    start += [Node(child, (parent,)) for parent, child in ways]
    return Search(counted, minimum, max_parents).grow(start)


@dataclass(frozen=True)
class Search:
    """The search for further parents.

    Attributes:
        counted: Exact counts.
        minimum: The smallest count that may be told.
        max_parents: The most parents a column may have.
        forbid: Edges (parent, child) that are not added.
        fixed: Columns whose first parents stay, whatever they tell of it.
    """

    counted: Counter
    minimum: int
    max_parents: int
    forbid: frozenset[tuple[str, str]] = frozenset()
    fixed: frozenset[str] = frozenset()

    def grow(self, start: Sequence[Node]) -> list[Node]:
        """Give each column that has parents further ones, while they tell more of it than noise would.

        Greedy, in order of placement: of the columns that share an earlier family with all parents so far, that one
        joins which adds most to the likelihood that the protected table gives the data, less
        (rows - 1)(columns - 1) / 2 for what it would add by chance; and only where the column depends on each parent
        given the others (see ``stratified_p_value``), at ``FALSE_EDGE_RATE`` divided by the number of pairs of columns.

        Args:
            start: Every column, parents before children; all parents of one are together in an earlier family.

        Returns:
            The same columns in the same order.
        """
        threshold = FALSE_EDGE_RATE / max(len(start) * (len(start) - 1) // 2, 1)
        nodes: list[Node] = []
        for node in start:
            nodes.append(self._widened(node, nodes, threshold))
        return nodes

    def _widened(self, node: Node, nodes: Sequence[Node], threshold: float) -> Node:
        kept = node.parents if node.column in self.fixed else ()
        best = None
        while node.parents and len(node.parents) < self.max_parents:
            if best is None:
                best = _likelihood(self.counted((*node.parents, node.column)), self.minimum)
            wider, gain = None, best
            for parents, counts in self._candidates(node, nodes):
                more = _likelihood(counts, self.minimum)
                if more > gain and _depends(
                    counts, [parents.index(name) for name in parents if name not in kept], threshold
                ):
                    wider, gain = parents, more
            if wider is None:
                break
            node, best = Node(node.column, wider), gain
        return node

    def _candidates(self, node: Node, nodes: Sequence[Node]) -> Iterator[tuple[tuple[str, ...], np.ndarray]]:
        """Wider sets of parents, each with its counts and the column's on the last axis."""
        for parents in wider(node.parents, nodes):
            further = next(name for name in parents if name not in node.parents)
            if (further, node.column) not in self.forbid:
                counts = self.counted((*parents, node.column))
                if counts.size <= MOST_CELLS:
                    yield parents, counts


def _depends(counts: np.ndarray, places: Sequence[int], threshold: float) -> bool:
    """Whether the column on the last axis depends on each of these axes given the other ones."""
    for place in places:
        strata = np.moveaxis(counts, place, -2)
        if stratified_p_value(strata.reshape(-1, *strata.shape[-2:])) >= threshold:
            return False
    return True


def wider(parents: tuple[str, ...], nodes: Sequence[Node]) -> Iterator[tuple[str, ...]]:
    """The parents and one more column, for every family that holds them all; in the order in which they were placed."""
    seen = set()
    for node in nodes:
        family = (*node.parents, node.column)
        if set(parents) <= set(family):
            for further in family:
                several = tuple(name for name in family if name in parents or name == further)
                if len(several) > len(parents) and several not in seen:
                    seen.add(several)
                    yield several


def _likelihood(counts: np.ndarray, minimum: int) -> float:
    """Log-likelihood of the column given its parents under its protected table, less its optimism, in nats."""
    flat = counts.reshape(-1, counts.shape[-1])
    filled = fill_hidden(
        protected("", ("",) * (counts.ndim - 1), counts, np.zeros(len(flat), dtype=bool), minimum), None, minimum
    )
    shares = filled / np.maximum(filled.sum(axis=1, keepdims=True), 1e-300)
    occurs = flat > 0
    optimism = ((flat.sum(axis=1) > 0).sum() - 1) * ((flat.sum(axis=0) > 0).sum() - 1) / 2
    return float((flat[occurs] * np.log(np.maximum(shares[occurs], 1e-300))).sum() - optimism)


def tables_of(
    nodes: Sequence[Node], counted: Counter, minimum: int, least: Mapping[str, np.ndarray] | None = None
) -> dict[str, ContingencyTable]:
    """The protected table of each column, in the order of the nodes.

    Args:
        nodes: Parents before children.
        counted: Exact counts.
        minimum: The smallest count that may be told.
        least: Rows that each group of a column is known to have, by column; see ``hide``.
    """
    tables: dict[str, ContingencyTable] = {}
    for node in nodes:
        counts = counted((*node.parents, node.column))
        if node.parents:
            host, known = tables[node.parents[-1]], (least or {}).get(node.column)
            tables[node.column] = conditional(node.column, node.parents, host, counts, minimum, known)
        else:
            tables[node.column] = single(node.column, counts)
    return tables
