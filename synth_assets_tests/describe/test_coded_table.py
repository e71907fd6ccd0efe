"""Tables as codes: exact counts, spikes with codes of their own, and what the rows then look like."""

import math
import warnings
from importlib import import_module

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets import frames
from synth_assets.describe import Description, describe
from synth_assets.describe.coded_table import CodedTable, coded_table
from synth_assets.describe.coding import Bins, into_bins, to_axis
from synth_assets.describe.reader import reading
from synth_assets.generate import generate
from synth_assets.schema import Column, Interval, Mode, Schema
from synth_assets_tests.strategies import chains
from synth_assets_tests.tables import categories, rng

MODULE = import_module("synth_assets.describe.coded_table")
COUNTED: list[Mode] = ["independent", "correlated"]


def coded(table: pl.DataFrame, schema: Schema, minimum: int = 5) -> CodedTable:
    with reading(table.lazy(), schema) as reader:
        return coded_table(reader, minimum)


def zero_inflated(rows: int, seed: int) -> pl.DataFrame:
    """Gains that are mostly 0, less often for the rich; the others spread over five orders of magnitude."""
    chance = rng(seed)
    rich = chance.random(rows) < 0.25
    none = chance.random(rows) < np.where(rich, 0.78, 0.96)
    gain = np.where(none, 0.0, chance.lognormal(8, 1, rows))
    return pl.DataFrame({"income": np.where(rich, "high", "low"), "gain": gain, "whole": gain.astype(np.int64)})


def spikes(described: Description, name: str) -> tuple[float, ...]:
    coding = next(held for held in described.columns if held.column.name == name).coding
    assert isinstance(coding, Bins)
    return coding.spikes


# Codes and counts.


@pytest.mark.parametrize("in_memory", [0, 2**31], ids=["in a file", "in memory"])
@given(made=chains(), minimum=st.sampled_from([1, 2, 5]))
def test_counts_over_columns_are_those_of_an_obvious_count(
    in_memory: int, made: tuple[pl.DataFrame, Schema, list[tuple[str, str]]], minimum: int
):
    table, schema, _ = made
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        patch.setattr(MODULE, "MOST_BYTES_IN_MEMORY", in_memory)
        patch.setattr(MODULE, "_ROWS_AT_A_TIME", 7)
        patch.setattr(frames, "BATCH_ROWS", 7)
        held = coded(table, schema, minimum)
    names = schema.names[:3]
    counts = np.zeros([held.columns[name].group_count for name in names], dtype=np.int64)
    for row in zip(*(held.groups[name] for name in names), strict=True):
        counts[row] += 1
    assert np.array_equal(held.counted(names), counts)
    for name, column in held.columns.items():
        by_group = np.zeros(column.group_count, dtype=np.int64)
        np.add.at(by_group, column.groups, held.code_rows[name])
        assert np.array_equal(by_group, held.counted([name]))
        assert held.code_rows[name].sum() == len(table)


def test_codes_in_a_file_close_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(MODULE, "MOST_BYTES_IN_MEMORY", 0)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        held = coded(categories("a", {"x": 20, "y": 30}), Schema((Column("a", "category"),)))
        assert held.code_rows["a"].tolist() == [20, 30]
    assert told == []


@given(numbers=st.lists(st.integers(-5, 15), min_size=1), clamp=st.booleans())
def test_a_spike_has_a_code_of_its_own_after_the_bins(numbers: list[int], clamp: bool):  # noqa: FBT001 - given by name
    coding = Bins((0, 3, 9), clamp=clamp, spikes=(-2, 0, 4))
    expected = [
        None
        if not (clamp or 0 <= number < 9)
        else coding.bins + coding.spikes.index(number)
        if number in coding.spikes
        else int(number >= 3)
        for number in numbers
    ]
    assert into_bins(to_axis(pl.Series(numbers), "integer"), coding).to_list() == expected


# Spikes.


