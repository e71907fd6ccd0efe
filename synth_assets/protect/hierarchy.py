"""Hierarchies for generalisation, declared as plain data: the levels of a column. They see no table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast, get_args

from synth_assets.errors import ProtectionError
from synth_assets.protect.levels import (
    ANY,
    Anything,
    Branch,
    Interval,
    Level,
    Period,
    Prefix,
    Unit,
    exact,
    is_number,
)

_KINDS = ("intervals", "prefixes", "dates", "tree")
_ALLOWED = "'any', or a mapping with at most one of intervals, prefixes, dates and tree, and any: true or false"


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """The levels of one column above its values, from the finest to the coarsest.

    Level 0 is the value as it is. Every level is coarser than the one before: values alike at one level are alike above
    it. Missing stays missing at every level but ``any``, where all rows are alike.

    Attributes:
        levels: Without level 0; none where the column stays as it is.
    """

    levels: tuple[Level, ...] = ()

    @property
    def has_any(self) -> bool:
        """Whether the column can be suppressed."""
        return bool(self.levels) and isinstance(self.levels[-1], Anything)

    def labels(self, values: Sequence[Any], column: str) -> list[list[str | None]]:
        """What values are called at each level above 0.

        Args:
            values: Distinct; ``None`` is a missing one.
            column: Their name, for the message.

        Returns:
            One list a level, of a label a value; ``None`` is missing.

        Raises:
            ProtectionError: A level does not cover a value; which one is not told.
        """
        found: list[list[str | None]] = []
        below: list[str | None] = [None] * len(values)
        for place, level in enumerate(self.levels, start=1):
            missing = ANY if isinstance(level, Anything) else None
            below = [
                missing if value is None else level.label(value, under)
                for value, under in zip(values, below, strict=True)
            ]
            uncovered = sum(label is None for value, label in zip(values, below, strict=True) if value is not None)
            if uncovered:
                message = (
                    f"The hierarchy of column {column!r} does not cover {uncovered} of its values at level {place} "
                    f"({type(level).__name__.lower()}). Add them to the tree, or use levels that suit its type."
                )
                raise ProtectionError(message)
            found.append(below)
        return found

    @classmethod
    def from_dict(cls, declared: object, column: str) -> "Hierarchy":
        """A hierarchy from plain data, as YAML or JSON hold it.

        Args:
            declared: ``any`` alone; or a mapping with at most one of ``intervals`` (widths, each a multiple of the one
                before, with ``start``, 0 by default), ``prefixes`` (numbers of characters to keep, descending),
                ``dates`` (``week``, or some of ``month``, ``quarter``, ``year``) and ``tree`` (one mapping a level: of
                a value or label to its group, or of a group to the list of its members), and ``any: true`` where the
                column may be suppressed. An empty mapping leaves the column as it is.
            column: Its name, for messages.

        Raises:
            ProtectionError: It is none of these.

        >>> len(Hierarchy.from_dict({"intervals": [5, 10], "any": True}, "age").levels)
        3
        """
        if declared == "any":
            return cls((Anything(),))
        if not isinstance(declared, Mapping):
            _refuse(column, f"it is {declared!r}", _ALLOWED)
        data = cast("Mapping[Any, Any]", declared)
        kinds = [kind for kind in _KINDS if kind in data]
        known = {*kinds, "any", *(["start"] if "intervals" in data else [])}
        odd = [str(name) for name in data if name not in known]
        if odd or len(kinds) > 1 or not isinstance(data.get("any", False), bool):
            _refuse(column, f"it has {', '.join(map(str, data))}", _ALLOWED)
        top: tuple[Level, ...] = (Anything(),) if data.get("any", False) else ()
        return cls((*(_levels(kinds[0], data, column) if kinds else ()), *top))


def hierarchies_from_dict(declared: Mapping[str, object]) -> dict[str, Hierarchy]:
    """The hierarchies of several columns from plain data, by column; see ``Hierarchy.from_dict``.

    Raises:
        ProtectionError: One is not a hierarchy.
    """
    return {str(column): Hierarchy.from_dict(data, str(column)) for column, data in declared.items()}


def _refuse(column: str, problem: str, allowed: str) -> None:
    message = f"The hierarchy of column {column!r} cannot be used: {problem}. Allowed: {allowed}."
    raise ProtectionError(message)


def _levels(kind: str, data: Mapping[Any, Any], column: str) -> tuple[Level, ...]:
    steps = data[kind] if isinstance(data[kind], list | tuple) else [data[kind]]
    if not steps:
        _refuse(column, f"{kind} is empty", "at least one level")
    if kind == "intervals":
        return _intervals(steps, data.get("start", 0), column)
    if kind == "prefixes":
        return _prefixes(steps, column)
    return _periods(steps, column) if kind == "dates" else tuple(_branch(step, column) for step in steps)


def _intervals(widths: Sequence[Any], start: Any, column: str) -> tuple[Level, ...]:  # noqa: ANN401 - as declared
    if not all(is_number(number) for number in (*widths, start)) or min(widths) <= 0:
        _refuse(column, f"intervals are {list(widths)} from {start!r}", "widths above 0 and a finite start")
    if any(wide <= narrow or (exact(wide) / exact(narrow)).denominator > 1 for narrow, wide in pairwise(widths)):
        _refuse(column, f"intervals are {list(widths)}", "widths that ascend, each a multiple of the one before")
    return tuple(Interval(width, start) for width in widths)


def _prefixes(keeps: Sequence[Any], column: str) -> tuple[Level, ...]:
    whole = all(isinstance(keep, int) and not isinstance(keep, bool) and keep >= 1 for keep in keeps)
    if not whole or any(later >= earlier for earlier, later in pairwise(keeps)):
        _refuse(column, f"prefixes are {list(keeps)}", "numbers of characters of at least 1, descending")
    return tuple(Prefix(keep) for keep in keeps)


def _periods(units: Sequence[Any], column: str) -> tuple[Level, ...]:
    known = list(get_args(Unit))
    places = [known.index(unit) if unit in known else -1 for unit in units]
    if min(places) < 0 or places != sorted(set(places)) or ("week" in units and len(units) > 1):
        allowed = "week alone, or some of month, quarter, year in this order (a week can be in two months)"
        _refuse(column, f"dates are {list(units)}", allowed)
    return tuple(Period(unit) for unit in units)


def _branch(step: Any, column: str) -> Branch:  # noqa: ANN401 - as declared
    if not isinstance(step, Mapping) or not step:
        _refuse(column, "a level of its tree is no mapping", "a value and its group, or a group and its members")
    parents: dict[str, str] = {}
    for name, held in step.items():
        pairs = [(member, name) for member in held] if isinstance(held, list | tuple) else [(name, held)]
        for member, group in pairs:
            if parents.setdefault(str(member), str(group)) != str(group):
                _refuse(column, f"{member!r} is in two groups of one level of its tree", "one group for each")
    return Branch(parents)
