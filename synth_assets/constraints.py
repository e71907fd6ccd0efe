"""Rules between columns that every row keeps: forbidden combinations, orders, and columns that decide another.

What a rule says, and how many rows break it. How rules are kept is not known here.
"""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import polars as pl
from polars import selectors

from synth_assets.errors import SchemaError

Value: TypeAlias = str | int | bool | None

_PAIR = 2


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A combination of values that no row holds (a structural zero).

    Attributes:
        values: For each column, the values of which none may stand together with those of the others; ``None`` is
            missing.
    """

    values: tuple[tuple[str, tuple[Value, ...]], ...]

    def __post_init__(self) -> None:
        """Refuse what is no combination."""
        shaped = isinstance(self.values, tuple) and all(
            isinstance(one, tuple) and len(one) == _PAIR for one in self.values
        )
        _check_names("forbidden", [one[0] for one in self.values] if shaped else self.values, least=2)
        odd = [value for _, held in self.values for value in held if not isinstance(value, str | int | None)]
        if odd or not all(isinstance(held, tuple) and held for _, held in self.values):
            message = (
                f"Forbidden values of {', '.join(self.columns)} hold {odd!r}. Allowed: for each column one or more "
                "of text, whole numbers, true, false, null."
            )
            raise SchemaError(message)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it speaks of."""
        return tuple(name for name, _ in self.values)

    def __str__(self) -> str:
        """As a sentence."""
        return "never " + " with ".join(f"{name} = {_listed(values)}" for name, values in self.values)

    def broken(self) -> pl.Expr:
        """Whether a row breaks it."""
        return pl.all_horizontal(_holds(name, values) for name, values in self.values)

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {"forbidden": {name: list(values) for name, values in self.values}}


@dataclass(frozen=True, slots=True)
class Ordered:
    """Columns of which each is no larger than those after it, where both are present (``start <= end``).

    Attributes:
        columns: At least two, from small to large.
    """

    columns: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse what is no order."""
        _check_names("ordered", self.columns, least=2)

    def __str__(self) -> str:
        """As a sentence."""
        return " <= ".join(self.columns)

    def broken(self) -> pl.Expr:
        """Whether a row breaks it."""
        pairs = itertools.combinations(self.columns, 2)
        return pl.any_horizontal((_column(low) > _column(high)).fill_null(value=False) for low, high in pairs)

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {"ordered": list(self.columns)}


@dataclass(frozen=True, slots=True)
class Determined:
    """A column that others decide: rows alike in those hold one value of it (a functional dependency).

    Rows in which one of the columns is missing are not bound by it.

    Attributes:
        column: The column that is decided.
        by: The columns that decide it, at least one.
    """

    column: str
    by: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse what decides nothing."""
        _check_names("determined", (self.column,), least=1)
        _check_names("by", self.by, least=1)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it speaks of."""
        return (*self.by, self.column)

    def __str__(self) -> str:
        """As a sentence."""
        return f"{self.column} is determined by {', '.join(self.by)}"

    def broken(self) -> pl.Expr:
        """Whether a row holds another value than the first row that is alike."""
        present = pl.all_horizontal(_column(name).is_not_null() for name in self.columns)
        first = _column(self.column).filter(present).first().over(_column(name) for name in self.by)
        return present & (_column(self.column) != first).fill_null(value=False)

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {"determined": self.column, "by": list(self.by)}


Constraint: TypeAlias = Forbidden | Ordered | Determined


def violations(table: pl.DataFrame, constraint: Constraint) -> int:
    """How many rows break the constraint.

    Args:
        table: Has the constraint's columns.
        constraint: One rule.
    """
    return int(table.select(constraint.broken().sum()).item())


def constraint_from_dict(document: object) -> Constraint:
    """The constraint that ``to_dict`` wrote, or that YAML holds.

    Raises:
        SchemaError: It is of another form.
    """
    if isinstance(document, Mapping):
        keys = set(document)
        if keys == {"forbidden"} and isinstance(document["forbidden"], Mapping):
            return _forbidden(document["forbidden"])
        if keys == {"ordered"}:
            return Ordered(_names("ordered", document["ordered"], least=2))
        if keys == {"determined", "by"} and isinstance(document["determined"], str):
            by = document["by"]
            return Determined(document["determined"], _names("by", [by] if isinstance(by, str) else by, least=1))
    message = (
        f"A constraint is {document!r}. Allowed: 'forbidden: {{column: value, column: [values]}}', 'ordered: [column, "
        "column]' from small to large, or 'determined: column' with 'by: [columns]'."
    )
    raise SchemaError(message)


def _forbidden(document: Mapping[Any, Any]) -> Forbidden:
    names = _names("forbidden", list(document), least=2)
    values = {name: document[name] if isinstance(document[name], list) else [document[name]] for name in names}
    odd = [value for held in values.values() for value in held if not isinstance(value, str | int | None)]
    if odd or not all(values.values()):
        message = (
            f"Forbidden values of {', '.join(names)} hold {odd!r}. Allowed: text, whole numbers, true, false, null."
        )
        raise SchemaError(message)
    return Forbidden(tuple((name, tuple(dict.fromkeys(held))) for name, held in values.items()))


def _names(key: str, document: object, *, least: int) -> tuple[str, ...]:
    names = tuple(document) if isinstance(document, list) else (document,)
    _check_names(key, names, least=least)
    return tuple(str(name) for name in names)


def _check_names(key: str, names: object, *, least: int) -> None:
    """Refuse what are not the names of so many columns or more, each once."""
    held = list(names) if isinstance(names, tuple | list) else []
    texts = [name for name in held if isinstance(name, str)]
    if len(texts) < max(least, len(held)) or len(set(texts)) < len(texts):
        message = f"A constraint has {key} {names!r}. Allowed: {least} or more columns' names, each once."
        raise SchemaError(message)


def _holds(name: str, values: Iterable[Value]) -> pl.Expr:
    present = [value for value in values if value is not None]
    held = _column(name).is_in(present).fill_null(value=False) if present else pl.lit(value=False)
    return held | _column(name).is_null() if None in values else held


def _column(name: str) -> pl.Expr:
    """The column of exactly that name, be it a star or a pattern."""
    return selectors.by_name(name).as_expr()


def _listed(values: Iterable[Value]) -> str:
    return " or ".join("missing" if value is None else str(value) for value in values)
