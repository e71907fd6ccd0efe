"""The steps that keep less of a date or a number where it stands."""

import datetime as dt
import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import polars as pl

from synth_assets.errors import ProtectionError
from synth_assets.protect.columns import Kinds, kind_of, put, replaced, taken, values_of
from synth_assets.protect.steps import Tools

Span: TypeAlias = Literal["day", "week", "month", "quarter", "year"]
_SPANS: Mapping[str, str] = {"day": "1d", "week": "1w", "month": "1mo", "quarter": "1q", "year": "1y"}


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
        if isinstance(self.to, bool) or not isinstance(self.to, (int, float)) or not 0 < self.to < math.inf:
            message = f"to is {self.to!r}. Allowed: a number above 0, such as 10 or 0.5."
            raise ProtectionError(message)

    def apply(self, table: pl.DataFrame, tools: Tools) -> pl.DataFrame:  # noqa: ARG002 - as every step
        """The table with rounder numbers.

        Raises:
            ProtectionError: The column holds no numbers, or whole ones that are to become fractions.
        """
        values = values_of(table, self.column, "integer", "float")
        whole = kind_of(values.dtype) == "integer"
        if whole and self.to != int(self.to):
            message = (
                f"Column {self.column!r} holds whole numbers and is to be rounded to {self.to}. Give a whole number."
            )
            raise ProtectionError(message)
        floats = values.cast(pl.Float64)
        steps = (floats.abs() / self.to + 1 / 2).floor() * self.to * floats.sign()
        rounded = steps.cast(pl.Int64) if whole else steps.round(_decimals(self.to))
        return put(table, self.column, self.into or self.column, rounded)

    def after(self, columns: Kinds) -> dict[str, str]:
        """The columns and their kinds after the step."""
        return replaced(columns, self.column, self.into or self.column, taken(columns, self.column, "integer", "float"))


@dataclass(frozen=True, slots=True)
class TopCode:
    """Put a bound in the place of all values above it.

    Attributes:
        column: Numbers or dates.
        at: The largest value that stays.
        reason: Why.
    """

    column: str
    at: Any
    reason: str

    def __post_init__(self) -> None:
        """Refuse a bound that is no number and no date."""
        object.__setattr__(self, "at", _bound(self.at))

    def apply(self, table: pl.DataFrame, tools: Tools) -> pl.DataFrame:  # noqa: ARG002 - as every step
        """The table with no value above the bound."""
        values = _bounded(table, self.column, self.at)
        return table.with_columns(pl.Series(self.column, values).clip(upper_bound=self.at))

    def after(self, columns: Kinds) -> dict[str, str]:
        """The columns and their kinds after the step."""
        taken(columns, self.column, *_bounded_kinds(self.at))
        return dict(columns)


@dataclass(frozen=True, slots=True)
class BottomCode:
    """Put a bound in the place of all values below it.

    Attributes:
        column: Numbers or dates.
        at: The smallest value that stays.
        reason: Why.
    """

    column: str
    at: Any
    reason: str

    def __post_init__(self) -> None:
        """Refuse a bound that is no number and no date."""
        object.__setattr__(self, "at", _bound(self.at))

    def apply(self, table: pl.DataFrame, tools: Tools) -> pl.DataFrame:  # noqa: ARG002 - as every step
        """The table with no value below the bound."""
        values = _bounded(table, self.column, self.at)
        return table.with_columns(pl.Series(self.column, values).clip(lower_bound=self.at))

    def after(self, columns: Kinds) -> dict[str, str]:
        """The columns and their kinds after the step."""
        taken(columns, self.column, *_bounded_kinds(self.at))
        return dict(columns)


def _bound(at: Any) -> Any:  # noqa: ANN401 - whatever the YAML says
    """A number or date; text that is a date, as YAML may give it, becomes one.

    Raises:
        ProtectionError: It is neither.
    """
    if isinstance(at, str):
        with suppress(ValueError):
            return dt.date.fromisoformat(at)
    number = isinstance(at, (int, float)) and not isinstance(at, bool) and math.isfinite(at)
    if not number and (not isinstance(at, dt.date) or isinstance(at, dt.datetime)):
        message = f"at is {at!r}. Allowed: a number, or a date as 2024-02-29."
        raise ProtectionError(message)
    return at


def _bounded_kinds(at: object) -> tuple[str, ...]:
    return ("date",) if isinstance(at, dt.date) else ("integer", "float")


def _bounded(table: pl.DataFrame, column: str, at: object) -> pl.Series:
    values = values_of(table, column, *_bounded_kinds(at))
    if values.dtype.is_integer() and at != int(at):  # pyrefly: ignore[bad-argument-type]  # a number, as checked
        message = f"Column {column!r} holds whole numbers, and the bound is {at}. Give a whole number."
        raise ProtectionError(message)
    return values


def _decimals(multiple: float) -> int:
    """So many decimals that multiples of it are shown whole: 0.1 + 0.2 is then 0.3."""
    return max(0, 12 - math.ceil(math.log10(multiple)))
