"""The vocabulary: written and read back, read from a table, and refused where it contradicts itself."""

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
import yaml
from hypothesis import given

from synth_assets.errors import SchemaError, SynthAssetsError
from synth_assets.schema import COLUMN_TYPES, MOST_INTEGER, Categories, Column, Interval, Schema
from synth_assets_tests.strategies import tables
from synth_assets_tests.tables import every_type

WRITTEN = """
columns:
  - {name: Age, type: integer, role: quasi_identifier, unit: years, domain: {minimum: 0, maximum: 120, bins: 12}}
  - {name: Cost, type: float, domain: {minimum: -1, maximum: 1.0e+6}, nullable: true}
  - {name: Sex, type: category, domain: {categories: [F, M]}, role: quasi_identifier}
  - {name: Bracket, type: category, domain: {categories: [0-17, 18+], ordered: true}}
  - {name: Day, type: date, domain: {minimum: 2019-04-01, maximum: '2019-04-07'}}
  - {name: At, type: datetime, domain: {minimum: 2019-04-01, maximum: 2019-04-07 23:59:59}}
  - name: Zoned
    type: datetime
    time_zone: Europe/London
    domain: {minimum: 2019-07-01 00:00:00+01:00, maximum: 2019-07-02}
  - {name: Dead, type: boolean, role: sensitive}
  - {name: Note, type: text, description: What was said}
"""


def column(keys: dict[Any, Any]) -> Column:
    return Column.from_dict({"name": "a"} | keys)


# Written and read back.


def test_yaml_gives_each_domain_in_its_columns_own_type():
    schema = Schema.from_yaml(WRITTEN)
    assert schema["Age"].domain == Interval(0, 120, 12)
    assert schema["Cost"].domain == Interval(-1.0, 1e6)
    assert schema["Day"].domain == Interval(dt.date(2019, 4, 1), dt.date(2019, 4, 7))
    assert schema["At"].domain == Interval(dt.datetime(2019, 4, 1), dt.datetime(2019, 4, 7, 23, 59, 59))  # noqa: DTZ001
    assert schema["Zoned"].domain == Interval(dt.datetime(2019, 6, 30, 23), dt.datetime(2019, 7, 2))  # noqa: DTZ001
    assert schema["Bracket"].domain == Categories(("0-17", "18+"), ordered=True)
    assert schema.with_role("quasi_identifier", "sensitive") == ["Age", "Sex", "Dead"]
    assert [held.name for held in schema if held.ordered] == ["Age", "Cost", "Bracket", "Day", "At", "Zoned"]
    assert schema.dtypes["Zoned"] == pl.Datetime("us", "Europe/London")
    assert len(schema) == 9


def test_a_schema_comes_back_from_plain_values_and_from_yaml():
    schema = Schema.from_yaml(WRITTEN)
    assert Schema.from_dict(schema.to_dict()) == schema
    assert Schema.from_yaml(yaml.safe_dump(schema.to_dict(), allow_unicode=True)) == schema


@given(tables())
def test_any_schema_comes_back(made: tuple[pl.DataFrame, Schema]):
    table, schema = made
    assert Schema.from_dict(schema.to_dict()) == schema
    inferred = Schema.infer(table)
    assert Schema.from_dict(inferred.to_dict()) == inferred


def test_an_unknown_column_is_named_with_those_there_are():
    with pytest.raises(SchemaError, match=r"no column 'b'\. Allowed: a\."):
        Schema((Column("a", "text"),))["b"]


# Refused.


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("[", "not valid YAML"),
        ("a: 2019-13-45", "not valid YAML"),
        ("? {a: 1}\n: 2", "not valid YAML"),
        ("a\x00b", "not valid YAML"),
        ("[" * 9_000, "not valid YAML"),
        ("!!python/object:os.system {}", "not valid YAML"),
        ("", "A schema is written as"),
        ("columns: 3", "A schema is written as"),
        ("columns: []", "at least one column"),
        ("columns: [3]", "A column is written as"),
        ("{columns: [{name: a, type: text}], rows: 3}", "'schema' has key 'rows'. Allowed: columns"),
        ("{columns: [{name: a, type: text}], public_domain_reason: 3}", "public_domain_reason is 3"),
        ("columns: [{name: a, type: text}, {name: a, type: date}]", "declared more than once: a"),
    ],
)
def test_a_text_that_is_no_schema_is_refused(text: str, match: str):
    with pytest.raises(SchemaError, match=match):
        Schema.from_yaml(text)


