"""What identifies a table's content or a file. It must not hash a table without a key: rows could be guessed."""

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

import numpy as np
import polars as pl

from synth_assets.errors import StorageError
from synth_assets.frames import BatchedTable, Frame, in_order

Part: TypeAlias = tuple[bytes, bytes | memoryview]

_TEXT = (pl.String, pl.Categorical, pl.Enum)
_WITHOUT_NUMBERS = (pl.Decimal, pl.Int128, pl.UInt128)


def fingerprint(table: Frame | BatchedTable, key: bytes) -> str:
    """HMAC-SHA256 of a table: column names and types, values, nulls and the order of rows and columns.

    Tables that hold the same rows have one fingerprint, however they were built: batches, chunks and slices do not
    matter, categories count as their text, 0.0 as -0.0, and all NaN as one. A table that is not in memory is read in
    batches.

    Args:
        table: Columns of any type but ``pl.Object`` and ``pl.Array``.
        key: From ``project_key``.

    Returns:
        64 hexadecimal characters.

    Raises:
        SynthAssetsError: It is no table, cannot be read, or has a column of a type that cannot be hashed.
    """
    rows, parts = 0, {}
    with closing(in_order(table)) as batches:
        for batch in batches:
            rows += len(batch)
            for name, part in _parts(batch):
                parts.setdefault(name, hmac.new(key, digestmod="sha256")).update(part)
    whole = hmac.new(key, f"table of {rows} rows".encode(), "sha256")
    for name, digest in parts.items():
        whole.update(len(name).to_bytes(8, "big") + name + digest.digest())
    return whole.hexdigest()


def hash_file(path: Path) -> str:
    """SHA-256 of a file's bytes, read in pieces. Not for an open warehouse.

    Returns:
        64 hexadecimal characters.

    Raises:
        StorageError: The file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        message = f"Cannot read {path}: {error.strerror}. Allowed: a file that this user may read."
        raise StorageError(message) from error


def _parts(batch: pl.DataFrame) -> Iterator[Part]:
    """What is hashed apart, in an order that only the columns decide; parts of batches join to those of the table."""
    for place, column in enumerate(batch.get_columns()):
        yield from _column_parts(column, b"column %d %b" % (place, _named(column.name)))


def _column_parts(column: pl.Series, name: bytes) -> Iterator[Part]:
    dtype = column.dtype
    name = b"%b: %b" % (name, _type_name(dtype).encode())
    yield name, _bytes_of(column.is_null())
    if isinstance(dtype, pl.Struct):
        for place, field in enumerate(column.struct.fields):
            inner = b"%b, field %d %b" % (name, place, _named(field))
            yield from _column_parts(column.struct.field(field).set(column.is_null(), None), inner)
    elif isinstance(dtype, pl.List):
        yield name + b", lengths", _bytes_of(column.list.len().cast(pl.Int64))
        yield from _column_parts(column.drop_nulls().explode(empty_as_null=False), name + b", items")
    elif isinstance(dtype, (*_TEXT, pl.Binary)):
        yield from _text_parts(column.cast(pl.Binary) if dtype == pl.Binary else column.cast(pl.String), name)
    elif isinstance(dtype, _WITHOUT_NUMBERS):
        yield from _text_parts(column.cast(pl.String), name)
    elif not isinstance(dtype, pl.Null):
        yield name + b", values", _bytes_of(column)


def _named(name: str) -> bytes:
    """A name with its length before it, so that no other text around it reads the same."""
    encoded = name.encode("utf-8", "surrogatepass")
    return b"%d %b" % (len(encoded), encoded)


def _text_parts(column: pl.Series, name: bytes) -> Iterator[Part]:
    """The lengths of the values and their bytes, without what lies under a null."""
    filled = column.fill_null(b"" if column.dtype == pl.Binary else "")
    array = filled.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    _, offsets, values = array.buffers()
    positions = np.frombuffer(offsets or b"", dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    yield name + b", lengths", np.diff(positions).data.cast("B") if len(positions) else b""
    yield (
        name + b", bytes",
        memoryview(values)[positions[0] : positions[-1]] if values is not None and len(positions) else b"",
    )


def _bytes_of(column: pl.Series) -> bytes | memoryview:
    return _numbers(column).data.cast("B") if len(column) else b""


def _numbers(column: pl.Series) -> np.ndarray:
    """One number a row: 0 under a null, one kind of NaN and one kind of zero."""
    physical = column.cast(pl.UInt8) if column.dtype == pl.Boolean else column.to_physical()
    if not physical.dtype.is_numeric():
        message = f"Column {column.name!r} of type {column.dtype.base_type()} cannot be hashed. Convert or drop it."
        raise StorageError(message)
    numbers = np.ascontiguousarray(physical.fill_null(0).rechunk().to_numpy())
    if not physical.dtype.is_float():
        return numbers
    numbers = numbers + numbers.dtype.type(0)
    numbers[np.isnan(numbers)] = np.nan
    return numbers


def _type_name(dtype: pl.DataType) -> str:
    """Our own name of a type, so that a fingerprint does not change with polars' way of printing types."""
    if isinstance(dtype, _TEXT):
        return "String"
    if isinstance(dtype, pl.Datetime):
        return f"Datetime {dtype.time_unit} {dtype.time_zone}"
    if isinstance(dtype, pl.Decimal):
        return f"Decimal {dtype.scale}"
    if isinstance(dtype, pl.Duration):
        return f"Duration {dtype.time_unit}"
    return str(dtype.base_type())
