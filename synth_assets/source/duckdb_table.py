"""A table of a DuckDB file, opened for reading only."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from synth_assets.errors import SourceError
from synth_assets.frames import BatchedTable, quoted
from synth_assets.source.relations import counted, streamed, told
from synth_assets.source.table_source import Streamed


@dataclass(frozen=True)
class DuckDBSource:
    """A table or view.

    Attributes:
        path: The DuckDB file.
        name: The table's, or the schema's and the table's with a dot between.
    """

    path: Path
    name: str

    @property
    def place(self) -> str:
        """Table and file."""
        return f"the table {self.name} of {self.path.name}"

    def columns(self) -> pl.Schema:
        """Names and types."""
        with self._relation() as relation:
            return pl.DataFrame(relation.limit(0).to_arrow_table()).schema

    def table(self) -> BatchedTable:
        """The rows."""
        return Streamed(self._count, self._batches)

    def _count(self) -> int:
        with self._relation() as relation:
            return counted(relation)

    def _batches(self) -> Iterator[pl.DataFrame]:
        with self._relation() as relation:
            yield from streamed(relation)

    @contextmanager
    def _relation(self) -> Generator[duckdb.DuckDBPyRelation]:
        if not self.path.is_file():
            message = f"There is no DuckDB file {self.path}. Correct the source's 'duckdb'."
            raise SourceError(message)
        with told(self.place), duckdb.connect(self.path, read_only=True) as connection:
            self._refuse_absent(connection)
            yield connection.sql(f"select * from {quoted(*self._parts)}")  # noqa: S608 - quoted

    @property
    def _parts(self) -> tuple[str, str]:
        schema, _, name = self.name.rpartition(".")
        return schema or "main", name

    def _refuse_absent(self, connection: duckdb.DuckDBPyConnection) -> None:
        query = "select table_schema, table_name from information_schema.tables order by all"
        found = connection.execute(query).fetchall()
        if self._parts not in found:
            there = ", ".join(f"{schema}.{name}" if schema != "main" else name for schema, name in found)
            message = f"There is no table {self.name!r} in {self.path}. It has: {there or 'none'}."
            raise SourceError(message)