@pytest.mark.parametrize(
    ("keys", "match"),
    [
        ({}, "has type None. Every column needs a type"),
        ({"type": "number"}, "has type 'number'. Allowed: integer, float, category"),
        ({"type": ["text"]}, "Every column needs a type, as text"),
        ({"name": 3, "type": "text"}, "Every column needs a name, as text"),
        ({"name": "\ud800", "type": "text"}, "A column's name is"),
        ({"type": "text", "kind": 1}, "has key 'kind'. Allowed: name, type"),
        ({"type": "text", 3: 1}, "has key 3"),
        ({"type": "text", "role": "secret"}, "has role 'secret'. Allowed: direct_identifier"),
        ({"type": "text", "domain_source": "guess"}, "has domain_source 'guess'. Allowed: declared"),
        ({"type": "text", "nullable": "no"}, "has nullable 'no'. Allowed: true or false"),
        ({"type": "text", "unit": 3}, "has unit 3. Allowed: text"),
        ({"type": "datetime", "time_zone": "Mars"}, "has time_zone 'Mars'. Allowed: a zone's name"),
        ({"type": "date", "time_zone": "UTC"}, "and for a datetime only"),
    ],
)
def test_a_column_that_contradicts_itself_is_refused(keys: dict[str, Any], match: str):
    with pytest.raises(SchemaError, match=match):
        column(keys)


@pytest.mark.parametrize(
    ("kind", "domain", "match"),
    [
        ("integer", {"minimum": 0}, "has domain .* Allowed: 'categories"),
        ("integer", [0, 9], "has domain"),
        ("integer", {"categories": ["x"]}, "of type integer cannot have this domain. Allowed: minimum and maximum"),
        ("category", {"minimum": 0, "maximum": 9}, "of type category has domain"),
        ("text", {"categories": ["x"]}, "of type text cannot have this domain. Allowed: no domain"),
        ("boolean", {"categories": ["x"]}, "cannot have this domain. Allowed: no domain"),
        ("integer", {"minimum": 0, "maximum": 9, "step": 1}, "has domain key 'step'. Allowed: minimum, maximum, bins"),
        ("category", {"categories": ["x"], "bins": 1}, "has domain key 'bins'. Allowed: categories, ordered"),
        ("category", {"categories": []}, "Categories must be text, and at least one"),
        ("category", {"categories": ["x", 1]}, r"not text: \[1\]"),
        ("category", {"categories": ["x", "y", "x"]}, "listed more than once: x"),
        ("category", {"categories": ["\udc00"]}, "Categories must be text"),
        ("category", {"categories": ["x"], "ordered": 1}, "has ordered 1. Allowed: true or false"),
        ("integer", {"minimum": 7, "maximum": 5}, "The minimum 7 is above the maximum 5"),
        ("integer", {"minimum": 1.5, "maximum": 5}, "has bound 1.5. Allowed: a value of type integer"),
        ("integer", {"minimum": "9", "maximum": "10"}, "has bound '9'"),
        ("integer", {"minimum": None, "maximum": 10}, "has bound None"),
        ("integer", {"minimum": True, "maximum": 10}, "has bound True"),
        ("integer", {"minimum": [1], "maximum": 10}, r"has bound \[1\]"),
        ("integer", {"minimum": 0, "maximum": MOST_INTEGER + 1}, "has bound 9223372036854775808"),
        ("integer", {"minimum": float("-inf"), "maximum": 0}, "has bound -inf"),
        ("float", {"minimum": 0, "maximum": float("inf")}, "A bound is inf. Bounds must be finite"),
        ("float", {"minimum": float("nan"), "maximum": 1}, "A bound is nan"),
        ("float", {"minimum": 0, "maximum": 10**400}, "has bound 1000"),
        ("float", {"minimum": "0", "maximum": 1}, "has bound '0'"),
        ("date", {"minimum": 20190101, "maximum": "2020-01-01"}, "has bound 20190101"),
        ("date", {"minimum": "1 May", "maximum": "2020-01-01"}, "has bound '1 May'"),
        ("date", {"minimum": dt.datetime(2019, 1, 1), "maximum": "2020-01-01"}, "has bound datetime"),  # noqa: DTZ001
        (
            "datetime",
            {"minimum": "2019-01-01T00:00+01:00", "maximum": "2020-01-01"},
            r"has bound '2019-01-01T00:00\+01:00'",
        ),
        ("datetime", {"minimum": 0, "maximum": 1}, "has bound 0"),
        ("integer", {"minimum": 0, "maximum": 9, "bins": 0}, "bins is 0. Allowed: whole numbers from 1 to 10,000"),
        ("integer", {"minimum": 0, "maximum": 9, "bins": 10_001}, "bins is 10001"),
        ("integer", {"minimum": 0, "maximum": 9, "bins": "many"}, "bins is 'many'"),
        ("integer", {"minimum": 0, "maximum": 9, "bins": True}, "bins is True"),
    ],
)
def test_a_domain_that_cannot_be_used_is_refused_with_its_column(kind: str, domain: object, match: str):
    with pytest.raises(SchemaError, match=match) as caught:
        column({"type": kind, "domain": domain})
    assert "'a'" in str(caught.value)


