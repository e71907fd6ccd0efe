"""Nearest rows against a slow search, random guesses against a count, fresh rows and copies."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import polars as pl
import pytest

from synth_assets.measure.risk.codes import Coded, encode
from synth_assets.measure.risk.linkability import _guesses, _nearest, linkability
from synth_assets.measure.risk.nearest import distance
from synth_assets.schema import Schema


def generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def people(rows: int, rng: np.random.Generator) -> pl.DataFrame:
    kinds = rng.integers(3, size=rows)
    columns = {f"c{size}": (kinds + rng.integers(size, size=rows)) % size for size in (3, 5, 12, 20, 30)}
    return pl.DataFrame({**columns, "x": rng.normal(size=rows) + kinds, "s": rng.choice(["a", "b", "c"], rows)})


def three(tables: Sequence[pl.DataFrame], attacks: int, secrets: Sequence[str] | None = None) -> Coded:
    training, control, synthetic = tables
    schema = Schema.infer(pl.concat(tables))
    return encode(training, control, synthetic, schema, attacks=attacks, secrets=secrets)


def test_the_nearest_rows_are_those_of_a_slow_search():
    tables = [people(80, generator(seed)) for seed in range(3)]
    coded = three(tables, 40)
    half = np.array([1, 3])
    away = distance(coded, half, coded.control).tolist()
    slow = [sorted(range(80), key=lambda place, row=row: (row[place], place))[:3] for row in away]
    assert _nearest(coded, half, coded.control).tolist() == slow


@pytest.mark.parametrize("k", [1, 2, 3])
def test_guesses_are_the_share_of_pairs_of_sets_that_meet(k: int):
    sets = [set(one) for one in combinations(range(6), k)]
    assert _guesses(6, k) == pytest.approx(np.mean([bool(a & b) for a in sets for b in sets]))


def test_copies_of_the_training_rows_are_linked():
    training, control = people(600, generator(1)), people(300, generator(2))
    coded = three([training, control, training], 300)
    attacks = linkability(coded, generator(3))
    assert [one.variant for one in attacks] == ["1 neighbour", "2 neighbours", "3 neighbours"]
    assert all(one.lower(0.0001) > 0.03 for one in attacks)
    assert attacks[0].training_hits <= attacks[1].training_hits <= attacks[2].training_hits


def test_fresh_rows_link_nobody_more_than_others():
    found = []
    for seed in range(30):
        tables = [people(rows, generator(10 * seed + number)) for number, rows in enumerate((400, 200, 300))]
        coded = three(tables, 150)
        found.append([one.excess for one in linkability(coded, generator(seed))])
    error = np.std(found, axis=0, ddof=1) / np.sqrt(len(found))
    assert (abs(np.mean(found, axis=0)) < 4 * error).all()


def test_small_tables_have_as_many_neighbours_as_rows_and_one_column_no_halves():
    table = people(2, generator(1))
    coded = three([table] * 3, 5)
    found = linkability(coded, generator(1))
    assert [(one.attacks, one.guesses) for one in found] == [(2, 0.5), (2, 1.0)]
    assert found[1].training_hits == 2
    assert not linkability(three([table[["s"]]] * 3, 5), generator(1))
