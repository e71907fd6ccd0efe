"""Constraints in synthetic tables: no row breaks one, and what they bind keeps its shape otherwise."""

import datetime as dt
import json
import time
from dataclasses import replace
from importlib.resources import files
from itertools import combinations
from typing import Any

import jsonschema
import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given

from synth_assets.constraints import Constraint, Determined, Forbidden, Ordered
from synth_assets.describe import Description, describe
from synth_assets.errors import GenerationError, SchemaError
from synth_assets.generate import generate
from synth_assets.measure.conformity import departures
from synth_assets.schema import MODES, Categories, Column, Interval, Mode, Schema
from synth_assets_tests.strategies import decided_tables, ordered_tables
from synth_assets_tests.tables import rng

VALIDATOR = jsonschema.Draft202012Validator(
    json.loads(files("synth_assets.describe").joinpath("description.schema.json").read_text("utf-8"))
)
COUNTED: list[Mode] = ["independent", "correlated"]
ENOUGH = 10
"""So many rows have distances that they are told; of fewer, a test below tells."""


def broken(table: pl.DataFrame, rule: Constraint) -> int:
    """How many rows break a rule, counted row by row; moments in UTC, for Python compares others by the clock."""
    zoned = [name for name, dtype in table.schema.items() if isinstance(dtype, pl.Datetime) and dtype.time_zone]
    rows = (
        table.select(rule.columns)
        .with_columns(pl.col(set(zoned) & set(rule.columns)).dt.convert_time_zone("UTC"))
        .rows()
    )
    if isinstance(rule, Ordered):
        return sum(any(None not in pair and pair[0] > pair[1] for pair in combinations(row, 2)) for row in rows)
    if isinstance(rule, Forbidden):
        return sum(all(value in held for value, (_, held) in zip(row, rule.values, strict=True)) for row in rows)
    first: dict[tuple[Any, ...], Any] = {}
    return sum(None not in row and first.setdefault(row[:-1], row[-1]) != row[-1] for row in rows)


def with_rules(table: pl.DataFrame, *rules: Constraint, declared: bool = False) -> Schema:
    schema = replace(Schema.infer(table), constraints=rules)
    return schema.assert_public_domain(reason="a test") if declared else schema


def kept(described: Description, rules: tuple[Constraint, ...], rows: int = 400, seed: int = 1) -> pl.DataFrame:
    """Synthetic rows by way of JSON, once it is seen that they keep all rules and have the right types."""
    text = described.to_json()
    VALIDATOR.validate(json.loads(text))
    read = Description.from_json(text)
    assert read == described
    synthetic = generate(read, rows=rows, rng=rng(seed))
    assert [broken(synthetic, rule) for rule in rules] == [0] * len(rules)
    assert len(synthetic) == rows
    assert departures(synthetic, read) == []
    return synthetic


def distance(first: pl.Series, second: pl.Series, edges: list[float]) -> float:
    """Total variation distance over bins, missing values apart."""
    shares = [np.histogram(held.drop_nulls().to_numpy(), edges)[0] / held.count() for held in (first, second)]
    return float(np.abs(shares[0] - shares[1]).sum() / 2)


def stays(rows: int, seed: int = 0, *, missing: float = 0.0) -> pl.DataFrame:
    """Start and end of stays in minutes, the gap a mixture of none and some, and what it depends on."""
    chance = rng(seed)
    ward = chance.choice(3, rows, p=[0.5, 0.3, 0.2])
    start = chance.integers(0, 100_000, rows)
    gap = np.where(chance.random(rows) < 0.2, 0, np.round(chance.exponential(40 * (ward + 1)))).astype(int)
    gone = chance.random((2, rows)) < [[missing], [missing / 2]]
    return pl.DataFrame({"start": start, "end": start + gap, "ward": [f"w{value}" for value in ward]}).with_columns(
        pl.when(pl.Series(gone[place])).then(None).otherwise(pl.col(name)).alias(name)
        for place, name in enumerate(("start", "end"))
    )


# Any table.


@pytest.mark.parametrize("mode", MODES)
@given(made=ordered_tables())
def test_orders_are_kept_whatever_the_table(mode: Mode, made: tuple[pl.DataFrame, Schema]):
    table, schema = made
    assume(table.drop_nulls().height >= ENOUGH)
    synthetic = kept(describe(table, schema, mode=mode), schema.constraints, 150)
    assert dict(synthetic.schema) == schema.dtypes


