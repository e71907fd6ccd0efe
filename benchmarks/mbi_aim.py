"""AIM (McKenna, Mullins, Sheldon and Miklau 2022, arXiv 2201.12677, Algorithms 1 to 3) on mbi's public interface.

It runs in the peer's own environment, without the project. Its noise is numpy's: fit for a comparison, not for release.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from mbi import (  # pyrefly: ignore[missing-import]  # in the peer's environment
    Dataset,
    LinearMeasurement,
    estimation,
    junction_tree,
)
from mbi_mst import Clique, exponential, measure

WAYS = 2
"""The workload: all tables of so many columns, and those that they contain."""
MOST_CELLS = 10_000
MOST_MODEL_MB = 80
ROUNDS_PER_COLUMN = 16
FOR_NOISE = 0.9
ROUND_STEPS = 1_000
FIT_STEPS = 2_500


@dataclass(frozen=True, slots=True)
class _Round:
    """What a round spends.

    Attributes:
        deviation: Of the noise on the table that is measured.
        epsilon: Of the exponential mechanism that selects it.
    """

    deviation: float
    epsilon: float

    @property
    def rho(self) -> float:
        return 1 / (2 * self.deviation**2) + self.epsilon**2 / 8

    @classmethod
    def costing(cls, rho: float) -> "_Round":
        return cls(math.sqrt(1 / (2 * FOR_NOISE * rho)), math.sqrt(8 * (1 - FOR_NOISE) * rho))

    def sharper(self) -> "_Round":
        return _Round(self.deviation / 2, self.epsilon * 2)


def aim(data: Dataset, rho: float, rng: np.random.Generator) -> Dataset:
    """A synthetic table: single columns, then round after round the table that the model has most wrong."""
    weights = _weights(data)
    exact = {clique: np.asarray(data.project(clique).datavector()) for clique in weights}
    now = _Round.costing(rho / (ROUNDS_PER_COLUMN * len(data.domain)))
    singles = [(name,) for name in data.domain]
    found = measure(data, singles, now.deviation / math.sqrt(len(singles)), rng)
    model = _fit(data, found, ROUND_STEPS)
    spent = len(singles) / (2 * now.deviation**2)
    while spent < rho:
        if rho - spent < 2 * now.rho:
            now = _Round.costing(rho - spent)
            last = True
        else:
            last = False
        spent = rho if last else spent + now.rho
        clique = _select(_small(weights, model, MOST_MODEL_MB * spent / rho), exact, model, now, rng)
        before = np.asarray(model.project(clique).datavector())
        found += measure(data, [clique], now.deviation, rng)
        model = _fit(data, found, ROUND_STEPS, model)
        change = np.abs(np.asarray(model.project(clique).datavector()) - before).sum()
        now = now.sharper() if change <= _expected_noise(now, before.size) else now
    return _fit(data, found, FIT_STEPS, model).synthetic_data()


def _weights(data: Dataset) -> dict[Clique, float]:
    """The candidates, each with how many columns it shares with the tables of the workload, over all of them."""
    workload = [one for one in combinations(data.domain.attributes, WAYS) if data.domain.size(one) <= MOST_CELLS]
    candidates = {part for one in workload for size in range(1, WAYS + 1) for part in combinations(one, size)}
    return {
        one: float(sum(len({*one} & {*asked}) for asked in workload))
        for one in sorted(candidates, key=lambda part: (len(part), part))
    }


def _small(weights: Mapping[Clique, float], model: estimation.Model, most_mb: float) -> dict[Clique, float]:
    """The candidates that the model holds already, or that leave it small enough."""
    cliques = [tuple(one) for one in model.cliques]
    return {
        one: weight
        for one, weight in weights.items()
        if any({*one} <= {*held} for held in cliques)
        or junction_tree.hypothetical_model_size(model.domain, [*cliques, one]) <= most_mb
    }


def _select(
    weights: Mapping[Clique, float],
    exact: Mapping[Clique, np.ndarray],
    model: estimation.Model,
    now: _Round,
    rng: np.random.Generator,
) -> Clique:
    """By the exponential mechanism over weighted L1 errors, less the error that the noise would add."""
    candidates = list(weights)
    scores = []
    for one in candidates:
        error = np.abs(exact[one] - np.asarray(model.project(one).datavector())).sum()
        scores.append(weights[one] * (error - _expected_noise(now, exact[one].size)))
    return candidates[exponential(scores, now.epsilon, max(weights.values()), rng)]


def _expected_noise(now: _Round, cells: int) -> float:
    """The mean L1 norm of the noise on a table."""
    return math.sqrt(2 / math.pi) * now.deviation * cells


def _fit(
    data: Dataset, found: list[LinearMeasurement], steps: int, start: estimation.Model | None = None
) -> estimation.Model:
    return estimation.MirrorDescent().estimate(data.domain, found, iters=steps, warm_start=start)
