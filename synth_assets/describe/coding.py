"""How a column's published domain turns values into codes: levels, bins, or only present or missing.

A coding holds what a description publishes of a domain, and no counts but those of atoms. Codes are 0, 1, ... in the
domain's order; one more code, the last, stands for missing where the column is nullable.
"""

import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal, TypeAlias

import numpy as np
import polars as pl

from synth_assets.describe.conform import naive
from synth_assets.errors import DescriptionError
from synth_assets.schema import LEAST_INTEGER, MOST_INTEGER, Column, ColumnType

Codes: TypeAlias = np.ndarray
"""int64, shape (rows,)."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)
DAY = 86_400_000_000
"""Microseconds."""

ALONE = -1
"""The distance of a value that has nothing to lie above."""


@dataclass(frozen=True, slots=True)
class Levels:
    """A finite domain.

    Attributes:
        values: The values that codes 0, 1, ... stand for, on the column's axis (see ``to_axis``).
        other: Whether the last value stands for all that are not listed; with no values at all, they count as missing.
        kind: ``levels``, as in the document.
    """

    values: tuple[str | int | float, ...]
    other: bool = False
    kind: Literal["levels"] = "levels"

    @property
    def size(self) -> int:
        """How many codes there are, missing apart."""
        return len(self.values)


@dataclass(frozen=True, slots=True)
class Bins:
    """Half-open bins ``[edge, next edge)`` on the column's axis; floats equal to the last edge are in the last bin.

    Attributes:
        edges: Increasing, one more than there are bins.
        atoms: Per bin, the exact values that enough rows hold, each with its count.
        clamp: Whether values beyond the ends belong to the end bins (top- and bottom-coding); else they do not occur.
        spikes: Exact values that so many rows hold that each has a code of its own, after those of the bins, in which
            they are then not counted; increasing.
        step: Values lie on multiples of it; ``None`` where they do not, or it is not known. See ``grid``.
        kind: ``bins``, as in the document.
    """

    edges: tuple[float, ...]
    atoms: tuple[tuple[tuple[float, int], ...], ...] = ()
    clamp: bool = False
    spikes: tuple[float, ...] = ()
    step: float | None = None
    kind: Literal["bins"] = "bins"

    @property
    def bins(self) -> int:
        """How many bins there are."""
        return len(self.edges) - 1

    @property
    def size(self) -> int:
        """How many codes there are, missing apart: bins, then spikes."""
        return self.bins + len(self.spikes)


@dataclass(frozen=True, slots=True)
class Presence:
    """Nothing is published of the values (text, keys): code 0 is present."""

    kind: Literal["presence"] = "presence"

    @property
    def size(self) -> int:
        """One code."""
        return 1


Coding: TypeAlias = Levels | Bins | Presence


@dataclass(frozen=True, slots=True)
class CodedColumn:
    """A column as a description publishes it.

    Attributes:
        column: Name, type, role and words; its ``domain`` is left out, for ``coding`` takes its place.
        coding: The published domain.
        pool: Codes that are too rare to be told apart: every count treats them as one, and draws spread over them.
        pool_mode: The pooled code that draws take instead, where one holds more than half of the pool.
        above: Where not empty, ``coding`` is not of the values but of how far they lie above the largest of these
            columns, in whole days, microseconds or the column's own numbers; ``ALONE`` where all of those are missing.
        merged: The group of each code, where not empty; then there is no pool. Groups are numbered from 0.
        shares: How much each code is drawn within its group, where ``merged`` is not empty.
    """

    column: Column
    coding: Coding
    pool: tuple[int, ...] = ()
    pool_mode: int | None = None
    above: tuple[str, ...] = ()
    merged: tuple[int, ...] = ()
    shares: tuple[float, ...] = ()

    @property
    def axis(self) -> ColumnType:
        """What kind of values the coding is of: the column's type, or plain numbers where it is of distances."""
        if not self.above:
            return self.column.type
        return "float" if self.column.type == "float" else "integer"

    @property
    def size(self) -> int:
        """How many codes there are, that of missing included."""
        return self.coding.size + self.column.nullable

    @property
    def groups(self) -> np.ndarray:
        """The group of each code, int64 of shape (size,); with a pool, codes of their own first, in order."""
        if self.merged:
            return np.array(self.merged, dtype=np.int64)
        alone = np.ones(self.size, dtype=bool)
        alone[list(self.pool)] = False
        return np.where(alone, np.cumsum(alone) - 1, alone.sum())

    @property
    def together(self) -> frozenset[int]:
        """The codes that share their group with others."""
        if not self.merged:
            return frozenset(self.pool)
        sizes = np.bincount(self.merged)
        return frozenset(code for code, group in enumerate(self.merged) if sizes[group] > 1)

    @property
    def group_count(self) -> int:
        """How many groups there are."""
        if self.merged:
            return max(self.merged) + 1
        return self.size - len(self.pool) + bool(self.pool)


