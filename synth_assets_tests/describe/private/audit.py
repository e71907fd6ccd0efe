"""An attack that tells a table with one person from the same table without, and what its success proves of epsilon.

The attacker knows both tables and the schema, and sees descriptions. Statistic, threshold and direction are chosen on
the first half of the runs; what they prove is read off the second half, with exact confidence limits.
"""

import functools
import math
import os
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.stats import beta

from synth_assets.describe.coding import Levels
from synth_assets.describe.description import Description
from synth_assets.describe.private import Asked, Noise, Request, describe_privately
from synth_assets.ledger.accounting import UNITS_PER_RHO, epsilon_of
from synth_assets.schema import Schema

TIMES = int(os.environ.get("SYNTH_ASSETS_AUDIT", "1"))
"""How many times as many runs as by default."""

AUDITS = 16
"""At most so many audits share the chance of a false alarm."""

FALSE_ALARM = 0.001 / AUDITS
"""The chance that one audit of a mechanism that keeps its claim proves more than the claim."""

_TAIL = FALSE_ALARM / 4
"""Two proofs of two limits each."""

_ORDERS = np.array([1.001, 1.25, 1.5, 2.0, 3.0, 5.0, 9.0])
_THRESHOLDS = np.linspace(0, 1, 41)

Attack = Callable[[pl.DataFrame, int], np.ndarray]
"""Statistics of one description of a table, from the table and the number of the run; shape (statistics,)."""

Sides = tuple[np.ndarray, np.ndarray]
"""Statistics without the person and with, shape (runs, statistics) each."""

Gain = Callable[[float, float], float]
"""What is proven by an event of at least the first chance on one side, and at most the second on the other."""


@dataclass(frozen=True)
class Canary:
    """Two tables that differ by one person.

    Attributes:
        without: The table.
        added: That person's rows, all alike.
        schema: Of both.
    """

    without: pl.DataFrame
    added: pl.DataFrame
    schema: Schema

    @property
    def within(self) -> pl.DataFrame:
        """The table with the person."""
        return pl.concat([self.without, self.added])

    def statistics(self, described: Description) -> np.ndarray:
        """What the attacker looks at: counts of the person's own cells, the row count, the network, the groups.

        Counts of a column's own cell, less what it holds without the person, also enter between 0 and what the person
        adds: under Laplace noise their sum is the logarithm of the likelihood ratio.
        """
        more = len(self.added)
        singles = np.array([_alone(described, name, self.added[name][0]) for name in self.schema.names])
        before = [self.without[name].eq_missing(self.added[name][0]).sum() for name in self.schema.names]
        over = np.clip(singles - np.array(before), 0, more)
        joint = [_family(described, place, self.added) for place in range(len(described.tables))]
        edges = len(described.edges)
        groups = sum(coded.group_count for coded in described.columns)
        whole = [singles.sum(), over.sum(), sum(joint), described.rows or 0, edges, groups]
        return np.array([*whole, *singles, *joint], dtype=np.float64)


@dataclass(frozen=True)
class Proof:
    """What the attack proves, at the confidence of ``FALSE_ALARM``.

    Attributes:
        epsilon: At least this, at the claimed delta; whatever the mechanism.
        rho: At least this, where the mechanism is zero-concentrated.
    """

    epsilon: float
    rho: float

    def concentrated(self, delta: float) -> float:
        """At least this epsilon, as the claim itself is worked out from rho."""
        return epsilon_of(math.floor(self.rho * UNITS_PER_RHO), delta)


def looking(canary: Canary, asked: Asked, request: Request, noise: Noise) -> Attack:
    """The attack on ``describe_privately`` as it is."""
    return lambda table, _: canary.statistics(describe_privately(table, canary.schema, asked, request, noise))


def seen(canary: Canary, attack: Attack, runs: int) -> Sides:
    """What the attacker sees in so many runs on each side; no two runs have the same number."""
    runs *= TIMES
    without = np.array([attack(canary.without, run) for run in range(runs)])
    return without, np.array([attack(canary.within, run) for run in range(runs, 2 * runs)])


def proven(sides: Sides, delta: float) -> Proof:
    """What the attack proves: half of the runs choose what it looks at, and the others count."""
    half = len(sides[0]) // 2
    weights = _discriminant(sides[0][:half], sides[1][:half])
    without, within = (np.column_stack([side, side @ weights]) for side in sides)
    choosing, proving = (without[:half], within[:half]), (without[half:], within[half:])
    by_epsilon, by_rho = functools.partial(loss, delta=delta), concentration
    return Proof(*(gained(proving, best_event(choosing, gain), gain) for gain in (by_epsilon, by_rho)))


