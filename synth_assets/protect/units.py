"""Whose row each row of a de-identified table is, as keyed hashes, and which rows may be described. Never exported."""

from collections.abc import Callable, Iterator

import polars as pl

from synth_assets.protect.persons import first_rows_of, row_texts
from synth_assets.storage.key import keyed_hash

UNIT_COLUMNS = {
    "row": "The row's place in the de-identified table, from 0",
    "person": "Keyed hash of the person; the row's own number where no person is named",
    "held_out": "Whether no description may see the person, so that attacks can be measured against them",
    "counted": "Whether the row is among the first of its person, as many as may be described",
    "described": "Whether descriptions may read the row: counted, and not held out",
}


def units(  # noqa: PLR0913 - whose rows, how many of each, how many persons aside, and under which key
    read: Callable[[], Iterator[pl.DataFrame]],
    rows: int,
    persons: pl.Series | None,
    *,
    most: int,
    hold_out: float,
    key: bytes,
) -> pl.DataFrame:
    """One row for each row of a de-identified table, in its order.

    Args:
        read: Reads the table from its first row on, in batches.
        rows: How many it has.
        persons: Whose row each is, shape (rows,); ``None`` where every row is somebody else's.
        most: Of each person so many rows are described, at least 1.
        hold_out: The share of persons that no description sees, from 0 to below 1. Chosen by a keyed hash of the
            person, so that it is the same ones each time; where no person is named, of the row's content and of how
            many rows alike came before it.
        key: The project's key.

    Returns:
        Columns ``row``, ``person``, ``held_out``, ``counted`` and ``described``; see ``UNIT_COLUMNS``.

    Raises:
        ProtectionError: A row names no person.
    """
    places = pl.int_range(rows, eager=True).alias("row")
    aside = pl.repeat(value=False, n=rows, eager=True)
    if persons is None:
        counted, names = pl.repeat(value=True, n=rows, eager=True), places.cast(pl.String)
        if hold_out:
            aside = _rows_aside(read, hold_out, key)
    else:
        counted = first_rows_of(read(), persons, most, key)
        names = _mapped(persons, lambda name: keyed_hash(key, "person", name).hex()[:32], pl.String)
        if hold_out:
            aside = _mapped(persons, lambda name: _is_aside(name, hold_out, key), pl.Boolean)
    flags = {"held_out": aside, "counted": counted, "described": counted & ~aside}
    return pl.DataFrame({"row": places, "person": names, **flags}, _SCHEMA)


_SCHEMA = {
    "row": pl.Int64,
    "person": pl.String,
    "held_out": pl.Boolean,
    "counted": pl.Boolean,
    "described": pl.Boolean,
}


def _rows_aside(read: Callable[[], Iterator[pl.DataFrame]], share: float, key: bytes) -> pl.Series:
    """Whether each row is held out, by its content and by how many rows alike came before it."""
    alike = pl.concat([row_texts(list(batch.get_columns())).hash() for batch in read()])  # only says which are alike
    before = pl.DataFrame({"alike": alike}).select(pl.int_range(pl.len()).over("alike")).to_series()
    found, start = [], 0
    for batch in read():
        texts = row_texts(list(batch.get_columns())) + before.slice(start, len(batch)).cast(pl.String)
        found.append(pl.Series([_is_aside(text, share, key) for text in texts], dtype=pl.Boolean))
        start += len(batch)
    return pl.concat(found)


def _mapped(persons: pl.Series, value: Callable[[str], object], dtype: type[pl.DataType]) -> pl.Series:
    """A value for each row, worked out once a person."""
    distinct = persons.unique()
    parts = [pl.Series([value(str(name)) for name in part], dtype=dtype) for part in _parts(distinct)]
    return persons.replace_strict(distinct, pl.concat(parts), return_dtype=dtype)


def _parts(values: pl.Series) -> Iterator[pl.Series]:
    """Slices, so that not all values are Python's at once; one at least."""
    for start in range(0, max(len(values), 1), _AT_ONCE):
        yield values.slice(start, _AT_ONCE)


_AT_ONCE = 100_000


def _is_aside(name: str, share: float, key: bytes) -> bool:
    return int.from_bytes(keyed_hash(key, "hold-out", name)[:8], "big") < share * 2**64
