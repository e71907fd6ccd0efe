"""Private descriptions as a whole: with noise taken away they are right, with noise they are whole, honest and
useful."""

import itertools
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import Any

import jsonschema
import numpy as np
import polars as pl
import pytest
from scipy import optimize

from synth_assets.constraints import Forbidden, Ordered
from synth_assets.describe import Description, NetworkRules, describe
from synth_assets.describe.private import Asked, Request, describe_privately
from synth_assets.describe.private.fitting import Measurement, fit, independent_start, on_simplex
from synth_assets.describe.private.junction import JunctionTree
from synth_assets.describe.structure import Node
from synth_assets.errors import DescriptionError, ProtectionError
from synth_assets.generate import generate
from synth_assets.measure import compare
from synth_assets.schema import Categories, Column, Interval, Schema

KEY = b"a key of at least sixteen bytes"


class Silence:
    """No noise at all, and a count of what was asked."""

    def __init__(self) -> None:
        self.choices = 0

    def gaussian(self, counts: np.ndarray, scale: float) -> np.ndarray:
        assert scale > 0
        return counts

    def laplace(self, counts: np.ndarray, scale: float) -> np.ndarray:
        assert scale > 0
        return counts

    def largest(self, scores: Sequence[int], scale: float) -> int:
        assert scale > 0
        self.choices += 1
        return int(np.argmax(scores))


def generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def categories(**sizes: int) -> Schema:
    return Schema(
        tuple(Column(name, "category", domain=Categories(tuple(map(str, range(size))))) for name, size in sizes.items())
    )


def table(rows: int = 6_000, seed: int = 1) -> pl.DataFrame:
    """a decides b for the most part, b decides c, and d knows of nothing."""
    rng = generator(seed)
    a = rng.integers(0, 4, rows)
    b = np.where(rng.random(rows) < 0.8, a, rng.integers(0, 4, rows))
    c = np.where(rng.random(rows) < 0.8, b % 3, rng.integers(0, 3, rows))
    return pl.DataFrame({"a": a, "b": b, "c": c, "d": rng.integers(0, 5, rows)}).cast(pl.String)


SCHEMA = categories(a=4, b=4, c=3, d=5)


def silently(frame: pl.DataFrame, schema: Schema, epsilon: float = 50.0, **asked: Any) -> tuple[Description, Silence]:  # noqa: ANN401 - fields of Asked
    quiet = Silence()
    usual = Asked("correlated", NetworkRules(), max_parents=1, minimum_count=1)
    return describe_privately(frame, schema, replace(usual, **asked), Request(epsilon, 1e-6), quiet), quiet


# Without noise.


def test_the_forest_holds_the_strongest_links():
    described, quiet = silently(table(), SCHEMA, epsilon=1.0)
    links = {frozenset((edge.parent, edge.child)) for edge in described.edges}

    assert {frozenset("ab"), frozenset("bc")} <= links
    assert frozenset("ac") not in links
    assert quiet.choices <= len(SCHEMA) - 1


def test_no_edge_wins_where_nothing_depends():
    crossed = pl.DataFrame(list(itertools.product("0123", "0123", "012")) * 20, schema=["a", "b", "c"], orient="row")
    described, quiet = silently(crossed, categories(a=4, b=4, c=3), epsilon=1.0)

    assert described.edges == ()
    assert quiet.choices == 2


def test_counts_without_noise_are_the_tables_own():
    described, _ = silently(table(), SCHEMA)
    counted = table().group_by("a").len().sort("a")["len"].to_list()
    [root] = [one for one in described.tables if one.column == "a" and not one.parents]

    assert described.rows == 6_000
    assert root.counts.ravel().tolist() == pytest.approx(counted, rel=0.02)


def test_an_interaction_that_no_pair_shows_is_found_with_two_parents():
    rng = generator(2)
    a, b = rng.integers(0, 2, (2, 8_000))
    frame = pl.DataFrame({"a": a, "b": b, "c": a ^ b}).cast(pl.String)
    rules = NetworkRules(force=(("a", "b"), ("b", "c")))
    linked, _ = silently(frame, categories(a=2, b=2, c=2), max_parents=2, rules=NetworkRules(force=(("a", "b"),)))
    free, _ = silently(frame, categories(a=2, b=2, c=2), max_parents=2, rules=rules)

    assert linked.max_parents == 2
    assert {edge.child for edge in free.edges} >= {"b", "c"}


