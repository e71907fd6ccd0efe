"""What is given: every row has it, and the other columns are as in such rows of the table at large."""

import datetime as dt
import math
from typing import Any

import numpy as np
import polars as pl
import pytest

from synth_assets.constraints import Determined, Forbidden, Ordered
from synth_assets.describe import Description, NetworkRules, describe
from synth_assets.errors import GenerationError
from synth_assets.generate import generate
from synth_assets.measure.conformity import departures
from synth_assets.schema import MODES, Categories, Column, Interval, Mode, Schema
from synth_assets_tests.tables import rng

ROWS = 4_000
EVENT = {
    "chain": [("a", "b"), ("b", "c"), ("c", "d")],
    "tree": [("a", "b"), ("a", "c"), ("c", "d")],
    "two parents": [("a", "b"), ("a", "c"), ("b", "c"), ("b", "d"), ("c", "d")],
    "all from one": [("a", "b"), ("a", "c"), ("a", "d")],
}


def every_kind(seed: int = 0) -> tuple[pl.DataFrame, Schema]:
    """Columns of each type that may be given, all depending on one hidden state."""
    chance = rng(seed)
    state = chance.choice(3, ROWS, p=[0.5, 0.3, 0.2])
    ages = np.clip(20 + 25 * state + chance.integers(0, 25, ROWS), 0, 99)
    noisy = np.where(chance.random(ROWS) < 0.8, state, chance.choice(3, ROWS))
    when = pl.Series(17_000 + 120 * noisy + chance.integers(0, 100, ROWS)).cast(pl.Int32).cast(pl.Date)
    table = pl.DataFrame(
        {
            "sex": [("F", "M", None)[value] for value in noisy],
            "sick": noisy == 1,
            "stars": noisy + chance.integers(0, 2, ROWS),
            "age": ages,
            "cost": np.round(np.where(noisy == 2, 0.0, 10 * state + 30 * chance.random(ROWS)), 9),
            "day": when,
            "at": when.cast(pl.Datetime("us")).dt.replace_time_zone("Europe/London"),
            "ward": [f"w{value}" for value in chance.zipf(1.6, ROWS)],
            "note": ["secret"] * ROWS,
        }
    )
    columns = (
        Column("sex", "category", domain=Categories(("F", "M")), nullable=True),
        Column("sick", "boolean"),
        Column("stars", "integer", domain=Interval(0, 5)),
        Column("age", "integer", domain=Interval(0, 99, 10)),
        Column("cost", "float", domain=Interval(0.0, 60.0, 12)),
        Column("day", "date", domain=Interval(dt.date(2016, 1, 1), dt.date(2019, 1, 1), 12)),
        Column("at", "datetime", time_zone="Europe/London"),
        Column("ward", "category"),
        Column("note", "text"),
    )
    return table, Schema(columns)


TABLE, FORM = every_kind()
DESCRIBED: dict[Mode, Description] = {mode: describe(TABLE, FORM, mode=mode, max_parents=2) for mode in MODES}
GIVEN: list[dict[str, Any]] = [
    {"sex": "F"},
    {"sex": None},
    {"sex": ["M", None]},
    {"sick": True},
    {"sick": [True, False]},
    {"stars": 3},
    {"stars": (0, 3)},
    {"age": 33},
    {"age": [21, 88]},
    {"cost": 0.0},
    {"cost": 17},
    {"day": dt.date(2017, 3, 4)},
    {"day": [dt.date(2017, 3, 4), dt.date(2016, 8, 8)]},
    {"ward": "w1"},
    {"ward": "other"},
    {"ward": ["w2", "other"]},
    {"sex": "M", "sick": True, "age": [50, 51], "ward": "w1"},
]


def four(network: str, seed: int = 1, rows: int = 6_000) -> tuple[pl.DataFrame, Description]:
    """Four columns of three values along a network, described with that network."""
    chance = rng(seed)
    edges = EVENT[network]
    held: dict[str, np.ndarray] = {}
    for name in "abcd":
        parents = [parent for parent, child in edges if child == name]
        own = chance.choice(3, rows, p=[0.5, 0.3, 0.2])
        told = sum((held[parent] for parent in parents), start=np.zeros(rows, dtype=int)) % 3
        held[name] = np.where(chance.random(rows) < (0.6 if parents else 0), told, own)
    table = pl.DataFrame({name: [f"{name}{value}" for value in values] for name, values in held.items()})
    schema = Schema(
        tuple(
            Column(name, "category", domain=Categories(tuple(f"{name}{place}" for place in range(3)))) for name in held
        )
    )
    whole = {name: tuple(parent for parent, child in edges if child == name) for name in "abcd"}
    return table, describe(table, schema, mode="correlated", max_parents=2, network=NetworkRules.network(whole))


