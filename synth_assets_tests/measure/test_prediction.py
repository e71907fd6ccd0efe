"""Train on synthetic, test on real."""

import math
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from synth_assets.errors import MeasurementError
from synth_assets.measure import Prediction, prediction, train_on_synthetic
from synth_assets.schema import Column, Schema


def stream(seed: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def linked(rows: int, seed: int) -> pl.DataFrame:
    """Sex and ward are decided by the others, but for noise; day is independent."""
    rng = stream(seed)
    age = rng.integers(-3, 3, rows)
    weight = age + rng.normal(size=rows)
    return pl.DataFrame(
        {
            "age": age,
            "weight": weight,
            "ward": np.array(list("abcdef"))[np.where(rng.random(rows) < 0.1, rng.integers(0, 6, rows), age + 3)],
            "sex": np.where(weight + rng.normal(size=rows) > 0, "F", "M"),
            "day": [date(2019, 1, 1) + timedelta(days=int(one)) for one in rng.integers(0, 400, rows)],
        }
    )


def predicted(original: pl.DataFrame, synthetic: pl.DataFrame, target: str, seed: int = 0) -> Prediction:
    return train_on_synthetic(original, synthetic, Schema.infer(original), target=target, rng=stream(seed))


@pytest.mark.parametrize(("target", "classes"), [("sex", 2), ("ward", 6), ("age", 6), ("weight", 10), ("day", 10)])
def test_a_fresh_sample_teaches_as_much_as_real_rows(target: str, classes: int):
    found = predicted(linked(3_000, 1), linked(3_000, 2), target)
    assert (found.classes, found.training_rows, found.test_rows) == (classes, 1_500, 1_500)
    assert abs(found.lost) <= 4 * found.lost_error
    assert abs(found.log_loss_added) < 5 * found.log_loss_added_error


def test_between_the_baseline_and_the_ceiling():
    original = linked(3_000, 1)
    found = predicted(original, original, "ward")
    assert found.real.accuracy == pytest.approx(0.9 + 0.1 / 6, abs=0.03)
    assert found.majority.accuracy == pytest.approx(1 / 6, abs=0.03)
    assert found.majority.log_loss == pytest.approx(math.log(6), abs=0.01)
    assert found.real.log_loss < 0.6 < found.majority.log_loss


def test_broken_dependence_teaches_nothing():
    original = linked(3_000, 1)
    broken = original.with_columns(pl.col("sex").shuffle(seed=1))
    found = predicted(original, broken, "sex")
    assert found.synthetic.accuracy < found.majority.accuracy + 0.1
    assert found.lost > 5 * found.lost_error
    assert found.log_loss_added > 5 * found.log_loss_added_error
    assert found.lost == pytest.approx(found.real.accuracy - found.synthetic.accuracy)
    assert found.log_loss_added == pytest.approx(found.synthetic.log_loss - found.real.log_loss)


def test_dependence_among_the_other_columns_matters():
    """Two copies of a column: a table that breaks them apart teaches to trust each half as much as both."""
    rng = stream(1)
    first, other = rng.integers(0, 2, 4_000), rng.integers(0, 2, 4_000)
    seen = np.where(rng.random(4_000) < 0.3, 1 - first, first)
    original = pl.DataFrame({"seen": seen, "again": seen, "first": first, "other": other})
    broken = original.with_columns(pl.Series("again", np.where(rng.random(4_000) < 0.3, 1 - first, first)))
    found = predicted(original, broken, "first")
    assert found.log_loss_added > 5 * found.log_loss_added_error


def test_standard_errors_are_those_of_a_mean():
    found = predicted(linked(1_000, 1), linked(1_000, 2), "sex")
    for score in (found.synthetic, found.real, found.majority):
        assert score.accuracy_error == pytest.approx(math.sqrt(score.accuracy * (1 - score.accuracy) / 500))
        assert score.log_loss_error > 0
    assert found.lost_error < math.hypot(found.synthetic.accuracy_error, found.real.accuracy_error)


def test_errors_cover_new_test_rows():
    found = [predicted(linked(400, seed), linked(400, seed + 100), "sex") for seed in range(60)]
    lost = [one.lost / one.lost_error for one in found if one.lost_error > 0]
    assert abs(np.mean(lost)) < 0.6
    assert np.std(lost) < 2


def test_the_split_is_that_of_the_stream():
    original, synthetic = linked(300, 1), linked(200, 2)
    assert predicted(original, synthetic, "ward", 1) == predicted(original, synthetic, "ward", 1)
    assert predicted(original, synthetic, "ward", 1) != predicted(original, synthetic, "ward", 2)


def test_both_training_sets_are_of_one_size(monkeypatch: pytest.MonkeyPatch):
    assert predicted(linked(300, 1), linked(40, 2), "sex").training_rows == 40
    monkeypatch.setattr(prediction, "MOST_TRAINING_ROWS", 30)
    monkeypatch.setattr(prediction, "MOST_TEST_ROWS", 20)
    found = predicted(linked(300, 1), linked(40, 2), "sex")
    assert (found.training_rows, found.test_rows) == (30, 20)


def test_missing_is_a_class_of_its_own():
    original = linked(2_000, 1).with_columns(pl.when(pl.col("age") < 2).then("sex").alias("sex"))
    found = predicted(original, original, "sex")
    assert found.classes == 3
    assert found.synthetic.accuracy > 0.7


def test_many_classes_are_ten():
    rng = stream()
    table = pl.DataFrame({"code": rng.integers(0, 50, 500), "x": rng.integers(0, 3, 500)}).cast({"code": pl.String})
    assert predicted(table, table, "code").classes == 10


def test_a_target_that_never_varies():
    table = pl.DataFrame({"x": [-1, 2, 3, 4], "y": ["a"] * 4})
    found = predicted(table, table, "y")
    assert (found.classes, found.synthetic.accuracy, found.majority.accuracy, found.lost) == (1, 1.0, 1.0, 0.0)


def test_a_class_that_the_synthetic_table_lacks():
    original = linked(500, 1)
    found = predicted(original, original.filter(pl.col("sex") == "F"), "sex")
    assert found.synthetic.accuracy == pytest.approx(1 - found.majority.accuracy, abs=0.2)
    assert math.isfinite(found.synthetic.log_loss)


@pytest.mark.parametrize("rows", [2, 3])
def test_very_few_rows(rows: int):
    table = linked(rows, 1)
    found = predicted(table, table.head(1), "sex")
    assert (found.training_rows, found.test_rows) == (1, 1)
    assert 0 <= found.synthetic.accuracy <= 1


def test_one_row_cannot_be_split():
    table = linked(1, 1)
    with pytest.raises(MeasurementError, match=r"The original has 1 row\. To predict 'sex' it needs at least 2"):
        predicted(table, table, "sex")


@pytest.mark.parametrize("target", ["note", "unknown"])
def test_text_and_unknown_targets_are_refused(target: str):
    schema = Schema((Column("note", "text"), Column("x", "integer"), Column("y", "integer")))
    table = pl.DataFrame({"note": ["a", "b"], "x": [1, 2], "y": [1, 2]})
    with pytest.raises(MeasurementError, match=rf"target is '{target}'\. Allowed: a column that is not text: x, y"):
        train_on_synthetic(table, table, schema, target=target, rng=stream())


def test_the_only_column_is_refused():
    table = pl.DataFrame({"x": [1, 2]})
    with pytest.raises(MeasurementError, match="target is 'x', the only column"):
        predicted(table, table, "x")
