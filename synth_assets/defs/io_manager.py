"""Stores each asset as a table of its name in the warehouse, and gives it back by the type hint of the parameter."""

import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any

import dagster as dg
import pandas as pd
import polars as pl

from synth_assets.defs.gate import refuse_unchecked
from synth_assets.errors import StorageError, SynthAssetsError
from synth_assets.frames import is_batched
from synth_assets.storage.beside import WithBeside
from synth_assets.storage.folders import DataFolder
from synth_assets.storage.tables import TableName, as_pandas
from synth_assets.storage.warehouse import TableHandle, Warehouse, Written

DOCUMENT_COLUMN = "document"


def build_io_manager() -> "WarehouseIOManager":
    """The IO manager of the data folder that the environment names; no run config can point it elsewhere.

    Raises:
        StorageError: The environment names no folder.
    """
    return WarehouseIOManager(Warehouse(DataFolder.from_environment().warehouse))


class WarehouseIOManager(dg.IOManager):
    """Assets as tables: the last part of an asset's key is the name of its table.

    Outputs may be polars DataFrames and LazyFrames, pandas DataFrames, DuckDB relations, tables that come in batches
    (``frames.BatchedTable``), tables with others beside them (``storage.beside``), or objects with ``to_json``, which
    become a table with one row and the column ``document``. ``None`` stores nothing. Inputs come back as what their
    parameter is annotated with; see ``readers``.
    """

    def __init__(self, warehouse: Warehouse) -> None:
        """Over a warehouse.

        Args:
            warehouse: Where the tables are; the first write makes it.
        """
        self.warehouse = warehouse

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:  # noqa: ANN401 - as Dagster declares it
        """Write the asset's table in one transaction and say how large it is.

        Raises:
            dg.Failure: It cannot be stored; the old table stands.
        """
        if obj is None:
            return
        with _told_in_ui():
            name = _table_name(context)
            is_document = hasattr(obj, "to_json") and not isinstance(obj, pd.DataFrame)
            frame = pl.DataFrame({DOCUMENT_COLUMN: [obj.to_json()]}) if is_document else obj
            started = time.perf_counter()
            frame, beside = (frame.table, frame.beside) if isinstance(frame, WithBeside) else (frame, {})
            written = self.warehouse.write_all({TableName(name): frame, **beside})[TableName(name)]
        facts = self._facts(name, written, with_columns=not is_document)
        if is_batched(frame):
            facts["seconds"] = round(time.perf_counter() - started, 3)
        context.add_output_metadata(_unsaid(facts, context))

    def load_input(self, context: dg.InputContext) -> Any:  # noqa: ANN401 - as Dagster declares it
        """Read the upstream asset's table.

        Raises:
            dg.Failure: There is no such table, a check that guards it does not stand (see ``gate``), or the parameter's
                annotation is not allowed.
        """
        with _told_in_ui():
            refuse_unchecked(context)
            return self._reader_for(context)(_table_name(context))

    def readers(self) -> Mapping[type, Callable[[str], Any]]:
        """The annotations that a parameter may have, and how each is read."""
        from synth_assets.describe import Description  # noqa: PLC0415 - only runs that read one pay for the import

        return {
            pl.DataFrame: self.warehouse.read,
            pl.LazyFrame: lambda name: self.warehouse.read(name).lazy(),
            pd.DataFrame: lambda name: as_pandas(self.warehouse.read(name)),
            TableHandle: lambda name: TableHandle(self.warehouse, name),
            Description: lambda name: Description.from_json(self._document(name)),
        }

    def _reader_for(self, context: dg.InputContext) -> Callable[[str], Any]:
        hint = context.dagster_type.typing_type
        readers = self.readers()
        if hint in readers:
            return readers[hint]
        allowed = ", ".join(f"{kind.__module__.split('.')[0]}.{kind.__qualname__}" for kind in readers)
        message = (
            f"Parameter {context.name!r} is annotated with {getattr(hint, '__name__', hint)!s}, so the table "
            f"{_table_name(context)!r} cannot be given to it. Allowed annotations: {allowed}."
        )
        raise StorageError(message)

    def _document(self, name: str) -> str:
        table = self.warehouse.read(name)
        if table.columns != [DOCUMENT_COLUMN] or len(table) != 1:
            message = f"Table {name!r} does not hold one document. Materialise the asset {name!r} again."
            raise StorageError(message)
        return table.item()

    def _facts(self, name: str, written: Written, *, with_columns: bool) -> dict[str, Any]:
        """What Dagster shows of a table."""
        facts: dict[str, Any] = {
            "dagster/row_count": written.rows,
            "dagster/table_name": f"{self.warehouse.path.stem}.main.{name}",
        }
        if with_columns:
            columns = [dg.TableColumn(column, str(dtype.base_type())) for column, dtype in written.columns.items()]
            facts["dagster/column_schema"] = dg.TableSchema(columns)
        return facts


def _unsaid(facts: Mapping[str, Any], context: dg.OutputContext) -> dict[str, Any]:
    """The facts without what the asset itself has said."""
    said = {*(context.output_metadata or {}), *(context.definition_metadata or {})}
    return {key: value for key, value in facts.items() if key not in said}


def _table_name(context: dg.OutputContext | dg.InputContext) -> str:
    if not context.has_asset_key:
        message = f"{context.name!r} belongs to no asset. Only assets are stored in the warehouse."
        raise StorageError(message)
    if context.has_asset_partitions:
        message = (
            f"Asset {context.asset_key.path[-1]!r} has partitions, which one table cannot keep apart. Remove them."
        )
        raise StorageError(message)
    return context.asset_key.path[-1]


@contextmanager
def _told_in_ui() -> Generator[None]:
    """Our own errors as Dagster's failure: the UI then shows the message alone first, and does not retry."""
    try:
        yield
    except SynthAssetsError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
