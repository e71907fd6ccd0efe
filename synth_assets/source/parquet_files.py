"""Tables in Parquet files: read in batches, with the types that the files give."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from synth_assets.errors import SourceError
from synth_assets.frames import BatchedTable
from synth_assets.source.relations import counted, streamed, told
from synth_assets.source.table_source import Streamed


@dataclass(frozen=True)
class ParquetFiles:
    """One table in one or more Parquet files of the same columns.

    Attributes:
        paths: The files, in order.
        said: What the YAML calls them.
    """

    paths: tuple[Path, ...]
    said: str

    @property
    def place(self) -> str:
        """The files, as the YAML calls them."""
        return f"{'the Parquet file' if len(self.paths) == 1 else f'{len(self.paths)} Parquet files'} {self.said}"

    def columns(self) -> pl.Schema:
        """Names and types; raises where files differ in them."""
        with duckdb.connect() as connection:
            first, *others = [self._columns(connection, path) for path in self.paths]
        refuse_others(first, others, self.paths)
        return first

    def _columns(self, connection: duckdb.DuckDBPyConnection, path: Path) -> pl.Schema:
        with told(str(path)):
            return pl.DataFrame(connection.read_parquet(str(path)).limit(0).to_arrow_table()).schema

    def table(self) -> BatchedTable:
        """The rows of all files, one file after the other."""
        self.columns()
        return Streamed(self._count, self._batches)

    def _count(self) -> int:
        with duckdb.connect() as connection, told(self.place):
            return counted(self._relation(connection))

    def _batches(self) -> Iterator[pl.DataFrame]:
        with duckdb.connect() as connection, told(self.place):
            yield from streamed(self._relation(connection))

    def _relation(self, connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
        return connection.read_parquet([str(path) for path in self.paths], hive_partitioning=False)


def refuse_others(first: pl.Schema, others: list[pl.Schema], paths: tuple[Path, ...]) -> None:
    """Refuse files whose columns or types differ from the first one's.

    Raises:
        SourceError: One does.
    """
    for path, columns in zip(paths[1:], others, strict=True):
        if columns != first:
            odd = [name for name in {**first, **columns} if first.get(name) != columns.get(name)]
            message = (
                f"{path.name} has other columns than {paths[0].name}: {', '.join(odd) or 'the same in another order'}. "
                "All files of a source must have the same columns, in one order."
            )
            raise SourceError(message)
