"""One kind of table from many: every frame that the core accepts becomes a polars DataFrame here.

Nothing is interpreted: no column is dropped, renamed or given another meaning.
"""

import sys
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, runtime_checkable

import polars as pl

from synth_assets.errors import SchemaError

if TYPE_CHECKING:
    import pandas as pd

Frame: TypeAlias = Any
"""A polars DataFrame or LazyFrame, a pandas DataFrame, a DuckDB relation, or a ``StoredTable``."""


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

    >>> import pandas as pd
    >>> to_polars(pd.DataFrame({"a": [1.0, float("nan")]}))["a"].to_list()
    [1.0, None]
    """
    if isinstance(frame, pl.DataFrame):
        return frame
    try:
        return _read(frame)
    except _unreadable() as error:
        message = (
            f"This {type(frame).__name__} cannot be read as a table ({type(error).__name__} in {_culprits(frame)}). "
            "Allowed: columns of numbers, text, categories, booleans, dates and datetimes, each of one type and with a "
            "name of its own. Convert or drop the others."
        )
        raise SchemaError(message) from None  # what the library says may quote values


def _read(frame: Frame) -> pl.DataFrame:
    if isinstance(frame, pl.LazyFrame):
        return frame.collect()
    if _is_pandas(frame):
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


def _from_pandas(frame: "pd.DataFrame") -> pl.DataFrame:
    names = [str(name) for name in frame.columns]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        message = f"The table has more than one column called {', '.join(repeated)}. Give every column its own name."
        raise SchemaError(message)
    return pl.from_pandas(frame.set_axis(names, axis="columns").reset_index(drop=True), nan_to_null=True)


def _is_pandas(frame: Frame) -> bool:
    """Whether it is a pandas DataFrame; pandas itself is slow to import, and loaded already where there is one."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(frame, pandas.DataFrame)


def _unreadable() -> tuple[type[Exception], ...]:
    """What polars and the libraries that are loaded raise for a table that they cannot read."""
    optional = (("pyarrow", "ArrowException"), ("duckdb", "Error"))
    loaded = [getattr(sys.modules[name], error) for name, error in optional if name in sys.modules]
    return (pl.exceptions.PolarsError, OSError, ValueError, TypeError, RuntimeError, *loaded)


def _culprits(frame: Frame) -> str:
    if not _is_pandas(frame):
        return "its columns"
    return f"column(s) {', '.join(str(name) for name in frame.columns if not _readable(frame[name]))}"


def _readable(values: "pd.Series") -> bool:
    try:
        pl.from_pandas(values)
    except _unreadable():
        return False
    return True
