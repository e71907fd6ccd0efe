"""The two rules against their own words, on exact tables and on any."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.describe.hide import NO_MODE, hide, modes, pool

COUNTS = st.lists(st.integers(0, 20), min_size=2, max_size=8)


def hidden(*rows: list[int], minimum: int = 5, forced: bool = False) -> list[list[bool]]:
    counts = np.array(rows)
    return hide(counts, minimum, np.full(len(rows), forced)).tolist()


def test_small_cells_are_hidden_with_the_next_smallest_until_two_cells_total_the_minimum():
    assert hidden([1, 9, 30, 8]) == [[True, False, False, True]]
    assert hidden([4, 4, 30, 8]) == [[True, True, False, False]]
    assert hidden([2, 2, 30, 8]) == [[True, True, False, True]]
    assert hidden([0, 3, 30, 8]) == [[True, True, False, True]]


def test_zeros_alone_hide_nothing():
    assert hidden([0, 9, 30, 8]) == [[False, False, False, False]]


def test_a_forced_configuration_that_hides_nothing_hides_its_largest_count():
    assert hidden([0, 9, 30, 8], [6, 9, 9, 0], forced=True) == [
        [False, False, True, False],
        [False, True, False, False],
    ]


def test_a_forced_configuration_that_hides_cells_anyway_hides_no_more():
    assert hidden([1, 9, 30, 8], forced=True) == [[True, False, False, True]]


def test_a_forced_configuration_without_rows_or_with_a_few_is_hidden_whole():
    assert hidden([0, 0, 0], [3, 0, 0], [1, 2, 1], forced=True) == [[True] * 3] * 3


def test_no_mode_is_named_where_rows_known_beside_it_leave_no_room():
    counts = np.array([[8, 6, 1]])
    assert modes(counts, 3).tolist() == [0]
    assert modes(counts, 3, np.array([0, 6, 1])).tolist() == [NO_MODE]
    assert modes(counts, 3, np.array([8, 1, 1])).tolist() == [0]


def test_a_forced_configuration_hides_its_largest_count_that_can_give_rows():
    counts, known = np.array([[9, 30, 8], [3, 3, 9]]), np.array([0, 28, 0])
    forced = np.array([True, False])
    assert hide(counts, 5, forced, known)[0].tolist() == [True, False, False]
    assert hide(counts, 5, forced, known + 5)[0].tolist() == [False, True, False]


def test_each_configuration_is_hidden_by_itself():
    assert hidden([1, 9, 30, 8], [10, 10, 10, 10]) == [[True, False, False, True], [False] * 4]


def test_of_equal_counts_the_first_join():
    assert hidden([7, 7, 1, 7]) == [[True, False, True, False]]


def test_a_minimum_of_one_hides_nothing():
    assert hidden([1, 0, 3], minimum=1) == [[False, False, False]]


@given(counts=COUNTS, minimum=st.integers(1, 8), forced=st.booleans())
def test_what_is_hidden_keeps_the_rule(counts: list[int], minimum: int, forced: bool):  # noqa: FBT001 - drawn
    exact = np.array(counts)
    mask = hide(exact[None, :], minimum, np.array([forced]))[0]
    told, kept = exact[~mask], exact[mask]
    assert not ((told > 0) & (told < minimum)).any()
    assert kept.sum() >= min(minimum, exact.sum()) or not (mask.any() or forced)
    if mask.sum() == 1:
        assert forced
        assert kept.max() >= told.max()
    elif mask.any():
        assert kept.max() <= told.min(initial=99)
    else:
        assert not forced
    if kept.max(initial=0) >= minimum and len(kept) > 1:
        without = np.sort(kept)[:-1]
        assert len(without) < 2 or without.sum() < minimum


@given(counts=COUNTS, minimum=st.integers(1, 8))
def test_a_pool_is_the_hiding_of_one_configuration(counts: list[int], minimum: int):
    assert pool(np.array(counts), minimum).tolist() == hidden(counts, minimum=minimum)[0]


@pytest.mark.parametrize(
    ("counts", "mode"),
    [
        ([400, 3, 0], 0),
        ([7, 4], 0),
        ([6, 4], NO_MODE),
        ([6, 5], 0),
        ([6, 6], NO_MODE),
        ([4, 4, 4], NO_MODE),
        ([3, 0, 400], 2),
        ([0, 0, 0], NO_MODE),
        ([9, 5, 5], NO_MODE),
    ],
)
def test_a_mode_has_more_than_half_of_more_than_twice_the_minimum(counts: list[int], mode: int):
    assert modes(np.array([counts, counts]), 5).tolist() == [mode, mode]
