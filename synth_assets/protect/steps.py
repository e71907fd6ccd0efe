"""The catalogue of de-identification steps. Each acts on one row at a time, says why, and loses no row silently."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import polars as pl

from synth_assets.errors import ProtectionError
from synth_assets.protect.pseudonyms import pseudonyms


@dataclass(frozen=True)
class Tools:
    """What steps may use besides the table.

    Attributes:
        key: The project's key.
        references: Look-up tables by name.
    """

    key: bytes
    references: Mapping[str, pl.DataFrame]

    def reference(self, name: str, *columns: str) -> pl.DataFrame:
        """A look-up table that has these columns.

        Raises:
            ProtectionError: There is no such table or column.
        """
        if name not in self.references:
            message = f"There is no reference table {name!r}. Allowed: {', '.join(self.references) or 'none'}."
            raise ProtectionError(message)
        return _with_columns(self.references[name], columns, f"The reference table {name!r}")


class Step(Protocol):
    """One de-identification step.

    Attributes:
        reason: Why it is taken, for people.
    """

    @property
    def reason(self) -> str:
        """Why the step is taken."""
        ...

    def apply(self, table: pl.DataFrame, tools: Tools) -> pl.DataFrame:
        """The table after the step."""
        ...


@dataclass(frozen=True, slots=True)
class Drop:
    """Remove columns."""

    columns: tuple[str, ...]
    reason: str

    def apply(self, table: pl.DataFrame, tools: Tools) -> pl.DataFrame:  # noqa: ARG002 - as every step
        """The table without the columns."""
        return _with_columns(table, self.columns).drop(self.columns)


@dataclass(frozen=True, slots=True)
class LookUp:
    """Add a column from a reference table, by the value of another.

    Attributes:
        column: The table's column to look up.
        reference: The reference table.
        by: Its column that holds the same values, each once (repeats that agree count as once).
        take: Its column to add.
        into: What the added column is called.
        unmatched: What becomes of rows whose value is missing or not in the reference table: they stay with a
            ``missing`` value, are a ``remove``d and counted, or are an ``error``.
        reason: Why.
    """

    column: str
    reference: str
    by: str
    take: str
    into: str
    reason: str
    unmatched: Literal["missing", "remove", "error"] = "missing"

    def apply(self, table: pl.DataFrame, tools: Tools) -> pl.DataFrame:
        """The table with the column added, its rows in their order."""
        known = tools.reference(self.reference, self.by, self.take).select(self.by, self.take).drop_nulls().unique()
        if known[self.by].n_unique() < len(known):
            message = f"The reference table {self.reference!r} gives more than one {self.take!r} for one {self.by!r}."
            raise ProtectionError(message)
        known = known.rename({self.by: self.column, self.take: self.into})
        joined = _with_columns(table, (self.column,)).join(known, on=self.column, how="left", maintain_order="left")
        unmatched = joined[self.into].null_count()
        if unmatched and self.unmatched == "error":
            message = (
                f"{unmatched} row(s) have a {self.column!r} that the reference table {self.reference!r} does not hold. "
                "Complete the reference table, or declare unmatched: missing or remove."
            )
            raise ProtectionError(message)
        return joined.drop_nulls(self.into) if self.unmatched == "remove" else joined


@dataclass(frozen=True, slots=True)
class Pseudonymise:
    """Put a keyed number in the place of a name.

    Attributes:
        column: The column with names.
        into: What the new column is called; the old one goes.
        known: The reference table and column with all names that there may be, so that no number ever moves.
        digits: Length of the numbers.
        reason: Why.
    """

    column: str
    into: str
    known: tuple[str, str]
    reason: str
    digits: int = 6

    def numbers(self, tools: Tools, seen: pl.Series | None = None) -> dict[str, str]:
        """Every known name's number, and those of names that were seen besides."""
        reference, column = self.known
        names = tools.reference(reference, column)[column].drop_nulls().to_list()
        extra = [] if seen is None else seen.drop_nulls().unique().to_list()
        return pseudonyms([*names, *extra], key=tools.key, purpose=self.into, digits=self.digits)

    def apply(self, table: pl.DataFrame, tools: Tools) -> pl.DataFrame:
        """The table with numbers for names; missing names stay missing."""
        names = _with_columns(table, (self.column,))[self.column]
        numbers = self.numbers(tools, names)
        new = names.replace_strict(list(numbers), list(numbers.values()), default=None, return_dtype=pl.String)
        return table.with_columns(new.alias(self.into)).drop(self.column)


