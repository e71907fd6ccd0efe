"""A table of a Postgres database, streamed. The connection comes from an environment variable and is never told."""

import os
import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import polars as pl

from synth_assets.errors import SourceError
from synth_assets.frames import BatchedTable, quoted
from synth_assets.source.table_source import Streamed

_AS_THEY_ARE = {
    *("smallint", "integer", "bigint", "real", "double precision", "boolean", "date", "text", "character varying"),
    *("timestamp without time zone", "timestamp with time zone"),
}
_MOST_DIGITS = 18
"""A whole number of more does not fit in 64 bits."""

CONNECT_TIMEOUT_S = 15

_SYSTEM_SCHEMAS = ("pg_catalog", "information_schema")


@dataclass(frozen=True)
class PostgresSource:
    """A table or view.

    Attributes:
        variable: The environment variable that holds the connection, as ``postgresql://user:password@host/database``.
        name: The table's, or the schema's and the table's with a dot between.
    """

    variable: str
    name: str

    @property
    def place(self) -> str:
        """The table, and the variable with the connection."""
        return f"the Postgres table {self.name} (connection in {self.variable})"

    def columns(self) -> pl.Schema:
        """Names and types: decimals come as whole numbers or floats, and kinds that polars has no like of as text."""
        with self._cursor() as cursor:
            return self._frame(cursor, " limit 0").schema

    def table(self) -> BatchedTable:
        """The rows, in the order in which the database keeps them."""
        return Streamed(self._count, self._batches)

    def _count(self) -> int:
        with self._cursor() as cursor:
            cursor.execute(f"select count(*) from {quoted(*self._parts)}")  # noqa: S608 - quoted
            return int(cursor.fetchone()[0])

    def _batches(self) -> Iterator[pl.DataFrame]:
        with self._cursor() as cursor:
            first = self._frame(cursor, " limit 0")
            yield first
            cursor.execute("set synchronize_seqscans = off")  # large tables are then read from their first row on
            cursor.execute(self._query(cursor))
            with cursor.fetch_record_batch() as reader:
                for batch in reader:
                    yield pl.DataFrame(batch).cast(dict(first.schema))  # pyrefly: ignore[bad-argument-type]  # names and types

    def _frame(self, cursor: Any, end: str) -> pl.DataFrame:  # noqa: ANN401 - the driver's
        cursor.execute(self._query(cursor) + end)
        return pl.DataFrame(cursor.fetch_arrow_table())

    def _query(self, cursor: Any) -> str:  # noqa: ANN401 - the driver's
        columns = ", ".join(_column(*held) for held in self._kinds(cursor))
        return f"select {columns} from {quoted(*self._parts)}"  # noqa: S608 - quoted

    def _kinds(self, cursor: Any) -> list[tuple[str, str, int | None]]:  # noqa: ANN401 - the driver's
        cursor.execute(
            "select column_name::text, data_type::text, case when numeric_scale = 0 then numeric_precision end::int "
            "from information_schema.columns where table_schema = $1 and table_name = $2 order by ordinal_position",
            self._parts,
        )
        found = cursor.fetchall()
        if not found:
            message = f"There is no table {self.name!r} that may be read by {self.variable}. {self._others(cursor)}"
            raise SourceError(message)
        return found

    def _others(self, cursor: Any) -> str:  # noqa: ANN401 - the driver's
        cursor.execute("select table_schema::text, table_name::text from information_schema.tables order by 1, 2")
        found = [f"{schema}.{name}" for schema, name in cursor.fetchall() if schema not in _SYSTEM_SCHEMAS]
        return f"Allowed: {', '.join(found[:_MOST_TOLD]) or 'none'}{', ...' if len(found) > _MOST_TOLD else ''}."

    @property
    def _parts(self) -> tuple[str, str]:
        schema, _, name = self.name.rpartition(".")
        return schema or "public", name

    @contextmanager
    def _cursor(self) -> Generator[Any]:
        """A cursor in a transaction that only reads."""
        uri = os.environ.get(self.variable, "")
        if not uri.strip():
            message = (
                f"The environment variable {self.variable!r} is not set. Set it to the connection, as "
                "postgresql://user:password@host:5432/database."
            )
            raise SourceError(message)
        from adbc_driver_manager import Error  # noqa: PLC0415 - only who reads Postgres loads the driver
        from adbc_driver_postgresql import dbapi  # noqa: PLC0415 - as above

        try:
            with dbapi.connect(_with_end(uri)) as connection, connection.cursor() as cursor:
                cursor.execute("set transaction isolation level repeatable read, read only")
                cursor.execute("set local max_parallel_workers_per_gather = 0")  # several would mix the rows' order
                yield cursor
        except Error as error:
            message = f"Cannot read {self.place}: {_said(str(error))}"
            raise SourceError(message) from None  # what the driver says may quote the connection, or values


_MOST_TOLD = 20
_FAULTS = (
    ("password authentication failed", "the server does not accept the user or the password"),
    ("does not exist", "the server has no such user, database or table"),
    ("could not translate host name", "there is no server of that name"),
    ("connection refused", "no server answers there; is it running, and the port right?"),
    ("timeout", "the server does not answer"),
    ("permission denied", "the user may not read the table"),
    (
        'invalid uri|missing "="|invalid connection option',
        "the connection is not of the form postgresql://user:password@host:5432/database",
    ),
)


def _said(text: str) -> str:
    words = next((words for sign, words in _FAULTS if re.search(sign, text, re.IGNORECASE)), "the server refused it")
    return f"{words}."


def _with_end(uri: str) -> str:
    """The same connection, given up after a while where nobody answers."""
    if "://" not in uri or "connect_timeout" in uri:
        return uri
    return f"{uri}{'&' if '?' in uri else '?'}connect_timeout={CONNECT_TIMEOUT_S}"


def _column(name: str, kind: str, whole_digits: int | None) -> str:
    """A column in SQL; a float would round the numbers of people that have more than 15 digits."""
    column = quoted(name)
    if kind in _AS_THEY_ARE:
        return column
    if kind != "numeric":
        return f"{column}::text as {column}"
    is_whole = whole_digits is not None and whole_digits <= _MOST_DIGITS
    return f"{column}::{'bigint' if is_whole else 'double precision'} as {column}"
