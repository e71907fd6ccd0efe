"""Where noise comes from: OpenDP's exact mechanisms, which draw from the operating system's secret source.

No other random numbers may touch a private count. There is no seed.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any, Protocol

import numpy as np

from synth_assets.ledger.accounting import UNITS_PER_RHO

_STEP = 1 + 2.0**-40
_SCALES = 256


class Noise(Protocol):
    """What a private description may do with exact counts. ``OpenDPNoise`` is the one that ``describe`` uses."""

    def gaussian(self, counts: np.ndarray, scale: float) -> np.ndarray:
        """Whole counts with discrete Gaussian noise of this standard deviation in every cell; same shape."""
        ...

    def laplace(self, counts: np.ndarray, scale: float) -> np.ndarray:
        """Whole counts with discrete Laplace noise of this scale in every cell; same shape."""
        ...

    def largest(self, scores: Sequence[int], scale: float) -> int:
        """The place of the largest score once each has Gumbel noise of this scale."""
        ...


class OpenDPNoise:
    """Exact noise.

    The discrete Gaussian and Laplace samplers are those of Canonne, Kamath and Steinke (2020), in whole-number
    arithmetic; the noisy maximum is exact as well. None of them is open to attacks on floating-point noise.
    """

    def gaussian(self, counts: np.ndarray, scale: float) -> np.ndarray:
        """As ``Noise.gaussian``."""
        return _vector(_gaussian(scale), counts)

    def laplace(self, counts: np.ndarray, scale: float) -> np.ndarray:
        """As ``Noise.laplace``."""
        return _vector(_laplace(scale), counts)

    def largest(self, scores: Sequence[int], scale: float) -> int:
        """As ``Noise.largest``."""
        return int(_largest(scale)([int(score) for score in scores]))


@lru_cache(maxsize=_SCALES)
def gaussian_scale(units: int, sensitivity: int) -> float:
    """The smallest scale at which Gaussian noise costs no more than this, by OpenDP's own account.

    rho = sensitivity^2 / (2 scale^2) (Bun and Steinke 2016, prop. 1.6).

    Args:
        units: What may be spent, in units of rho; at least 1.
        sensitivity: How far one person can move the whole table (L2 distance), at least 1.
    """
    scale = sensitivity * math.sqrt(UNITS_PER_RHO / (2 * units))
    return _up(scale, lambda at: _units(_gaussian(at).map(float(sensitivity))) <= units)


@lru_cache(maxsize=_SCALES)
def choice_scale(units: int, sensitivity: int) -> float:
    """The smallest scale at which one noisy maximum costs no more than this; as ``gaussian_scale``.

    Gumbel noise makes it the exponential mechanism, of bounded range 2 sensitivity / scale, so rho = (sensitivity /
    scale)^2 / 2 (Cesar and Rogers 2021, lemma 3.4).
    """
    scale = sensitivity * math.sqrt(UNITS_PER_RHO / (2 * units))
    return _up(scale, lambda at: _units(_largest(at).map(sensitivity)) <= units)


@lru_cache(maxsize=_SCALES)
def laplace_scale(epsilon: Fraction, sensitivity: int) -> float:
    """The smallest scale at which Laplace noise costs no more than ``epsilon``, above 0; epsilon = sensitivity / scale.

    Args:
        epsilon: What may be spent.
        sensitivity: How far one person can move the whole table (L1 distance), at least 1.
    """
    scale = float(sensitivity / epsilon)
    return _up(scale, lambda at: Fraction(_laplace(at).map(sensitivity)) <= epsilon)


def _units(rho: float) -> int:
    """Units of rho, rounded up."""
    return math.ceil(Fraction(rho) * UNITS_PER_RHO)


def _up(scale: float, cheap_enough: Any) -> float:  # noqa: ANN401 - a predicate on scales
    """The scale, or one a rounding error or two above it."""
    while not cheap_enough(scale):
        scale *= _STEP
    return scale


def _vector(measurement: Any, counts: np.ndarray) -> np.ndarray:  # noqa: ANN401 - OpenDP's own, without a public type
    return np.array(measurement(counts.ravel().tolist()), dtype=np.int64).reshape(counts.shape)


@cache
def _opendp() -> Any:  # noqa: ANN401 - a module
    """OpenDP, which takes a third of a second to load."""
    import opendp.prelude as dp  # noqa: PLC0415 - loaded only where noise is drawn

    dp.enable_features("contrib")
    return dp


@lru_cache(maxsize=_SCALES)
def _gaussian(scale: float) -> Any:  # noqa: ANN401 - a measurement
    dp = _opendp()
    return dp.m.make_gaussian(dp.vector_domain(dp.atom_domain(T="i64")), dp.l2_distance(T=float), scale=scale)


@lru_cache(maxsize=_SCALES)
def _laplace(scale: float) -> Any:  # noqa: ANN401 - a measurement
    dp = _opendp()
    return dp.m.make_laplace(dp.vector_domain(dp.atom_domain(T="i64")), dp.l1_distance(T="i64"), scale=scale)


@lru_cache(maxsize=_SCALES)
def _largest(scale: float) -> Any:  # noqa: ANN401 - a measurement
    dp = _opendp()
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.linf_distance(T="i64")
    return dp.m.make_noisy_max(*space, dp.zero_concentrated_divergence(), scale=scale)
