"""De-identification steps. Each acts on one row at a time, says why, and loses no row silently."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias, get_args

import polars as pl

from synth_assets.errors import ProtectionError
from synth_assets.protect.columns import Kinds, add, added, put, replaced, taken, with_columns
from synth_assets.protect.pseudonyms import pseudonyms

Unmatched: TypeAlias = Literal["missing", "remove", "error"]


@dataclass(frozen=True)
class Tools:
    """What steps may use besides the table.

    Attributes:
        key: The project's key.
        references: Look-up tables by name.
        met: Of pseudonyms, by what they are called: names in other batches of the same table.
    """

    key: bytes
    references: Mapping[str, pl.DataFrame]
    met: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def reference(self, name: str, *columns: str) -> pl.DataFrame:
        """A look-up table that has these columns.

        Raises:
            ProtectionError: There is no such table or column.
        """
        if name not in self.references:
            message = f"There is no reference table {name!r}. Allowed: {', '.join(self.references) or 'none'}."
            raise ProtectionError(message)
        return with_columns(self.references[name], columns, f"The reference table {name!r}")


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

    def after(self, columns: Kinds) -> dict[str, str]:
        """The columns and their kinds after the step, so that a mistake is found before anything runs.

        Raises:
            ProtectionError: A column is not there or not of a kind that the step takes.
        """
        ...


@dataclass(frozen=True, slots=True)
class Drop:
    """Remove columns."""

    columns: tuple[str, ...]
    reason: str

    def apply(self, table: pl.DataFrame, tools: Tools) -> pl.DataFrame:  # noqa: ARG002 - as every step
        """The table without the columns."""
        return with_columns(table, self.columns).drop(self.columns)

    def after(self, columns: Kinds) -> dict[str, str]:
        """The columns and their kinds after the step."""
        for name in self.columns:
            taken(columns, name)
        return {name: kind for name, kind in columns.items() if name not in self.columns}


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
    unmatched: Unmatched = "missing"

    def __post_init__(self) -> None:
        """Refuse an ``unmatched`` that does not exist."""
        if self.unmatched not in get_args(Unmatched):
            message = f"unmatched is {self.unmatched!r}. Allowed: {', '.join(get_args(Unmatched))}."
            raise ProtectionError(message)

    def apply(self, table: pl.DataFrame, tools: Tools) -> pl.DataFrame:
        """The table with the column added, its rows in their order.

        Raises:
            ProtectionError: Rows are unmatched where that is an error; the reference table contradicts itself, or its
                column is of another type.
        """
        asked = with_columns(table, (self.column,))[self.column]
        joined = add(table, self.into, asked.replace_strict(*self._known(tools, asked.dtype), default=None))
        unmatched = joined[self.into].null_count()
        if unmatched and self.unmatched == "error":
            message = (
                f"{unmatched} row(s) have a {self.column!r} that the reference table {self.reference!r} does not hold. "
                "Complete the reference table, or declare unmatched: missing or remove."
            )
            raise ProtectionError(message)
        return joined.drop_nulls(self.into) if self.unmatched == "remove" else joined

    def after(self, columns: Kinds) -> dict[str, str]:
        """The columns and their kinds after the step; what the reference table holds is not known here."""
        taken(columns, self.column)
        return added(columns, self.into, "any")

    @property
    def removes_rows(self) -> bool:
        """Whether the step may remove rows, as it declares."""
        return self.unmatched == "remove"

    def _known(self, tools: Tools, dtype: pl.DataType) -> tuple[pl.Series, pl.Series]:
        """What may be looked up, each once, and what it stands for."""
        reference = tools.reference(self.reference, self.by, self.take)
        if reference[self.by].dtype != dtype:
            message = (
                f"Column {self.column!r} holds {dtype}, but {self.by!r} of the reference table {self.reference!r} "
                f"holds {reference[self.by].dtype}. Read both in one type."
            )
            raise ProtectionError(message)
        known = reference.select(by=self.by, take=self.take).drop_nulls().unique()
        if known["by"].n_unique() < len(known):
            message = f"The reference table {self.reference!r} gives more than one {self.take!r} for one {self.by!r}."
            raise ProtectionError(message)
        return known["by"], known["take"]


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

    def __post_init__(self) -> None:
        """Refuse a ``known`` that is not a table and a column."""
        if isinstance(self.known, str) or len(self.known) != len(("reference", "column")):
            message = f"known is {self.known!r}. Allowed: the name of a reference table and of its column."
            raise ProtectionError(message)

    def numbers(self, tools: Tools, seen: pl.Series | None = None) -> dict[str, str]:
        """Every known name's number, and those of names that were seen besides, which move no known name's."""
        reference, column = self.known
        names = _text(tools.reference(reference, column)[column])
        extra = [*([] if seen is None else _text(seen)), *tools.met.get(self.into, ())]
        return pseudonyms(names, key=tools.key, purpose=self.into, digits=self.digits, besides=extra)

    def apply(self, table: pl.DataFrame, tools: Tools) -> pl.DataFrame:
        """The table with numbers for names; missing names stay missing."""
        names = with_columns(table, (self.column,))[self.column]
        numbers = self.numbers(tools, names)
        new = names.cast(pl.String).replace_strict(
            list(numbers), list(numbers.values()), default=None, return_dtype=pl.String
        )
        return put(table, self.column, self.into, new)

    def after(self, columns: Kinds) -> dict[str, str]:
        """The columns and their kinds after the step."""
        taken(columns, self.column, "text")
        return replaced(columns, self.column, self.into, "text")


def _text(names: pl.Series) -> list[str]:
    """The distinct names, missing apart."""
    if names.dtype not in {pl.String, pl.Null} and not isinstance(names.dtype, (pl.Categorical, pl.Enum)):
        message = f"Column {names.name!r} holds {names.dtype}. Allowed: names, as text."
        raise ProtectionError(message)
    return names.cast(pl.String).drop_nulls().unique().to_list()
