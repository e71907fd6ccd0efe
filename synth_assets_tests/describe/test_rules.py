"""Rules for a network: their plain form, and every contradiction that is refused."""

import contextlib
import itertools
import re
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.describe.rules import NetworkRules
from synth_assets.errors import DescriptionError

NAMES: list[str] = list("abcde")
SIZES = dict.fromkeys(NAMES, 10)
EDGES = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=5).map(tuple)
ORDERS = st.lists(st.lists(st.sampled_from(NAMES), min_size=2, max_size=4).map(tuple), max_size=2).map(tuple)


def refused(rules: NetworkRules, sizes: dict[str, int] | None = None, max_parents: int = 4) -> str:
    with pytest.raises(DescriptionError) as caught:
        rules.check(NAMES, sizes, max_parents)
    return str(caught.value)


# Plain form.


@given(st.builds(NetworkRules, EDGES, EDGES, ORDERS, st.booleans()))
def test_rules_survive_yaml_and_are_checked_without_a_traceback(rules: NetworkRules):
    assert NetworkRules.from_dict(yaml.safe_load(yaml.safe_dump(rules.to_dict()))) == rules
    with contextlib.suppress(DescriptionError):
        rules.check(NAMES, SIZES, 2)


def test_rules_as_they_are_written():
    text = "{force: [[a, b]], forbid: [[b, c], [c, b]], order: [[a, c, d]]}"
    rules = NetworkRules((("a", "b"),), (("b", "c"), ("c", "b")), (("a", "c", "d"),))
    assert NetworkRules.from_dict(yaml.safe_load(text)) == rules
    assert NetworkRules.from_dict({}) == NetworkRules()
    assert NetworkRules().to_dict() == {}
    rules.check(NAMES, SIZES, 1)


def test_a_whole_network():
    rules = NetworkRules.from_dict({"network": {"c": ["a", "b"], "b": ["a"], "d": []}, "order": [["a", "d"]]})
    assert rules == NetworkRules((("a", "b"), ("a", "c"), ("b", "c")), order=(("a", "d"),), whole=True)
    assert rules.to_dict() == {"network": {"b": ["a"], "c": ["a", "b"]}, "order": [["a", "d"]]}
    assert NetworkRules.network({}).to_dict() == {"network": {}}
    assert NetworkRules.network({"c": ["a", "b"], "b": ["a"]}).force == rules.force


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (["a"], "keys and values (force, forbid, order, network), and ['a'] is not"),
        (None, "keys and values"),
        ({"forced": [], 3: []}, "key(s) 'forced', 3 are unknown (allowed: force, forbid, order, network)"),
        ({"force": "ab"}, "force must be a list of lists [parent, child], and 'ab' is none"),
        ({"force": None}, "force must be a list of lists [parent, child], and None is none; leave the key out"),
        ({"force": ["ab"]}, "each entry of force must be a list [parent, child], and 'ab' is not"),
        ({"forbid": [["a", "b", "c"]]}, "entry of forbid must be a list [parent, child], and ['a', 'b', 'c'] is not"),
        ({"forbid": [["a", 2019]]}, "and ['a', 2019] is not; put names in quotes"),
        ({"order": ["a", "b"]}, "each entry of order must be a list of two or more columns, first to last, and 'a'"),
        ({"order": [["a"]]}, "of two or more columns, first to last, and ['a'] is not"),
        ({"network": ["a"]}, "network must give columns, each with a list of its parents, and ['a'] does not"),
        ({"network": {"b": "a"}}, "a list of its parents ([] for none), and 'b': 'a' is not"),
        ({"network": {"b": None}}, "'b': None is not"),
        ({"network": {True: ["a"]}}, "True: ['a'] is not; put names in quotes"),
        ({"network": {}, "force": []}, "network and force are both given"),
    ],
)
def test_another_form_is_refused(document: Any, said: str):  # noqa: ANN401 - any form
    with pytest.raises(DescriptionError, match=re.escape(said)):
        NetworkRules.from_dict(document)


def test_a_list_that_holds_itself_is_refused_like_any_other():
    with pytest.raises(DescriptionError, match="each entry of force must be a list"):
        NetworkRules.from_dict(yaml.safe_load("force: &again [*again, *again]"))


def test_all_that_is_misshapen_is_said_at_once():
    with pytest.raises(DescriptionError, match=r"unknown.*entry of force.*entry of order"):
        NetworkRules.from_dict({"x": 1, "force": [[]], "order": [["a", 1]]})
    with pytest.raises(DescriptionError, match=r"entry of force.*entry of forbid"):
        NetworkRules(force=(("a",),), forbid=((1, 2),))  # pyrefly: ignore[bad-argument-type]  # as a user may