def _discriminant(without: np.ndarray, within: np.ndarray) -> np.ndarray:
    """The weighted sum of statistics that tells the sides apart best, were they normal (Fisher 1936)."""
    spread = np.cov(without, rowvar=False) + np.cov(within, rowvar=False)
    ridge = np.diag(1e-6 + 1e-6 * spread.diagonal())
    return np.linalg.solve(spread + ridge, within.mean(axis=0) - without.mean(axis=0))


@dataclass(frozen=True, slots=True)
class Event:
    """Something that may be seen in a description.

    Attributes:
        statistic: Which one.
        threshold: The statistic is at least this.
        below: Or, rather, below it.
        within: The event is the likelier with the person; else without.
    """

    statistic: int
    threshold: float
    below: bool
    within: bool

    def hits(self, statistics: np.ndarray) -> int:
        """In how many runs it is seen."""
        held = statistics[:, self.statistic]
        return int((held < self.threshold).sum() if self.below else (held >= self.threshold).sum())


def best_event(sides: Sides, gain: Gain) -> Event:
    """The event that proves most."""
    events = (
        Event(statistic, threshold, below, within)
        for statistic in range(sides[0].shape[1])
        for threshold in np.unique(np.quantile(np.concatenate(sides)[:, statistic], _THRESHOLDS))
        for below in (False, True)
        for within in (False, True)
    )
    return max(events, key=lambda event: gained(sides, event, gain))


def gained(sides: Sides, event: Event, gain: Gain) -> float:
    """What the event proves, both of its chances at their confidence limits."""
    seldom, often = sides if event.within else sides[::-1]
    return gain(least_share(event.hits(often), len(often)), most_share(event.hits(seldom), len(seldom)))


def loss(often: float, seldom: float, delta: float) -> float:
    """The least epsilon under which an event of these chances keeps its promise: often <= e^epsilon seldom + delta."""
    return math.log((often - delta) / seldom) if often > delta else -math.inf


def concentration(often: float, seldom: float) -> float:
    """The least rho: no Renyi divergence of the event from itself is above rho times its order (Bun and Steinke 2016).

    Seeing whether the event happens is post-processing, so what bounds the mechanism bounds the event.
    """
    if often <= seldom or seldom >= 1:
        return 0.0
    logs = np.logaddexp(
        _ORDERS * math.log(often) + (1 - _ORDERS) * math.log(seldom),
        _ORDERS * math.log1p(-often) + (1 - _ORDERS) * math.log1p(-seldom) if often < 1 else -math.inf,
    )
    return float((logs / (_ORDERS - 1) / _ORDERS).max())


@functools.cache
def least_share(hits: int, runs: int) -> float:
    """The lower limit of a chance (Clopper and Pearson 1934)."""
    return float(beta.ppf(_TAIL, hits, runs - hits + 1)) if hits else 0.0


@functools.cache
def most_share(hits: int, runs: int) -> float:
    """The upper limit of a chance."""
    return float(beta.ppf(1 - _TAIL, hits + 1, runs - hits)) if hits < runs else 1.0


def _alone(described: Description, name: str, value: object) -> float:
    """The published count of one value of a column, whatever else the table of the column is over."""
    table = next(table for table in described.tables if table.column == name)
    group, share = _told(described, name, value)
    return float(table.counts.sum(axis=0)[group]) * share


def _family(described: Description, place: int, added: pl.DataFrame) -> float:
    """The published count of the person's own cell in one table."""
    table = described.tables[place]
    told = [_told(described, name, added[name][0]) for name in table.family]
    cell = table.counts.reshape(table.sizes)[tuple(group for group, _ in told)]
    return float(cell) * math.prod(share for _, share in told)


def _told(described: Description, name: str, value: object) -> tuple[int, float]:
    """The group of a value, and its part of that group: none where the domain does not have it."""
    coded = next(coded for coded in described.columns if coded.column.name == name)
    values = coded.coding.values if isinstance(coded.coding, Levels) else ()
    if value not in values:
        return 0, 0.0
    code = values.index(str(value))
    if not coded.merged:
        return code, 1.0
    groups, shares = coded.groups, np.array(coded.shares)
    whole = shares[groups == groups[code]].sum()
    return int(groups[code]), float(shares[code] / whole) if whole else 0.0
