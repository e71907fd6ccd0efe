"""How a column is drawn given its parents: what every kind of description comes down to before rows are made."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Conditional:
    """Weights of one column's groups, for each configuration of its parents.

    Attributes:
        column: The column that is drawn; its groups are those of ``CodedColumn.groups``.
        parents: The columns it is drawn from; each has a conditional of its own before this one.
        weights: float64, shape (configurations, groups): not negative, and positive in sum for each configuration that
            can occur. A configuration is a combination of the parents' groups, the last parent varying fastest.
        sizes: How many groups each parent has, and the column.
    """

    column: str
    parents: tuple[str, ...]
    weights: np.ndarray
    sizes: tuple[int, ...]

    @property
    def family(self) -> tuple[str, ...]:
        """The parents and the column."""
        return (*self.parents, self.column)


def widened(columns: Sequence[str], cells: np.ndarray, family: Sequence[str]) -> np.ndarray:
    """Cells over some columns of a family, with an axis of length 1 for each of the others.

    Args:
        columns: Some of the family, in any order.
        cells: One axis a column.
        family: The order of the axes that come out.
    """
    order = sorted(range(len(columns)), key=lambda place: family.index(columns[place]))
    sizes = {columns[place]: cells.shape[place] for place in order}
    return cells.transpose(order).reshape([sizes.get(name, 1) for name in family])
