"""Turns inside one process: many readers or one writer of a file. DuckDB's file lock only parts processes."""

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from synth_assets.errors import StorageError


class PathLock:
    """Many threads that read, or one that writes; a waiting writer goes before new readers.

    A thread that reads may read again inside; a thread that reads may not write before it has finished.
    """

    def __init__(self, path: Path) -> None:
        """A free lock.

        Args:
            path: The file, for the message.
        """
        self._path = path
        self._changed = threading.Condition()
        self._readers: Counter[int] = Counter()
        self._writing = False
        self._writers_waiting = 0

    @property
    def readers(self) -> int:
        """How many reads are going on, this thread's among them."""
        return self._readers.total()

    @contextmanager
    def shared(self, deadline: float) -> Generator[None]:
        """A turn to read.

        Args:
            deadline: The last moment to wait until, on the clock of ``time.monotonic``.

        Raises:
            StorageError: A thread of this process is still writing then.
        """
        me = threading.get_ident()
        with self._changed:
            self._wait(lambda: not self._writing and (me in self._readers or not self._writers_waiting), deadline)
            self._readers[me] += 1
        try:
            yield
        finally:
            with self._changed:
                self._readers[me] -= 1
                if not self._readers[me]:
                    del self._readers[me]
                self._changed.notify_all()

    @contextmanager
    def exclusive(self, deadline: float) -> Generator[None]:
        """A turn to write.

        Args:
            deadline: The last moment to wait until, on the clock of ``time.monotonic``.

        Raises:
            StorageError: This thread itself is reading, or another thread still uses the file then.
        """
        with self._changed:
            if threading.get_ident() in self._readers:
                message = f"Cannot write to {self._path} while this thread reads from it. Leave its reader() first."
                raise StorageError(message)
            self._writers_waiting += 1
            try:
                self._wait(lambda: not self._writing and not self._readers, deadline)
                self._writing = True
            finally:
                self._writers_waiting -= 1
                self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._writing = False
                self._changed.notify_all()

    def _wait(self, free: Callable[[], bool], deadline: float) -> None:
        if not self._changed.wait_for(free, max(0.0, deadline - time.monotonic())):
            message = (
                f"{self._path} is in use by another thread of this process (PID {os.getpid()}) and did not become free "
                "in time. Let it finish, then try again."
            )
            raise StorageError(message)


_LOCKS: dict[Path, PathLock] = {}
_LOCKS_GUARD = threading.Lock()


def lock_of(path: Path) -> PathLock:
    """The one lock that this process has for a file.

    Args:
        path: Resolved, so that one file has one name.
    """
    with _LOCKS_GUARD:
        return _LOCKS.setdefault(path, PathLock(path))


def _forget() -> None:
    """A forked child starts anew: its parent's threads, which may hold locks, do not exist there."""
    global _LOCKS_GUARD  # noqa: PLW0603 - the parent may have held the guard itself
    _LOCKS_GUARD = threading.Lock()
    _LOCKS.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