@dataclass(frozen=True, slots=True)
class TruncateToDate:
    """Keep the day of a moment."""

    column: str
    into: str
    reason: str

    def apply(self, table: pl.DataFrame, tools: Tools) -> pl.DataFrame:  # noqa: ARG002 - as every step
        """The table with a date column added."""
        return table.with_columns(_moment(table, self.column).dt.date().alias(self.into))


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

    def labels(self) -> list[str]:
        """The ranges of a day, in order."""
        if self.hours < 1 or 24 % self.hours:
            message = f"A range of {self.hours} hours does not divide the day. Allowed: 1, 2, 3, 4, 6, 8, 12, 24."
            raise ProtectionError(message)
        return [f"{start:02d}-{start + self.hours - 1:02d}" for start in range(0, 24, self.hours)]

    def apply(self, table: pl.DataFrame, tools: Tools) -> pl.DataFrame:  # noqa: ARG002 - as every step
        """The table with the range added."""
        place = _moment(table, self.column).dt.hour().cast(pl.Int64) // self.hours
        return table.with_columns(_label(place, self.labels()).alias(self.into))


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

    def labels(self) -> list[str]:
        """The ranges, in order."""
        ends = [start - 1 for start in self.starts[1:]]
        return [f"{start}-{end}" for start, end in zip(self.starts, ends, strict=False)] + [f"{self.starts[-1]}+"]

    def apply(self, table: pl.DataFrame, tools: Tools) -> pl.DataFrame:  # noqa: ARG002 - as every step
        """The table with the range in the number's place.

        Raises:
            ProtectionError: Numbers lie below the first range.
        """
        numbers = _with_columns(table, (self.column,))[self.column]
        below = int((numbers < self.starts[0]).sum())
        if below:
            message = f"{below} row(s) have a {self.column!r} below {self.starts[0]}, where the first range starts."
            raise ProtectionError(message)
        place = pl.Series(pl.Series(self.starts).search_sorted(numbers.fill_null(self.starts[0]), side="right")) - 1
        place = pl.select(pl.when(numbers.is_not_null()).then(place.cast(pl.Int64))).to_series()
        return table.with_columns(_label(place, self.labels()).alias(self.into)).drop(self.column)


@dataclass(frozen=True, slots=True)
class KeepOnly:
    """Keep the rows with one of these values; the others are removed, and counted."""

    column: str
    values: tuple[str, ...]
    reason: str

    def apply(self, table: pl.DataFrame, tools: Tools) -> pl.DataFrame:  # noqa: ARG002 - as every step
        """The rows with one of the values, in their order."""
        return _with_columns(table, (self.column,)).filter(pl.col(self.column).is_in(list(self.values)))


def _with_columns(table: pl.DataFrame, columns: tuple[str, ...], what: str = "The table") -> pl.DataFrame:
    missing = [name for name in columns if name not in table.columns]
    if missing:
        message = f"{what} has no column {', '.join(missing)}. It has: {', '.join(table.columns)}."
        raise ProtectionError(message)
    return table


def _moment(table: pl.DataFrame, column: str) -> pl.Series:
    values = _with_columns(table, (column,))[column]
    if not isinstance(values.dtype, pl.Datetime):
        message = f"Column {column!r} holds {values.dtype}. Allowed: a datetime."
        raise ProtectionError(message)
    return values


def _label(places: pl.Series, labels: list[str]) -> pl.Series:
    return places.replace_strict(range(len(labels)), labels, default=None, return_dtype=pl.String)
