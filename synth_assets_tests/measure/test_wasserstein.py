"""The 1-Wasserstein distance against a slow one, and its floor against resamples."""

import math
import sys

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.measure.axis import axis_counts
from synth_assets.measure.floor import Distance
from synth_assets.measure.wasserstein import wasserstein

VALUES = st.lists(st.integers(-5, 5) | st.floats(-1e9, 1e9), min_size=1, max_size=20)


def both(original: list | np.ndarray, synthetic: list | np.ndarray) -> tuple[Distance, Distance | None]:
    return wasserstein(axis_counts(*(pl.Series(np.asarray(one, dtype=float)) for one in (original, synthetic))))


def measured(original: list | np.ndarray, synthetic: list | np.ndarray) -> Distance:
    return both(original, synthetic)[0]


def slow(original: list[float], synthetic: list[float]) -> float:
    """Both columns repeated to one length and paired in order: the cheapest way to turn one into the other."""
    rows = math.lcm(len(original), len(synthetic))
    sides = [np.repeat(np.sort(one), rows // len(one)) for one in (original, synthetic)]
    return float(abs(sides[0] - sides[1]).mean())


@given(VALUES, VALUES)
def test_it_is_the_slow_one_and_symmetric(original: list[float], synthetic: list[float]):
    found = measured(original, synthetic)
    assert found.value == pytest.approx(slow(original, synthetic), rel=1e-9, abs=1e-6)
    assert found.value == pytest.approx(measured(synthetic, original).value, rel=1e-9, abs=1e-6)


@given(VALUES)
def test_nothing_is_between_a_column_and_itself(values: list[float]):
    assert measured(values, values[::-1]).value == 0


@given(VALUES, VALUES, st.sampled_from([-1024.0, -7.0, 3.0]))
def test_it_scales_with_the_values_and_a_shift_is_its_size(values: list[float], others: list[float], factor: float):
    wanted = measured(values, others).value * abs(factor)
    scaled = measured(np.multiply(values, factor), np.multiply(others, factor)).value
    assert scaled == pytest.approx(wanted, rel=1e-9, abs=1e-6)
    assert measured(values, np.add(values, factor)).value == pytest.approx(abs(factor), rel=1e-6)


def test_in_standard_deviations_of_the_original():
    scaled = both([0, 10], [5, 15])[1]
    assert scaled is not None
    assert scaled.value == pytest.approx(1.0)
    assert both([3, 3], [5])[1] is None


def test_one_value_that_moved():
    assert measured([-2.0] * 5, [1.5]).value == 3.5


@pytest.mark.parametrize("kind", ["normal", "heavy tail", "spike", "few", "small"])
def test_resamples_lie_at_the_floor(kind: str):
    rng = np.random.Generator(np.random.PCG64(1))
    original = {
        "normal": rng.normal(size=1_000),
        "heavy tail": np.exp(2 * rng.normal(size=1_000)),
        "spike": np.where(rng.random(1_000) < 0.6, 0, rng.exponential(size=1_000)),
        "few": rng.integers(-2, 3, 1_000),
        "small": rng.normal(size=12),
    }[kind]
    draws = 600
    found = [measured(original, rng.choice(original, 700)) for _ in range(draws)]
    values = [one.value for one in found]
    error = float(np.std(values)) / math.sqrt(draws)
    assert found[0].floor.mean == pytest.approx(np.mean(values), abs=4 * error)
    assert found[0].floor.standard_deviation == pytest.approx(np.std(values), rel=0.12)
    assert np.mean([one.error for one in found]) > 0.95 * np.std(values)


def test_fresh_samples_lie_at_the_fresh_floor():
    rng = np.random.Generator(np.random.PCG64(2))
    found = [measured(rng.normal(size=600), rng.normal(size=400)) for _ in range(400)]
    assert np.mean([one.floor.fresh for one in found]) == pytest.approx(np.mean([one.value for one in found]), rel=0.06)


def test_the_error_far_from_the_floor_is_that_of_repeated_draws():
    rng = np.random.Generator(np.random.PCG64(3))
    original = rng.normal(size=1_000)
    found = [measured(original, rng.normal(1, 2, 500)) for _ in range(400)]
    assert np.mean([one.error for one in found]) == pytest.approx(np.std([one.value for one in found]), rel=0.15)


def test_the_largest_floats_stay_finite():
    largest = sys.float_info.max
    found, scaled = both([-largest, largest], [largest, largest])
    assert scaled is not None
    assert (found.value, scaled.value) == (largest, pytest.approx(1.0))
    assert all(math.isfinite(one) for one in (found.floor.mean, found.floor.standard_deviation, found.floor.fresh))


def test_times_that_lie_close_far_from_the_origin():
    start = 1.7e15
    assert measured([start, start + 10], [start + 5, start + 15]).value == 5.0
