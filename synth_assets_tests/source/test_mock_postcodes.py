"""The made-up directory: plausible, valid, and not to be taken for a real one."""

import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from synth_assets.errors import SourceError
from synth_assets.source.deprivation import IMD_EDITIONS
from synth_assets.source.london_boroughs import BOROUGHS
from synth_assets.source.mock_postcodes import mock_postcodes
from synth_assets.source.postcodes import POSTCODE_PATTERN, POSTCODE_SCHEMA, lsoa_deprivation, read_postcodes

RANK = "Index of Multiple Deprivation"


def mock(seed: int = 1, **options: object) -> pl.DataFrame:
    return mock_postcodes(np.random.Generator(np.random.PCG64(seed)), **options)  # pyrefly: ignore[bad-argument-type]  # passed on


def test_the_mock_covers_london_plausibly():
    table = mock()
    areas = table.group_by("LSOA Code").agg(pl.len(), pl.col(RANK).first())
    assert table.height == table["Postcode"].n_unique() == 20_000
    assert table["Postcode"].str.contains(POSTCODE_PATTERN).all()
    assert table["District"].n_unique() == table["District Code"].n_unique() == 33
    assert areas["len"].mean() == pytest.approx(36, abs=1)
    assert areas["len"].is_between(6, 100).sum() > 0.95 * areas.height
    assert areas[RANK].n_unique() == areas.height
    assert areas[RANK].mean() == pytest.approx(15_200, rel=0.05)
    assert areas[RANK].std() == pytest.approx(8_090, rel=0.1)
    assert table["In Use?"].mean() == 0.55
    assert lsoa_deprivation(table)["Index of Multiple Deprivation Decile"].n_unique() == 10


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 3_000), st.integers(0, 2**32), st.sampled_from(sorted(IMD_EDITIONS)))
def test_a_mock_of_any_size_is_read_back_as_a_directory(
    tmp_path_factory: pytest.TempPathFactory, rows: int, seed: int, edition: str
):
    table = mock(seed, rows=rows, imd_edition=edition)
    path = tmp_path_factory.mktemp("mock") / "p.csv"
    table.with_columns(pl.when("In Use?").then(pl.lit("Yes")).otherwise(pl.lit("No")).alias("In Use?")).write_csv(path)
    assert_frame_equal(read_postcodes(path, imd_edition=edition), table)
    assert table.height == rows
    assert table["In Use?"].any()
    assert table["District"].n_unique() == min(rows, 33) or rows < 33


@pytest.mark.parametrize("rows", [174_060, 200_000])
def test_at_full_size_there_are_as_many_areas_as_in_london(rows: int):
    table = mock(rows=rows)
    assert table["LSOA Code"].n_unique() == 4_835
    assert table["Postcode"].n_unique() == rows
    counts = table.group_by("District").agg(pl.col("LSOA Code").n_unique())
    assert dict(counts.iter_rows()) == {borough.name: borough.lsoas for borough in BOROUGHS}


def test_terminated_postcodes_and_only_those_have_an_end_after_their_beginning():
    table = mock()
    assert (table["Terminated"].is_null() == table["In Use?"]).all()
    assert (table["Terminated"] > table["Introduced"]).drop_nulls().all()
    assert (table["Introduced"].dt.day() == 1).all()
    assert (table["Terminated"].dt.day() == 1).drop_nulls().all()


def test_every_area_lies_in_one_borough_with_one_name_and_rank():
    columns = ["District", "District Code", "Lower layer super output area", RANK]
    assert mock().group_by("LSOA Code").agg(pl.col(columns).n_unique()).select(pl.col(columns).max()).row(0) == (1,) * 4


def test_districts_belong_to_their_borough():
    table = mock().select("District", pl.col("Postcode").str.split(" ").list.first().alias("outward")).unique()
    districts = {borough.name: borough.districts.split() for borough in BOROUGHS}
    assert all(outward in districts[borough] for borough, outward in table.iter_rows())


def test_no_area_can_be_taken_for_a_real_one(real_postcode_file: Path):
    table, real = mock(rows=174_060), read_postcodes(real_postcode_file)
    assert min(table["LSOA Code"]) > max(real["LSOA Code"].drop_nulls())
    assert table["LSOA Code"].str.starts_with("E019").all()
    assert table["Lower layer super output area"].str.starts_with("Mock ").all()


def test_boroughs_are_the_real_ones(real_postcode_file: Path):
    real = (
        read_postcodes(real_postcode_file)
        .group_by("District Code", "District")
        .agg(pl.col("LSOA Code").n_unique(), pl.col("Postcode").str.split(" ").list.first().unique().alias("outward"))
    )
    assert {(b.code, b.name, b.lsoas) for b in BOROUGHS} == set(real.drop("outward").iter_rows())
    outward = dict(real.select("District", "outward").iter_rows())
    assert all(set(b.districts.split()) <= set(outward[b.name]) for b in BOROUGHS)


def test_the_same_seed_gives_the_same_directory_and_another_seed_another():
    assert_frame_equal(mock(5), mock(5))
    assert not mock(5).equals(mock(6))


@pytest.mark.parametrize("rows", [0, -1, 200_001, 10**10])
def test_a_size_out_of_range_is_refused(rows: int):
    with pytest.raises(SourceError, match=re.escape(f"of {rows:,} rows was asked for. Allowed: 1 to 200,000")):
        mock(rows=rows)


def test_the_mock_has_the_schema_of_a_directory():
    assert mock(rows=1).schema == pl.Schema(POSTCODE_SCHEMA.dtypes)
