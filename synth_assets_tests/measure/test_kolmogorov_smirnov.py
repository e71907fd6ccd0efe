"""The Kolmogorov-Smirnov statistic against a slow one, and its floor against resamples."""

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.measure.axis import axis_counts
from synth_assets.measure.floor import Distance
from synth_assets.measure.kolmogorov_smirnov import kolmogorov_smirnov

VALUES = st.lists(st.integers(-5, 5) | st.floats(-1e9, 1e9) | st.just(math.inf), min_size=1, max_size=30)


def measured(original: list | np.ndarray, synthetic: list | np.ndarray) -> Distance:
    return kolmogorov_smirnov(axis_counts(*(pl.Series(np.asarray(one, dtype=float)) for one in (original, synthetic))))


def slow(original: list[float], synthetic: list[float]) -> float:
    def up_to(values: list[float], end: float) -> float:
        return sum(value <= end for value in values) / len(values)

    return max(abs(up_to(original, value) - up_to(synthetic, value)) for value in [*original, *synthetic])


def largest_gap(original: np.ndarray, synthetic: np.ndarray) -> float:
    places = np.union1d(original, synthetic)
    up_to = [np.searchsorted(np.sort(one), places, side="right") / len(one) for one in (original, synthetic)]
    return float(abs(up_to[0] - up_to[1]).max())


@given(VALUES, VALUES)
def test_it_is_the_slow_one_and_symmetric(original: list[float], synthetic: list[float]):
    found = measured(original, synthetic)
    assert found.value == pytest.approx(slow(original, synthetic), abs=1e-12)
    assert found.value == pytest.approx(measured(synthetic, original).value)
    assert 0 <= found.value <= 1
    assert 0 <= found.floor.mean <= found.floor.fresh <= 1


@given(VALUES)
def test_nothing_is_between_a_column_and_itself(values: list[float]):
    assert measured(values, values[::-1]).value == 0


def test_columns_with_nothing_in_common_are_1_apart():
    assert measured([-3, -2], [5]).value == 1.0


@pytest.mark.parametrize("kind", ["normal", "spike", "few", "coin", "unlike sizes"])
def test_resamples_lie_at_the_floor(kind: str):
    rng = np.random.Generator(np.random.PCG64(1))
    original = {
        "normal": rng.normal(size=1_000),
        "spike": np.where(rng.random(1_000) < 0.6, 0, rng.exponential(size=1_000)),
        "few": rng.integers(-2, 3, 1_000),
        "coin": rng.integers(0, 2, 1_000),
        "unlike sizes": rng.normal(size=100),
    }[kind]
    samples = [rng.choice(original, 700) for _ in range(600)]
    found = [measured(original, one) for one in samples[:20]]
    values = [largest_gap(original, one) for one in samples]
    assert found[0].value == pytest.approx(values[0])
    assert found[0].floor.mean == pytest.approx(np.mean(values), rel=0.06)
    assert found[0].floor.standard_deviation == pytest.approx(np.std(values), rel=0.12)
    assert np.mean([one.error for one in found]) > 0.95 * np.std(values)


def test_fresh_samples_lie_at_the_fresh_floor():
    rng = np.random.Generator(np.random.PCG64(2))
    values = [largest_gap(rng.normal(size=600), rng.normal(size=400)) for _ in range(600)]
    fresh = measured(rng.normal(size=600), rng.normal(size=400)).floor.fresh
    assert fresh == pytest.approx(np.mean(values), rel=0.05)


def test_the_error_far_from_the_floor_is_that_of_repeated_draws():
    rng = np.random.Generator(np.random.PCG64(3))
    original = rng.normal(size=1_000)
    samples = [rng.normal(1, 1, 500) for _ in range(600)]
    spread = np.std([largest_gap(original, one) for one in samples])
    assert np.mean([measured(original, one).error for one in samples[:20]]) == pytest.approx(spread, rel=0.15)


def test_a_constant_has_no_floor():
    found = measured([4.0] * 9, [4.0] * 2)
    assert (found.value, found.floor.mean, found.error) == (0.0, 0.0, 0.0)
