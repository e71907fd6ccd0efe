"""Accounts of privacy loss: zero-concentrated differential privacy in whole units of rho, and its epsilon.

Roundings never go in favour of a claim: spends up, budgets down, reported epsilons up.
"""

import math
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

from synth_assets.errors import DescriptionError

UNITS_PER_RHO = 10**12
"""One unit is a millionth of a millionth of rho."""

MOST_EPSILON = 1_000.0
LEAST_EPSILON = 0.001
MOST_DELTA = 0.01

_MOST_UNITS = 10**16


def check_epsilon(epsilon: object) -> float:
    """The number, if it bounds anything.

    Raises:
        DescriptionError: It is no number from ``LEAST_EPSILON`` to ``MOST_EPSILON``.
    """
    is_number = isinstance(epsilon, int | float) and not isinstance(epsilon, bool)
    if not is_number or not LEAST_EPSILON <= epsilon <= MOST_EPSILON:
        message = (
            f"epsilon is {epsilon!r}. Allowed: numbers from {LEAST_EPSILON:g} to {MOST_EPSILON:g}, of which smaller "
            "ones are more private (1 is usual), or null (None) for no differential privacy; 0 would mean that nothing "
            "may be told."
        )
        raise DescriptionError(message)
    return float(epsilon)


def check_delta(delta: object) -> float:
    """The number, if it can be a chance that is small enough.

    Raises:
        DescriptionError: It is no number above 0 and up to ``MOST_DELTA``.
    """
    is_number = isinstance(delta, int | float) and not isinstance(delta, bool)
    if not is_number or not 0 < delta <= MOST_DELTA:
        message = (
            f"delta is {delta!r}. Allowed: numbers above 0 and up to {MOST_DELTA:g}; well below one over the number of "
            "persons, such as 1e-9."
        )
        raise DescriptionError(message)
    return float(delta)


@lru_cache(maxsize=256)
def spend_of(epsilon: float, delta: float) -> int:
    """The most units of rho that are no more than (epsilon, delta), by OpenDP's own conversion.

    Args:
        epsilon: See ``check_epsilon``.
        delta: See ``check_delta``.

    Raises:
        DescriptionError: One is out of range.
    """
    bound, chance = check_epsilon(epsilon), check_delta(delta)
    least, most = 0, _MOST_UNITS
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (middle, most) if _epsilon(middle, chance) <= bound else (least, middle)
    return least


def pure_spend_of(epsilon: float) -> int:
    """What pure epsilon costs in units of rho, epsilon^2 / 2 (Bun and Steinke 2016, prop. 1.4), rounded up.

    Raises:
        DescriptionError: epsilon is out of range.

    >>> pure_spend_of(1.0)
    500000000000
    """
    return math.ceil(Fraction(check_epsilon(epsilon)) ** 2 / 2 * UNITS_PER_RHO)


def epsilon_of(units: int, delta: float) -> float:
    """The epsilon of so many units of rho at this delta, by OpenDP's own conversion, rounded up; 0 for none.

    Raises:
        DescriptionError: delta is out of range.
    """
    return _epsilon(units, check_delta(delta)) if units > 0 else 0.0


@lru_cache(maxsize=4096)
def _epsilon(units: int, delta: float) -> float:
    """OpenDP's accountant turns the loss of a Gaussian mechanism into a curve of (epsilon, delta)."""
    dp = _opendp()
    scale = math.sqrt(UNITS_PER_RHO / (2 * units))
    space = dp.atom_domain(T=int), dp.absolute_distance(T=int)
    measurement = dp.m.make_gaussian(*space, scale=scale)
    while Fraction(measurement.map(1)) * UNITS_PER_RHO < units:
        scale = math.nextafter(scale, 0)
        measurement = dp.m.make_gaussian(*space, scale=scale)
    return float(dp.c.make_zCDP_to_approxDP(measurement).map(1).epsilon(delta))


@cache
def _opendp() -> Any:  # noqa: ANN401 - a module
    """OpenDP, which takes a third of a second to load."""
    import opendp.prelude as dp  # noqa: PLC0415 - loaded only where a budget is counted

    dp.enable_features("contrib")
    return dp
