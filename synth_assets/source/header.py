"""The header line of a text file: its columns' names, and what stands between values."""

import csv
import gzip
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from synth_assets.errors import SourceError
from synth_assets.source.text_faults import refuse_other_encodings

DELIMITERS = (",", ";", "\t", "|")
"""Tried in this order; the one that parts the header into most names is taken."""


def header(path: Path, delimiter: str | None) -> tuple[list[str], str]:
    """The names in the first line, and the delimiter.

    Args:
        path: A text file in UTF-8, compressed where its name ends in ``.gz``.
        delimiter: Between values; found where ``None``.

    Raises:
        SourceError: The file cannot be read or is empty, or a name is empty, comes twice or goes over two lines.
    """
    found = {one: _first(path, one) for one in ([delimiter] if delimiter else DELIMITERS)}
    best = max(found, key=lambda one: len(found[one]))
    names = found[best]
    if not any(names):
        message = f"{path} is empty. The first line must name the columns."
        raise SourceError(message)
    empty = [str(place + 1) for place, name in enumerate(names) if not name.strip()]
    twice = sorted({name for name in names if [one.lower() for one in names].count(name.lower()) > 1})
    if empty or twice:
        what = (
            f"no name for column(s) {', '.join(empty)}" if empty else f"more than one column called {', '.join(twice)}"
        )
        message = f"The first line of {path} has {what}. Give every column a name of its own."
        raise SourceError(message)
    if any("\n" in name or "\r" in name for name in names):
        message = f"The first line of {path} has a name that goes over two lines. Write every name on one."
        raise SourceError(message)  # DuckDB then reads no row at all, and says nothing, where lines end as in Windows
    return names, best


def _first(path: Path, delimiter: str) -> list[str]:
    try:
        with _opened(path) as file:
            return next(csv.reader(file, delimiter=delimiter), [])
    except UnicodeDecodeError:
        refuse_other_encodings(path)
        raise
    except (OSError, EOFError, csv.Error) as error:
        message = f"Cannot read {path}: {getattr(error, 'strerror', None) or type(error).__name__}."
        raise SourceError(message) from error


@contextmanager
def _opened(path: Path) -> Generator[IO[str]]:
    opened = gzip.open if path.name.lower().endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:  # pyrefly: ignore[no-matching-overload]  # either
        yield file
