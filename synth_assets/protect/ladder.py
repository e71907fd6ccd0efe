"""A column as codes: its distinct values, and what they become at each level of its hierarchy. It knows no loss."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import polars as pl

from synth_assets.errors import ProtectionError
from synth_assets.protect.hierarchy import Hierarchy

_ORDERED = (pl.Date, pl.Datetime, pl.Time, pl.Duration)
_SINGLE = (pl.String, pl.Boolean, pl.Decimal, *_ORDERED)


@dataclass(frozen=True, eq=False, slots=True)
class Ladder:
    """One column, coded.

    Attributes:
        column: Its name.
        values: Its distinct values, ascending, a missing one first; shape (values,).
        rows: How many rows have each value, shape (values,).
        levels: For each level, level 0 too, the label of each value as a code from 0; shape (values,) each.
        labels: For each level above 0, the labels' texts by value.
        suppresses: Whether its highest level makes all rows alike.
    """

    column: str
    values: pl.Series = field(repr=False)
    rows: np.ndarray = field(repr=False)
    levels: tuple[np.ndarray, ...] = field(repr=False)
    labels: tuple[pl.Series, ...] = field(repr=False)
    suppresses: bool

    @property
    def height(self) -> int:
        """The highest level."""
        return len(self.levels) - 1

    @property
    def sizes(self) -> list[int]:
        """How many labels each level has."""
        return [int(codes.max()) + 1 for codes in self.levels]

    @property
    def has_missing(self) -> bool:
        """Whether a value is missing."""
        return self.values.null_count() > 0

    @property
    def places(self) -> np.ndarray | None:
        """Where present values are on a line, shape (values,), 0 for a missing one; ``None`` where they are on none."""
        kind = self.values.dtype
        if not (kind.is_numeric() or isinstance(kind, _ORDERED)):
            return None
        physical = self.values if kind.is_numeric() else self.values.to_physical()
        return physical.cast(pl.Float64).fill_null(0.0).to_numpy()


def coded(values: pl.Series) -> tuple[pl.Series, np.ndarray]:
    """The distinct values of a column, ascending with a missing one first, and the place of each row's value.

    Categories are in the order of their text, and not a number is missing.

    Raises:
        ProtectionError: It holds lists or other things that have no order.
    """
    kind = values.dtype
    if isinstance(kind, pl.Categorical | pl.Enum | pl.Null):
        values = values.cast(pl.String)
    elif kind.is_float():
        values = values.fill_nan(None)
    elif not (kind.is_integer() or isinstance(kind, _SINGLE)):
        message = f"Column {values.name!r} holds {kind}. Allowed: numbers, text, categories, booleans, dates and times."
        raise ProtectionError(message)
    places = values.rank("dense").fill_null(0).to_numpy().astype(np.int64)
    return values.unique().sort(nulls_last=False), places - (0 if values.null_count() else 1)


def ladder(values: pl.Series, hierarchy: Hierarchy) -> tuple[Ladder, np.ndarray]:
    """A column and its hierarchy, coded, and the place of each row's value.

    Args:
        values: At least one row.
        hierarchy: Of the column.

    Raises:
        ProtectionError: The hierarchy does not cover a value, or the column's values have no order.
    """
    distinct, places = coded(values)
    labels = [
        pl.Series(values.name, level, dtype=pl.String) for level in hierarchy.labels(distinct.to_list(), values.name)
    ]
    rows = np.bincount(places, minlength=len(distinct))
    levels = (np.arange(len(distinct)), *(coded(level)[1] for level in labels))
    _check_nested(values.name, levels)
    return Ladder(values.name, distinct, rows, levels, tuple(labels), hierarchy.has_any), places


def _check_nested(column: str, levels: Sequence[np.ndarray]) -> None:
    """Searching rests on it; a label that is written like another can break it."""
    for place, (fine, coarse) in enumerate(pairwise(levels), start=1):
        if len(set(zip(fine.tolist(), coarse.tolist(), strict=True))) > int(fine.max()) + 1:
            message = (
                f"The hierarchy of column {column!r} is not nested: values alike at level {place - 1} differ at level "
                f"{place}. Make each level coarser than the one before."
            )
            raise ProtectionError(message)


def ranked(values: pl.Series, order: Sequence[str]) -> np.ndarray:
    """Codes of a sensitive column: 0 for missing, then from 1 by its order, or ascending where none is given.

    Raises:
        ProtectionError: A value is not in the order.
    """
    if not order:
        distinct, places = coded(values)
        return places + (0 if distinct.null_count() else 1)
    codes = values.cast(pl.String).replace_strict(list(order), range(1, len(order) + 1), default=None)
    unlisted = values.filter(codes.is_null() & values.is_not_null()).n_unique()
    if unlisted:
        message = (
            f"Column {values.name!r} holds {unlisted} value(s) that its order lacks. List all of them, lowest first."
        )
        raise ProtectionError(message)
    return codes.fill_null(0).to_numpy().astype(np.int64)
