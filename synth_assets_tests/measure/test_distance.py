"""Total variation distance of one, two and more columns."""

import itertools
from collections import Counter

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.errors import MeasurementError
from synth_assets.measure import k_way
from synth_assets.measure.distance import total_variation
from synth_assets.schema import Schema

COUNTS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1).filter(
    lambda pairs: all(sum(side) > 0 for side in zip(*pairs, strict=True))
)
ROWS = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.sampled_from("01")), min_size=1)


def slow_distance(original: list, synthetic: list) -> float:
    left, right = Counter(original), Counter(synthetic)
    keys = {*left, *right}
    return sum(abs(left[key] / len(original) - right[key] / len(synthetic)) for key in keys) / 2


@given(COUNTS)
def test_bounds_symmetry_and_scale(pairs: list[tuple[int, int]]):
    original, synthetic = (np.array(side) for side in zip(*pairs, strict=True))
    distance = total_variation(original, synthetic)
    assert 0 <= distance <= 1
    assert distance == pytest.approx(total_variation(synthetic, original))
    assert distance == pytest.approx(total_variation(original * 3, synthetic))
    assert total_variation(original, original) == 0


def test_tables_with_nothing_in_common_are_1_apart():
    assert total_variation(np.array([3, 4, 0]), np.array([0, 0, 2])) == 1.0


@given(ROWS, ROWS, st.integers(1, 3))
def test_k_way_is_the_slow_distance_of_every_combination(original: list, synthetic: list, ways: int):
    tables = [pl.DataFrame(rows, schema=["a", "b", "c"], orient="row") for rows in (original, synthetic)]
    schema = Schema.infer(tables[0])
    found = k_way(tables[0], tables[1], schema, ways=ways)
    wanted = {
        tuple("abc"[place] for place in places): slow_distance(
            *([tuple(row[place] for place in places) for row in rows] for rows in (original, synthetic))
        )
        for places in itertools.combinations(range(3), ways)
    }
    assert dict(zip(map(tuple, found["columns"]), found["tvd"], strict=True)) == pytest.approx(wanted)


@pytest.mark.parametrize("ways", [0, 3])
def test_more_ways_than_columns_are_refused(ways: int):
    table = pl.DataFrame({"a": [1], "b": [2]})
    with pytest.raises(MeasurementError, match=rf"ways is {ways}\. Allowed: from 1 to the number of columns, 2"):
        k_way(table, table, Schema.infer(table), ways=ways)
