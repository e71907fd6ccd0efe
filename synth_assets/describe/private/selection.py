"""Which columns depend on which: chosen by noisy maxima, in which "no edge" competes with every edge.

Scores are taken on exact counts, but against noisy margins; what leaves here is only which score was largest with
noise.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from synth_assets.describe.rules import NetworkRules
from synth_assets.describe.structure import MOST_CELLS, Counter, Node, wider

Pair = tuple[str, str]
Choose = Callable[[Sequence[int]], int]
"""The place of the largest score, with noise."""

NO_EDGE = 0
"""The score of leaving a column without a further edge."""


def error_by_noise(cells: int, scale: float) -> float:
    """The expected sum of absolute noise over a table, sqrt(2 / pi) * scale * cells: what measuring it would cost."""
    return math.sqrt(2 / math.pi) * scale * cells


def distance(counts: np.ndarray, expected: np.ndarray) -> int:
    """How much a table differs from what is expected of it: the L1 distance.

    One row more or less moves it by at most 1, for ``expected`` is rounded to whole counts that do not depend on the
    exact ones.

    Args:
        counts: Exact, whole.
        expected: From noisy counts alone, same shape.
    """
    return int(np.abs(counts - np.round(expected).astype(np.int64)).sum())


@dataclass(frozen=True, slots=True)
class Gap:
    """How far a pair of columns is from independence.

    Attributes:
        distance: See ``distance``; not noisy.
        cells: Of the pair's table.
    """

    distance: int
    cells: int


@dataclass(frozen=True)
class Forest:
    """The search for a forest under rules.

    Attributes:
        names: All columns, in order.
        parents: The forced parents of each column, in a placement in which they come first; see ``completion``.
        rules: What must hold.
        gaps: Of pairs of columns, earlier first; pairs left out have no edge.
        scale: The noise with which each of so many edges would be measured, in standard deviations.
        choose: A noisy maximum.
    """

    names: Sequence[str]
    parents: Mapping[str, tuple[str, ...]]
    rules: NetworkRules
    gaps: Mapping[Pair, Gap]
    scale: Callable[[int], float]
    choose: Choose

    def grow(self) -> list[Node]:
        """Every column, parents before children.

        As Prim's (1957) tree: of the links from columns that are placed to one that is not, a noisy maximum takes the
        best; where "no edge" wins, the next column starts a tree of its own. That is at most one choice for each column
        but the first. Forced parents are public, and are placed without a choice.
        """
        nodes: list[Node] = []
        while len(nodes) < len(self.names):
            nodes.append(self._next(nodes))
        return nodes

    def _next(self, nodes: Sequence[Node]) -> Node:
        ready = self._ready(nodes)
        forced = [name for name in ready if self.parents[name]]
        if forced:
            return Node(forced[0], self.parents[forced[0]])
        links = list(self._links(nodes, ready))
        if not links:
            return Node(ready[0], ())
        scale = self.scale(1 + sum(bool(node.parents) for node in nodes))
        best = self.choose([*(self._score(link, scale) for link in links), NO_EDGE])
        if best == len(links):
            return Node(ready[0], ())
        parent, child = links[best]
        return Node(child, (parent,))

    def _ready(self, nodes: Sequence[Node]) -> list[str]:
        """The columns that are left and need none of those that are, in order."""
        placed = {node.column for node in nodes}
        before: dict[str, set[str]] = {name: set(self.parents[name]) for name in self.names}
        for first, second in self.rules.precedence():
            before[second].add(first)
        return [name for name in self.names if name not in placed and before[name] <= placed]

    def _links(self, nodes: Sequence[Node], ready: Sequence[str]) -> Iterator[Pair]:
        for node in nodes:
            for name in ready:
                link = (node.column, name)
                if self._gap(link) is not None and link not in self.rules.forbid:
                    yield link

    def _gap(self, link: Pair) -> Gap | None:
        return self.gaps.get(link, self.gaps.get(link[::-1]))

    def _score(self, link: Pair, scale: float) -> int:
        """What the edge would tell, less what its noise would blur, as in AIM (McKenna et al. 2022, eq. 1)."""
        gap = self._gap(link) or Gap(0, 0)
        return gap.distance - round(error_by_noise(gap.cells, scale))


def wider_nodes(
    nodes: Sequence[Node], sizes: Mapping[str, int], max_parents: int, rules: NetworkRules
) -> Iterator[tuple[int, Node]]:
    """Every way to give one column one more parent: its place, and what it would become.

    All parents stay together in an earlier family. Columns with forced parents keep those alone.

    Args:
        nodes: Parents before children.
        sizes: Groups of each column.
        max_parents: The most parents that a column may have.
        rules: What must hold.
    """
    fixed = {child for _, child in rules.force}
    for place, node in enumerate(nodes):
        if not 0 < len(node.parents) < max_parents or node.column in fixed:
            continue
        for parents in wider(node.parents, nodes[:place]):
            further = next(name for name in parents if name not in node.parents)
            cells = math.prod(sizes[name] for name in (*parents, node.column))
            if cells <= MOST_CELLS and (further, node.column) not in rules.forbid:
                yield place, Node(node.column, parents)


def pair_gaps(
    pairs: Sequence[Pair], counted: Counter, margins: Mapping[str, np.ndarray], rows: float
) -> dict[Pair, Gap]:
    """How far each pair is from independence; pairs with too large a table are left out.

    Args:
        pairs: Of columns.
        counted: Exact counts.
        margins: Noisy counts of each column's groups, not negative, that add up to ``rows``.
        rows: Of the table, as noisy counts tell.
    """
    found = {}
    for first, second in pairs:
        apart = np.outer(margins[first], margins[second]) / rows
        if apart.size <= MOST_CELLS:
            found[first, second] = Gap(distance(counted((first, second)), apart), apart.size)
    return found
