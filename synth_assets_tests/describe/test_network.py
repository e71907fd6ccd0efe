"""The network: planted trees are found, noise is not, and each part agrees with a slow, obvious one."""

import itertools
import math
from collections.abc import Iterable

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.describe import describe, network
from synth_assets.describe.network import (
    Score,
    directed,
    forest,
    independence_p_value,
    mutual_information,
    pairs,
    score,
    stratified_p_value,
)
from synth_assets_tests.tables import admissions, crossed, declared, rng


def joint(first: Iterable[int], second: Iterable[int]) -> np.ndarray:
    """Counts of two columns of codes, shape (values of the first, values of the second)."""
    x, y = np.asarray(list(first)), np.asarray(list(second))
    counts = np.zeros((x.max() + 1, y.max() + 1), dtype=np.int64)
    np.add.at(counts, (x, y), 1)
    return counts


def chi_squared(counts: np.ndarray) -> float:
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    return float(((counts - expected) ** 2 / expected).sum())


# Mutual information and the test for independence.


def test_mutual_information_of_known_tables():
    assert mutual_information(np.array([[50, 0], [0, 50]])) == pytest.approx(math.log(2) - 1 / 200)
    assert mutual_information(np.array([[25, 25], [25, 25]])) == pytest.approx(-1 / 200)
    assert mutual_information(np.array([[10, 20, 0], [0, 0, 0]])) == 0


@given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=2, max_size=4))
def test_mutual_information_is_symmetric_and_blind_to_empty_rows(rows: list[list[int]]):
    counts = np.array([*rows, [1, 0, 0]])
    assert mutual_information(counts) == pytest.approx(mutual_information(counts.T))
    assert mutual_information(np.vstack([counts, np.zeros((1, 3))])) == pytest.approx(mutual_information(counts))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([0, 0, 1, 1], [0, 1, 1, 1]),
        ([0, 0, 0, 1, 1, 2], [0, 1, 1, 2, 2, 2]),
        ([0, 0, 0, 0, 1, 2, 3], [0, 1, 1, 1, 1, 1, 1]),
        ([0, 1, 2, 3, 4, 5, 6], [0, 0, 0, 0, 1, 2, 3]),
    ],
)
def test_the_moments_of_chi_squared_are_those_over_all_permutations(first: list[int], second: list[int]):
    values = [chi_squared(joint(first, order)) for order in itertools.permutations(second)]
    counts = joint(first, second)
    mean, variance = network._moments(counts.sum(axis=1), counts.sum(axis=0), counts.sum())
    assert mean == pytest.approx(np.mean(values), rel=1e-9)
    assert variance == pytest.approx(np.var(values), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("counts", [[[5, 6]], [[5], [6]], [[1, 1], [1, 0]], [[0, 0], [3, 4]], [[1, 0], [0, 1]]])
def test_no_dependence_can_be_seen_in_one_row_one_column_or_three_rows(counts: list[list[int]]):
    assert independence_p_value(np.array(counts)) == 1.0


def test_a_strong_dependence_has_a_tiny_p_value_and_none_has_a_large_one():
    assert independence_p_value(np.array([[50, 0], [0, 50]])) < 1e-15
    assert independence_p_value(np.array([[25, 25], [25, 25]])) > 0.5
    assert independence_p_value(np.array([[9990, 2], [0, 8]])) < 1e-12


def test_one_coincidence_of_rare_with_rare_is_no_dependence():
    """Two rows where 0.0025 are expected: half a thousand times the mean of X^2, and yet one cell in a thousand."""
    counts = np.full((40, 25), 10)
    counts[0, :], counts[:, 0] = 0, 0
    counts[0, 0], counts[0, 1:4], counts[1:4, 0] = 2, 1, 1
    assert independence_p_value(counts) > 0.5


@pytest.mark.parametrize(
    ("rows", "sizes", "skew"),
    [
        (10_000, (39, 26), 1.0),
        (10_000, (39, 26), 0.3),
        (1_000, (30, 20), 0.5),
        (300, (16, 15), 0.3),
        (100, (4, 5), 1.0),
    ],
)
def test_p_values_of_shuffled_columns_are_not_small_too_often(rows: int, sizes: tuple[int, int], skew: float):
    chance = rng(7)
    first, second = (chance.choice(size, rows, p=chance.dirichlet(np.full(size, skew))) for size in sizes)
    shuffled = [independence_p_value(joint(first, chance.permutation(second))) for _ in range(400)]
    assert np.mean(np.array(shuffled) < 0.05) < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 400)
    assert np.mean(np.array(shuffled) < 0.001) <= 2 / 400


