"""The warehouse: a DuckDB file with one table an asset. Which asset writes which table is not known here."""

import math
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from synth_assets.errors import StorageError
from synth_assets.frames import BATCH_ROWS, BatchedTable, Frame, quoted
from synth_assets.storage.connections import reading, writing
from synth_assets.storage.incoming import incoming
from synth_assets.storage.tables import (
    TableName,
    catalog,
    check_columns,
    create_table,
    read_table,
    with_zones,
    zones,
)


@dataclass(frozen=True, order=True, slots=True)
class TableInfo:
    """What a warehouse says of one of its tables.

    Attributes:
        schema: The DuckDB schema; ``main`` for assets.
        name: The table's name.
        rows: How many rows it has.
    """

    schema: str
    name: str
    rows: int


@dataclass(frozen=True)
class Written:
    """What came to be stored.

    Attributes:
        rows: How many rows.
        columns: The columns' names and types, as they were given.
    """

    rows: int
    columns: pl.Schema


@dataclass(frozen=True)
class Warehouse:
    """Tables in a DuckDB file, safe to use from many threads and processes at once.

    The file is open only while a method runs, or inside ``reader``. Do not open it by other means in the same process
    (not even as a plain file): closing that would give up DuckDB's lock.

    Attributes:
        path: The DuckDB file; the first write makes it, and its folder.
        lock_timeout_s: Seconds to wait for whoever holds the file before giving up; 0 tries once.
    """

    path: Path
    lock_timeout_s: float = 120.0

    def __post_init__(self) -> None:
        """Refuse a wait that is negative or not a number."""
        if math.isnan(self.lock_timeout_s) or self.lock_timeout_s < 0:
            message = f"lock_timeout_s is {self.lock_timeout_s}. Allowed: 0 seconds or more."
            raise StorageError(message)

    def write(self, name: str, frame: Frame | BatchedTable, schema: str = "main") -> Written:
        """Create or replace one table in one transaction.

        Args:
            name: Any name but an empty one.
            frame: A polars DataFrame or LazyFrame, a pandas DataFrame, a DuckDB relation, or a table that comes in
                batches, which may be larger than memory. Row order is kept. Without rows it makes an empty table. Lazy
                frames are collected before the file is opened; batches are made while it is.
            schema: The DuckDB schema, created if missing.

        Raises:
            SynthAssetsError: The frame cannot be stored, or the file cannot be had in time. The old table stands.
        """
        table = TableName(name, schema)
        return self.write_all({table: frame})[table]

    def write_all(self, frames: Mapping[TableName, Frame | BatchedTable]) -> dict[TableName, Written]:
        """Create or replace several tables in one transaction: all of them or none.

        Args:
            frames: Each as for ``write``.

        Raises:
            SynthAssetsError: As for ``write``. All old tables stand.
        """
        tables = {name: incoming(frame) for name, frame in frames.items()}
        for name, table in tables.items():
            check_columns(name, table.columns)
        if not tables:
            return {}
        try:
            with writing(self._resolved, self.lock_timeout_s) as connection:
                written = {
                    name: Written(create_table(connection, name, table), table.columns)
                    for name, table in tables.items()
                }
        except duckdb.Error as error:
            failure = without_values(error)
        else:
            return written
        message = f"Cannot write {', '.join(map(str, tables))} to {self.path}: {failure}. The old tables stand."
        raise StorageError(message)

    def read(self, name: str, schema: str = "main") -> pl.DataFrame:
        """A whole table, equal to the one written; categories come back as text.

        Raises:
            StorageError: There is no such table, or the file cannot be had in time.
        """
        table = TableName(name, schema)
        with self._told(table), self.reader_of(table) as connection:
            return read_table(connection, table)

    def batches(self, name: str, schema: str = "main") -> Generator[pl.DataFrame]:
        """The rows of a table in order, some ``BATCH_ROWS`` at a time, one batch at least; types are as in ``read``.

        Writers wait until all is read or the generator is closed.

        Raises:
            StorageError: As for ``read``, when the first batch is taken.
        """
        table = TableName(name, schema)
        with self._told(table), self.reader_of(table) as connection:
            zoned = zones(connection, table)
            yield read_table(connection, table, rows=False)
            with _all_rows(connection, table).to_arrow_reader(BATCH_ROWS) as reader:
                for batch in reader:
                    yield with_zones(pl.DataFrame(batch), zoned)

    @contextmanager
    def _told(self, table: TableName) -> Generator[None]:
        try:
            yield
        except duckdb.Error as error:
            failure = without_values(error)
        else:
            return
        message = f"Cannot read {str(table)!r} from {self.path}: {failure}. Materialise the asset {table.name!r} again."
        raise StorageError(message)

    @contextmanager
    def reader(self) -> Generator[duckdb.DuckDBPyConnection]:
        """A read-only connection for queries on tables larger than memory; times with a zone are in UTC.

        Writers wait until the end of the ``with`` block. Inside it, read streams to their end or close them.

        Raises:
            StorageError: There is no warehouse yet, or it cannot be had in time.
        """
        if not self.path.exists():
            message = f"There is no warehouse {self.path} yet. Materialise an asset first."
            raise StorageError(message)
        with reading(self._resolved, self.lock_timeout_s) as connection:
            yield connection

    def exists(self, name: str, schema: str = "main") -> bool:
        """Whether there is a table (or view) of exactly that name.

        Raises:
            StorageError: The file cannot be had in time.
        """
        if not self.path.exists():
            return False
        with self.reader() as connection:
            return _exists(connection, TableName(name, schema))

    def tables(self) -> list[TableInfo]:
        """All tables, sorted by schema and name; none where there is no warehouse yet.

        Raises:
            StorageError: The file cannot be had in time.
        """
        if not self.path.exists():
            return []
        query = "select schema_name, table_name from duckdb_tables() where database_name = ? order by all"
        with self.reader() as connection:
            names = connection.execute(query, [catalog(connection)]).fetchall()
            return [TableInfo(schema, name, _rows(connection, TableName(name, schema))) for schema, name in names]

    def row_count(self, name: str, schema: str = "main") -> int:
        """How many rows a table has.

        Raises:
            StorageError: There is no such table, or the file cannot be had in time.
        """
        table = TableName(name, schema)
        with self.reader_of(table) as connection:
            return _rows(connection, table)

    @property
    def _resolved(self) -> Path:
        return self.path.resolve()

    @contextmanager
    def reader_of(self, *tables: TableName) -> Generator[duckdb.DuckDBPyConnection]:
        """As ``reader``, once these tables are known to exist.

        Raises:
            StorageError: One of them does not, or the file cannot be had in time.
        """
        if not self.path.exists():
            raise StorageError(_missing(tables[0], self.path))
        with self.reader() as connection:
            for table in tables:
                if not _exists(connection, table):
                    raise StorageError(_missing(table, self.path))
            yield connection


