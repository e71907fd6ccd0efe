"""Domains that may be published: declared ones as they are, those from data without a trace of a few rows."""

import datetime as dt
import sys
from decimal import Decimal
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from synth_assets.describe import Description, describe
from synth_assets.describe.coded_table import tally
from synth_assets.describe.coding import Bins, CodedColumn, Levels, Presence, encode
from synth_assets.describe.domain import EXTREMES, declared, from_data, joined, least_told
from synth_assets.describe.steps import outward_edges
from synth_assets.describe.survey import Survey
from synth_assets.errors import DescriptionError
from synth_assets.generate import generate
from synth_assets.schema import Categories, Column, ColumnType, Interval, Schema
from synth_assets_tests.tables import categories, rng

FINITE = st.floats(allow_nan=False, allow_infinity=False)


def read(values: pl.Series, minimum: int = 5) -> CodedColumn:
    """The domain read from these values."""
    return from_values(Schema.infer(values.to_frame()).columns[0], values, minimum)


def from_values(column: Column, values: pl.Series, minimum: int) -> CodedColumn:
    """As a description would have it: surveyed, and its bins joined."""
    surveyed = Survey.of(values, column, EXTREMES * minimum)
    coded = declared(column) if column.type in {"text", "boolean"} else from_data(column, surveyed, minimum)
    return joined(coded, tally(encode(values, coded), coded.size), least_told(surveyed, minimum))[0]


def bins(values: pl.Series, minimum: int = 5) -> Bins:
    coding = read(values, minimum).coding
    assert isinstance(coding, Bins)
    return coding


def levels(counts: dict[str | None, int], minimum: int = 5) -> tuple[str | int | float, ...]:
    coding = from_values(Column("a", "category"), categories("a", counts)["a"], minimum).coding
    assert isinstance(coding, Levels)
    return coding.values


def coding(kind: ColumnType, domain: Interval | Categories | None) -> Bins | Levels | Presence:
    return declared(Column("a", kind, domain=domain)).coding


# Declared domains.


def test_a_declared_range_of_few_steps_is_levels_and_of_many_bins_of_equal_width():
    assert coding("integer", Interval(1, 10)) == Levels(tuple(range(1, 11)))
    assert coding("integer", Interval(0, 99, 4)) == Bins((0, 25, 50, 75, 100))
    assert coding("integer", Interval(0, 10, 4)) == Bins((0, 3, 6, 9, 11))
    assert coding("date", Interval(dt.date(1970, 1, 1), dt.date(1970, 1, 3))) == Levels((0, 1, 2))
    assert coding("float", Interval(0.0, 1.0, 10)) == Bins((0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0))
    assert coding("float", Interval(0.3, 0.3)) == Levels((0.3,))
    assert coding("boolean", None) == Levels((0, 1))
    assert coding("text", None) == Presence()


def test_a_declared_range_up_to_the_last_value_of_its_type_keeps_that_value():
    last = dt.date(9999, 12, 31)
    table = pl.DataFrame({"a": [dt.date(1, 1, 1)] * 6 + [last] * 6})
    schema = Schema((Column("a", "date", domain=Interval(dt.date(1, 1, 1), last)),))
    described = describe(table, schema, mode="independent")
    assert Description.from_json(described.to_json()) == described
    assert sorted(generate(described, rng=rng())["a"].to_list()) == table["a"].to_list()
    assert coding("integer", Interval(-(2**63), 2**63 - 1, 2)) == Bins((-(2**63), 0, 2**63 - 1), clamp=True)


def test_a_column_without_a_domain_is_refused_where_one_must_be_declared():
    with pytest.raises(DescriptionError, match=r"Column 'a' has no domain\. Declare its categories"):
        declared(Column("a", "integer"))


# Categories from data.


def test_categories_rarer_than_the_minimum_are_never_named():
    assert levels({"x": 50, "y": 5, "z": 4, "w": 1}) == ("x", "y", "other")
    assert levels({"x": 50, "y": 60}) == ("x", "y")
    assert levels({f"v{place}": 4 for place in range(30)}) == ("other",)


def test_what_is_other_takes_company_that_is_little_loss():
    assert levels({"x": 50, "y": 6, "z": 3}) == ("x", "other")
    assert levels({"x": 50, "y": 40, "z": 3}) == ("x", "y", "other")


def test_a_category_called_other_is_one_with_the_rare_ones():
    assert levels({"x": 50, "other": 40, "z": 3}) == ("x", "other")


