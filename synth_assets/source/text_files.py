"""Tables in text files with a header line. Every value is read as text first, so that no leading zero is lost."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import duckdb
import polars as pl

from synth_assets.errors import SourceError
from synth_assets.frames import BatchedTable, quoted
from synth_assets.source.header import header
from synth_assets.source.parquet_files import refuse_others
from synth_assets.source.relations import counted, streamed
from synth_assets.source.table_source import Streamed
from synth_assets.source.text_faults import told_of_text

_SIGNS = {
    "integer": r"[+-]?[0-9]+",
    "float": r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?",
    "boolean": r"(?i)true|false",
    "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "datetime": r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?",
}
"""What a value of each type looks like."""

_SQL_TYPES = {"integer": "bigint", "float": "double", "boolean": "boolean", "date": "date", "datetime": "timestamp"}
_CODES = r"[+-]?(0[0-9].*|[0-9]{16,})|\+[0-9]{5,}|[0-9]+E[0-9]+"
"""Numbers like these are codes: as numbers they would lose zeros, last digits, a plus (of telephones) or a letter."""

TYPES = ("integer", "float", "text", "boolean", "date", "datetime")
"""What a column of a text file may be declared as."""


@dataclass(frozen=True)
class TextFiles:
    """One table in one or more text files of the same columns.

    Attributes:
        paths: The files, in order.
        said: What the YAML calls them.
        types: Of columns, one of ``TYPES``; the others' types are worked out from all their values.
        missing: What stands for a missing value.
        trim: Whether spaces around values go.
        delimiter: Between values; found where ``None``.
    """

    paths: tuple[Path, ...]
    said: str
    types: Mapping[str, str]
    missing: tuple[str, ...] = ("",)
    trim: bool = False
    delimiter: str | None = None

    @property
    def place(self) -> str:
        """The files, as the YAML calls them."""
        return f"the file {self.said}" if len(self.paths) == 1 else f"{len(self.paths)} files {self.said}"

    def columns(self) -> pl.Schema:
        """Names and types, as ``table`` gives them."""
        with duckdb.connect() as connection:
            types = self._types(connection)
            with self._told():
                return pl.DataFrame(self._typed(connection, types).limit(0).to_arrow_table()).select(list(types)).schema

    def table(self) -> BatchedTable:
        """The rows of all files, one file after the other.

        Raises:
            SourceError: Here or while it is read: a file cannot be read, or a value is not of its column's type.
        """
        with duckdb.connect() as connection:
            types = self._types(connection)
        return Streamed(self._count, lambda: self._batches(types))

    def _count(self) -> int:
        with duckdb.connect() as connection, self._told():
            return counted(self.raw(connection))

    def _batches(self, types: Mapping[str, str]) -> Iterator[pl.DataFrame]:
        with duckdb.connect() as connection, self._told():
            for batch in streamed(self._typed(connection, types)):
                self._refuse_unreadable(batch, types)
                yield batch.select(list(types))

    def _refuse_unreadable(self, batch: pl.DataFrame, types: Mapping[str, str]) -> None:
        for place, (name, kind) in enumerate(types.items()):
            if kind != "text" and batch[f"{_ODD}{place}"].any():
                message = (
                    f"Column {name!r} of {self.place} is to be {kind}, but {'; '.join(self._odd(name, kind))}. Correct "
                    "the file, list what stands for a missing value under 'missing', or declare it as text."
                )
                raise SourceError(message)

    def _odd(self, name: str, kind: str) -> Iterator[str]:
        """How many rows of each file hold values that are not of a type, and which is the first."""
        column = quoted(name)
        for path in self.paths:
            with duckdb.connect() as connection, self._told():
                numbered = replace(self, paths=(path,)).raw(connection).project("*, row_number() over () as " + _PLACE)
                odd = numbered.filter(f"{column} is not null and {_cast(name, kind)} is null")
                [(count, first)] = odd.aggregate(f"count(*), min({_PLACE})").fetchall()
            if count:
                others = "" if count == 1 else f" and {count - 1:,} more"
                yield f"row {first:,}{others} of {path.name} {'is' if count == 1 else 'are'} not"

    def _told(self) -> AbstractContextManager[None]:
        return told_of_text(self.place, self.paths)

    def raw(self, connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
        """All columns as text, missing values as null."""
        raw = self._read(connection)
        if not self.trim and self.missing == ("",):
            return raw
        words = ", ".join(f"'{word.replace(chr(39), chr(39) * 2)}'" for word in {"", *self.missing})
        bare = (f"trim({quoted(name)})" if self.trim else quoted(name) for name in raw.columns)
        return raw.project(
            ", ".join(
                f"case when {value} in ({words}) then null else {value} end as {quoted(name)}"
                for value, name in zip(bare, raw.columns, strict=True)
            )
        )

    def _read(self, connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
        """Every column as it stands; a line with more or fewer values than the first is an error."""
        names, delimiter = self._header
        return connection.read_csv(
            [str(path) for path in self.paths],  # pyrefly: ignore[bad-argument-type]  # several are allowed
            auto_detect=False,
            columns=dict.fromkeys(names, "VARCHAR"),  # pyrefly: ignore[bad-argument-type]  # names and types
            header=True,
            delimiter=delimiter,
            quotechar='"',
            escapechar='"',
            strict_mode=True,
            na_values="",
            hive_partitioning=False,
        )

    @cached_property
    def _header(self) -> tuple[list[str], str]:
        found = [header(path, self.delimiter) for path in self.paths]
        texts = [pl.Schema(dict.fromkeys(names, pl.String)) for names, _ in found]
        refuse_others(texts[0], texts[1:], self.paths)
        return found[0]

    def _types(self, connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
        names, _ = self._header
        unknown = [name for name in self.types if name not in names]
        if unknown:
            message = (
                f"The source declares types for {', '.join(unknown)}, which {self.place} does not have. It has: "
                f"{', '.join(names)}."
            )
            raise SourceError(message)
        open_ones = [name for name in names if name not in self.types]
        found = self._found(connection, open_ones) if open_ones else {}
        return {name: self.types.get(name) or found[name] for name in names}

    def _found(self, connection: duckdb.DuckDBPyConnection, names: list[str]) -> dict[str, str]:
        """Of each column the first type that all its values have; text where there is no value."""
        asked = [f"bool_and({_fits(name, kind)}{_no_code(name, kind)})" for name in names for kind in _SIGNS]
        with self._told():
            [row] = self.raw(connection).aggregate(", ".join(asked)).fetchall()
        kinds = list(_SIGNS)
        by_column = [row[place : place + len(kinds)] for place in range(0, len(row), len(kinds))]
        return {
            name: next((kind for kind, fits in zip(kinds, several, strict=True) if fits), "text")
            for name, several in zip(names, by_column, strict=True)
        }

    def _typed(self, connection: duckdb.DuckDBPyConnection, types: Mapping[str, str]) -> duckdb.DuckDBPyRelation:
        """The columns in their types, and beside each whether a value is of another."""
        parts = []
        for place, (name, kind) in enumerate(types.items()):
            column = quoted(name)
            if kind == "text":
                parts.append(column)
                continue
            parts.append(f"{_cast(name, kind)} as {column}")
            parts.append(f"{column} is not null and {_cast(name, kind)} is null as {quoted(f'{_ODD}{place}')}")
        return self.raw(connection).project(", ".join(parts))


_ODD = "\x1fnot of its type "
_PLACE = quoted("\x1fplace")


def _cast(name: str, kind: str) -> str:
    column = quoted(name)
    return f"case when regexp_full_match({column}, '{_SIGNS[kind]}') then try_cast({column} as {_SQL_TYPES[kind]}) end"


def _fits(name: str, kind: str) -> str:
    """Whether a value is of a type; null where it is missing, so that it does not count."""
    return f"(case when {quoted(name)} is not null then {_cast(name, kind)} is not null end)"


def _no_code(name: str, kind: str) -> str:
    return f" and not regexp_full_match({quoted(name)}, '{_CODES}')" if kind in {"integer", "float"} else ""