def to_axis(values: pl.Series, kind: ColumnType) -> pl.Series:
    """Values as numbers or text: dates as days and times as microseconds since 1970 (UTC), booleans as 0 and 1."""
    if kind in {"date", "datetime", "boolean"}:
        return naive(values).cast(pl.Int64)
    return values


def bound_to_axis(bound: object) -> Any:  # noqa: ANN401 - a number of the column's own kind
    """One bound, as ``to_axis`` would have it."""
    if isinstance(bound, datetime):
        return (bound - EPOCH) // (datetime.resolution)
    if isinstance(bound, date):
        return (bound - EPOCH.date()).days
    return bound


def axis_limits(kind: ColumnType) -> tuple[Any, Any]:
    """The smallest and largest edge that a column of numbers, dates or times may have on its axis, both inclusive."""
    if kind == "float":
        return -sys.float_info.max, sys.float_info.max
    if kind in {"date", "datetime"}:
        first, last = bound_to_axis(date.min), bound_to_axis(date.max)
        return (first, last) if kind == "date" else (first * DAY, (last + 1) * DAY - 1)
    return LEAST_INTEGER, MOST_INTEGER


def encode(values: pl.Series, coded: CodedColumn) -> Codes:
    """The code of each value.

    Args:
        values: Of the column's own type (see ``conform``).
        coded: The column.

    Raises:
        DescriptionError: Values lie outside the published domain; only their number is told.
    """
    axis, coding = to_axis(values, coded.axis), coded.coding
    if isinstance(coding, Levels):
        codes = _look_up(axis, coding)
    elif isinstance(coding, Bins):
        codes = into_bins(axis, coding)
    else:
        codes = pl.select(pl.when(axis.is_not_null()).then(pl.lit(0, pl.Int64))).to_series()
    outside = codes.null_count() - axis.null_count()
    if (outside and not getattr(coding, "other", False)) or (axis.null_count() and not coded.column.nullable):
        message = f"Column {coded.column.name!r} has {outside} value(s) outside its domain. Widen the domain."
        raise DescriptionError(message)
    return codes.fill_null(coding.size).to_numpy()


def _look_up(axis: pl.Series, coding: Levels) -> pl.Series:
    if not coding.values:
        return pl.Series([None] * len(axis), dtype=pl.Int64)
    codes = axis.replace_strict(list(coding.values), range(coding.size), default=None, return_dtype=pl.Int64)
    return codes.set((codes.is_null() & axis.is_not_null()), coding.size - 1) if coding.other else codes


def is_told(axis: pl.Series, coding: Coding) -> pl.Series:
    """Whether each value lies in a level, a bin or on an exact value that is told, even where end bins take all beyond.

    Args:
        axis: On the column's axis, nothing missing.
        coding: The column's.
    """
    if isinstance(coding, Levels):
        return axis.is_in(list(coding.values))
    if not isinstance(coding, Bins):
        return pl.repeat(value=True, n=len(axis), eager=True)
    numbers, named = axis.to_numpy(), [*(value for held in coding.atoms for value, _ in held), *coding.spikes]
    last = numbers <= coding.edges[-1] if axis.dtype.is_float() else numbers < coding.edges[-1]
    return pl.Series(((numbers >= coding.edges[0]) & last) | np.isin(numbers, named))


def into_bins(axis: pl.Series, coding: Bins) -> pl.Series:
    """The bin or spike of each value, on the column's axis; null where the value is missing or in no bin."""
    present = axis.drop_nulls().to_numpy()
    found, inside = _bin_of(present, coding)
    if coding.spikes:
        spikes = np.asarray(coding.spikes)
        place = np.minimum(np.searchsorted(spikes, present), len(spikes) - 1)
        found = np.where(spikes[place] == present, coding.bins + place, found)
    codes = np.full(len(axis), -1, dtype=np.int64)
    codes[axis.is_not_null().to_numpy()] = np.where(inside, found, -1)
    return pl.Series(codes).replace(-1, None)


def _bin_of(present: np.ndarray, coding: Bins) -> tuple[np.ndarray, np.ndarray]:
    """The bin of each value, and whether it is in one."""
    edges = np.asarray(coding.edges)
    found = np.searchsorted(edges, present, side="right") - 1
    if coding.clamp:
        return np.clip(found, 0, coding.bins - 1), np.ones(len(found), dtype=bool)
    if present.dtype.kind == "f":
        found[present == edges[-1]] = coding.bins - 1
    return found, (found >= 0) & (found < coding.bins)
