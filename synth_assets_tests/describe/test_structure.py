"""Networks with more than one parent: real ones are found, noise is not, and every family has its place."""

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from synth_assets.describe import Description, describe, structure
from synth_assets.describe.structure import Node, Search, grow, tables_of
from synth_assets.generate import generate
from synth_assets.measure import compare
from synth_assets.schema import Schema
from synth_assets_tests.describe.counting import counter
from synth_assets_tests.tables import admissions, rng


def two_causes(rows: int = 6_000) -> dict[str, np.ndarray]:
    """``c`` follows ``a`` where ``b`` is 0 and runs against it where ``b`` is 1; ``n`` is noise."""
    chance = rng(3)
    a, b = chance.integers(0, 3, rows), chance.integers(0, 2, rows)
    c = np.where(chance.random(rows) < 0.2, chance.integers(0, 3, rows), np.where(b == 0, a, np.minimum(2, 2 - a + 1)))
    return {"a": a, "b": b, "c": c, "n": chance.integers(0, 4, rows)}


def as_table(codes: dict[str, np.ndarray]) -> pl.DataFrame:
    return pl.DataFrame({name: [f"{name}{value}" for value in held] for name, held in codes.items()})


def test_a_second_parent_joins_where_the_column_depends_on_both_together():
    nodes = grow([("b", "a"), ("a", "c")], list("abcn"), counter(**two_causes()), 5, 2)
    assert nodes == [Node("b", ()), Node("n", ()), Node("a", ("b",)), Node("c", ("b", "a"))]


def test_noise_does_not_join_however_many_parents_are_allowed():
    nodes = grow([("n", "a"), ("a", "c")], list("abcn"), counter(**two_causes()), 5, 4)
    assert Node("c", ("a",)) in nodes


def test_a_forbidden_parent_does_not_join():
    start = [Node("b", ()), Node("a", ("b",)), Node("c", ("a",))]
    counted = counter(**two_causes())
    assert Search(counted, 5, 2).grow(start)[-1] == Node("c", ("b", "a"))
    assert Search(counted, 5, 2, forbid=frozenset({("b", "c")})).grow(start) == start


def test_a_column_without_parents_gets_none():
    """Its links were weighed before, and left out for a reason."""
    start = [Node("a", ()), Node("b", ()), Node("c", ())]
    assert Search(counter(**two_causes()), 5, 4).grow(start) == start


def test_parents_that_are_fixed_need_not_tell_anything():
    start = [Node("b", ()), Node("a", ("b",)), Node("n", ("b", "a")), Node("c", ("a", "n"))]
    counted = counter(**two_causes())
    assert Search(counted, 5, 3).grow(start)[-1] == start[-1]
    assert Search(counted, 5, 3, fixed=frozenset({"c"})).grow(start)[-1] == Node("c", ("b", "a", "n"))


def test_no_set_of_columns_is_counted_twice():
    counted, asked = counter(**two_causes()), []

    def asking(names: Sequence[str]) -> np.ndarray:
        asked.append(frozenset(names))
        return counted(names)

    grow([("b", "a"), ("a", "c"), ("a", "n")], list("abcn"), asking, 5, 4)
    assert len(asked) == len(set(asked))


def test_independent_columns_never_join():
    chance, joined = rng(5), 0
    for _ in range(60):
        rows = int(10 ** chance.uniform(1.5, 3.7))
        codes = {name: chance.integers(0, chance.integers(2, 12), rows) for name in "abc"}
        nodes = grow([("a", "b"), ("b", "c")], list("abc"), counter(**codes), 5, 2)
        joined += sum(len(node.parents) > 1 for node in nodes)
    assert joined == 0


def test_a_table_beyond_the_cell_budget_is_not_made(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(structure, "MOST_CELLS", 17)
    nodes = grow([("b", "a"), ("a", "c")], list("abcn"), counter(**two_causes()), 5, 2)
    assert Node("c", ("a",)) in nodes


def test_every_family_stands_inside_the_table_of_its_last_parent():
    codes = two_causes()
    codes |= {"d": (codes["c"] + codes["a"]) % 3, "e": np.minimum(codes["c"], codes["b"])}
    described = describe(as_table(codes), Schema.infer(as_table(codes)), mode="correlated", max_parents=3)
    families = {table.column: table.family for table in described.tables}
    assert max(len(family) for family in families.values()) > 2
    for table in described.tables:
        assert not table.parents or set(table.parents) <= set(families[table.parents[-1]])


def test_the_tables_of_a_node_without_parents_and_with_two():
    counted = counter(**two_causes())
    tables = tables_of([Node("a", ()), Node("b", ("a",)), Node("c", ("a", "b"))], counted, 1)
    assert tables["c"].sizes == (3, 2, 3)
    assert np.array_equal(tables["c"].counts.reshape(3, 2, 3), counted(("a", "b", "c")))
    assert np.array_equal(tables["c"].totals.reshape(3, 2), counted(("a", "b")))


@pytest.mark.parametrize("max_parents", [1, 2, 4])
def test_admissions_have_two_edges_however_many_parents_are_allowed(max_parents: int):
    table, schema = admissions(9_897)
    described = describe(table, schema, mode="correlated", max_parents=max_parents)
    assert {frozenset((edge.parent, edge.child)) for edge in described.edges} == {
        frozenset(("Time in A&E (mins)", "Age bracket")),
        frozenset(("Arrival Date", "Arrival hour range")),
    }


def test_two_parents_bring_three_columns_closer_than_one():
    table = as_table(two_causes())
    schema = Schema.infer(table)
    near = {}
    for most in (1, 2):
        described = describe(table, schema, mode="correlated", max_parents=most)
        assert Description.from_json(described.to_json()) == described
        near[most] = compare(table, generate(described, rng=rng(1)), schema).mean_tvd_2
    assert near[2] is not None
    assert near[1] is not None
    assert near[2] < near[1]


def test_a_determined_child_of_a_chain_is_kept():
    """A number and its name, below a column with rare values: the name still follows from the number."""
    chance = rng(2)
    a = chance.choice(6, 4_000, p=[0.5, 0.3, 0.15, 0.03, 0.015, 0.005])
    number = np.minimum(a + chance.integers(0, 8, 4_000), 11)
    table = as_table({"a": a, "number": number, "name": number})
    described = describe(table, Schema.infer(table), mode="correlated")
    made = generate(described, rng=rng(1))
    same = (made["number"].str.slice(6) == made["name"].str.slice(4)).mean()
    assert same is not None
    assert float(str(same)) > 0.97
