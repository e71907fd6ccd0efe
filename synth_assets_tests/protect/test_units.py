"""Whose row each is and who is held out: as it was from the start, byte for byte, for it decides data versions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_series_equal

from synth_assets.errors import ProtectionError
from synth_assets.protect.persons import first_rows
from synth_assets.protect.recode import KeepOnly
from synth_assets.protect.spool import Spooled, spool
from synth_assets.protect.steps import Drop, Step, Tools
from synth_assets.protect.units import units
from synth_assets.storage.fingerprint import fingerprint

KEY = b"a key for tests, of at least 32 characters"
ROWS = 1_500
STEPS: list[Step] = [KeepOnly("sex", ("F", "M"), "why"), Drop(("person",), "why")]
COLUMNS = ["sex", "age", "cost", "day", "ward"]
KINDS = {
    "integer": pl.col("number"),
    "small integer": pl.col("number").cast(pl.UInt16),
    "text": pl.lit("Zoë ") + pl.col("number").cast(pl.String),
    "category": ("p" + pl.col("number").cast(pl.String)).cast(pl.Categorical),
    "float": pl.col("number") / 8,
    "date": pl.lit(date(1990, 1, 1)) + pl.duration(days="number"),
    "moment": pl.datetime(1990, 1, 1, 7, 30, time_zone="Europe/London") + pl.duration(minutes="number"),
    "record": pl.struct(pl.col("number") % 30, other=pl.col("number") // 30),
    "empty text": pl.when(pl.col("number") < 20).then(pl.lit("")).otherwise(pl.col("number").cast(pl.String)),
}


@dataclass
class Batched:
    table: pl.DataFrame
    size: int = 170
    rows: int | None = None

    def batches(self) -> Iterator[pl.DataFrame]:
        yield from self.table.iter_slices(self.size) if len(self.table) else [self.table]


def table(kind: str = "integer", rows: int = ROWS) -> pl.DataFrame:
    """Without a random generator, so that no library decides it: 400 persons, one to some rows each, many alike."""
    place = pl.int_range(rows)
    held = pl.DataFrame({"row": range(rows)}).select(
        number=place * place * 7 % 401,
        sex=pl.when(place % 19 == 0).then(pl.lit("X")).when(place % 2 == 0).then(pl.lit("F")).otherwise(pl.lit("M")),
        age=place % 3,
        cost=(place % 4) * 0.25,
        day=pl.lit(date(2019, 4, 1)) + timedelta(days=1) * (place % 2),
        ward=pl.when(place % 5 > 0).then(pl.lit("north")),
    )
    return held.with_columns(KINDS[kind].alias("person")).drop("number")


def spooled(folder: Path, held: pl.DataFrame, person: str | None = "person", size: int = 170) -> Spooled:
    return spool(Batched(held, size), STEPS, Tools(KEY, {}), COLUMNS, person, folder / "spool.parquet")


def told(found: Spooled, most: int = 2, hold_out: float = 0.2) -> pl.DataFrame:
    return pl.concat(units(found.batches, found.rows, found.persons, most=most, hold_out=hold_out, key=KEY).batches())


PINNED: dict[tuple[str | None, int, float], str] = {
    ("integer", 1, 0.2): "0bd6088ed455cf4b6bb9461dd51c2b4f16c832934837e69f7994e3835eb23aa8",
    ("integer", 2, 0.2): "dc2f0c6f3e0923c6406d297713c144bde430de68ab436643ddef21ba0769ff0b",
    ("integer", 3, 0.0): "8f36c08342ef7fb41ca5e5a782bbb378f1f76e5aa60bc6bec6d120f9a939ac76",
    ("integer", 1_000, 0.75): "f4d5f8d38ec4ea2540acec21bf3dd3feae7bb4893839a915985ea26d68ea24df",
    ("small integer", 2, 0.2): "dc2f0c6f3e0923c6406d297713c144bde430de68ab436643ddef21ba0769ff0b",
    ("text", 2, 0.2): "3630f3b3809ff7f1111cdb662708553b9243f1b5857a4304080ac02d405764a3",
    ("category", 2, 0.2): "68da33a776e0d59d73ba3c9085c8e91820e6969daac3ab438970a3c0f7f49700",
    ("float", 2, 0.2): "c94e2cd6b0df8f2025a70cb71ad75d666df7c52b43aef210daea95f2434bcf5a",
    ("date", 2, 0.2): "a291b93cea3a0f40a6f66936cbf27b2a046564d634ccf3cdac3e51bf309e01fc",
    ("moment", 2, 0.2): "b745d61c849bcb33c852c23b43534bc456e3a94e8b3ea1b62b2345beb3dbd163",
    ("record", 2, 0.2): "d7d9f38ed9adf6ade851722d5b6336c8bd79b26d5321fc0c0064e1b6c13fc0bc",
    ("empty text", 1, 0.5): "bc47a963df884db9e892cce767080d17ef6e3a93cfc0d66a56b968bb7b1a2d70",
    (None, 1, 0.2): "378ae2b7e53e585f853a739fac3ccacdcd81afb1cb2f11832845a42739ab30d9",
    (None, 1, 0.0): "63dee86f0711edacb05f242f62ec0bc860e3f13746ab9bd0785d5cd7bc1a9331",
}


@pytest.mark.parametrize(("kind", "most", "hold_out"), PINNED)
def test_units_are_those_of_before(tmp_path: Path, kind: str | None, most: int, hold_out: float):
    found = spooled(tmp_path, table(kind or "integer"), "person" if kind else None)
    assert fingerprint(told(found, most, hold_out), KEY) == PINNED[kind, most, hold_out]


def test_a_row_without_a_person_is_an_error_that_counts_those_that_are_left(tmp_path: Path):
    held = table("text").with_columns(pl.when(pl.int_range(ROWS) % 100 > 0).then(pl.col("person")).alias("person"))
    left = held.filter(pl.col("sex") != "X")["person"].null_count()
    found = spooled(tmp_path, held)
    with pytest.raises(ProtectionError, match=rf"Column 'person' names no person in {left} row\(s\)"):
        told(found)
    assert left == 14


@pytest.mark.parametrize("kind", [pl.Int64, pl.String, pl.Null])
def test_where_nobody_is_named_in_any_row_it_is_the_same_error(tmp_path: Path, kind: type[pl.DataType]):
    found = spooled(tmp_path, table().with_columns(pl.lit(None, kind).alias("person")))
    with pytest.raises(ProtectionError, match=rf"names no person in {found.rows} row\(s\)"):
        told(found)


@pytest.mark.parametrize("person", ["person", None])
def test_a_table_without_rows_has_units_without_rows(tmp_path: Path, person: str | None):
    none = told(spooled(tmp_path, table().clear(), person))
    assert len(none) == 0
    assert none.schema == told(spooled(tmp_path, table(), person)).schema


def test_which_rows_of_a_person_count_does_not_depend_on_how_a_column_is_stored(tmp_path: Path):
    """Rows are hashed before they are stored; what is read back must hash alike."""
    place = pl.int_range(ROWS)
    moment = pl.datetime(2019, 4, 1) + pl.duration(minutes=place % 7, nanoseconds=place % 3)
    held = table().with_columns(
        sex=pl.col("sex").cast(pl.Categorical),
        age=(place % 7 / 3).cast(pl.Float32),
        cost=(place % 7).cast(pl.Decimal(8, 2)) / 4,
        day=moment.cast(pl.Datetime("ns")).dt.replace_time_zone("Europe/London"),
        ward=pl.when(place % 5 > 0).then(moment.dt.time()),
    )
    found = spooled(tmp_path, held)
    stored, persons = pl.concat(found.batches()), held.filter(pl.col("sex") != "X")["person"]
    assert dict(stored.schema) == dict(held.select(COLUMNS).schema) | {"sex": pl.String}
    assert_series_equal(told(found, 1)["counted"], first_rows(stored, persons, 1, KEY), check_names=False)


def test_what_is_held_of_persons_does_not_grow_with_their_names(tmp_path: Path):
    long = table().with_columns(person=pl.lit("a name of sixty-four letters " * 3) + pl.col("person").cast(pl.String))
    for held in (table(), long):
        persons = spooled(tmp_path, held).persons
        assert persons is not None
        assert persons.hashes.schema.dtypes() == [pl.UInt64] * 4
