"""Files that appear whole or not at all. It must not know what is in them."""

import os
import secrets
import shutil
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path

_STALE_S = 3_600.0


@contextmanager
def temporary_sibling(path: Path) -> Generator[Path]:
    """The path of a new file in the same folder, to be moved or linked to ``path``; gone afterwards, whatever happens.

    Siblings that a killed process left more than an hour ago are removed too.

    Args:
        path: Where the finished file will be; its folder is created.

    Raises:
        OSError: The folder cannot be created.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_stale(path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        yield temporary
    finally:
        for leftover in (temporary, wal(temporary)):
            leftover.unlink(missing_ok=True)


@contextmanager
def temporary_folder(path: Path) -> Generator[Path]:
    """A new empty folder beside ``path``, to be renamed to it; gone afterwards, whatever happens.

    Folders that killed processes left in the same place, and in which nothing was written for an hour, go too.

    Args:
        path: Where the finished folder will be; the folder that it is in is created.

    Raises:
        OSError: It cannot be created.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_stale_folders(path.parent)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    temporary.mkdir()
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def remove_leftovers(place: Path, name: str = "") -> None:
    """Remove what killed processes left of temporary folders, however new. Call it only where nobody writes now.

    Args:
        place: The folder that they are in.
        name: Of the finished folder; all where it is empty.
    """
    for leftover in place.glob(f".{escape(name)}.*.tmp" if name else ".*.tmp"):
        shutil.rmtree(leftover, ignore_errors=True)


def create_once(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Write a file unless there is one: never overwrites, and of several processes at once exactly one writes.

    Args:
        path: Where the file will be; its folder is created.
        content: All of it.
        mode: Permissions, less the umask.

    Raises:
        OSError: The file cannot be written there.
    """
    with temporary_sibling(path) as temporary:
        with os.fdopen(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(temporary, path)


def wal(path: Path) -> Path:
    """Where DuckDB keeps the write-ahead log of a database file."""
    return path.with_name(f"{path.name}.wal")


def _remove_stale(path: Path) -> None:
    oldest = time.time() - _STALE_S
    for leftover in path.parent.glob(f".{escape(path.name)}.*.tmp*"):
        with suppress(OSError):
            if leftover.stat().st_mtime < oldest:
                leftover.unlink()


def _remove_stale_folders(place: Path) -> None:
    oldest = time.time() - _STALE_S
    for leftover in place.glob(".*.tmp"):
        with suppress(OSError):
            if max(path.stat().st_mtime for path in (leftover, *leftover.iterdir())) < oldest:
                shutil.rmtree(leftover)
