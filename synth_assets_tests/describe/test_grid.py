"""Steps on which numbers and times are recorded: synthetic ones lie on them too, and no single row decides them."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from synth_assets.describe import Description, describe
from synth_assets.describe.coding import Bins
from synth_assets.describe.grid import STEPS, off_grid, step_of
from synth_assets.generate import generate
from synth_assets.schema import Column, Interval, Mode, Schema
from synth_assets_tests.tables import rng

FLOATS, TIMES = Column("x", "float"), Column("t", "datetime")


@pytest.mark.parametrize(
    ("values", "step"),
    [
        ([1.0, 2.0, 30.0], 1.0),
        ([0.1, 0.25, 3.0], 0.01),
        ([12.35, 0.07, 1_234_567.89], 0.01),
        ([0.1 + 0.2], None),
        ([1e300, 2.0], 1.0),
        ([1 / 3, 2 / 3], None),
        ([-0.5, 0.5], 0.1),
        ([], 1.0),
    ],
)
def test_the_step_of_floats(values: list[float], step: float | None):
    assert step_of(off_grid(np.array(values, dtype=float), FLOATS), FLOATS) == step


@pytest.mark.parametrize(
    ("microseconds", "step"),
    [([0, 86_400_000_000], 86_400_000_000), ([60_000_000], 60_000_000), ([3_000_000, 0], 1_000_000), ([17], None)],
)
def test_the_step_of_times(microseconds: list[int], step: float | None):
    assert step_of(off_grid(np.array(microseconds), TIMES), TIMES) == step


def test_other_types_have_none():
    assert step_of(off_grid(np.array([5, 10]), Column("n", "integer")), Column("n", "integer")) is None


def test_one_row_off_a_step_is_enough_for_a_finer_one():
    """Were a few rows passed over, to tell the step would tell that they are few."""
    values = np.array([1.0] * 100 + [0.5])
    assert step_of(off_grid(values, FLOATS), FLOATS) == 0.1


def test_counts_off_each_grid_are_those_of_an_obvious_count():
    values = np.concatenate([np.round(rng(1).random(500) * 100, place) for place in range(6)])
    steps = [sum(value != round(value, place) for value in values.tolist()) for place in range(5)]
    assert off_grid(values, FLOATS).tolist() == steps
    assert len(STEPS["float"]) == len(steps)


@pytest.mark.parametrize("mode", ["independent", "correlated"])
@pytest.mark.parametrize("domain", [None, Interval(0.0, 60.0), Interval(-3.3, 70.7, 7)])
def test_synthetic_numbers_lie_on_the_step(mode: Mode, domain: Interval | None):
    bmi = np.round(rng(2).normal(27, 5, 3_000).clip(12, 60), 1)
    table = pl.DataFrame({"x": bmi})
    described = describe(table, Schema((Column("x", "float", domain=domain),)), mode=mode)
    again = Description.from_json(described.to_json())
    drawn = generate(again, rows=20_000, rng=rng(3))["x"].to_numpy()
    coding = again.columns[0].coding
    assert isinstance(coding, Bins)
    assert coding.step == 0.1
    assert np.array_equal(np.round(drawn, 1), drawn)
    assert abs(drawn.mean() - bmi.mean()) < 0.1
    assert drawn.min() >= coding.edges[0]


def test_whole_numbers_that_a_csv_made_floats_come_back_whole():
    ages = rng(4).integers(0, 95, 400).astype(float)
    table = pl.DataFrame({"x": [None if place % 9 == 0 else age for place, age in enumerate(ages)]})
    drawn = generate(describe(table, Schema.infer(table), mode="independent"), rng=rng(5))["x"].drop_nulls()
    assert (drawn == drawn.round(0)).all()
    assert drawn.n_unique() > 50


def test_times_to_the_minute_come_back_to_the_minute():
    chance = rng(6).integers(0, 500_000, 2_000)
    table = pl.DataFrame({"t": [dt.datetime(2020, 1, 1) + dt.timedelta(minutes=int(n)) for n in chance]})  # noqa: DTZ001
    drawn = generate(describe(table, Schema.infer(table), mode="correlated"), rng=rng(7))["t"]
    assert (drawn == drawn.dt.truncate("1m")).all()
    assert drawn.n_unique() > 1_500


def test_a_step_too_fine_for_the_bins_is_left_aside():
    """Numbers of 1e16 have no tenths: such a column is drawn as any other."""
    values = np.linspace(0, 1e17, 500)
    table = pl.DataFrame({"x": values})
    drawn = generate(describe(table, Schema.infer(table), mode="independent"), rows=100, rng=rng(8))["x"]
    assert drawn.is_between(0, 2e17).all()
