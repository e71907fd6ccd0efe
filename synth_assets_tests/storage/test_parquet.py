"""Parquet files: the same rows give the same bytes, and a file is whole or is the old one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest
from polars.testing import assert_frame_equal

from synth_assets.errors import GenerationError, SchemaError, StorageError
from synth_assets.storage import parquet
from synth_assets.storage.parquet import write_parquet
from synth_assets.storage.warehouse import TableHandle, Warehouse

TABLE = pl.DataFrame(
    {
        "z": [1, None, 3],
        "a": ["x", "ç", None],
        "t": pl.Series([datetime(2020, 1, 1, tzinfo=UTC)] * 3).dt.convert_time_zone("Europe/London"),
        "l": [datetime(2020, 1, 1)] * 3,  # noqa: DTZ001 - a local time
        "d": [date(2020, 1, 1), None, date(1, 1, 1)],
        "f": [0.1, float("nan"), None],
        "b": [True, False, None],
        "c": [time(1), None, time(2)],
        "m": [Decimal("1.50"), None, Decimal("2.25")],
        "s": [{"p": [1, 2]}, None, {"p": []}],
    }
)


@dataclass(frozen=True)
class Cut:
    """A table that comes in batches of a size, and fails at its end where told to."""

    table: pl.DataFrame
    size: int
    fails: bool = False

    @property
    def rows(self) -> int:
        return len(self.table)

    def batches(self) -> Iterator[pl.DataFrame]:
        yield from self.table.iter_slices(self.size)
        if self.fails:
            message = "too few draws"
            raise GenerationError(message)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "out" / "t.parquet"


def test_columns_keep_order_types_and_zones(path: Path):
    for table in (TABLE, TABLE.lazy(), Cut(TABLE, 2)):
        write_parquet(table, path)
        assert_frame_equal(pl.read_parquet(path), TABLE)
    write_parquet(TABLE.clear(), path)
    assert_frame_equal(pl.read_parquet(path), TABLE.clear())
    assert [file.name for file in path.parent.iterdir()] == ["t.parquet"]


def test_categories_become_text(path: Path):
    for kind in (pl.Categorical(), pl.Enum(["y", "x"])):
        write_parquet(pl.DataFrame({"c": pl.Series(["x", None, "y"], dtype=kind)}), path)
        assert pl.read_parquet(path).schema == {"c": pl.String}


def test_a_table_of_the_warehouse_keeps_its_zones(path: Path, tmp_path: Path):
    warehouse = Warehouse(tmp_path / "w.duckdb")
    warehouse.write("t", TABLE)
    write_parquet(TableHandle(warehouse, "t"), path)
    assert_frame_equal(pl.read_parquet(path), TABLE)


def test_the_same_rows_give_the_same_bytes_however_they_come(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(parquet, "ROW_GROUP_ROWS", 1_000)
    table = pl.select(n=pl.int_range(4_500)).with_columns(s=pl.col("n").cast(pl.String), x=pl.col("n") / 7)
    found, relation = set(), duckdb.from_arrow(table.to_arrow())
    for given in (table, *(Cut(table, size) for size in (1, 7, 999, 1_000, 1_001, 4_500)), relation, table.lazy()):
        write_parquet(given, path)
        found.add(path.read_bytes())
        assert_frame_equal(pl.read_parquet(path), table)
    assert len(found) == 1
    metadata = pq.read_metadata(path)
    groups = [metadata.row_group(at) for at in range(metadata.num_row_groups)]
    assert [group.num_rows for group in groups] == [1_000, 1_000, 1_000, 1_000, 500]
    assert groups[0].column(0).compression == "ZSTD"


@pytest.mark.parametrize(
    ("table", "error", "said"),
    [
        (Cut(TABLE, 1, fails=True), GenerationError, "too few draws"),
        ({"a": 1}, SchemaError, "Allowed: a polars DataFrame"),
        (pl.DataFrame({"o": [object()]}), StorageError, r"Column\(s\) o are of a type that Parquet does not have"),
        (pl.DataFrame({"i": pl.Series([1], dtype=pl.Int128)}), StorageError, r"Column\(s\) i"),
        (pl.DataFrame({"s": [{}]}), StorageError, "Cannot write .*Give each column one type"),
    ],
)
def test_what_cannot_be_written_leaves_the_old_file_and_no_other(
    path: Path, table: object, error: type[Exception], said: str
):
    write_parquet(TABLE, path)
    with pytest.raises(error, match=said):
        write_parquet(table, path)
    assert_frame_equal(pl.read_parquet(path), TABLE)
    assert [file.name for file in path.parent.iterdir()] == ["t.parquet"]


def test_a_path_that_cannot_be_is_named(tmp_path: Path):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "file" / "t.parquet", tmp_path / "folder"):
        with pytest.raises(StorageError, match="Give a path in a folder that this user may write to"):
            write_parquet(TABLE, path)
