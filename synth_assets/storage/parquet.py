"""Tables as Parquet files that appear whole or not at all. It must not decide which table may leave."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from synth_assets.errors import StorageError
from synth_assets.frames import BATCH_ROWS, BatchedTable, Frame, in_order, is_batched
from synth_assets.storage.files import temporary_sibling
from synth_assets.storage.incoming import Incoming

ROW_GROUP_ROWS = BATCH_ROWS
"""All row groups but the last have as many rows, however the table comes, so that the same rows give the same bytes."""

_CATEGORIES = (pl.Categorical, pl.Enum)
_UNKNOWN = (pl.Object, pl.Int128, pl.UInt128)


@dataclass(frozen=True, slots=True)
class ParquetFile:
    """A Parquet file that is read in batches.

    Attributes:
        path: The file; it must stay as it is.
    """

    path: Path

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return pq.read_metadata(self.path).num_rows

    def batches(self) -> Iterator[pl.DataFrame]:
        """The rows in order; one batch at least."""
        whole = pl.scan_parquet(self.path, glob=False)
        for start in range(0, max(self.rows, 1), BATCH_ROWS):
            yield whole.slice(start, BATCH_ROWS).collect()


def write_parquet(table: Frame | BatchedTable, path: Path | str) -> None:
    """Write a Parquet file, compressed with zstd, a row group at a time; it replaces the file that is there at the end.

    Columns keep their order and types, time zones included; categories become text. The same rows give the same bytes,
    under one version of pyarrow.

    Args:
        table: Any frame, or a table that comes in batches, which may be larger than memory.
        path: The file; its folder is created.

    Raises:
        SynthAssetsError: It is no table that can be read, its rows cannot be made, or the file cannot be written. The
            old file stands, and no temporary file stays.
    """
    path = Path(path)
    try:
        with closing(in_order(table)) as batches, temporary_sibling(path) as temporary:
            whole = Incoming(next(batches), batches, table.rows if is_batched(table) else None)
            _write(_row_groups(whole.batches()), temporary)
            temporary.replace(path)
    except OSError as error:
        reason = f"{error.strerror or type(error).__name__}. Give a path in a folder that this user may write to."
    except pa.ArrowException as error:
        reason = f"{type(error).__name__}. Give each column one type, of those that Parquet has."
    else:
        return
    message = f"Cannot write {path}: {reason}"
    raise StorageError(message)


def _write(groups: Iterator[pa.Table], path: Path) -> None:
    first = next(groups)
    with pq.ParquetWriter(path, first.schema, compression="zstd") as writer:
        for group in chain([first], groups):
            writer.write_table(group, row_group_size=ROW_GROUP_ROWS)


def _row_groups(batches: Iterator[pl.DataFrame]) -> Iterator[pa.Table]:
    """Batches joined and cut into row groups; one group at least."""
    held = next(batches)
    for batch in chain([held.clear()], batches):
        held = pl.concat([held, batch])
        while len(held) > ROW_GROUP_ROWS:
            yield _as_arrow(held.head(ROW_GROUP_ROWS))
            held = held.slice(ROW_GROUP_ROWS)
    yield _as_arrow(held)


def _as_arrow(group: pl.DataFrame) -> pa.Table:
    odd = [name for name, kind in group.schema.items() if isinstance(kind, _UNKNOWN)]
    if odd:
        message = f"Column(s) {', '.join(odd)} are of a type that Parquet does not have. Convert or drop them."
        raise StorageError(message)
    text = [name for name, kind in group.schema.items() if isinstance(kind, _CATEGORIES)]
    return group.cast(dict.fromkeys(text, pl.String)).rechunk().to_arrow()