@pytest.mark.parametrize("mode", MODES)
@given(made=decided_tables())
def test_decisions_are_kept_whatever_the_table(mode: Mode, made: tuple[pl.DataFrame, Schema]):
    table, schema = made
    synthetic = kept(describe(table, schema, mode=mode), schema.constraints, 150)
    assert dict(synthetic.schema) == schema.dtypes


# Forbidden combinations.


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("declared", [False, True])
def test_what_is_forbidden_never_comes(mode: Mode, *, declared: bool):
    chance = rng(1)
    table = pl.DataFrame(
        {
            "sex": chance.choice(["F", "M"], 3_000),
            "pregnant": chance.random(3_000) < 0.3,
            "age": chance.integers(0, 100, 3_000),
            "children": chance.integers(0, 4, 3_000),
        }
    ).with_columns(pl.when(pl.col("age") > 80).then(None).otherwise(pl.col("children")).alias("children"))
    table = table.filter(
        ~((pl.col("sex") == "M") & pl.col("pregnant")) & ~((pl.col("age") == 7) & (pl.col("children") > 0))
    )
    rules = (
        Forbidden((("sex", ("M",)), ("pregnant", (True,)))),
        Forbidden((("age", (7,)), ("children", (1, 2, 3)))),
    )
    schema = with_rules(table, *rules, declared=declared)
    synthetic = kept(describe(table, schema, mode=mode), rules, 3_000)
    if mode == "correlated":
        shares = [frame.filter("pregnant").height / len(frame) for frame in (table, synthetic)]
        assert abs(shares[0] - shares[1]) < 0.02


@pytest.mark.parametrize("mode", MODES)
def test_missing_can_be_forbidden_and_rare_values_too(mode: Mode):
    table = pl.DataFrame(
        {"a": ["x"] * 300 + ["y"] * 200 + ["rare"] * 2, "b": [None] * 100 + ["p"] * 200 + ["q"] * 200 + ["p"] * 2}
    )
    rules = (Forbidden((("a", ("y", "rare")), ("b", (None,)))), Forbidden((("a", ("rare",)), ("b", ("q",)))))
    domains = {"a": ("x", "y", "rare"), "b": ("p", "q")}
    columns = tuple(
        Column(name, "category", domain=Categories(held), nullable=name == "b") for name, held in domains.items()
    )
    for schema in (Schema(columns, constraints=rules), with_rules(table, *rules)):
        for seed in range(5):
            kept(describe(table, schema, mode=mode), rules, 2_000, seed)


# Orders.


@pytest.mark.parametrize("mode", COUNTED)
@pytest.mark.parametrize("declared", [False, True])
def test_the_gap_between_two_columns_keeps_its_distribution(mode: Mode, *, declared: bool):
    table = stays(10_000)
    schema = with_rules(table, Ordered(("start", "end")), declared=declared)
    synthetic = kept(describe(table, schema, mode=mode), schema.constraints, 10_000)
    gaps = [frame["end"] - frame["start"] for frame in (table, synthetic)]
    assert distance(gaps[0], gaps[1], [0, 1, 20, 40, 80, 160, 10**6]) < 0.03
    assert distance(table["start"], synthetic["start"], [0, 2e4, 4e4, 6e4, 8e4, 1e5]) < 0.03


def test_the_gap_keeps_its_dependence_on_another_column():
    table = stays(10_000)
    schema = with_rules(table, Ordered(("start", "end")))
    synthetic = kept(describe(table, schema, mode="correlated"), schema.constraints, 10_000)
    for ward in ("w0", "w1", "w2"):
        gaps = [
            frame.filter(pl.col("ward") == ward)["end"] - frame.filter(pl.col("ward") == ward)["start"]
            for frame in (table, synthetic)
        ]
        assert distance(gaps[0], gaps[1], [0, 1, 20, 40, 80, 160, 10**6]) < 0.06


@pytest.mark.parametrize("mode", ["independent", "correlated"])
@pytest.mark.parametrize("rows", [1_000, 10_000])
def test_both_columns_of_an_order_are_missing_as_often(mode: Mode, rows: int):
    table = stays(rows, missing=0.2)
    schema = with_rules(table, Ordered(("start", "end")))
    synthetic = kept(describe(table, schema, mode=mode), schema.constraints, rows)
    for name in ("start", "end"):
        assert abs(synthetic[name].null_count() - table[name].null_count()) <= rows / 100


