"""Combinations of groups that no row can have, as constraints say it: what is hidden is not spread over them.

It reads constraints and columns, never counts.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from synth_assets.constraints import Constraint, Forbidden, Ordered
from synth_assets.describe.coding import ALONE, Bins, CodedColumn, Levels
from synth_assets.describe.conditional import widened
from synth_assets.describe.distances import above_in


@dataclass(frozen=True, eq=False)
class Mask:
    """Combinations of some columns' groups.

    Attributes:
        columns: At least two.
        cells: True for what cannot be, one axis a column.
    """

    columns: tuple[str, ...]
    cells: np.ndarray

    def over(self, family: Sequence[str]) -> np.ndarray:
        """The same over a family that holds the columns, with an axis of length 1 for each of the others."""
        return widened(self.columns, self.cells, family)


def masks(constraints: Sequence[Constraint], column_of: Callable[[str], CodedColumn]) -> list[Mask]:
    """What the constraints exclude, as far as groups can tell it.

    Args:
        constraints: Of the description.
        column_of: The column of a name.
    """
    found = [mask for rule in constraints if isinstance(rule, Forbidden) for mask in _forbidden(rule, column_of)]
    lows = above_in([rule for rule in constraints if isinstance(rule, Ordered)])
    for high, below in lows.items():
        if column_of(high).above:
            found += _alone(column_of(high), [column_of(name) for name in below])
    return found


def _forbidden(rule: Forbidden, column_of: Callable[[str], CodedColumn]) -> Iterator[Mask]:
    """The forbidden combination, where each of its values has a group of its own."""
    held = [groups_of(column_of(name), values) for name, values in rule.values]
    if all(groups is not None for groups in held):
        cells = np.zeros([column_of(name).group_count for name in rule.columns], dtype=bool)
        cells[np.ix_(*[groups for groups in held if groups is not None])] = True
        yield Mask(rule.columns, cells)


def groups_of(coded: CodedColumn, values: tuple[object, ...]) -> np.ndarray | None:
    """The groups of these values; ``None`` where one shares its group with others. What is in no domain has none."""
    if not isinstance(coded.coding, Levels) or coded.above:
        return None
    listed: dict[object, int] = {value: code for code, value in enumerate(coded.coding.values)}
    if coded.column.nullable:
        listed[None] = coded.size - 1
    codes = [listed[value] for value in values if value in listed]
    if set(codes) & coded.together or (coded.coding.other and any(value not in listed for value in values)):
        return None
    return coded.groups[np.array(codes, dtype=np.int64)]


def _alone(high: CodedColumn, below: Sequence[CodedColumn]) -> Iterator[Mask]:
    """A value lies above nothing where all below it are missing, and there alone."""
    lonely, distances = _kinds(high)
    for low in below:
        missing = missing_group(low)
        cells = np.zeros((low.group_count, high.group_count), dtype=bool)
        cells[np.ix_(_without_missing(low), lonely)] = True
        if len(below) == 1 and missing is not None:
            cells[np.ix_([missing], distances)] = True
        if cells.any():
            yield Mask((low.column.name, high.column.name), cells)


def missing_group(coded: CodedColumn) -> int | None:
    """The group that stands for missing and nothing else, if there is one."""
    code = coded.size - 1
    return int(coded.groups[code]) if coded.column.nullable and code not in coded.together else None


def _without_missing(coded: CodedColumn) -> list[int]:
    """The groups whose rows all have a value."""
    missing = {int(coded.groups[-1])} if coded.column.nullable else set()
    return [group for group in range(coded.group_count) if group not in missing]


def _kinds(high: CodedColumn) -> tuple[list[int], list[int]]:
    """The groups that hold ``ALONE`` only, and those that hold distances only."""
    spikes = high.coding.spikes if isinstance(high.coding, Bins) else ()
    codes = [high.coding.size - len(spikes) + place for place, value in enumerate(spikes) if value == ALONE]
    lonely = [int(high.groups[code]) for code in codes if code not in high.together]
    mixed = {int(high.groups[code]) for code in codes}
    return lonely, [group for group in _without_missing(high) if group not in mixed]
