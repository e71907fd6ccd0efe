"""Membership: no member is told from others by fresh rows or by a description that hides; an overfitted one tells."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from synth_assets.describe import describe
from synth_assets.generate import generate
from synth_assets.measure.risk import risk
from synth_assets.measure.risk.codes import encode
from synth_assets.measure.risk.membership import leave_one_out, membership
from synth_assets.schema import Schema


def generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def people(rows: int, rng: np.random.Generator) -> pl.DataFrame:
    kinds = rng.integers(3, size=rows)
    columns = {
        f"c{size}": [
            f"v{(kind + draw) % size:02d}" for kind, draw in zip(kinds, rng.integers(size, size=rows), strict=True)
        ]
        for size in (4, 8, 20, 30)
    }
    return pl.DataFrame(columns)


PUBLIC = Schema.infer(people(5_000, generator(0))).assert_public_domain(reason="made up")


@pytest.mark.parametrize("mode", ["independent", "correlated"])
def test_a_description_that_hides_small_counts_tells_of_few(mode: str):
    excesses = []
    for seed in range(8):
        rng = generator(20 + seed)
        training, control = people(2_000, rng), people(900, rng)
        described = describe(training, PUBLIC, mode=mode)  # pyrefly: ignore[bad-argument-type]  # a mode
        excesses.append([one.excess for one in leave_one_out(described, training, control, rng)])

    assert np.abs(np.mean(excesses, axis=0)).max() < 0.06


def test_a_description_that_hides_nothing_and_knows_all_pairs_tells_members():
    rng = generator(40)
    training, control = people(300, rng), people(900, rng)
    told = describe(training, PUBLIC, mode="correlated", max_parents=3, minimum_count=1)
    careless = replace(told, minimum_count=1)
    attacks = {one.variant: one for one in leave_one_out(careless, training, control, rng)}

    assert (
        attacks["leave one out, 10% false alarms"].training_rate
        > attacks["leave one out, 10% false alarms"].control_rate
    )


def test_members_of_a_table_that_is_the_training_table_are_denser():
    rng = generator(50)
    training, control = people(300, rng), people(1_500, rng)
    coded = encode(training, control, training, PUBLIC, attacks=100)
    attacks = membership(coded, rng)

    assert [one.variant for one in attacks] == ["density ratio, 1% false alarms", "density ratio, 10% false alarms"]
    assert attacks[1].excess > 0.05


def test_fresh_rows_make_nobody_a_member():
    excesses = []
    for seed in range(30):
        rng = generator(70 + seed)
        coded = encode(people(800, rng), people(600, rng), people(800, rng), PUBLIC, attacks=100)
        excesses.append([one.excess for one in membership(coded, rng)])

    assert np.abs(np.mean(excesses, axis=0)).max() < 0.03


def test_too_few_held_out_rows_try_nothing():
    table = people(60, generator(9))

    assert membership(encode(table, table, table, PUBLIC, attacks=10), generator(1)) == []
    assert leave_one_out(describe(table, PUBLIC, mode="independent"), table, table, generator(1)) == []


def test_a_held_out_value_that_the_description_does_not_know_stops_nothing():
    rng = generator(12)
    training, control = people(900, rng), people(400, rng).with_columns(c4=pl.lit("new"))
    schema = Schema.infer(training)
    described = describe(training, schema, mode="correlated")
    wide = Schema.infer(pl.concat([training, control]))
    found = risk(training, control, generate(described, rng=rng), wide, attacks=100, rng=rng, description=described)

    assert found.attacks


def test_the_attacks_of_a_description_are_among_all():
    rng = generator(11)
    training, control = people(900, rng), people(400, rng)
    described = describe(training, PUBLIC, mode="correlated")
    table = generate(described, rng=rng)
    found = risk(training, control, table, PUBLIC, attacks=100, rng=rng, description=described)

    assert {"leave one out, 10% false alarms", "density ratio, 10% false alarms"} <= {
        one.variant for one in found.attacks
    }
