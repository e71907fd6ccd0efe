"""Bring two tables to one set of columns in plain types, or say everything that keeps them from being compared.

Nothing is measured here, and no value of a table gets into a message.
"""

from collections.abc import Iterator
from datetime import time

import polars as pl

from synth_assets.errors import MeasurementError
from synth_assets.frames import Frame, to_polars
from synth_assets.schema import Column, ColumnType, Schema

_ALLOWED: dict[ColumnType, str] = {
    "integer": "numbers",
    "float": "numbers",
    "category": "text or categories",
    "text": "text or categories",
    "boolean": "booleans",
    "date": "dates",
    "datetime": "datetimes",
}


def paired(frame: Frame, table: Frame, schema: Schema) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both tables with the schema's columns, in its order, each as plain values.

    Numbers are Int64 or Float64 (NaN is missing), dates are days and datetimes microseconds since 1970 in UTC (Int64),
    all else is String.

    Args:
        frame: The original.
        table: The synthetic table.
        schema: Of both. A number may be an integer in one table and a float in the other.

    Raises:
        MeasurementError: A table is empty, columns are missing or unknown, or a type is not the schema's; the message
            lists all of these at once.
    """
    if not isinstance(schema, Schema):
        message = f"schema is a {type(schema).__name__}. Allowed: the Schema of both, such as Schema.infer(frame)."
        raise MeasurementError(message)
    tables = {"original": to_polars(frame), "synthetic table": to_polars(table)}
    problems = [problem for which, one in tables.items() for problem in _problems(which, one, schema)]
    if problems:
        message = (
            f"The two tables cannot be compared: {'; '.join(problems)}. Both need the schema's columns, in its types, "
            "and at least one row."
        )
        raise MeasurementError(message)
    original, synthetic = (
        pl.DataFrame([_plain(one[column.name], column) for column in schema]) for one in tables.values()
    )
    return original, synthetic


def _problems(which: str, table: pl.DataFrame, schema: Schema) -> Iterator[str]:
    if not table.height:
        yield f"the {which} has no rows"
    missing = [name for name in schema.names if name not in table.columns]
    unknown = [name for name in table.columns if name not in schema.names]
    if missing:
        yield f"the {which} lacks column(s) {', '.join(map(repr, missing))}"
    if unknown:
        yield f"the {which} has column(s) that the schema does not name: {', '.join(map(repr, unknown))}"
    for column in schema:
        if column.name in table.columns and not _fits(table[column.name], column.type):
            yield (
                f"column {column.name!r} of the {which} holds {table[column.name].dtype}, but the schema says "
                f"{column.type} (allowed: {_ALLOWED[column.type]})"
            )


def _fits(values: pl.Series, kind: ColumnType) -> bool:
    """Whether a column can be taken as of this type; pandas has no dates, so local midnights are dates too."""
    dtype = values.dtype
    local = isinstance(dtype, pl.Datetime) and dtype.time_zone is None
    words = dtype == pl.String or isinstance(dtype, (pl.Categorical, pl.Enum))
    fitting = {
        "numbers": dtype.is_numeric(),
        "text or categories": words,
        "booleans": dtype == pl.Boolean,
        "dates": dtype == pl.Date or (local and _at_midnight(values)),
        "datetimes": isinstance(dtype, pl.Datetime),
    }
    return dtype == pl.Null or fitting[_ALLOWED[kind]]


def _at_midnight(times: pl.Series) -> bool:
    return bool((times.dt.time() == time(0)).all())


def _plain(values: pl.Series, column: Column) -> pl.Series:
    if values.dtype == pl.Null:
        values = values.cast(column.dtype)
    match column.type:
        case "integer" | "float":
            return _number(values)
        case "date":
            return values.cast(pl.Date).cast(pl.Int64)
        case "datetime":
            return _microseconds(values)
    return values.cast(pl.String)


def _number(values: pl.Series) -> pl.Series:
    """Whole numbers beyond Int64 become Float64, like all other numbers."""
    whole = values.cast(pl.Int64, strict=False) if values.dtype.is_integer() else None
    if whole is not None and whole.null_count() == values.null_count():
        return whole
    return values.cast(pl.Float64).fill_nan(None)


def _microseconds(values: pl.Series) -> pl.Series:
    """A time without a zone is taken as it stands, as if in UTC."""
    if isinstance(values.dtype, pl.Datetime) and values.dtype.time_zone:
        values = values.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    return values.cast(pl.Datetime("us")).cast(pl.Int64)