@pytest.mark.parametrize(
    "rules", [{"force": (("d", "a"),)}, {"forbid": (("a", "b"), ("b", "a"))}, {"order": (("c", "b", "a"),)}]
)
def test_rules_hold(rules: dict[str, Any]):
    described, _ = silently(table(), SCHEMA, rules=NetworkRules(**rules))
    edges = [(edge.parent, edge.child) for edge in described.edges]
    place = {one.column: number for number, one in enumerate(described.tables)}

    assert set(rules.get("force", ())) <= set(edges)
    assert not set(rules.get("forbid", ())) & set(edges)
    for order in rules.get("order", ()):
        assert [place[name] for name in order] == sorted(place[name] for name in order)


def test_a_whole_network_is_taken_without_a_choice():
    described, quiet = silently(table(), SCHEMA, rules=NetworkRules.network({"a": [], "b": ["a"], "c": ["a"], "d": []}))

    assert {(edge.parent, edge.child) for edge in described.edges} == {("a", "b"), ("a", "c")}
    assert quiet.choices == 0


# The fit.


def test_the_fit_is_the_optimum_of_a_slow_solver():
    rng = generator(3)
    tree = JunctionTree.of([Node("a", ()), Node("b", ("a",))], {"a": 2, "b": 3})
    noisy = [
        Measurement(("a",), rng.normal(50, 20, 2), np.full(2, 4.0)),
        Measurement(("a", "b"), rng.normal(15, 25, (2, 3)), np.full((2, 3), 9.0)),
    ]
    start = independent_start(tree, {"a": np.full(2, 50.0), "b": np.full(3, 33.3)})
    (_, found), _ = fit(tree, noisy, 100.0, start)

    def loss(cells: np.ndarray) -> float:
        joint = cells.reshape(2, 3)
        return float(
            ((joint.sum(axis=1) - noisy[0].counts) ** 2 / 4 + 0).sum() + ((joint - noisy[1].counts) ** 2 / 9).sum()
        )

    whole = {"type": "eq", "fun": lambda cells: cells.sum() - 100.0}
    slow = optimize.minimize(loss, np.full(6, 100 / 6), bounds=[(0, None)] * 6, constraints=[whole], tol=1e-12)

    assert loss(found.ravel()) <= slow.fun * 1.001 + 1e-6
    assert found.min() >= 0
    assert found.sum() == pytest.approx(100)


@pytest.mark.parametrize("seed", range(5))
def test_the_nearest_counts_on_the_simplex_are_a_slow_solvers(seed: int):
    noisy = generator(seed).normal(5, 10, 6)
    whole = {"type": "eq", "fun": lambda cells: cells.sum() - 30.0}
    slow = optimize.minimize(
        lambda cells: float(((cells - noisy) ** 2).sum()),
        np.full(6, 5.0),
        bounds=[(0, None)] * 6,
        constraints=[whole],
        tol=1e-12,
    )

    assert on_simplex(noisy, 30.0) == pytest.approx(slow.x, abs=1e-3)


# With noise.


@pytest.mark.parametrize("mode", ["independent", "correlated"])
def test_a_description_is_whole_and_says_what_it_is(mode: Any):  # noqa: ANN401 - a mode
    described = describe(table(), SCHEMA, mode=mode, epsilon=1.0, delta=1e-6)
    schema = json.loads(files("synth_assets.describe").joinpath("description.schema.json").read_text())
    jsonschema.validate(json.loads(described.to_json()), schema)

    assert Description.from_json(described.to_json()) == described
    assert (described.epsilon, described.delta, described.ledger) == (1.0, 1e-6, "none")
    assert describe(table(), SCHEMA, mode=mode, epsilon=1.0, delta=1e-6) != described


