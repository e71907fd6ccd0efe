"""The steps that keep less of a value: the day of a moment, the range of an hour or of a number."""

from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from synth_assets.errors import ProtectionError
from synth_assets.protect.columns import Kinds, add, added, put, replaced, taken, with_columns
from synth_assets.protect.steps import Tools


@dataclass(frozen=True, slots=True)
class TruncateToDate:
    """Keep the day of a moment."""

    column: str
    into: str
    reason: str

    def apply(self, table: pl.DataFrame, tools: Tools) -> pl.DataFrame:  # noqa: ARG002 - as every step
        """The table with a date column added."""
        return add(table, self.into, _moment(table, self.column).dt.date())

    def after(self, columns: Kinds) -> dict[str, str]:
        """The columns and their kinds after the step."""
        taken(columns, self.column, "datetime")
        return added(columns, self.into, "date")


@dataclass(frozen=True, slots=True)
class BandHours:
    """Keep the range of hours of a moment: ``00-03`` is from 00:00 to 03:59.

    Attributes:
        column: The moment.
        into: The new column.
        hours: Hours in a range; divides 24.
        reason: Why.
    """

    column: str
    into: str
    reason: str
    hours: int = 4

    def __post_init__(self) -> None:
        """Refuse ranges that do not divide the day."""
        if isinstance(self.hours, bool) or self.hours not in {1, 2, 3, 4, 6, 8, 12, 24}:
            message = f"A range of {self.hours!r} hours does not divide the day. Allowed: 1, 2, 3, 4, 6, 8, 12, 24."
            raise ProtectionError(message)

    def labels(self) -> list[str]:
        """The ranges of a day, in order."""
        return [f"{start:02d}-{start + self.hours - 1:02d}" for start in range(0, 24, self.hours)]

    def apply(self, table: pl.DataFrame, tools: Tools) -> pl.DataFrame:  # noqa: ARG002 - as every step
        """The table with the range added."""
        place = _moment(table, self.column).dt.hour().cast(pl.Int64) // self.hours
        return add(table, self.into, _label(place, self.labels()))

    def after(self, columns: Kinds) -> dict[str, str]:
        """The columns and their kinds after the step."""
        taken(columns, self.column, "datetime")
        return added(columns, self.into, "text")


@dataclass(frozen=True, slots=True)
class BandNumbers:
    """Keep the range of a number: ``18-24`` is from 18 to 24, ``85+`` from 85.

    Attributes:
        column: The number, whole.
        into: The new column; the old one goes.
        starts: First number of each range, ascending.
        reason: Why.
    """

    column: str
    into: str
    starts: tuple[int, ...]
    reason: str

    def __post_init__(self) -> None:
        """Refuse starts that are not ascending whole numbers."""
        whole = all(isinstance(start, int) and not isinstance(start, bool) for start in self.starts)
        if not self.starts or not whole or any(low >= high for low, high in pairwise(self.starts)):
            message = f"starts is {list(self.starts)}. Allowed: whole numbers, ascending, at least one."
            raise ProtectionError(message)

    def labels(self) -> list[str]:
        """The ranges, in order; a range of one number is that number."""
        ends = [(start, end - 1) for start, end in pairwise(self.starts)]
        return [str(start) if start == end else f"{start}-{end}" for start, end in ends] + [f"{self.starts[-1]}+"]

    def apply(self, table: pl.DataFrame, tools: Tools) -> pl.DataFrame:  # noqa: ARG002 - as every step
        """The table with the range in the number's place; missing numbers stay missing.

        Raises:
            ProtectionError: The column holds no numbers, or numbers below the first range.
        """
        numbers = with_columns(table, (self.column,))[self.column]
        if not numbers.dtype.is_numeric():
            message = f"Column {self.column!r} holds {numbers.dtype}. Allowed: numbers."
            raise ProtectionError(message)
        numbers = numbers.cast(pl.Float64).fill_nan(None)
        below = int((numbers < self.starts[0]).sum())
        if below:
            message = f"{below} row(s) have a {self.column!r} below {self.starts[0]}, where the first range starts."
            raise ProtectionError(message)
        reached = pl.DataFrame([(numbers >= start).alias(str(start)).cast(pl.Int64) for start in self.starts])
        place = reached.sum_horizontal(ignore_nulls=False) - 1
        return put(table, self.column, self.into, _label(place, self.labels()))

    def after(self, columns: Kinds) -> dict[str, str]:
        """The columns and their kinds after the step."""
        taken(columns, self.column, "integer", "float")
        return replaced(columns, self.column, self.into, "text")


def _moment(table: pl.DataFrame, column: str) -> pl.Series:
    values = with_columns(table, (column,))[column]
    if not isinstance(values.dtype, pl.Datetime):
        message = f"Column {column!r} holds {values.dtype}. Allowed: a datetime."
        raise ProtectionError(message)
    return values


def _label(places: pl.Series, labels: list[str]) -> pl.Series:
    return places.replace_strict(range(len(labels)), labels, default=None, return_dtype=pl.String)
