"""From noisy tables to one distribution that is consistent and not negative: the most likely under the noise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from synth_assets.describe.private.junction import JunctionTree

MOST_ROUNDS = 1_000
_TOLERANCE = 1e-7
_STEADY = 4
_GROWTH = 1.5
_LEAST_STEP = 1e-12


@dataclass(frozen=True, eq=False)
class Measurement:
    """A table of counts with noise.

    Attributes:
        columns: What is counted, one axis each.
        counts: With noise; float64.
        variance: Of the noise in each cell, shape as ``counts``.
    """

    columns: tuple[str, ...]
    counts: np.ndarray
    variance: np.ndarray

    @property
    def total(self) -> tuple[float, float]:
        """The sum of all cells, and its variance."""
        return float(self.counts.sum()), float(self.variance.sum())


def row_count(measurements: Sequence[Measurement]) -> float:
    """The number of rows, from the sums of noisy tables weighted by how sure each is; at least 1."""
    totals = np.array([measurement.total for measurement in measurements])
    return max(float(np.average(totals[:, 0], weights=1 / totals[:, 1])), 1.0)


def on_simplex(counts: np.ndarray, total: float) -> np.ndarray:
    """The nearest counts that are not negative and add up to ``total`` (Duchi et al. 2008, fig. 1).

    Args:
        counts: Shape (cells,).
        total: Above 0.

    >>> on_simplex(np.array([5.0, 1.0, -2.0]), 4.0).tolist()
    [4.0, 0.0, 0.0]
    """
    falling = np.sort(counts)[::-1]
    over = (np.cumsum(falling) - total) / np.arange(1, len(falling) + 1)
    return np.maximum(counts - over[falling > over][-1], 0.0)


def fit(
    tree: JunctionTree,
    measurements: Sequence[Measurement],
    total: float,
    start: Sequence[np.ndarray],
    rounds: int = MOST_ROUNDS,
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The distribution on the tree that makes the noisy tables most likely.

    It minimises the squared distance to each table over the variance of its noise, among all distributions that the
    tree can have, by entropic mirror descent (Beck and Teboulle 2003) as in Private-PGM (McKenna et al. 2019,
    algorithm 1), with a line search. The problem is convex; on a junction tree marginals are exact.

    Args:
        tree: The families.
        measurements: Each inside one family; of one column, or of a whole family or a part.
        total: The number of rows.
        start: Potentials to begin with, one array a family; ``-inf`` stays.
        rounds: The most steps to take.

    Returns:
        The expected counts of each family, and the potentials behind them.
    """
    placed = [_Placed.of(measurement, tree) for measurement in measurements]
    potentials = list(start)
    counts = tree.marginals(potentials, total)
    loss, slopes = _loss(placed, counts)
    step, steady = 1 / (total * max(float(part.weight.max()) for part in placed)), 0
    for _ in range(rounds):
        while True:
            tried = [held - step * slope for held, slope in zip(potentials, slopes, strict=True)]
            moved = tree.marginals(tried, total)
            after, further = _loss(placed, moved)
            promised = sum(
                float((slope * (old - new)).sum()) for slope, old, new in zip(slopes, counts, moved, strict=True)
            )
            if loss - after >= promised / 2 or step < _LEAST_STEP:
                break
            step /= 2
        steady = steady + 1 if abs(loss - after) <= _TOLERANCE * max(after, 1.0) else 0
        potentials, counts, loss, slopes, step = tried, moved, after, further, step * _GROWTH
        if steady == _STEADY:
            break
    return counts, potentials


def independent_start(tree: JunctionTree, margins: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """Potentials of independent columns.

    Args:
        tree: The families.
        margins: Expected counts of each column's groups.
    """
    found = []
    for family, shape in zip(tree.families, tree.shapes, strict=True):
        margin = margins[family[-1]]
        share = np.maximum(margin / margin.sum(), 1e-6 / len(margin))
        found.append(np.broadcast_to(np.log(share), shape).copy())
    return found


@dataclass(frozen=True, eq=False)
class _Placed:
    """A measurement beside the family that holds it.

    Attributes:
        place: Of the family.
        rest: The axes of the family that are not measured.
        counts: With the axes in the family's order.
        weight: One over the variance, likewise.
        shape: As the family, 1 where an axis is not measured.
    """

    place: int
    rest: tuple[int, ...]
    counts: np.ndarray
    weight: np.ndarray
    shape: tuple[int, ...]

    @classmethod
    def of(cls, measurement: Measurement, tree: JunctionTree) -> "_Placed":
        place = tree.home(measurement.columns)
        family = tree.families[place]
        order = [measurement.columns.index(name) for name in family if name in measurement.columns]
        counts, variance = (part.transpose(order) for part in (measurement.counts, measurement.variance))
        rest = tuple(axis for axis, name in enumerate(family) if name not in measurement.columns)
        shape = tuple(1 if axis in rest else size for axis, size in enumerate(tree.shapes[place]))
        return cls(place, rest, counts, 1 / variance, shape)


def _loss(placed: Sequence[_Placed], counts: Sequence[np.ndarray]) -> tuple[float, list[np.ndarray]]:
    """Half the weighted squared distance, and its slope in the counts of each family."""
    loss, slopes = 0.0, [np.zeros((1,) * part.ndim) for part in counts]
    for part in placed:
        held = counts[part.place]
        off = (held.sum(axis=part.rest) if part.rest else held) - part.counts
        pull = part.weight * off
        loss += float((pull * off).sum()) / 2
        slopes[part.place] = slopes[part.place] + pull.reshape(part.shape)
    return loss, slopes
