"""Every attack alike: fresh rows in the place of synthetic ones gain nothing, described rows and copies are found."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from synth_assets.measure.risk import FAMILY_ERROR, Attack, Coded, Risks, decide, risk
from synth_assets.measure.risk.attacking import _FAMILIES
from synth_assets.measure.risk.codes import encode
from synth_assets.measure.risk.copies import NAME as COPIES
from synth_assets.policy import load_policy
from synth_assets.schema import Role, Schema

ROWS, TABLES = 400, 30
ROLES: dict[str, Role] = {
    "c6": "quasi_identifier",
    "c9": "quasi_identifier",
    "c20": "quasi_identifier",
    "s": "sensitive",
}
ATTACKS = {"singling_out": 3, "linkability": 3, "inference": 1, "disclosure": 4, "density_ratio": 2, "copies": 3}
"""How many each family makes."""

LEAST = {
    "singling_out": 0.1,
    "linkability": 0.2,
    "inference": 0.5,
    "disclosure": 0.5,
    "density_ratio": 0.5,
    "copies": 0.9,
}
"""The excess that the best attack of a family reaches at least where the described rows are the synthetic table."""

_Family = Callable[[Coded, np.random.Generator], list[Attack]]


def generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def people(rows: int, seed: int) -> pl.DataFrame:
    """Keys that are unique for about half, and a secret that depends on them."""
    rng = generator(seed)
    kinds = rng.integers(3, size=rows)
    keys = {f"c{size}": (kinds + rng.integers(size, size=rows)) % size for size in (6, 9, 20)}
    secret = np.where(rng.random(rows) < 0.4, keys["c9"] % 5, rng.integers(5, size=rows))
    return pl.DataFrame({**keys, "x": (rng.normal(size=rows) + kinds).round(2), "s": [f"v{value}" for value in secret]})


BROAD = Schema.infer(people(20_000, 0))
SCHEMA = Schema(
    tuple(replace(one, role=ROLES.get(one.name, "other"), domain=None, nullable=True) for one in BROAD.columns)
)


def attacked(family: _Family, training: pl.DataFrame, control: pl.DataFrame, synthetic: pl.DataFrame) -> list[Attack]:
    return family(encode(training, control, synthetic, SCHEMA, attacks=200), generator(1))


families = pytest.mark.parametrize("family", [one.make for one in _FAMILIES], ids=lambda family: family.__name__)


@families
def test_fresh_rows_gain_nothing(family: _Family):
    """Three tables of the same size and of the same people, many times."""
    found: dict[str, list[float]] = defaultdict(list)
    for seed in range(TABLES):
        for one in attacked(family, *(people(ROWS, 1 + 3 * seed + add) for add in range(3))):
            found[one.variant].append(one.excess)
            assert one.lower(FAMILY_ERROR / 20) <= 0
    assert len(found) == ATTACKS[family.__name__]
    for excesses in found.values():
        assert abs(np.mean(excesses)) <= 4 * np.std(excesses, ddof=1) / np.sqrt(len(excesses))


@families
def test_described_rows_themselves_are_found(family: _Family):
    training, control = people(ROWS, 101), people(ROWS, 102)
    found = attacked(family, training, control, training)
    assert max(one.excess for one in found) > LEAST[family.__name__]
    assert max(one.lower(FAMILY_ERROR / 20) for one in found) > 0


@families
def test_the_more_rows_are_copied_the_more_is_found(family: _Family):
    """On average over tables; a fifth of the rows, and all of them."""
    best = []
    for share in (0.2, 1.0):
        excesses: dict[str, list[float]] = defaultdict(list)
        for seed in range(8):
            training, control, fresh = (people(ROWS, 201 + 3 * seed + add) for add in range(3))
            copied = int(share * ROWS)
            for one in attacked(family, training, control, pl.concat([training[:copied], fresh[copied:]])):
                excesses[one.variant].append(one.excess)
        best.append(max(np.mean(values) for values in excesses.values()))
    assert 0.01 < best[0] < best[1]


def fails(found: Risks, policy: str) -> bool:
    """Whether either check of a risk asset would."""
    rules = load_policy(policy)
    copies = [one for one in found.attacks if one.name == COPIES]
    others = [one for one in found.attacks if one.name != COPIES]
    limits = ((others, rules.attack_risk.limit), (copies, rules.copy_risk.limit))
    return any(decide(some, limit).outcome == "fail" for some, limit in limits)


@pytest.mark.parametrize("seed", range(5))
def test_one_copied_row_in_twenty_fails_the_gate_of_both_house_policies_and_none_does_not(seed: int):
    training, control, fresh = (people(rows, 301 + 3 * seed + add) for add, rows in enumerate((8_000, 2_000, 8_000)))
    for copied, failing in ((0, False), (400, True)):
        synthetic = pl.concat([training[:copied], fresh[copied:]])
        found = risk(training, control, synthetic, SCHEMA, attacks=500, rng=generator(seed))
        assert [fails(found, policy) for policy in ("internal", "public_release")] == [failing] * 2
