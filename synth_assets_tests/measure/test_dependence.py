"""What checks of dependence are given."""

import numpy as np
import polars as pl
import pytest

from synth_assets.errors import MeasurementError
from synth_assets.measure import Comparison, compare, dependence_kept
from synth_assets.schema import Schema


def table(rows: int, seed: int, *, tie: str | None = "xy") -> pl.DataFrame:
    """Columns x, y and z; two of them agree in most rows."""
    rng = np.random.Generator(np.random.PCG64(seed))
    columns = {name: rng.integers(0, 4, rows) for name in "xyz"}
    if tie:
        agree = rng.random(rows) < 0.8
        columns[tie[1]] = np.where(agree, columns[tie[0]], columns[tie[1]])
    return pl.DataFrame({name: values.astype(str) for name, values in columns.items()})


def compared(original: pl.DataFrame, synthetic: pl.DataFrame) -> Comparison:
    return compare(original, synthetic, Schema.infer(original))


def test_kept_dependence():
    found = dependence_kept(compared(table(3_000, 1), table(3_000, 2)))
    assert found is not None
    assert (found.pairs, found.dependent_pairs) == (3, 1)
    assert abs(found.worst.difference) < 4 * found.worst.difference_error
    assert found.least_kept is not None
    assert str(found.least_kept) == "x and y"
    assert found.least_kept.kept_share == pytest.approx(1.0, abs=0.1)


def test_stored_measurements_say_the_same():
    comparison = compared(table(500, 1), table(400, 2))
    assert dependence_kept(comparison.measurements.to_pandas()) == dependence_kept(comparison)
    with pytest.raises(MeasurementError, match=r"not measurements of a comparison: column\(s\) ways, column_a"):
        dependence_kept(table(5, 1))


def test_lost_dependence():
    found = dependence_kept(compared(table(3_000, 1), table(3_000, 2, tie=None)))
    assert found is not None
    assert str(found.worst) == "x and y"
    assert found.worst.difference < -0.3
    assert found.strongest.synthetic < 4 * found.strongest.synthetic_error
    assert found.least_kept is not None
    assert found.least_kept.kept_share == pytest.approx(0.0, abs=0.02)


def test_invented_dependence():
    found = dependence_kept(compared(table(3_000, 1, tie=None), table(3_000, 2, tie="yz")))
    assert found is not None
    assert str(found.invented) == str(found.strongest) == "y and z"
    assert found.invented.difference > 0.3
    assert found.least_kept is None
    assert found.dependent_pairs == 0


def test_noise_in_a_small_table_is_not_dependence():
    shares = [dependence_kept(compared(table(60, seed, tie=None), table(60, 99))) for seed in range(40)]
    assert sum(found.dependent_pairs for found in shares if found) <= 2


def test_a_table_of_one_column_has_no_dependence():
    one = pl.DataFrame({"x": [1, 2]})
    assert dependence_kept(compared(one, one)) is None


def test_kept_share_is_unknown_without_dependence():
    constant = pl.DataFrame({"x": [1, 1], "y": [2, 2]})
    found = dependence_kept(compared(constant, constant))
    assert found is not None
    assert found.worst.kept_share is None
    assert (found.worst.difference, found.worst.difference_error) == (0.0, 0.0)


@pytest.mark.parametrize("limit", [0, -1, 1.5])
def test_a_limit_out_of_range_is_refused(limit: float):
    comparison = compared(table(50, 1), table(50, 2))
    with pytest.raises(MeasurementError, match=rf"dependent_from is {limit}\. Allowed: above 0, at most 1"):
        dependence_kept(comparison, dependent_from=limit)
