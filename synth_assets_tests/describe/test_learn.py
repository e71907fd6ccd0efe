"""Learning under rules: they hold whatever the data say, and without them nothing is as if they had never been."""

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from synth_assets.describe.completion import completed
from synth_assets.describe.consistency import _check_totals
from synth_assets.describe.hide import hide
from synth_assets.describe.learn import learn
from synth_assets.describe.network import MOST_CELLS, Score, directed, forest, pairs, stratified_p_value
from synth_assets.describe.rules import NetworkRules
from synth_assets.describe.structure import Node, _likelihood, tables_of
from synth_assets.describe.structure import wider as wider_sets
from synth_assets.errors import DescriptionError
from synth_assets_tests.describe.counting import counter, scored
from synth_assets_tests.tables import rng

NAMES: list[str] = list("abcdef")
Counted = Callable[[Sequence[str]], np.ndarray]


def linked_codes(seed: int, rows: int = 1_500) -> dict[str, np.ndarray]:
    """Six columns; some follow one or two earlier ones, some are noise."""
    chance = rng(seed)
    codes: dict[str, np.ndarray] = {}
    for place, name in enumerate(NAMES):
        size = int(chance.integers(2, 5))
        causes = chance.choice(NAMES[:place], min(place, int(chance.integers(0, 3))), replace=False)
        follows = sum((codes[str(cause)] * (rank + 1) for rank, cause in enumerate(causes)), np.zeros(rows, dtype=int))
        own = chance.integers(0, size, rows)
        codes[name] = np.where(chance.random(rows) < 0.6 * bool(len(causes)), follows % size, own)
    order = chance.permutation(NAMES)
    return {name: codes[str(order[place])] for place, name in enumerate(NAMES)}


@st.composite
def rules_that_agree(draw: st.DrawFn) -> NetworkRules:
    """Rules that one hidden order allows; what forced edges bring with them may still be forbidden."""
    hidden = draw(st.permutations(NAMES))
    forward = list(itertools.combinations(hidden, 2))
    force = draw(st.lists(st.sampled_from(forward), max_size=4, unique=True))
    others = [edge for edge in itertools.permutations(NAMES, 2) if edge not in force]
    forbid = draw(st.lists(st.sampled_from(others), max_size=6, unique=True))
    places = draw(st.lists(st.sets(st.integers(0, 5), min_size=2, max_size=4), max_size=2))
    order = tuple(tuple(hidden[place] for place in sorted(chosen)) for chosen in places)
    return NetworkRules(tuple(force), tuple(forbid), order, draw(st.booleans()))


def edges_of(nodes: Sequence[Node]) -> set[tuple[str, str]]:
    return {(parent, node.column) for node in nodes for parent in node.parents}


# Without rules.


def frozen(scores: dict[tuple[str, str], Score], counted: Counted, minimum: int, max_parents: int) -> list[Node]:
    """How networks were learned before there were rules, one step after the other."""

    def hides(parent: str, child: str) -> int:
        counts = counted((parent, child))
        return int(counts[hide(counts, minimum, np.zeros(len(counts), dtype=bool))].sum())

    def depends(wider: tuple[str, ...], child: str) -> bool:
        tests = []
        for name in wider:
            counts = counted((*(other for other in wider if other != name), name, child))
            tests.append(stratified_p_value(counts.reshape(-1, *counts.shape[-2:])) < 1e-3 / 15)
        return all(tests)

    ways = directed(forest(scores if max_parents else {}, NAMES), NAMES, hides)
    nodes = [Node(name, ()) for name in NAMES if name not in {child for _, child in ways}]
    for parent, child in ways:
        parents: tuple[str, ...] = (parent,)
        while len(parents) < max_parents:
            best, gain = None, _likelihood(counted((*parents, child)), minimum)
            for wider in wider_sets(parents, nodes):
                counts = counted((*wider, child))
                more = _likelihood(counts, minimum) if counts.size <= MOST_CELLS else -np.inf
                if more > gain and depends(wider, child):
                    best, gain = wider, more
            if best is None:
                break
            parents = best
        nodes.append(Node(child, parents))
    return nodes


@given(st.integers(0, 2**32), st.sampled_from([150, 1_500]), st.integers(0, 4))
def test_without_rules_the_network_is_what_it_was(seed: int, rows: int, max_parents: int):
    counted = counter(**linked_codes(seed, rows))
    scores = scored(NAMES, counted)
    assert learn(scores, NAMES, counted, 5, max_parents, NetworkRules()) == frozen(scores, counted, 5, max_parents)


