"""Columns as a few levels."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.measure.binning import bin_columns
from synth_assets.measure.features import Feature, coarsen, cross
from synth_assets.measure.pairing import paired
from synth_assets.schema import Categories, Column, ColumnType, Schema

WORDS = st.lists(st.none() | st.sampled_from("abcdefghij"), min_size=1, max_size=40)


def feature(original: list[Any], synthetic: list[Any], kind: ColumnType = "category", most: int = 3) -> Feature:
    schema = Schema((Column("x", kind, nullable=True),))
    first, second = (pl.DataFrame({"x": values}, schema=schema.dtypes) for values in (original, synthetic))
    return coarsen(bin_columns(*paired(first, second, schema), schema, bins=1_000)[0], most)


@given(WORDS, WORDS, st.integers(2, 6))
def test_no_more_levels_than_asked_and_each_of_them_has_rows(original: list, synthetic: list, most: int):
    found = feature(original, synthetic, most=most)
    assert found.levels <= most + 1
    assert set(found.original) | set(found.synthetic) == set(range(found.levels))
    missing = [value is None for value in original]
    if any(missing):
        assert set(found.original[missing]) == {found.levels - 1}
        assert found.levels - 1 not in found.original[np.logical_not(missing)]


def test_the_most_frequent_categories_stay_and_the_rest_is_one():
    found = feature(["b"] * 5 + ["a"] * 4 + ["c", "d"], ["b", "a", "c", "new"])
    assert found.levels == 3
    assert found.synthetic.tolist() == [0, 1, 2, 2]
    assert found.original.tolist() == [0] * 5 + [1] * 4 + [2, 2]


def test_numbers_are_cut_where_the_original_has_its_rows():
    rng = np.random.Generator(np.random.PCG64(1))
    skewed = np.exp(rng.normal(size=6_000)).tolist()
    found = feature(skewed, skewed, "float")
    assert np.bincount(found.original).tolist() == pytest.approx([2_000] * 3, rel=0.02)
    assert found.original[np.argmin(skewed)] == 0
    assert found.original[np.argmax(skewed)] == 2


def test_text_is_present_or_missing():
    found = feature(["one", "two", None], ["three", None, None], "text")
    assert (found.original.tolist(), found.synthetic.tolist()) == ([0, 0, 1], [0, 1, 1])


def test_ordered_categories_keep_their_order():
    names = tuple("abcdefgh")
    schema = Schema((Column("x", "category", domain=Categories(names, ordered=True)),))
    table = pl.DataFrame({"x": [name for name in names for _ in range(3)]})
    found = coarsen(bin_columns(*paired(table, table, schema), schema)[0], 4)
    assert found.original.tolist() == sorted(found.original.tolist())
    assert np.bincount(found.original).tolist() == [6, 6, 6, 6]


def test_all_missing():
    found = feature([None, None], [None], "integer")
    assert (found.levels, found.original.tolist(), found.synthetic.tolist()) == (1, [0, 0], [0])


def test_a_pair_has_a_level_for_each_combination():
    first, second = feature(["a", "b"], ["a"]), feature(["x", "y"], ["y"])
    found = cross(first, second)
    assert (found.levels, found.original.tolist(), found.synthetic.tolist()) == (4, [0, 3], [1])
