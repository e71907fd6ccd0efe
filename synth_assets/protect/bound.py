"""The steps that let no number or date be further out than a bound."""

import datetime as dt
from dataclasses import dataclass
from typing import TypeAlias

import polars as pl

from synth_assets.errors import ProtectionError
from synth_assets.protect.columns import Kinds, kinds_of, put, replaced, taken
from synth_assets.protect.reduce import as_integers, is_number
from synth_assets.protect.steps import Tools

Bound: TypeAlias = float | dt.date | str


@dataclass(frozen=True, slots=True)
class _Code:
    """What both steps share: a bound that fits the column, and where the values go."""

    column: str
    at: Bound
    reason: str
    into: str | None = None

    def __post_init__(self) -> None:
        """Refuse a bound that is no number and no date."""
        _bound(self.at)

    def after(self, columns: Kinds) -> dict[str, str]:
        """The columns as they were, but for a new name."""
        kind, at = taken(columns, self.column, "integer", "float", "date"), _bound(self.at)
        fits = {"integer": is_number(at) and at == int(at), "float": is_number(at), "date": not is_number(at)}
        if not fits.get(kind, True):
            allowed = {"integer": "a whole number", "float": "a number", "date": "a date"}[kind]
            message = f"Column {self.column!r} holds {kind}, and the bound is {self.at!r}. Allowed: {allowed}."
            raise ProtectionError(message)
        known = ("float" if is_number(at) else "date") if kind == "any" else kind
        return replaced(columns, self.column, self.into or self.column, known)

    def _coded(self, table: pl.DataFrame, *, above: bool) -> pl.DataFrame:
        into, at = self.into or self.column, _bound(self.at)
        kind = self.after(kinds_of(table))[into]
        held = pl.col("held")
        if kind == "float":
            held = held.cast(pl.Float64).fill_nan(None)
        else:
            held = held.cast(pl.Date if kind == "date" else pl.Int128)
        bound = pl.lit(at).cast(pl.Int128) if kind == "integer" else pl.lit(at)
        beyond = held > bound if above else held < bound
        values = table[self.column].alias("held").to_frame()
        made = values.select(pl.when(beyond).then(bound).otherwise(held)).to_series()
        return put(table, self.column, into, as_integers(made, self.column) if kind == "integer" else made)


@dataclass(frozen=True, slots=True)
class TopCode(_Code):
    """Put a bound in the place of all values above it.

    Attributes:
        column: Numbers or dates.
        at: The highest value that stays; a date as YAML or ISO 8601 writes it.
        reason: Why.
        into: What the values are called; the old column goes where it is another.
    """

    def apply(self, table: pl.DataFrame, tools: Tools) -> pl.DataFrame:  # noqa: ARG002 - as every step
        """The table with no value above the bound; missing ones, and what is not a number, are missing."""
        return self._coded(table, above=True)


@dataclass(frozen=True, slots=True)
class BottomCode(_Code):
    """Put a bound in the place of all values below it.

    Attributes:
        column: Numbers or dates.
        at: The lowest value that stays; a date as YAML or ISO 8601 writes it.
        reason: Why.
        into: What the values are called; the old column goes where it is another.
    """

    def apply(self, table: pl.DataFrame, tools: Tools) -> pl.DataFrame:  # noqa: ARG002 - as every step
        """The table with no value below the bound; missing ones, and what is not a number, are missing."""
        return self._coded(table, above=False)


def _bound(at: object) -> float | dt.date:
    """A bound as a value.

    Raises:
        ProtectionError: It is no number and no date.
    """
    if is_number(at) or (isinstance(at, dt.date) and not isinstance(at, dt.datetime)):
        return at
    try:
        return dt.date.fromisoformat(at)  # pyrefly: ignore[bad-argument-type]  # refused below
    except (TypeError, ValueError):
        message = f"at is {at!r}. Allowed: a number, or a date such as 2020-01-31."
        raise ProtectionError(message) from None