@given(st.integers(0, 2**32), st.sampled_from([150, 1_500]))
def test_a_rule_that_changes_nothing_changes_nothing(seed: int, rows: int):
    counted = counter(**linked_codes(seed, rows), noise=rng(seed).integers(0, 3, rows))
    names = [*NAMES, "noise"]
    scores = scored(names, counted)
    free = learn(scores, names, counted, 5, 1, NetworkRules())
    assume(not any("noise" in edge for edge in edges_of(free)))
    ban = NetworkRules(forbid=(("a", "noise"), ("noise", "a")))
    assert set(learn(scores, names, counted, 5, 1, ban)) == set(free)


# Under rules.


@given(st.integers(0, 2**32), st.integers(1, 4), rules_that_agree())
def test_rules_hold(seed: int, max_parents: int, rules: NetworkRules):
    counted = counter(**linked_codes(seed))
    scores = scored(NAMES, counted)
    brought = completed(NAMES, rules.force, rules.forbid, rules.precedence())
    extra = {(parent, child) for child, several in brought.items() for parent in several}
    if extra & set(rules.forbid) or max(map(len, brought.values())) > max_parents:
        with pytest.raises(DescriptionError, match="rules cannot be kept"):
            learn(scores, NAMES, counted, 5, max_parents, rules)
        return
    nodes = learn(scores, NAMES, counted, 5, max_parents, rules)
    placed, edges = [node.column for node in nodes], edges_of(nodes)
    assert sorted(placed) == NAMES
    assert set(rules.force) <= extra <= edges
    assert edges == extra or not rules.whole
    assert not edges & set(rules.forbid)
    assert max(len(node.parents) for node in nodes) <= max_parents
    assert all(placed.index(first) < placed.index(second) for first, second in [*edges, *rules.precedence()])
    tables = tables_of(nodes, counted, 5)
    for table in tables.values():
        _check_totals(table, tables, 1_500)


@given(st.integers(0, 2**32), rules_that_agree())
def test_the_order_in_which_rules_are_listed_does_not_matter(seed: int, rules: NetworkRules):
    counted = counter(**linked_codes(seed))
    turned = NetworkRules(rules.force[::-1], rules.forbid[::-1], rules.order[::-1], rules.whole)
    try:
        nodes = learn(scored(NAMES, counted), NAMES, counted, 5, 4, rules)
    except DescriptionError:
        assume(False)  # noqa: FBT003 - Hypothesis' own way to say so
        return
    assert learn(scored(NAMES, counted), NAMES, counted, 5, 4, turned) == nodes


def random_scores(seed: int) -> dict[tuple[str, str], Score]:
    chance = rng(seed)
    return {pair: Score(float(chance.random()), float(chance.random() < 0.4)) for pair in pairs(NAMES)}


@given(st.integers(0, 2**32), st.permutations(NAMES))
def test_under_one_order_of_all_each_column_takes_its_best_earlier_one(seed: int, order: list[str]):
    scores, counted = random_scores(seed), counter(**linked_codes(0, rows=50))
    nodes = learn(scores, NAMES, counted, 5, 1, NetworkRules(order=(tuple(order),)))
    assert nodes == list(slowly_ordered(scores, order))


def slowly_ordered(scores: dict[tuple[str, str], Score], order: list[str]) -> Iterator[Node]:
    for place, child in enumerate(order):
        links = [(scores.get((name, child)) or scores[child, name], name) for name in order[:place]]
        told = {name: link.mutual_information for link, name in links if link.p_value == 0}
        yield Node(child, (max(told, key=lambda name: told[name]),) if told else ())


@given(st.integers(0, 2**32), st.sets(st.sampled_from(pairs(NAMES)), max_size=8))
def test_pairs_forbidden_both_ways_leave_the_heaviest_forest_of_the_others(seed: int, banned: set[tuple[str, str]]):
    scores, counted = random_scores(seed), counter(**linked_codes(0, rows=50))
    both = tuple(sorted(banned | {(second, first) for first, second in banned}))
    nodes = learn(scores, NAMES, counted, 5, 1, NetworkRules(forbid=both))
    left = {pair: held for pair, held in scores.items() if pair not in banned}
    assert {tuple(sorted(edge)) for edge in edges_of(nodes)} == set(forest(left, NAMES))


