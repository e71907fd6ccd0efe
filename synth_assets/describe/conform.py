"""Bring a table to its schema's columns, order and types, or say everything that does not fit.

Nothing is cut, clipped or converted with loss, and no value of the table gets into a message.
"""

from collections.abc import Iterator

import polars as pl

from synth_assets.errors import SchemaError
from synth_assets.frames import Frame, to_polars
from synth_assets.schema import Categories, Column, Interval, Schema


def conform(frame: Frame, schema: Schema) -> pl.DataFrame:
    """The table with the schema's columns, in its order and types; NaN becomes missing.

    Columns that the schema does not name are an error: what is left out must be left out by a step that says so.

    Raises:
        SchemaError: The table and the schema disagree; the message lists every disagreement with its count.
    """
    table = to_polars(frame)
    problems = [*_wrong_names(table, schema)]
    columns: dict[str, pl.Series] = {}
    for column in schema:
        if column.name in table.columns:
            values, problem = _convert(table[column.name], column)
            columns[column.name] = values
            problems += [problem] if problem else [*_outside(values, column)]
    if problems:
        message = f"The table does not fit its schema: {'; '.join(problems)}. Correct the table or the schema."
        raise SchemaError(message)
    return pl.DataFrame(columns)


def _wrong_names(table: pl.DataFrame, schema: Schema) -> Iterator[str]:
    missing = [name for name in schema.names if name not in table.columns]
    unknown = [name for name in table.columns if name not in schema.names]
    if missing:
        yield f"column(s) missing from the table: {', '.join(missing)}"
    if unknown:
        yield f"column(s) not in the schema: {', '.join(unknown)}"


def _convert(values: pl.Series, column: Column) -> tuple[pl.Series, str | None]:
    """The values in the column's own type, and what is wrong where that would lose something."""
    wrong = f"column {column.name!r} holds {values.dtype}, the schema says {column.type}"
    if values.dtype.is_float():
        values = values.fill_nan(None)
    if values.dtype == pl.Null:
        return values.cast(column.dtype), None
    if not _convertible(values.dtype, column):
        return values, wrong
    converted = values.cast(column.dtype, strict=False)
    lost = int((converted.cast(values.dtype, strict=False) != values).fill_null(value=True).sum()) - values.null_count()
    return converted, f"{wrong}, and {lost} value(s) cannot be converted without loss" if lost else None


def _convertible(dtype: pl.DataType, column: Column) -> bool:
    number = dtype.is_numeric()
    if column.type == "datetime":
        return isinstance(dtype, pl.Datetime) and dtype.time_zone == column.time_zone
    return {
        "integer": number,
        "float": number,
        "category": dtype == pl.String or isinstance(dtype, (pl.Categorical, pl.Enum)),
        "text": dtype == pl.String or isinstance(dtype, (pl.Categorical, pl.Enum)),
        "boolean": dtype == pl.Boolean,
        "date": dtype == pl.Date,
    }[column.type]


def _outside(values: pl.Series, column: Column) -> Iterator[str]:
    nulls = values.null_count()
    if nulls and not column.nullable:
        yield f"column {column.name!r} has {nulls} missing value(s), and the schema says it is not nullable"
    for inside, where in _limits(values, column):
        outside = int((~inside).sum())
        if outside:
            yield f"column {column.name!r} has {outside} value(s) {where}"
            return


def _limits(values: pl.Series, column: Column) -> Iterator[tuple[pl.Series, str]]:
    """Which values are inside what any column of the type, and this column, may hold; and what to say of the others."""
    if column.type == "float":
        yield values.is_finite(), "that are infinite"
    if column.type in {"date", "datetime"}:
        yield values.dt.year().is_between(1, 9999), "outside the years 1 to 9999"
    if isinstance(column.domain, Categories):
        yield values.is_in(list(column.domain.values)), "outside its domain"
    elif isinstance(column.domain, Interval):
        axis = naive(values)
        yield (axis >= column.domain.minimum) & (axis <= column.domain.maximum), "outside its domain"


def naive(values: pl.Series) -> pl.Series:
    """Zoned times as UTC without a zone, as a schema's bounds are; all else as it is."""
    if isinstance(values.dtype, pl.Datetime) and values.dtype.time_zone:
        return values.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    return values
