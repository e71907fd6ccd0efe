"""Take, add and replace a table's columns, or say which cannot be. It knows no step."""

from collections.abc import Mapping
from typing import TypeAlias

import polars as pl

from synth_assets.errors import ProtectionError


def with_columns(table: pl.DataFrame, columns: tuple[str, ...], what: str = "The table") -> pl.DataFrame:
    """The table as it is, once it is known to have these columns.

    Raises:
        ProtectionError: It has not.
    """
    missing = [name for name in columns if name not in table.columns]
    if missing:
        message = f"{what} has no column {', '.join(missing)}. It has: {', '.join(table.columns)}."
        raise ProtectionError(message)
    return table


def add(table: pl.DataFrame, into: str, values: pl.Series) -> pl.DataFrame:
    """The table with a new column at its end.

    Raises:
        ProtectionError: It has a column of that name.
    """
    if into in table.columns:
        message = f"The table has a column {into!r} already. Drop it first, or give the new one another name."
        raise ProtectionError(message)
    return table.with_columns(values.alias(into))


def put(table: pl.DataFrame, column: str, into: str, values: pl.Series) -> pl.DataFrame:
    """The table with new values for a column, under a new name at its end or under its own where it stands.

    Raises:
        ProtectionError: It has another column of the new name.
    """
    return table.with_columns(values.alias(into)) if into == column else add(table.drop(column), into, values)


Kinds: TypeAlias = Mapping[str, str]
"""Columns by name, each ``text``, ``integer``, ``float``, ``boolean``, ``date``, ``datetime``, or ``any``."""


def kind_of(dtype: pl.DataType) -> str:
    """The kind of a polars type; ``any`` for types that no step takes by their kind.

    >>> kind_of(pl.Int8())
    'integer'
    """
    kinds = (
        (dtype == pl.Boolean, "boolean"),
        (dtype.is_integer(), "integer"),
        (dtype.is_float() or dtype.is_decimal(), "float"),
        (dtype == pl.Date, "date"),
        (isinstance(dtype, pl.Datetime), "datetime"),
        (dtype == pl.String or isinstance(dtype, (pl.Categorical, pl.Enum)), "text"),
    )
    return next((kind for fits, kind in kinds if fits), "any")


def kinds_of(table: pl.DataFrame) -> dict[str, str]:
    """The columns of a table and their kinds."""
    return {name: kind_of(dtype) for name, dtype in table.schema.items()}


def values_of(table: pl.DataFrame, column: str, *kinds: str) -> pl.Series:
    """A column of one of these kinds, with missing numbers missing.

    Raises:
        ProtectionError: There is no such column, or it is of another kind.
    """
    values = with_columns(table, (column,))[column]
    if kind_of(values.dtype) not in kinds and values.dtype != pl.Null:
        message = f"Column {column!r} holds {values.dtype}. Allowed: {' or '.join(kinds)}."
        raise ProtectionError(message)
    return values.fill_nan(None) if values.dtype.is_float() else values


def taken(columns: Kinds, name: str, *allowed: str) -> str:
    """The kind of a column that a step takes.

    Args:
        columns: Those that there are.
        name: The one that is taken.
        allowed: Kinds that the step can take; none for every kind.

    Raises:
        ProtectionError: There is no such column, or it is of another kind.
    """
    if name not in columns:
        message = f"The table has no column {name}. It has: {', '.join(columns)}."
        raise ProtectionError(message)
    if allowed and columns[name] not in {*allowed, "any"}:
        message = f"Column {name!r} holds {columns[name]}. Allowed: {' or '.join(allowed)}."
        raise ProtectionError(message)
    return columns[name]


def replaced(columns: Kinds, column: str, into: str, kind: str) -> dict[str, str]:
    """The kinds after ``put``."""
    return {**columns, into: kind} if into == column else added({**columns}, into, kind, without=column)


def added(columns: Kinds, into: str, kind: str, *, without: str | None = None) -> dict[str, str]:
    """The kinds after ``add``.

    Raises:
        ProtectionError: There is a column of that name.
    """
    left = {name: held for name, held in columns.items() if name != without}
    if into in left:
        message = f"The table has a column {into!r} already. Drop it first, or give the new one another name."
        raise ProtectionError(message)
    return {**left, into: kind}
