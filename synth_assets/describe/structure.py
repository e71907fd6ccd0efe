"""From a forest to a network with more parents: which further column each one depends on, given its parent.

It reads counts, never a table. Every column's parents are together in the table of one of them, so that what is told of
a configuration is told in one place; see ``hide``.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from synth_assets.describe.network import FALSE_EDGE_RATE, stratified_p_value
from synth_assets.describe.tables import ContingencyTable, conditional, fill_hidden, protected, single

MOST_CELLS = 100_000
"""A table may have no more cells."""

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
    """Give each column of a forest further parents, while they tell more of it than noise would.

    Greedy, in the forest's order: of the columns that share an earlier family with all parents so far, that one joins
    which adds most to the likelihood that the protected table gives the data, less (rows - 1)(columns - 1) / 2 for what
    it would add by chance; and only where the column depends on each parent given the others (see
    ``stratified_p_value``).

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
    nodes = [Node(name, ()) for name in names if name not in children]
    search = _Search(counted, minimum, FALSE_EDGE_RATE / max(len(names) * (len(names) - 1) // 2, 1))
    for parent, child in ways:
        parents: tuple[str, ...] = (parent,)
        while len(parents) < max_parents and (better := search.further(child, parents, nodes)):
            parents = better
        nodes.append(Node(child, parents))
    return nodes


@dataclass(frozen=True)
class _Search:
    """What stays the same through a search: exact counts, the smallest that may be told, the rate of false parents."""

    counted: Counter
    minimum: int
    threshold: float

    def further(self, child: str, parents: tuple[str, ...], nodes: Sequence[Node]) -> tuple[str, ...] | None:
        """The parents and the best further one; ``None`` where none is better than noise."""
        best, best_gain = None, _likelihood(self.counted((*parents, child)), self.minimum)
        for wider in _wider(parents, nodes):
            counts = self.counted((*wider, child))
            if counts.size <= MOST_CELLS:
                gain = _likelihood(counts, self.minimum)
                if gain > best_gain and self._depends(wider, child):
                    best, best_gain = wider, gain
        return best

    def _depends(self, wider: tuple[str, ...], child: str) -> bool:
        """Whether the child depends on each of these columns given the others."""
        for name in wider:
            others = tuple(other for other in wider if other != name)
            counts = self.counted((*others, name, child))
            if stratified_p_value(counts.reshape(-1, *counts.shape[-2:])) >= self.threshold:
                return False
        return True


def _wider(parents: tuple[str, ...], nodes: Sequence[Node]) -> Iterator[tuple[str, ...]]:
    """The parents and one more column, for every family that holds them all; in the order in which they were placed."""
    seen = set()
    for node in nodes:
        family = (*node.parents, node.column)
        if set(parents) <= set(family):
            for further in family:
                wider = tuple(name for name in family if name in parents or name == further)
                if len(wider) > len(parents) and wider not in seen:
                    seen.add(wider)
                    yield wider


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


def tables_of(nodes: Sequence[Node], counted: Counter, minimum: int) -> dict[str, ContingencyTable]:
    """The protected table of each column, in the order of the nodes."""
    tables: dict[str, ContingencyTable] = {}
    for node in nodes:
        counts = counted((*node.parents, node.column))
        if node.parents:
            tables[node.column] = conditional(node.column, node.parents, tables[node.parents[-1]], counts, minimum)
        else:
            tables[node.column] = single(node.column, counts)
    return tables
