"""Places within groups, beside the obvious way to count them."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.protect.places import places_within


def slowly(groups: Sequence[tuple[int, ...]], order: list[int]) -> list[int]:
    return [
        sum(groups[other] == groups[row] and (order[other], other) < (order[row], row) for other in range(len(groups)))
        for row in range(len(groups))
    ]


def numbers(values: list[int]) -> np.ndarray:
    return np.array(values, np.uint64)


ROWS = st.lists(st.tuples(st.sampled_from([0, 1, 64, 2**64 - 1]), st.integers(0, 2), st.integers(0, 3)), max_size=40)


@given(ROWS)
def test_places_are_as_counted_one_by_one(rows: list[tuple[int, int, int]]):
    first, second, order = (numbers([row[place] for row in rows]) for place in range(3))
    both, one = [row[:2] for row in rows], [row[:1] for row in rows]
    assert places_within([first, second], order).tolist() == slowly(both, order.tolist())
    assert places_within([first]).tolist() == slowly(one, [0] * len(rows))


@pytest.mark.parametrize("halves", [(5, 6), (6, 5)])
def test_groups_that_share_one_half_of_their_number_are_apart(halves: tuple[int, int]):
    apart = [numbers([5, 5, halves[0]]), numbers([7, 8, 7])]
    assert places_within(apart).tolist() == slowly([(5, 7), (5, 8), (halves[0], 7)], [0, 0, 0])


def test_a_large_table_is_as_a_sort_of_the_whole_says():
    rng = np.random.default_rng(3)
    groups, order = rng.integers(0, 2**64, 5_000, np.uint64)[rng.integers(0, 5_000, 20_000)], rng.permutation(20_000)
    found = places_within([groups], order.astype(np.uint64))
    ranked = np.lexsort((order, groups))
    seen: dict[int, int] = {}
    for row in ranked:
        assert found[row] == seen.get(int(groups[row]), 0)
        seen[int(groups[row])] = seen.get(int(groups[row]), 0) + 1
