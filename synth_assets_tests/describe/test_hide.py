"""The two rules against their own words, on exact tables and on any."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.describe.hide import NO_MODE, hide, modes, pool

COUNTS = st.lists(st.integers(0, 20), min_size=2, max_size=8)


def hidden(*rows: list[int], minimum: int = 5, forced: bool = False) -> list[list[bool]]:
    counts = np.array(rows)
    return hide(counts, minimum, np.full(len(rows), forced)).hidden.tolist()


def lowered(*rows: list[int], minimum: int = 5) -> list[list[int]]:
    counts = np.array(rows)
    return hide(counts, minimum, np.full(len(rows), fill_value=True)).lowered.tolist()


def test_small_cells_are_hidden_with_the_next_smallest_until_two_cells_total_the_minimum():
    assert hidden([1, 9, 30, 8]) == [[True, False, False, True]]
    assert hidden([4, 4, 30, 8]) == [[True, True, False, False]]
    assert hidden([2, 2, 30, 8]) == [[True, True, False, True]]
    assert hidden([0, 3, 30, 8]) == [[True, True, False, True]]


def test_zeros_alone_hide_nothing():
    assert hidden([0, 9, 30, 8]) == [[False, False, False, False]]


def test_a_forced_configuration_that_hides_nothing_has_its_largest_count_lowered():
    assert hidden([0, 9, 30, 8], forced=True) == [[False, False, False, False]]
    assert lowered([0, 9, 30, 8], [6, 9, 9, 0]) == [[0, 0, 5, 0], [0, 5, 0, 0]]


def test_a_forced_configuration_that_hides_cells_anyway_is_not_lowered():
    assert lowered([1, 9, 30, 8]) == [[0, 0, 0, 0]]


def test_a_forced_configuration_that_would_be_lowered_to_nothing_is_hidden_whole():
    assert hidden([0, 5, 0], [0, 0, 0], [3, 0, 0], forced=True) == [[True] * 3] * 3
    assert lowered([0, 5, 0], [0, 0, 0], [3, 0, 0]) == [[0, 0, 0]] * 3


def test_each_configuration_is_hidden_by_itself():
    assert hidden([1, 9, 30, 8], [10, 10, 10, 10]) == [[True, False, False, True], [False] * 4]


def test_of_equal_counts_the_first_join():
    assert hidden([7, 7, 1, 7]) == [[True, False, True, False]]


def test_a_minimum_of_one_hides_nothing():
    assert hidden([1, 0, 3], minimum=1) == [[False, False, False]]


@given(counts=COUNTS, minimum=st.integers(1, 8), forced=st.booleans())
def test_what_is_hidden_keeps_the_rule(counts: list[int], minimum: int, forced: bool):  # noqa: FBT001 - drawn
    exact = np.array(counts)
    found = hide(exact[None, :], minimum, np.array([forced]))
    mask, less = found.hidden[0], found.lowered[0]
    told, kept = exact[~mask], exact[mask]
    assert not ((told > 0) & (told < minimum)).any()
    assert (exact - less >= 0).all()
    if mask.any():
        assert len(kept) >= 2
        assert kept.sum() >= min(minimum, exact.sum())
        assert kept.max() <= told.min(initial=99)
    if forced:
        assert kept.sum() + less.sum() >= min(minimum, exact.sum())
    else:
        assert not less.any()


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
