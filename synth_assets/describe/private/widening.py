"""Further parents for columns of a forest, one by one, while a family differs more from the fit than noise would."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synth_assets.describe.coded_table import CodedTable
from synth_assets.describe.conditional import widened
from synth_assets.describe.private.fitting import Measurement, fit
from synth_assets.describe.private.junction import JunctionTree, added_up
from synth_assets.describe.private.mechanism import Mechanism
from synth_assets.describe.private.request import parts
from synth_assets.describe.private.selection import NO_EDGE, distance, error_by_noise, wider_nodes
from synth_assets.describe.rules import NetworkRules
from synth_assets.describe.structure import Node

CHOICES = 0.15
"""The part of each round's budget that goes to the choice; the rest measures what was chosen."""

_FIT_ROUNDS = 40


@dataclass(frozen=True)
class Widening:
    """Rounds of choosing, measuring and fitting, as in AIM (McKenna et al. 2022).

    Attributes:
        table: The coded table.
        mechanism: Adds the noise.
        max_parents: The most parents that a column may have.
        rules: What must hold of the network.
        units: What may be spent.
    """

    table: CodedTable
    mechanism: Mechanism
    max_parents: int
    rules: NetworkRules
    units: int

    def grow(
        self,
        nodes: list[Node],
        measured: Sequence[Measurement],
        counts: list[np.ndarray],
        potentials: list[np.ndarray],
    ) -> tuple[list[Node], list[Measurement], int]:
        """Wider nodes, the noisy counts of their families, and what is left of the budget.

        Each round takes the wider family whose counts differ most from what the fit expects, or none, and with none
        it ends.

        Args:
            nodes: Parents before children.
            measured: All noisy counts so far.
            counts: The fit's, of each node's family.
            potentials: Behind them.
        """
        rounds = (self.max_parents - 1) * sum(bool(node.parents) for node in nodes)
        choice, counting = parts(self.units // max(rounds, 1), (CHOICES, 1 - CHOICES))
        added: list[Measurement] = []
        left = self.units
        while choice and counting and left >= choice + counting:
            left -= choice
            place, wider = self._chosen(nodes, counts, choice, counting)
            if wider is None:
                break
            left -= counting
            added.append(self.mechanism.table(self.table, (*wider.parents, wider.column), counting))
            potentials[place] = _over(nodes[place], wider, potentials[place], self._shape(wider))
            nodes = [wider if at == place else node for at, node in enumerate(nodes)]
            tree = JunctionTree.of(nodes, self._sizes)
            total = float(counts[0].sum())
            counts, potentials = fit(tree, [*measured, *added], total, potentials, _FIT_ROUNDS)
        return nodes, added, left

    def _chosen(
        self, nodes: Sequence[Node], counts: Sequence[np.ndarray], choice: int, counting: int
    ) -> tuple[int, Node | None]:
        """The place of a column and what it becomes; nothing where leaving all as they are wins."""
        scale = self.mechanism.scale(counting)
        candidates = list(wider_nodes(nodes, self._sizes, self.max_parents, self.rules))
        scores = [self._score(nodes, counts, place, wider, scale) for place, wider in candidates]
        best = self.mechanism.chooser(choice)([*scores, NO_EDGE])
        return (0, None) if best == len(candidates) else candidates[best]

    def _score(self, nodes: Sequence[Node], counts: Sequence[np.ndarray], place: int, wider: Node, scale: float) -> int:
        family = (*wider.parents, wider.column)
        likely = expected(nodes, counts, place, wider)
        return distance(self.table.counted(family), likely) - round(error_by_noise(likely.size, scale))

    @property
    def _sizes(self) -> dict[str, int]:
        return {name: coded.group_count for name, coded in self.table.columns.items()}

    def _shape(self, node: Node) -> tuple[int, ...]:
        return tuple(self._sizes[name] for name in (*node.parents, node.column))


def expected(nodes: Sequence[Node], counts: Sequence[np.ndarray], place: int, wider: Node) -> np.ndarray:
    """What the fit expects of a wider family: the column depends on its parents, and not on the further one.

    Args:
        nodes: Parents before children.
        counts: The fit's, of each node's family.
        place: Of the node.
        wider: What it would become; its parents stand together in an earlier family.

    Returns:
        One axis for each of the wider parents, and the last for the column.
    """
    families = [(*node.parents, node.column) for node in nodes]
    host = next(at for at in range(place) if set(wider.parents) <= set(families[at]))
    shared = added_up(counts[host], tuple(families[host].index(name) for name in wider.parents))
    own = counts[place]
    sums = own.sum(axis=-1, keepdims=True)
    share = np.divide(own, sums, out=np.zeros_like(own), where=sums > 0)
    return shared[..., None] * widened(families[place], share, (*wider.parents, wider.column))


def _over(node: Node, wider: Node, potentials: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Potentials of a family over a wider one."""
    narrow = widened((*node.parents, node.column), potentials, (*wider.parents, wider.column))
    return np.broadcast_to(narrow, shape).copy()
