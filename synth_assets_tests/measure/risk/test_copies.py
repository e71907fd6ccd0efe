"""Copies against a slow count; fresh rows give no alarm, one copied row in twenty always does."""

import numpy as np
import polars as pl
import pytest

from synth_assets.measure.risk import decide
from synth_assets.measure.risk.codes import Coded, encode
from synth_assets.measure.risk.copies import copies
from synth_assets.schema import Schema


def generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def people(rows: int, rng: np.random.Generator, sizes: tuple[int, ...] = (40, 26, 10, 7, 6, 6, 2)) -> pl.DataFrame:
    columns = {f"c{place}": rng.integers(size, size=rows) for place, size in enumerate(sizes)}
    return pl.DataFrame({**columns, "minutes": rng.integers(0, 180, rows)})


def three(training: pl.DataFrame, control: pl.DataFrame, synthetic: pl.DataFrame) -> Coded:
    return encode(training, control, synthetic, Schema.infer(pl.concat([training, control, synthetic])), attacks=500)


def test_copies_are_those_of_a_slow_count():
    rng = generator(1)
    training, control, synthetic = (people(rows, rng, (2, 3, 2)).with_columns(minutes=0) for rows in (30, 30, 25))
    attacks = {one.variant: one for one in copies(three(training, control, synthetic), generator(2))}
    made = set(synthetic.iter_rows())
    real = [*training.iter_rows(), *control.iter_rows()]
    once = [row for row in real if real.count(row) == 1]

    assert attacks["any row"].training_hits == sum(row in made for row in training.iter_rows())
    assert attacks["any row"].control_hits == sum(row in made for row in control.iter_rows())
    if once:
        unique = attacks.get("unique rows")
        assert unique is None or unique.attacks <= len(once)


def test_a_row_that_differs_in_one_value_is_near():
    training, control = people(200, generator(3)), people(200, generator(4))
    moved = training.with_columns(minutes=pl.lit(200, pl.Int64))
    attacks = {one.variant: one for one in copies(three(training, control, moved), generator(5))}

    assert attacks["any row"].training_hits == 0
    assert attacks["unique rows but for one value"].training_rate > 0.9
    assert attacks["unique rows but for one value"].control_rate < 0.1


@pytest.mark.parametrize("seed", range(20))
def test_one_copied_row_in_twenty_fails_every_time(seed: int):
    rng = generator(100 + seed)
    training, control, fresh = people(8_000, rng), people(2_000, rng), people(8_000, rng)
    copied = pl.concat([fresh.head(7_600), training.sample(400, seed=seed)])

    assert decide(copies(three(training, control, copied), rng), 0.01).outcome == "fail"


def test_fresh_rows_never_fail():
    outcomes, excesses = [], []
    for seed in range(30):
        rng = generator(500 + seed)
        attacks = copies(three(people(2_000, rng), people(500, rng), people(2_000, rng)), rng)
        outcomes.append(decide(attacks, 0.01).outcome)
        excesses.append([one.excess for one in attacks])

    assert "fail" not in outcomes
    error = np.std(excesses, axis=0, ddof=1) / np.sqrt(len(excesses))
    assert (np.abs(np.mean(excesses, axis=0)) <= 4 * error).all()


def test_text_and_keys_are_no_copies():
    training = pl.DataFrame({"id": [f"p{place}" for place in range(200)]})
    coded = encode(training, training, training, Schema.infer(training), attacks=10)

    assert copies(coded, generator(1)) == []
