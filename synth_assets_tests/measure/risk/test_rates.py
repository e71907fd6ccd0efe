"""Exact limits against scipy, the excess, and what could have been detected against simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, binom

from synth_assets.errors import MeasurementError
from synth_assets.measure.risk.rates import LEAST_EXCESS, POWER, Attack, clopper_pearson, excess, tail


@given(st.integers(1, 3_000), st.floats(0, 1), st.floats(0.001, 0.999))
def test_tail_is_the_binomials(trials: int, share: float, rate: float):
    hits = round(share * trials)
    assert tail(hits, trials, rate) == pytest.approx(binom.sf(hits - 1, trials, rate), rel=1e-8, abs=1e-12)


def test_small_tails_keep_their_digits():
    assert tail(60, 100, 0.1) == pytest.approx(binom.sf(59, 100, 0.1), rel=1e-9)


@pytest.mark.parametrize("trials", [1, 20, 500, 10_000])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 1.0])
@pytest.mark.parametrize("error", [0.05, 0.0001])
def test_limits_are_quantiles_of_the_beta_distribution(trials: int, share: float, error: float):
    hits = int(share * trials)
    low = beta.ppf(error / 2, hits, trials - hits + 1) if hits else 0
    high = beta.ppf(1 - error / 2, hits + 1, trials - hits) if hits < trials else 1
    assert clopper_pearson(hits, trials, error) == pytest.approx((low, high), rel=1e-7, abs=1e-12)


def test_excess_is_the_share_of_the_possible_gain():
    assert Attack("a", "", 10, 6, 2).excess == pytest.approx(0.5)
    assert Attack("a", "", 10, 10, 10).excess == 0
    assert Attack("a", "", 10, 9, 10).excess == LEAST_EXCESS
    assert Attack("a", "", 10, 0, 9).excess == LEAST_EXCESS


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(0, n))))
def test_limits_enclose_the_excess_and_narrow_with_the_error(counts: tuple[int, int, int]):
    attack = Attack("a", "", *counts)
    assert attack.lower(0.001) <= attack.lower(0.1) <= attack.excess <= attack.upper(0.1) <= attack.upper(0.001)


def test_more_success_in_training_and_less_in_control_raise_the_limits():
    lower = [[Attack("a", "", 30, t, c).lower(0.01) for c in range(31)] for t in range(31)]
    assert (np.diff(lower, axis=0) >= 0).all()
    assert (np.diff(lower, axis=1) <= 0).all()


def test_lower_limits_are_wrong_no_more_often_than_allowed():
    """Over every outcome of 40 attacks at true rates, weighted by its chance."""
    chances = {rate: binom.pmf(np.arange(41), 40, rate) for rate in (0.1, 0.3, 0.8)}
    for training, control in ((0.1, 0.1), (0.3, 0.1), (0.8, 0.3)):
        true = excess(training, control)
        wrong = [[Attack("a", "", 40, t, c).lower(0.1) > true for c in range(41)] for t in range(41)]
        assert chances[training] @ np.array(wrong) @ chances[control] <= 0.1


@pytest.mark.parametrize(("attacks", "control", "limit"), [(500, 0, 0.0), (500, 75, 0.05), (60, 6, 0.0)])
def test_a_detectable_excess_is_detected_with_that_power(attacks: int, control: int, limit: float):
    found = Attack("a", "", attacks, 0, control).detectable(limit, 0.001)
    assert found is not None
    rate = control / attacks + found * (1 - control / attacks)
    detected = [Attack("a", "", attacks, hits, control).lower(0.001) > limit for hits in range(attacks + 1)]
    assert binom.pmf(np.arange(attacks + 1), attacks, rate) @ detected == pytest.approx(POWER, abs=1e-6)


def test_nothing_is_detectable_where_success_in_every_attack_would_not_do():
    assert Attack("a", "", 5, 0, 0).detectable(0, 0.001) is None
    assert Attack("a", "", 500, 500, 500).detectable(0, 0.001) is None


@pytest.mark.parametrize("counts", [(0, 0, 0), (5, 6, 0), (5, 0, 6), (5, -1, 0)])
def test_impossible_rates_are_refused(counts: tuple[int, int, int]):
    with pytest.raises(MeasurementError, match=r"Allowed: at least one attack"):
        Attack("a", "", *counts)
