"""Diversity and closeness of classes against slow loops, and the ordered distance against a linear program."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from synth_assets.protect import anonymity
from synth_assets.protect.diversity import (
    Held,
    _added_up,
    alpha,
    entropy,
    equal_closeness,
    held,
    ordered_closeness,
    recursive,
)

CELLS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4), st.integers(1, 4)), min_size=1, max_size=12)


def counted(cells: list[tuple[int, int, int]]) -> tuple[Held, list[np.ndarray]]:
    """The same as ``Held`` and as one array of counts a class."""
    names = sorted({group for group, _, _ in cells})
    counts = [np.zeros(5) for _ in names]
    for group, value, rows in cells:
        counts[names.index(group)][value] += rows
    classes, values, rows = (np.array(part) for part in zip(*cells, strict=True))
    return held(np.searchsorted(names, classes), values, rows, 5), counts


@given(CELLS)
def test_counts_shares_and_entropy(cells: list[tuple[int, int, int]]):
    found, counts = counted(cells)
    assert found.distinct.tolist() == [int((count > 0).sum()) for count in counts]
    assert found.class_rows.tolist() == [count.sum() for count in counts]
    assert found.value_rows.tolist() == sum(counts).tolist()  # pyrefly: ignore[missing-attribute]  # there is one
    for count, in_nats, most in zip(counts, entropy(found), alpha(found), strict=True):
        shares = count[count > 0] / count.sum()
        assert in_nats == pytest.approx(-(shares * np.log(shares)).sum(), abs=1e-12)
        assert most == pytest.approx(shares.max())


@given(CELLS)
def test_recursive_diversity_holds_just_above_c(cells: list[tuple[int, int, int]]):
    found, counts = counted(cells)
    least = recursive(found)
    assert len(least) == found.distinct.min() - 1
    for l, c in enumerate(least, start=2):  # noqa: E741 - the field's name
        tails = [(ordered[0], ordered[l - 1 :].sum()) for ordered in (np.sort(count)[::-1] for count in counts)]
        assert all(first < (c + 1e-9) * tail for first, tail in tails)
        assert not all(first < (c - 1e-9) * tail for first, tail in tails)


@given(CELLS)
def test_equal_closeness_is_the_total_variation_distance(cells: list[tuple[int, int, int]]):
    found, counts = counted(cells)
    table = sum(counts) / found.class_rows.sum()
    slow = [np.abs(count / count.sum() - table).sum() / 2 for count in counts]
    assert equal_closeness(found) == pytest.approx(slow, abs=1e-12)


def earth_mover(here: np.ndarray, there: np.ndarray, apart: np.ndarray) -> float:
    """The least cost of making one distribution the other."""
    size = len(here)
    leave, arrive = np.kron(np.eye(size), np.ones(size)), np.kron(np.ones(size), np.eye(size))
    found = linprog(apart.ravel(), A_eq=np.vstack([leave, arrive]), b_eq=np.concatenate([here, there]))
    return float(found.fun)


@given(CELLS)
def test_ordered_closeness_is_the_earth_movers_and_never_below_it(cells: list[tuple[int, int, int]]):
    found, counts = counted(cells)
    table = found.value_rows / found.class_rows.sum()
    there = np.flatnonzero(found.value_rows[1:]) + 1
    kept = [0, *there]
    places = np.arange(len(there))
    apart = np.ones((len(kept), len(kept)))
    apart[0, 0] = 0
    apart[1:, 1:] = np.abs(places[:, None] - places) / max(len(there) - 1, 1)
    for count, distance in zip(counts, ordered_closeness(found), strict=True):
        best = earth_mover((count / count.sum())[kept], table[kept], apart)
        assert distance >= best - 1e-9
        if not found.value_rows[0]:
            assert distance == pytest.approx(best, abs=1e-9)


@given(CELLS)
def test_ordered_is_never_more_than_equal_where_nothing_is_missing(cells: list[tuple[int, int, int]]):
    found, _ = counted([(group, value + 1, rows) for group, value, rows in cells if value < 4] or [(0, 1, 1)])
    assert (ordered_closeness(found) <= equal_closeness(found) + 1e-12).all()
    assert (ordered_closeness(found) >= 0).all()


def test_missing_is_as_far_as_can_be():
    """One class has all missing values, half of the table's: half has to come, as far as from lowest to highest."""
    table = pl.DataFrame({"a": [1, 1, 2, 2], "s": [None, None, 1, 9]})
    assert anonymity(table, quasi_identifiers=["a"], sensitive=["s"], ordered=["s"]).t == 0.5
    single: Any = pl.DataFrame({"a": [1, 2], "s": [None, None]}, {"a": pl.Int64, "s": pl.Int64})
    assert anonymity(single, quasi_identifiers=["a"], sensitive=["s"], ordered=["s"]).t == 0.0


def test_a_table_worked_out_by_hand():
    """One class: counts 3, 2, 1. Entropy 1.01 nats; 3 < c * 3 for l = 2 and 3 < c * 1 for l = 3.

    pyCANON 1.3.6 says c = 1 for l = 3: it sorts counts ascending, and so takes the rarest value for the most frequent.
    """
    table = pl.DataFrame({"a": [1] * 6, "s": list("xxxyyz")})
    found = anonymity(table, quasi_identifiers=["a"], sensitive=["s"]).diversity["s"]
    assert found.recursive.rows() == [(2, 1.0), (3, 3.0)]
    assert found.entropy == pytest.approx(2 ** (0.5 * 1 + np.log2(3) / 3 + np.log2(6) / 6))
    assert (found.alpha, found.t, found.t_ordered) == (0.5, 0.0, None)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), min_size=1, max_size=60))
def test_rows_are_added_up_alike_place_by_place_and_sorted(cells: list[tuple[int, int]]):
    keys, rows = (np.array(column) for column in zip(*cells, strict=True))
    wanted = {key: sum(count for other, count in cells if other == key) for key, _ in sorted(cells)}
    for stretched in (1, 1_000):  # dense, and so far apart that they are sorted
        found, counts = _added_up(keys * stretched, rows)
        assert dict(zip((found // stretched).tolist(), counts.tolist(), strict=True)) == wanted
        assert counts.dtype == rows.dtype
