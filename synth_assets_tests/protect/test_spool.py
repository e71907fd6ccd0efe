"""A table that is de-identified in batches comes out as the whole table would, and so does whose rows they are."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal, assert_series_equal

from synth_assets.errors import ProtectionError
from synth_assets.protect import direct_identifiers
from synth_assets.protect.deidentify import deidentify
from synth_assets.protect.persons import first_rows, owners_of
from synth_assets.protect.recode import KeepOnly
from synth_assets.protect.spool import Spooled, spool
from synth_assets.protect.steps import Drop, LookUp, Pseudonymise, Step, Tools
from synth_assets.protect.units import units
from synth_assets.storage.fingerprint import fingerprint

KEY = b"a key for tests, of at least 32 characters"
ROWS = 1_000
WARDS = pl.DataFrame({"ward": ["north", "south"], "site": ["a", "b"]})
TOOLS = Tools(KEY, {"wards": WARDS})
STEPS: list[Step] = [
    LookUp("ward", "wards", "ward", "site", "site", "why"),
    Pseudonymise("ward", "ward id", ("wards", "ward"), "why", digits=2),
    KeepOnly("sex", ("F", "M"), "why"),
    Drop(("person",), "why"),
]
COLUMNS = ["sex", "age", "site", "ward id"]


@dataclass
class Batched:
    table: pl.DataFrame
    size: int
    rows: int | None = None

    def batches(self) -> Iterator[pl.DataFrame]:
        yield from self.table.iter_slices(self.size) if len(self.table) else [self.table]


def table(rows: int = ROWS) -> pl.DataFrame:
    rng = np.random.default_rng(2)
    wards = ["north", "south", *(f"unforeseen {place}" for place in range(20)), None]
    return pl.DataFrame(
        {
            "person": rng.integers(0, max(rows // 3, 1), rows),
            "sex": rng.choice(["F", "M", "X"], rows),
            "age": rng.integers(0, 5, rows),
            "ward": pl.Series(wards)[rng.integers(0, len(wards), rows)],
        }
    )


def spooled(folder: Path, held: pl.DataFrame, size: int = 17, person: str | None = "person") -> Spooled:
    return spool(Batched(held, size), STEPS, TOOLS, COLUMNS, person, folder / "spool.parquet")


@pytest.mark.parametrize("size", [1, 17, 999, 5_000])
def test_batches_come_out_as_the_whole_table_would(tmp_path: Path, size: int):
    whole = deidentify(table(), STEPS, TOOLS, columns=COLUMNS)
    found = spooled(tmp_path, table(), size)

    assert_frame_equal(pl.concat(found.batches()), whole.table)
    assert found.outcomes == whole.outcomes
    assert (found.rows_in, found.rows) == (ROWS, len(whole.table))
    assert found.rows_lost_without_reason == 0
    assert found.persons is not None
    owners = owners_of(whole.table, table()["person"].gather(whole.sources), KEY)
    assert_frame_equal(found.persons.hashes, owners.hashes)
    assert fingerprint(found, KEY) == fingerprint(whole.table, KEY)


def test_findings_of_batches_are_added_up(tmp_path: Path):
    held = pl.DataFrame({"note": ["SW1A 1AA", "x", "E1 6AN", "x"], "phone": [1, 2, 3, 4]})
    found = spool(Batched(held, 1), [], TOOLS, held.columns, None, tmp_path / "x.parquet")
    assert set(found.findings) == set(direct_identifiers(held))


def test_an_empty_table_keeps_its_columns(tmp_path: Path):
    found = spooled(tmp_path, table().clear())
    [batch] = found.batches()
    assert batch.columns == COLUMNS
    assert (found.rows, found.rows_in) == (0, 0)


def test_an_unknown_person_column_is_refused_and_leaves_no_file(tmp_path: Path):
    with pytest.raises(ProtectionError, match="person_column is 'patient', which the source does not have"):
        spooled(tmp_path, table(), person="patient")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("person", ["person", None])
@pytest.mark.parametrize("most", [1, 2])
def test_whose_rows_they_are_does_not_depend_on_batches(tmp_path: Path, person: str | None, most: int):
    found = spooled(tmp_path, table(), person=person)
    whole = pl.concat(found.batches())
    told = [
        pl.concat(units(read, found.rows, found.persons, most=most, hold_out=0.2, key=KEY).batches())
        for read in (lambda: iter([whole]), lambda: whole.iter_slices(13), found.batches)
    ]
    assert_frame_equal(told[0], told[1])
    assert_frame_equal(told[0], told[2])
    if person:
        persons = table()["person"].gather(deidentify(table(), STEPS, TOOLS, columns=COLUMNS).sources)
        assert_series_equal(told[0]["counted"], first_rows(whole, persons, most, KEY), check_names=False)


def test_a_persons_rows_are_held_out_together_and_a_fifth_of_persons_is(tmp_path: Path):
    found = spooled(tmp_path, table(9_000))
    told = pl.concat(units(found.batches, found.rows, found.persons, most=1, hold_out=0.2, key=KEY).batches())
    by_person = told.group_by("person").agg(
        pl.col("held_out").n_unique().alias("kinds"),
        pl.col("held_out").first(),
        (pl.col("counted") & ~pl.col("held_out")).sum().alias("described"),
    )
    people = len(by_person)
    assert by_person["kinds"].max() == 1
    assert abs(by_person["held_out"].mean() - 0.2) < 4 * (0.16 / people) ** 0.5  # pyrefly: ignore[unsupported-operation]  # a mean of booleans
    assert by_person.filter(~pl.col("held_out"))["described"].max() == 1


def test_rows_alike_are_held_out_one_by_one():
    alike = pl.DataFrame({"a": [1] * 2_000})
    told = pl.concat(units(lambda: alike.iter_slices(300), 2_000, None, most=1, hold_out=0.2, key=KEY).batches())
    assert abs(int(told["held_out"].sum()) - 400) < 4 * (2_000 * 0.16) ** 0.5