@pytest.mark.parametrize("mode", MODES)
def test_orders_between_moments_are_kept_across_a_change_of_the_clocks(mode: Mode):
    chance = rng(3)
    start = pl.Series(chance.integers(0, 7_200, 2_000) * 10**6 + 1_572_134_400 * 10**6).cast(pl.Datetime("us"))
    start = start.dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/London")
    table = pl.DataFrame(
        {"start": start, "end": start + pl.Series(chance.integers(0, 3_600, 2_000) * 10**6).cast(pl.Duration("us"))}
    )
    schema = with_rules(table, Ordered(("start", "end")))
    synthetic = kept(describe(table, schema, mode=mode), schema.constraints, 2_000)
    assert synthetic.schema == table.schema
    assert synthetic["start"].dt.convert_time_zone("UTC").dt.hour().is_between(0, 2).all()


@pytest.mark.parametrize("mode", COUNTED)
@pytest.mark.parametrize("known", [0, 3])
def test_a_column_above_one_that_is_missing_throughout_keeps_its_values(known: int, mode: Mode):
    high = rng().integers(50, 100, 1_000)
    table = pl.DataFrame(
        {"low": [1] * known + [None] * (1_000 - known), "high": high}, {"low": pl.Int64, "high": pl.Int64}
    )
    schema = with_rules(table, Ordered(("low", "high")))
    assert kept(describe(table, schema, mode=mode), schema.constraints, 1_000)["high"].null_count() <= 10


@pytest.mark.parametrize("mode", COUNTED)
def test_a_column_that_is_never_missing_stays_so_above_one_that_is_missing_throughout(mode: Mode):
    table = pl.DataFrame(
        {"low": [None] * 10, "middle": [0] * 10, "high": [0] * 10}, dict.fromkeys(("low", "middle", "high"), pl.Int64)
    )
    schema = with_rules(table.with_columns(pl.col("low").cast(pl.Int64)), Ordered(("low", "middle", "high")))
    assert kept(describe(table, schema, mode=mode), schema.constraints, 150)["high"].null_count() == 0


def test_missing_lows_make_no_gaps_of_nothing_in_independent_mode():
    table = stays(10_000, missing=0.2).filter(
        pl.col("end").is_null() | pl.col("start").is_null() | (pl.col("end") > pl.col("start") + 5)
    )
    schema = with_rules(table, Ordered(("start", "end")))
    synthetic = kept(describe(table, schema, mode="independent"), schema.constraints, 10_000)
    assert ((synthetic["end"] - synthetic["start"]) == 0).mean() < 0.02  # pyrefly: ignore[unsupported-operation]  # a number


@pytest.mark.parametrize("mode", COUNTED)
def test_a_column_above_another_keeps_its_own_declared_domain(mode: Mode):
    low = rng().integers(0, 51, 4_000)
    table = pl.DataFrame({"low": low, "high": np.maximum(low + rng(1).integers(0, 60, 4_000), 50)})
    columns = (Column("low", "integer", domain=Interval(0, 50)), Column("high", "integer", domain=Interval(50, 150)))
    schema = Schema(columns, constraints=(Ordered(("low", "high")),))
    assert kept(describe(table, schema, mode=mode), schema.constraints, 4_000)["high"].is_between(50, 150).all()


@pytest.mark.parametrize("mode", COUNTED)
@pytest.mark.parametrize("kind", ["date", "float"])
def test_sums_of_a_low_and_a_distance_stay_inside_the_type(kind: str, mode: Mode):
    if kind == "date":
        low = pl.Series(rng().integers(0, 2_932_896, 2_000)).cast(pl.Int32).cast(pl.Date)
        table = pl.DataFrame({"low": low, "high": [dt.date(9999, 12, 31)] * 2_000})
    else:
        table = pl.DataFrame({"low": [-1.7e308] * 2_000, "high": rng().uniform(1e308, 1.7e308, 2_000)})
    schema = with_rules(table, Ordered(("low", "high")))
    high = kept(describe(table, schema, mode=mode), schema.constraints, 2_000)["high"]
    assert (high.dt.year() <= 9_999).all() if kind == "date" else high.is_finite().all()


