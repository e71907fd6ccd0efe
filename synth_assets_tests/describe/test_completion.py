"""What forced edges bring with them, against a slow and obvious way to find it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.describe.completion import completed

NAMES: list[str] = list("abcdef")
Edge = tuple[str, str]


@st.composite
def ordered_pairs(draw: st.DrawFn, names: list[str] = NAMES, most: int = 9) -> tuple[list[Edge], list[Edge]]:
    """Forced edges and further pairs of columns, first before second, that one hidden order allows."""
    hidden = draw(st.permutations(names))
    allowed = st.lists(st.sampled_from(list(itertools.combinations(hidden, 2))), max_size=most, unique=True)
    return draw(allowed), draw(allowed)


def slowly_completed(placed: list[str], force: list[Edge]) -> set[Edge]:
    """Add edges until all parents of a column but the last are parents of the last."""
    edges = set(force)
    while True:
        wanted = set(edges)
        for child in placed:
            parents = [name for name in placed if (name, child) in edges]
            wanted |= {(parent, parents[-1]) for parent in parents[:-1]}
        if wanted == edges:
            return edges
        edges = wanted


def edges_of(parents: dict[str, tuple[str, ...]]) -> set[Edge]:
    return {(parent, child) for child, several in parents.items() for parent in several}


@given(ordered_pairs())
def test_it_adds_what_its_placement_needs_and_no_more(rules: tuple[list[Edge], list[Edge]]):
    force, further = rules
    found = completed(NAMES, force, [], [*force, *further])
    placed = list(found)
    assert sorted(placed) == NAMES
    assert edges_of(found) == slowly_completed(placed, force)
    assert all(placed.index(first) < placed.index(second) for first, second in [*edges_of(found), *force, *further])
    assert all(list(several) == sorted(several, key=placed.index) for several in found.values())


@given(ordered_pairs())
def test_what_is_complete_stays_and_the_order_of_the_edges_does_not_matter(rules: tuple[list[Edge], list[Edge]]):
    force, further = rules
    found = completed(NAMES, force, [], [*force, *further])
    assert completed(NAMES, force[::-1], [], [*further[::-1], *force[::-1]]) == found
    again = sorted(edges_of(found))
    assert edges_of(completed(NAMES, again, [], again)) == edges_of(found)


@given(ordered_pairs(most=6))
def test_it_adds_at_most_one_edge_more_than_the_best_placement(rules: tuple[list[Edge], list[Edge]]):
    force, _ = rules
    orders = (
        list(order)
        for order in itertools.permutations(NAMES)
        if all(order.index(parent) < order.index(child) for parent, child in force)
    )
    best = min(len(slowly_completed(order, force)) for order in orders)
    assert best <= len(edges_of(completed(NAMES, force, [], force))) <= best + 1


@pytest.mark.parametrize(
    ("forbid", "between"), [([("a", "b")], ("b", "a")), ([("b", "a")], ("a", "b")), ([], ("a", "b"))]
)
def test_a_ban_in_one_direction_turns_the_added_edge(forbid: list[Edge], between: Edge):
    force = [("a", "c"), ("b", "c")]
    assert edges_of(completed(list("abc"), force, forbid, force)) == {*force, between}


@pytest.mark.parametrize(("apart", "between"), [(("a", "c"), {"b", "e"}), (("b", "e"), {"a", "c"})])
def test_a_pair_banned_both_ways_is_kept_apart_where_there_is_a_choice(apart: Edge, between: set[str]):
    """``c`` and ``e`` must be joined; then, in the square a-b-c-e, one or the other pair of opposites."""
    force = [("a", "b"), ("b", "c"), ("c", "d"), ("a", "e"), ("e", "d")]
    found = edges_of(completed(list("abcde"), force, [apart, apart[::-1]], force))
    assert {frozenset(edge) for edge in found - set(force)} == {frozenset("ce"), frozenset(between)}
