"""Long tails: finer bins where rows crowd, on public steps, for a table in memory and in batches, and nowhere else."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from synth_assets.constraints import Ordered
from synth_assets.describe import Description, describe, reader, tails
from synth_assets.describe.coding import Bins, encode
from synth_assets.describe.steps import outward_edges, parts
from synth_assets.generate import generate
from synth_assets.schema import Column, ColumnType, Interval, Mode, Schema
from synth_assets_tests.tables import rng

ROWS = 8_000
CLOSE = 0.03
"""Of a bin that is not split, rows are off an even spread by at most a fiftieth of all, or it holds a twentieth."""

TAILS = {
    "lognormal": lambda chance, rows: chance.lognormal(3, 2.5, rows),
    "pareto": lambda chance, rows: 1 + chance.pareto(1, rows),
    "heavier pareto": lambda chance, rows: 1 + chance.pareto(0.4, rows),
    "gamma": lambda chance, rows: chance.gamma(0.3, 100, rows),
    "to the left": lambda chance, rows: 100 - chance.lognormal(3, 2.5, rows),
    "to both sides": lambda chance, rows: chance.lognormal(3, 2.5, rows) * chance.choice([-1, 1], rows),
    "to both sides of 50": lambda chance, rows: 50 + chance.standard_cauchy(rows),
    "away from zero": lambda chance, rows: 1_000 + chance.lognormal(3, 2.5, rows),
    "with zeros": lambda chance, rows: np.where(chance.random(rows) < 0.4, 0, chance.lognormal(3, 2.5, rows)),
}
ORDINARY = {
    "normal": lambda chance, rows: chance.normal(50, 10, rows),
    "uniform": lambda chance, rows: chance.uniform(-3, 9, rows),
    "exponential": lambda chance, rows: chance.exponential(100, rows),
    "two hills": lambda chance, rows: chance.normal(0, 1, rows) + chance.choice([0, 20], rows),
}


def described(values: np.ndarray, mode: Mode = "independent", minimum: int = 5) -> Description:
    table = pl.DataFrame({"a": values})
    return describe(table, Schema.infer(table), mode=mode, minimum_count=minimum)


def bins(description: Description) -> Bins:
    coding = description.columns[0].coding
    assert isinstance(coding, Bins)
    return coding


def distance(values: np.ndarray, description: Description) -> float:
    synthetic = generate(description, rng=rng(1))["a"].drop_nulls().to_numpy()
    return float(ks_2samp(values, synthetic, method="asymp").statistic)


@pytest.fixture
def equal_width(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Bins of equal width alone, until undone."""
    with monkeypatch.context() as patch:
        patch.setattr(tails, "_FULL", np.inf)
        yield patch


@pytest.mark.parametrize("kind", ["float", "integer", "hundredths"])
@pytest.mark.parametrize("shape", TAILS)
def test_a_long_tail_comes_out_close_to_the_original(shape: str, kind: str):
    values = TAILS[shape](rng(3), ROWS)
    values = {"float": values, "integer": np.floor(values).astype(np.int64), "hundredths": values.round(2)}[kind]
    assert distance(values, described(values)) < CLOSE


@pytest.mark.parametrize("scale", [1, 2, 3, 5, 9])
@pytest.mark.parametrize("rows", [500, 40_000])
def test_it_does_so_in_any_unit_and_for_few_and_many_rows(rows: int, scale: int):
    values = TAILS["lognormal"](rng(4), rows) * scale
    assert distance(values, described(values)) < CLOSE


@pytest.mark.usefixtures("equal_width")
def test_bins_of_equal_width_would_not():
    values = TAILS["lognormal"](rng(3), ROWS)
    assert distance(values, described(values)) > 0.5


@pytest.mark.parametrize("shape", ORDINARY)
@pytest.mark.parametrize("rows", [30, 300, 8_000])
def test_ordinary_columns_keep_bins_of_equal_width(shape: str, rows: int, equal_width: pytest.MonkeyPatch):
    values = ORDINARY[shape](rng(5), rows)
    plain = described(values)
    equal_width.undo()
    assert described(values).to_json() == plain.to_json()


@pytest.mark.parametrize("shape", TAILS)
def test_random_mode_counts_nothing_and_keeps_bins_of_equal_width(shape: str):
    values = TAILS[shape](rng(6), ROWS)
    ordered = np.sort(values)
    edges = set(bins(described(values, "random")).edges)
    assert edges <= set(outward_edges(ordered[4].item(), ordered[-5].item(), "float", 20))


def test_declared_bins_stay_as_declared():
    table = pl.DataFrame({"a": TAILS["lognormal"](rng(7), ROWS)})
    schema = Schema((Column("a", "float", domain=Interval(0.0, 1e7, 10)),))
    assert len(bins(describe(table, schema, mode="independent")).edges) == 11


@st.composite
def long_tails(draw: st.DrawFn) -> np.ndarray:
    """Signed powers, of which some repeat: nearly all is close to one place, and some far away."""
    chance = np.random.Generator(np.random.PCG64(draw(st.integers(0, 2**32))))
    rows, spread = draw(st.integers(20, 400)), draw(st.sampled_from([0.5, 2.0, 6.0]))
    values = draw(st.sampled_from([0, -7, 1e6])) + chance.choice([-1, 1], rows) * np.exp(chance.normal(0, spread, rows))
    values = np.where(chance.random(rows) < draw(st.sampled_from([0, 0.3])), values[0], values)
    return values if draw(st.booleans()) else np.round(values).astype(np.int64)