def test_independent_columns_get_no_edge_beyond_the_stated_rate():
    """300 tables of 2 to 6 columns, even and skewed, dense and sparse: 0.3 edges are expected at most."""
    chance, edges = rng(11), 0
    for _ in range(300):
        rows = int(10 ** chance.uniform(1.2, 3.7))
        sizes = chance.integers(2, 40, chance.integers(2, 7))
        codes = [
            chance.choice(size, rows, p=chance.dirichlet(np.full(size, 10 ** chance.uniform(-1, 1)))) for size in sizes
        ]
        names = [str(place) for place in range(len(codes))]
        scores = {(a, b): score(joint(codes[int(a)], codes[int(b)])) for a, b in pairs(names)}
        edges += len(forest(scores, names))
    assert edges <= 1


def slow_p_value(strata: np.ndarray) -> float:
    """One stratum after the other, without its empty rows and columns."""
    parts = []
    for table in strata:
        held = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
        if min(held.shape) >= 2 and held.sum() >= 4:
            rows, columns, n = held.sum(axis=1), held.sum(axis=0), held.sum()
            expected = np.outer(rows, columns) / n
            each = (held - expected) ** 2 / expected
            sparse = np.where((expected < 1) & (held > expected), each, 0)
            place = np.unravel_index(sparse.argmax(), sparse.shape)
            left = max(held[place] - 2 - expected[place], 0) ** 2 / expected[place]
            parts.append((each.sum(), *network._moments(rows, columns, n), max(sparse[place] - left, 0)))
    statistic, mean, variance, _ = np.array(parts).sum(axis=0) if parts else (0, 0, 0, 0)
    if variance <= mean * 1e-12:
        return 1.0
    shape = mean * mean / variance
    passed = max(part[3] for part in parts)
    deviation = (((statistic - passed) / mean) ** (1 / 3) - (1 - 1 / (9 * shape))) * math.sqrt(9 * shape)
    return 0.5 * math.erfc(deviation / math.sqrt(2))


@given(st.integers(0, 2**32))
def test_the_p_value_over_strata_is_that_of_one_after_the_other(seed: int):
    chance = rng(seed)
    shape = tuple(chance.integers(1, 6, 3))
    strata = chance.poisson(10 ** chance.uniform(-1.5, 1.5), shape) * (chance.random(shape) < chance.random())
    assert stratified_p_value(strata) == pytest.approx(slow_p_value(strata), rel=1e-6)


# The forest.

SHAPES = {
    "tree": [("a", "b"), ("b", "c"), ("b", "d"), ("d", "e")],
    "cyclic": [("a", "b"), ("b", "c"), ("a", "c"), ("c", "d"), ("a", "d")],
    "disconnected": [("a", "b"), ("c", "d"), ("d", "e"), ("c", "e")],
    "complete": list(itertools.combinations("abcde", 2)),
    "empty": [],
}


def slow_forest(scores: dict[tuple[str, str], Score]) -> float:
    """The largest total weight of any set of links without a cycle, by trying all sets."""
    best = 0.0
    for size in range(len(scores) + 1):
        for links in itertools.combinations(scores, size):
            owner = {name: name for name in "abcde"}
            acyclic = True
            for first, second in links:
                old, new = owner[first], owner[second]
                acyclic &= old != new
                owner = {name: new if held == old else held for name, held in owner.items()}
            if acyclic:
                best = max(best, sum(scores[link].mutual_information for link in links))
    return best


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(3))
def test_the_forest_is_the_heaviest_of_all(shape: str, seed: int):
    weights = rng(seed).random(len(SHAPES[shape]))
    scores = {link: Score(float(weight), 0.0) for link, weight in zip(SHAPES[shape], weights, strict=True)}
    links = forest(scores, list("abcde"))
    assert sum(scores[link].mutual_information for link in links) == pytest.approx(slow_forest(scores))
    assert set(links) <= set(scores)


