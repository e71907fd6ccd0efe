"""An audit: thousands of descriptions with and without one person tell no more than they claim, and broken ones do."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import count

import numpy as np
import pytest

from synth_assets.describe import Description, describe
from synth_assets.describe.private import OpenDPNoise, Request
from synth_assets.describe.private.noise import Noise
from synth_assets.schema import Schema
from synth_assets_tests.describe.private.attack import CANARY, SCHEMA, audit, overhear, rows

RUNS = int(os.environ.get("SYNTH_ASSETS_AUDIT_RUNS", "800"))
"""Descriptions of each kind; more find smaller faults."""

PURE = Request(1.5, 0.0)
ROW = Request(4.0, 1e-3)
PERSON = Request(4.0, 1e-3, person=True, rows_per_person=3)


@dataclass(frozen=True)
class Quieter:
    """A broken source of noise: half as much as was asked for."""

    noise: Noise

    def gaussian(self, counts: np.ndarray, scale: float) -> np.ndarray:
        return self.noise.gaussian(counts, scale / 2)

    def laplace(self, counts: np.ndarray, scale: float) -> np.ndarray:
        return self.noise.laplace(counts, scale / 2)

    def largest(self, scores: Sequence[int], scale: float) -> int:
        return self.noise.largest(scores, scale / 2)


class Seeded:
    """A broken source of noise: whoever knows the seed knows the noise."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)

    def gaussian(self, counts: np.ndarray, scale: float) -> np.ndarray:
        return counts + np.round(self._rng.normal(0, scale, counts.shape)).astype(np.int64)

    def laplace(self, counts: np.ndarray, scale: float) -> np.ndarray:
        return counts + np.round(self._rng.laplace(0, scale, counts.shape)).astype(np.int64)

    def largest(self, scores: Sequence[int], scale: float) -> int:
        return int(np.argmax(np.asarray(scores) + self._rng.gumbel(0, scale, len(scores))))


@pytest.fixture(autouse=True)
def no_fit(monkeypatch: pytest.MonkeyPatch):
    """The fit comes after the noise; leaving it short changes nothing that the attacker hears."""
    from synth_assets.describe.private import correlated  # noqa: PLC0415 - to replace a name in it

    fit = correlated.fit
    monkeypatch.setattr(correlated, "fit", lambda *arguments: fit(*arguments, rounds=1))


# What is claimed holds.


def test_pure_epsilon_is_no_more_than_claimed():
    found = audit(lambda canaries: overhear(PURE, canaries, OpenDPNoise(), correlated=False), 1, RUNS, pure=True)

    assert found.epsilon <= PURE.epsilon
    assert found.hits > 0


@pytest.mark.parametrize(("request_", "canaries"), [(ROW, 1), (PERSON, 3)])
@pytest.mark.parametrize("correlated", [False, True])
def test_what_gaussian_noise_costs_is_no_more_than_claimed(request_: Request, canaries: int, *, correlated: bool):
    runs = RUNS // 2 if correlated else RUNS
    found = audit(lambda many: overhear(request_, many, OpenDPNoise(), correlated=correlated), canaries, runs)

    assert found.units <= request_.units
    assert found.epsilon <= request_.epsilon


# The same audit finds what is broken.


def test_half_the_noise_is_found_in_pure_epsilon():
    quieter = Quieter(OpenDPNoise())
    found = audit(lambda canaries: overhear(PURE, canaries, quieter, correlated=False), 1, RUNS, pure=True)

    assert found.epsilon > PURE.epsilon


