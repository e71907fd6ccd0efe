"""Statements counted against a slow loop, what they may be, and that nobody is singled out by fresh rows."""

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from synth_assets.measure.risk.codes import Coded, encode
from synth_assets.measure.risk.singling_out import Predicates, _bounds, _of_one, _of_several, singling_out
from synth_assets.schema import Schema


def generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def people(rows: int, rng: np.random.Generator) -> pl.DataFrame:
    columns = {f"c{size}": rng.integers(size, size=rows) for size in (4, 9, 30, 200)}
    return pl.DataFrame({**columns, "x": rng.normal(size=rows).round(2), "s": rng.choice(["a", "b"], rows)})


def three(tables: Sequence[pl.DataFrame], attacks: int, secrets: Sequence[str] | None = None) -> Coded:
    training, control, synthetic = tables
    schema = Schema.infer(pl.concat(tables))
    return encode(training, control, synthetic, schema, attacks=attacks, secrets=secrets)


def slow(statements: Predicates, table: np.ndarray) -> list[int]:
    return [
        sum(all(a <= v <= b for a, v, b in zip(low, row, high, strict=True)) for row in table.tolist())
        for low, high in zip(statements.low.tolist(), statements.high.tolist(), strict=True)
    ]


@pytest.mark.parametrize("attributes", [2, 4, 6])
def test_statements_hold_for_one_synthetic_row_and_are_counted_as_a_loop_would(attributes: int):
    found = three([people(150, generator(seed)) for seed in range(3)], 60)
    statements = _of_several(found, attributes, generator(2))
    asked = (statements.low > 0) | (statements.high < np.iinfo(np.int32).max)
    assert (asked.sum(axis=1) == attributes).all()
    assert slow(statements, found.synthetic_exact) == [1] * len(statements)
    assert statements.holds(found.control_exact).tolist() == slow(statements, found.control_exact)
    assert len(np.unique(np.hstack([statements.low, statements.high]), axis=0)) == len(statements)


def test_statements_of_one_column_are_values_that_occur_once_and_both_ends():
    tables = [pl.DataFrame({"n": [1, 2, 3, 9], "s": ["a", "b", "a", "c"]})] * 2
    synthetic = pl.DataFrame({"n": [2, 2, 5, None], "s": ["a", "a", "b", None]})
    found = three([*tables, synthetic], 10)
    codes = {1: 0, 2: 1, 3: 2, 5: 3, 9: 4, None: 5}
    once = {(0, codes[5], codes[5]), (0, codes[None], codes[None])}
    assert set(_bounds(found, 0)) == once | {(0, 0, codes[2]), (0, codes[5], codes[9])}
    assert set(_bounds(found, 1)) == {(1, 1, 1), (1, 3, 3)}
    statements = _of_one(found, generator(1))
    assert len(statements) == 6
    assert sorted(statements.holds(found.control_exact).tolist()) == sorted([0, 0, 2, 1, 1, 0])


def test_an_ordered_value_is_stated_away_from_the_middle_and_never_holds_for_a_missing_one():
    tables = [pl.DataFrame({"n": [1, 2, 3, 4, 5, None], "m": [1, 1, 1, 1, 1, None]})] * 3
    found = three(tables, 50)
    statements = _of_several(found, 2, generator(1))
    stated = set(zip(statements.low[:, 0].tolist(), statements.high[:, 0].tolist(), strict=True))
    assert stated <= {(0, 0), (4, 4), (5, 5)}
    assert statements.holds(found.training_exact).tolist() == [1] * len(statements)


def test_copies_of_the_training_rows_single_out_their_people():
    training, control = people(900, generator(1)), people(300, generator(2))
    found = three([training, control, training], 300)
    attacks = {one.variant: one for one in singling_out(found, generator(3))}
    assert attacks["6 attributes"].lower(0.0001) > 0.1
    assert attacks["6 attributes"].training_rate == pytest.approx(1 / 3, abs=0.1)


def test_the_same_size_is_what_makes_fresh_rows_harmless():
    """Three times as many training rows as control rows, and no excess on average over 30 tables."""
    found: dict[str, list[float]] = {}
    for seed in range(30):
        tables = [people(rows, generator(10 * seed + number)) for number, rows in enumerate((600, 200, 300))]
        made = three(tables, 100)
        for one in singling_out(made, generator(seed)):
            found.setdefault(one.variant, []).append(one.excess)
    assert {"1 attribute", "3 attributes", "5 attributes", "6 attributes"} == set(found)
    for values in found.values():
        assert abs(np.mean(values)) < 4 * np.std(values, ddof=1) / np.sqrt(len(values)) + 1e-12


def test_a_table_that_has_nothing_to_single_out_is_not_attacked():
    table = pl.DataFrame({"a": ["x", "x", "y", "y"], "b": ["u", "u", "v", "v"]})
    assert not singling_out(three([table] * 3, 10), generator(1))
