"""An attacker who knows every row but one, and whether a description tells more of that row than it claims.

The attack reads the noisy tables themselves, before any post-processing: whatever a description tells, they tell more.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from scipy import stats

from synth_assets.describe.coded_table import CodedTable, coded_publicly
from synth_assets.describe.private.correlated import Task, describe_correlated_privately
from synth_assets.describe.private.domain import public_codings
from synth_assets.describe.private.fitting import Measurement
from synth_assets.describe.private.independent import describe_independent_privately
from synth_assets.describe.private.mechanism import Mechanism
from synth_assets.describe.private.noise import Noise
from synth_assets.describe.private.request import Request
from synth_assets.describe.reader import reading
from synth_assets.describe.rules import NetworkRules
from synth_assets.ledger.accounting import UNITS_PER_RHO
from synth_assets.schema import Categories, Column, Schema

NAMES = ("a", "b", "c")
SCHEMA = Schema(tuple(Column(name, "category", domain=Categories(("x", "y", "z"))) for name in NAMES))
ONE = Schema(SCHEMA.columns[:1])
OTHERS = [("x", "x", "y")] * 14 + [("y", "y", "x")] * 14 + [("x", "y", "x")] * 6
CANARY = ("z", "z", "z")
CODE = 2
"""Of the canary's value in every column."""


def rows(canaries: int) -> pl.DataFrame:
    """Everybody else's rows, and the canary's."""
    return pl.DataFrame(OTHERS + [CANARY] * canaries, schema=list(NAMES), orient="row")


def coded(table: pl.DataFrame, schema: Schema = SCHEMA) -> CodedTable:
    """A table of its own for each description, which uses it up."""
    with reading(table.select(schema.names), schema) as reader:
        return coded_publicly(reader, public_codings(schema, {}))


@dataclass(frozen=True)
class Listening(Mechanism):
    """A mechanism that tells the attacker how far the canary's cell is from what it would be without the canary.

    Attributes:
        canaries: How many rows the canary has in this table; the attacker only uses it to know everybody else's.
        heard: A log likelihood ratio for each noisy table.
    """

    canaries: int = 0
    heard: list[float] = field(default_factory=list)

    def table(self, table: CodedTable, family: tuple[str, ...], units: int) -> Measurement:
        """As the mechanism does it, overheard."""
        made = super().table(table, family, units)
        self.heard.append(self._surplus(table, family, made) / float(made.variance.ravel()[0]))
        return made

    def _laplace(self, table: CodedTable, name: str, scale: float) -> Measurement:
        made = super()._laplace(table, name, scale)
        surplus, most = self._surplus(table, (name,), made), self.request.rows_per_person
        self.heard.append((abs(surplus) - abs(surplus - most)) / scale)
        return made

    def _surplus(self, table: CodedTable, family: tuple[str, ...], made: Measurement) -> float:
        cell = tuple(int(table.columns[name].groups[CODE]) for name in family)
        others = table.counted(family)[cell] - self.canaries
        return float(made.counts[cell] - others)


def overhear(request: Request, canaries: int, noise: Noise, *, correlated: bool) -> float:
    """What the attacker makes of one description: large where the canary seems to be in it."""
    mechanism = Listening(request, noise, canaries)
    if correlated:
        task = Task((), NetworkRules(), 1, 1, mechanism)
        describe_correlated_privately(coded(rows(canaries)), task)
    else:
        schema = ONE if request.pure else SCHEMA
        describe_independent_privately(coded(rows(canaries), schema), mechanism, 1)
    return math.fsum(mechanism.heard)


@dataclass(frozen=True)
class Audit:
    """What an attack achieved, on descriptions that its threshold was not chosen by.

    Attributes:
        hits: The least rate at which it finds the canary that is there.
        alarms: The greatest rate at which it finds one that is not there; both with 99.95 % confidence.
    """

    hits: float
    alarms: float

    @property
    def epsilon(self) -> float:
        """What pure epsilon is at least: the rates differ by a factor of e^epsilon at most."""
        return math.log(self.hits / self.alarms) if self.hits > 0 else -math.inf

    @property
    def units(self) -> float:
        """What a Gaussian mechanism must have spent at least.

        Tables that differ by mu standard deviations give z(hits) - z(alarms) = mu at most (Dong, Roth and Su 2022, def.
        2.6), and rho = mu^2 / 2.
        """
        if not 0 < self.hits < 1 or not 0 < self.alarms < 1:
            return math.inf if self.hits > self.alarms else 0.0
        mu = float(stats.norm.ppf(self.hits) - stats.norm.ppf(self.alarms))
        return max(mu, 0.0) ** 2 / 2 * UNITS_PER_RHO


def audit(heard: Callable[[int], float], canaries: int, runs: int, *, pure: bool = False) -> Audit:
    """Attack as many descriptions with the canary as without.

    Args:
        heard: Of a description with so many rows of the canary, what the attacker makes of it.
        canaries: Rows of the canary.
        runs: Descriptions of each kind; half of them choose the threshold, the other half are counted.
        pure: Whether the threshold is the one that tells most of pure epsilon; else it is in the middle, which tells
            most of Gaussian noise.
    """
    present, absent = (np.array([heard(many) for _ in range(runs)]) for many in (canaries, 0))
    half = runs // 2
    threshold = float(np.median(np.concatenate([present[:half], absent[:half]])))
    if pure:
        candidates = np.unique(present[:half])
        threshold = float(max(candidates, key=lambda at: _counted(present[:half] >= at, absent[:half] >= at).epsilon))
    return _counted(present[half:] >= threshold, absent[half:] >= threshold)


def _counted(hits: Sequence[bool] | np.ndarray, alarms: Sequence[bool] | np.ndarray) -> Audit:
    return Audit(_limit(np.asarray(hits), 0.0005), 1 - _limit(~np.asarray(alarms), 0.0005))


def _limit(hits: np.ndarray, error: float) -> float:
    """The least rate that so many hits are likely under (Clopper and Pearson 1934)."""
    count = int(hits.sum())
    return float(stats.beta.ppf(error, count, len(hits) - count + 1)) if count else 0.0
