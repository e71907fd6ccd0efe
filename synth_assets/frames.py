"""One kind of table from many: every frame that the core accepts becomes a polars DataFrame here.

Nothing is interpreted: no column is dropped, renamed or given another meaning.
"""

from typing import Any, Protocol, TypeAlias, runtime_checkable

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa

from synth_assets.errors import SchemaError

Frame: TypeAlias = Any
"""A polars DataFrame or LazyFrame, a pandas DataFrame, a DuckDB relation, or a ``StoredTable``."""

_UNREADABLE = (pl.exceptions.PolarsError, pa.ArrowException, duckdb.Error, OSError, ValueError, TypeError, RuntimeError)


@runtime_checkable
class StoredTable(Protocol):
    """A table somewhere that is not read until asked for."""

    def read(self) -> pl.DataFrame:
        """The whole table."""
        ...


def to_polars(frame: Frame) -> pl.DataFrame:
    """The same table as a polars DataFrame; pandas' NaN and NaT become null.

    Args:
        frame: A polars DataFrame or LazyFrame, a pandas DataFrame (its index is not a column), a DuckDB relation, or a
            ``StoredTable``.

    Raises:
        SchemaError: The object is none of these, or holds columns that cannot be read; no value is told.

    >>> to_polars(pd.DataFrame({"a": [1.0, float("nan")]}))["a"].to_list()
    [1.0, None]
    """
    if isinstance(frame, pl.DataFrame):
        return frame
    try:
        return _read(frame)
    except _UNREADABLE as error:
        message = (
            f"This {type(frame).__name__} cannot be read as a table ({type(error).__name__} in {_culprits(frame)}). "
            "Allowed: columns of numbers, text, categories, booleans, dates and datetimes, each of one type and with a "
            "name of its own. Convert or drop the others."
        )
        raise SchemaError(message) from None  # what the library says may quote values


def _read(frame: Frame) -> pl.DataFrame:
    if isinstance(frame, pl.LazyFrame):
        return frame.collect()
    if isinstance(frame, pd.DataFrame):
        return _from_pandas(frame)
    if isinstance(frame, StoredTable) and isinstance(table := frame.read(), pl.DataFrame):
        return table
    if hasattr(frame, "to_arrow_table"):
        return pl.DataFrame(frame.to_arrow_table())
    message = (
        f"Cannot read a {type(frame).__module__}.{type(frame).__name__} as a table. Allowed: a polars DataFrame or "
        "LazyFrame, a pandas DataFrame, or a DuckDB relation."
    )
    raise SchemaError(message)


def _from_pandas(frame: pd.DataFrame) -> pl.DataFrame:
    names = [str(name) for name in frame.columns]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        message = f"The table has more than one column called {', '.join(repeated)}. Give every column its own name."
        raise SchemaError(message)
    return pl.from_pandas(frame.set_axis(names, axis="columns").reset_index(drop=True), nan_to_null=True)


def _culprits(frame: Frame) -> str:
    if not isinstance(frame, pd.DataFrame):
        return "its columns"
    return f"column(s) {', '.join(str(name) for name in frame.columns if not _readable(frame[name]))}"


def _readable(values: pd.Series) -> bool:
    try:
        pl.from_pandas(values)
    except _UNREADABLE:
        return False
    return True
