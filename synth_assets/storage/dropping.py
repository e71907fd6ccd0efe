"""Remove tables from the warehouse, all of them or none. Which may go is not decided here."""

from collections.abc import Sequence

import duckdb

from synth_assets.errors import StorageError
from synth_assets.frames import quoted
from synth_assets.storage.connections import writing
from synth_assets.storage.tables import TableName, catalog
from synth_assets.storage.warehouse import Warehouse, without_values


def drop_tables(warehouse: Warehouse, tables: Sequence[TableName]) -> None:
    """Drop tables in one transaction; of those that are not there nothing is said.

    Args:
        warehouse: Where they are.
        tables: Their names.

    Raises:
        StorageError: The file cannot be had in time, or written. All tables stand.
    """
    if not tables or not warehouse.path.exists():
        return
    try:
        with writing(warehouse.path.resolve(), warehouse.lock_timeout_s) as connection:
            for table in tables:
                connection.execute(f"drop table if exists {quoted(catalog(connection), table.schema, table.name)}")
    except duckdb.Error as error:
        failure = without_values(error)
    else:
        return
    message = f"Cannot drop {', '.join(map(str, tables))} from {warehouse.path}: {failure}. All tables stand."
    raise StorageError(message)
