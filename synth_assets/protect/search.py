"""Which node of the lattice loses least and is anonymous: the whole lattice, a proof that skips, or a beam.

A node is suitable where few enough rows have to be suppressed. What makes a search exact is that a node that is not
suitable has none below it that is (k-anonymity and l-diversity with suppression; not t-closeness), and that a cell's
loss never falls as levels rise, so that the loss without suppression bounds a node's loss from below.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, get_args

import numpy as np

from synth_assets.protect.lattice import Grouping, Lattice
from synth_assets.protect.loss import BY_CELL, Losses, Measure, average_class_size, cell_losses, discernibility
from synth_assets.protect.suppress import Requirement, kept_at

Node: TypeAlias = tuple[int, ...]
LossOf: TypeAlias = Callable[[Node, Grouping], Callable[[np.ndarray, int], float]]
"""The loss of a node with its classes, by which combinations stay, and k."""

BEAM = 64
"""How many nodes of one height a search that is not exhaustive goes on from."""

_EQUAL = 1e-12


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """What a node comes to at one k; the least is the best.

    Attributes:
        loss: By the measure of the search, suppressed rows counted in; infinite where no row is left.
        suppressed: Rows that have to go.
        node: The levels.
        k: At least so many rows a class.
    """

    loss: float
    suppressed: int
    node: Node
    k: int


class Evaluator:
    """Nodes of one lattice by one measure of loss, each looked at once."""

    def __init__(
        self, lattice: Lattice, measure: Measure, requirement: Requirement, other_ks: Sequence[int] = ()
    ) -> None:
        """Prepare the loss of every cell.

        Args:
            lattice: The table.
            measure: Of loss.
            requirement: On classes; its ``k`` comes first.
            other_ks: Other values of k to look at on the way.
        """
        self.lattice = lattice
        self.requirement = requirement
        self.found: dict[Node, tuple[Point, ...]] = {}
        self._ks = (requirement.k, *other_ks)
        self._loss, self._bounds = _by_cell(lattice, measure) if measure in BY_CELL else _by_class(lattice, measure)

    def points(self, node: Node) -> tuple[Point, ...]:
        """What the node comes to, at the required k first."""
        if node not in self.found:
            self.found[node] = tuple(self._evaluated(node))
        return self.found[node]

    def _evaluated(self, node: Node) -> Iterator[Point]:
        grouping = self.lattice.grouping(node)
        loss_of = self._loss(node, grouping)
        for k, stay in zip(self._ks, kept_at(self.lattice, grouping, self.requirement, self._ks), strict=True):
            suppressed = self.lattice.total - int(self.lattice.rows @ stay)
            loss = loss_of(stay, k) if suppressed < self.lattice.total else np.inf
            yield Point(loss, suppressed, node, k)

    def bound(self, nodes: np.ndarray) -> np.ndarray:
        """The least loss that nodes can have, shape (nodes,)."""
        return np.sum([column[nodes[:, place]] for place, column in enumerate(self._bounds)], axis=0)


def _by_cell(lattice: Lattice, measure: Measure) -> tuple[LossOf, tuple[np.ndarray, ...]]:
    """The sum over the cells of all rows, and each column's without suppression."""
    cells = cell_losses(lattice.ladders, measure)
    gone = np.sum([cell.suppressed[codes] for cell, codes in zip(cells, lattice.combinations, strict=True)], axis=0)
    whole = float((gone * lattice.rows).sum())

    def loss(node: Node, grouping: Grouping) -> Callable[[np.ndarray, int], float]:  # noqa: ARG001 - as for any measure
        saved = -gone
        for cell, level, codes in zip(cells, node, lattice.combinations, strict=True):
            saved += cell.kept[level][codes]
        saved *= lattice.rows
        return lambda stay, _: max(whole + float(saved[stay].sum()), 0.0)

    bounds = tuple(
        np.array([float((kept_loss * one.rows).sum()) for kept_loss in cell.kept])
        for cell, one in zip(cells, lattice.ladders, strict=True)
    )
    return loss, bounds


