"""At most so many rows of each person: which ones stay depends on that person's own rows and the key, and on no other.

So one person more or less changes at most that many rows of what is left.
"""

import hmac
from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl

from synth_assets.errors import ProtectionError
from synth_assets.storage.key import keyed_hash

MOST_ROWS = 1_000
"""Of one person: a bound against slips of the keyboard."""

_PERSON, _PLACE, _ORDER = "person", "place", "order"


def first_rows(table: pl.DataFrame, persons: pl.Series, most: int, key: bytes) -> pl.Series:
    """Which rows are among the first ``most`` of their person, in the order of a keyed hash of the row.

    Args:
        table: What of a row decides; rows alike in it may stand for each other. Shape (rows, columns).
        persons: Whose row each is, nothing missing; shape (rows,).
        most: At least 1; see ``check_most``.
        key: Who has it can tell which rows stay.

    Returns:
        True for rows that stay, shape (rows,).

    Raises:
        ProtectionError: A row names no person.

    >>> first_rows(pl.DataFrame({"a": [1, 2, 3]}), pl.Series([7, 7, 8]), 1, b"secret").sum()
    2
    """
    return first_rows_of([table], persons, most, key)


def first_rows_of(batches: Iterable[pl.DataFrame], persons: pl.Series, most: int, key: bytes) -> pl.Series:
    """As ``first_rows``, of a table that comes in batches.

    Raises:
        ProtectionError: A row names no person.
    """
    missing = persons.null_count()
    if missing:
        message = (
            f"Column {persons.name!r} names no person in {missing} row(s), and whose rows they are is not known. Fill "
            "them or remove these rows first."
        )
        raise ProtectionError(message)
    held = pl.DataFrame({_PERSON: persons, _PLACE: pl.int_range(len(persons), eager=True)})
    frequent = held.group_by(_PERSON).len().filter(pl.col("len") > most)[_PERSON]
    several = held.filter(pl.col(_PERSON).is_in(frequent.implode()))
    ranked = several.with_columns(_orders(batches, several, key)).sort(_PERSON, _ORDER, _PLACE)
    later = ranked.filter(pl.int_range(pl.len()).over(_PERSON) >= most)[_PLACE]
    stays = np.ones(len(persons), dtype=bool)
    stays[later.to_numpy()] = False
    return pl.Series(stays)


def _orders(batches: Iterable[pl.DataFrame], several: pl.DataFrame, key: bytes) -> pl.Series:
    """The keyed hashes of some rows.

    Args:
        batches: The whole table.
        several: Places of the rows, ascending, and their persons.
        key: For the hash.
    """
    found, start = [pl.Series(dtype=pl.Binary)], 0
    for batch in batches if len(several) else ():
        end = start + len(batch)
        own = several.filter(pl.col(_PLACE).is_between(start, end, closed="left"))
        found.append(_hashes(batch[own[_PLACE] - start], own[_PERSON], key))
        start = end
    return pl.concat(found).alias(_ORDER)


def check_most(most: object) -> None:
    """Refuse a number of rows of one person that cannot be.

    Raises:
        ProtectionError: It is not a whole number from 1 to ``MOST_ROWS``.
    """
    if isinstance(most, bool) or not isinstance(most, int) or not 1 <= most <= MOST_ROWS:
        message = (
            f"max_rows_per_person is {most!r}. Allowed: whole numbers from 1 to {MOST_ROWS:,}; the fewer, the less "
            "noise is needed, and the more rows are left out."
        )
        raise ProtectionError(message)


def _hashes(rows: pl.DataFrame, persons: pl.Series, key: bytes) -> pl.Series:
    """A keyed hash of each row with its person."""
    subkey = keyed_hash(key, "which rows of a person stay", b"")
    whole = row_texts([persons, *rows.get_columns()])
    digests = [hmac.digest(subkey, text.encode("utf-8", "surrogatepass"), "sha256") for text in whole]
    return pl.Series(digests, dtype=pl.Binary)


def row_texts(columns: Sequence[pl.Series]) -> pl.Series:
    """All values of each row as one text; no two different rows read the same."""
    texts = pl.DataFrame([_as_text(held).alias(str(at)) for at, held in enumerate(columns)])
    return texts.select(pl.concat_str(pl.all())).to_series()


def _as_text(values: pl.Series) -> pl.Series:
    """Values as text, each with its length before it, so that no two rows read the same."""
    text = pl.DataFrame({"text": values.cast(pl.String)})
    length = pl.col("text").str.len_bytes().cast(pl.String).fill_null("-")
    return text.select(pl.concat_str(length, pl.lit(":"), pl.col("text").fill_null(""))).to_series()
