"""A table that departs from its description is found out, of whatever kind it is, without being held in memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.constraints import Determined, Forbidden, Ordered, violations
from synth_assets.describe import Description, describe
from synth_assets.errors import SchemaError
from synth_assets.generate import generate_batches
from synth_assets.measure.conformity import conformity, departures
from synth_assets.measure.groups import repeated, undecided
from synth_assets.schema import Categories, Column, Interval, Schema
from synth_assets.storage.warehouse import TableHandle, Warehouse
from synth_assets_tests.tables import rng

SCHEMA = Schema(
    (
        Column("key", "integer", unique=True),
        Column("sex", "category", domain=Categories(("F", "M"))),
        Column("ward", "category", domain=Categories(("a", "b", "c")), nullable=True),
        Column("town", "category", domain=Categories(("x", "y"))),
        Column("start", "integer", domain=Interval(0, 99)),
        Column("end", "integer", domain=Interval(0, 99), nullable=True),
        Column("at", "datetime", domain=Interval("2020-01-01", "2020-12-31"), time_zone="Europe/London"),  # pyrefly: ignore[bad-argument-type]  # text is read as a bound
    ),
    constraints=(
        Forbidden((("sex", ("M",)), ("ward", ("a",)))),
        Ordered(("start", "end")),
        Determined("town", ("ward",)),
    ),
)
ROWS = 400


def original() -> pl.DataFrame:
    number = pl.int_range(ROWS)
    return pl.select(
        key=number,
        sex=pl.when(number % 2 == 0).then(pl.lit("F")).otherwise(pl.lit("M")),
        ward=pl.when(number % 2 == 0).then(pl.lit("a")).when(number % 3 == 0).then(pl.lit("b")),
        town=pl.when(number % 2 == 0).then(pl.lit("x")).otherwise(pl.lit("y")),
        start=number % 50,
        end=number % 50 + number % 7,
        at=pl.datetime_range(pl.datetime(2020, 1, 1), pl.datetime(2020, 12, 1), "30m", time_zone="Europe/London").head(
            ROWS
        ),
    )


@pytest.fixture(scope="module")
def description() -> Description:
    return describe(original(), SCHEMA, mode="correlated")


@dataclass(frozen=True)
class Batches:
    table: pl.DataFrame

    @property
    def rows(self) -> int:
        return len(self.table)

    def batches(self) -> Iterator[pl.DataFrame]:
        yield from self.table.iter_slices(30)

    def read(self) -> pl.DataFrame:
        return self.table


def kinds(table: pl.DataFrame, folder: Path) -> Iterator[object]:
    warehouse = Warehouse(folder / "w.duckdb")
    warehouse.write("t", table)
    table.write_parquet(folder / "t.parquet")
    yield from (table, table.lazy(), Batches(table), TableHandle(warehouse, "t"))


def test_what_is_generated_fits_and_is_counted(description: Description, tmp_path: Path):
    drawn = generate_batches(description, rows=300, rng=rng(1))

    for table in (drawn, *kinds(drawn.read(), tmp_path)):
        found = conformity(table, description)
        assert (found.rows, found.columns, found.departures) == (300, 7, ())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.drop("at"), ["the columns are key, sex, ward, town, start, end and should be key, sex"]),
        (lambda t: t.cast({"start": pl.Int32}), ["column 'start' is Int32 and should be Int64"]),
        (
            lambda t: t.with_columns(pl.col("at").dt.convert_time_zone("UTC")),
            ["column 'at' is Datetime(time_unit='us', time_zone='UTC') and should be"],
        ),
        (lambda t: t.with_columns(key=pl.col("key") // 2), ["'key' has 200 values that repeat another, and is unique"]),
        (
            lambda t: t.with_columns(end=pl.when(pl.col("key") > 390).then(0).otherwise("end")),
            ["start <= end' is broken in 9"],
        ),
        (lambda t: t.with_columns(sex=pl.lit("M")), ["never sex = M with ward = a' is broken in 200 rows"]),
        (lambda t: t.with_columns(sex=pl.lit(None, pl.String)), ["'sex' has 400 missing values"]),
        (lambda t: t.with_columns(start=pl.lit(-5, pl.Int64)), ["'start' has 400 values outside its domain"]),
        (
            lambda t: t.with_columns(
                town=pl.when(pl.col("key").is_in([0, 4, 3])).then(pl.lit("x")).otherwise(pl.lit("y"))
            ),
            ["town is determined by ward' is broken in 3 rows"],
        ),
        (
            lambda t: t.with_columns(sex=pl.lit("Z"), start=pl.lit(-1, pl.Int64)),
            ["'sex' has 400", "'start' has 400"],
        ),
    ],
)
def test_every_kind_of_table_that_departs_says_so_alike(
    description: Description, tmp_path: Path, change: Callable[[pl.DataFrame], pl.DataFrame], said: list[str]
):
    worse = change(original())
    for table in kinds(worse, tmp_path):
        found = conformity(table, description)
        assert (found.rows, found.columns) == (ROWS, worse.width)
        assert len(found.departures) == len(said)
        assert all(part in told for part, told in zip(said, found.departures, strict=True))
        assert departures(table, description) == list(found.departures)


def test_a_table_of_the_warehouse_is_never_read_whole(
    description: Description, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    *_, handle = kinds(original(), tmp_path)
    monkeypatch.setattr(Warehouse, "read", lambda *_: pytest.fail("read whole"))

    assert departures(handle, description) == []


def test_what_is_no_table_is_refused(description: Description):
    with pytest.raises(SchemaError, match="Allowed: a polars DataFrame"):
        departures(3, description)


SMALL = st.lists(st.tuples(*[st.sampled_from([None, 0, 1, 2])] * 3), max_size=12)


@given(rows=SMALL)
def test_groups_are_counted_as_by_hand_and_alike_everywhere(rows: list[tuple[int | None, ...]]):
    table = pl.DataFrame(rows, schema=dict.fromkeys(("n", "rows", 'a"b'), pl.Int64), orient="row")
    rule = Determined('a"b', ("n", "rows"))
    values = [row[1] for row in rows if row[1] is not None]
    held: dict[tuple[int | None, ...], list[int | None]] = {}
    for row in rows:
        if None not in row:
            held.setdefault(row[:2], []).append(row[2])
    odd = sum(len(group) - max(map(group.count, group)) for group in held.values())
    with duckdb.connect() as connection:
        for kind in (table, table.lazy(), connection.from_arrow(table.to_arrow())):
            assert repeated(kind, "rows") == len(values) - len(set(values))
            assert undecided(kind, rule) == odd
    assert (undecided(table, rule) == 0) == (violations(table, rule) == 0)