@dataclass(frozen=True, slots=True)
class TableHandle:
    """A table that is not read until asked for, so that it need not fit in memory.

    Attributes:
        warehouse: Where it is.
        name: The table's name.
        schema: The DuckDB schema.
    """

    warehouse: Warehouse
    name: str
    schema: str = "main"

    def read(self) -> pl.DataFrame:
        """The whole table; raises as ``Warehouse.read``."""
        return self.warehouse.read(self.name, self.schema)

    @property
    def rows(self) -> int:
        """How many rows it has; raises as ``Warehouse.row_count``."""
        return self.warehouse.row_count(self.name, self.schema)

    def batches(self) -> Generator[pl.DataFrame]:
        """Its rows in batches; as ``Warehouse.batches``."""
        return self.warehouse.batches(self.name, self.schema)

    def lazy(self) -> pl.LazyFrame:
        """The table as a lazy frame; its rows are read when it is collected. Raises as ``Warehouse.read``, here too."""
        table = TableName(self.name, self.schema)
        with self.reader() as connection:
            schema = read_table(connection, table, rows=False).schema
        return pl.defer(self.read, schema=schema)

    @contextmanager
    def reader(self) -> Generator[duckdb.DuckDBPyConnection]:
        """A connection as from ``Warehouse.reader``; raises as ``Warehouse.read`` where there is no such table."""
        with self.warehouse.reader_of(TableName(self.name, self.schema)) as connection:
            yield connection

    @contextmanager
    def relation(self) -> Generator[duckdb.DuckDBPyRelation]:
        """The table as a DuckDB relation, valid inside the ``with`` block; raises as ``Warehouse.read``."""
        with self.reader() as connection:
            yield _all_rows(connection, TableName(self.name, self.schema))


def _all_rows(connection: duckdb.DuckDBPyConnection, table: TableName) -> duckdb.DuckDBPyRelation:
    return connection.sql(f"select * from {quoted(catalog(connection), table.schema, table.name)}")  # noqa: S608 - quoted


def _exists(connection: duckdb.DuckDBPyConnection, table: TableName) -> bool:
    query = (
        "select 1 from duckdb_tables() where database_name = $1 and schema_name = $2 and table_name = $3 union all "
        "select 1 from duckdb_views() where database_name = $1 and schema_name = $2 and view_name = $3"
    )
    return connection.execute(query, [catalog(connection), table.schema, table.name]).fetchall() != []


def _rows(connection: duckdb.DuckDBPyConnection, table: TableName) -> int:
    source = quoted(catalog(connection), table.schema, table.name)
    return connection.execute(f"select count(*) from {source}").fetchall()[0][0]  # noqa: S608 - quoted


def _missing(table: TableName, path: Path) -> str:
    return f"There is no table {str(table)!r} in {path}. Materialise the asset {table.name!r} first."


def without_values(error: duckdb.Error) -> str:
    """Why DuckDB failed; its text only where that is about the disk or memory, as other texts quote values."""
    telling = isinstance(error, (duckdb.IOException, duckdb.OutOfMemoryException))
    return f"{type(error).__name__} {str(error).splitlines()[0]}" if telling else type(error).__name__
