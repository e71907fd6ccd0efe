"""Tables that no asset makes any more, of datasets or modes that were renamed or removed. They stay until forgotten."""

from collections.abc import Sequence

import dagster as dg

from synth_assets.components.resources import Workplace
from synth_assets.components.snapshot import refresh, snapshot_is_of
from synth_assets.errors import StorageError
from synth_assets.storage.beside import PRIVATE
from synth_assets.storage.dropping import drop_tables
from synth_assets.storage.tables import TableName
from synth_assets.storage.warehouse import Warehouse

MAIN = "main"
BESIDE = "_units"


def made(definitions: dg.Definitions) -> set[str]:
    """The tables that the code location's assets make.

    Args:
        definitions: The code location.
    """
    return {key.path[-1] for key in definitions.resolve_asset_graph().get_all_asset_keys()}


def unmade(definitions: dg.Definitions, warehouse: Warehouse) -> list[str]:
    """The tables that no asset makes, by name.

    Args:
        definitions: The code location.
        warehouse: Where tables are.

    Raises:
        StorageError: The warehouse cannot be had in time.
    """
    names = made(definitions)
    return [table.name for table in warehouse.tables() if table.schema == MAIN and table.name not in names]


def forget(definitions: dg.Definitions, workplace: Workplace, tables: Sequence[str]) -> list[TableName]:
    """Drop tables that no asset makes, with what stands beside them, and take them out of the readers' snapshot.

    The ledger, releases and Dagster's history are left as they are.

    Args:
        definitions: The code location.
        workplace: The data folder.
        tables: Their names.

    Returns:
        What was dropped.

    Raises:
        StorageError: An asset makes one of them, or there is none of that name. Nothing was dropped.
    """
    warehouse, present = workplace.warehouse, made(definitions)
    gone = unmade(definitions, warehouse)
    for name in tables:
        if name in present:
            message = (
                f"The asset {name!r} makes the table {name!r}, so it is not forgotten: the next run would make it "
                "again. Take its dataset or mode out of the YAML first."
            )
            raise StorageError(message)
        if name not in gone:
            allowed = ", ".join(gone) or "none; every table is made by an asset"
            message = f"There is no table {name!r} to forget in {warehouse.path}. Allowed: {allowed}."
            raise StorageError(message)
    there = {TableName(table.name, table.schema) for table in warehouse.tables()}
    beside = [TableName(f"{name}{BESIDE}", PRIVATE) for name in tables]
    dropped = [*(TableName(name) for name in dict.fromkeys(tables)), *(name for name in beside if name in there)]
    drop_tables(warehouse, dropped)
    tidy_snapshot(definitions, workplace)
    return dropped


def tidy_snapshot(definitions: dg.Definitions, workplace: Workplace) -> None:
    """Make the readers' snapshot anew where it holds other tables than present assets make.

    Args:
        definitions: The code location.
        workplace: The data folder.

    Raises:
        StorageError: It cannot be written. The old one stands.
    """
    if not snapshot_is_of(workplace, made(definitions)):
        refresh(workplace, made(definitions))
