"""The propensity score: its null distribution, its power and its bounds."""

import math
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.errors import MeasurementError
from synth_assets.measure import Propensity, propensity, propensity_score
from synth_assets.schema import Column, Schema

ROW = st.tuples(st.none() | st.integers(-9, 9), st.sampled_from(["a", "b", None]), st.none() | st.floats(-1, 1))
TABLES = st.lists(ROW, min_size=1, max_size=20).map(
    lambda rows: pl.DataFrame(rows, schema={"n": pl.Int64, "c": pl.String, "x": pl.Float64}, orient="row")
)


def stream(seed: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def linked(rows: int, seed: int) -> pl.DataFrame:
    rng = stream(seed)
    age = rng.integers(0, 6, rows)
    return pl.DataFrame(
        {"age": age, "minutes": age * 10 + rng.integers(0, 30, rows), "ward": rng.choice(list("abcdefgh"), rows)}
    )


def score(original: pl.DataFrame, synthetic: pl.DataFrame, seed: int = 0) -> Propensity:
    return propensity_score(original, synthetic, Schema.infer(original), rng=stream(seed))


def resamples(original: pl.DataFrame, rows: int, times: int) -> list[Propensity]:
    return [score(original, original.sample(rows, with_replacement=True, seed=one), one) for one in range(times)]


def test_the_floor_without_a_ridge_is_snokes():
    """Expected pMSE (k - 1) (1 - c)^2 c / N, variance 2 (k - 1) (1 - c)^4 c^2 / N^2."""
    k, c, rows = 13, 0.4, 1_000
    floor = propensity._against_null(0.0, np.ones(k - 1), c, rows, 1 - c).floor
    assert floor.mean == pytest.approx((k - 1) * (1 - c) ** 2 * c / rows)
    assert floor.standard_deviation == pytest.approx(math.sqrt(2 * (k - 1)) * (1 - c) ** 2 * c / rows)


def test_one_column_is_the_share_of_synthetic_rows_in_each_level():
    original = pl.DataFrame({"c": ["a"] * 3_000 + ["b"] * 1_000})
    synthetic = pl.DataFrame({"c": ["a"] * 1_000 + ["b"] * 3_000})
    found = score(original, synthetic)
    assert found.pmse.value == pytest.approx(0.25**2, rel=0.01)
    assert found.parameters == pytest.approx(1, rel=0.01)
    assert (found.share, found.pairs, found.possible_pairs) == (0.5, 0, 0)


@pytest.mark.parametrize("rows", [2_000, 700])
def test_resamples_are_standard(rows: int):
    found = resamples(linked(2_000, 1), rows, 40)
    standardised = [one.standardised or 0 for one in found]
    assert np.mean(standardised) == pytest.approx(0, abs=4 / math.sqrt(40))
    assert 0.7 < np.std(standardised) < 1.4
    assert np.mean([one.ratio or 0 for one in found]) == pytest.approx(1, abs=0.1)


def test_resamples_are_standard_where_rows_are_drawn(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(propensity, "MOST_ROWS", 800)
    found = resamples(linked(2_000, 1), 3_000, 40)
    assert {(one.original_rows, one.synthetic_rows) for one in found} == {(800, 800)}
    assert np.mean([one.ratio or 0 for one in found]) == pytest.approx(1, abs=0.1)


def test_halves_lie_at_the_fresh_floor():
    found = [score(linked(1_000, seed), linked(1_000, seed + 100)).pmse for seed in range(30)]
    ratio = np.mean([one.value / one.floor.fresh for one in found])
    assert ratio == pytest.approx(1, abs=0.15)


def test_broken_dependence_is_seen_where_single_columns_are_the_same():
    original = linked(2_000, 1)
    broken = score(original, original.with_columns(pl.col("minutes").shuffle(seed=1)))
    assert broken.standardised is not None
    assert broken.standardised > 30
    assert broken.pmse.value > broken.pmse.floor.fresh + 5 * broken.pmse.error


def test_the_error_is_that_of_repeated_draws():
    original = linked(2_000, 1)
    shifted = original.with_columns(pl.col("minutes") + 4)
    found = [score(original, shifted.sample(2_000, with_replacement=True, seed=seed)).pmse for seed in range(60)]
    assert np.mean([one.error for one in found]) == pytest.approx(np.std([one.value for one in found]), rel=0.35)


def test_more_difference_scores_higher():
    original = linked(1_000, 1)
    scores = [score(original, original.with_columns(pl.col("minutes") + shift)).pmse.value for shift in (0, 2, 8, 100)]
    assert scores == sorted(scores)
    assert scores[0] == pytest.approx(0, abs=1e-9)
    assert scores[-1] == pytest.approx(0.25, rel=0.15)


@given(TABLES, TABLES)
def test_bounds(original: pl.DataFrame, synthetic: pl.DataFrame):
    schema = Schema((Column("n", "integer"), Column("c", "category"), Column("x", "float")))
    found = propensity_score(original, synthetic, schema, rng=stream())
    assert 0 <= found.pmse.value <= max(found.share, 1 - found.share) ** 2
    assert 0 <= found.pmse.floor.mean <= found.pmse.floor.fresh
    assert found.pmse.error >= 0
    assert found.share == pytest.approx(synthetic.height / (synthetic.height + original.height))


@given(TABLES)
def test_a_table_cannot_be_told_from_itself(table: pl.DataFrame):
    schema = Schema((Column("n", "integer"), Column("c", "category"), Column("x", "float")))
    found = propensity_score(table, table.reverse(), schema, rng=stream())
    assert found.pmse.value == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("values", [[7] * 9, [None] * 9, [1], ["free text"]])
def test_nothing_varies(values: list[Any]):
    table = pl.DataFrame({"x": values, "y": values})
    found = score(table, table)
    assert found.pmse.value == pytest.approx(0, abs=1e-9)
    assert (found.pmse.floor.mean, found.ratio, found.standardised) == (0.0, None, None)


def test_missing_values_tell_tables_apart_and_words_of_free_text_do_not():
    schema = Schema((Column("note", "text", nullable=True),))
    real, made = (pl.DataFrame({"note": [f"{kind} {place}" for place in range(200)]}) for kind in ("real", "made"))
    assert propensity_score(real, made, schema, rng=stream()).pmse.value == pytest.approx(0, abs=1e-9)
    half = made.with_columns(pl.when(pl.int_range(200) < 100).then("note").alias("note"))
    assert propensity_score(real, half, schema, rng=stream()).pmse.value > 0.05


def test_randomness_matters_only_where_rows_are_drawn(monkeypatch: pytest.MonkeyPatch):
    original, synthetic = linked(600, 1), linked(500, 2)
    assert score(original, synthetic, 1) == score(original, synthetic, 2)
    monkeypatch.setattr(propensity, "MOST_ROWS", 200)
    assert score(original, synthetic, 1) == score(original, synthetic, 1)
    assert score(original, synthetic, 1) != score(original, synthetic, 2)


def test_a_wide_table_has_some_of_its_pairs_in_the_model():
    rng = stream()
    table = pl.DataFrame({f"c{place}": rng.integers(0, 3, 300) for place in range(15)})
    found = score(table, table)
    assert (found.pairs, found.possible_pairs) == (propensity.MOST_PAIRS, 105)


def test_tables_that_do_not_fit_are_refused():
    table = linked(5, 1)
    with pytest.raises(MeasurementError, match=r"the synthetic table lacks column\(s\) 'ward'"):
        propensity_score(table, table.drop("ward"), Schema.infer(table), rng=stream())