@given(values=long_tails(), minimum=st.integers(1, 6))
def test_edges_are_public_and_no_bin_holds_a_few(values: np.ndarray, minimum: int):
    description = described(values, minimum=minimum)
    coding, ordered = bins(description), np.sort(values)
    counts = np.bincount(encode(pl.Series("a", values), description.columns[0]), minlength=coding.size)
    assert counts.sum() == len(values)
    if not coding.spikes:
        assert min(counts[0], counts[-1]) >= minimum
    if counts[: coding.bins].sum() >= minimum:
        assert not ((counts > 0) & (counts < minimum)).any()
    assert coding.edges[0] <= ordered[minimum - 1]
    assert coding.edges[-1] > ordered[-minimum]
    if values.dtype.kind == "f":
        assert not set(coding.edges) & set(values.tolist())
        assert all(len(Decimal(repr(edge)).normalize().as_tuple().digits) <= 12 for edge in coding.edges)


@given(
    seed=st.integers(0, 2**32),
    far=st.lists(st.floats(1e9, 1e300), min_size=8, max_size=8),
)
def test_the_four_smallest_and_largest_values_move_no_edge_of_a_long_tail(seed: int, far: list[float]):
    middle = TAILS["to both sides"](np.random.Generator(np.random.PCG64(seed)), 300)
    low, high = middle.min() - 1, middle.max() + 1
    near = bins(described(np.concatenate([[low] * 4, middle, [high] * 4])))
    moved = np.concatenate([np.negative(far[:4]), middle, far[4:]])
    assert bins(described(moved)).edges == near.edges


@pytest.mark.parametrize("shape", ["lognormal", "to both sides", "with zeros"])
def test_batches_in_any_order_give_the_same_description(shape: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    values = TAILS[shape](rng(8), ROWS).round(2)
    whole = described(values).to_json()
    pl.DataFrame({"a": rng(9).permutation(values)}).write_parquet(tmp_path / "a.parquet", row_group_size=1_000)
    schema = Schema.infer(pl.DataFrame({"a": values}))
    assert describe(tmp_path / "a.parquet", schema, mode="independent").to_json() == whole
    monkeypatch.setattr(reader, "MOST_SORTED", 100)
    assert describe(tmp_path / "a.parquet", schema, mode="independent").to_json() == whole


def test_distances_have_long_tails_too():
    start = rng(10).integers(0, 1_000, ROWS)
    end = start + np.floor(TAILS["lognormal"](rng(11), ROWS)).astype(np.int64)
    table = pl.DataFrame({"start": start, "end": end})
    table = table.with_columns(pl.when(pl.col("start") >= 20).then("start"), pl.when(pl.col("end") % 9 > 0).then("end"))
    schema = Schema(Schema.infer(table).columns, constraints=(Ordered(("start", "end")),))
    description = describe(table, schema, mode="independent")
    synthetic = generate(description, rng=rng(1))
    known, drawn = ((of["end"] - of["start"]).drop_nulls().to_numpy() for of in (table, synthetic))
    assert ks_2samp(known, drawn).statistic < CLOSE


def test_a_value_that_many_rows_hold_is_not_chased():
    values = np.concatenate([np.full(3_000, 0.1), np.full(2_500, 0.3), TAILS["lognormal"](rng(12), 3_000)])
    coding = bins(described(values))
    assert len(coding.edges) < 60
    assert distance(values, described(values)) < CLOSE


def test_splits_end_where_numbers_do():
    values = np.concatenate([np.tile([5e-324 * place for place in range(100)], 20), rng(13).lognormal(300, 60, 200)])
    assert len(bins(described(values)).edges) < 400


@pytest.mark.parametrize(
    ("low", "high", "kind", "width"),
    [
        (0.0, 0.2, "float", 0.05),
        (0.3, 0.4, "float", 0.02),
        (-50, 0, "integer", 10),
        (-2, 0, "integer", 1),
        (3, 4, "integer", 1),
        (0, 7, "integer", 7),
        (1, 6, "integer", 5),
        (0, 15 * 60 * 10**6, "datetime", 60 * 10**6),
        (0, 2 * 86_400 * 10**6, "datetime", 43_200 * 10**6),
        (1e16, 1e16 + 2, "float", 2.0),
    ],
)
def test_parts_lie_on_the_next_public_step(low: float, high: float, kind: ColumnType, width: float):
    edges = parts(low, high, kind)
    assert (edges[0], edges[-1]) == (low, high)
    assert np.allclose(np.diff(edges), width)


def test_no_pass_over_the_data_is_made_where_no_bin_is_full(monkeypatch: pytest.MonkeyPatch):
    passes: list[int] = []
    monkeypatch.setattr(tails.Crowd, "between", lambda *_: passes.append(1))
    for shape in ORDINARY.values():
        described(shape(rng(14), ROWS))
    assert not passes
