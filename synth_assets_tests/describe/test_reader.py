"""One description of a table whatever it is read from, and one error for all that does not fit it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import given

from synth_assets import frames
from synth_assets.constraints import Determined, Forbidden, Ordered
from synth_assets.describe import describe
from synth_assets.describe import reader as reader_module
from synth_assets.describe.reader import reading
from synth_assets.errors import DescriptionError, SchemaError
from synth_assets.frames import Frame
from synth_assets.schema import MODES, Categories, Column, Interval, Mode, Schema
from synth_assets.storage.warehouse import TableHandle, Warehouse
from synth_assets_tests.strategies import tables
from synth_assets_tests.tables import every_type, rng

SOURCES = ("lazy", "scan", "parquet", "relation", "warehouse", "pandas")
FEWER = ("lazy", "parquet", "relation", "pandas")
TABLE = every_type(40)


@pytest.fixture(params=[7, 131_072], ids=["small batches", "one batch"])
def batch_rows(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(frames, "BATCH_ROWS", request.param)
    return request.param


def as_source(table: pl.DataFrame, kind: str, folder: Path) -> Frame:
    """The same table somewhere else; pandas has no dates, so they are objects there."""
    match kind:
        case "lazy":
            return table.lazy()
        case "scan" | "parquet":
            path = folder / "table.parquet"
            table.write_parquet(path)
            return path if kind == "parquet" else pl.scan_parquet(path)
        case "relation":
            return duckdb.connect().from_arrow(table.to_arrow())
        case "warehouse":
            warehouse = Warehouse(folder / "warehouse.duckdb")
            warehouse.write("table", table)
            return TableHandle(warehouse, "table")
    dates = {name: table[name].to_list() for name, dtype in table.schema.items() if dtype == pl.Date}
    return table.to_pandas().assign(**dates)


def refusal(frame: Frame, schema: Schema, mode: Mode = "independent") -> str:
    with pytest.raises(SchemaError) as caught:
        describe(frame, schema, mode=mode)
    return str(caught.value)


# One description.


@pytest.mark.usefixtures("batch_rows")
@pytest.mark.parametrize("kind", SOURCES)
def test_every_source_of_every_type_gives_the_same_description(kind: str, tmp_path: Path):
    source = as_source(TABLE, kind, tmp_path)
    for mode in MODES:
        described = describe(source, Schema.infer(TABLE), mode=mode)
        assert described.to_json() == describe(TABLE, Schema.infer(TABLE), mode=mode).to_json()


@pytest.mark.usefixtures("batch_rows")
@pytest.mark.parametrize("kind", FEWER)
def test_every_source_of_numbers_in_other_types_and_of_names_in_use_gives_the_same_description(
    kind: str, tmp_path: Path
):
    chance = rng(1)
    table = pl.DataFrame(
        {
            "rows": pl.Series(chance.choice([0.1, 0.2, 3.3], 90), dtype=pl.Float32),
            "value": pl.Series(chance.integers(0, 9, 90) / 4).cast(pl.Decimal(10, 2)),
            'q"x': pl.Series(chance.integers(0, 9, 90), dtype=pl.UInt8),
            "nan": np.where(chance.random(90) < 0.2, np.nan, chance.choice([1.0, 2.0, 30.0], 90)),
            "select": pl.Series(chance.integers(0, 10**9, 90) * 10**6).cast(pl.Datetime("ns")),
            "empty": pl.Series([None] * 90, dtype=pl.Float64),
            "code": chance.choice(["007", "7", "07"], 90),
        }
    )
    source = as_source(table, kind, tmp_path)
    for mode in MODES:
        described = describe(source, Schema.infer(table), mode=mode)
        assert described.to_json() == describe(table, Schema.infer(table), mode=mode).to_json()


@pytest.mark.usefixtures("batch_rows")
@pytest.mark.parametrize("kind", FEWER)
def test_every_source_of_a_table_with_constraints_gives_the_same_description(kind: str, tmp_path: Path):
    table, schema = constrained()
    source = as_source(table, kind, tmp_path)
    for mode in MODES:
        assert describe(source, schema, mode=mode).to_json() == describe(table, schema, mode=mode).to_json()


@given(made=tables(least_rows=10))
def test_batches_and_the_order_of_the_rows_do_not_matter(made: tuple[pl.DataFrame, Schema]):
    table, schema = made
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frames, "BATCH_ROWS", 7)
        whole = describe(table, schema, mode="correlated")
        assert describe(table.reverse().lazy(), schema, mode="correlated") == whole
        assert describe(table.sample(fraction=1.0, shuffle=True, seed=3), schema, mode="correlated") == whole


def test_a_negative_zero_is_described_as_zero_whatever_the_order_of_the_rows():
    table = pl.DataFrame({"a": [0.0, -0.0] * 30 + [1.5, 2.5] * 30})
    schema = Schema.infer(table)
    texts = {describe(frame, schema, mode="independent").to_json() for frame in (table, table.reverse(), table.lazy())}
    assert len(texts) == 1
    assert "-0.0" not in texts.pop()


def constrained() -> tuple[pl.DataFrame, Schema]:
    chance = rng(2)
    start = pl.Series("start", chance.integers(17_000, 17_100, 90), dtype=pl.Int32).cast(pl.Date)
    ward = chance.integers(0, 4, 90)
    table = pl.DataFrame(
        {
            "start": start,
            "end": start + pl.Series(chance.integers(0, 9, 90) * 86_400_000_000).cast(pl.Duration("us")),
            "ward": [f"w{number}" for number in ward],
            "site": [f"s{number // 2}" for number in ward],
            "old": ward == 3,
        }
    ).with_columns(pl.when(pl.Series(chance.random(90) < 0.1)).then(None).otherwise(pl.col("start")).alias("start"))
    rules = (
        Ordered(("start", "end")),
        Determined("site", ("ward",)),
        Forbidden((("ward", ("w0", "w1")), ("old", (True,)))),
    )
    columns = (replace(column, domain=None) for column in Schema.infer(table))
    return table, Schema(tuple(columns), constraints=rules)


# Tables that do not fit.


@pytest.mark.usefixtures("batch_rows")
@pytest.mark.parametrize("kind", FEWER)
def test_all_disagreements_are_counted_over_all_batches_and_no_value_is_told(kind: str, tmp_path: Path):
    table = pl.DataFrame(
        {
            "number": [1, 2, 987_654] * 10,
            "name": ["x", "secret", None] * 10,
            "size": [0.5, float("inf"), 1.0] * 10,
            "when": [dt.date(2077, 7, 7)] * 30,
        }
    )
    schema = Schema(
        (
            Column("number", "integer", domain=Interval(0, 9)),
            Column("name", "category", domain=Categories(("x",))),
            Column("size", "float"),
            Column("when", "float"),
            Column("absent", "integer"),
        )
    )
    said = refusal(as_source(table, kind, tmp_path), schema)
    for part in (
        "column(s) missing from the table: absent",
        "column 'number' has 10 value(s) outside its domain",
        "column 'name' has 10 missing value(s)",
        "column 'name' has 10 value(s) outside its domain",
        "column 'size' has 10 value(s) that are infinite",
        "column 'when' holds Date, the schema says float",
    ):
        assert said.count(part) == 1
    for value in ("secret", "987", "2077"):
        assert value not in said


@pytest.mark.usefixtures("batch_rows")
@pytest.mark.parametrize("kind", FEWER)
def test_a_repeated_key_is_counted_also_where_its_rows_lie_in_several_batches(kind: str, tmp_path: Path):
    table = pl.DataFrame({"id": [f"secret {number % 20}" for number in range(30)], "n": [None, *range(1, 28), 1, None]})
    schema = Schema((Column("id", "text", unique=True), Column("n", "integer", unique=True, nullable=True)))
    said = refusal(as_source(table, kind, tmp_path), schema)
    assert "column 'id' has 10 value(s) that repeat another, and the schema says it is unique" in said
    assert "column 'n' has 1 value(s) that repeat another" in said
    assert "secret" not in said


@pytest.mark.usefixtures("batch_rows")
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", ["lazy", "relation", "pandas"])
def test_a_table_that_breaks_constraints_is_refused_with_their_counts(kind: str, mode: Mode, tmp_path: Path):
    table, schema = constrained()
    wrong = table.with_columns(pl.col("end").shift(20).fill_null(dt.date(1999, 1, 1)), old=pl.lit(value=True))
    late = wrong.filter(pl.col("start") > pl.col("end")).height
    old = wrong.filter(pl.col("ward").is_in(["w0", "w1"])).height
    said = refusal(as_source(wrong, kind, tmp_path), schema, mode)
    assert f"the constraint 'start <= end' is broken in {late} row(s)" in said
    assert f"the constraint 'never ward = w0 or w1 with old = True' is broken in {old} row(s)" in said


@pytest.mark.usefixtures("batch_rows")
@pytest.mark.parametrize("kind", ["lazy", "relation", "pandas"])
def test_a_column_that_others_do_not_decide_is_found_over_all_batches(kind: str, tmp_path: Path):
    table, schema = constrained()
    wrong = table.with_columns(site=pl.when(pl.int_range(pl.len()) == 89).then(pl.lit("s9")).otherwise(pl.col("site")))
    said = refusal(as_source(wrong, kind, tmp_path), schema)
    assert "the constraint 'site is determined by ward' does not hold: there are 1 value(s) too many" in said


@pytest.mark.parametrize("mode", ["independent", "correlated"])
def test_a_direct_identifier_of_a_type_that_cannot_be_hidden_is_refused(mode: Mode):
    schema = Schema((Column("integer", "integer"), Column("boolean", "boolean", role="direct_identifier")))
    table = pl.DataFrame({"integer": [1, 2] * 20, "boolean": [True, False] * 20})
    with pytest.raises(
        DescriptionError, match="'boolean' is a direct identifier of type boolean, of which nothing may"
    ):
        describe(table, schema, mode=mode)


# Tables that change.


class Changing:
    """A stored table of which every reading has other rows."""

    def __init__(self, *readings: pl.DataFrame) -> None:
        self.readings: Iterator[pl.DataFrame] = iter(readings)

    def lazy(self) -> pl.LazyFrame:
        return pl.defer(lambda: next(self.readings), schema={"a": pl.String})


@pytest.mark.parametrize("rows", [39, 41, 80])
def test_a_table_that_grows_or_shrinks_between_readings_is_an_error(rows: int):
    first = pl.DataFrame({"a": ["x", "y"] * 20})
    changed = Changing(first, pl.DataFrame({"a": ["x"] * rows})).lazy()
    with pytest.raises(DescriptionError, match=f"had 40 rows and then {rows}: it changed while it was read. Describe"):
        describe(changed, Schema((Column("a", "category"),)), mode="independent")


def test_a_table_that_gets_another_value_between_readings_is_an_error():
    schema = Schema((Column("a", "category", domain=Categories(("x", "y"))),))
    changed = Changing(pl.DataFrame({"a": ["x", "y"] * 20}), pl.DataFrame({"a": ["x", "secret"] * 20})).lazy()
    with pytest.raises(DescriptionError, match=r"20 value\(s\) outside its domain") as caught:
        describe(changed, schema, mode="independent")
    assert "secret" not in str(caught.value)


# Single values.


@pytest.mark.parametrize("sorted_up_to", [0, 2**25])
@pytest.mark.parametrize("least", [1, 2, 20])
@pytest.mark.parametrize("name", ["integer", "float", "category", "date", "datetime", "zoned", "text"])
def test_frequent_values_are_those_of_an_obvious_count_from_memory_and_from_batches(
    name: str, least: int, sorted_up_to: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reader_module, "MOST_SORTED", sorted_up_to)
    table = TABLE.with_columns(pl.col(name).sort_by(pl.int_range(pl.len())).gather(pl.Series(range(40)) // 3))
    column = Schema.infer(TABLE)[name]
    schema = Schema((Column(name, column.type, nullable=True, time_zone=column.time_zone),))
    counted = table[name].drop_nulls().value_counts().filter(pl.col("count") >= least).sort(name)
    for frame in (table.select(name), table.lazy().select(name), duckdb.from_arrow(table.select(name).to_arrow())):
        with reading(frame, schema) as reader:
            exact = reader.exact(schema[name], least, len(table))
        assert exact.rows.tolist() == counted["count"].to_list()
        found: Any = pl.Series(exact.values)
        wanted = counted[name].to_physical() if column.type != "category" else counted[name]
        assert found.cast(wanted.dtype).to_list() == wanted.to_list()
