"""The sampling floor against the binomial distribution and against simulation."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.measure.distance import total_variation
from synth_assets.measure.floor import mean_absolute_deviation, sampling_floor


def slow_deviation(count: int, total: int, rows: int) -> float:
    p = count / total
    return sum(math.comb(rows, x) * p**x * (1 - p) ** (rows - x) * abs(x - rows * p) for x in range(rows + 1))


@given(st.integers(1, 60), st.integers(0, 60), st.integers(1, 80))
def test_mean_absolute_deviation_is_that_of_the_binomial(count: int, others: int, rows: int):
    found = mean_absolute_deviation(np.array([count]), count + others, rows)
    assert found[0] == pytest.approx(slow_deviation(count, count + others, rows), abs=1e-9)


def test_large_counts_follow_the_normal_distribution():
    found = mean_absolute_deviation(np.array([3_000_000]), 10_000_000, 10_000_000)
    assert found[0] == pytest.approx(math.sqrt(2 / math.pi * 10_000_000 * 0.3 * 0.7), rel=1e-5)


@pytest.mark.parametrize(
    ("counts", "rows"),
    [
        ([5_000, 5_000], 10_000),
        ([1] * 500, 500),
        ([700, 200, 60, 30, 6, 3, 1], 1_000),
        ([700, 200, 60, 30, 6, 3, 1], 150),
        ([999, 1], 1_000),
    ],
)
def test_mean_and_standard_deviation_are_those_of_resamples(counts: list[int], rows: int):
    original = np.array(counts)
    floor = sampling_floor(original, rows)
    rng = np.random.Generator(np.random.PCG64(1))
    draws = rng.multinomial(rows, original / original.sum(), size=4_000)
    distances = [total_variation(original, draw) for draw in draws]
    error = float(np.std(distances)) / math.sqrt(len(distances))
    assert floor.mean == pytest.approx(np.mean(distances), abs=4 * error)
    assert floor.standard_deviation == pytest.approx(np.std(distances), rel=0.1)


def test_fresh_is_the_distance_of_two_samples():
    rng = np.random.Generator(np.random.PCG64(2))
    population = rng.dirichlet(np.full(40, 2.0))
    pairs = [(rng.multinomial(2_000, population), rng.multinomial(3_000, population)) for _ in range(500)]
    distances = [total_variation(original, synthetic) for original, synthetic in pairs]
    floors = [sampling_floor(original, 3_000).fresh for original, _ in pairs]
    assert np.mean(floors) == pytest.approx(np.mean(distances), rel=0.02)


def test_halves_of_a_table_are_about_twice_its_floor_apart():
    """Two halves have twice the variance each, and both vary: the factor is 2, as a quarter of the rows would have."""
    floor = sampling_floor(np.full(30, 400), 12_000).mean
    assert sampling_floor(np.full(30, 200), 6_000).fresh == pytest.approx(2 * floor, rel=0.01)


def test_a_constant_column_has_no_noise():
    floor = sampling_floor(np.array([0, 12, 0]), 5)
    assert (floor.mean, floor.standard_deviation, floor.fresh) == (0.0, 0.0, 0.0)


@given(st.lists(st.integers(0, 40), min_size=1).filter(any), st.integers(1, 200))
def test_the_floor_is_a_distance(counts: list[int], rows: int):
    floor = sampling_floor(np.array(counts), rows)
    assert 0 <= floor.mean <= 1
    assert 0 <= floor.standard_deviation < 1
    assert floor.mean <= floor.fresh