def assert_alike(made: pl.DataFrame, wanted: pl.DataFrame, names: list[str], level: float = 4.5) -> None:
    """Every joint share of the columns within so many standard errors; systematic draws have less."""
    counts = [
        dict(
            frame.group_by(names)
            .len()
            .select(pl.concat_str(pl.col(names).cast(pl.String).fill_null("-"), separator="|"), "len")
            .rows()
        )
        for frame in (made, wanted)
    ]
    for cell in set(counts[0]) | set(counts[1]):
        one, two = (held.get(cell, 0) for held in counts)
        share = (one + two) / (len(made) + len(wanted))
        error = math.sqrt(share * (1 - share) * (1 / len(made) + 1 / len(wanted)))
        assert abs(one / len(made) - two / len(wanted)) <= level * error, cell


# Every row has it.


@pytest.mark.parametrize("given", GIVEN, ids=str)
@pytest.mark.parametrize("mode", MODES)
def test_every_row_has_what_is_given(mode: Mode, given: dict[str, Any]):
    asked = {name: [*value] if isinstance(value, (list, tuple)) else [value] for name, value in given.items()}
    if mode == "random" and None in asked.get("sex", []):
        asked["sex"] = [value for value in asked["sex"] if value is not None] or ["F"]
    made = generate(DESCRIBED[mode], rows=700, rng=rng(), given=asked)
    for name, values in asked.items():
        assert set(made[name]) <= set(values)
    assert len(made) == 700
    assert dict(made.schema) == FORM.dtypes
    assert departures(made, DESCRIBED[mode]) == []


@pytest.mark.parametrize("mode", ["independent", "correlated"])
@pytest.mark.parametrize(("name", "values"), [("stars", [0, 3]), ("sick", [True, False]), ("ward", ["w1", "w3"])])
def test_values_of_a_list_all_come_in_their_shares(mode: Mode, name: str, values: list[Any]):
    made = generate(DESCRIBED[mode], rows=20_000, rng=rng(), given={name: values})
    everything = generate(DESCRIBED[mode], rows=60_000, rng=rng(1))
    assert_alike(made, everything.filter(pl.col(name).is_in(values)), [name])


def test_a_moment_in_a_zone_is_given_as_that_moment():
    moment = dt.datetime(2017, 6, 1, 12, tzinfo=dt.UTC)
    made = generate(DESCRIBED["correlated"], rows=50, rng=rng(), given={"at": moment})
    assert set(made["at"]) == {moment}
    assert made["at"].dtype == pl.Datetime("us", "Europe/London")


def test_nothing_given_is_as_if_nothing_were_said():
    for given in (None, {}):
        made = generate(DESCRIBED["correlated"], rows=50, rng=rng(), given=given)
        assert made.equals(generate(DESCRIBED["correlated"], rows=50, rng=rng()))


# The other columns are as in such rows.


@pytest.mark.parametrize("network", list(EVENT))
@pytest.mark.parametrize(
    "given",
    [{"a": "a1"}, {"d": "d2"}, {"b": "b0", "d": ["d1", "d2"]}, {"a": "a2", "c": "c1"}, {"c": ["c0", "c2"]}],
    ids=str,
)
def test_the_other_columns_are_as_in_rows_that_happen_to_have_it(network: str, given: dict[str, Any]):
    _, described = four(network)
    made = generate(described, rows=20_000, rng=rng(2), given=given)
    kept = generate(described, rows=120_000, rng=rng(3))
    for name, value in given.items():
        kept = kept.filter(pl.col(name).is_in(value if isinstance(value, list) else [value]))
    assert len(kept) > 1_000
    for first in "abcd":
        for second in "abcd":
            if first < second:
                assert_alike(made, kept, [first, second])


