"""One kind of table from many: every frame that the core accepts becomes a polars DataFrame here, whole or in batches.

Nothing is interpreted: no column is dropped, renamed or given another meaning.
"""

import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeGuard, runtime_checkable

import polars as pl
from polars import selectors

from synth_assets.errors import SchemaError

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

Frame: TypeAlias = Any
"""A polars DataFrame or LazyFrame, a pandas DataFrame, a DuckDB relation, a ``StoredTable``, or a Parquet file."""

_PARQUET = b"PAR1"
"""The first bytes of every Parquet file."""

BATCH_ROWS = 131_072
"""About as many rows are held at a time where a table is read in batches."""


@runtime_checkable
class StoredTable(Protocol):
    """A table somewhere that is not read until asked for."""

    def read(self) -> pl.DataFrame:
        """The whole table."""
        ...


@runtime_checkable
class StreamedTable(StoredTable, Protocol):
    """A stored table that can be read in batches."""

    def relation(self) -> AbstractContextManager["duckdb.DuckDBPyRelation"]:
        """The table as a DuckDB relation, valid inside the ``with`` block."""
        ...


class BatchedTable(Protocol):
    """A table that comes in batches, so that it never is in memory as a whole."""

    @property
    def rows(self) -> int | None:
        """How many rows all batches have together; ``None`` where that is not known beforehand."""
        ...

    def batches(self) -> Iterator[pl.DataFrame]:
        """All rows in order, each time from the first on; at least one batch, all of the same columns and types."""
        ...


def is_batched(frame: object) -> TypeGuard[BatchedTable]:
    """Whether it comes in batches by itself; a frame with a column of that name does not."""
    return callable(getattr(type(frame), "batches", None))


def in_order(frame: Frame | BatchedTable) -> Generator[pl.DataFrame]:
    """The rows of any table in their order, in batches of one schema; one batch at least.

    A generator that is not read to its end holds what it reads from: close it, as ``contextlib.closing`` does.

    Raises:
        SchemaError: The object is no table that can be read.
    """
    if is_batched(frame):
        yield from frame.batches()
    elif isinstance(frame, pl.LazyFrame):
        with _told(frame):
            yield from _or_empty(frame, frame.collect_batches(chunk_size=BATCH_ROWS, maintain_order=True))
    else:
        with opened(frame) as table:
            yield from batches(table)


def to_polars(frame: Frame) -> pl.DataFrame:
    """The same table as a polars DataFrame; pandas' NaN and NaT become null.

    Args:
        frame: A polars DataFrame or LazyFrame, a pandas DataFrame (its index is not a column), a DuckDB relation, a
            ``StoredTable``, or the path of a Parquet file.

    Raises:
        SchemaError: The object is none of these, or holds columns that cannot be read; no value is told.

    >>> import pandas as pd
    >>> to_polars(pd.DataFrame({"a": [1.0, float("nan")]}))["a"].to_list()
    [1.0, None]
    """
    if isinstance(frame, pl.DataFrame):
        return frame
    with _told(frame):
        return _read(frame)


@contextmanager
def opened(frame: Frame) -> Generator[Frame]:
    """The same table, ready to be read as often as needed inside the ``with`` block; see ``batches``, ``picked``.

    Raises:
        SchemaError: The object is no table that can be read.
    """
    with ExitStack() as stack:
        with _told(frame):
            table = _open(frame, stack)
        yield table


def _open(frame: Frame, stack: ExitStack) -> Frame:
    if isinstance(frame, pl.LazyFrame) or _is_relation(frame):
        return frame
    if isinstance(frame, Path):
        import duckdb  # noqa: PLC0415 - slow to import, and loaded already where there is a relation

        _check_file(frame)
        return stack.enter_context(duckdb.connect()).read_parquet(str(frame))
    if isinstance(frame, StreamedTable):
        return stack.enter_context(frame.relation())
    return to_polars(frame)


def _check_file(path: Path) -> None:
    if not path.is_file():
        message = f"There is no file {path}. Give the path of a Parquet file."
        raise SchemaError(message)
    with path.open("rb") as file:
        if file.read(len(_PARQUET)) != _PARQUET:
            message = f"{path} is not a Parquet file. Give one, or read the file into a frame first (polars.read_csv)."
            raise SchemaError(message)


def batches(table: Frame) -> Iterator[pl.DataFrame]:
    """The rows of what ``opened`` gives, some ``BATCH_ROWS`` at a time and in no promised order; one batch at least."""
    if isinstance(table, pl.DataFrame):
        yield from table.iter_slices(BATCH_ROWS) if len(table) else [table]
        return
    with _told(table):
        yield from _or_empty(table, _streamed(table))


def quoted(*parts: str) -> str:
    """Names joined by dots, each quoted so that it is a name in SQL whatever it holds.

    >>> quoted("main", 'a"b')
    '"main"."a""b"'
    """
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def picked(table: Frame, names: Mapping[str, str]) -> Frame:
    """Some columns of what ``opened`` gives, under other names.

    Args:
        table: From ``opened``.
        names: The column's name by the one that it gets.

    Returns:
        Lazy where the table is polars', else a relation.
    """
    if isinstance(table, pl.DataFrame | pl.LazyFrame):
        return table.lazy().select(selectors.by_name(name).as_expr().alias(to) for to, name in names.items())
    return table.select(", ".join(f"{quoted(name)} as {quoted(to)}" for to, name in names.items()))


def _or_empty(table: Frame, streamed: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The batches, or one without rows where there are none."""
    found = False
    for batch in streamed:
        found = True
        yield batch
    if not found:
        yield table.collect_schema().to_frame() if isinstance(table, pl.LazyFrame) else to_polars(table)


def _streamed(table: Frame) -> Iterator[pl.DataFrame]:
    if isinstance(table, pl.LazyFrame):
        yield from table.collect_batches(chunk_size=BATCH_ROWS, maintain_order=False)
        return
    with table.to_arrow_reader(BATCH_ROWS) as reader:
        for batch in reader:
            yield pl.DataFrame(batch)


@contextmanager
def _told(frame: Frame) -> Generator[None]:
    """What a library raises for a table that it cannot read, in our words."""
    try:
        yield
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
    if isinstance(frame, Path):
        _check_file(frame)
        return pl.read_parquet(frame)
    if _is_pandas(frame):
        return _from_pandas(frame)
    if isinstance(frame, StoredTable) and isinstance(table := frame.read(), pl.DataFrame):
        return table
    if _is_relation(frame):
        return pl.DataFrame(frame.to_arrow_table())
    message = (
        f"Cannot read a {type(frame).__module__}.{type(frame).__name__} as a table. Allowed: a polars DataFrame or "
        "LazyFrame, a pandas DataFrame, a DuckDB relation, or a Parquet file as a pathlib.Path."
    )
    raise SchemaError(message)


def _is_relation(frame: Frame) -> bool:
    return hasattr(frame, "to_arrow_reader")


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