@pytest.mark.parametrize("name", ["gain", "whole"])
@pytest.mark.parametrize("mode", COUNTED)
@pytest.mark.parametrize("seed", range(3))
def test_a_zero_inflated_column_keeps_its_zeros_and_its_mean(name: str, mode: Mode, seed: int):
    table = zero_inflated(20_000, seed)
    described = describe(table.select("income", name), Schema.infer(table.select("income", name)), mode=mode)
    synthetic = generate(described, rng=rng(seed))
    assert spikes(described, name) == (0,)
    assert abs(synthetic.filter(pl.col(name) == 0).height - table.filter(pl.col(name) == 0).height) <= 20
    assert float(np.mean(synthetic[name].to_numpy())) == pytest.approx(np.mean(table[name].to_numpy()), rel=0.05)


@pytest.mark.parametrize("seed", range(3))
def test_a_spike_keeps_its_dependence_on_another_column(seed: int):
    table = zero_inflated(20_000, seed)
    synthetic = generate(describe(table, Schema.infer(table), mode="correlated"), rng=rng(seed))
    for income in ("high", "low"):
        real, made = (frame.filter(pl.col("income") == income)["gain"] == 0 for frame in (table, synthetic))
        share = float(np.mean(real.to_numpy()))
        error = 4 * math.sqrt(share * (1 - share) * (1 / len(real) + 1 / len(made)))
        assert abs(float(np.mean(made.to_numpy())) - share) < error


@pytest.mark.parametrize(("rows", "kept"), [(60, True), (10, False)])
def test_a_value_stands_out_from_two_in_a_hundred_rows_on(rows: int, *, kept: bool):
    others = rng().normal(0, 1, 1_000 - rows)
    table = pl.DataFrame({"a": np.concatenate([np.full(rows, 7.25), others])})
    described = describe(table, Schema((Column("a", "float", domain=Interval(-9.0, 9.0)),)), mode="independent")
    assert spikes(described, "a") == ((7.25,) if kept else ())
    assert (generate(described, rng=rng())["a"] == 7.25).sum() == rows


def test_a_top_code_is_a_spike_and_stays_the_largest_value():
    table = pl.DataFrame({"hours": np.concatenate([np.full(300, 99), rng().integers(1, 80, 9_700)])})
    for schema in (Schema.infer(table), Schema((Column("hours", "integer", domain=Interval(1, 99, 20)),))):
        synthetic = generate(describe(table, schema, mode="correlated"), rng=rng())["hours"]
        assert (synthetic == 99).sum() == 300
        assert (synthetic > 99).sum() == 0


@pytest.mark.parametrize("mode", ["random", *COUNTED])
@pytest.mark.parametrize("declared", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_no_rare_exact_number_gets_into_a_synthetic_table(mode: Mode, seed: int, *, declared: bool):
    """Floats of 15 digits held by 1 to 4 rows: to meet one by chance has a probability of about 0."""
    chance = rng(seed)
    rare = np.concatenate([chance.normal(0, 1, 500), np.repeat(chance.normal(0, 1, 30), 4), [8.123456789012, -7.9]])
    table = pl.DataFrame({"a": np.concatenate([rare, np.full(200, 0.5)]), "b": chance.random(len(rare) + 200) < 0.3})
    column = Column("a", "float", domain=Interval(-9.0, 9.0) if declared else None)
    described = describe(table, Schema((column, Column("b", "boolean"))), mode=mode)
    synthetic = generate(described, rows=5_000, rng=rng(seed))
    assert not set(synthetic["a"]) & set(rare)
    for value in rare:
        assert str(value) not in described.to_json()


@pytest.mark.parametrize("mode", COUNTED)
def test_codes_that_only_look_like_numbers_keep_their_zeros(mode: Mode):
    table = categories("code", {"007": 50, "07": 30, "7": 20, "": 9, None: 11})
    synthetic = generate(describe(table, Schema.infer(table), mode=mode), rng=rng())
    assert dict(synthetic["code"].value_counts().rows()) == {"007": 50, "07": 30, "7": 20, "": 9, None: 11}
