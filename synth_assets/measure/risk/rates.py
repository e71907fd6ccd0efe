"""How often an attack succeeds: on rows that the description saw, on held-out rows, and by guessing; with limits.

Only numbers of attacks and of successes are kept: nothing of any row.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack, many times.

    Attributes:
        name: Which attack.
        variant: Its parameters, e.g. how many attributes or which secret; empty where there is one only.
        attacks: How many times it was tried on each side, at least 1.
        training_hits: Successes on rows that the description saw.
        control_hits: Successes on held-out rows.
        guesses: The rate of success by guessing, without the synthetic table; 0 where guessing never succeeds.
    """

    name: str
    variant: str
    attacks: int
    training_hits: int
    control_hits: int
    guesses: float = 0.0

    @property
    def training_rate(self) -> float:
        """Successes per attack on rows that the description saw."""
        return self.training_hits / self.attacks

    @property
    def control_rate(self) -> float:
        """Successes per attack on held-out rows: what is true of everybody."""
        return self.control_hits / self.attacks

    @property
    def excess(self) -> float:
        """What the synthetic table adds for those it was made from: (r_train - r_control) / (1 - r_control).

        Giomi et al. (2023), eq. 3; not cut off at 0, so that it is 0 on average where there is no risk.
        """
        return excess(self.training_rate, self.control_rate)

    def limits(self, error: float) -> tuple[float, float]:
        """Lower and upper confidence limits of the excess.

        From exact limits of both rates (Clopper and Pearson 1934), each at a quarter of the error on either side: the
        excess rises with the one and falls with the other, so both together hold with at least 1 - error.

        Args:
            error: The chance that either limit is wrong, above 0 and below 1; divided by the number of attacks by who
                asks for limits that hold for all attacks together (Bonferroni).
        """
        (low, high), (below, above) = (
            clopper_pearson(hits, self.attacks, error / 2) for hits in (self.training_hits, self.control_hits)
        )
        return excess(low, above), excess(high, below)


def excess(training: float, control: float) -> float:
    """(training - control) / (1 - control); 0 where the control rate is 1, for nothing can be added."""
    return (training - control) / (1 - control) if control < 1 else 0.0


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
    low = 0.0 if hits == 0 else _root(lambda rate: _tail(hits, trials, rate), error / 2)
    high = 1.0 if hits == trials else 1 - _root(lambda rate: _tail(trials - hits, trials, rate), error / 2)
    return low, high


def _root(rising: "object", wanted: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < wanted else (low, middle)  # type: ignore[operator]
    return (low + high) / 2


def _tail(hits: int, trials: int, rate: float) -> float:
    """The chance of ``hits`` or more of ``trials`` at a rate."""
    if rate <= 0:
        return 0.0
    if rate >= 1:
        return 1.0
    logs = [
        math.lgamma(trials + 1) - math.lgamma(k + 1) - math.lgamma(trials - k + 1) + k * math.log(rate) + (trials - k) * math.log1p(-rate)
        for k in range(hits, trials + 1)
    ]
    return min(math.fsum(math.exp(one) for one in logs), 1.0)
