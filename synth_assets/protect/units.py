"""Whose row each row of a de-identified table is, as keyed hashes, and which rows may be described. Never exported."""

from collections.abc import Iterable

import polars as pl

from synth_assets.errors import ProtectionError
from synth_assets.protect.deidentify import Deidentified
from synth_assets.protect.persons import first_rows
from synth_assets.storage.key import keyed_hash

UNIT_COLUMNS = {
    "row": "The row's place in the de-identified table, from 0",
    "person": "Keyed hash of the person; the row's own number where no person is named",
    "described": "Whether descriptions may read the row",
}


def units(result: Deidentified, source: pl.DataFrame, person_column: str | None, most: int, key: bytes) -> pl.DataFrame:
    """One row for each row of the de-identified table, in its order.

    Args:
        result: From ``deidentify``.
        source: The sensitive table that it came from.
        person_column: The column of ``source`` that says whose row each is; ``None`` where every row is somebody
            else's.
        most: Of each person so many rows are described, at least 1.
        key: The project's key.

    Returns:
        Columns ``row``, ``person`` and ``described``; see ``UNIT_COLUMNS``.

    Raises:
        ProtectionError: There is no such column, or a row names no person.
    """
    rows = pl.int_range(len(result.table), eager=True).alias("row")
    if person_column is None:
        own, all_of_them = rows.cast(pl.String), pl.repeat(value=True, n=len(rows), eager=True)
        return pl.DataFrame({"row": rows, "person": own, "described": all_of_them}, _SCHEMA)
    if person_column not in source.columns:
        message = (
            f"person_column is {person_column!r}, which the source does not have. Allowed: {', '.join(source.columns)}."
        )
        raise ProtectionError(message)
    persons = source[person_column].gather(result.sources)
    described = first_rows(result.table, persons, most, key)
    distinct = persons.unique()
    named = dict(zip(distinct, _hashed(key, map(str, distinct)), strict=True))
    hashes = persons.replace_strict(list(named), list(named.values()), return_dtype=pl.String)
    return pl.DataFrame({"row": rows, "person": hashes, "described": described}, _SCHEMA)


_SCHEMA = {"row": pl.Int64, "person": pl.String, "described": pl.Boolean}


def _hashed(key: bytes, names: Iterable[str]) -> list[str]:
    return [keyed_hash(key, "person", name).hex()[:32] for name in names]
