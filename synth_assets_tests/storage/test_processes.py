"""Several processes and threads at one warehouse, and processes that are killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl
import pytest

from synth_assets.errors import StorageError
from synth_assets.storage.warehouse import Warehouse

ROWS = 200_000
# One process imports everything once and forks a writer for every line that it is given.
NURSERY = f"""
import os, sys
from pathlib import Path
import polars as pl
from synth_assets.storage.warehouse import Warehouse

def write(version, path):
    frame = pl.select(n=pl.int_range({ROWS}), version=pl.lit(version), s=pl.int_range({ROWS}).cast(pl.String))
    print("ready", flush=True)
    while True:
        Warehouse(Path(path)).write("t", frame)

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        write(*eval(line))
    print(child, flush=True)
    os.waitpid(child, 0)
"""
EIGHT = """
import os, sys
from pathlib import Path
import polars as pl
from synth_assets.storage.warehouse import Warehouse

def materialise(number):
    warehouse = Warehouse(Path(sys.argv[1]), lock_timeout_s=60)
    frame = pl.select(n=pl.int_range(1000), writer=pl.lit(number))
    for turn in range(3):
        warehouse.write(f"own {number}", frame)
        warehouse.write("shared", frame)
        assert warehouse.read(f"own {number}").equals(frame)
        assert warehouse.read("shared")["writer"].n_unique() == 1

children = []
for number in range(8):
    child = os.fork()
    if child == 0:
        try:
            materialise(number)
            os._exit(0)
        finally:
            os._exit(1)
    children.append(child)
sys.exit(sum(os.waitpid(child, 0)[1] != 0 for child in children))
"""
HOLDER = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "read")
print("held", flush=True)
sys.stdin.readline()
"""


