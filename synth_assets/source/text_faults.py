"""What is wrong with a text file that DuckDB cannot read: in which file, on which line. No value is told."""

import codecs
import gzip
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import duckdb

from synth_assets.errors import SourceError
from synth_assets.source.relations import said

_PIECE_BYTES = 1 << 20


@contextmanager
def told_of_text(place: str, paths: Sequence[Path]) -> Generator[None]:
    """DuckDB's errors as ours: which file, what is wrong and where, and no value.

    Raises:
        SourceError: DuckDB could not read.
    """
    try:
        yield
    except duckdb.Error as error:
        text = str(error)
    else:
        return
    path = next((path for path in paths if f"file = {path}\n" in text), None)
    where = place if path is None or len(paths) == 1 else f"{path.name} of {place}"
    if "unicode" in text or "utf-8" in text:
        for one in paths if path is None else [path]:
            refuse_other_encodings(one)
    message = f"Cannot read {where}: {said(text)}"
    raise SourceError(message)


def refuse_other_encodings(path: Path) -> None:
    """Refuse a file that is not in UTF-8, and say where; the whole file is looked at.

    Raises:
        SourceError: It is not.
    """
    found = first_fault(path)
    if found is not None:
        line, byte = found
        message = (
            f"Cannot read {path}: it is not in UTF-8; line {line:,} (byte {byte:,} of the text) is the first that "
            "cannot be read. Save it in that encoding; what Excel or Windows wrote is often in cp1252."
        )
        raise SourceError(message)


def first_fault(path: Path) -> tuple[int, int] | None:
    """Line and byte, from 1, of the first that is not UTF-8; none where all is."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = done = 0
    with _opened(path) as file:
        while True:
            piece = file.read(_PIECE_BYTES)
            held = len(decoder.getstate()[0])
            try:
                decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                return lines + error.object[: error.start].count(b"\n") + 1, done - held + error.start + 1
            if not piece:
                return None
            lines, done = lines + piece.count(b"\n"), done + len(piece)


def _opened(path: Path) -> IO[bytes]:
    compressed = path.name.lower().endswith(".gz")
    return gzip.open(path, "rb") if compressed else path.open("rb")  # pyrefly: ignore[bad-return]  # read alike
