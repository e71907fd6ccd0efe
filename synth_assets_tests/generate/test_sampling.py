"""Systematic draws: the right number of each code, nothing impossible, and no dependence that was not there."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.generate.sampling import draw
from synth_assets_tests.tables import rng

WEIGHTS = st.lists(
    st.one_of(st.just(0.0), st.floats(0, 1e6, allow_subnormal=False), st.floats(1e-12, 1.0)), min_size=1, max_size=12
).filter(lambda weights: sum(weights) > 0)


@given(weights=WEIGHTS, rows=st.integers(1, 200), seed=st.integers(0, 2**32))
def test_of_n_rows_with_probability_p_come_n_p_rounded_down_or_up(weights: list[float], rows: int, seed: int):
    codes = draw(np.array([weights]), np.zeros(rows, dtype=np.int64), rng(seed))
    counts = np.bincount(codes, minlength=len(weights))
    expected = rows * np.array(weights) / sum(weights)
    assert counts.sum() == rows
    assert (np.abs(counts - expected) < 1 + 1e-6).all()
    assert counts[np.array(weights) == 0].sum() == 0


@given(
    table=st.lists(st.lists(st.integers(0, 5), min_size=4, max_size=4), min_size=1, max_size=6),
    rows=st.integers(1, 100),
    seed=st.integers(0, 2**32),
)
def test_each_configuration_draws_from_its_own_weights(table: list[list[int]], rows: int, seed: int):
    weights = np.array(table, dtype=float)
    usable = np.flatnonzero(weights.sum(axis=1) > 0)
    if not len(usable):
        return
    configurations = rng(seed).choice(usable, rows)
    codes = draw(weights, configurations, rng(seed))
    assert (weights[configurations, codes] > 0).all()
    for place in np.unique(configurations):
        own = codes[configurations == place]
        expected = len(own) * weights[place] / weights[place].sum()
        assert (np.abs(np.bincount(own, minlength=4) - expected) < 1 + 1e-6).all()


def test_the_last_code_before_weightless_ones_is_never_passed():
    weights = np.array([[0.1] * 10 + [0.0] * 5])
    for seed in range(200):
        assert draw(weights, np.zeros(997, dtype=np.int64), rng(seed)).max() == 9


def test_ten_thousand_configurations_draw_their_own_codes():
    weights = np.eye(50)[np.arange(10_000) % 50]
    configurations = rng().integers(0, 10_000, 30_000)
    assert (draw(weights, configurations, rng()) == configurations % 50).all()


def chi_squared(counts: np.ndarray) -> float:
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    return float(((counts - expected) ** 2 / expected).sum())


@pytest.mark.parametrize("rows", [97, 1_000, 1_013])
def test_two_columns_drawn_apart_are_as_independent_as_chance_allows(rows: int):
    """Over 400 draws X^2 of 3 x 4 has mean 6 n / (n - 1) and variance near 12, as under permutation of one column."""
    chance = rng(3)
    statistics = []
    for _ in range(400):
        first = draw(np.array([[5.0, 3, 2]]), np.zeros(rows, dtype=np.int64), chance)
        second = draw(np.array([[4.0, 3, 2, 1]]), np.zeros(rows, dtype=np.int64), chance)
        counts = np.zeros((3, 4))
        np.add.at(counts, (first, second), 1)
        statistics.append(chi_squared(counts))
    assert np.mean(statistics) == pytest.approx(6 * rows / (rows - 1), abs=4 * math.sqrt(12 / 400))
    assert np.var(statistics) == pytest.approx(12, rel=0.35)


def test_the_place_of_a_row_says_nothing_of_its_code():
    totals = np.zeros((10, 2))
    for seed in range(300):
        codes = draw(np.array([[1.0, 3.0]]), np.zeros(100, dtype=np.int64), rng(seed))
        np.add.at(totals, (np.arange(100) // 10, codes), 1)
    assert chi_squared(totals) < 9 + 4 * math.sqrt(18)


def test_many_small_configurations_together_draw_each_code_at_its_rate():
    """Each of 20,000 configurations has one row: only the random start makes the shares right."""
    weights = np.tile([0.7, 0.25, 0.05], (20_000, 1))
    codes = draw(weights, np.arange(20_000), rng())
    shares = np.bincount(codes, minlength=3) / 20_000
    assert shares == pytest.approx([0.7, 0.25, 0.05], abs=4 * math.sqrt(0.25 / 20_000))
