"""One at a time, over all processes of this machine: a lock that ends with the process that holds it."""

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from synth_assets.errors import StorageError

DEFAULT_TIMEOUT_S = 120.0


@contextmanager
def turn(path: Path, doing: str, timeout_s: float = DEFAULT_TIMEOUT_S) -> Generator[None]:
    """Wait for a turn and hold it inside the ``with`` block; it is not given twice, in one thread either.

    Args:
        path: A file that stands for the turn; it is made, stays, and holds nothing.
        doing: What is done in turn, for the message: "release of 'ae'".
        timeout_s: Seconds to wait.

    Raises:
        StorageError: Somebody else holds it for longer, or the file cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=timeout_s, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        message = f"Cannot do the {doing}: {path} cannot be made ({type(error).__name__}). Let this user write there."
        raise StorageError(message) from error
    with closing(connection):
        try:
            connection.execute("begin exclusive")
        except sqlite3.Error as error:
            message = (
                f"Cannot do the {doing} now: another process has been at it for {timeout_s:g} s or longer, or {path} "
                f"cannot be locked ({error}). Let it end, then try again."
            )
            raise StorageError(message) from error
        yield
