"""Opening a DuckDB file: waiting for whoever holds it, and always closing it again. No SQL about tables here."""

import gc
import os
import re
import secrets
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from synth_assets.errors import StorageError
from synth_assets.storage.files import temporary_sibling, wal
from synth_assets.storage.locks import lock_of

_SETTINGS = "set TimeZone = 'UTC'"
_FIRST_PAUSE_S = 0.02
_LONGEST_PAUSE_S = 0.5
_LOCKED = re.compile(
    r"lock is held|set lock|different configuration|already (open|attached)|another process", re.IGNORECASE
)
_HOLDER = re.compile(r"(?P<program>\S+)?\s*\(PID (?P<pid>\d+)\)")


@contextmanager
def reading(path: Path, timeout_s: float) -> Generator[duckdb.DuckDBPyConnection]:
    """A read-only connection in UTC, closed at the end.

    Args:
        path: An existing DuckDB file, resolved.
        timeout_s: Seconds to wait for a writer, in this process or another.

    Raises:
        StorageError: A writer holds the file for longer, the file is not a DuckDB file, or a result that streams from
            it (an Arrow reader) outlives the connection.
    """
    deadline = time.monotonic() + timeout_s
    lock = lock_of(path)
    with lock.shared(deadline):
        connection = _connect(path, deadline, read_only=True, alone=lock.readers == 1)
        try:
            connection.execute(_SETTINGS)
            yield connection
        finally:
            connection.close()
        if lock.readers == 1:
            _refuse_open_result(path)


@contextmanager
def writing(path: Path, timeout_s: float) -> Generator[duckdb.DuckDBPyConnection]:
    """A connection in UTC inside one transaction: committed at the end, rolled back after an exception, closed.

    Args:
        path: A DuckDB file, resolved; made with its folder if there is none.
        timeout_s: Seconds to wait for other readers and writers, in this process or another.

    Raises:
        StorageError: Somebody holds the file for longer, or it cannot be made or opened.
    """
    deadline = time.monotonic() + timeout_s
    with lock_of(path).exclusive(deadline):
        _create_if_missing(path)
        connection = _connect(path, deadline, read_only=False, alone=True)
        try:
            connection.execute(_SETTINGS)
            connection.execute("begin")
            yield connection
            connection.execute("commit")
        finally:
            connection.close()


def _create_if_missing(path: Path) -> None:
    """Make an empty database beside and link it: killed while DuckDB makes one, an unreadable file would stay.

    The link is made while DuckDB's lock is held, so that nobody is using the log which a deleted file left behind.
    """
    if path.exists():
        return
    try:
        with temporary_sibling(path) as temporary, duckdb.connect(str(temporary)), suppress(FileExistsError):
            os.link(temporary, path)
            wal(path).unlink(missing_ok=True)
    except (OSError, duckdb.Error) as error:
        message = f"Cannot make {path}: {_first_line(error)}. Allowed: a folder that this user may write to."
        raise StorageError(message) from error


def _connect(path: Path, deadline: float, *, read_only: bool, alone: bool) -> duckdb.DuckDBPyConnection:
    pause = _FIRST_PAUSE_S
    started = time.monotonic()
    while True:
        connection, reason = _try(path, read_only=read_only, alone=alone)
        if connection:
            return connection
        if time.monotonic() >= deadline:
            raise StorageError(_held(path, reason, time.monotonic() - started))
        time.sleep(pause * secrets.SystemRandom().uniform(0.5, 1.0))
        pause = min(pause * 1.5, _LONGEST_PAUSE_S)


def _try(path: Path, *, read_only: bool, alone: bool) -> tuple[duckdb.DuckDBPyConnection | None, str]:
    """A connection, or the reason why somebody else's use of the file forbids one for now."""
    if alone and _open_here(path):
        gc.collect()
        return None, f"(PID {os.getpid()})"
    try:
        return duckdb.connect(str(path), read_only=read_only), ""
    except duckdb.Error as error:
        if _LOCKED.search(str(error)):
            return None, str(error)
        message = (
            f"Cannot open {path}: {_first_line(error)}. Let this user read and write it. If it is damaged or no DuckDB "
            "file of this project, move it away; the next run makes a new one."
        )
        raise StorageError(message) from error


def _open_here(path: Path) -> bool:
    """Whether this process has the file open although nobody has a turn.

    Connecting then would hang in DuckDB (an Arrow reader that outlived its connection) or share a lock that the other
    user gives up for both.
    """
    with suppress(OSError):
        wanted = path.stat()
        return any(_is_open_as(int(number), wanted) for number in os.listdir("/dev/fd"))  # noqa: PTH208 - names only
    return False


def _is_open_as(number: int, wanted: os.stat_result) -> bool:
    with suppress(OSError):
        return os.path.samestat(os.fstat(number), wanted)
    return False


def _held(path: Path, reason: str, waited_s: float) -> str:
    holder = _HOLDER.search(reason)
    if holder and int(holder["pid"]) == os.getpid():
        who = f"this process itself (PID {os.getpid()}), through a connection or an Arrow reader that is not closed"
    elif holder:
        who = f"process {holder['pid']} ({holder['program'] or 'program unknown'})"
    else:
        who = "another process, whose id DuckDB does not say,"
    return f"{path} is held by {who}. Waited {waited_s:.0f} s. Close it there, or let it finish, then try again."


def _refuse_open_result(path: Path) -> None:
    if _open_here(path):
        gc.collect()
    if _open_here(path):
        message = (
            f"A result that streams from {path} is still open although its connection is closed. Read it to its end, "
            "or close it, inside the 'with' block."
        )
        raise StorageError(message)


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