def python(code: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def tell(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


@contextmanager
def holding(path: Path, how: str) -> Generator[subprocess.Popen[str]]:
    with python(HOLDER, path, how) as process:
        assert line_of(process) == "held"
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture(scope="module")
def nursery() -> Iterator[subprocess.Popen[str]]:
    with python(NURSERY) as process:
        yield process
        process.kill()


def kill_a_writer(nursery: subprocess.Popen[str], path: Path, version: int, after_s: float) -> None:
    tell(nursery, repr((version, str(path))))
    first, second = line_of(nursery), line_of(nursery)
    time.sleep(after_s)
    os.kill(int(second if first == "ready" else first), signal.SIGKILL)


def version_of(warehouse: Warehouse) -> int:
    """The one version that all rows have; every row is there once."""
    table = warehouse.read("t")
    assert table.select("n", "s").equals(pl.select(n=pl.int_range(ROWS), s=pl.int_range(ROWS).cast(pl.String)))
    assert table["version"].n_unique() == 1
    return table["version"][0]


def test_a_writer_killed_at_any_moment_leaves_the_old_table_or_the_new(nursery: subprocess.Popen[str], tmp_path: Path):
    warehouse = Warehouse(tmp_path / "warehouse.duckdb", lock_timeout_s=20)
    kill_a_writer(nursery, warehouse.path, 0, after_s=1.0)
    before = version_of(warehouse)
    seen = []
    for version in range(1, 31):
        kill_a_writer(nursery, warehouse.path, version, after_s=version * 0.012)
        after = version_of(warehouse)
        assert after in {before, version}
        seen.append(after == version)
        before = after
    assert {True, False} <= set(seen), "the kills came all too early or all too late to show anything"
    warehouse.write("t", pl.DataFrame({"n": [1]}))
    assert warehouse.read("t")["n"].to_list() == [1]


def test_a_writer_killed_while_it_makes_the_warehouse_does_not_bar_the_next(
    nursery: subprocess.Popen[str], tmp_path: Path
):
    for number in range(12):
        warehouse = Warehouse(tmp_path / str(number) / "warehouse.duckdb", lock_timeout_s=20)
        kill_a_writer(nursery, warehouse.path, number, after_s=number * 0.004)
        assert not warehouse.exists("t") or version_of(warehouse) == number
        warehouse.write("t", pl.DataFrame({"n": [number]}))
        assert warehouse.read("t")["n"].to_list() == [number]


def test_a_database_that_duckdb_had_only_begun_does_not_bar_the_next(tmp_path: Path):
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")
    begun = (
        "import duckdb, os, sys; from pathlib import Path; import polars as pl\n"
        "from synth_assets.storage.warehouse import Warehouse\n"
        "duckdb.connect = lambda path, **_: (Path(path).touch(), os.kill(os.getpid(), 9))\n"
        "Warehouse(Path(sys.argv[1])).write('t', pl.DataFrame({'n': [1]}))"
    )
    done = subprocess.run([sys.executable, "-c", begun, str(warehouse.path)], check=False)
    assert done.returncode == -signal.SIGKILL
    warehouse.write("t", pl.DataFrame({"n": [2]}))
    assert warehouse.read("t").item() == 2


def test_a_log_left_by_a_killed_writer_does_not_spoil_a_warehouse_made_anew(tmp_path: Path):
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")
    killed = (
        "import duckdb, os, sys; connection = duckdb.connect(sys.argv[1]); "
        "connection.execute('create table t as select 1 n'); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", killed, str(warehouse.path)], check=False)
    assert warehouse.read("t").item() == 1
    warehouse.path.unlink()
    assert (tmp_path / "warehouse.duckdb.wal").exists()
    warehouse.write("u", pl.DataFrame({"n": [2]}))
    assert [table.name for table in warehouse.tables()] == ["u"]


def test_a_disk_that_is_full_is_named_and_the_old_table_stands(tmp_path: Path):
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")
    warehouse.write("t", pl.DataFrame({"n": [1]}))
    full = (
        "import resource, sys; from pathlib import Path; import polars as pl\n"
        "from synth_assets.storage.warehouse import Warehouse\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))\n"
        "Warehouse(Path(sys.argv[1])).write('t', pl.select(n=pl.int_range(1_000_000).hash()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", full, str(warehouse.path)], capture_output=True, text=True, check=False
    )
    told = done.stderr.strip().splitlines()[-1]
    assert "StorageError: Cannot write t to" in told
    assert "File too large. The old tables stand." in told
    assert warehouse.read("t").item() == 1
    warehouse.write("t", pl.DataFrame({"n": [2]}))


@pytest.mark.parametrize("how", ["read", "write"])
def test_a_write_waits_for_another_process(tmp_path: Path, how: str):
    warehouse = Warehouse(tmp_path / "warehouse.duckdb", lock_timeout_s=30)
    warehouse.write("t", pl.DataFrame({"n": [1]}))
    with holding(warehouse.path, how) as holder, ThreadPoolExecutor() as pool:
        written = pool.submit(warehouse.write, "t", pl.DataFrame({"n": [2]}))
        time.sleep(0.5)
        assert not written.done()
        tell(holder, "let go")
        written.result()
    assert warehouse.read("t").item() == 2


def test_a_read_waits_for_a_writer_in_another_process_but_not_for_a_reader(tmp_path: Path):
    warehouse = Warehouse(tmp_path / "warehouse.duckdb", lock_timeout_s=30)
    warehouse.write("t", pl.DataFrame({"n": [1]}))
    with holding(warehouse.path, "read"):
        assert warehouse.read("t").item() == 1
    with holding(warehouse.path, "write") as holder, ThreadPoolExecutor() as pool:
        read = pool.submit(warehouse.read, "t")
        time.sleep(0.3)
        assert not read.done()
        tell(holder, "let go")
        assert read.result().item() == 1


