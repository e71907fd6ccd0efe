"""A copy of chosen tables for readers outside, swapped in whole. Which tables may leave is not decided here."""

import secrets
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from synth_assets.errors import StorageError
from synth_assets.frames import quoted
from synth_assets.storage.files import temporary_sibling, wal
from synth_assets.storage.tables import TableName, copy_table
from synth_assets.storage.warehouse import Warehouse

_BUFFER = "512MiB"
"""What DuckDB may keep in memory of what it copies; else it would take most of the machine's."""


def publish_snapshot(warehouse: Warehouse, tables: Sequence[str], destination: Path) -> None:
    """Replace the snapshot by a copy of these tables, all as of one moment.

    Whoever has the old snapshot open keeps reading it; whoever opens it next reads the new one.

    Args:
        warehouse: Where the tables are; it is only read.
        tables: Names of tables of schema ``main``, at least one; no other table gets into the snapshot.
        destination: A DuckDB file; its folder is created.

    Raises:
        StorageError: A table is missing, the warehouse cannot be had in time, or the snapshot cannot be written. The
            old snapshot stands, and no temporary file stays.
    """
    names = [TableName(name) for name in dict.fromkeys(tables)]
    if not names:
        message = f"No table is named for the snapshot {destination}. Name at least one."
        raise StorageError(message)
    if destination.resolve() == warehouse.path.resolve():
        message = f"The snapshot {destination} would replace the warehouse itself. Give it another path."
        raise StorageError(message)
    try:
        with temporary_sibling(destination) as temporary:
            _copy(warehouse, names, temporary)
            wal(destination).unlink(missing_ok=True)
            temporary.replace(destination)
    except (OSError, duckdb.Error) as error:
        message = f"Cannot write the snapshot {destination} ({type(error).__name__}). The old one stands."
        raise StorageError(message) from error


def _copy(warehouse: Warehouse, names: Sequence[TableName], file: Path) -> None:
    with warehouse.reader_of(*names) as connection, _attached(connection, file) as target:
        for name in names:
            copy_table(connection, name, target)


@contextmanager
def _attached(connection: duckdb.DuckDBPyConnection, file: Path) -> Generator[str]:
    """A new database file to fill in one transaction, under a name of its own: readers of one process share names."""
    alias = f"snapshot {secrets.token_hex(8)}"
    path = str(file).replace("'", "''")
    connection.execute(f"set memory_limit = '{_BUFFER}'")
    connection.execute(f"attach '{path}' as {quoted(alias)} (read_write)")
    try:
        connection.execute("begin")
        yield alias
        connection.execute("commit")
        connection.execute(f"checkpoint {quoted(alias)}")
    finally:
        with suppress(duckdb.TransactionException):
            connection.execute("rollback")
        connection.execute(f"detach {quoted(alias)}")
