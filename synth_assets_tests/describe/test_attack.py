"""What an attacker with a linear program can work out from a description: never that a hidden count is small."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from synth_assets.constraints import Forbidden
from synth_assets.describe import Description, NetworkRules, describe, learn, tables
from synth_assets.describe.coding import Bins, encode
from synth_assets.describe.reader import reading
from synth_assets.describe.rounding import rounded
from synth_assets.describe.structure import Node
from synth_assets.schema import Categories, Column, Interval, Mode, Schema
from synth_assets_tests.describe.attacker import Attacker, Informed, Name
from synth_assets_tests.strategies import chains, ordered_tables
from synth_assets_tests.tables import categories, crossed, declared


def linked(  # noqa: PLR0913 - each is named where it is used
    table: pl.DataFrame,
    schema: Schema,
    links: list[tuple[str, str]],
    minimum: int,
    patch: pytest.MonkeyPatch,
    *,
    parents: int = 1,
) -> Description:
    """The description with a network of these links, however weak, so that small tables have deep networks too.

    With more than one parent, each column also gets parents of its parent, as many as are wanted and there are.
    """
    patch.setattr(learn, "forest", lambda *_: links)
    patch.setattr(learn, "grow", lambda ways, names, *_: widened(ways, names, parents))
    return describe(table, schema, mode="correlated", minimum_count=minimum, max_parents=parents)


def widened(ways: Sequence[tuple[str, str]], names: Sequence[str], parents: int) -> list[Node]:
    nodes = {name: Node(name, ()) for name in names if name not in {child for _, child in ways}}
    for parent, child in ways:
        nodes[child] = Node(child, (*nodes[parent].parents, parent)[-parents:])
    return list(nodes.values())


def small_counts(table: pl.DataFrame, description: Description) -> Iterator[tuple[Name, int]]:
    """Every count from 1 to below the minimum that the description is about, by the attacker's name for it."""
    codes = {coded.column.name: encode(table[coded.column.name], coded) for coded in description.columns}
    for published in description.tables:
        coded = description.column(published.column)
        groups = coded.groups[codes[published.column]]
        configurations = np.zeros(len(table), dtype=np.int64)
        for name in published.parents:
            parent = description.column(name)
            configurations = configurations * parent.group_count + parent.groups[codes[name]]
        exact = np.zeros(published.counts.shape, dtype=np.int64)
        np.add.at(exact, (configurations, groups), 1)
        named = {
            ("cell", 0, published.column, row, group): int(exact[row, group]) for row, group in np.ndindex(exact.shape)
        }
        own = np.bincount(codes[published.column], minlength=coded.size)
        named |= {("code", published.column, code): int(rows) for code, rows in enumerate(own)}
        named |= rarest_values(table[published.column], coded.coding, codes[published.column])
        yield from ((name, rows) for name, rows in named.items() if 0 < rows < description.minimum_count)


def rarest_values(values: pl.Series, coding: object, codes: np.ndarray) -> dict[Name, int]:
    """How many rows hold the rarest exact value of each bin; the attacker can say no more of it than of the rest."""
    if not isinstance(coding, Bins) or not coding.atoms:
        return {}
    held = pl.DataFrame({"code": codes, "value": values}).drop_nulls().group_by("code", "value").len("rows")
    least = held.group_by("code").agg(pl.col("rows").min())
    return {("rest", values.name, code): rows for code, rows in least.rows() if code < coding.bins}


def assert_nothing_small(table: pl.DataFrame, description: Description, *documents: str) -> int:
    attacker = Attacker(description.to_json(), *documents)
    small = dict(small_counts(table, description))
    found = {name: attacker.largest(*name) for name in small}
    bounded = {name: (small[name], bound) for name, bound in found.items() if bound < description.minimum_count}
    assert bounded == {}
    return len(small)


