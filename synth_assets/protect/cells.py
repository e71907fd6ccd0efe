"""Rows that are alike in some columns, counted in SQL: small whole numbers for values, and none of the values.

The table is read once, streaming; what is kept is one entry for every combination that occurs.
"""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa

from synth_assets.errors import ProtectionError
from synth_assets.frames import BATCH_ROWS, Frame, opened, picked

MISSING = 0
"""The code of a missing value."""

_LARGEST = 2**62
_FLOATS = {"DOUBLE", "FLOAT"}
_GIVEN = f"given_{uuid4().hex}"
"""A name that no table of the caller's connection has: DuckDB would read that one."""


@dataclass(frozen=True, eq=False, slots=True)
class Cells:
    """How many rows hold each combination of values that occurs, in no promised order.

    Attributes:
        codes: Shape (columns, cells): ``MISSING``, or from 1 the place of the value among the column's values.
        rows: Rows of each combination, int64, at least 1; shape (cells,).
    """

    codes: np.ndarray
    rows: np.ndarray

    @property
    def sizes(self) -> list[int]:
        """One more than the largest code of each column."""
        return [int(codes.max(initial=MISSING)) + 1 for codes in self.codes]


def numbered(codes: Sequence[np.ndarray], sizes: Sequence[int]) -> np.ndarray:
    """One number for each combination of codes, the same for the same combination and ascending with it.

    Args:
        codes: At least one array of codes, all of one shape (n,).
        sizes: More than the largest code of each.

    Returns:
        int64, shape (n,).

    >>> numbered([np.array([0, 1, 1]), np.array([2, 0, 2])], [2, 3]).tolist()
    [2, 3, 5]
    """
    flat, room = codes[0].astype(np.int64), sizes[0]
    for column, size in zip(codes[1:], sizes[1:], strict=True):
        if room * size > _LARGEST:
            occupied, flat = np.unique(flat, return_inverse=True)
            room = len(occupied)
        flat *= size
        flat += column
        room *= size
    return flat


def check_columns(frame: Frame, named: Sequence[str]) -> None:
    """Make sure that a table has these columns, each named once.

    Args:
        frame: From ``frames.opened``.
        named: The columns.

    Raises:
        ProtectionError: It has not, or one is named twice.
    """
    names = frame.collect_schema().names() if isinstance(frame, pl.LazyFrame) else list(frame.columns)
    unknown = [name for name in named if name not in names]
    repeated = sorted({name for name in named if named.count(name) > 1})
    if unknown:
        message = f"Column(s) not in the table: {', '.join(unknown)}. Allowed: {', '.join(names)}."
        raise ProtectionError(message)
    if repeated:
        message = f"Column(s) named more than once: {', '.join(repeated)}. A column is a quasi-identifier or sensitive."
        raise ProtectionError(message)


def count_cells(frame: Frame, columns: Sequence[str], orders: Mapping[str, Sequence[str]] | None = None) -> Cells:
    """Count the rows of a table by the values of some columns; missing (and not a number) is a value of its own.

    Args:
        frame: A polars DataFrame or LazyFrame, a pandas DataFrame, a DuckDB relation, a ``StoredTable``, or the path of
            a Parquet file.
        columns: At least one, each once.
        orders: All values of some columns from lowest to highest, where that is not the order of numbers or text.

    Raises:
        ProtectionError: A column is not in the table or named twice; the table has no rows; a column holds values that
            its order lacks; or DuckDB cannot count.
    """
    with opened(frame) as table:
        check_columns(table, columns)
        with _told(columns):
            for name, order in (orders or {}).items():
                _check_order(table, name, order)
            cells = _counted(table, columns, orders or {})
    if not len(cells.rows):
        message = "The table has no rows, so it has no smallest class. Measure a table with rows."
        raise ProtectionError(message)
    return cells


def counted_values(frame: Frame, columns: Sequence[str]) -> pa.Table:
    """The combinations themselves, with their values: ``c0``, ``c1``, ... and ``n``, the rows of each.

    Raises:
        ProtectionError: A column is not in the table or named twice; or DuckDB cannot count.
    """
    with opened(frame) as table:
        check_columns(table, columns)
        with _told(columns), _relation(table, columns) as relation:
            return _asked(relation, _grouped(relation)).to_arrow_table()