def test_a_frequent_category_is_not_lost_to_a_single_rare_row():
    table = categories("a", {"Male": 500, "Female": 480, "Not Known": 1})
    synthetic = generate(describe(table, Schema.infer(table), mode="independent"), rng=rng())
    counts = dict(synthetic["a"].value_counts().rows())
    assert counts["Male"] == 500
    assert counts["Female"] == 481


# Numbers, dates and times from data.


def test_an_extreme_row_does_not_show():
    usual = pl.Series("a", rng().normal(50, 10, 1_000).round(1))
    outlier = pl.concat([usual, pl.Series("a", [1e9])])
    text = describe(outlier.to_frame(), Schema.infer(outlier.to_frame()), mode="correlated").to_json()
    assert "100000" not in text
    assert "e+" not in text
    described = Description.from_json(text)
    for seed in range(20):
        values = generate(described, rows=1_000, rng=rng(seed))["a"]
        assert values.is_between(20, 80).all()


@pytest.mark.parametrize("rows", range(5, 12))
def test_an_extreme_row_of_very_few_does_not_show_either(rows: int):
    values = pl.Series("a", [*range(1, rows), 10**9])
    assert bins(values).edges[-1] <= 20


@given(st.lists(FINITE, min_size=5, max_size=60), st.integers(1, 5))
def test_end_bins_hold_the_minimum_and_no_bin_holds_a_few(values: list[float], minimum: int):
    column = pl.Series("a", values)
    coded = read(column, minimum)
    assert isinstance(coded.coding, Bins)
    counts = np.bincount(encode(column, coded), minlength=coded.coding.size)
    assert counts.sum() == len(values)
    assert counts[0] >= minimum
    assert counts[-1] >= minimum
    assert not ((counts > 0) & (counts < minimum)).any()


@given(
    middle=st.lists(st.integers(-(10**6), 10**6), min_size=12, max_size=60),
    far=st.lists(st.integers(10**6, 10**18), min_size=8, max_size=8),
)
def test_the_four_smallest_and_largest_values_do_not_move_the_edges(middle: list[int], far: list[int]):
    near = bins(pl.Series("a", [-(10**6)] * 4 + middle + [10**6] * 4))
    assert bins(pl.Series("a", [-value for value in far[:4]] + middle + far[4:])).edges == near.edges


@given(low=FINITE, high=FINITE, wanted=st.integers(1, 20))
def test_float_edges_are_round_decimals_around_both_ends(low: float, high: float, wanted: int):
    low, high = min(low, high), max(low, high)
    edges = outward_edges(low, high, "float", wanted)
    assert all(first < second for first, second in pairwise(edges))
    assert edges[0] <= low
    assert high < edges[-1] or high == sys.float_info.max
    assert edges[1] > low or len(edges) == 2
    assert len(edges) <= 2.5 * wanted + 3
    if (high - low) > 1e-6 * max(abs(low), abs(high)):
        assert all(len(Decimal(repr(edge)).normalize().as_tuple().digits) <= 9 for edge in edges[1:-1])


@pytest.mark.parametrize(
    ("low", "high", "edges"),
    [
        (0.1, 0.9, (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)),
        (0.3, 0.3, (0.2, 0.4)),
        (-0.9, -0.1, (-0.9, -0.8, -0.7, -0.6, -0.5, -0.4, -0.3, -0.2, -0.1, 0.0)),
        (0.0, 0.0, (0.0, 0.1)),
    ],
)
def test_edges_print_as_people_write_them(low: float, high: float, edges: tuple[float, ...]):
    assert outward_edges(low, high, "float", 8 if low != high else (1 if low else 10)) == edges


@given(
    low=st.integers(-(2**63), 2**63 - 1),
    high=st.integers(-(2**63), 2**63 - 1),
    wanted=st.integers(1, 20),
)
def test_whole_edges_are_multiples_of_their_step(low: int, high: int, wanted: int):
    low, high = min(low, high), max(low, high)
    edges = outward_edges(low, high, "integer", wanted)
    assert all(type(edge) is int for edge in edges)
    assert edges[0] <= low
    assert high < edges[-1] or edges[-1] == 2**63 - 1
    inner = edges[1:-1]
    assert len({second - first for first, second in pairwise(inner)}) <= 1


