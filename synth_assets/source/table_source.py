"""A table of the user's own, where it stands: what every kind of source has, and which kind a dataset's YAML names."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from synth_assets.errors import SourceError
from synth_assets.frames import BatchedTable

BESIDE: Mapping[str, tuple[str, ...]] = {
    "file": ("package", "types", "missing", "trim", "delimiter"),
    "duckdb": ("table",),
    "postgres": ("table",),
}
"""The keys that may stand beside that of each kind of source; a table has to."""

KINDS = tuple(BESIDE)
"""A source has exactly one of these keys."""


class TableSource(Protocol):
    """A table that is read where it stands, in batches."""

    @property
    def place(self) -> str:
        """Where it is, for people; no password and no value of the table."""
        ...

    def columns(self) -> pl.Schema:
        """Its columns' names and types, as ``table`` gives them.

        Raises:
            SourceError: It cannot be read.
        """
        ...

    def table(self) -> BatchedTable:
        """Its rows, in batches.

        Raises:
            SourceError: It cannot be read, here or while it is read.
        """
        ...


@dataclass(frozen=True)
class Streamed:
    """Rows that are read from the first on each time that they are asked for.

    Attributes:
        count: Counts them; only who asks for ``rows`` waits for it.
        read: Reads them, in batches; at least one.
    """

    count: Callable[[], int]
    read: Callable[[], Iterator[pl.DataFrame]]

    @cached_property
    def rows(self) -> int:
        """How many there are."""
        return self.count()

    def batches(self) -> Iterator[pl.DataFrame]:
        """All rows in order."""
        return self.read()


def source_from_dict(entry: Mapping[str, Any], folder: Path) -> TableSource:
    """The source that plain values tell of.

    Args:
        entry: ``file`` (a path, or several with * in it) with ``package``, and for text files ``types``, ``missing``,
            ``trim`` and ``delimiter``; ``duckdb`` (a path) with ``table``; or ``postgres`` (the name of an environment
            variable that holds the connection) with ``table``.
        folder: Where relative paths start.

    Raises:
        SourceError: A key is unknown, lacks or does not go with the others, or a value is not allowed.
    """
    if not isinstance(entry, Mapping):
        message = f"source is {entry!r}. Allowed: the name of an asset, or keys and values with {_any(KINDS)}."
        raise SourceError(message)
    named = [kind for kind in KINDS if entry.get(kind) is not None]
    if len(named) != 1:
        message = f"source has {_any(named) or 'no place'}. Allowed: exactly one of {_any(KINDS)}."
        raise SourceError(message)
    _refuse_others(entry, named[0])
    return _KINDS[named[0]](entry, folder)


def _file(entry: Mapping[str, Any], folder: Path) -> TableSource:
    from synth_assets.source.files import file_source  # noqa: PLC0415 - as the others, only where it is asked for

    return file_source(entry, folder)


def _duckdb(entry: Mapping[str, Any], folder: Path) -> TableSource:
    from synth_assets.source.duckdb_table import DuckDBSource  # noqa: PLC0415 - as above

    return DuckDBSource(folder / text(entry, "duckdb"), text(entry, "table"))


def _postgres(entry: Mapping[str, Any], folder: Path) -> TableSource:  # noqa: ARG001 - as every kind
    from synth_assets.source.postgres_table import PostgresSource  # noqa: PLC0415 - as above

    return PostgresSource(text(entry, "postgres"), text(entry, "table"))


_KINDS: Mapping[str, Callable[[Mapping[str, Any], Path], TableSource]] = {
    "file": _file,
    "duckdb": _duckdb,
    "postgres": _postgres,
}


def _refuse_others(entry: Mapping[str, Any], kind: str) -> None:
    """Refuse keys that do not go with a kind of source."""
    odd = [key for key, value in entry.items() if key not in {kind, *BESIDE[kind]} and value is not None]
    if odd:
        message = f"A source with {kind!r} has {_any(odd)} too. Allowed besides it: {_any(BESIDE[kind])}."
        raise SourceError(message)


def text(entry: Mapping[str, Any], key: str) -> str:
    """A key's value.

    Raises:
        SourceError: It lacks, or is no text.
    """
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        message = f"The source's {key!r} is {value!r}. Give text."
        raise SourceError(message)
    return value


def _any(words: object) -> str:
    return ", ".join(map(repr, words)) if isinstance(words, list | tuple) else ""