def _by_class(lattice: Lattice, measure: Measure) -> tuple[LossOf, tuple[np.ndarray, ...]]:
    """From the sizes of classes, for which there is no bound."""

    def loss(node: Node, grouping: Grouping) -> Callable[[np.ndarray, int], float]:  # noqa: ARG001 - as for any measure
        def of(stay: np.ndarray, k: int) -> float:
            class_rows = np.bincount(grouping.classes[stay], weights=lattice.rows[stay])
            class_rows = class_rows[class_rows > 0]
            if measure == "average_class_size":
                return average_class_size(class_rows, k)
            return discernibility(class_rows, lattice.total - int(class_rows.sum()), lattice.total)

        return of

    return loss, tuple(np.zeros(height + 1) for height in lattice.heights)


def everything(evaluator: Evaluator, allowed: int) -> Point | None:
    """The best node of all, every one looked at.

    Args:
        evaluator: Of nodes.
        allowed: Rows that may be suppressed.
    """
    nodes = map(tuple, evaluator.lattice.nodes().tolist())
    return min((point for node in nodes if suits(point := evaluator.points(node)[0], allowed)), default=None)


def proved(evaluator: Evaluator, allowed: int) -> Point | None:
    """The best node of all, found without looking at those that cannot be it.

    Nodes are taken by their bound, least first, until it exceeds the best loss. Where a node is not suitable, the
    highest that is not is sought on a path to the top, and all below it are skipped (Flash, Kohlmayer et al. 2012).
    """
    nodes = evaluator.lattice.nodes()
    bounds = evaluator.bound(nodes)
    skipped = np.zeros(len(nodes), dtype=bool)
    best: Point | None = None
    for place in np.lexsort((*nodes.T[::-1], bounds)):
        if best is not None and bounds[place] > best.loss + _EQUAL:
            break
        if skipped[place]:
            continue
        point = evaluator.points(_node(nodes[place]))[0]
        if suits(point, allowed):
            best = point if best is None else min(best, point)
        elif evaluator.requirement.t is None:
            skipped |= (nodes <= np.array(_highest_unsuitable(evaluator, point.node, allowed))).all(axis=1)
    return best


def beam(evaluator: Evaluator, allowed: int) -> Point | None:
    """A good node, by going down from the top and keeping the ``BEAM`` best suitable ones of each height."""
    point = evaluator.points(evaluator.lattice.heights)[0]
    best = point if suits(point, allowed) else None
    front = [point.node] if best else []
    while front:
        below = {child for node in front for child in _children(node)}
        suitable = sorted(point for node in below if suits(point := evaluator.points(node)[0], allowed))
        front = [point.node for point in suitable[:BEAM]]
        best = min([*suitable[:1], *([best] if best else [])], default=None)
    return best


def losses(lattice: Lattice, node: Node, stay: np.ndarray, k: int) -> Losses:
    """The losses of a node by all measures.

    Args:
        lattice: The table.
        node: The levels.
        stay: Which combinations stay, at least one; shape (combinations,).
        k: The least size of a class.
    """
    grouping = lattice.grouping(node)
    makers = {measure: _by_cell if measure in BY_CELL else _by_class for measure in get_args(Measure)}
    return Losses(**{measure: make(lattice, measure)[0](node, grouping)(stay, k) for measure, make in makers.items()})


def suits(point: Point, allowed: int) -> bool:
    """Whether no more rows are suppressed than may be, and some are left."""
    return point.suppressed <= allowed and point.loss < np.inf


def _highest_unsuitable(evaluator: Evaluator, node: Node, allowed: int) -> Node:
    """On the path from a node that is not suitable to the top, which raises what is relatively lowest first."""
    path = _path(node, evaluator.lattice.heights)
    low, high = 0, len(path)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if not suits(evaluator.points(path[middle])[0], allowed) else (low, middle)
    return path[low]


def _path(node: Node, heights: Sequence[int]) -> list[Node]:
    path = [node]
    while path[-1] != tuple(heights):
        last = list(path[-1])
        place = min(
            (place for place in range(len(last)) if last[place] < heights[place]),
            key=lambda place: (last[place] / heights[place], place),
        )
        last[place] += 1
        path.append(tuple(last))
    return path


def _children(node: Node) -> Iterator[Node]:
    for place, level in enumerate(node):
        if level:
            yield (*node[:place], level - 1, *node[place + 1 :])


def _node(levels: np.ndarray) -> Node:
    return tuple(int(level) for level in levels)
