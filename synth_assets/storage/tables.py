"""A frame as a DuckDB table and back: names, types and time zones. It must not open, lock or commit."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import pandas as pd
import polars as pl

from synth_assets.errors import StorageError
from synth_assets.frames import quoted
from synth_assets.storage.incoming import Incoming

_INCOMING = "incoming frame"
_STORED = (
    *(pl.Boolean, pl.String, pl.Categorical, pl.Enum, pl.Binary, pl.Null),
    *(pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64),
    *(pl.Float32, pl.Float64, pl.Decimal, pl.Date, pl.Time, pl.Datetime),
)


@dataclass(frozen=True, order=True, slots=True)
class TableName:
    """A table's name inside the warehouse.

    Attributes:
        name: Any text but an empty one or one with a NUL character.
        schema: The DuckDB schema; ``main`` for assets.
    """

    name: str
    schema: str = "main"

    def __post_init__(self) -> None:
        """Refuse what DuckDB cannot hold as a name."""
        for part in (self.name, self.schema):
            if not part or "\0" in part or not _is_unicode(part):
                message = f"{part!r} cannot be the name of a table or schema. Allowed: text without a NUL character."
                raise StorageError(message)

    def __str__(self) -> str:
        """As people write it: the schema only where it is not the usual one."""
        return self.name if self.schema == "main" else f"{self.schema}.{self.name}"


def check_columns(name: TableName, columns: pl.Schema) -> None:
    """Make sure that a table fits into DuckDB.

    Args:
        name: For the message.
        columns: The table's.

    Raises:
        StorageError: It has columns or names that DuckDB cannot hold.
    """
    _check_names(name, columns.names())
    for column, dtype in columns.items():
        _check_type(name, column, dtype)


def create_table(connection: duckdb.DuckDBPyConnection, name: TableName, table: Incoming) -> int:
    """Create or replace a table, by column name and in row order; the zones of times are kept in column comments.

    The first batch makes the table and the others are added to it, so that only one is in memory at a time.

    Args:
        connection: Inside a transaction.
        name: The table's name; its schema is created if missing.
        table: Its columns are known to fit; see ``check_columns``.

    Returns:
        How many rows it has.

    Raises:
        StorageError: A table exists whose name differs only in capitals, which to DuckDB is the same table.
        SynthAssetsError: A batch cannot be made, or does not go with those before it.
    """
    _check_capitals(connection, name)
    if len(table.first) != table.rows:
        connection.execute(f"set memory_limit = '{_buffer_mib(table.first)}MiB'")
    target = quoted(catalog(connection), name.schema, name.name)
    connection.execute(f"create schema if not exists {quoted(catalog(connection), name.schema)}")
    rows = _fill(connection, target, table)
    for column, dtype in table.columns.items():
        if isinstance(dtype, pl.Datetime) and dtype.time_zone:
            comment_on(connection, target, column, json.dumps({"time_zone": dtype.time_zone, "unit": dtype.time_unit}))
    return rows


def _buffer_mib(batch: pl.DataFrame) -> int:
    """What DuckDB may keep in memory, in MiB: it would keep all that it has written, up to most of the machine's."""
    return 256 + 4 * math.ceil(batch.estimated_size("mb"))


def _fill(connection: duckdb.DuckDBPyConnection, target: str, table: Incoming) -> int:
    """Make the table from the first batch and add the others, which have its columns in its order.

    Those are not registered: what is registered is held until the transaction ends.
    """
    batches, rows = table.batches(), len(table.first)
    connection.register(_INCOMING, next(batches))
    connection.execute(f"create or replace table {target} as select * from {quoted('temp', 'main', _INCOMING)}")  # noqa: S608 - quoted
    connection.unregister(_INCOMING)
    for batch in batches:
        connection.from_arrow(batch.to_arrow()).insert_into(target)
        rows += len(batch)
    return rows


def read_table(connection: duckdb.DuckDBPyConnection, name: TableName, *, rows: bool = True) -> pl.DataFrame:
    """The table as it was written: categories come back as text, all other types as they were.

    Args:
        connection: To the database that has the table.
        name: The table.
        rows: Whether to read the rows, or only the columns' names and types.

    Raises:
        duckdb.CatalogException: There is no such table.
    """
    source = f"select * from {quoted(catalog(connection), name.schema, name.name)}"  # noqa: S608 - quoted
    table = pl.DataFrame(connection.sql(source if rows else f"{source} limit 0").to_arrow_table())
    return with_zones(table, zones(connection, name))


def zones(connection: duckdb.DuckDBPyConnection, name: TableName) -> dict[str, pl.Datetime]:
    """The types of the columns whose times were written with a zone, by name."""
    noted = {column: _zone(comment) for column, comment in comments(connection, name).items()}
    return {column: zone for column, zone in noted.items() if zone}


