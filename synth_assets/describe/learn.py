"""Learn a network from counts, under rules: a forest, its directions, and further parents.

It reads counts, never a table.
"""

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from synth_assets.describe.completion import completed
from synth_assets.describe.hide import hide
from synth_assets.describe.network import Score, directed, forest, real_links
from synth_assets.describe.rules import NetworkRules
from synth_assets.describe.structure import Counter, Node, Search, grow

Scores = Mapping[tuple[str, str], Score]


def learn(  # noqa: PLR0913, PLR0917 - what is known of the table, what is allowed, and what is asked for
    scores: Scores, names: Sequence[str], counted: Counter, minimum: int, max_parents: int, rules: NetworkRules
) -> list[Node]:
    """Every column with its parents: the maximum-likelihood forest, then further parents, as far as the rules allow.

    Without rules each tree of the forest has the root for which the fewest rows are hidden. With rules a tree grows
    from its root as Prim's (1957) does, by the link that tells most of those that they allow; a column with forced
    parents takes these, and what they bring with them (see ``completion``), as soon as they are placed. The root is
    the one whose tree tells most, and of these the one for which the fewest rows are hidden.

    Args:
        scores: Of pairs of columns, as ``network.pairs`` gives them; pairs that are left out get no edge unless forced.
        names: All columns, in order; ties fall in this order, so the result is deterministic.
        counted: Exact counts.
        minimum: The smallest count that may be told.
        max_parents: The most parents a column may have; 0 for no edges.
        rules: What must hold of the network.

    Returns:
        Parents before children; the parents of each column are together in the family of the last of them.

    Raises:
        DescriptionError: The rules cannot be kept; see ``NetworkRules.check``.
    """
    rules.check(names, {name: counted((name,)).size for name in names}, max_parents)
    cost = functools.cache(lambda parent, child: _rows_hidden(counted((parent, child)), minimum))
    if rules == NetworkRules():
        links = forest(scores, names) if max_parents else []
        return grow(directed(links, names, cost), names, counted, minimum, max_parents)
    parents = completed(names, rules.force, rules.forbid, rules.precedence())
    learned = scores if max_parents and not rules.whole else {}
    start = _Placement.under(rules, parents, learned, names).place(cost)
    if rules.whole:
        return start
    fixed = frozenset(name for name, several in parents.items() if several)
    return Search(counted, minimum, max_parents, frozenset(rules.forbid), fixed).grow(start)


def _rows_hidden(counts: np.ndarray, minimum: int) -> int:
    return int(counts[hide(counts, minimum, np.zeros(len(counts), dtype=bool))].sum())


@dataclass(frozen=True)
class _Placement:
    """Columns by number, and what is known of each pair of them before any is placed.

    Attributes:
        number: The place of each column, in order.
        forced: The forced parents of each column, with what they bring; most have none.
        needs: Whether the first is placed after the second, shape (columns, columns).
        rank: The place of the allowed link from the first to the second among all by falling information, shape
            (columns, columns); ``_NO_LINK`` for none.
        information: What each link tells, by rank.
    """

    number: Mapping[str, int]
    forced: Mapping[str, tuple[str, ...]]
    needs: np.ndarray
    rank: np.ndarray
    information: Sequence[float]

    @classmethod
    def under(
        cls, rules: NetworkRules, forced: Mapping[str, tuple[str, ...]], scores: Scores, names: Sequence[str]
    ) -> "_Placement":
        """What the rules and the scores say."""
        number = {name: place for place, name in enumerate(names)}
        needs = np.zeros((len(names), len(names)), dtype=bool)
        edges = [(parent, child) for child, parents in forced.items() for parent in parents]
        for first, second in [*rules.precedence(), *edges]:
            needs[number[second], number[first]] = True
        links = real_links(scores, names)
        rank = np.full(needs.shape, _NO_LINK)
        for place, (first, second) in enumerate(links):
            rank[number[first], number[second]] = rank[number[second], number[first]] = place
        for parent, child in rules.forbid:
            rank[number[parent], number[child]] = _NO_LINK
        return cls(number, forced, needs, rank, [scores[link].mutual_information for link in links])

    def place(self, cost: Callable[[str, str], int]) -> list[Node]:
        """Every column: tree after tree, each from its best root."""
        nodes: list[Node] = []
        while len(nodes) < len(self.number):
            start = len(nodes)
            trees = [self._tree([*nodes, Node(root, ())]) for root in self._ready(nodes)]
            nodes = min(trees, key=lambda tree: self._worth(tree[start:], cost))
        return nodes

    def _worth(self, tree: Sequence[Node], cost: Callable[[str, str], int]) -> tuple[float, int]:
        """Small where the links of a tree tell much, and then where they hide few rows."""
        links = [(node.parents[0], node.column) for node in tree if node.parents and not self.forced[node.column]]
        ranks = [self.rank[self.number[parent], self.number[child]] for parent, child in links]
        return -math.fsum(self.information[rank] for rank in ranks), sum(cost(*link) for link in links)

    def _tree(self, nodes: list[Node]) -> list[Node]:
        """The nodes, and all that can be linked to them, one after the other."""
        while (node := self._next(nodes)) is not None:
            nodes = [*nodes, node]
        return nodes

    def _next(self, nodes: Sequence[Node]) -> Node | None:
        """A column with forced parents, or else the column that has the best link to those that are placed."""
        ready = self._ready(nodes)
        for name in ready:
            if self.forced[name]:
                return Node(name, self.forced[name])
        parents = [node.column for node in nodes]
        near = self.rank[np.ix_(*([self.number[name] for name in part] for part in (parents, ready)))]
        if not near.size or near.min() == _NO_LINK:
            return None
        parent, child = divmod(int(near.argmin()), len(ready))
        return Node(ready[child], (parents[parent],))

    def _ready(self, nodes: Sequence[Node]) -> list[str]:
        """The columns that are left and need none of those that are, in order."""
        placed = {node.column for node in nodes}
        left = np.array([name not in placed for name in self.number])
        ready = left & ~(self.needs & left).any(axis=1)
        return [name for name, place in self.number.items() if ready[place]]


_NO_LINK = np.iinfo(np.int64).max
