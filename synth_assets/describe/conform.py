"""Bring a table to its schema's columns, order and types, or say everything that does not fit.

Nothing is cut, clipped or converted with loss, and no value of the table gets into a message.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from synth_assets.constraints import Determined, violations
from synth_assets.errors import SchemaError
from synth_assets.frames import Frame, to_polars
from synth_assets.schema import Categories, Column, Interval, Schema


@dataclass(frozen=True, slots=True)
class Problem:
    """A way in which a table does not fit; how many values that concerns is counted beside it.

    Attributes:
        before: What is said before the number.
        after: What is said after it; ``None`` where there is nothing to count.
    """

    before: str
    after: str | None = None

    def said(self, count: int) -> str:
        """The problem in words."""
        return self.before if self.after is None else f"{self.before} {count} {self.after}"


def conform(frame: Frame, schema: Schema) -> pl.DataFrame:
    """The table with the schema's columns, in its order and types; NaN becomes missing.

    Columns that the schema does not name are an error: what is left out must be left out by a step that says so.

    Raises:
        SchemaError: The table and the schema disagree; the message lists every disagreement with its count.
    """
    table, problems = converted(to_polars(frame), schema)
    refuse(problems)
    return table


def converted(table: pl.DataFrame, schema: Schema) -> tuple[pl.DataFrame, Counter[Problem]]:
    """A batch with the schema's columns as far as they can be had, and what does not fit, counted."""
    problems: Counter[Problem] = Counter(_wrong_names(table, schema))
    columns: dict[str, pl.Series] = {}
    for column in schema:
        if column.name in table.columns:
            values, found = _convert(table[column.name], column)
            columns[column.name] = values
            problems.update(found or dict(_outside(values, column)))
    rows = pl.DataFrame(columns)
    if not problems:
        problems.update(dict(_broken(rows, schema)))
    return rows, problems


def refuse(problems: Counter[Problem]) -> None:
    """Say all that does not fit.

    Raises:
        SchemaError: There is something.
    """
    if problems:
        said = "; ".join(problem.said(count) for problem, count in problems.items())
        message = f"The table does not fit its schema: {said}. Correct the table or the schema."
        raise SchemaError(message)


def _wrong_names(table: pl.DataFrame, schema: Schema) -> Iterator[Problem]:
    missing = [name for name in schema.names if name not in table.columns]
    unknown = [name for name in table.columns if name not in schema.names]
    if missing:
        yield Problem(f"column(s) missing from the table: {', '.join(missing)}")
    if unknown:
        yield Problem(f"column(s) not in the schema: {', '.join(unknown)}")


def _convert(values: pl.Series, column: Column) -> tuple[pl.Series, dict[Problem, int]]:
    """The values in the column's own type, and what is wrong where that would lose something."""
    wrong = f"column {column.name!r} holds {values.dtype}, the schema says {column.type}"
    if values.dtype.is_float():
        values = _one_zero(values.fill_nan(None))
    if values.dtype == pl.Null:
        return values.cast(column.dtype), {}
    if not _convertible(values.dtype, column):
        return values, {Problem(wrong): 1}
    converted = values.cast(column.dtype, strict=False)
    if values.dtype == column.dtype:
        return converted, {}
    lost = int((converted.cast(values.dtype, strict=False) != values).fill_null(value=True).sum()) - values.null_count()
    return converted, {Problem(f"{wrong}, and", "value(s) cannot be converted without loss"): lost} if lost else {}


def _one_zero(values: pl.Series) -> pl.Series:
    """The values with 0.0 for -0.0, which is the same number in other bits."""
    return pl.select(
        pl.when(values == 0.0).then(0.0).otherwise(values).cast(values.dtype).alias(values.name)
    ).to_series()


def _convertible(dtype: pl.DataType, column: Column) -> bool:
    number = dtype.is_numeric()
    if column.type == "datetime":
        return isinstance(dtype, pl.Datetime) and (dtype.time_zone is None) == (column.time_zone is None)
    return {
        "integer": number,
        "float": number,
        "category": dtype == pl.String or isinstance(dtype, (pl.Categorical, pl.Enum)),
        "text": dtype == pl.String or isinstance(dtype, (pl.Categorical, pl.Enum)),
        "boolean": dtype == pl.Boolean,
        "date": dtype == pl.Date or (isinstance(dtype, pl.Datetime) and dtype.time_zone is None),
    }[column.type]


def _outside(values: pl.Series, column: Column) -> Iterator[tuple[Problem, int]]:
    nulls = values.null_count()
    if nulls and not column.nullable:
        text = f"column {column.name!r} has", "missing value(s), and the schema says it is not nullable"
        yield Problem(*text), nulls
    for inside, where in _limits(values, column):
        outside = int((~inside).sum())
        if outside:
            yield Problem(f"column {column.name!r} has", f"value(s) {where}"), outside
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


def _broken(rows: pl.DataFrame, schema: Schema) -> Iterator[tuple[Problem, int]]:
    """Rules that a batch alone can break; see ``reader`` for the others."""
    for rule in schema.constraints:
        if not isinstance(rule, Determined) and (broken := violations(rows, rule)):
            yield Problem(f"the constraint '{rule}' is broken in", "row(s)"), broken