@pytest.mark.parametrize("given", [{"age": 33}, {"cost": 0.0}, {"stars": 3}, {"sick": True}, {"sex": None}], ids=str)
def test_the_other_columns_of_every_kind_are_as_in_such_rows(given: dict[str, Any]):
    described = DESCRIBED["correlated"]
    name, value = next(iter(given.items()))
    made = generate(described, rows=10_000, rng=rng(2), given=given)
    kept = generate(described, rows=200_000, rng=rng(3)).filter(pl.col(name).eq_missing(value))
    for other in {"sex", "sick", "stars", "ward"} - {name}:
        assert_alike(made, kept, [other])
    ages = [float(np.mean(frame["age"].to_numpy())) for frame in (made, kept)]
    assert abs(ages[0] - ages[1]) < 5 * 30 / math.sqrt(min(len(kept), 10_000))


def test_numbers_in_several_bins_come_in_the_shares_of_such_rows():
    ages = rng().integers(0, 100, 20_000)
    table = pl.DataFrame({"age": ages, "old": ages >= 50})
    schema = Schema((Column("age", "integer", domain=Interval(0, 99, 10)), Column("old", "boolean")))
    described = describe(table, schema, mode="correlated")
    asked = [3, 4, 5, 70]
    made = generate(described, rows=4_000, rng=rng(), given={"age": asked})
    assert_alike(made, generate(described, rows=200_000, rng=rng(1)).filter(pl.col("age").is_in(asked)), ["old"])


def test_a_rare_value_that_is_pooled_brings_what_goes_with_the_pool():
    chance = rng(5)
    code = chance.choice(60, 5_000, p=np.array([1_000] * 4 + [1] * 56) / 4_056)
    table = pl.DataFrame({"code": [f"v{value}" for value in code], "side": np.where(code < 2, "L", "R")})
    domain = Categories(tuple(f"v{value}" for value in range(70)))
    schema = Schema(
        (Column("code", "category", domain=domain), Column("side", "category", domain=Categories(("L", "R"))))
    )
    described = describe(table, schema, mode="correlated")
    made = generate(described, rows=2_000, rng=rng(), given={"code": ["v68", "v69"]})
    assert set(made["code"]) == {"v68", "v69"}
    assert set(made["side"]) == {"R"}
    mixed = generate(described, rows=20_000, rng=rng(), given={"code": ["v0", "v40", "v41"]})
    everything = generate(described, rows=200_000, rng=rng(1)).filter(pl.col("code").is_in(["v0", "v40", "v41"]))
    assert_alike(mixed, everything, ["code", "side"])


def test_what_is_given_and_what_is_decided_or_ordered_go_together():
    chance = rng(6)
    ward = chance.choice(4, ROWS)
    start = 10 * ward + chance.integers(0, 10, ROWS)
    table = pl.DataFrame(
        {"ward": [f"w{value}" for value in ward], "site": ward // 2, "start": start, "end": start + 5, "x": ward > 2}
    )
    rules = (Determined("site", ("ward",)), Ordered(("start", "end")), Forbidden((("ward", ("w0",)), ("x", (True,)))))
    described = describe(table, Schema(Schema.infer(table).columns, constraints=rules), mode="correlated")
    made = generate(described, rows=1_000, rng=rng(), given={"ward": ["w0", "w3"]})
    assert set(made.select("ward", "site").rows()) == {("w0", 0), ("w3", 1)}
    assert departures(made, described) == []
    assert made.filter(pl.col("ward") == "w3")["start"].is_between(30, 39).sum() > 450


# What cannot be given.


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"nope": 1}, "Column 'nope' cannot be given. Allowed: sex, sick, stars, age, cost, day, at, ward; not text"),
        ({"note": "secret"}, "Column 'note' cannot be given"),
        ({"sex": "X"}, r"Column 'sex' is given \['X'\]. Allowed: F, M; None for missing"),
        ({"sex": []}, r"is given \[\]. Allowed: F, M"),
        ({"sex": 1}, "Allowed: F, M"),
        ({"sex": ["F", "X"]}, "Allowed: F, M"),
        ({"sick": None}, r"Allowed: true, false\."),
        ({"sick": 1}, "Allowed: true, false"),
        ({"stars": 6}, "Allowed: 0, 1, 2, 3, 4, 5"),
        ({"stars": True}, "Allowed: 0, 1"),
        ({"age": 100}, "Allowed: values of type integer from 0 to 99"),
        ({"age": 5.0}, "values of type integer"),
        ({"age": "33"}, "values of type integer"),
        ({"age": 10**30}, "values of type integer"),
        ({"age": [[1]]}, "values of type integer"),
        ({"cost": -0.01}, "values of type float"),
        ({"cost": "1.0"}, "values of type float"),
        ({"day": dt.date(2019, 1, 2)}, "values of type date"),
        ({"ward": "secret"}, "Allowed: w1, w10"),
    ],
)
def test_what_cannot_be_given_is_refused_with_what_can(given: dict[str, Any], match: str):
    for mode in ("independent", "correlated"):
        with pytest.raises(GenerationError, match=match):
            generate(DESCRIBED[mode], rows=5, rng=rng(), given=given)


