"""The audit: what an attacker proves stays below the claim, and goes above it where the mechanism is broken.

Noise is from the operating system, so runs differ; all proofs together are wrong once in a thousand times. More runs:
SYNTH_ASSETS_AUDIT=10 for ten times as many.
"""

import functools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.stats import binom

from synth_assets.describe.private import Asked, Noise, OpenDPNoise, Request, describe_privately
from synth_assets.describe.rules import NetworkRules
from synth_assets.ledger.accounting import UNITS_PER_RHO
from synth_assets.schema import Categories, Column, Schema
from synth_assets_tests.describe.private.audit import (
    FALSE_ALARM,
    Attack,
    Canary,
    Proof,
    Sides,
    concentration,
    least_share,
    looking,
    loss,
    most_share,
    proven,
    seen,
)
from synth_assets_tests.tables import declared, rng

DELTA = 1e-3
PURE = Request(2.0, 0.0)
CONCENTRATED = Request(4.0, DELTA)
INDEPENDENT = Asked("independent", NetworkRules(), 0, 1)
CORRELATED = Asked("correlated", NetworkRules(), 1, 1)


def canary(names: str, rows: int = 1) -> Canary:
    """500 rows in which ``a`` and ``b`` go together and ``c`` goes its way, and a person who is unlike most."""
    cells = {("a0", "b0"): 240, ("a0", "b1"): 40, ("a1", "b0"): 30, ("a1", "b1"): 190}
    whole = [(*cell, f"c{place % 6 // 4}") for cell, times in cells.items() for place in range(times)]
    table = pl.DataFrame(whole, schema=dict.fromkeys("abc", pl.String), orient="row")
    added = pl.DataFrame({"a": ["a1"] * rows, "b": ["b0"] * rows, "c": ["c1"] * rows})
    schema = Schema(tuple(column for column in declared(a=2, b=2, c=2) if column.name in names))
    return Canary(table[list(names)], added[list(names)], schema)


@functools.cache
def pure_runs() -> Sides:
    """Of one column under pure epsilon."""
    person = canary("a")
    return seen(person, looking(person, INDEPENDENT, PURE, OpenDPNoise()), 2_400)


def exceeds(found: Proof, request: Request) -> bool:
    """Whether the claim is disproved."""
    return found.epsilon > request.epsilon or (not request.pure and found.rho * UNITS_PER_RHO > request.units)


# The mechanism keeps its claim.


@pytest.mark.parametrize(
    ("person", "asked", "request_", "runs"),
    [
        (canary("ab"), INDEPENDENT, PURE, 1_000),
        (canary("ab", 3), INDEPENDENT, replace(PURE, person=True, rows_per_person=3), 800),
        (canary("ab"), INDEPENDENT, CONCENTRATED, 800),
        (canary("abc"), CORRELATED, CONCENTRATED, 400),
        (canary("ab", 3), CORRELATED, replace(CONCENTRATED, person=True, rows_per_person=3), 300),
    ],
    ids=["pure", "pure, three rows", "concentrated", "correlated", "correlated, three rows"],
)
def test_no_attack_proves_more_than_the_claim(person: Canary, asked: Asked, request_: Request, runs: int):
    found = proven(seen(person, looking(person, asked, request_, OpenDPNoise()), runs), request_.delta)
    assert found.epsilon <= request_.epsilon
    if not request_.pure:
        assert 0 < found.concentrated(DELTA) <= request_.epsilon


def test_where_all_noise_is_in_one_column_the_attack_comes_near_the_claim():
    found = proven(pure_runs(), 0.0)
    assert 0.5 * PURE.epsilon < found.epsilon <= PURE.epsilon


# Broken variants do not.


class LessNoise:
    """Broken: only a part of the noise."""

    def __init__(self, part: float) -> None:
        """The part, below 1."""
        self.part = part

    def gaussian(self, counts: np.ndarray, scale: float) -> np.ndarray:
        """Too little."""
        return OpenDPNoise().gaussian(counts, scale * self.part)

    def laplace(self, counts: np.ndarray, scale: float) -> np.ndarray:
        """Too little."""
        return OpenDPNoise().laplace(counts, scale * self.part)

    def largest(self, scores: Sequence[int], scale: float) -> int:
        """Too little."""
        return OpenDPNoise().largest(scores, scale * self.part)


class SeededNoise:
    """Broken: who knows the seed knows the noise."""

    def __init__(self, seed: int) -> None:
        """The seed is public."""
        self.rng = rng(seed)

    def gaussian(self, counts: np.ndarray, scale: float) -> np.ndarray:
        """Of the right scale."""
        return counts + np.round(self.rng.normal(0, scale, counts.shape)).astype(np.int64)

    def laplace(self, counts: np.ndarray, scale: float) -> np.ndarray:
        """Of the right scale."""
        return counts + np.round(self.rng.laplace(0, scale, counts.shape)).astype(np.int64)

    def largest(self, scores: Sequence[int], scale: float) -> int:
        """Of the right scale."""
        return int(np.argmax(np.array(scores) + self.rng.gumbel(0, scale, len(scores))))


