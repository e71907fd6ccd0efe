"""The files of a release: marks of what is in them, rows as CSV, and the folder that appears whole or not at all."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from synth_assets.frames import in_order
from synth_assets.storage.fingerprint import fingerprint

_LOCAL = "%Y-%m-%dT%H:%M:%S%.f"


@dataclass(frozen=True, slots=True)
class FileMark:
    """What a file is known by.

    Attributes:
        sha256: Of its content, in hexadecimal.
        size: In bytes.
    """

    sha256: str
    size: int


def mark_of(path: Path) -> FileMark:
    """The mark of a file, read in pieces."""
    with path.open("rb") as file:
        return FileMark(hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size)


def marks_of(folder: Path) -> Mapping[str, FileMark]:
    """The marks of all files of a folder, by name and in its order."""
    return {path.name: mark_of(path) for path in sorted(folder.iterdir())}


def write_csv(parquet: Path, path: Path) -> None:
    """Write the rows of a Parquet file as CSV (RFC 4180, but with line feeds), a batch at a time.

    UTF-8 with a header. A missing value is nothing at all, an empty text is ``""``. Dates and times are as ISO 8601
    has them, with their offset where the column has a zone; numbers are written so that they read back the same.

    Args:
        parquet: The rows.
        path: The new file.
    """
    with closing(in_order(pl.scan_parquet(parquet, glob=False))) as batches, path.open("wb") as file:
        file.writelines(_as_csv(batches))


def content_of(parquet: Path, key: bytes) -> tuple[str, str]:
    """What a Parquet file holds, read once: the keyed fingerprint of its rows, and the SHA-256 of them as CSV."""
    digest = hashlib.sha256()
    with closing(in_order(pl.scan_parquet(parquet, glob=False))) as batches:
        return fingerprint(_Watched(batches, digest), key), digest.hexdigest()


class _Watched:
    """Batches that are also written as CSV into a hash as they go by; to be read once."""

    rows = None

    def __init__(self, batches: Iterator[pl.DataFrame], digest: "hashlib._Hash") -> None:
        self._batches, self._digest = batches, digest

    def batches(self) -> Iterator[pl.DataFrame]:
        header = True
        for batch in self._batches:
            self._digest.update(_lines(batch, header=header))
            header = False
            yield batch


def _as_csv(batches: Iterator[pl.DataFrame]) -> Iterator[bytes]:
    header = True
    for batch in batches:
        yield _lines(batch, header=header)
        header = False


def _lines(batch: pl.DataFrame, *, header: bool) -> bytes:
    return _as_text(batch).write_csv(include_header=header).encode()


def _as_text(batch: pl.DataFrame) -> pl.DataFrame:
    """The batch with moments as text."""
    moments = {name: kind for name, kind in batch.schema.items() if isinstance(kind, pl.Datetime)}
    return batch.with_columns(
        batch[name].dt.to_string(_LOCAL + "%:z" * (kind.time_zone is not None)) for name, kind in moments.items()
    )


def flush(folder: Path) -> None:
    """Have the disk hold a folder's files and their names before going on.

    Raises:
        OSError: It cannot.
    """
    for path in folder.iterdir():
        flush_names(path)
    flush_names(folder)


def flush_names(path: Path) -> None:
    """The same for one file, or for the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
