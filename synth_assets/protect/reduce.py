"""The steps that round a date or a number where it stands."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeGuard, get_args

import polars as pl

from synth_assets.errors import ProtectionError
from synth_assets.protect.columns import Kinds, kinds_of, put, replaced, taken, values_of
from synth_assets.protect.steps import Tools

Span: TypeAlias = Literal["day", "week", "month", "quarter", "year"]
_SPANS: Mapping[str, str] = {"day": "1d", "week": "1w", "month": "1mo", "quarter": "1q", "year": "1y"}
_EXACT = 2.0**53
"""So many multiples and more are further apart than a float's last digit: there is nothing to round."""


@dataclass(frozen=True, slots=True)
class Truncate:
    """Keep the first day of a date's or moment's day, week (from Monday), month, quarter or year.

    Attributes:
        column: Dates or moments.
        to: How much is kept.
        reason: Why.
        into: A new name; the old column goes.
    """

    column: str
    to: Span
    reason: str
    into: str | None = None

    def __post_init__(self) -> None:
        """Refuse a span that does not exist."""
        if self.to not in get_args(Span):
            message = f"to is {self.to!r}. Allowed: {', '.join(get_args(Span))}."
            raise ProtectionError(message)

    def apply(self, table: pl.DataFrame, tools: Tools) -> pl.DataFrame:  # noqa: ARG002 - as every step
        """The table with dates."""
        values = values_of(table, self.column, "date", "datetime")
        values = values.cast(pl.Date) if values.dtype == pl.Null else values
        return put(table, self.column, self.into or self.column, values.dt.date().dt.truncate(_SPANS[self.to]))

    def after(self, columns: Kinds) -> dict[str, str]:
        """The columns and their kinds after the step."""
        taken(columns, self.column, "date", "datetime")
        return replaced(columns, self.column, self.into or self.column, "date")


@dataclass(frozen=True, slots=True)
class Round:
    """Round numbers to a multiple, halves away from zero; whole numbers stay whole.

    Attributes:
        column: Numbers.
        to: The multiple, above 0; for whole numbers a whole one.
        reason: Why.
        into: A new name; the old column goes.
    """

    column: str
    to: float
    reason: str
    into: str | None = None

    def __post_init__(self) -> None:
        """Refuse a multiple that is not above 0."""
        if not is_number(self.to) or self.to <= 0:
            message = f"to is {self.to!r}. Allowed: a number above 0, such as 10 or 0.5."
            raise ProtectionError(message)

    def apply(self, table: pl.DataFrame, tools: Tools) -> pl.DataFrame:  # noqa: ARG002 - as every step
        """The table with rounder numbers.

        Raises:
            ProtectionError: The column holds no numbers, or whole ones that are to become fractions.
        """
        self.after(kinds_of(table))
        values = values_of(table, self.column, "integer", "float")
        rounded = self._whole(values) if values.dtype.is_integer() else self._parts(values.cast(pl.Float64))
        return put(table, self.column, self.into or self.column, rounded)

    def _whole(self, values: pl.Series) -> pl.Series:
        """Without floats, in which large whole numbers are not exact."""
        to, held = pl.lit(int(self.to), dtype=pl.Int128), pl.col("held").cast(pl.Int128)
        steps = (held.abs() * 2 + to) // (to * 2) * to
        return as_integers(values.alias("held").to_frame().select(held.sign() * steps).to_series(), self.column)

    def _parts(self, values: pl.Series) -> pl.Series:
        steps = (values.abs() / self.to + 1 / 2).floor()
        rounded = (steps * self.to * values.sign()).round(_decimals(self.to))
        return rounded.zip_with((steps < _EXACT).fill_null(value=True), values)

    def after(self, columns: Kinds) -> dict[str, str]:
        """The columns and their kinds after the step."""
        kind = taken(columns, self.column, "integer", "float")
        if kind == "integer" and self.to != int(self.to):
            message = f"Column {self.column!r} holds integer and is to be rounded to {self.to}. Give a whole number."
            raise ProtectionError(message)
        return replaced(columns, self.column, self.into or self.column, kind)


def as_integers(numbers: pl.Series, column: str) -> pl.Series:
    """Whole numbers in one type, whatever they were read as.

    Raises:
        ProtectionError: Some do not fit into it.
    """
    made = numbers.cast(pl.Int64, strict=False)
    if made.null_count() > numbers.null_count():
        message = f"Column {column!r} would hold whole numbers of more than 64 bits. Read it as float."
        raise ProtectionError(message)
    return made


def is_number(value: object) -> TypeGuard[float]:
    """Whether a setting is a finite number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _decimals(multiple: float) -> int:
    """So many decimals that multiples of it are shown whole: 0.1 + 0.2 is then 0.3."""
    return max(0, 12 - math.ceil(math.log10(multiple)))