# Contradictions.


def test_every_problem_is_in_one_message():
    edges = (("a", "x"), ("a", "a"), ("a", "b"), ("a", "b"), ("b", "c"))
    said = refused(NetworkRules(edges, (("b", "c"), ("d", "e"), ("d", "e")), (("c", "a"), ("d", "y", "d"))), SIZES, 1)
    for problem in [
        "column(s) 'x', 'y' are not in the table (allowed: a, b, c, d, e)",
        "the forced edge 'a' -> 'a' joins a column to itself; remove it",
        "the forced edge 'a' -> 'b' is listed 2 times; list it once",
        "the forbidden edge 'd' -> 'e' is listed 2 times",
        "column 'd' is listed 2 times in one order",
        "the edge 'b' -> 'c' is forced and forbidden; drop one of the two",
        "form a cycle",
        "column 'b' needs 2 parent(s), 'a', 'a', and max_parents is 1",
    ]:
        assert problem in said
    assert "both are parents of" not in said


@pytest.mark.parametrize(
    ("rules", "cycle"),
    [
        (NetworkRules((("a", "b"), ("b", "a"))), {"a", "b"}),
        (NetworkRules((("a", "b"), ("b", "c"), ("c", "a"), ("d", "a"))), {"a", "b", "c"}),
        (NetworkRules((("a", "b"),), order=(("b", "d", "a"),)), {"a", "b", "d"}),
        (NetworkRules(order=(("a", "b"), ("b", "a"))), {"a", "b"}),
        (NetworkRules.network({"a": ["b"], "b": ["a"]}), {"a", "b"}),
    ],
)
def test_a_cycle_is_named(rules: NetworkRules, cycle: set[str]):
    found = re.search(r"form a cycle, (.*); drop or turn round", refused(rules))
    assert found is not None
    path = [name.strip("'") for name in found[1].split(" -> ")]
    assert path[0] == path[-1]
    assert set(path) == cycle
    assert set(itertools.pairwise(path)) <= set(rules.precedence())


def test_more_parents_than_allowed():
    star = NetworkRules(tuple((name, "e") for name in "abcd"))
    star.check(NAMES, None, 4)
    said = refused(star, max_parents=3)
    assert (
        "column 'e' needs 4 parent(s), 'a', 'b', 'c', 'd', and max_parents is 3; raise max_parents (at most 4)" in said
    )
    assert "column 'b' needs 1 parent(s), 'a', and max_parents is 0" in refused(NetworkRules((("a", "b"),)), None, 0)


def test_parents_that_forced_edges_bring_with_them_count_too():
    rules = NetworkRules((("a", "c"), ("b", "c"), ("c", "e"), ("d", "e"), ("a", "d")))
    rules.check(NAMES, SIZES, 2)
    said = refused(rules, max_parents=1)
    assert "because the parents of a column must stand together in an earlier table" in said
    assert "drop a forced edge" in said


def test_a_table_beyond_the_cell_budget():
    rules = NetworkRules((("a", "c"), ("b", "c")))
    rules.check(NAMES, None, 2)
    rules.check(NAMES, {**SIZES, "a": 1_000}, 2)
    said = refused(rules, {**SIZES, "a": 1_001})
    assert (
        "the table of 'c' given 'a', 'b' would have 100,100 cells, and 100,000 are allowed; declare fewer bins" in said
    )
    NetworkRules(forbid=(("a", "b"),)).check(NAMES, dict.fromkeys(NAMES, 10**6), 1)


def test_a_table_beyond_the_cell_budget_that_forced_edges_bring_with_them():
    sizes = {**SIZES, "a": 400, "b": 400, "c": 1}
    said = refused(NetworkRules((("a", "c"), ("b", "c"))), sizes)
    assert "the table of 'b' given 'a' ('a' because the parents of a column must stand together" in said
    assert "160,000 cells" in said


def test_a_forbidden_edge_that_forced_ones_bring_with_them():
    rules = NetworkRules((("a", "c"), ("b", "c")), (("a", "b"), ("b", "a")))
    assert re.search(
        r"the edge '[ab]' -> '[ab]' is forbidden, but both are parents of 'c', and .*allow that edge", refused(rules)
    )
    NetworkRules((("a", "c"), ("b", "c")), (("a", "b"),)).check(NAMES, SIZES, 2)
    ordered = NetworkRules((("a", "c"), ("b", "c")), (("a", "b"),), (("a", "b"),))
    assert "the edge 'a' -> 'b' is forbidden" in refused(ordered)