def with_zones(table: pl.DataFrame, zones: Mapping[str, pl.Datetime]) -> pl.DataFrame:
    """What DuckDB gives in UTC, in the zones in which it was written."""
    return table.cast({column: zone for column, zone in zones.items() if table.schema[column] == pl.Datetime})


def as_pandas(table: pl.DataFrame) -> pd.DataFrame:
    """The same table in pandas; integers and booleans with missing values keep their type (``Int64``, ``boolean``).

    In a float column a missing value is NaN, for pandas has no other.
    """
    frame = table.to_pandas()
    for column in table.get_columns():
        if column.null_count() and (column.dtype.is_integer() or column.dtype == pl.Boolean):
            kind = pd.arrays.BooleanArray if column.dtype == pl.Boolean else pd.arrays.IntegerArray
            values = column.fill_null(value=False) if column.dtype == pl.Boolean else column.fill_null(0)
            frame[column.name] = kind(values.to_numpy(writable=True), column.is_null().to_numpy(writable=True))
    return frame


def copy_table(connection: duckdb.DuckDBPyConnection, name: TableName, target: str) -> None:
    """Copy a table, its rows in order and its comments, into another attached database, which must not have it.

    Args:
        connection: To the database that has the table.
        name: The table; its schema must exist in the target.
        target: What DuckDB calls the other database.
    """
    source, copy = quoted(catalog(connection), name.schema, name.name), quoted(target, name.schema, name.name)
    connection.execute(f"create table {copy} as select * from {source}")  # noqa: S608 - quoted
    for column, comment in comments(connection, name).items():
        comment_on(connection, copy, column, comment)


def comment_on(connection: duckdb.DuckDBPyConnection, target: str, column: str, comment: str) -> None:
    """Set a column's comment; ``target`` is the table's quoted name."""
    text = comment.replace("'", "''")
    connection.execute(f"comment on column {target}.{quoted(column)} is '{text}'")


def comments(connection: duckdb.DuckDBPyConnection, name: TableName) -> dict[str, str]:
    """The comments of a table's columns, where there are any."""
    query = (
        "select column_name, comment from duckdb_columns() where comment is not null and database_name = ? "
        "and schema_name = ? and table_name = ?"
    )
    return dict(connection.execute(query, [catalog(connection), name.schema, name.name]).fetchall())


def catalog(connection: duckdb.DuckDBPyConnection) -> str:
    """What DuckDB calls the file inside SQL; needed because a two-part name is ambiguous for some file names."""
    return connection.execute("select current_database()").fetchall()[0][0]


def _zone(comment: str) -> pl.Datetime | None:
    """The type that a comment of ours records; a comment by somebody else is none."""
    try:
        noted = json.loads(comment)
        return pl.Datetime(noted["unit"], noted["time_zone"])
    except (ValueError, TypeError, KeyError):
        return None


def _check_names(name: TableName, columns: list[str]) -> None:
    if not columns:
        message = f"Table {str(name)!r} has no columns. A table needs at least one; it may have no rows."
        raise StorageError(message)
    odd = [column for column in columns if not column or "\0" in column or not _is_unicode(column)]
    if odd:
        message = f"Table {str(name)!r} has columns called {odd}. Allowed: text without a NUL character, not empty."
        raise StorageError(message)
    lowered = [column.lower() for column in columns]
    twins = [column for column in columns if lowered.count(column.lower()) > 1] if _repeats(lowered) else []
    if twins:
        message = f"Table {str(name)!r} has columns that differ only in capitals: {twins}. Rename one."
        raise StorageError(message)


def _check_type(name: TableName, column: str, dtype: pl.DataType, *, nested: bool = False) -> None:
    inner = [dtype.inner] if isinstance(dtype, pl.List) else []
    inner += [field.dtype for field in dtype.fields] if isinstance(dtype, pl.Struct) else []
    for part in inner:
        _check_type(name, column, part, nested=True)  # pyrefly: ignore[bad-argument-type]  # an instance at run time
    zoned = nested and isinstance(dtype, pl.Datetime) and dtype.time_zone is not None
    if zoned or not (inner or isinstance(dtype, _STORED)):
        message = (
            f"Table {str(name)!r} has column {column!r} of type {dtype.base_type()}. Allowed: text, categories, "
            "booleans, integers of up to 64 bits, floats, decimals, dates, times, datetimes, bytes, and lists and "
            "structs of these (without time zones inside). Convert or drop it."
        )
        raise StorageError(message)


def _check_capitals(connection: duckdb.DuckDBPyConnection, name: TableName) -> None:
    query = (
        "select table_name from duckdb_tables() where database_name = ? and schema_name = ? "
        "and lower(table_name) = lower(?) and table_name <> ?"
    )
    twins = connection.execute(query, [catalog(connection), name.schema, name.name, name.name]).fetchall()
    if twins:
        message = f"There is a table {twins[0][0]!r} already, and {str(name)!r} differs only in capitals. Rename one."
        raise StorageError(message)


def _repeats(values: list[str]) -> bool:
    return len(set(values)) < len(values)


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)
