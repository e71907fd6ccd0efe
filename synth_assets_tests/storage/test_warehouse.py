import math
import traceback
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from synth_assets.describe import Description, describe
from synth_assets.errors import SchemaError, StorageError, SynthAssetsError
from synth_assets.frames import Frame
from synth_assets.schema import Schema
from synth_assets.storage.tables import TableName
from synth_assets.storage.warehouse import TableHandle, TableInfo, Warehouse

SMALL = pl.DataFrame({"n": [3, 1, 2], "s": ["a", None, "ç"]})
HOSTILE_NAMES = [
    *("a b", 'a"b', "a'b", "a.b", "a;drop table t", "select", "main", "warehouse", "incoming frame", "%s", "?", "$1"),
    *(" ", "\n", "ä", "日本語", "🏥", "x" * 300),
]


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "data" / "warehouse.duckdb", lock_timeout_s=5)


def test_a_frame_of_every_kind_is_stored(warehouse: Warehouse):
    with duckdb.connect() as connection:
        connection.register("small", SMALL)
        for frame in (SMALL, SMALL.lazy(), SMALL.to_pandas(), connection.sql("from small")):
            warehouse.write("t", frame)
            assert_frame_equal(warehouse.read("t"), SMALL)


def test_a_write_replaces_the_table_by_name_not_by_position(warehouse: Warehouse):
    warehouse.write("t", SMALL)
    warehouse.write("t", SMALL.select("s", "n", extra=pl.lit(True)))  # noqa: FBT003 - a literal column
    assert warehouse.read("t").columns == ["s", "n", "extra"]
    assert warehouse.read("t")["n"].to_list() == [3, 1, 2]


def test_an_empty_frame_gives_an_empty_table_of_the_same_types(warehouse: Warehouse):
    empty = pl.DataFrame(schema={"i": pl.Int64, "t": pl.Datetime("us", "Asia/Tokyo"), "d": pl.Date, "s": pl.String})
    warehouse.write("t", SMALL)
    warehouse.write("t", empty)
    assert_frame_equal(warehouse.read("t"), empty)
    assert warehouse.row_count("t") == 0


def test_nan_null_and_infinity_stay_apart(warehouse: Warehouse):
    warehouse.write("t", pl.DataFrame({"x": [math.nan, None, math.inf, -math.inf, 0.5]}))
    values = warehouse.read("t")["x"].to_list()
    assert math.isnan(values[0])
    assert values[1:] == [None, math.inf, -math.inf, 0.5]


def test_zones_come_back_even_through_the_hour_that_happens_twice(warehouse: Warehouse):
    london = ZoneInfo("Europe/London")
    moments = [datetime(2019, 10, 27, 1, 30, 0, 123456, tzinfo=london, fold=fold) for fold in (0, 1)]
    frame = pl.DataFrame({"a'\"t": moments}, schema={"a'\"t": pl.Datetime("us", "Europe/London")})
    warehouse.write("t", frame)
    assert_frame_equal(warehouse.read("t"), frame)
    assert warehouse.read("t").to_series().dt.epoch("s").diff().to_list() == [None, 3600]


def test_a_comment_of_somebody_else_is_no_zone(warehouse: Warehouse):
    warehouse.write("t", pl.DataFrame({"d": [datetime(2020, 1, 1)], "e": [1]}))  # noqa: DTZ001 - a local time
    with duckdb.connect(warehouse.path) as connection:
        connection.execute("comment on column t.d is 'when'")
        connection.execute("comment on column t.e is '[1]'")
    assert warehouse.read("t").schema == {"d": pl.Datetime("us"), "e": pl.Int64}


def test_the_order_of_a_million_rows_survives(warehouse: Warehouse):
    frame = pl.select(n=pl.int_range(1_000_000).reverse())
    warehouse.write("t", frame)
    assert_frame_equal(warehouse.read("t"), frame)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_any_name_is_a_name(warehouse: Warehouse, name: str):
    frame = pl.DataFrame({name: ["'; --", '"', "\\", "\n\r\t", "\0", ""]})
    warehouse.write(name, frame, schema=name)
    warehouse.write(name, frame)
    assert_frame_equal(warehouse.read(name, schema=name), frame)
    assert_frame_equal(warehouse.read(name), frame)
    assert warehouse.exists(name)
    assert {table.name for table in warehouse.tables()} == {name}


@pytest.mark.parametrize("stem", ["main", "temp", "system", "memory", "a b'\"", "ä"])
def test_the_file_may_have_any_name(tmp_path: Path, stem: str):
    warehouse = Warehouse(tmp_path / f"{stem}.duckdb")
    warehouse.write("t", SMALL)
    assert_frame_equal(warehouse.read("t"), SMALL)


