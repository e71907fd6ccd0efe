import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from synth_assets.errors import StorageError
from synth_assets.storage import snapshot
from synth_assets.storage.snapshot import publish_snapshot
from synth_assets.storage.tables import TableName
from synth_assets.storage.warehouse import TableInfo, Warehouse

ZONED = pl.DataFrame({"at": [datetime(2020, 7, 1, tzinfo=UTC), None]}).cast(pl.Datetime("us", "Europe/London"))
PUBLISHED = ["random_ae", "corr'el\"ated"]


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    made = Warehouse(tmp_path / "warehouse.duckdb", lock_timeout_s=5)
    made.write_all(
        {
            TableName("random_ae"): pl.select(n=pl.int_range(50_000).reverse()),
            TableName("corr'el\"ated"): ZONED,
            TableName("mock_ae"): pl.DataFrame({"name": ["a real person"]}),
            TableName("units", "_private"): pl.DataFrame({"n": [1]}),
        }
    )
    return made


@pytest.fixture
def destination(tmp_path: Path) -> Path:
    return tmp_path / "snap'shot" / "synthetic.duckdb"


def files_beside(destination: Path) -> list[str]:
    return [file.name for file in destination.parent.iterdir()]


def test_only_the_tables_named_are_published_and_they_are_equal(warehouse: Warehouse, destination: Path):
    publish_snapshot(warehouse, [*PUBLISHED, "random_ae"], destination)
    copy = Warehouse(destination)
    assert copy.tables() == [TableInfo("main", "corr'el\"ated", 2), TableInfo("main", "random_ae", 50_000)]
    for name in PUBLISHED:
        assert_frame_equal(copy.read(name), warehouse.read(name))
    assert b"a real person" not in destination.read_bytes()
    assert files_beside(destination) == [destination.name]


def test_a_reader_in_another_process_keeps_the_old_snapshot_and_the_next_gets_the_new(
    warehouse: Warehouse, destination: Path
):
    publish_snapshot(warehouse, ["random_ae"], destination)
    reader = (
        "import duckdb, sys; connection = duckdb.connect(sys.argv[1], read_only=True); print('open', flush=True)\n"
        "sys.stdin.readline(); print(connection.sql('select sum(n) from random_ae').fetchall()[0][0])"
    )
    command = [sys.executable, "-c", reader, str(destination)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "open\n"
        warehouse.write("random_ae", pl.DataFrame({"n": [1]}))
        publish_snapshot(warehouse, ["random_ae"], destination)
        assert Warehouse(destination).read("random_ae")["n"].to_list() == [1]
        assert process.communicate("\n")[0] == f"{sum(range(50_000))}\n"


def test_publishing_works_while_this_process_reads_warehouse_and_snapshot(warehouse: Warehouse, destination: Path):
    publish_snapshot(warehouse, ["random_ae"], destination)
    with warehouse.reader() as connection, Warehouse(destination).reader() as old:
        publish_snapshot(warehouse, PUBLISHED, destination)
        assert connection.sql("select database_name from duckdb_databases() where not internal").fetchall() == [
            ("warehouse",)
        ]
        assert old.sql("select count(*) from random_ae").fetchall() == [(50_000,)]
    assert Warehouse(destination).exists("corr'el\"ated")


@pytest.mark.parametrize(("tables", "text"), [(["random_ae", "gone"], "no table 'gone'"), ([], "Name at least one")])
def test_a_table_that_is_missing_leaves_the_old_snapshot(
    warehouse: Warehouse, destination: Path, tables: list[str], text: str
):
    publish_snapshot(warehouse, ["random_ae"], destination)
    with pytest.raises(StorageError, match=text):
        publish_snapshot(warehouse, tables, destination)
    assert Warehouse(destination).row_count("random_ae") == 50_000
    assert files_beside(destination) == [destination.name]


def test_a_failure_in_the_middle_leaves_the_old_snapshot_and_no_file(
    warehouse: Warehouse, destination: Path, monkeypatch: pytest.MonkeyPatch
):
    publish_snapshot(warehouse, ["random_ae"], destination)
    done = []

    def fails_at_the_second(connection: duckdb.DuckDBPyConnection, name: TableName, target: str) -> None:
        if done:
            connection.execute("select error('disk full')")
        done.append(copy_table(connection, name, target))

    copy_table = snapshot.copy_table
    monkeypatch.setattr(snapshot, "copy_table", fails_at_the_second)
    with pytest.raises(StorageError, match=r"Cannot write the snapshot .*The old one stands"):
        publish_snapshot(warehouse, PUBLISHED, destination)
    assert Warehouse(destination).row_count("random_ae") == 50_000
    assert files_beside(destination) == [destination.name]
    warehouse.write("mock_ae", ZONED)


def test_a_log_that_a_killed_writer_left_beside_the_old_snapshot_does_not_spoil_the_new(
    warehouse: Warehouse, destination: Path
):
    publish_snapshot(warehouse, ["random_ae"], destination)
    killed = (
        "import duckdb, os, sys; connection = duckdb.connect(sys.argv[1]); "
        "connection.execute('create table more as select 1'); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", killed, str(destination)], check=False)
    assert len(files_beside(destination)) == 2
    publish_snapshot(warehouse, ["random_ae"], destination)
    assert Warehouse(destination).tables() == [TableInfo("main", "random_ae", 50_000)]


@pytest.mark.parametrize("wrong", ["folder", "warehouse"])
def test_a_destination_that_cannot_be_is_refused(warehouse: Warehouse, tmp_path: Path, wrong: str):
    (tmp_path / "folder").mkdir()
    destination = tmp_path / "folder" if wrong == "folder" else warehouse.path
    with pytest.raises(StorageError, match=r"The old one stands|would replace the warehouse itself"):
        publish_snapshot(warehouse, ["random_ae"], destination)
    assert warehouse.exists("mock_ae")
    assert not list(tmp_path.glob(".*.tmp*"))
