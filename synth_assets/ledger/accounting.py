"""Temporary."""
import math
from fractions import Fraction
from synth_assets.errors import DescriptionError
UNITS_PER_RHO = 10**12
def check_epsilon(epsilon):
    if isinstance(epsilon, bool) or not isinstance(epsilon, (int, float)) or not 0 < epsilon <= 100:
        raise DescriptionError(f"epsilon is {epsilon!r}. Allowed: a number above 0.")
    return float(epsilon)
def check_delta(delta):
    if isinstance(delta, bool) or not isinstance(delta, (int, float)) or not 0 < delta < 1:
        raise DescriptionError(f"delta is {delta!r}.")
    return float(delta)
def _eps(units, delta):
    import opendp.prelude as dp
    dp.enable_features("contrib")
    m = dp.m.make_gaussian(dp.atom_domain(T=int), dp.absolute_distance(T=int), scale=math.sqrt(UNITS_PER_RHO/(2*units)))
    return dp.c.make_zCDP_to_approxDP(m).map(1).epsilon(delta)
def epsilon_of(units, delta): return _eps(units, delta)
def spend_of(epsilon, delta):
    lo, hi = 1, 50*UNITS_PER_RHO
    while hi - lo > 1:
        mid = (lo+hi)//2
        lo, hi = (mid, hi) if _eps(mid, delta) <= epsilon else (lo, mid)
    return lo
def pure_spend_of(epsilon): return math.ceil(Fraction(epsilon)**2/2*UNITS_PER_RHO)