@contextmanager
def _told(columns: Sequence[str]) -> Generator[None]:
    try:
        yield
    except duckdb.Error as error:
        failure = type(error).__name__
    else:
        return
    message = (
        f"DuckDB cannot count rows that are alike in {', '.join(columns)} ({failure}). Free memory and disk space."
    )
    raise ProtectionError(message)


@contextmanager
def _relation(table: Frame, columns: Sequence[str]) -> Generator[duckdb.DuckDBPyRelation]:
    """The columns as ``c0``, ``c1``, ..., to be read once."""
    chosen = picked(table, {f"c{place}": name for place, name in enumerate(columns)})
    if not isinstance(chosen, pl.LazyFrame):
        yield chosen
        return
    with duckdb.connect() as connection:
        yield connection.from_arrow(_reader(chosen))


def _reader(table: pl.LazyFrame) -> pa.RecordBatchReader:
    """The rows of a lazy table, some at a time."""
    batches = table.collect_batches(chunk_size=BATCH_ROWS, maintain_order=False)
    newest = pl.CompatLevel.newest()
    schema = table.collect_schema().to_frame().to_arrow(compat_level=newest).schema
    return pa.RecordBatchReader.from_batches(
        schema, (part for batch in batches for part in batch.to_arrow(compat_level=newest).to_batches())
    )


def _asked(relation: duckdb.DuckDBPyRelation, query: str) -> duckdb.DuckDBPyRelation:
    """The answer to a query of the relation."""
    return relation.query(_GIVEN, query)  # pyrefly: ignore[bad-return]  # only statements without an answer give None


def _grouped(relation: duckdb.DuckDBPyRelation, orders: Mapping[str, Sequence[str]] | None = None) -> str:
    """SQL that counts rows by all columns, with not-a-number as missing and ranks for values whose order is given."""
    selected = [
        f"{_ranked(name, (orders or {})[name])} as {name}"
        if name in (orders or {})
        else f"nullif({name}, 'nan') as {name}"
        if str(kind) in _FLOATS
        else name
        for name, kind in zip(relation.columns, relation.types, strict=True)
    ]
    return f"select {', '.join(selected)}, count(*) as n from {_GIVEN} group by all"  # noqa: S608 - names of our own


def _counted(table: Frame, columns: Sequence[str], orders: Mapping[str, Sequence[str]]) -> Cells:
    named = {f"c{columns.index(name)}": order for name, order in orders.items()}
    with _relation(table, columns) as relation:
        found = _asked(relation, _coded(relation.columns, _grouped(relation, named))).fetchnumpy()
    return Cells(np.array([found[f"c{place}"] for place in range(len(columns))]), found["n"].astype(np.int64))


def _coded(names: Sequence[str], grouped: str) -> str:
    """SQL that puts the place among the values, ascending, for each value of the counted combinations."""
    place = "(count({0}) over (order by {0} nulls first rows unbounded preceding))::integer"
    dictionaries = [
        f"d{name} as (select {name} as v, {place.format(name)} as code from (select distinct {name} from cells))"  # noqa: S608 - names of our own
        for name in names
    ]
    joins = " ".join(f"join d{name} on cells.{name} is not distinct from d{name}.v" for name in names)
    codes = ", ".join(f"d{name}.code as {name}" for name in names)
    return f"with cells as materialized ({grouped}), {', '.join(dictionaries)} select {codes}, n from cells {joins}"  # noqa: S608 - as above


def _ranked(name: str, order: Sequence[str]) -> str:
    """SQL for the place of a value in an order; missing where it is missing, or not there."""
    values = ", ".join("'" + value.replace("'", "''") + "'" for value in order)
    return f"list_position([{values}]::varchar[], {name}::varchar)"


def _check_order(table: Frame, name: str, order: Sequence[str]) -> None:
    with _relation(table, [name]) as relation:
        query = f"select count(distinct c0) from {_GIVEN} where c0 is not null and {_ranked('c0', order)} is null"  # noqa: S608 - quoted
        unlisted = _asked(relation, query).fetchall()[0][0]
    if unlisted:
        message = f"Column {name!r} holds {unlisted} value(s) that its order lacks. List all of them, lowest first."
        raise ProtectionError(message)