def test_columns_that_truly_depend_still_do_and_no_others():
    frame = table(10_000)
    private = describe(frame, SCHEMA, mode="correlated", epsilon=1.0, delta=1e-9)
    alone = describe(frame, SCHEMA, mode="independent")
    errors = {}
    for name, described in (("private", private), ("independent", alone)):
        pairs = compare(frame, generate(described, rows=10_000, rng=generator(4)), SCHEMA).measurements.filter(
            pl.col("ways") == 2
        )
        errors[name] = {row["column_a"] + row["column_b"]: row["tvd"] for row in pairs.iter_rows(named=True)}
        made = pairs.filter((pl.col("column_a") == "d") | (pl.col("column_b") == "d"))
        assert all(strength < 0.01 for strength in made["nmi_synthetic"])

    assert all(errors["private"][pair] < errors["independent"][pair] / 4 for pair in ("ab", "bc"))


def test_domains_types_missing_values_piles_and_constraints_are_kept():
    rng = generator(5)
    rows = 4_000
    start = rng.integers(0, 1_000, rows)
    frame = pl.DataFrame(
        {
            "kind": rng.choice(["x", "y", "z"], rows),
            "gain": np.where(rng.random(rows) < 0.9, 0.0, rng.uniform(0, 5_000, rows)),
            "start": start,
            "end": start + rng.integers(0, 60, rows),
            "day": pl.Series([date(2024, 1, 1 + int(day)) for day in rng.integers(0, 28, rows)]),
            "sick": pl.Series(rng.random(rows) < 0.3).set(pl.Series(rng.random(rows) < 0.2), None),
            "note": [f"text {place}" for place in range(rows)],
        }
    )
    schema = Schema(
        (
            Column("kind", "category", domain=Categories(("x", "y", "z", "never"))),
            Column("gain", "float", domain=Interval(0.0, 6_000.0)),
            Column("start", "integer", domain=Interval(0, 1_100)),
            Column("end", "integer", domain=Interval(0, 1_200)),
            Column("day", "date", domain=Interval(date(2024, 1, 1), date(2024, 1, 31))),
            Column("sick", "boolean", nullable=True),
            Column("note", "text"),
        ),
        constraints=(Ordered(("start", "end")), Forbidden((("kind", ("x",)), ("sick", (True,))))),
    )
    kept = frame.filter(~((pl.col("kind") == "x") & pl.col("sick")).fill_null(value=False))
    made = generate(describe(kept, schema, mode="correlated", epsilon=2.0, delta=1e-6), rows=4_000, rng=generator(6))

    assert made.schema == {name: dtype for name, dtype in schema.dtypes.items()}  # noqa: C416 - a schema against a dict
    assert (made["start"] <= made["end"]).all()
    assert not ((made["kind"] == "x") & made["sick"]).any()
    assert made["gain"].mean() == pytest.approx(kept["gain"].mean(), rel=0.5)  # pyrefly: ignore[no-matching-overload]  # means of floats
    assert (made["gain"] == 0).mean() == pytest.approx(0.9, abs=0.05)
    assert made["sick"].null_count() / 4_000 == pytest.approx(kept["sick"].null_count() / len(kept), abs=0.05)
    assert made["note"].str.starts_with("synthetic text").all()


@pytest.mark.parametrize(
    ("frame", "schema"),
    [
        (pl.DataFrame({"a": ["0"] * 5}), categories(a=1)),
        (pl.DataFrame({"a": ["0"] * 5, "b": ["1"] * 5}), categories(a=1, b=2)),
        (pl.DataFrame({"a": []}, {"a": pl.String}), categories(a=3)),
        (pl.DataFrame({"t": ["one", "two"]}), Schema((Column("t", "text"),))),
        (pl.DataFrame({"t": [None, None]}, {"t": pl.String}), Schema((Column("t", "text", nullable=True),))),
        (
            pl.DataFrame({f"c{place}": ["0", "1"] * 20 for place in range(40)}),
            categories(**{f"c{place}": 2 for place in range(40)}),
        ),
    ],
)
@pytest.mark.parametrize("epsilon", [0.001, 1.0, 1_000.0])
def test_odd_tables_are_described_and_drawn_from(frame: pl.DataFrame, schema: Schema, epsilon: float):
    for mode, parents in (("independent", 1), ("correlated", 1), ("correlated", 2)):
        described = describe(frame, schema, mode=mode, max_parents=parents, epsilon=epsilon, delta=1e-6)  # pyrefly: ignore[bad-argument-type]  # a mode
        assert Description.from_json(described.to_json()) == described
        assert len(generate(described, rows=10, rng=generator(7))) == 10


