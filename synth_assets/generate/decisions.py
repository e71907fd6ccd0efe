"""What columns hold that others decide: a group and a value for each combination of those, the same in all blocks."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from synth_assets.constraints import Determined
from synth_assets.describe.conditional import Conditional
from synth_assets.describe.impossible import masks, missing_group
from synth_assets.errors import GenerationError
from synth_assets.generate.model import Model
from synth_assets.generate.sampling import draw
from synth_assets.generate.values import axis_values


@dataclass(frozen=True, eq=False)
class Decision:
    """A column that others decide.

    Attributes:
        rule: Which, and by which.
        groups: The column's group for each configuration of the others, the last varying fastest.
        values: Its value for each configuration, on the column's axis.
    """

    rule: Determined
    groups: np.ndarray
    values: pl.Series


def decide(model: Model, table: Conditional, rule: Determined, rng: np.random.Generator) -> Decision:
    """The most likely group where the network has the columns together, else one drawn by the column's own weights.

    Args:
        model: What rows are drawn from.
        table: Of the column that is decided.
        rule: By which columns.
        rng: Source of chance.

    Raises:
        GenerationError: There are too many combinations.
    """
    coded = model.column(rule.column)
    shape = [model.column(name).group_count for name in rule.by]
    weights = _likely(table, rule.by)
    present = np.ones(coded.group_count)
    gone = missing_group(coded)
    if gone is not None and coded.group_count > 1:
        present[gone] = 0.0
    if weights is None:
        margin = table.weights.sum(axis=0) * present
        even = np.tile(margin if margin.any() else present, (_cells(shape), 1))
        groups = _drawn_apart(even * _allowed(model, rule, even.shape), even, rng)
    else:
        groups = (weights.reshape(-1, coded.group_count) * present).argmax(axis=1)
    values = np.ones(coded.size, dtype=bool)
    values[coded.coding.size :] = not coded.coding.size
    return Decision(rule, groups, axis_values(coded, groups, model.bin_rows.get(rule.column), rng, values))


def _allowed(model: Model, rule: Determined, shape: tuple[int, ...]) -> np.ndarray:
    """1 for groups of the column that nothing forbids beside those that decide it, else 0."""
    allowed = np.ones([model.column(name).group_count for name in rule.columns])
    for mask in masks(model.constraints, model.column):
        if set(mask.columns) <= set(rule.columns):
            allowed = np.where(mask.over(rule.columns), 0.0, allowed)
    return allowed.reshape(shape)


def _drawn_apart(weights: np.ndarray, otherwise: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A group for each configuration, by its weights: configurations with the same weights share systematic draws."""
    usable = np.where(weights.any(axis=1, keepdims=True), weights, otherwise)
    kinds, kind = np.unique(usable, axis=0, return_inverse=True)
    return draw(kinds, kind.ravel(), rng)


def _likely(table: Conditional, by: tuple[str, ...]) -> np.ndarray | None:
    """Weights of the column given those that decide it, one axis each; ``None`` where they are not its parents."""
    if not set(by) <= set(table.parents):
        return None
    rest = tuple(place for place, name in enumerate(table.parents) if name not in by)
    weights = table.weights.reshape(table.sizes).sum(axis=rest)
    kept = [name for name in table.parents if name in by]
    return weights.transpose([*(kept.index(name) for name in by), len(by)])


def _cells(shape: list[int]) -> int:
    cells = int(np.prod(shape, dtype=np.int64))
    if cells > 10**7:
        message = f"A constraint is decided by {cells:,} combinations of values. Allowed: 10,000,000. Declare fewer."
        raise GenerationError(message)
    return cells
