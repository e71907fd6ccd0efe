"""A column read from values: its type and, marked as such, the domain that they show."""

import polars as pl

from synth_assets.errors import SchemaError
from synth_assets.schema.bounds import typed_bound
from synth_assets.schema.column import Column
from synth_assets.schema.domain import Categories, Domain, Interval
from synth_assets.schema.vocabulary import KEY_TYPES, ORDERED_TYPES, ColumnType

_MOST_INFERRED_CATEGORIES = 1_000
_LEAST_ROWS_A_CATEGORY = 10
_LEAST_ROWS_OF_A_KEY = 100


def infer_column(values: pl.Series) -> Column:
    """The column that these values show; its domain says ``domain_source="data"``.

    Raises:
        SchemaError: They are of a type that is not supported.
    """
    if values.dtype.is_float():
        values = values.fill_nan(None)
    kind, zone = _infer_type(values)
    domain: Domain | None = None
    if kind == "category":
        held = tuple(values.cast(pl.String).drop_nulls().unique().sort().to_list())
        domain = Categories(held) if held else None
    elif kind in ORDERED_TYPES:
        domain = _observed_range(values, kind)
    nullable, unique = values.null_count() > 0, kind in KEY_TYPES and _is_key(values)
    return Column(
        values.name,
        kind,
        domain=None if unique else domain,
        domain_source="data",
        nullable=nullable,
        time_zone=zone,
        unique=unique,
    )


def _is_key(values: pl.Series) -> bool:
    present = values.drop_nulls()
    return len(present) >= _LEAST_ROWS_OF_A_KEY and present.n_unique() == len(present)


def _observed_range(values: pl.Series, kind: ColumnType) -> Interval | None:
    """From the smallest value to the largest; ``None`` where there is none or one is beyond what a bound may be."""
    if kind == "datetime" and isinstance(values.dtype, pl.Datetime) and values.dtype.time_zone:
        values = values.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    try:
        low, high = (typed_bound(values.name, kind, bound, zoned=False) for bound in (values.min(), values.max()))
        return Interval(low, high)
    except (SchemaError, ValueError, OverflowError):
        return None


def _infer_type(values: pl.Series) -> tuple[ColumnType, str | None]:
    zone = values.dtype.time_zone if isinstance(values.dtype, pl.Datetime) else None
    kind = column_type(values.name, values.dtype)
    return "category" if values.dtype == pl.String and may_be_category(values.n_unique(), len(values)) else kind, zone


def column_type(name: str, dtype: pl.DataType) -> ColumnType:
    """The type of a column that holds this polars type; strings are text, unless their values repeat.

    Raises:
        SchemaError: It is not supported.
    """
    kinds: tuple[tuple[bool, ColumnType], ...] = (
        (dtype == pl.Boolean, "boolean"),
        (dtype.is_integer(), "integer"),
        (dtype.is_float() or dtype.is_decimal(), "float"),
        (dtype == pl.Date, "date"),
        (dtype == pl.Datetime, "datetime"),
        (isinstance(dtype, (pl.Categorical, pl.Enum)), "category"),
        (dtype in {pl.String, pl.Null}, "text"),
    )
    for fits, kind in kinds:
        if fits:
            return kind
    message = (
        f"Column {name!r} has type {dtype}. Allowed: integers, floats, text, categories, booleans, dates and "
        "datetimes. Convert or drop it."
    )
    raise SchemaError(message)


def may_be_category(distinct: int, rows: int) -> bool:
    """Whether strings with so many distinct values in so many rows repeat enough to be categories."""
    return distinct <= _MOST_INFERRED_CATEGORIES and distinct * _LEAST_ROWS_A_CATEGORY <= max(rows, 200)
