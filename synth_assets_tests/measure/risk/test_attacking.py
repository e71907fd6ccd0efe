"""All attacks together: the table of figures, seeds, copied and fresh rows, and the description's own counts."""

import numpy as np
import polars as pl
import pytest

from synth_assets.describe import Description, describe
from synth_assets.errors import MeasurementError
from synth_assets.generate import generate
from synth_assets.measure.risk import Attack, Risks, decide, risk
from synth_assets.measure.risk.attacking import LEAVE_ONE_OUT
from synth_assets.measure.risk.risks import LEAST_ATTACKS, risks
from synth_assets.schema import Schema


def generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def people(rows: int, seed: int) -> pl.DataFrame:
    rng = generator(seed)
    columns = {f"c{size}": rng.integers(size, size=rows) for size in (2, 6, 30, 31, 40)}
    return pl.DataFrame({**columns, "x": rng.normal(size=rows).round(3), "s": rng.choice(["a", "b", "c"], rows)})


TRAINING, CONTROL, FRESH = (people(rows, seed) for seed, rows in enumerate((800, 200, 800)))
SCHEMA = Schema.infer(pl.concat([TRAINING, CONTROL, FRESH]))


def found(synthetic: pl.DataFrame, seed: int = 1) -> Risks:
    return risk(TRAINING, CONTROL, synthetic, SCHEMA, attacks=150, rng=generator(seed))


def test_the_table_says_of_every_attack_what_it_gained():
    result = found(FRESH)
    assert result.rows == (800, 200, 800)
    table = result.table
    assert table.height == len(result.attacks)
    assert {"singling out", "linkability", "inference"} <= set(table["name"])
    for one, row in zip(result.attacks, table.iter_rows(named=True), strict=True):
        assert (row["name"], row["variant"], row["attacks"]) == (one.name, one.variant, one.attacks)
        assert (row["training_rate"], row["control_rate"]) == (one.training_rate, one.control_rate)
        assert row["lower"] <= row["excess"] == one.excess <= row["upper"]


def test_the_same_seed_gives_the_same_figures():
    assert found(FRESH).table.equals(found(FRESH).table)
    assert not found(FRESH).table.equals(found(FRESH, seed=2).table)


def test_copied_rows_fail_and_the_worst_attack_is_named():
    result = found(TRAINING)
    assert decide(result.attacks, 0.1).outcome == "fail"
    worst = result.worst
    assert worst is not None
    assert result.table["lower"].max() == worst.lower(0.001 / len(result.attacks))
    detected = result.table.filter(pl.col("lower") > 0)["name"].unique().to_list()
    assert {"singling out", "linkability", "inference"} <= set(detected)


def test_fresh_rows_do_not_fail():
    assert all(decide(found(FRESH, seed).attacks, 0).outcome != "fail" for seed in range(5))


def test_a_secret_that_nearly_everybody_shares_is_not_judged_beside_others():
    shared, secret = Attack("a", "shared", 500, 500, 499), Attack("a", "secret", 500, 200, 190)
    assert risks({"a": [shared, secret]}, (1, 1, 1)).attacks == (secret,)
    alone = risks({"a": [shared]}, (1, 1, 1))
    assert (alone.attacks, alone.untried) == ((shared,), ())


def test_attacks_that_could_not_be_tried_often_enough_stand_apart():
    enough, few = (Attack("a", "", attacks, 0, 0) for attacks in (LEAST_ATTACKS, LEAST_ATTACKS - 1))
    result = risks({"a": [few, enough]}, (1, 1, 1))
    assert (result.attacks, result.too_few) == ((enough,), (few,))
    assert not result.untried
    nothing = risks({"a": [few], "b": []}, (1, 1, 1))
    assert [str(one) for one in nothing.untried] == ["a (tried fewer than 20 times)", "b (could not be tried)"]
    assert nothing.worst is None
    assert nothing.table.is_empty()


def test_an_argument_that_is_not_allowed_is_refused():
    with pytest.raises(MeasurementError, match="Allowed: a whole number from 1 on"):
        risk(TRAINING, CONTROL, FRESH, SCHEMA, attacks=0, rng=generator(1))


def test_the_counts_of_a_description_are_attacked_too_but_not_with_epsilon():
    public = SCHEMA.assert_public_domain(reason="made up")
    told = describe(TRAINING, public, mode="correlated")
    noisy = describe(TRAINING, public, mode="independent", epsilon=1.0, max_rows_per_person=1)
    variants = {"leave one out, 1% false alarms", "leave one out, 10% false alarms"}
    for description, made in ((told, variants), (noisy, set()), (None, set())):
        found = risk(TRAINING, CONTROL, FRESH, SCHEMA, attacks=20, rng=generator(1), description=description)
        assert {one.variant for one in found.attacks} & variants == made


def test_families_that_tell_nothing_of_a_table_are_named():
    told = describe(TRAINING, SCHEMA.assert_public_domain(reason="made up"), mode="correlated")

    def untried(control: pl.DataFrame, description: Description | None = told) -> set[str]:
        made = risk(TRAINING, control, FRESH, SCHEMA, attacks=100, rng=generator(1), description=description)
        return {one.family for one in made.untried}

    assert untried(CONTROL) == {"disclosure"}  # no column is a quasi-identifier
    assert untried(CONTROL, None) == {"disclosure", LEAVE_ONE_OUT}
    few = {"linkability", "inference", "disclosure", "membership by density ratio", "copies", LEAVE_ONE_OUT}
    assert few <= untried(CONTROL.head(2))


def test_a_table_of_one_column_lacks_no_attack_on_relations():
    training, control, fresh = (part.select("c6") for part in (TRAINING, CONTROL, FRESH))
    schema = Schema.infer(training)
    described = describe(training, schema.assert_public_domain(reason="made up"), mode="independent")
    made = risk(training, control, fresh, schema, attacks=100, rng=generator(1), description=described)
    assert [one.family for one in made.untried] == []


def test_a_held_out_value_that_the_description_does_not_know_stops_nothing():
    control = CONTROL.with_columns(s=pl.lit("new"))
    description = describe(TRAINING, Schema.infer(TRAINING), mode="correlated")
    wide = Schema.infer(pl.concat([TRAINING, control]))
    made = generate(description, rng=generator(1))
    found = risk(TRAINING, control, made, wide, attacks=20, rng=generator(1), description=description)
    hits = {one.variant: one.control_hits for one in found.attacks}
    assert hits["leave one out, 10% false alarms"] == 0
