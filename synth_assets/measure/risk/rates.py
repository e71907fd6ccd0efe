"""How often an attack succeeds: on rows that the description saw, on held-out rows, and by guessing; with limits.

Only numbers of attacks and of successes are kept: nothing of any row.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from synth_assets.errors import MeasurementError
from synth_assets.measure.binning import FloatArray

LEAST_EXCESS = -1.0
"""An excess below it, of an attack that works far better on rows never seen, is told as this."""

POWER = 0.8
"""With this chance a risk that is called detectable would have been detected."""

_HALVINGS = 60


@dataclass(frozen=True)
class Attack:
    """One attack, many times.

    Attributes:
        name: Which attack.
        variant: Its parameters, e.g. how many attributes or which secret; empty where there is one only.
        attacks: How many times it was tried on each side, at least 1.
        training_hits: Successes on rows that the description saw.
        control_hits: Successes on held-out rows.
        guesses: The rate of success by guessing, without what the synthetic rows tell of one another; 0 where
            guessing never succeeds.
    """

    name: str
    variant: str
    attacks: int
    training_hits: int
    control_hits: int
    guesses: float = 0.0

    def __post_init__(self) -> None:
        """Refuse rates that cannot be.

        Raises:
            MeasurementError: No attack, or more hits than attacks.
        """
        if self.attacks < 1 or not all(0 <= hits <= self.attacks for hits in (self.training_hits, self.control_hits)):
            message = (
                f"Attack {self.name!r} has {self.training_hits} and {self.control_hits} successes in {self.attacks} "
                "attacks. Allowed: at least one attack, and from none to all successful."
            )
            raise MeasurementError(message)

    @property
    def training_rate(self) -> float:
        """Successes per attack on rows that the description saw."""
        return self.training_hits / self.attacks

    @property
    def control_rate(self) -> float:
        """Successes per attack on held-out rows: what is true of everybody."""
        return self.control_hits / self.attacks

    @cached_property
    def excess(self) -> float:
        """What the synthetic table adds for those it was made from: (r_train - r_control) / (1 - r_control).

        Giomi et al. (2023), "A unified framework for quantifying privacy risk in synthetic data", the risk R against
        the control attack; not cut off at 0, so that it is about 0 on average where there is no risk.
        """
        return excess(self.training_rate, self.control_rate)

    def lower(self, error: float) -> float:
        """Lower confidence limit of the excess: wrong with a chance of at most ``error``.

        From exact one-sided limits of both rates (Clopper and Pearson 1934), each at half the error: the excess rises
        with the one and falls with the other.

        Args:
            error: Above 0 and below 1; divided by the number of attacks by who asks for limits that hold for all
                attacks together (Bonferroni).
        """
        training = clopper_pearson(self.training_hits, self.attacks, error)[0]
        return excess(training, clopper_pearson(self.control_hits, self.attacks, error)[1])

    def upper(self, error: float) -> float:
        """Upper confidence limit of the excess, as ``lower``."""
        training = clopper_pearson(self.training_hits, self.attacks, error)[1]
        return excess(training, clopper_pearson(self.control_hits, self.attacks, error)[0])

    def detectable(self, limit: float, error: float) -> float | None:
        """The smallest excess at which the lower limit would exceed ``limit`` with a chance of ``POWER``.

        At this number of attacks, and with as many successes on held-out rows as there were.

        Args:
            limit: From 0 on.
            error: Of the lower limit, as in ``lower``.

        Returns:
            ``None`` where even success in every attack would not do.
        """
        above = clopper_pearson(self.control_hits, self.attacks, error)[1]

        def detects(hits: int) -> bool:
            return excess(clopper_pearson(hits, self.attacks, error)[0], above) > limit

        if not detects(self.attacks):
            return None
        hits = _first(detects, self.attacks)
        rate = _root(lambda rate: tail(hits, self.attacks, rate), POWER)
        return excess(rate, self.control_rate)


def excess(training: float, control: float) -> float:
    """(training - control) / (1 - control), at least ``LEAST_EXCESS``.

    Where the control rate is 1 nothing can be added: 0 for a training rate of 1, else ``LEAST_EXCESS``.

    >>> excess(0.75, 0.5), excess(0.0, 0.9), excess(1.0, 1.0)
    (0.5, -1.0, 0.0)
    """
    if control >= 1:
        return 0.0 if training >= 1 else LEAST_EXCESS
    return max((training - control) / (1 - control), LEAST_EXCESS)


@lru_cache(maxsize=4_096)
def clopper_pearson(hits: int, trials: int, error: float) -> tuple[float, float]:
    """Exact confidence limits of a rate (Clopper and Pearson 1934).

    Args:
        hits: From 0 to ``trials``.
        trials: At least 1.
        error: The chance that the rate lies outside, half of it on either side.

    Returns:
        Lower and upper limit, from 0 to 1.

    >>> [round(limit, 4) for limit in clopper_pearson(5, 10, 0.05)]
    [0.1871, 0.8129]
    """
    low = 0.0 if hits == 0 else _root(lambda rate: tail(hits, trials, rate), error / 2)
    high = 1.0 if hits == trials else 1 - _root(lambda rate: tail(trials - hits, trials, rate), error / 2)
    return low, high


def tail(hits: int, trials: int, rate: float) -> float:
    """The chance of ``hits`` or more successes in ``trials``, each with a chance of ``rate``.

    Summed over the shorter side, so that a small chance is exact to rounding.

    >>> tail(1, 2, 0.5)
    0.75
    """
    if hits <= 0 or rate >= 1:
        return 1.0
    if rate <= 0:
        return 0.0
    rare = hits > trials * rate
    counted = np.arange(hits, trials + 1) if rare else np.arange(hits)
    logs = _log_ways(trials)[counted] + counted * math.log(rate) + (trials - counted) * math.log1p(-rate)
    chance = float(np.exp(logs).sum())
    return min(chance, 1.0) if rare else max(1 - chance, 0.0)


@lru_cache(maxsize=64)
def _log_ways(trials: int) -> FloatArray:
    """Logarithms of trials choose 0, 1, ..., trials."""
    factorials = np.array([math.lgamma(number + 1) for number in range(trials + 1)])
    return factorials[-1] - factorials - factorials[::-1]


def _root(rising: Callable[[float], float], wanted: float) -> float:
    """Where a function that rises from 0 at 0 to 1 at 1 has a value."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < wanted else (low, middle)
    return (low + high) / 2


def _first(holds: Callable[[int], bool], last: int) -> int:
    """The least number from 0 to ``last`` from which on it holds; it holds at ``last``."""
    low, high = -1, last
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