def test_keys_decided_columns_and_distances_cannot_be_given():
    table = pl.DataFrame({"id": range(60), "a": [0, 1] * 30, "b": [1, 2] * 30, "c": [5, 6] * 30})
    schema = Schema(
        (Column("id", "integer", unique=True), *(Column(name, "integer") for name in "abc")),
        constraints=(Ordered(("a", "b")), Determined("c", ("a",))),
    )
    for mode in ("independent", "correlated"):
        for name in ("id", "b", "c"):
            with pytest.raises(GenerationError, match=f"Column '{name}' cannot be given. Allowed: a; not text, keys"):
                generate(describe(table, schema, mode=mode), rows=5, rng=rng(), given={name: 1})


def test_a_combination_that_never_is_or_is_forbidden_is_refused_at_once():
    table = pl.DataFrame({"a": ["x"] * 500 + ["y"] * 500, "b": ["p"] * 500 + ["q"] * 500})
    columns = tuple(
        Column(name, "category", domain=Categories(tuple(held))) for name, held in (("a", "xy"), ("b", "pq"))
    )
    for rules in ((), (Forbidden((("a", ("x",)), ("b", ("q",)))),)):
        described = describe(table, Schema(columns, constraints=rules), mode="correlated")
        with pytest.raises(GenerationError, match=r"No row of this description has what is given\. Give less"):
            generate(described, rows=5, rng=rng(), given={"a": "x", "b": "q"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("age", 10**9),
        ("cost", math.nan),
        ("cost", math.inf),
        ("day", dt.date(1, 1, 1)),
        ("at", dt.datetime(1800, 1, 1, tzinfo=dt.UTC)),
    ],
)
def test_a_value_outside_a_domain_from_the_data_is_refused(name: str, value: Any):  # noqa: ANN401 - of every kind
    described = describe(TABLE, Schema.infer(TABLE), mode="correlated")
    with pytest.raises(GenerationError, match=f"Column '{name}' is given"):
        generate(described, rows=5, rng=rng(), given={name: value})


@pytest.mark.parametrize(("name", "value"), [("day", "2017-03-04"), ("day", 17_229), ("at", 5)])
def test_a_date_or_time_of_another_type_is_refused(name: str, value: Any):  # noqa: ANN401 - of every kind
    with pytest.raises(GenerationError, match=f"Column '{name}' is given"):
        generate(DESCRIBED["correlated"], rows=5, rng=rng(), given={name: value})


def test_what_names_no_values_is_refused():
    asked: Any = ["age"]
    with pytest.raises(GenerationError):
        generate(DESCRIBED["correlated"], rows=5, rng=rng(), given=asked)


@pytest.mark.parametrize(
    ("name", "value"), [("stars", np.int64(3)), ("sex", pl.Series(["F", "M"])), ("age", np.array([33, 34]))]
)
def test_numbers_and_lists_of_numpy_and_polars_can_be_given(name: str, value: Any):  # noqa: ANN401 - of every kind
    assert len(generate(DESCRIBED["correlated"], rows=5, rng=rng(), given={name: value})) == 5


def test_a_number_in_a_bin_as_wide_as_floats_go_can_be_given():
    """One in so many that its chance rounds to 0 is still possible."""
    table = pl.DataFrame({"a": [0.25] * 12 + [5.3930794045869475e306]})
    described = describe(
        table, Schema((Column("a", "float", domain=Interval(0.25, 5.3930794045869475e306, 3)),)), mode="correlated"
    )
    for value in (0.25, 5.3930794045869475e306):
        assert generate(described, rows=3, rng=rng(), given={"a": value})["a"].to_list() == [value] * 3
