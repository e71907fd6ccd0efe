"""At most so many rows of each person: which ones stay depends on that person's own rows and the key, and on no other.

So one person more or less changes at most that many rows of what is left. Persons are told apart by 128 bits of a keyed
hash, and the rows of one by 64 bits: what is held of a table is as much a row, whatever is in it.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from synth_assets.errors import ProtectionError
from synth_assets.protect.places import places_within
from synth_assets.storage.key import hashes_from, keyed_hash, keyed_hashes

MOST_ROWS = 1_000
"""Of one person: a bound against slips of the keyboard."""

PERSON = ("person, first half", "person, second half")
"""The 128 bits; with 64, two of 10,000,000 persons would pass for one with a chance of 3e-6, above a usual delta."""

LOT, ORDER = "lot", "order"
_NAME = "person"


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
    several = pl.DataFrame({_NAME: persons}).select(pl.len().over(_NAME) > most).to_series() | persons.is_null()
    stays = (~several).to_numpy(writable=True)
    stays[several.to_numpy()] = owners_of(table.filter(several), persons.filter(several), key).first(most)
    return pl.Series(stays)


@dataclass(frozen=True, eq=False)
class Owners:
    """Whose row each is, in 32 bytes a row whatever persons are called.

    Attributes:
        column: The column that names them, for messages.
        hashes: Numbers of 64 bits, shape (rows, 4): the keyed hash of the person (``PERSON``), the one that decides on
            holding the person out (``LOT``), and the row's place among its person's (``ORDER``). The first three are
            missing where no person is named.
    """

    column: str
    hashes: pl.DataFrame

    def first(self, most: int) -> np.ndarray:
        """Which rows are among the first ``most`` of their person; booleans, shape (rows,).

        Raises:
            ProtectionError: A row names no person.
        """
        missing = self.hashes[LOT].null_count()
        if missing:
            message = (
                f"Column {self.column!r} names no person in {missing} row(s), and whose rows they are is not known. "
                "Fill them or remove these rows first."
            )
            raise ProtectionError(message)
        halves = [self.hashes[half].to_numpy() for half in PERSON]
        return places_within(halves, self.hashes[ORDER].to_numpy()) < most


def owners_of(rows: pl.DataFrame, persons: pl.Series, key: bytes) -> Owners:
    """Whose row each is.

    Args:
        rows: What of a row decides its place among its person's. Shape (rows, columns).
        persons: Whose row each is, shape (rows,).
        key: For the hashes.
    """
    distinct = persons.drop_nulls().unique()
    names = [str(name) for name in distinct]
    hashes, lots = keyed_hashes(key, _NAME, names), keyed_hashes(key, "hold-out", names)
    known = pl.DataFrame([*hashes.T[:2], lots.T[0]], [*PERSON, LOT])
    places = persons.replace_strict(distinct, pl.int_range(len(distinct), eager=True), default=None)
    found = known.select(pl.all().gather(places))
    return Owners(persons.name, found.with_columns(pl.Series(ORDER, _orders(rows, persons, key))))


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


def _orders(rows: pl.DataFrame, persons: pl.Series, key: bytes) -> np.ndarray:
    """The first 64 bits of a keyed hash of each row with its person."""
    subkey = keyed_hash(key, "which rows of a person stay", b"")
    return hashes_from(hmac.new(subkey, digestmod="sha256"), row_texts([persons, *rows.get_columns()]))[:, 0]


def row_texts(columns: Sequence[pl.Series]) -> pl.Series:
    """All values of each row as one text; no two different rows read the same."""
    texts = pl.DataFrame([_as_text(held).alias(str(at)) for at, held in enumerate(columns)])
    return texts.select(pl.concat_str(pl.all())).to_series()


def _as_text(values: pl.Series) -> pl.Series:
    """Values as text, each with its length before it, so that no two rows read the same."""
    text = pl.DataFrame({"text": values.cast(pl.String)})
    length = pl.col("text").str.len_bytes().cast(pl.String).fill_null("-")
    return text.select(pl.concat_str(length, pl.lit(":"), pl.col("text").fill_null(""))).to_series()
