"""Which sets of columns are measured."""

import itertools
from collections import Counter
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.measure.subsets import subsets


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 200))
def test_they_are_distinct_ordered_and_as_many_as_asked(columns: int, ways: int, most: int):
    ways = min(ways, columns)
    found = subsets(columns, ways, most)
    everything = list(itertools.combinations(range(columns), ways))
    assert len(found) == min(most, len(everything))
    assert found == sorted(set(found))
    assert set(found) <= set(everything)


def test_all_of_them_where_there_are_few_or_no_limit():
    assert subsets(6, 3, 20) == subsets(6, 3, None) == list(itertools.combinations(range(6), 3))


@pytest.mark.parametrize(("columns", "ways"), [(30, 3), (52, 3), (52, 2), (100, 3)])
def test_every_column_has_its_share(columns: int, ways: int):
    found = subsets(columns, ways, 1_000)
    times = Counter(itertools.chain.from_iterable(found))
    share = 1_000 * ways / columns
    assert comb(columns, ways) > len(found) == 1_000
    assert all(share / 2 < times[column] < 2 * share for column in range(columns))
