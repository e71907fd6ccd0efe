"""Take, add and replace a table's columns, or say which cannot be. It knows no step."""

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
