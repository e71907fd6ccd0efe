"""What may be drawn: small counts of the original are left out."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.errors import MeasurementError
from synth_assets.measure import Comparison
from synth_assets.report.bars import LONGEST_LIST, OTHER, bars, hidden
from synth_assets.schema import Categories, Column

COUNTS = st.lists(st.integers(0, 12), min_size=1, max_size=12)


@given(COUNTS, st.integers(1, 8))
def test_no_small_count_is_shown_or_found_by_subtraction(counts: list[int], minimum: int):
    without = hidden(np.array(counts), minimum)
    covered = [count for count, secret in zip(counts, without, strict=True) if secret]
    shown = [count for count, secret in zip(counts, without, strict=True) if not secret]
    if any(0 < count < minimum for count in counts):
        assert all(count >= minimum for count in shown)
        assert len(covered) >= min(2, len(counts))
        assert sum(covered) >= min(minimum, sum(counts))
    else:
        assert not covered


@given(COUNTS, st.integers(1, 8))
def test_no_more_is_hidden_than_is_needed(counts: list[int], minimum: int):
    without = hidden(np.array(counts), minimum)
    extra = sorted(count for count, secret in zip(counts, without, strict=True) if secret and count >= minimum)
    assert len(extra) <= 2
    if extra:
        small = [count for count in counts if count < minimum]
        assert sum(small) + sum(extra[:-1]) < minimum or len(small) + len(extra) == 2


def test_small_counts_are_hidden_with_the_next_smallest(compared: Callable[..., Comparison]):
    original = ["a"] * 20 + ["b"] * 3 + ["c"] * 9
    one = bars(compared(original, ["a", "b"], Column("x", "category", domain=Categories(("a", "b", "c")))), "x")
    assert [(bar.label, bar.original, bar.synthetic) for bar in one.bars] == [
        ("a", 20, 1),
        ("b", None, 1),
        ("c", None, 0),
    ]


def test_zeros_are_hidden_among_small_counts_and_shown_without(compared: Callable[..., Comparison]):
    column = Column("x", "category", domain=Categories(("a", "b", "c")))
    none_small = bars(compared(["a"] * 6, ["b"], column), "x")
    assert [bar.original for bar in none_small.bars] == [6, 0, 0]
    one_small = bars(compared(["a"] * 6 + ["b"], ["b"], column), "x")
    assert [bar.original for bar in one_small.bars] == [None, None, None]


def test_long_lists_are_ranked_and_folded(compared: Callable[..., Comparison]):
    names = [f"{place:02d}" for place in range(40)]
    original = [name for place, name in enumerate(names) for _ in range(5 + place)]
    one = bars(compared(original, names, Column("x", "category", domain=Categories(tuple(names)))), "x")
    labels = [bar.label for bar in one.bars]
    assert labels == [*sorted(names, reverse=True)[:LONGEST_LIST], OTHER]
    assert one.bars[-1].original == sum(5 + place for place in range(40 - LONGEST_LIST))
    assert one.bars[-1].synthetic == 40 - LONGEST_LIST


def test_short_lists_keep_the_declared_order(compared: Callable[..., Comparison]):
    column = Column("x", "category", domain=Categories(("z", "m", "a")))
    one = bars(compared(["a"] * 9 + ["m"] * 7 + ["z"] * 5, ["a"], column), "x")
    assert [bar.label for bar in one.bars] == ["z", "m", "a"]
    assert not one.ordered


def test_ordered_lists_are_never_ranked_or_folded(compared: Callable[..., Comparison]):
    names = tuple(f"{place:02d}" for place in range(30))
    one = bars(compared(["07"] * 9, ["01"], Column("x", "category", domain=Categories(names, ordered=True))), "x")
    assert tuple(bar.label for bar in one.bars) == names


def test_a_rare_category_that_nobody_declared_is_not_named(compared: Callable[..., Comparison]):
    original = ["common"] * 50 + ["rare disease"] * 2
    for synthetic in (["common"], ["rare disease"]):
        one = bars(compared(original, synthetic, Column("x", "category")), "x")
        assert [bar.label for bar in one.bars] == ["common", OTHER]
    invented = bars(compared(original, ["invented"], Column("x", "category")), "x")
    assert [bar.label for bar in invented.bars] == ["common", "invented", OTHER]


def test_what_is_folded_does_not_depend_on_the_synthetic_table(compared: Callable[..., Comparison]):
    names = tuple(f"{place:02d}" for place in range(30))
    original = [name for place, name in enumerate(names) for _ in range(place % 9)]
    column = Column("x", "category", domain=Categories(names))
    drawn = [bars(compared(original, [name], column), "x").bars for name in names]
    assert len({tuple((bar.label, bar.original) for bar in one) for one in drawn}) == 1


def test_missing_is_the_last_bar_and_only_where_there_is_any(compared: Callable[..., Comparison]):
    column = Column("x", "integer", nullable=True)
    one = bars(compared([1, 2, 3, None] * 25, [1], column), "x")
    assert [bar.missing for bar in one.bars] == [False, False, False, True]
    assert not any(bar.missing for bar in bars(compared([1, 2] * 25, [1], column), "x").bars)


def test_the_value_of_a_few_people_is_no_label(compared: Callable[..., Comparison]):
    for original in ([7, None, None], [7, 1_000, None]):
        one = bars(compared(original, [7], Column("x", "integer", nullable=True)), "x")
        assert [(bar.label, bar.lower) for bar in one.bars] == [("any value", None), ("missing", None)]


def test_a_constant_has_room_on_both_sides(compared: Callable[..., Comparison]):
    one = bars(compared([5] * 12, [5, 6], Column("x", "integer")), "x")
    assert [(bar.label, bar.original, bar.synthetic) for bar in one.bars] == [
        ("≤ 4", 0, 0),
        ("5", 12, 1),
        ("≥ 6", 0, 1),
    ]


def test_unknown_columns_and_counts_are_refused(compared: Callable[..., Comparison]):
    comparison = compared([1], [1], Column("x", "integer"))
    with pytest.raises(MeasurementError, match=r"There is no column 'y'\. Allowed: x\."):
        bars(comparison, "y")
    with pytest.raises(MeasurementError, match=r"minimum_count is 0\. Allowed: 1 or more"):
        bars(comparison, "x", minimum_count=0)