@pytest.mark.parametrize(
    ("span", "step"),
    [
        (dt.timedelta(microseconds=40), dt.timedelta(microseconds=2)),
        (dt.timedelta(minutes=10), dt.timedelta(seconds=30)),
        (dt.timedelta(hours=7), dt.timedelta(minutes=15)),
        (dt.timedelta(days=7), dt.timedelta(hours=6)),
        (dt.timedelta(days=400), dt.timedelta(days=20)),
    ],
)
def test_steps_of_time_are_those_of_clocks_and_days(span: dt.timedelta, step: dt.timedelta):
    start = 18_000 * 86_400 * 10**6
    edges = outward_edges(start, start + span // dt.timedelta(microseconds=1), "datetime", 20)
    assert {second - first for first, second in pairwise(edges)} == {step // dt.timedelta(microseconds=1)}
    assert all(edge % (step // dt.timedelta(microseconds=1)) == 0 for edge in edges)


@pytest.mark.parametrize(
    "values",
    [
        pl.Series("a", [3.7] * 9),
        pl.Series("a", [7] * 5),
        pl.Series("a", [1, 2] * 5),
        pl.Series("a", [-5, -1] * 10),
        pl.Series("a", [5e-324, 0.0] * 10),
        pl.Series("a", [1e-300, 2e-300, 3e-300] * 10),
        pl.Series("a", [1e308, -1.7e308] * 10),
        pl.Series("a", [sys.float_info.max] * 10),
        pl.Series("a", [2**62, 2**62 - 5, -(2**62)] * 10),
        pl.Series("a", [2**63 - 1, -(2**63)] * 10),
        pl.Series("a", [dt.date(9999, 12, 31), dt.date(1, 1, 1)] * 10),
        pl.Series("a", [dt.datetime(9999, 12, 31, 23, 59, 59, 999999), dt.datetime(1, 1, 1)] * 10),  # noqa: DTZ001
    ],
)
def test_values_that_many_rows_hold_come_back_exactly(values: pl.Series):
    table = values.to_frame()
    described = Description.from_json(describe(table, Schema.infer(table), mode="independent").to_json())
    assert generate(described, rng=rng())["a"].sort().equals(values.sort())


def test_times_with_a_zone_come_back_in_their_zone_on_both_sides_of_a_clock_change():
    hours = pl.Series("a", [dt.datetime(2019, 10, 26) + dt.timedelta(hours=place) for place in range(48)])  # noqa: DTZ001
    zoned = hours.dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/London")
    table = pl.concat([zoned] * 6).to_frame()
    described = Description.from_json(describe(table, Schema.infer(table), mode="independent").to_json())
    synthetic = generate(described, rng=rng())["a"]
    assert synthetic.dtype == pl.Datetime("us", "Europe/London")
    assert synthetic.sort().equals(table["a"].sort())


@pytest.mark.parametrize("present", [0, 1, 4])
def test_of_fewer_than_the_minimum_of_values_nothing_is_told(present: int):
    values = pl.Series("a", [None] * 20 + list(range(77, 77 + present)), dtype=pl.Int64)
    coded = read(values)
    assert coded.coding == Levels((), other=True)
    described = describe(values.to_frame(), Schema.infer(values.to_frame()), mode="independent")
    assert "77" not in described.to_json()
    assert generate(described, rows=9, rng=rng())["a"].null_count() == 9


def test_a_column_without_a_rare_missing_value_is_not_nullable():
    assert not read(pl.Series("a", list(range(40)))).column.nullable
    assert read(pl.Series("a", [*range(40), None])).column.nullable


def test_no_exact_value_of_fewer_rows_than_the_minimum_is_in_the_document():
    values = pl.Series("a", [*rng().normal(0, 1, 500), *[0.123456] * 4, *[0.654321] * 5])
    text = describe(values.to_frame(), Schema.infer(values.to_frame()), mode="independent").to_json()
    assert "0.123456" not in text
    assert "0.654321" in text


@example(counts=[9, 0, 0, 3], least=5)
@given(counts=st.lists(st.sampled_from([0, 0, 1, 3, 9]), min_size=1, max_size=12), least=st.integers(1, 6))
def test_no_bin_holds_a_few_where_spikes_left_bins_empty(counts: list[int], least: int):
    """The last rows may have to pass empty bins to find others."""
    coding = Bins(tuple(range(len(counts) + 1)), clamp=True)
    column, codes = joined(CodedColumn(Column("a", "integer", domain_source="data"), coding), np.array(counts), least)
    held = np.bincount(codes, counts, minlength=column.size)
    assert held.sum() == sum(counts)
    assert sum(counts) < least or not ((held > 0) & (held < least)).any()


def test_skewed_numbers_keep_a_spike_at_zero():
    values = pl.Series("a", [0.0] * 700 + rng().exponential(100, 300).round(2).tolist())
    synthetic = generate(describe(values.to_frame(), Schema.infer(values.to_frame()), mode="independent"), rng=rng())
    assert (synthetic["a"] == 0).sum() == 700
    assert np.mean(synthetic["a"].to_numpy()) == pytest.approx(np.mean(values.to_numpy()), rel=0.05)
