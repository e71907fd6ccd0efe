"""Normalised mutual information: as it is, with chance taken off, and with its standard error."""

import math
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from synth_assets.measure.mutual_information import Information, expected_by_chance, shared_information

TABLES = arrays(np.int64, st.tuples(st.integers(1, 5), st.integers(1, 5)), elements=st.integers(0, 30)).filter(np.any)


def measured(table: np.ndarray) -> Information:
    rows, columns = np.indices(table.shape).reshape(2, -1)
    return shared_information(rows, columns, table.ravel())


def slow_raw(table: np.ndarray) -> float:
    def entropy(counts: np.ndarray) -> float:
        return -sum(count / table.sum() * math.log(count / table.sum()) for count in counts.ravel() if count)

    rows, columns = entropy(table.sum(axis=1)), entropy(table.sum(axis=0))
    return 2 * (rows + columns - entropy(table)) / (rows + columns) if rows + columns > 0 else 0.0


def slow_chance(row_totals: list[int], column_totals: list[int]) -> float:
    """Vinh, Epps and Bailey 2010, eq. 24a, as it is printed."""
    n = sum(row_totals)
    total = 0.0
    for a in row_totals:
        for b in column_totals:
            for both in range(max(1, a + b - n), min(a, b) + 1):
                ways = math.comb(a, both) * math.comb(n - a, b - both) / math.comb(n, b)
                total += both / n * math.log(n * both / (a * b)) * ways
    return total


@given(TABLES)
def test_raw_is_the_textbook_formula(table: np.ndarray):
    assert measured(table).raw == pytest.approx(slow_raw(table), abs=1e-9)


@given(TABLES)
def test_bounds_and_symmetry(table: np.ndarray):
    found, turned = measured(table), measured(table.T)
    assert 0 <= found.adjusted <= 1
    assert 0 <= found.raw <= 1 + 1e-12
    assert found.standard_error >= 0
    assert found.adjusted == pytest.approx(turned.adjusted, abs=1e-9)
    assert found.standard_error == pytest.approx(turned.standard_error, abs=1e-9)


@given(TABLES, st.randoms())
def test_the_order_of_codes_does_not_matter(table: np.ndarray, random: Random):
    order = list(range(table.shape[0]))
    random.shuffle(order)
    assert measured(table[order]).adjusted == pytest.approx(measured(table).adjusted, abs=1e-9)


@pytest.mark.parametrize("table", [[[7]], [[3, 4]], [[3], [4]], [[0, 0], [0, 9]]])
def test_a_constant_column_tells_nothing(table: list):
    assert measured(np.array(table)) == Information(0.0, 0.0, 0.0)


def test_columns_that_determine_each_other():
    found = measured(np.diag([50, 30, 20]))
    assert (found.raw, found.adjusted) == pytest.approx((1.0, 1.0))
    assert found.standard_error == pytest.approx(0.0, abs=1e-9)


def test_two_columns_of_distinct_values_show_no_evidence():
    found = measured(np.eye(40, dtype=np.int64))
    assert found.raw == pytest.approx(1.0)
    assert found.adjusted == 0.0


@pytest.mark.parametrize(
    ("row_totals", "column_totals"),
    [
        ([50, 50], [50, 50]),
        ([2, 98], [2, 98]),
        ([1, 999], [500, 500]),
        ([20, 30, 50], [10, 90]),
        ([1] * 30, [1] * 30),
        ([1] * 20, [10, 6, 4]),
        ([40, 25, 12, 9, 6, 4, 2, 1, 1], [30, 30, 20, 10, 5, 3, 1, 1]),
        ([120] * 5, [60] * 10),
        ([100], [30, 70]),
    ],
)
def test_chance_is_that_of_random_pairing(row_totals: list[int], column_totals: list[int]):
    found = expected_by_chance(np.array(row_totals, float), np.array(column_totals, float))
    wanted = slow_chance(row_totals, column_totals)
    n = sum(row_totals)
    entropies = [-sum(x / n * math.log(x / n) for x in totals) for totals in (row_totals, column_totals)]
    assert found == pytest.approx(wanted, abs=0.002 * max(sum(entropies) / 2, 1e-9))


def test_chance_becomes_the_miller_madow_bias_where_cells_hold_many_rows():
    found = expected_by_chance(np.full(20, 50_000.0), np.full(10, 100_000.0))
    assert found == pytest.approx(19 * 9 / (2 * 1_000_000), rel=0.01)


@pytest.mark.parametrize(("shape", "n"), [((39, 26), 300), ((39, 26), 10_000), ((2, 2), 500), ((20, 6), 1_000)])
def test_independent_columns_read_zero_at_every_size(shape: tuple[int, int], n: int):
    rng = np.random.Generator(np.random.PCG64(3))
    share = np.outer(rng.dirichlet(np.full(shape[0], 2.0)), rng.dirichlet(np.full(shape[1], 2.0)))
    found = [measured(rng.multinomial(n, share.ravel()).reshape(shape)) for _ in range(60)]
    error = np.mean([one.standard_error for one in found])
    assert np.mean([one.adjusted for one in found]) < 0.8 * error
    assert np.quantile([one.adjusted for one in found], 0.97) < 3 * error


@pytest.mark.parametrize(("shape", "n"), [((20, 20), 1_000), ((20, 6), 10_000), ((3, 2), 400)])
def test_dependence_is_found_without_bias_and_with_the_stated_error(shape: tuple[int, int], n: int):
    rng = np.random.Generator(np.random.PCG64(4))
    margins = [rng.dirichlet(np.full(size, 3.0)) for size in shape]
    diagonal = np.zeros(shape)
    places = np.arange(shape[0])
    diagonal[places, places * shape[1] // shape[0]] = margins[0]
    share = 0.6 * np.outer(*margins) + 0.4 * diagonal
    truth = slow_raw((share * 1e12).astype(np.int64))
    found = [measured(rng.multinomial(n, share.ravel()).reshape(shape)) for _ in range(150)]
    spread = float(np.std([one.adjusted for one in found]))
    assert np.mean([one.adjusted for one in found]) == pytest.approx(truth, abs=0.02)
    assert np.mean([one.standard_error for one in found]) == pytest.approx(spread, rel=0.25)
