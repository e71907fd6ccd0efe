"""Every measure of utility together."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.errors import MeasurementError
from synth_assets.measure import (
    Utility,
    compare,
    marginal_distances,
    numeric_distances,
    propensity_score,
    train_on_synthetic,
    utility,
)
from synth_assets.schema import Column, Schema

MEASURES = [
    "tvd_1",
    "tvd_2",
    "tvd_3",
    "k_marginal_2",
    "k_marginal_3",
    "nmi_error",
    "ks",
    "wasserstein",
    "pmse",
    "pmse_ratio",
    "tstr_accuracy",
    "tstr_log_loss",
]
DISTANCES = ["tvd_1", "tvd_2", "tvd_3", "nmi_error", "ks", "wasserstein", "pmse"]
SCHEMA = Schema(
    (
        Column("n", "integer", nullable=True),
        Column("x", "float", nullable=True),
        Column("c", "category", nullable=True),
        Column("d", "date", nullable=True),
        Column("b", "boolean", nullable=True),
        Column("note", "text", nullable=True),
    )
)
ROW = st.tuples(
    st.none() | st.integers(-50, 50),
    st.none() | st.floats(),
    st.none() | st.sampled_from("abc"),
    st.none() | st.dates(),
    st.none() | st.booleans(),
    st.none() | st.text(max_size=3),
)
TABLES = st.lists(ROW, min_size=2, max_size=12).map(lambda rows: pl.DataFrame(rows, schema=SCHEMA.dtypes, orient="row"))


def stream(seed: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def admissions(rows: int, seed: int) -> pl.DataFrame:
    rng = stream(seed)
    age = rng.integers(0, 6, rows)
    return pl.DataFrame(
        {
            "minutes": age * 10 + rng.integers(-20, 30, rows),
            "age": age,
            "ward": rng.choice(list("abcdefgh"), rows),
            "day": [date(2019, 4, 1) + timedelta(days=int(one)) for one in rng.integers(0, 7, rows)],
        }
    ).with_columns(pl.when(pl.Series(rng.random(rows) > 0.1)).then("minutes").alias("minutes"))


def figures(found: Utility) -> dict[str, tuple[Any, Any, Any]]:
    return {name: tuple(rest) for name, *rest in found.summary.iter_rows()}


def test_the_summary_is_that_of_the_measures_one_by_one():
    original, synthetic = admissions(600, 1), admissions(500, 2)
    schema = Schema.infer(original)
    found = figures(utility(original, synthetic, schema, target="age", rng=stream()))
    assert list(found) == MEASURES
    rng = stream()
    learned = train_on_synthetic(original, synthetic, schema, target="age", rng=rng)
    score = propensity_score(original, synthetic, schema, rng=rng)
    numbers = numeric_distances(original, synthetic, schema)
    third = marginal_distances(original, synthetic, schema, ways=3)
    comparison = compare(original, synthetic, schema)
    assert found["tstr_accuracy"] == (learned.synthetic.accuracy, learned.real.accuracy, learned.lost_error)
    assert found["tstr_log_loss"][:2] == (learned.synthetic.log_loss, learned.real.log_loss)
    assert found["pmse"] == (score.pmse.value, score.pmse.floor.mean, score.pmse.error)
    assert found["pmse_ratio"][:2] == (score.ratio, 1.0)
    assert found["ks"] == tuple(numbers.mean(name) for name in ("ks", "ks_floor", "ks_error"))
    assert found["wasserstein"][0] == numbers.mean("wasserstein_scaled")
    assert found["tvd_3"] == (third.mean_tvd, third.floor, third.error)
    assert found["k_marginal_3"] == (third.score, third.score_floor, third.score_error)
    assert found["tvd_1"][:2] == pytest.approx((comparison.mean_tvd_1, comparison.floor_1))
    assert found["tvd_2"][:2] == pytest.approx((comparison.mean_tvd_2, comparison.floor_2))
    assert found["nmi_error"][:2] == pytest.approx((comparison.nmi_error, comparison.nmi_floor))


@given(TABLES, TABLES)
@settings(max_examples=20)
def test_any_two_tables_can_be_measured(original: pl.DataFrame, synthetic: pl.DataFrame):
    found = utility(original, synthetic, SCHEMA, target="c", rng=stream())
    assert found.summary["measure"].to_list() == MEASURES
    for name in ("value", "floor", "error"):
        present = found.summary[name].drop_nulls()
        assert (present.is_finite() & (present >= 0)).all()


@given(TABLES)
@settings(max_examples=20)
def test_a_table_is_at_distance_0_from_itself(table: pl.DataFrame):
    found = figures(utility(table, table, SCHEMA, rng=stream()))
    assert all(found[name][0] in {0.0, None} for name in DISTANCES[:-1])
    assert found["pmse"][0] == pytest.approx(0, abs=1e-6)
    assert found["k_marginal_2"][0] == found["k_marginal_3"][0] == 1_000


def test_a_resample_lies_at_every_floor():
    original = admissions(3_000, 1)
    resample = original.sample(2_500, with_replacement=True, seed=1)
    found = figures(utility(original, resample, Schema.infer(original), rng=stream()))
    for name in MEASURES[:-2]:
        value, floor, error = found[name]
        assert abs(value - floor) < 4 * error, name


def test_fresh_rows_lie_a_little_above_and_broken_dependence_far():
    original = admissions(3_000, 1)
    schema = Schema.infer(original)
    again = admissions(3_000, 2)
    broken = again.with_columns(pl.col("age").shuffle(seed=1))
    fresh, apart = (figures(utility(original, table, schema, target="age", rng=stream())) for table in (again, broken))
    for name in ("tvd_2", "tvd_3", "nmi_error", "pmse", "pmse_ratio", "tstr_log_loss"):
        value, floor, error = apart[name]
        assert value > floor + 5 * error, name
        assert value > fresh[name][0] + 3 * error, name
    for name in ("tstr_accuracy", "k_marginal_2", "k_marginal_3"):
        assert apart[name][0] < fresh[name][0] - 3 * apart[name][2], name
    for name in ("tstr_accuracy", "tstr_log_loss"):
        value, ceiling, error = fresh[name]
        assert abs(value - ceiling) < 4 * error, name
    for name in ("tvd_1", "ks", "wasserstein"):
        assert apart[name][:2] == pytest.approx(fresh[name][:2]), name


def test_one_column_and_no_target_leave_measures_out():
    table = pl.DataFrame({"c": ["a", "b"]})
    found = utility(table, table, Schema.infer(table), rng=stream())
    assert (found.information, found.prediction, len(found.marginals)) == (None, None, 1)
    values = {name for name, figure in figures(found).items() if figure[0] is not None}
    assert values == {"tvd_1", "pmse", "pmse_ratio"}
    assert found.summary.height == len(MEASURES)


def test_one_row_each():
    table = admissions(1, 1)
    found = utility(table, table, Schema.infer(table), rng=stream())
    assert (found.original_rows, found.synthetic_rows) == (1, 1)
    assert figures(found)["tvd_3"] == (0.0, 0.0, 0.0)


def test_order_of_columns_and_kind_of_frame_do_not_matter():
    original, synthetic = admissions(200, 1), admissions(100, 2)
    schema = Schema.infer(original)
    wanted = utility(original, synthetic, schema, target="ward", rng=stream()).summary
    turned = synthetic.select(reversed(synthetic.columns)).lazy()
    assert utility(original.to_pandas(), turned, schema, target="ward", rng=stream()).summary.equals(wanted)


def test_tables_and_targets_that_do_not_fit_are_refused():
    table = admissions(5, 1)
    with pytest.raises(MeasurementError, match=r"the synthetic table lacks column\(s\) 'ward'"):
        utility(table, table.drop("ward"), Schema.infer(table), rng=stream())
    with pytest.raises(MeasurementError, match=r"target is 'height'\. Allowed: .*minutes, age, ward, day"):
        utility(table, table, Schema.infer(table), target="height", rng=stream())


def test_a_long_table_takes_seconds():
    """A loop over rows would take minutes."""
    rows = stream().integers(0, 1_000, 300_000)
    table = admissions(1_000, 1).select(pl.all().gather(pl.Series(rows))).with_columns(x=stream(1).normal(size=300_000))
    found = utility(table, table.reverse(), Schema.infer(table), target="age", rng=stream())
    assert figures(found)["wasserstein"][0] == 0.0
    assert found.propensity.original_rows == 20_000