@pytest.mark.parametrize(
    ("person", "asked", "request_", "noise", "runs"),
    [
        (canary("a"), INDEPENDENT, PURE, LessNoise(1 / 2), 1_000),
        (canary("ab"), INDEPENDENT, CONCENTRATED, LessNoise(1 / 2), 1_000),
        (canary("ab"), CORRELATED, CONCENTRATED, LessNoise(1 / 4), 240),
        (canary("a", 3), INDEPENDENT, PURE, OpenDPNoise(), 700),
    ],
    ids=["half the noise, pure", "half the noise", "a quarter of the noise, correlated", "three rows taken for one"],
)
def test_too_little_noise_is_found_out(person: Canary, asked: Asked, request_: Request, noise: Noise, runs: int):
    assert exceeds(proven(seen(person, looking(person, asked, request_, noise), runs), request_.delta), request_)


def test_a_budget_spent_twice_is_found_out():
    without, within = pure_runs()
    both = (without[::2] + without[1::2], within[::2] + within[1::2])
    assert exceeds(proven(both, 0.0), PURE)


def with_exact_rows(person: Canary) -> Attack:
    """Broken: the row count is not noisy."""

    def attack(table: pl.DataFrame, run: int) -> np.ndarray:
        del run
        described = describe_privately(table, person.schema, INDEPENDENT, PURE, OpenDPNoise())
        return person.statistics(replace(described, rows=len(table)))

    return attack


def with_public_seed(person: Canary) -> Attack:
    """Broken: the number of the run is the seed, so the attacker sees whether the table without gives the same."""

    def attack(table: pl.DataFrame, run: int) -> np.ndarray:
        told, known = (
            describe_privately(one, person.schema, INDEPENDENT, CONCENTRATED, SeededNoise(run))
            for one in (table, person.without)
        )
        return np.array([told == known, 0.0])

    return attack


def with_domain_from_data(person: Canary) -> Attack:
    """Broken: the person is the only one of a category, and the schema lists what occurs."""

    def attack(table: pl.DataFrame, run: int) -> np.ndarray:
        del run
        columns = (Column(one.name, "category", domain=Categories(tuple(one.unique().sort()))) for one in table)
        schema = Schema(tuple(columns))
        return person.statistics(describe_privately(table, schema, INDEPENDENT, PURE, OpenDPNoise()))

    return attack


@pytest.mark.parametrize("broken", [with_exact_rows, with_public_seed, with_domain_from_data])
def test_what_is_not_noisy_is_found_out(broken: object):
    person = canary("ab")
    if broken is with_domain_from_data:
        only = pl.DataFrame({"a": ["a9"], "b": ["b0"]})
        person = Canary(person.without, only, declared(a=2, b=2))
    assert callable(broken)
    found = proven(seen(person, broken(person), 260), 0.0)
    assert found.epsilon > PURE.epsilon


def test_seeds_that_are_not_known_prove_nothing():
    person = canary("ab")

    def attack(table: pl.DataFrame, run: int) -> np.ndarray:
        told = describe_privately(table, person.schema, INDEPENDENT, PURE, OpenDPNoise())
        known = describe_privately(person.without, person.schema, INDEPENDENT, PURE, SeededNoise(run))
        return np.array([told == known, 0.0])

    assert proven(seen(person, attack, 200), 0.0).epsilon < PURE.epsilon


# The audit itself.


@pytest.mark.parametrize(("hits", "runs"), [(1, 10), (5, 10), (10, 10), (37, 400), (0, 400)])
def test_limits_are_where_a_binomial_has_its_tails(hits: int, runs: int):
    tail = FALSE_ALARM / 4
    low, high = least_share(hits, runs), most_share(hits, runs)
    assert low <= hits / runs <= high
    assert hits == 0 or binom.sf(hits - 1, runs, low) == pytest.approx(tail)
    assert hits == runs or binom.cdf(hits, runs, high) == pytest.approx(tail)


def test_a_loss_is_the_logarithm_of_a_ratio_once_delta_is_off():
    assert loss(0.6, 0.2, 0.0) == pytest.approx(np.log(3))
    assert loss(0.6, 0.2, 0.2) == pytest.approx(np.log(2))
    assert loss(0.1, 0.2, 0.1) == -np.inf


@pytest.mark.parametrize("mean", [0.3, 1.0, 2.5])
def test_no_event_under_gaussian_noise_shows_more_than_its_rho_and_the_middle_one_most_of_it(mean: float):
    chance = rng(3).normal(size=400_000)
    shown = [
        concentration(float((chance + mean >= at).mean()), float((chance >= at).mean()))
        for at in np.linspace(-1, mean + 1, 21)
    ]
    rho = mean**2 / 2
    assert 0.55 * rho < max(shown) < 1.02 * rho


def test_laplace_noise_made_by_numpy_is_proven_what_it_is():
    chance = rng(5)
    sides = [chance.laplace(0, 1 / 2, (40_000, 1)) + person for person in (0, 1)]
    found = proven((np.hstack([sides[0]] * 2), np.hstack([sides[1]] * 2)), 0.0)
    assert 1.9 < found.epsilon < 2.0
