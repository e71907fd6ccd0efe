"""Rows in an SQLite file, and a mark of how many there should be. It knows nothing of budgets."""

import contextlib
import json
import os
import sqlite3
from collections.abc import Generator, Iterator
from dataclasses import astuple
from pathlib import Path

from synth_assets.errors import LedgerError
from synth_assets.ledger.entry import FIELDS, Anchor, Entry
from synth_assets.storage.files import temporary_sibling

_TABLE = f"""
create table if not exists ledger ({", ".join(f"{name} not null" for name in FIELDS)}, unique (sequence));
create trigger if not exists no_update before update on ledger begin select raise(abort, 'append only'); end;
create trigger if not exists no_delete before delete on ledger begin select raise(abort, 'append only'); end;
"""


@contextlib.contextmanager
def opened(path: Path, timeout_s: float, *, write: bool) -> Generator[sqlite3.Connection]:
    """A connection inside one transaction, committed durably at the end of the ``with`` block.

    Args:
        path: Of the file; a first write makes it, for its owner alone.
        timeout_s: How long to wait for another writer.
        write: Whether rows may be added: then nobody else can, until the end.

    Raises:
        LedgerError: The file cannot be used, or stays locked.
    """
    try:
        if write:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        uri = f"{path.absolute().as_uri()}?mode=rw"
        with contextlib.closing(sqlite3.connect(uri, timeout=timeout_s, isolation_level=None, uri=True)) as connection:
            connection.execute("pragma synchronous = full")
            connection.execute("begin immediate" if write else "begin")
            if write:
                for statement in _TABLE.strip().split(";\n"):
                    connection.execute(statement)
            yield connection
            connection.execute("commit")
    except (sqlite3.Error, OSError) as error:
        message = (
            f"The privacy ledger {path} cannot be used: {error}. Let other runs finish, and let this user read and "
            "write its folder; if the file is damaged, bring it back from a backup."
        )
        raise LedgerError(message) from error


def rows(connection: sqlite3.Connection) -> list[Entry]:
    """All rows, in order."""
    there = connection.execute("select 1 from sqlite_master where name = 'ledger'").fetchall()
    if not there:
        return []
    query = f"select {', '.join(FIELDS)} from ledger order by sequence, rowid"  # noqa: S608 - our own names
    return [Entry(*row) for row in connection.execute(query)]


def append(connection: sqlite3.Connection, entry: Entry) -> None:
    """Add a row."""
    places = ", ".join("?" * len(FIELDS))
    connection.execute(f"insert into ledger ({', '.join(FIELDS)}) values ({places})", astuple(entry))  # noqa: S608 - our own names


def mark_path(path: Path) -> Path:
    """Where the mark is: beside the ledger."""
    return path.with_suffix(".head")


def write_mark(path: Path, anchor: Anchor) -> None:
    """Remember a row beside the ledger, so that a ledger that was cut off, or lost, is noticed.

    Only rows that are committed are remembered: a crash before this leaves a mark of an earlier row, which still holds.

    Raises:
        LedgerError: The mark cannot be written.
    """
    try:
        _write_mark(path, anchor)
    except OSError as error:
        message = (
            f"The privacy ledger's mark {mark_path(path)} cannot be written: {error.strerror}. Let this user write it."
        )
        raise LedgerError(message) from error


def _write_mark(path: Path, anchor: Anchor) -> None:
    with temporary_sibling(mark_path(path)) as temporary:
        with os.fdopen(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            json.dump({"sequence": anchor.sequence, "digest": anchor.digest}, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(mark_path(path))


def marked(path: Path) -> Iterator[Anchor]:
    """The row that the mark remembers, if there is one.

    Raises:
        LedgerError: The mark cannot be read.
    """
    try:
        text = mark_path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    except OSError as error:
        message = (
            f"The privacy ledger's mark {mark_path(path)} cannot be read: {error.strerror}. Let this user read it."
        )
        raise LedgerError(message) from error
    try:
        said = json.loads(text)
        yield Anchor(int(said["sequence"]), str(said["digest"]))
    except (ValueError, KeyError, TypeError) as error:
        message = (
            f"The privacy ledger's mark {mark_path(path)} is damaged. Bring it back from a backup of the same day."
        )
        raise LedgerError(message) from error