@pytest.mark.parametrize("name", ["", "a\0b", "\ud800"])
def test_what_cannot_be_a_name_is_refused(warehouse: Warehouse, name: str):
    with pytest.raises(StorageError, match="cannot be the name of a table"):
        warehouse.write(name, SMALL)


@pytest.mark.parametrize(
    ("frame", "text"),
    [
        (pl.DataFrame({"a": [1], "A": [2]}), r"differ only in capitals: \['a', 'A'\]"),
        (pl.DataFrame({"": [1]}), r"columns called \[''\]"),
        (pl.DataFrame({"a\0": [1]}), "without a NUL character"),
        (pl.DataFrame(), "has no columns"),
        (pl.DataFrame({"a": pl.Series([1], dtype=pl.Int128)}), "column 'a' of type Int128"),
        (pl.DataFrame({"a": pl.Series([1], dtype=pl.Duration)}), "column 'a' of type Duration"),
        (pl.DataFrame({"a": pl.Series([object()], dtype=pl.Object)}), "column 'a' of type Object"),
        (pl.DataFrame({"a": pl.Series([[]], dtype=pl.List(pl.Datetime("us", "UTC")))}), "without time zones inside"),
        (pl.LazyFrame({"s": ["secret"]}).select(pl.col("s").cast(pl.Int64)), "LazyFrame cannot be read as a table"),
        (pd.DataFrame({"fine": [1, 2], "a": [1, "secret"]}), r"column\(s\) a\)"),
        (pd.DataFrame({"a": [1j]}), "cannot be read as a table"),
    ],
)
def test_a_frame_that_cannot_be_stored_is_refused_and_the_old_table_stands(
    warehouse: Warehouse, frame: Frame, text: str
):
    warehouse.write("t", SMALL)
    with pytest.raises(SynthAssetsError, match=text) as caught:
        warehouse.write("t", frame)
    assert "secret" not in "".join(traceback.format_exception(caught.value)).replace('"secret"', "")
    assert_frame_equal(warehouse.read("t"), SMALL)


def test_what_is_no_frame_is_refused(warehouse: Warehouse):
    with pytest.raises(SchemaError, match=r"Cannot read a builtins\.list as a table"):
        warehouse.write("t", [1, 2])
    assert not warehouse.path.exists()


def test_a_table_is_not_lost_to_one_that_differs_in_capitals(warehouse: Warehouse):
    warehouse.write("Visits", SMALL)
    with pytest.raises(StorageError, match="a table 'Visits' already, and 'visits' differs only in capitals"):
        warehouse.write("visits", SMALL.head(1))
    assert warehouse.tables() == [TableInfo("main", "Visits", 3)]
    assert not warehouse.exists("visits")


def test_several_tables_are_written_together_or_not_at_all(warehouse: Warehouse):
    units = TableName("t_units", "_private")
    warehouse.write_all({TableName("t"): SMALL, units: SMALL.select("n")})
    assert warehouse.tables() == [TableInfo("_private", "t_units", 3), TableInfo("main", "t", 3)]
    with pytest.raises(StorageError, match="differs only in capitals"):
        warehouse.write_all({TableName("t"): SMALL.head(1), TableName("T_units", "_private"): SMALL})
    assert warehouse.row_count("t") == 3
    assert warehouse.read("t_units", "_private").columns == ["n"]


def test_a_view_in_the_way_is_an_error_without_a_traceback_of_duckdb(warehouse: Warehouse):
    warehouse.write("t", SMALL)
    with duckdb.connect(warehouse.path) as connection:
        connection.execute("create view v as select * from t")
    with pytest.raises(StorageError, match=r"Cannot write v .*CatalogException.*The old tables stand"):
        warehouse.write("v", SMALL)


@pytest.mark.parametrize("written", [False, True])
def test_a_missing_table_says_what_to_materialise(warehouse: Warehouse, *, written: bool):
    if written:
        warehouse.write("other", SMALL)
    handle = TableHandle(warehouse, "mock_ae")
    for read in (lambda: warehouse.read("mock_ae"), lambda: warehouse.row_count("mock_ae"), handle.read, handle.lazy):
        with pytest.raises(StorageError, match=r"no table 'mock_ae' in .*Materialise the asset 'mock_ae' first"):
            read()
    assert not warehouse.exists("mock_ae")


def test_reading_makes_no_warehouse(warehouse: Warehouse):
    assert warehouse.tables() == []
    with pytest.raises(StorageError, match=r"no warehouse .* yet"), warehouse.reader():
        pass
    assert not warehouse.path.parent.exists()


