"""Tables that are written together, and the rows of one that another lets through. It knows no reason why."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import polars as pl

from synth_assets.errors import StorageError
from synth_assets.frames import BatchedTable, Frame, quoted
from synth_assets.storage.tables import TableName, catalog
from synth_assets.storage.warehouse import Warehouse

PRIVATE = "_private"
"""The DuckDB schema of tables that are no asset and never leave."""


@dataclass(frozen=True, eq=False)
class WithBeside:
    """A table, and others that go with it in the same transaction.

    Attributes:
        table: The table itself.
        beside: The others.
    """

    table: Frame | BatchedTable
    beside: Mapping[TableName, Frame | BatchedTable]


@dataclass(frozen=True, slots=True)
class FilteredTable:
    """The rows of a table for which the table beside it, row by row in the same order, says yes.

    Attributes:
        warehouse: Where both are.
        table: The table that is read.
        beside: As many rows, in the same order.
        column: A column of ``beside`` that is true or false.
    """

    warehouse: Warehouse
    table: TableName
    beside: TableName
    column: str

    @contextmanager
    def relation(self) -> Generator[duckdb.DuckDBPyRelation]:
        """The rows as a DuckDB relation, valid inside the ``with`` block.

        Raises:
            StorageError: One of the tables is not there, or they are not of one length.
        """
        with self.warehouse.reader_of(self.table, self.beside) as connection:
            own, other = (quoted(catalog(connection), name.schema, name.name) for name in (self.table, self.beside))
            counts = f"select (select count(*) from {own}) = (select count(*) from {other})"  # noqa: S608 - quoted
            if connection.execute(counts).fetchall() != [(True,)]:
                message = (
                    f"{str(self.table)!r} and {str(self.beside)!r} do not have as many rows as each other. Materialise "
                    f"the asset {self.table.name!r} again, which writes both."
                )
                raise StorageError(message)
            flag = quoted("beside", self.column)
            query = f"select own.* from {own} as own positional join {other} as beside where {flag}"  # noqa: S608 - quoted
            yield connection.sql(query)

    def read(self) -> pl.DataFrame:
        """All rows in memory; raises as ``relation``."""
        with self.relation() as relation:
            return pl.DataFrame(relation.to_arrow_table())
