"""Junction trees: marginals of a log-linear model over families of columns, by one pass up and one pass down.

It works on arrays of potentials; it knows nothing of data or noise.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synth_assets.describe.structure import Node


@dataclass(frozen=True)
class Link:
    """How a family hangs on an earlier one: the axes of the columns that they share.

    Attributes:
        host: The place of the earlier family.
        own: The shared columns' axes in the family, in order.
        hosts: Their axes in the host, in the same order of columns.
    """

    host: int
    own: tuple[int, ...]
    hosts: tuple[int, ...]


@dataclass(frozen=True)
class JunctionTree:
    """Families of columns, each linked to an earlier one that holds all that they share.

    Attributes:
        families: The columns of each family; the last is the one that it adds.
        shapes: How many groups each of them has.
        links: How each family hangs on an earlier one; ``None`` where it shares nothing.
    """

    families: tuple[tuple[str, ...], ...]
    shapes: tuple[tuple[int, ...], ...]
    links: tuple[Link | None, ...]

    @classmethod
    def of(cls, nodes: Sequence[Node], sizes: dict[str, int]) -> "JunctionTree":
        """The tree of a network in which the parents of every column stand together in an earlier family.

        Args:
            nodes: Parents before children.
            sizes: Groups of each column.
        """
        families = tuple((*node.parents, node.column) for node in nodes)
        shapes = tuple(tuple(sizes[name] for name in family) for family in families)
        return cls(families, shapes, tuple(_link(place, families) for place in range(len(families))))

    def home(self, columns: Sequence[str]) -> int:
        """The place of the smallest family that holds these columns.

        Raises:
            ValueError: There is none.
        """
        wanted = set(columns)
        places = [place for place, family in enumerate(self.families) if wanted <= set(family)]
        return min(places, key=lambda place: (np.prod(self.shapes[place]), place))

    def marginals(self, potentials: Sequence[np.ndarray], total: float) -> list[np.ndarray]:
        """Expected counts of every family under weights ``exp(sum of potentials)``.

        Belief propagation on a junction tree (Lauritzen and Spiegelhalter 1988), which is exact: messages are collected
        from the last family to the first, and counts are given out from the first to the last.

        Args:
            potentials: One array a family, of its shape; ``-inf`` where nothing can be.
            total: What the counts of each family add up to, above 0.
        """
        beliefs, messages = list(potentials), [np.zeros(1)] * len(potentials)
        for place in range(len(beliefs) - 1, -1, -1):
            link = self.links[place]
            if link is not None:
                messages[place] = _log_sum(beliefs[place], link.own)
                beliefs[link.host] = beliefs[link.host] + _spread(messages[place], link.hosts, beliefs[link.host].ndim)
        counts: list[np.ndarray] = []
        for belief, message, link in zip(beliefs, messages, self.links, strict=True):
            if link is None:
                weights = np.exp(belief - belief.max())
                counts.append(weights * (total / weights.sum()))
            else:
                shared = added_up(counts[link.host], link.hosts)
                share = np.exp(belief - _spread(np.where(np.isfinite(message), message, 0), link.own, belief.ndim))
                counts.append(share * _spread(shared, link.own, belief.ndim))
        return counts


def added_up(cells: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """Cells added up over all other axes; those that are left come in the order given."""
    return cells.sum(axis=_rest(axes, cells.ndim)).transpose(np.argsort(np.argsort(axes)))


def _link(place: int, families: Sequence[tuple[str, ...]]) -> Link | None:
    family, parents = families[place], families[place][:-1]
    if not parents:
        return None
    host = next(earlier for earlier in range(place) if set(parents) <= set(families[earlier]))
    return Link(host, tuple(range(len(parents))), tuple(families[host].index(name) for name in family[:-1]))


def _rest(axes: Sequence[int], dimensions: int) -> tuple[int, ...]:
    return tuple(axis for axis in range(dimensions) if axis not in axes)


def _log_sum(beliefs: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """The logarithm of the summed exponentials over all other axes; the ones that are left are in order."""
    rest = _rest(axes, beliefs.ndim)
    top = beliefs.max(axis=rest, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        return np.log(np.exp(beliefs - top).sum(axis=rest)) + top.squeeze(axis=rest)


def _spread(cells: np.ndarray, axes: tuple[int, ...], dimensions: int) -> np.ndarray:
    """Cells whose axes stand at these places, with axes of length 1 at the others."""
    order = np.argsort(axes)
    shape = [1] * dimensions
    for axis, length in zip(axes, cells.shape, strict=True):
        shape[axis] = length
    return cells.transpose(order).reshape(shape)
