"""Tables of one to three columns: distance, floor, error and score."""

import math
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.errors import MeasurementError
from synth_assets.measure import compare, k_way, marginal_distances
from synth_assets.measure.binning import bin_columns
from synth_assets.measure.marginals import MOST_TABLES, measure_marginals
from synth_assets.measure.pairing import paired
from synth_assets.schema import Schema

ROW = st.tuples(st.none() | st.integers(-9, 9), st.sampled_from(["a", "b", None]), st.none() | st.booleans())
TABLES = st.lists(ROW, min_size=1, max_size=30).map(
    lambda rows: pl.DataFrame(rows, schema={"n": pl.Int64, "c": pl.String, "b": pl.Boolean}, orient="row")
)
SCHEMA = Schema.infer(pl.DataFrame({"n": [1, -1], "c": ["a", "b"], "b": [True, None]}))


def linked(rows: int, seed: int) -> pl.DataFrame:
    rng = np.random.Generator(np.random.PCG64(seed))
    age = rng.integers(0, 6, rows)
    return pl.DataFrame(
        {"age": age, "minutes": age * 10 + rng.integers(0, 30, rows), "ward": rng.choice(list("abcdefgh"), rows)}
    )


def resample(table: pl.DataFrame, rows: int, seed: int) -> pl.DataFrame:
    return table.sample(rows, with_replacement=True, seed=seed)


@given(TABLES, TABLES)
def test_bounds_and_means(original: pl.DataFrame, synthetic: pl.DataFrame):
    for ways in (1, 2, 3):
        found = marginal_distances(original, synthetic, SCHEMA, ways=ways)
        assert found.tables.height == found.possible == math.comb(3, ways)
        for name in ("tvd", "floor", "floor_sd", "fresh_floor", "error"):
            assert found.tables[name].is_between(0, 1 + 1e-9).all()
        assert found.mean_tvd == pytest.approx(np.mean(found.tables["tvd"].to_numpy()))
        assert found.floor <= found.fresh_floor
        assert 0 <= found.error <= max(found.tables["error"]) + 1e-9


@given(TABLES)
def test_a_table_is_at_distance_0_from_itself_and_scores_1000(table: pl.DataFrame):
    found = marginal_distances(table, table, SCHEMA, ways=3)
    assert (found.mean_tvd, found.score) == (0.0, 1_000.0)
    assert found.score_floor <= 1_000


def test_symmetric_where_no_bins_are_read_from_the_original():
    tables = linked(300, 1).select("ward"), linked(200, 2).select("ward")
    schema = Schema.infer(tables[0])
    there, back = (marginal_distances(*pair, schema, ways=1).mean_tvd for pair in (tables, tables[::-1]))
    assert there == pytest.approx(back)


def test_an_exact_small_table():
    original = pl.DataFrame({"a": ["x", "x", "y", "y"], "b": ["p", "q", "p", "q"]})
    synthetic = pl.DataFrame({"a": ["x", "x", "y", "y"], "b": ["p", "p", "q", "q"]})
    schema = Schema.infer(original)
    alone, together = (marginal_distances(original, synthetic, schema, ways=ways) for ways in (1, 2))
    assert (alone.mean_tvd, together.mean_tvd, together.score) == (0.0, 0.5, 500.0)
    assert together.tables["columns"].to_list() == [["a", "b"]]


def test_it_agrees_with_compare_and_k_way():
    original, synthetic = linked(500, 1), linked(400, 2)
    schema = Schema.infer(original)
    comparison = compare(original, synthetic, schema)
    alone, together = (marginal_distances(original, synthetic, schema, ways=ways) for ways in (1, 2))
    assert (alone.mean_tvd, alone.floor) == pytest.approx((comparison.mean_tvd_1, comparison.floor_1))
    assert (together.mean_tvd, together.floor) == pytest.approx((comparison.mean_tvd_2, comparison.floor_2))
    assert k_way(original, synthetic, schema, ways=2).equals(together.tables)


def test_resamples_lie_at_the_floor_and_halves_at_the_fresh_floor():
    original = linked(4_000, 1)
    schema = Schema.infer(original)
    halves = marginal_distances(original.head(2_000), original.tail(2_000), schema, ways=2)
    assert halves.mean_tvd == pytest.approx(halves.fresh_floor, rel=0.1)
    found = [marginal_distances(original, resample(original, 3_000, seed), schema, ways=3) for seed in range(20)]
    distances = [one.mean_tvd for one in found]
    assert found[0].floor == pytest.approx(np.mean(distances), rel=0.02)
    assert found[0].score_floor == pytest.approx(1_000 * (1 - np.mean(distances)), rel=0.02)


@pytest.mark.parametrize("ways", [1, 2, 3])
@pytest.mark.parametrize("broken", [False, True])
def test_the_error_is_that_of_repeated_draws_or_somewhat_more(ways: int, *, broken: bool):
    original = linked(1_000, 1)
    population = original.with_columns(pl.col("minutes").shuffle(seed=1), pl.col("age") // 2) if broken else original
    columns = [
        bin_columns(*paired(original, resample(population, 800, seed), Schema.infer(original)), Schema.infer(original))
        for seed in range(100)
    ]
    found = [measure_marginals(one, ways) for one in columns]
    spread = np.std([one.mean_tvd for one in found])
    assert 0.9 * spread < np.mean([one.error for one in found]) < 2.1 * spread


def test_a_broken_correlation_is_seen_by_two_columns_and_not_by_one():
    original = linked(2_000, 1)
    broken = original.with_columns(pl.col("minutes").shuffle(seed=1))
    schema = Schema.infer(original)
    alone, together = (marginal_distances(original, broken, schema, ways=ways) for ways in (1, 2))
    assert alone.mean_tvd == 0.0
    assert together.mean_tvd > together.floor + 5 * together.error


def test_missing_values_are_a_value_of_their_own():
    original = pl.DataFrame({"x": [1, 1, None, None]}, schema={"x": pl.Int64})
    found = marginal_distances(original, original.head(2), Schema.infer(original), ways=1)
    assert found.mean_tvd == 0.5


@pytest.mark.parametrize("values", [[7] * 9, [None] * 9, [1], [""]])
def test_constants_and_one_row(values: list[Any]):
    table = pl.DataFrame({"x": values, "y": values})
    found = marginal_distances(table, table, Schema.infer(table), ways=2)
    assert (found.mean_tvd, found.floor, found.error) == (0.0, 0.0, 0.0)


def test_too_many_sets_are_sampled_and_the_error_says_so():
    rng = np.random.Generator(np.random.PCG64(3))
    table = pl.DataFrame({f"c{place}": rng.integers(0, 3 + place, 200) for place in range(24)})
    synthetic = resample(table, 200, 4)
    schema = Schema.infer(table)
    sampled = marginal_distances(table, synthetic, schema, ways=3)
    assert (sampled.tables.height, sampled.possible) == (MOST_TABLES, 2_024)
    every = k_way(table, synthetic, schema)
    assert every.height == 2_024
    assert abs(sampled.mean_tvd - np.mean(every["tvd"].to_numpy())) < 3 * sampled.error
    columns = bin_columns(*paired(table, synthetic, schema), schema)
    assert measure_marginals(columns, 3, 1).error > sampled.error


@pytest.mark.parametrize("ways", [0, 4])
def test_more_ways_than_columns_are_refused(ways: int):
    table = linked(5, 1)
    with pytest.raises(MeasurementError, match=rf"ways is {ways}\. Allowed: from 1 to the number of columns, 3"):
        marginal_distances(table, table, Schema.infer(table), ways=ways)
