"""Tables that come in batches: whole or not at all, in order, and never more than a few batches in memory."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from synth_assets.errors import GenerationError, StorageError
from synth_assets.storage.tables import TableName
from synth_assets.storage.warehouse import TableHandle, Warehouse

ROWS = pl.DataFrame({"n": [3, None, 1, 2, 5], "s": ["a", "ç", None, "", "b"]}).with_columns(
    t=pl.Series([datetime(2019, 10, 27, tzinfo=UTC) + timedelta(hours=hour) for hour in range(5)]).dt.convert_time_zone(
        "Europe/London"
    )
)
OLD = pl.DataFrame({"old": [1]})


@dataclass(frozen=True)
class Batches:
    """A table in given batches; an error in place of one is raised."""

    given: Sequence[pl.DataFrame | Exception]
    rows: int = len(ROWS)

    def batches(self) -> Iterator[pl.DataFrame]:
        for batch in self.given:
            if isinstance(batch, Exception):
                raise batch
            yield batch


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    made = Warehouse(tmp_path / "warehouse.duckdb", lock_timeout_s=1)
    made.write("t", OLD)
    return made


@pytest.mark.parametrize("size", [1, 2, 5])
def test_batches_make_the_same_table_as_the_whole(warehouse: Warehouse, size: int):
    written = warehouse.write("t", Batches(list(ROWS.iter_slices(size))))

    assert_frame_equal(warehouse.read("t"), ROWS)
    assert (written.rows, written.columns) == (5, ROWS.schema)


def test_columns_go_by_name(warehouse: Warehouse):
    warehouse.write("t", Batches([ROWS.head(2), ROWS.slice(2).select("t", "s", "n")]))

    assert_frame_equal(warehouse.read("t"), ROWS)


def test_without_rows_there_is_an_empty_table(warehouse: Warehouse):
    warehouse.write("t", Batches([ROWS.clear()], rows=0))

    assert_frame_equal(warehouse.read("t"), ROWS.clear())


def test_the_order_of_many_rows_survives(warehouse: Warehouse):
    table = pl.select(n=pl.int_range(700_000).reverse())
    warehouse.write("t", Batches(list(table.iter_slices(131_072)), len(table)))

    assert_frame_equal(warehouse.read("t"), table)
    assert_frame_equal(pl.concat(warehouse.batches("t")), table)


@pytest.mark.parametrize(
    ("given", "rows", "error", "said"),
    [
        ([], 5, StorageError, "came without a batch"),
        ([ROWS.head(2), GenerationError("too few draws")], 5, GenerationError, "too few draws"),
        ([GenerationError("nothing to draw")], 5, GenerationError, "nothing to draw"),
        ([ROWS.head(2), ROWS.slice(2).drop("s")], 5, StorageError, "From row 3 on.*other columns or types.*: s"),
        ([ROWS, ROWS.cast({"n": pl.Float64})], 10, StorageError, "From row 6 on.*: n"),
        ([ROWS, ROWS.with_columns(x=1)], 10, StorageError, ": x"),
        ([ROWS.head(4)], 5, StorageError, "A table of 5 rows came with 4"),
        ([ROWS, ROWS], 5, StorageError, "A table of 5 rows came with 10"),
        ([ROWS.rename({"n": "S"})], 5, StorageError, "differ only in capitals"),
        ([ROWS.head(1), ZeroDivisionError("a fault")], 5, ZeroDivisionError, "a fault"),
    ],
)
def test_what_fails_half_way_leaves_the_old_tables(
    warehouse: Warehouse, given: Sequence[pl.DataFrame | Exception], rows: int, error: type[Exception], said: str
):
    with pytest.raises(error, match=said):
        warehouse.write_all({TableName("first"): ROWS, TableName("t"): Batches(given, rows)})

    assert [(table.name, table.rows) for table in warehouse.tables()] == [("t", 1)]
    assert_frame_equal(warehouse.read("t"), OLD)


def test_a_killed_writer_leaves_the_old_table(warehouse: Warehouse):
    script = (
        "import os, sys, polars as pl; from pathlib import Path\n"
        "from synth_assets.storage.warehouse import Warehouse\n"
        "class Dying:\n"
        "    rows = 800_000\n"
        "    def batches(self):\n"
        "        for _ in range(3): yield pl.select(n=pl.int_range(200_000))\n"
        "        os._exit(9)\n"
        "Warehouse(Path(sys.argv[1])).write('t', Dying())\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(warehouse.path)], check=False)

    assert done.returncode == 9
    assert_frame_equal(warehouse.read("t"), OLD)


@pytest.mark.parametrize("name", ["a.b", 'a"b', "select", "incoming frame", "t"])
def test_any_name_is_a_name_for_batches_too(warehouse: Warehouse, name: str):
    table = pl.DataFrame({name: ["'", '"', None]})
    warehouse.write(name, Batches(list(table.iter_slices(1)), 3), schema=name)

    assert_frame_equal(warehouse.read(name, schema=name), table)


def test_a_table_may_be_made_from_the_one_that_it_replaces(warehouse: Warehouse):
    warehouse.write("t", TableHandle(warehouse, "t"))

    assert_frame_equal(warehouse.read("t"), OLD)


def test_a_handle_gives_batches_of_the_types_that_were_written(warehouse: Warehouse):
    warehouse.write("t", ROWS)
    handle = TableHandle(warehouse, "t")

    assert handle.rows == 5
    assert_frame_equal(pl.concat(handle.batches()), ROWS)
    with pytest.raises(StorageError, match="no table 'gone'"):
        next(TableHandle(warehouse, "gone").batches())


def test_a_writer_waits_while_batches_are_read(warehouse: Warehouse):
    reading = warehouse.batches("t")
    next(reading)
    with pytest.raises(StorageError, match="while this thread reads from it"):
        warehouse.write("t", ROWS)
    reading.close()
    warehouse.write("t", ROWS)


def test_memory_does_not_grow_with_the_table(tmp_path: Path):
    """Fifteen more batches of 8 MiB each would take 120 MiB if they stayed in memory."""
    script = (
        "import resource, sys, numpy as np, polars as pl; from pathlib import Path\n"
        "from synth_assets.storage.warehouse import Warehouse\n"
        "class Many:\n"
        "    def __init__(self, count): self.count, self.rows = count, count * 131_072\n"
        "    def batches(self):\n"
        "        rng = np.random.Generator(np.random.PCG64(1))\n"
        "        for _ in range(self.count):\n"
        "            yield pl.DataFrame({c: rng.integers(0, 2**20, 131_072) for c in 'abcdefgh'})\n"
        "def peak(count):\n"
        "    Warehouse(Path(sys.argv[1])).write('t', Many(count))\n"
        "    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024\n"
        "few = peak(3); print(peak(18) - few)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "w.duckdb")], check=True, capture_output=True, text=True
    )

    assert float(done.stdout) < 60
    with duckdb.connect(tmp_path / "w.duckdb", read_only=True) as connection:
        assert connection.execute("select count(*) from t").fetchall() == [(18 * 131_072,)]
