"""Distances of every column that has an axis."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.errors import MeasurementError
from synth_assets.measure import numeric_distances
from synth_assets.schema import Column, Schema

SCHEMA = Schema(
    (
        Column("whole", "integer", nullable=True),
        Column("ward", "category"),
        Column("weight", "float", nullable=True),
        Column("day", "date", nullable=True),
        Column("seen", "datetime", nullable=True, time_zone="Europe/London"),
    )
)
ROW = st.tuples(
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.sampled_from("ab"),
    st.none() | st.floats(),
    st.none() | st.dates(),
    st.none() | st.datetimes(datetime(1000, 1, 1), datetime(3000, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - zone follows
)
TABLES = st.lists(ROW, min_size=1, max_size=20).map(lambda rows: pl.DataFrame(rows, schema=SCHEMA.dtypes, orient="row"))


def figures(original: pl.DataFrame, synthetic: pl.DataFrame, schema: Schema, column: str) -> dict:
    found = numeric_distances(original, synthetic, schema).columns
    return found.row(by_predicate=pl.col("column") == column, named=True)


@given(TABLES, TABLES)
def test_every_figure_is_a_finite_number_of_at_least_0_or_missing(original: pl.DataFrame, synthetic: pl.DataFrame):
    columns = numeric_distances(original, synthetic, SCHEMA).columns
    assert columns["column"].to_list() == ["whole", "weight", "day", "seen"]
    for name in columns.columns[2:]:
        present = columns[name].drop_nulls()
        assert (present.is_finite() & (present >= 0)).all(), name
    assert (columns["ks"].drop_nulls() <= 1).all()


@given(TABLES)
def test_a_table_is_at_distance_0_from_itself(table: pl.DataFrame):
    columns = numeric_distances(table, table, SCHEMA).columns
    for name in ("ks", "wasserstein", "wasserstein_scaled"):
        assert set(columns[name].to_list()) <= {0.0, None}


def test_dates_are_in_days_and_datetimes_in_microseconds():
    table = pl.DataFrame(
        {"day": [date(2019, 2, 27), date(2019, 3, 1)], "seen": [datetime(2019, 1, 1), datetime(2019, 1, 2)]}  # noqa: DTZ001 - local times
    )
    later = table.with_columns(pl.col("day") + timedelta(days=3), pl.col("seen") + timedelta(seconds=2))
    schema = Schema.infer(table)
    assert figures(table, later, schema, "day")["wasserstein"] == 3.0
    assert figures(table, later, schema, "day")["wasserstein_scaled"] == pytest.approx(3.0)
    assert figures(table, later, schema, "seen")["wasserstein"] == 2e6


def test_missing_values_are_apart():
    original = pl.DataFrame({"x": [1.0, 2.0, None, None]})
    synthetic = pl.DataFrame({"x": [1.0, 2.0, float("nan"), 1.0, 2.0]})
    found = figures(original, synthetic, Schema((Column("x", "float"),)), "x")
    assert (found["ks"], found["wasserstein"]) == (0.0, 0.0)
    assert (found["missing_original"], found["missing_synthetic"]) == (0.5, 0.2)


def test_infinite_values_count_for_the_first_only():
    original = pl.DataFrame({"x": [1.0, 3.0, float("inf"), float("-inf")]})
    synthetic = pl.DataFrame({"x": [1.0, 3.0, 3.0, 1.0]})
    found = figures(original, synthetic, Schema((Column("x", "float"),)), "x")
    assert (found["ks"], found["wasserstein"]) == (0.25, 0.0)
    only = pl.DataFrame({"x": [float("inf")]})
    found = figures(original, only, Schema((Column("x", "float"),)), "x")
    assert (found["ks"], found["wasserstein"], found["wasserstein_scaled"]) == (0.75, None, None)


def test_a_column_that_a_table_has_no_value_of_has_no_distance():
    table = pl.DataFrame({"x": [1, 2]})
    empty = pl.DataFrame({"x": [None, None]}, schema={"x": pl.Int64})
    found = figures(table, empty, Schema.infer(table), "x")
    assert (found["ks"], found["wasserstein_floor"], found["missing_synthetic"]) == (None, None, 1.0)


def test_a_constant_that_moved():
    table = pl.DataFrame({"x": [-5] * 4})
    found = figures(table, table + 2, Schema.infer(table), "x")
    assert (found["ks"], found["wasserstein"], found["wasserstein_scaled"]) == (1.0, 2.0, None)


def test_integers_in_one_table_and_floats_in_the_other():
    table = pl.DataFrame({"x": [1, 2, 3]})
    schema = Schema.infer(table)
    found = figures(table, table.cast(pl.Float64), schema, "x")
    assert (found["ks"], found["wasserstein"]) == (0.0, 0.0)


def test_means_and_a_table_without_numbers():
    table = pl.DataFrame({"a": [0, 10], "b": [0, 2], "c": ["x", "y"]})
    moved = table.with_columns(pl.col("a") + 5, pl.col("b") + 1)
    found = numeric_distances(table, moved, Schema.infer(table))
    assert found.mean("wasserstein") == 3.0
    assert found.mean("ks") == 0.5
    none = numeric_distances(table.select("c"), moved.select("c"), Schema.infer(table.select("c")))
    assert none.columns.height == 0
    assert none.mean("ks") is None


def test_tables_that_do_not_fit_are_refused():
    table = pl.DataFrame({"a": [0, 10]})
    with pytest.raises(MeasurementError, match=r"the synthetic table lacks column\(s\) 'a'"):
        numeric_distances(table, table.rename({"a": "b"}), Schema.infer(table))


def test_a_spread_within_bins_is_seen():
    """A synthetic column that keeps every bin's count but only the bins' middles."""
    rng = np.random.Generator(np.random.PCG64(1))
    values = rng.random(5_000)
    table = pl.DataFrame({"x": values})
    middles = pl.DataFrame({"x": (np.floor(values * 4) + 0.5) / 4})
    found = figures(table, middles, Schema.infer(table), "x")
    assert found["ks"] > 5 * found["ks_floor"]
    assert found["wasserstein"] > 5 * found["wasserstein_floor"]
