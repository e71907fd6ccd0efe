"""Disclosure against slow counts by hand; fresh rows disclose nobody more than others, copies do."""

from dataclasses import replace

import numpy as np
import polars as pl

from synth_assets.measure.risk.codes import Coded, encode
from synth_assets.measure.risk.disclosure import disclosure
from synth_assets.measure.risk.rates import Attack
from synth_assets.schema import Column, Schema

ROLES = {"a": "quasi_identifier", "b": "quasi_identifier", "s": "sensitive"}


def generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def people(rows: int, rng: np.random.Generator, sizes: tuple[int, int] = (30, 20)) -> pl.DataFrame:
    first, second = (rng.integers(size, size=rows) for size in sizes)
    secret = np.where(rng.random(rows) < 0.5, (first + second) % 5, rng.integers(5, size=rows))
    return pl.DataFrame({"a": first, "b": second, "s": [f"v{value}" for value in secret]})


def coded(training: pl.DataFrame, control: pl.DataFrame, synthetic: pl.DataFrame) -> Coded:
    columns: tuple[Column, ...] = Schema.infer(pl.concat([training, control, synthetic])).columns
    schema = Schema(tuple(replace(column, role=ROLES[column.name]) for column in columns))  # pyrefly: ignore[bad-argument-type]  # roles, as listed
    return encode(training, control, synthetic, schema, attacks=10_000)


def by_variant(attacks: list[Attack]) -> dict[str, Attack]:
    return {attack.variant: attack for attack in attacks}


def test_counts_are_those_of_a_slow_look_at_every_row():
    rng = generator(1)
    training, control, synthetic = (people(60, rng, (6, 5)) for _ in range(3))
    found = by_variant(disclosure(coded(training, control, synthetic), generator(2)))
    made = list(synthetic.iter_rows())
    secrets = {key: {row[2] for row in made if row[:2] == key} for key in {row[:2] for row in made}}
    alone = {key for key in secrets if sum(row[:2] == key for row in made) == 1}
    rows = list(training.iter_rows())
    keys = [row[:2] for row in rows]

    assert found["s: sure and right (DiSCO)"].training_hits == sum(secrets.get(row[:2]) == {row[2]} for row in rows)
    unique = [key for key in keys if keys.count(key) == 1]
    repu = found["unique in both (repU)"]
    assert repu.attacks <= len(unique)
    if repu.attacks == len(unique):
        assert repu.training_hits == sum(key in alone for key in unique)


def test_the_training_rows_themselves_disclose_all():
    training, control = people(400, generator(3)), people(400, generator(4))
    found = by_variant(disclosure(coded(training, control, training), generator(5)))

    assert found["unique in both (repU)"].training_rate == 1
    assert found["s: attributed where it is sure (TCAP)"].training_rate == 1
    assert found["s: sure and right (DiSCO)"].lower(0.001) > 0.05


def test_fresh_rows_disclose_nobody_more_than_others():
    found: dict[str, list[float]] = {}
    for seed in range(30):
        rng = generator(100 + seed)
        for attack in disclosure(coded(people(600, rng), people(300, rng), people(600, rng)), rng):
            found.setdefault(attack.variant, []).append(attack.excess)
            assert attack.lower(0.00001) <= 0

    assert len(found) == 4
    assert all(
        abs(np.mean(excesses)) < 4 * np.std(excesses, ddof=1) / len(excesses) ** 0.5 for excesses in found.values()
    )


def test_without_keys_nothing_is_tried():
    table = people(50, generator(6))
    none = encode(table, table, table, Schema.infer(table), attacks=10)

    assert disclosure(none, generator(7)) == []