@pytest.mark.parametrize("parents", [1, 2, 3])
@given(made=chains(), minimum=st.integers(2, 7))
def test_no_small_count_of_a_network_can_be_bounded_below_the_minimum(
    made: tuple[pl.DataFrame, Schema, list[tuple[str, str]]], minimum: int, parents: int
):
    table, schema, links = made
    with pytest.MonkeyPatch.context() as patch:
        assert_nothing_small(table, linked(table, schema, links, minimum, patch, parents=parents))


@pytest.mark.parametrize("broken", ["told totals", "nothing hidden below"])
def test_the_attacker_finds_small_counts_where_the_rule_is_broken(broken: str, monkeypatch: pytest.MonkeyPatch):
    """Were totals told where a count is hidden, or such configurations told, some small count would be bounded."""
    kept = tables.protected, tables.hide

    def unruly(name: str, parents: Sequence[str], counts: np.ndarray, forced: np.ndarray, *rest: Any) -> object:  # noqa: ANN401 - passed on
        return kept[0](name, parents, counts, forced & False, *rest)

    if broken == "told totals":
        monkeypatch.setattr(tables, "protected", unruly)
    else:
        monkeypatch.setattr(
            tables, "hide", lambda counts, minimum, forced, least: kept[1](counts, minimum, forced & False, least)
        )
    chance = np.random.Generator(np.random.PCG64(1))
    found = 0
    for _ in range(40):
        a = chance.integers(0, 3, 60)
        b = np.where(chance.random(60) < 0.8, a, chance.integers(0, 4, 60))
        table = pl.DataFrame({n: [f"{n}{v}" for v in held] for n, held in (("a", a), ("b", b), ("c", b // 2))})
        described = linked(table, declared(a=3, b=4, c=2), [("a", "b"), ("b", "c")], 5, monkeypatch)
        attacker = Attacker(described.to_json())
        found += sum(attacker.largest(*name) < 5 for name, _ in small_counts(table, described))
    assert found > 0


@given(made=chains(most_rows=30), minimum=st.integers(2, 7))
def test_no_small_count_of_a_column_can_be_bounded_below_the_minimum(
    made: tuple[pl.DataFrame, Schema, list[tuple[str, str]]], minimum: int
):
    table, schema, _ = made
    assert_nothing_small(table, describe(table, schema, mode="independent", minimum_count=minimum))


def test_a_deep_chain_of_sparse_tables_is_safe(monkeypatch: pytest.MonkeyPatch):
    chance = np.random.Generator(np.random.PCG64(4))
    values = [chance.integers(0, 6, 400)]
    for _ in range(3):
        values.append(np.where(chance.random(400) < 0.8, values[-1], chance.integers(0, 6, 400)))
    table = pl.DataFrame({name: [f"{name}{v}" for v in held] for name, held in zip("abcd", values, strict=True)})
    described = linked(table, declared(a=6, b=6, c=6, d=6), [("a", "b"), ("b", "c"), ("c", "d")], 5, monkeypatch)
    assert assert_nothing_small(table, described) > 50


def test_exact_values_of_a_child_are_safe(monkeypatch: pytest.MonkeyPatch):
    numbers = [1] * 30 + [4] * 16 + [2] * 7 + [3] * 2 + [11] * 12 + [12] * 1 + [21] * 3 + [25] * 40
    table = pl.DataFrame({"a": [f"a{place % 2}" for place in range(len(numbers))], "n": numbers})
    schema = Schema((*declared(a=2).columns, Column("n", "integer", domain=Interval(0, 29, 3))))
    described = linked(table, schema, [("a", "n")], 5, monkeypatch)
    coding = described.column("n").coding
    assert isinstance(coding, Bins)
    assert any(coding.atoms)
    assert assert_nothing_small(table, described) >= 3


def test_a_bin_whose_total_is_hidden_never_tells_all_its_rows_as_exact_values(monkeypatch: pytest.MonkeyPatch):
    """Were all 36 rows of the second bin told, it could lose none, and the 3 rows could not be more."""
    table = pl.DataFrame({"a": ["a0"] * 9 + ["a1"] * 50, "n": [5] * 3 + [15] * 6 + [5] * 20 + [15] * 30})
    schema = Schema((*declared(a=2).columns, Column("n", "integer", domain=Interval(0, 19, 2))))
    described = linked(table, schema, [("a", "n")], 5, monkeypatch)
    assert [table.parents for table in described.tables] == [(), ("a",)]
    assert assert_nothing_small(table, described) == 1


@pytest.mark.parametrize("minimum", [2, 3, 5, 8])
def test_the_mode_of_a_pool_is_not_named_where_it_would_bound_the_others(minimum: int):
    for heavy in range(1, 3 * minimum):
        for rare in range(1, minimum):
            table = categories("a", {"a0": heavy, "a1": rare, "a2": 4 * minimum})
            assert_nothing_small(table, describe(table, declared(a=3), mode="independent", minimum_count=minimum))


def test_a_pool_of_eleven_names_its_mode_and_one_of_ten_does_not():
    table = categories("a", {"a0": 6, "a1": 4, "a2": 40})
    assert describe(table, declared(a=3), mode="independent").columns[0].pool_mode is None
    table = categories("a", {"a0": 7, "a1": 4, "a2": 40})
    assert describe(table, declared(a=3), mode="independent").columns[0].pool_mode == 0


@pytest.mark.parametrize(
    "counts", [{True: 200, False: 3}, {True: 3, False: 200, None: 2}, {True: 9, False: 9, None: 1}]
)
def test_rare_values_of_a_boolean_and_rare_missing_values_are_safe(counts: dict[bool | None, int]):
    values = [value for value, times in counts.items() for _ in range(times)]
    table = pl.DataFrame({"a": values}, {"a": pl.Boolean})
    schema = Schema((Column("a", "boolean", nullable=None in counts),))
    assert assert_nothing_small(table, describe(table, schema, mode="independent")) >= 1


@example(named=[6, 30], missing=3, minimum=5)
@example(named=[6, 3, 30], missing=0, minimum=5)
@given(
    named=st.lists(st.integers(1, 30), min_size=1, max_size=5),
    missing=st.integers(0, 8),
    minimum=st.integers(2, 6),
)
def test_that_a_category_from_data_is_named_gives_no_small_count_away(named: list[int], missing: int, minimum: int):
    """To name a category read from the data tells that it has ``minimum`` rows; the attacker is told so as well."""
    table = categories("a", {f"v{place}": times for place, times in enumerate(named)} | {None: missing})
    if len(table) < minimum:
        return
    described = describe(
        table, Schema((Column("a", "category", nullable=True),)), mode="independent", minimum_count=minimum
    )
    attacker = Attacker(described.to_json())
    coded = described.columns[0]
    assert not isinstance(coded.coding, Bins)
    values = getattr(coded.coding, "values", ())
    for code, value in enumerate(values):
        if value != "other":
            attacker._limit({("code", "a", code): 1.0}, minimum, np.inf)
    rows = np.bincount(encode(table["a"], coded), minlength=coded.size)
    for code in np.flatnonzero((rows > 0) & (rows < minimum)):
        assert attacker.largest("code", "a", int(code)) >= minimum


@example(values=[0] * 6 + [40] * 30, missing=3, minimum=5)
@given(
    values=st.lists(st.integers(0, 40), min_size=5, max_size=60), missing=st.integers(0, 6), minimum=st.integers(2, 6)
)
def test_that_end_bins_from_data_hold_the_minimum_gives_no_small_count_away(
    values: list[int], missing: int, minimum: int
):
    table = pl.DataFrame({"a": [*values, *[None] * missing]}, {"a": pl.Int64})
    if len(table) < minimum:
        return
    described = describe(
        table, Schema((Column("a", "integer", nullable=True),)), mode="independent", minimum_count=minimum
    )
    attacker = Attacker(described.to_json())
    coding = described.columns[0].coding
    if isinstance(coding, Bins):
        place = np.clip(np.searchsorted(coding.edges, coding.spikes, side="right") - 1, 0, coding.bins - 1)
        for end in {0, coding.bins - 1}:
            inside = [end, *(coding.bins + np.flatnonzero(place == end)).tolist()]
            attacker._limit({("code", "a", code): 1.0 for code in inside}, minimum, np.inf)
    for name, _ in small_counts(table, described):
        assert attacker.largest(*name) >= minimum


@pytest.mark.parametrize("seed", range(3))
def test_who_knows_the_rule_works_out_no_small_count_of_a_chain_either(seed: int):
    """The attacker is told as well that a cell hidden alone is the largest of its configuration.

    A number in its place from which the exact one follows, such as the exact one less the minimum, would tell the
    configuration's total, and with it some of the small counts of the table before.
    """
    chance = np.random.Generator(np.random.PCG64(seed))
    uneven = np.array([0.5, 0.3, 0.15, 0.04, 0.01])
    values = [chance.choice(5, 2_000, p=uneven)]
    for _ in range(3):
        values.append(np.where(chance.random(2_000) < 0.7, values[-1], chance.choice(5, 2_000, p=uneven)))
    table = pl.DataFrame({name: [f"{name}{v}" for v in held] for name, held in zip("abcd", values, strict=True)})
    described = describe(table, declared(a=5, b=5, c=5, d=5), mode="correlated")
    attacker = Attacker(described.to_json())
    for published in described.tables:
        for row in np.flatnonzero(published.hidden.sum(axis=1) == 1):
            place = int(published.hidden[row].argmax())
            least = max(5, int(published.seen[row].max()))
            attacker._limit({("cell", 0, published.column, int(row), place): 1.0}, least, np.inf)
    small = dict(small_counts(table, described))
    assert len(small) > 10
    assert all(attacker.largest(*name) >= 5 for name in small)


def test_limit_two_descriptions_of_one_table_can_be_combined(monkeypatch: pytest.MonkeyPatch):
    """A LIMIT, not a promise: each description is safe, but the two together give a small count away exactly.

    The correlated description hides b0 and b1 of a0 (3 and 2 rows) and shows those of a1; the independent one tells
    how many rows have b0 at all.
    """
    table = crossed([[3, 2, 20], [10, 10, 20]])
    schema = declared(a=2, b=3)
    described = linked(table, schema, [("a", "b")], 5, monkeypatch)
    assert [edge.parent for edge in described.edges] == ["a"]
    assert_nothing_small(table, described)
    independent = describe(table, schema, mode="independent")
    together = Attacker(described.to_json(), independent.to_json())
    assert together.largest("cell", 0, "b", 0, 0) == 3


def test_the_mutual_information_of_an_edge_tells_nothing_of_hidden_counts(monkeypatch: pytest.MonkeyPatch):
    """Tables that differ in hidden counts alone have the same document, the edge's weight included."""
    schema = declared(a=2, b=4)
    one = linked(crossed([[4, 2, 30, 30], [12, 11, 20, 10]]), schema, [("a", "b")], 5, monkeypatch)
    other = linked(crossed([[3, 3, 30, 30], [12, 11, 20, 10]]), schema, [("a", "b")], 5, monkeypatch)
    assert one.edges
    assert one == other


def test_a_category_that_no_row_holds_may_be_told():
    table = categories("a", {"a0": 20, "a1": 30})
    described = describe(
        table, Schema((Column("a", "category", domain=Categories(("a0", "a1", "a2"))),)), mode="independent"
    )
    assert described.tables[0].counts.tolist() == [[20, 30, 0]]


def as_described(table: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """The table with columns that lie above others as distances from those."""
    with reading(table, schema) as reader:
        return pl.concat(list(reader.checked()))


@st.composite
def codes(draw: st.DrawFn, columns: int, *, most_rows: int = 150) -> np.ndarray:
    """Columns of two or three skewed codes, each like an earlier one or not; shape (rows, columns)."""
    chance = np.random.Generator(np.random.PCG64(draw(st.integers(0, 2**32))))
    rows = draw(st.integers(20, most_rows))
    made = [chance.choice(3, rows, p=[0.6, 0.3, 0.1])]
    for place in range(1, columns):
        like, copied = made[draw(st.integers(0, place - 1))], draw(st.sampled_from([0.0, 0.5, 0.9]))
        own = (draw(st.integers(2, 3)) * chance.random(rows) ** 2).astype(int)
        made.append(np.where(chance.random(rows) < copied, like, own))
    return np.stack(made, axis=1)


def spelled(held: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame(
        {name: [f"{name}{code}" for code in held[:, at]] for at, name in enumerate("abcde"[: held.shape[1]])}
    )


@given(held=st.integers(3, 5).flatmap(codes), parents=st.integers(2, 4), minimum=st.integers(2, 7))
def test_no_small_count_of_a_whole_network_with_up_to_four_parents_is_bounded(
    held: np.ndarray, parents: int, minimum: int
):
    table = spelled(held)
    names = table.columns
    network = NetworkRules.network({name: names[max(0, at - parents) : at] for at, name in enumerate(names)})
    schema = declared(**dict.fromkeys(names, 3))
    described = describe(table, schema, mode="correlated", network=network, max_parents=parents, minimum_count=minimum)
    assert_nothing_small(table, described)


@given(
    held=codes(3),
    rules=st.lists(
        st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=4, unique=True
    ),
    minimum=st.integers(2, 7),
)
def test_forbidden_combinations_inside_a_table_bound_no_small_count(
    held: np.ndarray, rules: list[tuple[int, int, int]], minimum: int
):
    """The attacker puts the whole joint table together and knows which of its cells are 0."""
    for later, first, second in rules:
        held = held[(held[:, later] != first) | (held[:, later + 1] != second)]
    if len(held) < minimum:
        return
    constraints = tuple(
        Forbidden((("abc"[later], (f"{'abc'[later]}{one}",)), ("abc"[later + 1], (f"{'abc'[later + 1]}{two}",))))
        for later, one, two in rules
    )
    table, schema = spelled(held), Schema(declared(a=3, b=3, c=3).columns, constraints=constraints)
    described = describe(
        table,
        schema,
        mode="correlated",
        network=NetworkRules.network({"b": ["a"], "c": ["b"]}),
        minimum_count=minimum,
    )
    attacker = Informed(described.to_json())
    attacker.know_constraints("a", "b", "c")
    assert {name for name, _ in small_counts(table, described) if attacker.largest(*name) < minimum} == set()


@pytest.mark.parametrize("mode", ["independent", "correlated"])
@given(made=ordered_tables(most_rows=60), minimum=st.integers(2, 7))
def test_no_small_count_of_distances_can_be_bounded_below_the_minimum(
    made: tuple[pl.DataFrame, Schema], minimum: int, mode: Mode
):
    table, schema = made
    described = describe(table, schema, mode=mode, minimum_count=minimum)
    assert_nothing_small(as_described(table, schema), described)


@pytest.mark.parametrize("mode", ["independent", "correlated"])
@given(made=chains(most_rows=60), round_to=st.sampled_from([2, 5, 10]))
def test_rounding_reads_the_safe_description_and_nothing_else(
    made: tuple[pl.DataFrame, Schema, list[tuple[str, str]]], round_to: int, mode: Mode
):
    """So what cannot be worked out of exact counts cannot be worked out of rounded ones."""
    table, schema, _ = made
    key = b"0123456789abcdef"
    exact = Description.from_json(describe(table, schema, mode=mode).to_json())
    assert rounded(exact, round_to, key) == describe(table, schema, mode=mode, round_to=round_to, key=key)
