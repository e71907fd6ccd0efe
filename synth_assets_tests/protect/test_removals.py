"""Numbers of removed rows: what is told does not tell a small one, whatever the sum is."""

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.protect import Outcome
from synth_assets.protect.removals import HIDDEN, told_removals

LEAST = 5
COUNTS = st.lists(st.integers(0, 12), min_size=1, max_size=3)


def removing(counts: Sequence[int]) -> list[Outcome]:
    return [Outcome("keep only", "rare", count + 7, 7, removes_rows=True, removed=(), added=()) for count in counts]


@given(COUNTS)
def test_what_is_told_fits_other_numbers_with_the_same_sum_where_one_is_small(counts: list[int]):
    told = told_removals(removing(counts), LEAST)
    alike = [
        other
        for other in itertools.product(range(sum(counts) + 1), repeat=len(counts))
        if sum(other) == sum(counts) and told_removals(removing(other), LEAST) == told
    ]

    assert tuple(counts) in alike
    for place, count in enumerate(counts):
        if 0 < count < LEAST and len(counts) > 1:
            assert len({other[place] for other in alike}) > 1


@given(COUNTS)
def test_nothing_is_hidden_where_no_number_is_small(counts: list[int]):
    large = [count * LEAST for count in counts]
    assert told_removals(removing(large), LEAST) == large


@pytest.mark.parametrize(("counts", "told"), [([3], ["fewer than 5"]), ([3, 0, 90], [HIDDEN] * 3), ([0, 5], [0, 5])])
def test_one_small_number_hides_all(counts: list[int], told: list[object]):
    assert told_removals(removing(counts), LEAST) == told


def test_a_step_that_removes_no_row_tells_so():
    keeps = Outcome("band", "less is told", 10, 10, removes_rows=False, removed=(), added=())
    assert told_removals([keeps, *removing([3])], LEAST) == [0, "fewer than 5"]
