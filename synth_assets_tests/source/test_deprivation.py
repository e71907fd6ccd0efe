"""Deciles of deprivation against the published groups and against pandas."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.errors import SourceError
from synth_assets.source.deprivation import IMD_EDITIONS, lsoa_deprivation
from synth_assets.source.postcodes import read_postcodes

DECILE = "Index of Multiple Deprivation Decile"


def directory(*ranks: int | None) -> pl.DataFrame:
    """One postcode an LSOA."""
    codes = [f"E01{i:06d}" for i in range(len(ranks))]
    return pl.DataFrame(
        {"LSOA Code": codes, "Index of Multiple Deprivation": ranks},
        schema={"LSOA Code": pl.String, "Index of Multiple Deprivation": pl.Int64},
    )


@pytest.mark.parametrize(("edition", "lsoas"), IMD_EDITIONS.items())
def test_national_deciles_are_ten_equal_groups_of_all_areas(edition: str, lsoas: int):
    deciles = lsoa_deprivation(directory(*range(1, lsoas + 1)), imd_edition=edition)[DECILE]
    assert deciles.to_list() == [math.ceil(10 * rank / lsoas) for rank in range(1, lsoas + 1)]
    sizes = deciles.value_counts()["count"].to_list()
    assert len(sizes) == 10
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize(
    ("edition", "published"),
    [
        ("2019", {2669: 1, 3229: 1, 3355: 2, 6549: 2, 6596: 3, 9781: 3, 10070: 4, 12542: 4, 13531: 5, 16365: 5}),
        ("2019", {17164: 6, 19434: 6, 20782: 7, 22657: 7, 23278: 8, 26533: 9, 29199: 9, 29572: 10}),
        ("2015", {6556: 2, 6901: 3, 9823: 3, 9991: 4, 13130: 4, 13268: 5, 16066: 5, 16445: 6, 19625: 6, 19843: 7}),
        ("2015", {22897: 7, 23059: 8, 26233: 8, 26356: 9, 29529: 9, 29692: 10, 32683: 10}),
    ],
)
def test_national_deciles_are_those_that_the_government_published(edition: str, published: dict[int, int]):
    """Ranks and deciles as they stand in file 7 of the Indices of Deprivation, some close to a boundary."""
    deciles = lsoa_deprivation(directory(*published), imd_edition=edition)[DECILE]
    assert deciles.to_list() == list(published.values())


def test_london_deciles_are_those_of_the_tutorial_on_the_real_file(real_postcode_file: Path):
    postcodes = read_postcodes(real_postcode_file)
    ranks = postcodes["Index of Multiple Deprivation"].to_pandas()
    _, bins = pd.qcut(ranks, 10, retbins=True, labels=False)
    areas = lsoa_deprivation(postcodes, over="london")
    place = areas["Index of Multiple Deprivation"].to_pandas()
    expected = pd.Series(pd.cut(place, bins=bins.tolist(), labels=False, include_lowest=True))
    assert areas[DECILE].to_list() == (expected + 1).tolist()
    assert areas.height == 4_835


@given(st.lists(st.integers(1, 60), min_size=1, max_size=80))
def test_london_deciles_rise_with_the_rank_and_stay_within_one_to_ten(ranks: list[int]):
    areas = lsoa_deprivation(directory(*ranks), over="london").sort("Index of Multiple Deprivation")
    assert areas[DECILE].is_sorted()
    assert areas[DECILE].is_between(1, 10).all()
    edges = np.quantile(ranks, np.arange(1, 10) / 10)
    expected = 1 + (areas["Index of Multiple Deprivation"].to_numpy()[:, None] > edges + 1e-9).sum(axis=1)
    assert areas[DECILE].to_list() == expected.tolist()


def test_areas_come_once_sorted_and_without_those_that_lack_a_rank():
    table = directory(5, None, 7).vstack(directory(5))
    areas = lsoa_deprivation(table)
    assert areas.columns == ["LSOA Code", "Index of Multiple Deprivation", DECILE]
    assert areas["LSOA Code"].to_list() == ["E01000000", "E01000002"]
    assert areas.dtypes == [pl.String, pl.Int64, pl.Int64]


def test_no_ranked_area_gives_an_empty_table():
    for over in ("national", "london"):
        assert lsoa_deprivation(directory(None), over=over).height == 0


def test_ranks_that_cannot_be_are_refused():
    with pytest.raises(SourceError, match=r"ranks outside 1 to 32,844, the range of IMD 2019 \(LSOAs: 1\)"):
        lsoa_deprivation(directory(32_845))
    with pytest.raises(SourceError, match=r"areas with more than one rank \(LSOAs: 1, e\.g\. E01000000\)"):
        lsoa_deprivation(directory(1).vstack(directory(2)))
    with pytest.raises(SourceError, match=r"cannot be cut over 'wales'\. Allowed: national, london"):
        lsoa_deprivation(directory(1), over="wales")  # pyrefly: ignore[bad-argument-type]  # that is the point
