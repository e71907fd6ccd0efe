"""One kind of table from many: every frame that the core accepts becomes a polars DataFrame here.

Nothing is interpreted: no column is dropped, renamed or given another meaning.
"""

from typing import Any, Protocol, TypeAlias, runtime_checkable

import pandas as pd
import polars as pl

from synth_assets.errors import SchemaError

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
        frame: A polars DataFrame or LazyFrame, a pandas DataFrame (its index is not a column), or a DuckDB relation.

    Raises:
        SchemaError: The object is none of these.

    >>> to_polars(pd.DataFrame({"a": [1.0, float("nan")]}))["a"].to_list()
    [1.0, None]
    """
    if isinstance(frame, pl.DataFrame):
        return frame
    if isinstance(frame, pl.LazyFrame):
        return frame.collect()
    if isinstance(frame, pd.DataFrame):
        return _from_pandas(frame)
    if isinstance(frame, StoredTable):
        return frame.read()
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