def test_a_file_that_is_no_warehouse_is_kept_and_named(tmp_path: Path):
    path = tmp_path / "warehouse.duckdb"
    path.write_text("a,b\n1,2\n")
    for use in (lambda: Warehouse(path).write("t", SMALL), lambda: Warehouse(path).read("t")):
        with pytest.raises(StorageError, match=r"not a valid DuckDB database file.*move it away"):
            use()
    assert path.read_text() == "a,b\n1,2\n"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StorageError, match=r"Cannot make .*may write to"):
        Warehouse(tmp_path / "data" / "warehouse.duckdb").write("t", SMALL)


@pytest.mark.parametrize("seconds", [-1, math.nan])
def test_a_wait_that_is_no_time_is_refused(tmp_path: Path, seconds: float):
    with pytest.raises(StorageError, match="Allowed: 0 seconds or more"):
        Warehouse(tmp_path / "w.duckdb", seconds)


def test_a_reader_queries_in_utc_and_cannot_write(warehouse: Warehouse):
    warehouse.write("t", SMALL)
    with warehouse.reader() as connection:
        assert connection.sql("select sum(n) from t").fetchall() == [(6,)]
        assert connection.sql("select current_setting('TimeZone')").fetchall() == [("UTC",)]
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            connection.execute("drop table t")


def test_the_connection_is_closed_after_an_exception(warehouse: Warehouse):
    warehouse.write("t", SMALL)
    with pytest.raises(ZeroDivisionError), warehouse.reader():
        raise ZeroDivisionError
    warehouse.write("t", SMALL.head(1))
    assert warehouse.row_count("t") == 1


def test_writing_inside_a_reader_says_so_at_once(warehouse: Warehouse):
    warehouse.write("t", SMALL)
    with warehouse.reader(), pytest.raises(StorageError, match=r"while this thread reads.*Leave its reader"):
        warehouse.write("t", SMALL)


def test_readers_may_be_nested(warehouse: Warehouse):
    warehouse.write("t", SMALL)
    with warehouse.reader() as outer, TableHandle(warehouse, "t").reader() as inner:
        assert warehouse.row_count("t") == 3
        assert outer.sql("from t").fetchall() == inner.sql("from t").fetchall()


def test_a_result_that_outlives_its_reader_is_refused_rather_than_hanging_the_next(warehouse: Warehouse):
    warehouse.write("t", pl.select(n=pl.int_range(1_000_000)))
    with pytest.raises(StorageError, match="still open although its connection is closed"):  # noqa: SIM117 - one story
        with warehouse.reader() as connection:
            stream = connection.sql("from t").to_arrow_reader(1_000)
    impatient = Warehouse(warehouse.path, lock_timeout_s=0.1)
    with pytest.raises(StorageError, match="held by this process itself"):
        impatient.read("t")
    stream.close()
    assert impatient.row_count("t") == 1_000_000


def test_a_connection_of_ones_own_is_named_as_the_holder(warehouse: Warehouse):
    warehouse.write("t", SMALL)
    with duckdb.connect(warehouse.path), pytest.raises(StorageError, match="held by this process itself"):
        Warehouse(warehouse.path, lock_timeout_s=0.1).write("t", SMALL)


def test_a_handle_reads_nothing_until_asked(warehouse: Warehouse):
    handle = TableHandle(warehouse, "t")
    assert not warehouse.path.exists()
    warehouse.write("t", SMALL)
    lazy = handle.lazy()
    warehouse.write("t", SMALL.reverse())
    assert_frame_equal(lazy.collect(), SMALL.reverse())
    assert_frame_equal(lazy.select("n").collect(), SMALL.reverse().select("n"))
    with handle.relation() as relation:
        assert relation.count("*").fetchall() == [(3,)]


def test_a_handle_feeds_a_description(warehouse: Warehouse):
    frame = pl.DataFrame({"when": [date(2020, 1, 1), date(2020, 1, 2)] * 50, "n": list(range(100))})
    warehouse.write("t", frame)
    schema = Schema.infer(frame).assert_public_domain(reason="made up for this test")
    made = describe(TableHandle(warehouse, "t").lazy(), schema, mode="independent")
    warehouse.write("d", pl.DataFrame({"document": [made.to_json()]}))
    assert Description.from_json(warehouse.read("d").item()) == made


def test_a_path_is_one_file_whatever_it_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    first, second = Warehouse(Path("w.duckdb")), Warehouse(tmp_path / "link" / "w.duckdb")
    first.write("t", SMALL)
    with first.reader(), pytest.raises(StorageError, match="while this thread reads"):
        second.write("t", SMALL)