# Decisions.


def wards(rows: int = 4_000, seed: int = 4) -> pl.DataFrame:
    """Wards, their sites and trusts, and a price that two columns decide."""
    chance = rng(seed)
    ward = np.minimum(chance.zipf(1.5, rows), 40) - 1
    grade = chance.integers(0, 3, rows)
    return pl.DataFrame(
        {
            "ward": [f"w{value}" for value in ward],
            "site": [f"s{value % 7}" for value in ward],
            "trust": [f"t{value % 7 % 2}" for value in ward],
            "grade": grade,
            "price": (ward % 5) * 10.5 + grade,
        }
    )


WARD_RULES = (Determined("site", ("ward",)), Determined("trust", ("site",)), Determined("price", ("ward", "grade")))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("declared", [False, True])
def test_decided_columns_are_decided_in_chains_and_by_two(mode: Mode, *, declared: bool):
    table = wards()
    schema = with_rules(table, *WARD_RULES, declared=declared)
    for seed in range(3):
        kept(describe(table, schema, mode=mode, max_parents=2), WARD_RULES, 2_000, seed)


def test_correlated_mode_decides_as_the_original_does_where_values_are_frequent():
    table = wards()
    schema = with_rules(table, *WARD_RULES)
    synthetic = kept(describe(table, schema, mode="correlated", max_parents=2), WARD_RULES, 4_000)
    for by, column in (("ward", "site"), ("site", "trust")):
        common = table.group_by(by).len().filter(pl.col("len") >= 30)[by]
        real, made = (
            dict(frame.filter(pl.col(by).is_in(common.to_list())).select(by, column).unique().rows())
            for frame in (table, synthetic)
        )
        assert made == real


@pytest.mark.parametrize("mode", MODES)
def test_rows_with_something_missing_are_not_bound(mode: Mode):
    chance = rng(2)
    table = wards().with_columns(
        pl.when(pl.Series(chance.random(4_000) < 0.2)).then(None).otherwise(pl.col(name)).alias(name)
        for name in ("ward", "site")
    )
    rules = WARD_RULES[:2]
    synthetic = kept(describe(table, with_rules(table, *rules), mode=mode), rules, 4_000)
    if mode != "random":
        assert abs(synthetic["site"].null_count() - table["site"].null_count()) < 150


def test_a_decided_column_keeps_its_shares_where_what_decides_it_is_missing():
    chance = rng(5)
    code = chance.integers(0, 6, 4_000)
    table = pl.DataFrame({"code": [f"c{value}" for value in code], "chapter": [f"h{value // 2}" for value in code]})
    table = table.with_columns(
        pl.when(pl.Series(chance.random(4_000) < 0.3)).then(None).otherwise(pl.col("code")).alias("code")
    )
    schema = with_rules(table, Determined("chapter", ("code",)))
    synthetic = kept(describe(table, schema, mode="correlated"), schema.constraints, 4_000)
    free = (
        synthetic.filter(pl.col("code").is_null())["chapter"].value_counts()["count"] / synthetic["code"].null_count()
    )
    assert free.to_list() == pytest.approx([1 / 3] * 3, abs=0.06)


def test_a_decided_column_whose_rare_values_and_missing_are_pooled_is_decided():
    first = ["a0"] * 300 + ["a1"] * 300 + ["a2"] * 2 + ["a3"] * 2 + ["a4"] * 8 + ["a5"] * 300
    second = ["p"] * 300 + ["q"] * 300 + ["r"] * 2 + ["s"] * 2 + [None] * 3 + ["t"] * 3 + [None] * 2 + ["p"] * 300
    columns = (
        Column("a", "category", domain=Categories(tuple(f"a{place}" for place in range(6)))),
        Column("b", "category", domain=Categories(tuple("pqrstu")), nullable=True),
    )
    schema = Schema(columns, constraints=(Determined("b", ("a",)),))
    described = describe(pl.DataFrame({"a": first, "b": second}), schema, mode="correlated", minimum_count=10)
    for seed in range(10):
        kept(described, schema.constraints, 2_000, seed)