def test_a_root_is_chosen_that_keeps_all_links():
    """Only from ``c`` outwards can both links be kept: ``b`` may not lead to ``c``, nor ``a`` to ``b``."""
    scores = {pair: Score(float(pair in {("a", "b"), ("b", "c")}), 0.0) for pair in pairs("abc")}
    counted = counter(**{name: linked_codes(1)[name] for name in "abc"})
    nodes = learn(scores, list("abc"), counted, 5, 1, NetworkRules(forbid=(("b", "c"), ("a", "b"))))
    assert nodes == [Node("c", ()), Node("b", ("c",)), Node("a", ("b",))]


def test_a_forbidden_edge_is_not_added_as_a_further_parent():
    chance = rng(5)
    b, n = chance.integers(0, 2, 6_000), chance.integers(0, 3, 6_000)
    a = np.where(chance.random(6_000) < 0.4, b, chance.integers(0, 3, 6_000))
    codes = {"a": a, "b": b, "c": np.where(chance.random(6_000) < 0.2, n, (a + a * b) % 3)}
    counted, names = counter(**codes), list("abc")
    order = (("b", "a", "c"),)
    free = learn(scored(names, counted), names, counted, 5, 2, NetworkRules(order=order))
    assert edges_of(free) == {("b", "a"), ("a", "c"), ("b", "c")}
    rules = NetworkRules(forbid=(("b", "c"),), order=order)
    assert edges_of(learn(scored(names, counted), names, counted, 5, 2, rules)) == {("b", "a"), ("a", "c")}


def test_noise_gets_no_edges_but_forced_ones():
    chance = rng(4)
    codes = {name: chance.integers(0, 4, 3_000) for name in NAMES}
    counted = counter(**codes)
    rules = NetworkRules((("f", "a"), ("b", "a")), order=(("e", "c"),))
    nodes = learn(scored(NAMES, counted), NAMES, counted, 5, 4, rules)
    assert edges_of(nodes) == {("f", "a"), ("b", "a"), ("b", "f")}


def test_a_forced_noise_parent_does_not_keep_real_ones_away():
    chance = rng(5)
    a, b, n = (chance.integers(0, 3, 8_000) for _ in range(3))
    codes = {
        "a": a,
        "b": b,
        "n": n,
        "c": np.where(chance.random(8_000) < 0.2, chance.integers(0, 3, 8_000), (a + b) % 3),
    }
    names = list("abnc")
    counted = counter(**codes)
    rules = NetworkRules(force=(("a", "c"), ("n", "c"), ("b", "n"), ("a", "b")))
    nodes = learn(scored(names, counted), names, counted, 5, 3, rules)
    assert {"a", "b", "n"} == set(next(node.parents for node in nodes if node.column == "c"))


def test_a_whole_network_is_exactly_that_and_what_it_brings():
    counted = counter(**linked_codes(7))
    scores = scored(NAMES, counted)
    chain = {"b": ["a"], "c": ["b"], "d": ["c"]}
    nodes = learn(scores, NAMES, counted, 5, 1, NetworkRules.network(chain))
    assert edges_of(nodes) == {("a", "b"), ("b", "c"), ("c", "d")}
    nodes = learn(scores, NAMES, counted, 5, 2, NetworkRules.network({"f": ["a", "e"], "e": ["d"]}))
    assert edges_of(nodes) == {("a", "f"), ("e", "f"), ("d", "e"), ("e", "a")}
    assert edges_of(learn(scores, NAMES, counted, 5, 0, NetworkRules.network({}))) == set()


def test_no_parents_allowed_means_no_edges_and_none_can_be_forced():
    counted = counter(**linked_codes(7))
    scores = scored(NAMES, counted)
    rules = NetworkRules(order=(("b", "a"),))
    assert edges_of(learn(scores, NAMES, counted, 5, 0, rules)) == set()
    with pytest.raises(DescriptionError, match=r"'b' needs 1 parent\(s\), 'a', and max_parents is 0"):
        learn(scores, NAMES, counted, 5, 0, NetworkRules((("a", "b"),)))


def test_a_forced_table_beyond_the_cell_budget_is_refused_by_its_real_size():
    codes = {name: np.arange(400) for name in "ab"}
    with pytest.raises(DescriptionError, match="the table of 'b' given 'a' would have 160,000 cells"):
        learn({}, list("ab"), counter(**codes), 5, 1, NetworkRules((("a", "b"),)))