def test_links_that_are_noise_are_left_out_and_ties_fall_in_the_order_of_the_columns():
    names = list("abc")
    even = {pair: Score(1.0, 0.0) for pair in pairs(names)}
    assert forest(even, names) == [("a", "b"), ("a", "c")]
    assert forest(even | {("a", "b"): Score(9.0, 0.01)}, names) == [("a", "c"), ("b", "c")]
    assert forest(even | {("a", "b"): Score(-0.1, 0.0)}, names) == [("a", "c"), ("b", "c")]


def test_edges_lead_away_from_the_root_that_hides_least():
    names = list("abcd")
    links = [("a", "b"), ("b", "c")]
    assert directed(links, names, lambda *_: 0) == [("a", "b"), ("b", "c")]
    assert directed(links, names, lambda parent, _: parent == "b") == [("a", "b"), ("b", "c")]
    assert directed(links, names, lambda _, child: child == "c") == [("c", "b"), ("b", "a")]
    assert directed([], names, lambda *_: 0) == []


@given(st.integers(0, 2**32))
def test_every_parent_is_a_root_or_an_earlier_child_and_no_child_has_two(seed: int):
    chance = rng(seed)
    names = [str(place) for place in range(8)]
    links = [(names[chance.integers(0, place)], names[place]) for place in range(1, 8) if chance.random() < 0.7]
    ways = directed(links, names, lambda *_: int(chance.integers(0, 9)))
    assert {frozenset(way) for way in ways} == {frozenset(link) for link in links}
    children = [child for _, child in ways]
    assert len(set(children)) == len(children)
    for place, (parent, _) in enumerate(ways):
        assert parent not in children or parent in children[:place]


# Whole tables.


@pytest.mark.parametrize("seed", range(4))
def test_a_planted_tree_is_found(seed: int):
    chance = rng(seed)
    links = [(0, 1), (0, 2), (2, 3), (2, 4), (4, 5)]
    columns = [chance.integers(0, 4, 4_000)]
    for parent, _ in links:
        columns.append(np.where(chance.random(4_000) < 0.4, columns[parent], chance.integers(0, 4, 4_000)))
    names = "abcdefg"
    columns.append(chance.integers(0, 4, 4_000))
    table = pl.DataFrame({name: [f"{name}{v}" for v in held] for name, held in zip(names, columns, strict=True)})
    described = describe(table, declared(**dict.fromkeys(names, 4)), mode="correlated")
    found = {frozenset((edge.parent, edge.child)) for edge in described.edges}
    assert found == {frozenset((names[parent], names[child])) for parent, child in links}


def test_admissions_have_two_dependences_and_no_other():
    table, schema = admissions(10_000)
    described = describe(table, schema, mode="correlated")
    assert {frozenset((edge.parent, edge.child)) for edge in described.edges} == {
        frozenset(("Time in A&E (mins)", "Age bracket")),
        frozenset(("Arrival Date", "Arrival hour range")),
    }


def test_an_edge_tells_the_mutual_information_of_what_is_published():
    exact = np.array([[40, 10], [10, 40]])
    described = describe(crossed(exact.tolist()), declared(a=2, b=2), mode="correlated")
    assert described.edges[0].mutual_information == round(mutual_information(exact), 6)


def test_no_parents_means_no_edges():
    described = describe(crossed([[40, 10], [10, 40]]), declared(a=2, b=2), mode="correlated", max_parents=0)
    assert described.edges == ()
    assert described.max_parents == 0
    assert all(not table.parents for table in described.tables)