@pytest.mark.parametrize("mode", MODES)
def test_large_floats_decide_though_a_bin_holds_few_of_them(mode: Mode):
    held = np.minimum(rng(6).zipf(1.5, 400), 38)
    table = pl.DataFrame({"a": 1e16 + 2.0 * held, "b": [f"b{value % 6}" for value in held]})
    schema = with_rules(table, Determined("b", ("a",)))
    for seed in range(3):
        kept(describe(table, schema, mode=mode), schema.constraints, 500, seed)


@pytest.mark.parametrize("make", ["two parents", "many cells"])
def test_a_decision_that_the_network_has_no_room_for_is_kept_all_the_same(make: str):
    chance = rng(7)
    if make == "two parents":
        table = pl.DataFrame({"a": chance.integers(0, 3, 900), "b": chance.integers(0, 3, 900)}).with_columns(
            c=3 * pl.col("a") + pl.col("b")
        )
        rule = Determined("c", ("a", "b"))
    else:
        code = chance.integers(0, 900, 10_000)
        table = pl.DataFrame({"a": [f"a{value}" for value in code], "b": [f"b{value % 700}" for value in code]})
        rule = Determined("b", ("a",))
    schema = with_rules(table, rule)
    kept(describe(table, schema, mode="correlated"), (rule,), 900)


def test_a_decision_does_not_fall_on_what_is_forbidden():
    columns = tuple(
        Column(name, "category", domain=Categories(held)) for name, held in (("a", ("x", "y")), ("b", ("p", "q")))
    )
    rules = (Determined("b", ("a",)), Forbidden((("a", ("x", "y")), ("b", ("p",)))))
    described = describe(None, Schema(columns, constraints=rules), mode="random")
    for seed in range(10):
        assert set(kept(described, rules, 100, seed)["a"]) == {"x", "y"}


# Several rules; rules that the original breaks; rules that cannot be kept.


@pytest.mark.parametrize("mode", MODES)
def test_rules_of_all_kinds_are_kept_together(mode: Mode):
    table = stays(3_000, missing=0.1).hstack(wards(3_000).drop("price").rename({"ward": "unit"}))
    table = table.filter((pl.col("ward") != "w0") | (pl.col("grade") != 2))
    rules = (
        Ordered(("start", "end")),
        *(Determined("site", ("unit",)), Determined("trust", ("site",))),
        Forbidden((("ward", ("w0",)), ("grade", (2,)))),
    )
    for seed in range(2):
        kept(describe(table, with_rules(table, *rules), mode=mode), rules, 2_000, seed)


@pytest.mark.parametrize("mode", MODES)
def test_an_original_that_breaks_a_rule_is_one_error_with_the_count(mode: Mode):
    table = pl.concat([stays(500)] * 2).with_columns(
        end=pl.when(pl.col("start") < 20_000).then(-1).otherwise(pl.col("end")), site=pl.col("start") % 5
    )
    late = table.filter(pl.col("start") > pl.col("end")).height
    rules = (Ordered(("start", "end")), Forbidden((("ward", ("w1",)), ("site", (3,)))))
    never = table.filter((pl.col("ward") == "w1") & (pl.col("site") == 3)).height
    with pytest.raises(SchemaError) as caught:
        describe(table, with_rules(table, *rules), mode=mode)
    assert f"the constraint 'start <= end' is broken in {late} row(s)" in str(caught.value)
    assert f"the constraint 'never ward = w1 with site = 3' is broken in {never} row(s)" in str(caught.value)


def test_rules_that_no_row_can_keep_are_refused_in_bounded_time():
    columns = tuple(
        Column(name, "category", domain=Categories(held)) for name, held in (("a", ("x", "y")), ("b", ("p", "q")))
    )
    schema = Schema(columns, constraints=(Forbidden((("a", ("x", "y")), ("b", ("p", "q")))),))
    started = time.monotonic()
    with pytest.raises(GenerationError, match=r"rows drawn only 0 keep the constraints \(never a = x or y with b"):
        generate(describe(None, schema, mode="random"), rows=1_000, rng=rng())
    assert time.monotonic() - started < 60


def test_rows_that_seldom_keep_the_rules_are_found_all_the_same():
    columns = tuple(Column(f"c{place}", "integer", domain=Interval(0, 999)) for place in range(5))
    schema = Schema(columns, constraints=(Ordered(tuple(column.name for column in columns)),))
    kept(describe(None, schema, mode="random"), schema.constraints, 3_000)
