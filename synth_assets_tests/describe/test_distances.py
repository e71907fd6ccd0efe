"""Columns above others, read as distances: exact small tables of every type, with missing values."""

import datetime as dt

import polars as pl
import pytest

from synth_assets.constraints import Ordered
from synth_assets.describe import Description, describe
from synth_assets.describe.coding import ALONE, Bins
from synth_assets.describe.distances import above, with_distances
from synth_assets.schema import Column, ColumnType, Interval, Schema
from synth_assets_tests.tables import rng


def form(kind: ColumnType, *rules: Ordered, zone: str | None = None) -> Schema:
    return Schema(tuple(Column(name, kind, nullable=True, time_zone=zone) for name in "abcd"), constraints=rules)


def test_a_column_lies_above_all_before_it_in_any_rule():
    schema = form("integer", Ordered(("a", "b", "d")), Ordered(("c", "d")))
    assert above(schema) == {"b": ("a",), "d": ("a", "b", "c")}
    assert above(form("integer")) == {}


@pytest.mark.parametrize(
    ("kind", "low", "high", "distance"),
    [
        ("integer", -3, 4, 7),
        ("float", -1.5, 2.25, 3.75),
        ("date", dt.date(2020, 2, 28), dt.date(2020, 3, 1), 2),
        ("datetime", dt.datetime(2020, 1, 1, 1), dt.datetime(2020, 1, 1, 1, 0, 0, 5), 5),  # noqa: DTZ001 - local
    ],
)
def test_distances_are_in_days_microseconds_or_the_columns_own_numbers(kind: ColumnType, low, high, distance):  # noqa: ANN001 - of every kind
    schema = form(kind, Ordered(("a", "b")))
    rows = pl.DataFrame({"a": [low, low, None, None, low], "b": [high, low, high, None, None]}).with_columns(
        c=pl.col("a"), d=pl.col("b")
    )
    read = with_distances(rows, schema, above(schema))
    assert read["b"].to_list() == [distance, 0, ALONE, None, None]
    assert read.drop("b").equals(rows.drop("b"))


def test_the_largest_of_those_below_counts_and_missing_ones_are_passed_over():
    schema = form("integer", Ordered(("a", "b", "c")))
    rows = pl.DataFrame({"a": [1, 1, None, 1], "b": [5, None, 5, 2], "c": [9, 9, 9, None], "d": [0] * 4})
    read = with_distances(rows, schema, above(schema))
    assert read["c"].to_list() == [4, 8, 4, None]
    assert read["b"].to_list() == [4, None, ALONE, 1]


def test_distances_across_a_change_of_the_clocks_are_of_true_time():
    zone = "Europe/London"
    moments = pl.Series([dt.datetime(2019, 10, 27), dt.datetime(2019, 10, 27, 4)]).dt.replace_time_zone(zone)  # noqa: DTZ001 - its zone follows
    schema = form("datetime", Ordered(("a", "b")), zone=zone)
    rows = pl.DataFrame({"a": moments[:1], "b": moments[1:], "c": moments[:1], "d": moments[:1]})
    assert with_distances(rows, schema, above(schema))["b"].to_list() == [5 * 3_600_000_000]


@pytest.mark.parametrize("mode", ["independent", "correlated"])
def test_a_description_tells_of_distances_and_names_those_below(mode):  # noqa: ANN001 - either mode
    start = rng().integers(0, 1_000, 500)
    table = pl.DataFrame({"start": start, "end": start + rng(1).integers(0, 50, 500)})
    schema = Schema(
        (Column("start", "integer", domain=Interval(0, 1_000)), Column("end", "integer", domain=Interval(0, 2_000))),
        constraints=(Ordered(("start", "end")),),
    )
    described = describe(table, schema, mode=mode)
    end = described.columns[1]
    assert end.above == ("start",)
    assert isinstance(end.coding, Bins)
    assert end.coding.edges[0] >= 0
    assert end.coding.edges[-1] <= 60
    assert end.coding.spikes == (ALONE,)
    assert Description.from_json(described.to_json()) == described


def test_random_mode_describes_the_values_themselves():
    schema = Schema(
        tuple(Column(name, "integer", domain=Interval(0, 9)) for name in ("start", "end")),
        constraints=(Ordered(("start", "end")),),
    )
    described = describe(None, schema, mode="random")
    assert [coded.above for coded in described.columns] == [(), ()]
    assert described.constraints == schema.constraints


def test_distances_wider_than_64_bits_are_refused_or_right():
    schema = form("integer", Ordered(("a", "b")))
    rows = pl.DataFrame({"a": [-(2**63)], "b": [2**63 - 1], "c": [0], "d": [0]})
    distance = with_distances(rows, schema, above(schema))["b"].item()
    assert distance is None or distance >= 0
