"""Values of two tables become codes that both share."""

from datetime import date, datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.errors import MeasurementError
from synth_assets.measure.binning import BinnedColumn, bin_columns
from synth_assets.measure.pairing import paired
from synth_assets.schema import Categories, Column, ColumnType, Schema

FLOATS = st.floats(allow_nan=True, allow_infinity=True)
INTEGERS = st.integers(-(2**63), 2**63 - 1)


def binned(original: list, synthetic: list, column: Column, bins: int = 20) -> BinnedColumn:
    schema = Schema((column,))
    first, second = (pl.DataFrame({"x": pl.Series(values, dtype=column.dtype)}) for values in (original, synthetic))
    return bin_columns(*paired(first, second, schema), schema, bins=bins)[0]


def slow_bin(value: float, low: float, high: float, bins: int) -> int:
    """The yardstick's rule, one value at a time."""
    edges = [low + (high - low) * place / bins for place in range(bins + 1)]
    return max(0, min(sum(value >= edge for edge in edges) - 1, bins - 1))


def test_bins_of_equal_width_over_the_range_of_the_original():
    one = binned([0.0, 10.0, 4.999, None], [5.0, -3.0, 12.0, float("nan")], Column("x", "float"), bins=2)
    assert one.labels == ("0 to 5", "5 to 10")
    assert one.original.tolist() == [0, 1, 0, 2]
    assert one.synthetic.tolist() == [1, 0, 1, 2]
    assert one.size == 3
    assert one.beyond == 2


@given(st.lists(st.integers(-1_000, 1_000), min_size=1), st.lists(st.integers(-2_000, 2_000), min_size=1))
def test_the_yardsticks_rule(original: list, synthetic: list):
    low, high = min(original), max(original)
    one = binned(original, synthetic, Column("x", "integer"), bins=7)
    if high - low >= 7:
        assert one.original.tolist() == [slow_bin(value, low, high, 7) for value in original]
        assert one.synthetic.tolist() == [slow_bin(value, low, high, 7) for value in synthetic]


def test_few_whole_steps_have_a_bin_each():
    one = binned([3, 5, None], [1, 4, 9], Column("x", "integer"))
    assert one.labels == ("3", "4", "5")
    assert one.original.tolist() == [0, 2, 3]
    assert one.synthetic.tolist() == [0, 1, 2]
    assert one.edges is not None
    assert one.edges.tolist() == [3, 4, 5, 6]


def test_as_many_steps_as_bins_have_a_bin_each_and_one_more_does_not():
    assert binned([1, 20], [1], Column("x", "integer")).labels == tuple(str(value) for value in range(1, 21))
    assert binned([1, 21], [1], Column("x", "integer")).labels[:2] == ("1", "2")
    assert binned([1, 41], [1], Column("x", "integer")).labels[:2] == ("1 to 2", "3 to 4")


def test_dates_have_a_bin_a_day_or_a_span():
    days = [date(2019, 4, 1), date(2019, 4, 3)]
    assert binned(days, days, Column("x", "date")).labels == ("2019-04-01", "2019-04-02", "2019-04-03")
    year = [date(2019, 1, 1), date(2019, 12, 31)]
    assert binned(year, year, Column("x", "date"), bins=2).labels == (
        "2019-01-01 to 2019-07-01",
        "2019-07-02 to 2019-12-31",
    )


def test_times_are_labelled_to_the_minute():
    times = [datetime(2019, 4, 1), datetime(2019, 4, 1, 1)]  # noqa: DTZ001 - a local time without zone
    labels = binned(times, times, Column("x", "datetime"), bins=2).labels
    assert labels == ("2019-04-01 00:00 to 2019-04-01 00:29", "2019-04-01 00:30 to 2019-04-01 01:00")


@pytest.mark.parametrize("kind", ["integer", "float"])
def test_a_constant_is_told_from_what_is_below_and_above(kind: ColumnType):
    one = binned([5, 5], [5, 4, 6, None], Column("x", kind))
    assert one.labels == ("below 5", "5", "above 5")
    assert one.original.tolist() == [1, 1]
    assert one.synthetic.tolist() == [1, 0, 2, 3]


def test_a_column_without_values_in_the_original():
    one = binned([None, None], [1.5, None], Column("x", "float"))
    assert one.original.tolist() == [1, 1]
    assert one.synthetic.tolist() == [0, 1]
    assert one.beyond == 1


def test_categories_keep_the_declared_order_and_undeclared_ones_follow():
    column = Column("x", "category", domain=Categories(("low", "high", "never")))
    one = binned(["high", None, "zz"], ["low", "aa", "é"], column)
    assert one.labels == ("low", "high", "never", "aa", "zz", "é")
    assert one.original.tolist() == [1, 6, 4]
    assert one.synthetic.tolist() == [0, 3, 5]


def test_booleans_and_text():
    assert binned([True, None], [False, True], Column("x", "boolean")).original.tolist() == [1, 2]
    text = binned(["b", "a", None], ["c", "a", "a"], Column("x", "text"))
    assert text.labels == ("present",)
    assert text.original.tolist() == [0, 0, 1]
    assert text.synthetic.tolist() == [0, 0, 0]


@given(st.lists(st.none() | FLOATS, min_size=1), st.lists(st.none() | FLOATS, min_size=1), st.integers(1, 30))
def test_any_floats_get_codes_in_range(original: list, synthetic: list, bins: int):
    one = binned(original, synthetic, Column("x", "float"), bins)
    for values, codes in ((original, one.original), (synthetic, one.synthetic)):
        missing = [value is None or np.isnan(value) for value in values]
        assert (codes == one.size - 1).tolist() == missing
        assert codes.min() >= 0
        assert codes.max() < one.size
    assert len(one.labels) == one.size - 1


@given(st.lists(INTEGERS, min_size=1), st.lists(INTEGERS, min_size=1), st.integers(1, 30))
def test_any_integers_get_codes_in_range_and_in_order(original: list, synthetic: list, bins: int):
    one = binned(original, synthetic, Column("x", "integer"), bins)
    for values, codes in ((original, one.original), (synthetic, one.synthetic)):
        assert codes.min() >= 0
        assert codes.max() < one.size - 1
        ranked = codes[np.argsort(np.array(values, dtype=np.int64), kind="stable")]
        assert (np.diff(ranked) >= 0).all()


def test_large_integers_one_step_apart_stay_apart():
    one = binned([2**62, 2**62 + 1, 2**62 + 2], [2**62 + 1], Column("x", "integer"))
    assert one.original.tolist() == [0, 1, 2]
    assert one.synthetic.tolist() == [1]


def test_no_bins_are_refused():
    with pytest.raises(MeasurementError, match=r"bins is 0\. Allowed: 1 or more"):
        binned([1], [1], Column("x", "integer"), bins=0)
