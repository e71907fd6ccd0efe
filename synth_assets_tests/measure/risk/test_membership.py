"""Densities against a slow count, thresholds, copied and fresh tables."""

from itertools import product

import numpy as np
import polars as pl
import pytest

from synth_assets.measure.risk.codes import Coded, encode
from synth_assets.measure.risk.membership import density_ratio, flagged, log_density, split, threshold
from synth_assets.schema import Schema


def generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def people(rows: int, seed: int) -> pl.DataFrame:
    rng = generator(seed)
    kinds = rng.integers(3, size=rows)
    columns = {f"c{size}": (kinds + rng.integers(size, size=rows)) % size for size in (3, 5, 12, 20, 30)}
    return pl.DataFrame({**columns, "x": rng.normal(size=rows) + kinds})


def three(training: pl.DataFrame, control: pl.DataFrame, synthetic: pl.DataFrame) -> Coded:
    return encode(training, control, synthetic, Schema.infer(training), attacks=500)


def slow(row: list[int], rows: list[list[int]], sizes: list[int]) -> float:
    """The density of a row: for each column, from no context to that of all columns before it."""
    total = 0.0
    for place, size in enumerate(sizes):
        chance = 1 / size
        for first in range(place, -1, -1):
            alike = [other for other in rows if other[first:place] == row[first:place]]
            chance = (sum(other[place] == row[place] for other in alike) + chance) / (len(alike) + 1)
        total += np.log(chance)
    return total


def test_the_density_is_that_of_a_slow_count_and_adds_up_to_one():
    sizes = [2, 3, 2, 3]
    rows = generator(1).integers(sizes, size=(25, 4))
    cells = np.array(list(product(*map(range, sizes))))
    found = log_density(cells, rows, sizes)
    assert found == pytest.approx([slow(cell, rows.tolist(), sizes) for cell in cells.tolist()])
    assert np.exp(found).sum() == pytest.approx(1)


def test_many_columns_have_a_density_that_adds_up_to_one():
    cells = np.array(list(product(range(2), repeat=10)))
    rows = generator(1).integers(2, size=(40, 10))
    assert np.exp(log_density(cells, rows, [2] * 10)).sum() == pytest.approx(1)


def test_no_more_than_the_share_is_above_the_threshold():
    scores = generator(1).integers(20, size=300).astype(float)
    for share in (0, 0.01, 0.1, 0.5):
        least = threshold(scores, share)
        assert (scores > least).mean() <= share
        assert (scores >= least).mean() > share


@pytest.mark.parametrize("rows", [8, 9, 10, 11, 100])
def test_control_rows_are_reference_threshold_or_attacked(rows: int):
    parts = split(rows, generator(1))
    assert sorted(np.concatenate(parts).tolist()) == list(range(rows))
    assert len(parts[2]) >= rows / 2
    assert min(map(len, parts)) >= rows // 4


def test_successes_are_scores_above_the_threshold_of_other_rows():
    control = np.arange(40.0)
    found = flagged("any", np.full(30, 18.5), control[20:], control[10:20])
    assert [(one.attacks, one.training_hits, one.control_hits) for one in found] == [(20, 0, 20), (20, 20, 20)]
    assert [one.guesses for one in found] == [0.01, 0.1]
    assert not flagged("any", np.empty(0), control[20:], control[10:20])


def test_rows_that_the_synthetic_table_holds_are_called_members():
    training = people(1_000, 1)
    found = density_ratio(three(training, people(500, 2), training), generator(1))
    assert [one.variant for one in found] == ["density ratio, 1% false alarms", "density ratio, 10% false alarms"]
    assert [one.attacks for one in found] == [250, 250]
    assert min(one.lower(0.0001) for one in found) > 0.5


def test_relations_that_are_too_strong_are_seen_where_hardly_a_row_is_repeated():
    """Halves of training rows, put together with halves of others."""
    training = people(600, 3)
    halves = [
        training[names].sample(fraction=1, shuffle=True, seed=seed)
        for seed, names in enumerate((["c3", "c5", "x"], ["c12", "c20", "c30"]))
    ]
    made = pl.concat(halves, how="horizontal").select(training.columns)
    assert len(set(made.iter_rows()) & set(training.iter_rows())) < 5
    found = density_ratio(three(training, people(1_200, 4), made), generator(1))
    assert found[1].lower(0.001) > 0


def test_false_alarms_are_as_many_as_meant():
    """On average over 30 tables: the shares that the thresholds let through, where 100 rows set each."""
    rates = [
        [
            one.control_rate
            for one in density_ratio(three(*(people(400, 3 * seed + add) for add in range(3))), generator(seed))
        ]
        for seed in range(30)
    ]
    error = np.std(rates, axis=0, ddof=1) / np.sqrt(len(rates))
    assert (np.abs(np.mean(rates, axis=0) - [0.01, 0.1]) < 4 * error + 1 / 100).all()


def test_text_and_too_few_control_rows_are_not_tried():
    table = people(7, 1)
    assert not density_ratio(three(table, table, table), generator(1))
    keys = pl.DataFrame({"id": [f"p{place}" for place in range(200)]})
    assert not density_ratio(three(keys, keys, keys), generator(1))
