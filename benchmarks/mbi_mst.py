"""MST (McKenna, Miklau and Sheldon 2021, arXiv 2108.04978, Algorithm 1) on mbi's public interface.

It runs in the peer's own environment, without the project. Its noise is numpy's: fit for a comparison, not for release.
"""

import math
from collections.abc import Sequence
from itertools import combinations
from typing import TypeAlias

import networkx as nx  # pyrefly: ignore[missing-import]  # mbi needs it, and it is in mbi's environment
import numpy as np
from mbi import (  # pyrefly: ignore[missing-import]  # in the peer's environment
    Dataset,
    LinearMeasurement,
    estimation,
)

Clique: TypeAlias = tuple[str, ...]

SELECTION_STEPS = 1_000
FIT_STEPS = 5_000
RARE = 3
"""Values whose noisy count is below so many standard deviations become one."""


def mst(data: Dataset, rho: float, rng: np.random.Generator) -> Dataset:
    """A synthetic table: a third of rho for single columns, a third to select a tree, a third for its pairs."""
    deviation = math.sqrt(3 / (2 * rho))
    singles = measure(data, [(name,) for name in data.domain], deviation, rng)
    merged = {one.clique[0]: _merge_rare(one) for one in singles}
    small = data.compress(merged)
    singles = [one.compress(merged, data.domain) for one in singles]
    pairs = measure(small, _select(small, rho / 3, singles, rng), deviation, rng)
    model = estimation.MirrorDescent().estimate(small.domain, singles + pairs, iters=FIT_STEPS)
    return model.synthetic_data().decompress(merged)


def measure(
    data: Dataset, cliques: Sequence[Clique], deviation: float, rng: np.random.Generator
) -> list[LinearMeasurement]:
    """Noisy tables; ``deviation`` is what one table alone would need."""
    each = deviation * math.sqrt(len(cliques))
    exact = {clique: np.asarray(data.project(clique).datavector()) for clique in cliques}
    return [LinearMeasurement(counts + rng.normal(0, each, counts.size), one, each) for one, counts in exact.items()]


def exponential(scores: Sequence[float], epsilon: float, sensitivity: float, rng: np.random.Generator) -> int:
    """The place of a score, chosen with weight ``exp(epsilon * score / (2 sensitivity))``."""
    logs = np.array(scores) * epsilon / (2 * sensitivity)
    weights = np.exp(logs - logs.max())
    return int(rng.choice(len(weights), p=weights / weights.sum()))


def _merge_rare(single: LinearMeasurement) -> np.ndarray:
    """New codes of a column: the frequent values first, then one for all others."""
    frequent = np.asarray(single.noisy_measurement) >= RARE * single.stddev
    return np.where(frequent, frequent.cumsum() - 1, frequent.sum())


def _select(data: Dataset, rho: float, singles: list[LinearMeasurement], rng: np.random.Generator) -> list[Clique]:
    """A spanning tree: each edge by the exponential mechanism over L1 errors of a model without pairs."""
    model = estimation.MirrorDescent().estimate(data.domain, singles, iters=SELECTION_STEPS)
    errors = {pair: _error(data, model, pair) for pair in combinations(data.domain.attributes, 2)}
    tree = nx.utils.UnionFind(data.domain.attributes)
    epsilon = math.sqrt(8 * rho / (len(data.domain) - 1))
    chosen: list[Clique] = []
    for _ in range(len(data.domain) - 1):
        free = [pair for pair in errors if tree[pair[0]] != tree[pair[1]]]
        chosen.append(free[exponential([errors[pair] for pair in free], epsilon, 1.0, rng)])
        tree.union(*chosen[-1])
    return chosen


def _error(data: Dataset, model: estimation.Model, pair: Clique) -> float:
    exact, fitted = (np.asarray(one.project(pair).datavector()) for one in (data, model))
    return float(np.abs(exact - fitted).sum())
