"""Printing to whoever may stop listening: ``synth-assets run | head`` goes on, and ends as it would have."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TextIO


class Patient:
    """A stream that takes text when its reader is gone, and drops it."""

    def __init__(self, stream: TextIO) -> None:
        """A stream over another.

        Args:
            stream: Where text goes as long as somebody reads it.
        """
        self._stream = stream

    def write(self, text: str) -> int:
        """Write text, or drop it."""
        try:
            return self._stream.write(text)
        except BrokenPipeError:
            self._drop()
            return len(text)

    def flush(self) -> None:
        """Flush, or drop what is left."""
        try:
            self._stream.flush()
        except BrokenPipeError:
            self._drop()

    def __getattr__(self, name: str) -> object:
        """Everything else is the stream's."""
        return getattr(self._stream, name)

    def _drop(self) -> None:
        """Have the stream lead nowhere, for Python flushes it once more at its end."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)


@contextmanager
def patient_output() -> Generator[None]:
    """Standard output and errors are ``Patient`` inside the ``with`` block, and flushed at its end."""
    out, err = Patient(sys.stdout), Patient(sys.stderr)
    with redirect_stdout(out), redirect_stderr(err):  # pyrefly: ignore[bad-specialization]  # as good as streams
        try:
            yield
        finally:
            out.flush()
            err.flush()