def test_bounds_of_two_kinds_are_refused():
    with pytest.raises(SchemaError, match=r"Bounds 1 and datetime.date\(2019, 1, 1\) are of two kinds"):
        Interval(1, dt.date(2019, 1, 1))


def test_every_error_is_of_the_one_family():
    assert issubclass(SchemaError, SynthAssetsError)


# Read from a table.


def test_each_type_is_recognised():
    inferred = Schema.infer(every_type(300))
    assert {held.name: held.type for held in inferred} == {
        "integer": "integer",
        "float": "float",
        "category": "category",
        "boolean": "boolean",
        "date": "date",
        "datetime": "datetime",
        "zoned": "datetime",
        "text": "text",
    }
    assert {held.domain_source for held in inferred} == {"data"}
    assert [held.name for held in inferred if not held.nullable] == ["category", "date"]
    assert inferred["zoned"].time_zone == "Europe/London"
    assert set(COLUMN_TYPES) == {held.type for held in inferred}


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (pl.Series("a", [1, 2], dtype=pl.UInt8), "integer"),
        (pl.Series("a", [2**64 - 1], dtype=pl.UInt64), "integer"),
        (pl.Series("a", [Decimal("1.5")]), "float"),
        (pl.Series("a", [1.5], dtype=pl.Float32), "float"),
        (pl.Series("a", ["x"]).cast(pl.Categorical), "category"),
        (pl.Series("a", ["x"]).cast(pl.Enum(["x", "y"])), "category"),
        (pl.Series("a", ["x", "y"] * 30), "category"),
        (pl.Series("a", [f"{place}" for place in range(300)]), "text"),
        (pl.Series("a", [f"{place}" for place in range(1_001)] * 20), "text"),
        (pl.Series("a", [None, None]), "text"),
        (pl.Series("a", [None, None], dtype=pl.Int32), "integer"),
    ],
)
def test_types_of_columns(values: pl.Series, kind: str):
    assert Schema.infer(values.to_frame())["a"].type == kind


def test_domains_of_columns():
    schema = Schema.infer(
        pl.DataFrame({"n": [3, None, -1], "f": [1.5, float("nan"), float("inf")], "c": ["x", "w", "x"]})
    )
    assert schema["n"].domain == Interval(-1, 3)
    assert schema["n"].nullable
    assert schema["f"].domain is None
    assert schema["f"].nullable
    assert schema["c"].domain == Categories(("w", "x"))


@pytest.mark.parametrize(
    "values",
    [
        pl.Series("a", [2_932_896 + 9], dtype=pl.Int32).cast(pl.Date),
        pl.Series("a", [2**62]).cast(pl.Datetime("us")),
        pl.Series("a", [2**64 - 1], dtype=pl.UInt64),
        pl.Series("a", [None], dtype=pl.Float64),
        pl.Series("a", [float("inf")]),
    ],
)
def test_values_that_no_bound_may_have_leave_the_domain_open_and_are_not_told(values: pl.Series):
    assert Schema.infer(values.to_frame())["a"].domain is None


@pytest.mark.parametrize(
    "values",
    [
        pl.Series("a", [[1]]),
        pl.Series("a", [{"b": 1}]),
        pl.Series("a", [b"x"]),
        pl.Series("a", [dt.time(1)]),
        pl.Series("a", [dt.timedelta(1)]),
        pl.Series("a", [object()], dtype=pl.Object),
    ],
)
def test_a_type_that_is_not_supported_is_named(values: pl.Series):
    with pytest.raises(SchemaError, match=r"Column 'a' has type .* Allowed: integers, floats, text"):
        Schema.infer(values.to_frame())


def test_a_table_without_columns_has_no_schema():
    with pytest.raises(SchemaError, match="at least one column"):
        Schema.infer(pl.DataFrame())


def test_domains_from_data_can_be_asserted_public_with_a_reason():
    schema = Schema((Column("a", "category"), Column("b", "category", domain_source="data")))
    asserted = schema.assert_public_domain(reason="printed on the form")
    assert [held.domain_source for held in asserted] == ["declared", "asserted"]
    assert asserted.public_domain_reason == "printed on the form"
    with pytest.raises(SchemaError, match="The reason why these domains are public is empty"):
        schema.assert_public_domain(reason=" ")