@pytest.mark.parametrize("correlated", [False, True])
def test_half_the_noise_is_found_in_gaussian_noise(*, correlated: bool):
    found = audit(lambda canaries: overhear(ROW, canaries, Quieter(OpenDPNoise()), correlated=correlated), 1, RUNS // 2)

    assert found.units > ROW.units


def test_more_rows_of_a_person_than_were_said_are_found():
    alone = replace(PERSON, rows_per_person=1)
    found = audit(lambda canaries: overhear(alone, canaries, OpenDPNoise(), correlated=False), 3, RUNS // 4)

    assert found.units > alone.units


def test_a_budget_that_is_spent_twice_is_found():
    loud = Request(10.0, 1e-3)

    def twice(canaries: int) -> float:
        return sum(overhear(loud, canaries, OpenDPNoise(), correlated=False) for _ in range(2))

    found = audit(twice, 1, RUNS)
    assert found.units > loud.units


def test_a_public_seed_is_found():
    seeds, request = count(), Request(1.0, 1e-3)

    def subtracted(canaries: int) -> float:
        seed = next(seeds)
        with_canary, without = (overhear(request, many, Seeded(seed), correlated=False) for many in (canaries, 0))
        return with_canary - without

    found = audit(subtracted, 1, 200)
    assert found.units > request.units
    assert found.epsilon > request.epsilon


def test_an_exact_number_of_rows_is_found():
    def counted(canaries: int) -> float:
        table = rows(canaries)
        made = describe(table, SCHEMA, mode="independent", epsilon=1.0, delta=1e-3)
        return float(replace(made, rows=len(table)).rows or 0)

    assert audit(counted, 1, 100).epsilon > 1.0


def test_a_domain_from_the_data_is_found():
    def listed(canaries: int) -> float:
        table = rows(canaries)
        lied = Schema.infer(table).assert_public_domain(reason="it is not, and that is the point")
        return float(CANARY[0] in _values(describe(table, lied, mode="independent", epsilon=1.0, delta=1e-3)))

    assert audit(listed, 1, 100).epsilon > 1.0


def _values(described: Description) -> tuple[object, ...]:
    return getattr(described.columns[0].coding, "values", ())


# The account itself.


@dataclass(frozen=True)
class Recording:
    """Noise that keeps what each use of it costs, by the textbook's formulas."""

    noise: Noise
    rows_per_person: int
    spent: list[Fraction]

    def gaussian(self, counts: np.ndarray, scale: float) -> np.ndarray:
        self.spent.append(Fraction(self.rows_per_person) ** 2 / (2 * Fraction(scale) ** 2))
        return self.noise.gaussian(counts, scale)

    def laplace(self, counts: np.ndarray, scale: float) -> np.ndarray:
        self.spent.append(Fraction(self.rows_per_person) / Fraction(scale))
        return self.noise.laplace(counts, scale)

    def largest(self, scores: Sequence[int], scale: float) -> int:
        self.spent.append((Fraction(self.rows_per_person) / Fraction(scale)) ** 2 / 2)
        return self.noise.largest(scores, scale)


@pytest.mark.parametrize("max_parents", [0, 1, 2, 3])
@pytest.mark.parametrize("rows_per_person", [1, 3])
@pytest.mark.parametrize("epsilon", [0.001, 1.0, 30.0])
def test_all_uses_of_noise_together_cost_what_is_claimed_and_no_more(
    max_parents: int, rows_per_person: int, epsilon: float
):
    from synth_assets.describe.private import Asked, describe_privately  # noqa: PLC0415 - beside its use
    from synth_assets.describe.rules import NetworkRules  # noqa: PLC0415 - as above

    request = Request(epsilon, 1e-6, person=True, rows_per_person=rows_per_person)
    spent: list[Fraction] = []
    asked = Asked("correlated", NetworkRules(), max_parents, 5)
    describe_privately(rows(1), SCHEMA, asked, request, Recording(OpenDPNoise(), rows_per_person, spent))
    units = sum(spent) * 10**12

    assert units <= request.units
    assert units >= 0.9 * request.units


@pytest.mark.parametrize("rows_per_person", [1, 3])
def test_all_uses_of_pure_noise_together_cost_epsilon_and_no_more(rows_per_person: int):
    from synth_assets.describe.private import Asked, describe_privately  # noqa: PLC0415 - beside its use
    from synth_assets.describe.rules import NetworkRules  # noqa: PLC0415 - as above

    request = Request(1.0, 0.0, person=True, rows_per_person=rows_per_person)
    spent: list[Fraction] = []
    asked = Asked("independent", NetworkRules(), 0, 5)
    describe_privately(rows(1), SCHEMA, asked, request, Recording(OpenDPNoise(), rows_per_person, spent))

    assert 0.999 < sum(spent) <= 1
