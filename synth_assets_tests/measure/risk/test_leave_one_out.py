"""Scores against likelihoods by the book, overfitted and protected descriptions, and where it is no test."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.stats import dirichlet_multinomial, nbinom

from synth_assets.constraints import Ordered
from synth_assets.describe import Description, NetworkRules, describe
from synth_assets.describe.rounding import _Rounding
from synth_assets.describe.tables import HIDDEN
from synth_assets.errors import SchemaError
from synth_assets.measure.risk.leave_one_out import (
    _cells,
    _groups,
    _prior,
    _rounded_ratio,
    _rounding,
    _rows,
    _scores,
    leave_one_out,
)
from synth_assets.schema import Column, Interval, Mode, Schema
from synth_assets_tests.tables import admissions

SIZES = (6, 7, 8, 9, 10)
KEY = b"0123456789abcdef"
TABLES = 30


def generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def people(rows: int, seed: int) -> pl.DataFrame:
    rng = generator(seed)
    kinds = rng.integers(3, size=rows)
    return pl.DataFrame({f"c{size}": (kinds + rng.integers(size, size=rows)) % size for size in SIZES}).cast(pl.String)


def open_schema(table: pl.DataFrame) -> Schema:
    return Schema.infer(table).assert_public_domain(reason="made up")


def described(
    table: pl.DataFrame, mode: Mode, minimum_count: int = 1, *, deep: int = 0, round_to: int = 1
) -> Description:
    """Where it is to be deep, each column depends on as many before it."""
    names = table.columns
    chain = {name: names[max(place - deep, 0) : place] for place, name in enumerate(names)}
    return describe(
        table,
        open_schema(table),
        mode=mode,
        minimum_count=minimum_count,
        network=NetworkRules.network(chain) if deep else None,
        max_parents=max(deep, 1),
        round_to=round_to,
        key=KEY if round_to > 1 else None,
    )


def scores(description: Description, asked: pl.DataFrame, reference: pl.DataFrame) -> np.ndarray:
    return _scores(description, *(_groups(_rows(rows, description), description) for rows in (asked, reference)))


def assert_no_excess(found: Sequence[Sequence[float]]):
    """On average over tables, by their spread."""
    error = np.std(found, axis=0, ddof=1) / np.sqrt(len(found))
    assert (np.abs(np.mean(found, axis=0)) <= 4 * error).all()


def test_scores_are_those_of_dirichlet_multinomial_counts_with_and_without_the_row():
    table = people(300, 1)[["c6", "c7"]]
    description, reference, asked = described(table, "correlated", deep=1), people(80, 2)[["c6", "c7"]], table[:50]
    slow = np.zeros(len(asked))
    for one in description.tables:
        strength, shares = _prior(one.counts)
        for place, row in enumerate(asked.select(one.family).iter_rows()):
            alike = [pl.col(name) == value for name, value in zip(one.parents, row[:-1], strict=True)]
            parts = [
                part.filter(*alike, pl.col(one.column).is_not_null())[one.column].str.to_integer()
                for part in (table, reference)
            ]
            counts, seen = (np.bincount(part.to_numpy(), minlength=one.sizes[-1]) for part in parts)
            without = counts.copy()
            without[int(row[-1])] -= 1
            laws = (dirichlet_multinomial(seen + strength * shares, of.sum()).logpmf(of) for of in (without, counts))
            slow[place] += next(laws) - next(laws)
    assert scores(description, asked, reference) == pytest.approx(slow, abs=1e-6)


@pytest.mark.parametrize("strength", [2, 20])
def test_the_prior_counts_for_as_many_rows_as_the_counts_suggest(strength: int):
    rng, shares = generator(1), np.array([0.1, 0.2, 0.3, 0.4])
    chances = rng.dirichlet(strength * shares, size=400)
    found, own = _prior(rng.multinomial(50, chances).astype(float))
    assert found == pytest.approx(strength, rel=4 * np.sqrt(2 / (400 * 3)))
    assert own == pytest.approx(shares, abs=4 * np.sqrt(0.25 / (400 * strength)))


def test_shares_that_are_the_same_everywhere_count_for_much_and_a_column_alone_has_jeffreys_prior():
    counts = generator(2).multinomial(50, np.full(4, 0.25), size=400).astype(float)
    assert _prior(counts)[0] > 400
    assert _prior(np.full((9, 4), 7.0))[0] > 1e5
    assert _prior(np.array([[30.0, 10.0]]))[0] == 1
    assert _prior(np.full((9, 1), 7.0))[0] == 0.5


@pytest.mark.parametrize(("step", "minimum"), [(5, 5), (5, 12), (10, 8), (5, 1)])
def test_counts_are_rounded_with_the_chances_that_are_meant(step: int, minimum: int):
    counts, keys = np.arange(minimum, 35), 1_000
    made = np.array(
        [[_Rounding(step, minimum, f"{key}".encode()).one("c", int(n)) for n in counts] for key in range(keys)]
    )
    for told in range(step, 35, step):
        meant = _rounding(counts[None, :].astype(float), np.array([float(told)]), step, minimum)[0]
        within = 4 * np.sqrt(0.25 / keys)
        assert (made == told).mean(axis=0) == pytest.approx(np.where(told in made, meant, 0), abs=within)


def test_a_rounded_count_is_as_likely_as_all_counts_that_it_stands_for():
    description = described(people(500, 1), "independent", 5, round_to=5)
    for told, own, rate in [(5.0, 3.5, 0.8), (20.0, 30.0, 0.6), (40.0, 2.5, 0.97)]:
        counts = np.arange(1.0, 100)
        chances = _rounding(counts[None, :], np.array([told]), 5, 5)[0]
        with_row, without = (nbinom.pmf(counts - add, own, 1 - rate) @ chances for add in (1, 0))
        found = _rounded_ratio(np.array([told]), np.array([own]), np.array([rate]), description)
        assert found[0] == pytest.approx(rate * with_row / without)


def test_described_rows_are_in_the_cells_that_count_them():
    """With distances, missing values, end bins, pooled and exact values: their rows are as many as are told."""
    table, schema = admissions(2_000)
    rng = generator(1)
    start = rng.integers(100, size=2_000)
    timed = table.with_columns(
        start=start,
        end=start + rng.integers(50, size=2_000),
        s=pl.Series(["a", "b", None]).gather(rng.integers(3, size=2_000)),
    )
    more = (Column("start", "integer"), Column("end", "integer"), Column("s", "category", nullable=True))
    wide = Schema((*schema.columns, *more), constraints=(Ordered(("start", "end")),))
    description = describe(timed, wide, mode="correlated", max_parents=2)
    groups = _groups(_rows(timed, description), description)
    assert any(one.above for one in description.columns)
    for one in description.tables:
        cells = _cells(one, groups)
        assert (cells >= 0).all()
        counted = np.bincount(cells, minlength=one.counts.size).reshape(one.counts.shape)
        assert np.where(one.hidden, HIDDEN, counted).tolist() == one.counts.tolist()


def test_values_outside_the_domain_and_cells_of_no_row_are_out():
    table = pl.DataFrame({"a": ["x", "y"] * 10, "n": range(20)})
    schema = Schema((Column("a", "category"), Column("n", "integer", domain=Interval(0, 19)))).assert_public_domain(
        reason="made up"
    )
    description = describe(table, schema, mode="independent")
    asked = pl.DataFrame({"a": ["x", "w", None, "y"], "n": [3, 3, 3, None]})
    assert np.isfinite(scores(description, asked, table)).tolist() == [True, False, False, False]
    pair = pl.DataFrame({"a": ["x", "x", "y"], "b": ["p", "q", "q"]})
    lacking = scores(described(pair, "correlated", deep=1), pl.DataFrame({"a": ["x", "y"], "b": ["q", "p"]}), pair)
    assert np.isneginf(lacking).tolist() == [False, True]


@pytest.mark.parametrize("round_to", [1, 5])
def test_an_overfitted_description_tells_who_is_in(round_to: int):
    training, control = people(2_000, 1), people(2_000, 2)
    found = leave_one_out(described(training, "correlated", deep=4, round_to=round_to), training, control, generator(1))
    assert [one.variant for one in found] == ["leave one out, 1% false alarms", "leave one out, 10% false alarms"]
    assert [one.attacks for one in found] == [1_000, 1_000]
    assert found[1].lower(0.0001) > 0.9


@pytest.mark.parametrize("round_to", [1, 5])
def test_more_columns_together_and_exact_counts_tell_more(round_to: int):
    training, control = people(2_000, 1), people(2_000, 2)
    told = [described(training, "correlated", deep=deep, round_to=round_to) for deep in (1, 2, 3)]
    excesses = [leave_one_out(one, training, control, generator(1))[1].excess for one in told]
    assert sorted(excesses) == excesses
    assert excesses[2] > 0.4
    assert (
        round_to == 1
        or excesses[1]
        < leave_one_out(described(training, "correlated", deep=2), training, control, generator(1))[1].excess
    )


@pytest.mark.parametrize("mode", ["independent", "correlated"])
def test_a_protected_description_tells_little(mode: Mode):
    training, control = people(4_000, 1), people(2_000, 2)
    found = leave_one_out(described(training, mode, 5), training, control, generator(1))
    assert all(one.lower(0.0001) <= 0 and one.excess < 0.05 for one in found)


@pytest.mark.parametrize(("deep", "round_to"), [(0, 1), (2, 1), (2, 5), (4, 1), (4, 5)])
def test_fresh_rows_are_not_called_members_more_often_than_others(deep: int, round_to: int):
    found = []
    for seed in range(TABLES):
        described_rows, fresh, control = (people(400, 100 + 3 * seed + place) for place in range(3))
        told = described(described_rows, "correlated" if deep else "independent", deep=deep, round_to=round_to)
        found.append([one.excess for one in leave_one_out(told, fresh, control, generator(seed))])
    assert_no_excess(found)


def test_hidden_cells_call_nobody_a_member_that_was_not_described():
    found = []
    for seed in range(TABLES):
        described_rows, fresh, control = (people(400, 300 + 3 * seed + place) for place in range(3))
        told = described(described_rows, "correlated", 5, deep=2)
        assert told.share_hidden > 0.1
        found.append([one.excess for one in leave_one_out(told, fresh, control, generator(seed))])
    assert_no_excess(found)


def test_nothing_counted_and_too_few_rows_make_no_attack():
    table = people(50, 1)
    assert not leave_one_out(described(table, "random"), table, table, generator(1))
    assert not leave_one_out(described(table, "independent"), table, table.head(7), generator(1))
    assert not leave_one_out(described(table, "independent"), table.head(0), table, generator(1))


def test_with_epsilon_it_is_no_test():
    table = people(200, 1)
    noisy = describe(table, open_schema(table), mode="independent", epsilon=1.0, max_rows_per_person=1)
    assert not leave_one_out(noisy, table, table, generator(1))
    assert leave_one_out(replace(noisy, privacy=None), table, table, generator(1))


def test_other_columns_are_refused():
    table = people(200, 1)
    with pytest.raises(SchemaError, match="c6"):
        leave_one_out(described(table, "independent"), table.drop("c6"), table, generator(1))


def test_the_same_seed_gives_the_same_attack():
    training, control = people(400, 1), people(300, 2)
    told = described(training, "correlated", 5)
    assert leave_one_out(told, training, control, generator(3)) == leave_one_out(told, training, control, generator(3))