def test_who_waits_too_long_is_told_which_process_holds_the_file(tmp_path: Path):
    warehouse = Warehouse(tmp_path / "warehouse.duckdb", lock_timeout_s=0.3)
    warehouse.write("t", pl.DataFrame({"n": [1]}))
    with holding(warehouse.path, "write") as holder:
        told = rf"is held by process {holder.pid} \(.*python.*\)\. Waited \d+ s\. Close it there"
        started = time.monotonic()
        with pytest.raises(StorageError, match=told):
            warehouse.write("t", pl.DataFrame({"n": [2]}))
        with pytest.raises(StorageError, match=told):
            warehouse.read("t")
        assert 0.6 <= time.monotonic() - started < 5
    assert warehouse.read("t").item() == 1


@pytest.mark.parametrize(
    "text",
    [
        'IO Error: Could not set lock on file "w": Conflicting lock is held. See also ...',
        "IO Error: Cannot open file: The process cannot access the file because it is being used by another process.",
    ],
)
def test_a_holder_without_a_process_id_is_coped_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str):
    warehouse = Warehouse(tmp_path / "warehouse.duckdb", lock_timeout_s=0.1)
    warehouse.write("t", pl.DataFrame({"n": [1]}))

    def locked(*_: object, **__: object) -> None:
        raise duckdb.IOException(text)

    monkeypatch.setattr(duckdb, "connect", locked)
    with pytest.raises(StorageError, match="held by another process, whose id DuckDB does not say"):
        warehouse.read("t")


def test_eight_processes_at_once_all_get_their_turn(tmp_path: Path):
    path = tmp_path / "warehouse.duckdb"
    with python(EIGHT, path) as process:
        assert process.wait(90) == 0
    expected = {f"own {number}" for number in range(8)} | {"shared"}
    assert {table.name for table in Warehouse(path).tables() if table.rows == 1000} == expected
    assert {file.name for file in tmp_path.iterdir()} == {path.name}


def test_eight_threads_read_and_write_at_once(tmp_path: Path):
    warehouse = Warehouse(tmp_path / "warehouse.duckdb", lock_timeout_s=60)
    warehouse.write("shared", pl.select(n=pl.int_range(1000), writer=pl.lit(-1)))

    def work(number: int) -> int:
        frame = pl.select(n=pl.int_range(1000), writer=pl.lit(number))
        for _ in range(3):
            warehouse.write(f"own {number}", frame)
            warehouse.write("shared", frame)
            assert warehouse.read(f"own {number}").equals(frame)
            with warehouse.reader() as connection:
                assert connection.sql("select count(distinct writer) from shared").fetchall() == [(1,)]
        return number

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(work, range(8))) == list(range(8))


def test_many_readers_of_one_process_come_and_go(tmp_path: Path):
    warehouse = Warehouse(tmp_path / "warehouse.duckdb", lock_timeout_s=60)
    frame = pl.select(n=pl.int_range(1000))
    warehouse.write("t", frame)
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda _: warehouse.read("t").equals(frame), range(200)))


def test_a_reader_keeps_writers_of_other_processes_out_while_other_readers_come_and_go(tmp_path: Path):
    warehouse = Warehouse(tmp_path / "warehouse.duckdb", lock_timeout_s=60)
    warehouse.write("t", pl.DataFrame({"n": [1]}))
    with warehouse.reader():
        assert warehouse.read("t").item() == 1
        with python(HOLDER, warehouse.path, "write") as other:
            assert line_of(other) != "held"


def test_a_thread_that_reads_holds_a_writer_off_until_it_gives_up(tmp_path: Path):
    warehouse = Warehouse(tmp_path / "warehouse.duckdb", lock_timeout_s=0.2)
    warehouse.write("t", pl.DataFrame({"n": [1]}))
    with ThreadPoolExecutor() as pool, warehouse.reader():
        written = pool.submit(warehouse.write, "t", pl.DataFrame({"n": [2]}))
        with pytest.raises(StorageError, match=rf"another thread of this process \(PID {os.getpid()}\)"):
            written.result()
        assert pool.submit(warehouse.read, "t").result().item() == 1