def test_undeclared_domains_are_refused_by_name():
    with pytest.raises(DescriptionError, match="not given: a, b, c, d"):
        describe(table(), Schema.infer(table()), mode="correlated", epsilon=1.0)
    with pytest.raises(DescriptionError, match="not given: a, b, c, d"):
        describe(table(), Schema.infer(table()), mode="random", epsilon=1.0)


def test_random_mode_reads_nothing_and_spends_nothing():
    described = describe(object(), SCHEMA, mode="random", epsilon=1.0)

    assert described.epsilon == 0.0
    assert described.privacy is not None
    assert described.privacy.units == 0


# Persons.


def visits(seed: int = 8) -> pl.DataFrame:
    return table(300, seed).with_columns(person=pl.Series(generator(seed).integers(0, 90, 300)))


def test_of_each_person_so_many_rows_count_whoever_else_is_there():
    from synth_assets.protect.persons import first_rows  # noqa: PLC0415 - beside its use

    frame = visits()
    rows = frame.drop("person")
    stays = frame.filter(first_rows(rows, frame["person"], 2, KEY))
    assert stays.group_by("person").len()["len"].max() == 2
    for gone in (3, 14, 15):
        fewer = frame.filter(pl.col("person") != gone).sample(fraction=1, shuffle=True, seed=gone)
        left = fewer.filter(first_rows(fewer.drop("person"), fewer["person"], 2, KEY))
        assert left.sort(pl.all()).equals(stays.filter(pl.col("person") != gone).sort(pl.all()))


def test_a_person_column_bounds_what_is_described_and_is_not_in_it():
    frame = visits()
    described = describe(
        frame, SCHEMA, mode="independent", person_column="person", max_rows_per_person=1, key=KEY, minimum_count=2
    )
    private = describe(
        frame, SCHEMA, mode="correlated", person_column="person", max_rows_per_person=3, key=KEY, epsilon=1.0
    )

    assert described.rows == frame["person"].n_unique()
    assert "person" not in described.names
    assert private.privacy is not None
    assert (private.privacy.unit, private.privacy.rows_per_unit) == ("person", 3)


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"person_column": "nobody"}, DescriptionError, "the table does not have it"),
        ({"person_column": "a"}, DescriptionError, "the schema describes it"),
        ({"max_rows_per_person": 0}, ProtectionError, "max_rows_per_person is 0"),
        ({"max_rows_per_person": 1.5}, ProtectionError, "max_rows_per_person is 1.5"),
    ],
)
def test_persons_that_cannot_be_are_refused(changes: dict[str, Any], error: type[Exception], match: str):
    given: dict[str, Any] = {"person_column": "person", "max_rows_per_person": 1, "key": KEY, **changes}
    with pytest.raises(error, match=match):
        describe(visits(), SCHEMA, mode="independent", **given)


def test_a_row_that_names_no_person_is_refused():
    frame = visits().with_columns(person=pl.when(pl.int_range(pl.len()) > 2).then("person"))
    with pytest.raises(ProtectionError, match=r"names no person in 3 row\(s\)"):
        describe(frame, SCHEMA, mode="independent", person_column="person", max_rows_per_person=1, key=KEY)


def test_nothing_in_the_package_draws_numbers_of_its_own():
    import ast  # noqa: PLC0415 - only here

    for file in files("synth_assets.describe.private").iterdir():
        if file.name.endswith(".py"):
            names = {node.attr for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Attribute)}
            assert not names & {"random", "default_rng", "Generator", "shuffle", "permutation"}, file.name


def test_what_is_told_is_not_what_was_counted():
    frame = table(2_000)
    exact = set(
        itertools.chain.from_iterable(frame.group_by(pair).len()["len"].to_list() for pair in (["a"], ["a", "b"]))
    )
    described = describe(frame, SCHEMA, mode="correlated", epsilon=1.0, delta=1e-6)
    told = [round(float(count), 3) for one in described.tables for count in one.counts.ravel()]

    assert sum(count in exact for count in told) <= 2
    assert replace(described, rows=None).rows is None
