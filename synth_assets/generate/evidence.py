"""What is known of a row before it is drawn, passed up the network so that drawing down it is exact.

It works on groups and weights; it knows nothing of values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from synth_assets.describe.conditional import Conditional, widened
from synth_assets.errors import GenerationError


@dataclass(frozen=True, eq=False)
class Factor:
    """What is known of some columns together.

    Attributes:
        columns: At least one.
        weights: Not negative, one axis a column: how much each combination of their groups counts; 0 is impossible.
    """

    columns: tuple[str, ...]
    weights: np.ndarray


def together(conditionals: Sequence[Conditional]) -> bool:
    """Whether each column's parents are all in the family of one of them, as evidence needs it."""
    families = {table.column: table.family for table in conditionals}
    return all(_host(table, families) is not None for table in conditionals if table.parents)


def home(columns: Sequence[str], conditionals: Sequence[Conditional]) -> Conditional | None:
    """A conditional in whose family these columns all are."""
    return next((table for table in conditionals if set(columns) <= set(table.family)), None)


def given(conditionals: Sequence[Conditional], factors: Sequence[Factor]) -> list[Conditional]:
    """The conditionals of a row of which something is known.

    Exact inference in a directed network by one pass from the last column to the first (Pearl 1988, ch. 4, on families
    in place of nodes): each family's weights, with what is known of it, are summed over its column and passed to the
    family that holds the parents.

    Args:
        conditionals: Parents before children, the parents of each ``together``.
        factors: Each inside one family.

    Returns:
        As the conditionals, each with the weights that its column has given its parents and all that is known.

    Raises:
        GenerationError: What is known is impossible.
    """
    families = {table.column: table.family for table in conditionals}
    known = {table.column: np.ones(table.sizes) for table in conditionals}
    for factor in factors:
        table = home(factor.columns, conditionals)
        if table is None:
            message = f"{', '.join(factor.columns)} are in no family of the network together."
            raise GenerationError(message)
        known[table.column] *= widened(factor.columns, factor.weights, table.family)
    found: list[Conditional] = []
    for table in reversed(conditionals):
        sums = table.weights.sum(axis=1, keepdims=True)
        shares = np.divide(table.weights, sums, out=np.zeros_like(table.weights), where=sums > 0)
        weights = shares.reshape(table.sizes) * known[table.column]
        found.append(replace(table, weights=weights.reshape(table.weights.shape)))
        host = _host(table, families)
        if host is not None:
            known[host] *= widened(table.parents, weights.sum(axis=-1), families[host])
        elif not weights.sum() > 0:
            message = "No row of this description has what is given. Give less, or other values."
            raise GenerationError(message)
    return found[::-1]


def _host(table: Conditional, families: Mapping[str, tuple[str, ...]]) -> str | None:
    return next((name for name in table.parents if set(table.parents) <= set(families[name])), None)
