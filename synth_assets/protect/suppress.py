"""Which classes have to go for a generalised table to be anonymous: residual classes are suppressed row by row, whole.

Whole classes are removed and no cell is altered, so that what is left keeps its classes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from synth_assets.protect.diversity import Held, equal_closeness, held, ordered_closeness
from synth_assets.protect.lattice import Grouping, Lattice, Sensitive

CLOSE = 1e-9
"""A distance above the limit by no more than this is the limit, rounded."""


Counted: TypeAlias = Sequence[tuple[np.ndarray, Held]]
"""For each sensitive column the numbers of the classes, ascending, and what they hold."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What every class that is left has to have.

    Attributes:
        k: Rows, at least 1.
        l: Distinct values of every sensitive column; ``None`` for no requirement.
        t: Greatest distance of every sensitive column from that of the table as it is left; ``None`` for none.
    """

    k: int
    l: int | None = None  # noqa: E741 - the field's name for it
    t: float | None = None


def kept(lattice: Lattice, grouping: Grouping, requirement: Requirement) -> np.ndarray:
    """Which combinations stay; bool, shape (combinations,). See ``kept_at``."""
    return next(kept_at(lattice, grouping, requirement, (requirement.k,)))


def kept_at(lattice: Lattice, grouping: Grouping, requirement: Requirement, ks: Sequence[int]) -> Iterator[np.ndarray]:
    """Which combinations stay where classes are to have so many rows, for each of several k in place of the required.

    Where there is a ``t``, the distribution of the table changes with every class that goes, so classes go until all
    that are left are close to what is left.

    Yields:
        bool, shape (combinations,), for each k.
    """
    told = requirement.l is not None or requirement.t is not None
    counted = [_by_class(column, grouping) for column in lattice.sensitive] if told else []
    for k in ks:
        stay = grouping.class_rows >= max(k, 1)
        for numbers, values in counted:
            stay[numbers[values.distinct < (requirement.l or 0)]] = False
        if requirement.t is not None:
            _leave_close(stay, counted, [column.ordered for column in lattice.sensitive], requirement.t)
        yield stay[grouping.classes]


def _leave_close(stay: np.ndarray, counted: Counted, ordered: Sequence[bool], limit: float) -> None:
    """Take out classes that are too far from what is left, until there are none."""
    before = -1
    while before != (before := int(stay.sum())):
        for (numbers, values), by_rank in zip(counted, ordered, strict=True):
            left = stay[numbers]
            if left.any():
                far = _distances(_only(values, left), ordered=by_rank) > limit + CLOSE
                stay[numbers[left][far]] = False


def _by_class(column: Sensitive, grouping: Grouping) -> tuple[np.ndarray, Held]:
    """The numbers of the classes, ascending, and what each holds of the column."""
    values = held(grouping.classes[column.combinations], column.values, column.rows, column.size)
    return np.flatnonzero(grouping.class_rows), values


def _only(values: Held, left: np.ndarray) -> Held:
    """The same without some classes, as if the table had never had them."""
    distinct = values.distinct
    cells = np.repeat(left, distinct)
    lengths = distinct[left]
    value_rows = np.bincount(values.values[cells], weights=values.rows[cells], minlength=len(values.value_rows))
    return Held(
        starts=np.cumsum(lengths) - lengths,
        values=values.values[cells],
        rows=values.rows[cells],
        class_rows=values.class_rows[left],
        value_rows=value_rows.astype(np.int64),
    )


def _distances(values: Held, *, ordered: bool) -> np.ndarray:
    return ordered_closeness(values) if ordered else equal_closeness(values)
