"""The account: conversions never in favour of a claim."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.errors import DescriptionError
from synth_assets.ledger.accounting import (
    UNITS_PER_RHO,
    check_delta,
    check_epsilon,
    epsilon_of,
    pure_spend_of,
    spend_of,
)
from synth_assets.ledger.explain import explained, posterior, posterior_table

DELTAS = (1e-12, 1e-9, 1e-6, 1e-3)


def simple_bound(units: int, delta: float) -> float:
    """An upper bound that needs no optimisation (Bun and Steinke 2016, prop. 1.3)."""
    rho = units / UNITS_PER_RHO
    return rho + 2 * math.sqrt(rho * math.log(1 / delta))


@pytest.mark.parametrize("delta", DELTAS)
@pytest.mark.parametrize("epsilon", [0.001, 0.1, 1.0, 5.0, 100.0])
def test_a_spend_is_within_epsilon_and_the_next_unit_is_not(epsilon: float, delta: float):
    units = spend_of(epsilon, delta)

    assert units >= 1
    assert epsilon_of(units, delta) <= epsilon
    assert epsilon_of(units + max(units // 10**9, 1), delta) > epsilon * (1 - 1e-9)


@pytest.mark.parametrize("delta", DELTAS)
@pytest.mark.parametrize("units", [10**6, 10**9, 10**10, 10**12])
def test_the_conversion_is_below_the_simple_bound_and_not_far(units: int, delta: float):
    found = epsilon_of(units, delta)

    assert found < simple_bound(units, delta)
    assert found > 0.6 * simple_bound(units, delta) or delta > 1e-6


@given(st.integers(1, 10**13), st.integers(1, 10**13))
def test_more_units_are_more_epsilon(first: int, second: int):
    less, more = sorted((first, second))

    assert epsilon_of(less, 1e-9) <= epsilon_of(more, 1e-9)


def test_a_known_value():
    # sigma 5.7787 at sensitivity 1: (1, 1e-9) by the optimal conversion, Canonne, Kamath and Steinke 2020, prop. 12
    assert spend_of(1.0, 1e-9) / UNITS_PER_RHO == pytest.approx(0.014973, rel=1e-4)


@given(st.floats(0.001, 1000))
def test_pure_epsilon_is_rounded_up_exactly(epsilon: float):
    exact = Fraction(epsilon) ** 2 / 2 * UNITS_PER_RHO

    assert exact <= pure_spend_of(epsilon) < exact + 1


def test_nothing_spent_is_no_epsilon():
    assert epsilon_of(0, 1e-9) == 0


@pytest.mark.parametrize("epsilon", [0, 0.0, -1, math.nan, math.inf, -math.inf, True, "1", None, 1e-5, 2_000.0])
def test_an_epsilon_that_bounds_nothing_is_refused(epsilon: object):
    with pytest.raises(DescriptionError, match=r"epsilon is .*\. Allowed: numbers from 0.001 to 1000"):
        check_epsilon(epsilon)


@pytest.mark.parametrize("delta", [0, -1e-9, 1, 0.5, math.nan, True, "1e-9", None])
def test_a_delta_that_is_no_small_chance_is_refused(delta: object):
    with pytest.raises(DescriptionError, match=r"delta is .*\. Allowed: numbers above 0"):
        check_delta(delta)


@pytest.mark.parametrize("epsilon", [0.1, 1.0, 3.0])
def test_a_posterior_has_odds_of_e_to_epsilon(epsilon: float):
    believed = posterior(0.5, epsilon)

    assert believed / (1 - believed) == pytest.approx(math.exp(epsilon))
    assert posterior(0.5, epsilon / 2) < believed


def test_the_words_say_who_is_protected_and_which_way_is_better():
    said = explained(1.0, 1e-9, unit="one person, with up to 3 rows")

    assert "one person, with up to 3 rows was in the data" in said
    assert "73.2%" in said
    assert "1e-09" in said
    assert "smaller is more private" in said
    assert "| **1** | 73.2% |" in posterior_table(1.0)
    assert posterior_table(0.7).count("**") == 2
