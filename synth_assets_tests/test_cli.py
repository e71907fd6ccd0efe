"""The command line: what it refuses, what it says after a fault, what it leaves. Whole runs are in test_pipeline."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest
from dagster import DagsterRunStatus

from synth_assets.cli import main
from synth_assets.components.faults.checks import faults
from synth_assets.defs.stale_runs import end_stale_runs
from synth_assets.storage.warehouse import Warehouse
from synth_assets_tests.components.faults.written import STAYS, changed, first_change, write
from synth_assets_tests.docs.commands import Documented

ROOT = Path(__file__).parents[1]
PROGRAM = [sys.executable, "-c", "import sys; from synth_assets.cli import main; sys.exit(main())"]
HEADER = "Postcode,In Use?,LSOA Code,Index of Multiple Deprivation"
GOOD = f"{HEADER}\nBR1 1AA,Yes,E01000675,24305\nBR1 1AB,No,E01000676,13716\n"
WITHOUT_REPORTS = ("--select", "not group:reports")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder; Dagster's home is inside it, and forgotten by this process afterwards."""
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "data" / "dagster_home"))
    monkeypatch.setenv("SYNTH_ASSETS_KEY", "a key for tests, of at least 32 characters")
    (tmp_path / "data" / "input").mkdir(parents=True)
    return tmp_path / "data"


def tables(data: Path) -> dict[str, int]:
    return {table.name: table.rows for table in Warehouse(data / "warehouse.duckdb").tables()}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "--rows", "0"], "'0' is no number of rows or patients. Allowed: whole numbers from 1 to 100,000,000."),
        (["run", "--rows", "-1"], "'-1' is no number of rows"),
        (["run", "--rows", "10000000000"], "'10000000000' is no number of rows"),
        (["run", "--rows", "abc"], "'abc' is no number of rows"),
        (["run", "--rows", "1.5"], "'1.5' is no number of rows"),
        (["run", "--rows", ""], "'' is no number of rows"),
        (["run", "--synthetic-rows", "0"], "argument --synthetic-rows: '0' is no number"),
        (["run", "--patients", "0"], "argument --patients: '0' is no number"),
        (["run", "--seed", "-1"], "'-1' is no seed. Allowed: whole numbers from 0"),
        (["run", "--seed", "9223372036854775808"], "is no seed"),
        (["up", "--port", "0"], "'0' is no port. Allowed: whole numbers from 1 to 65,535."),
        (["run", "--mode", "telepathic"], "unrecognized arguments: --mode"),
        (["walk"], "invalid choice: 'walk'"),
        ([], "required: command"),
    ],
)
@pytest.mark.usefixtures("data")
def test_a_command_line_that_cannot_be_read_ends_with_1(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
):
    assert main(arguments) == 1
    assert said in capsys.readouterr().err


def test_help_is_no_error(capsys: pytest.CaptureFixture[str]):
    assert main(["run", "--help"]) == 0
    told = capsys.readouterr().out
    assert all(option in told for option in ("--rows", "--patients", "--synthetic-rows", "--seed", "--select"))


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("SYNTH_ASSETS_DATA_DIR", "", "SYNTH_ASSETS_DATA_DIR is set but empty"),
        ("SYNTH_ASSETS_LOCK_TIMEOUT_S", "soon", "SYNTH_ASSETS_LOCK_TIMEOUT_S is 'soon'"),
        ("SYNTH_ASSETS_KEY", "short", "SYNTH_ASSETS_KEY has 5 characters. Allowed: at least 32"),
        ("DAGSTER_HOME", "/dev/null/home", "Cannot make Dagster's home /dev/null/home"),
    ],
)
@pytest.mark.usefixtures("data")
def test_an_environment_that_cannot_be_used_is_named(
    variable: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv(variable, value)

    assert main(["run", "--rows", "10", *WITHOUT_REPORTS]) == 1
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told


def test_an_unknown_selection_is_refused_before_anything_runs(data: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["run", "--select", "key:nonsense"]) == 1
    told = capsys.readouterr()
    assert "'key:nonsense' cannot be used: it names no asset" in told.err
    assert "deidentified_ae" in told.err
    assert "Materialising" not in told.out
    assert not (data / "warehouse.duckdb").exists()


def test_a_broken_file_ends_with_its_fault_and_all_that_follows_is_skipped(
    data: Path, capsys: pytest.CaptureFixture[str]
):
    file = data / "input" / "London postcodes.csv"
    file.write_text(GOOD, encoding="utf-8")
    assert main(["run", "--rows", "40", *WITHOUT_REPORTS]) == 0
    before = tables(data)
    file.write_text("Postcode,In Use?\nBR1 1AA,Yes\n", encoding="utf-8")
    capsys.readouterr()

    assert main(["run", "--rows", "50"]) == 1
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert "ERROR london_postcodes: " in told.err
    assert "Missing columns: LSOA Code, Index of Multiple Deprivation" in told.err
    assert "Traceback" not in told.err + told.out
    assert sum(line.endswith("skipped") for line in lines) == 16
    assert "0 of 17 assets made; checks: 0 pass, 0 warn, 0 fail, 23 not run" in lines
    assert tables(data) == before


def test_both_files_at_once_are_refused(data: Path, capsys: pytest.CaptureFixture[str]):
    for name in ("London postcodes.csv", "London postcodes.csv.gz"):
        (data / "input" / name).write_text(GOOD, encoding="utf-8")

    assert main(["run", "--select", "london_postcodes"]) == 1
    assert "Remove the one that is not meant" in capsys.readouterr().err


def test_an_upstream_that_is_not_there_is_named(data: Path, capsys: pytest.CaptureFixture[str]):
    del data
    assert main(["run", "--select", "random_ae"]) == 1
    told = capsys.readouterr().err
    assert "ERROR random_ae: " in told
    assert "Materialise" in told
    assert "Traceback" not in told


def test_one_row_is_described_by_nobody_and_random_mode_still_works(data: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["run", "--rows", "1", "--seed", "3", *WITHOUT_REPORTS]) == 1
    told = capsys.readouterr()

    assert "ERROR independent_ae_description: The table has too few rows" in told.err
    assert "ERROR correlated_ae_description: The table has too few rows" in told.err
    assert tables(data).keys() >= {"mock_ae", "deidentified_ae", "random_ae"}
    assert "independent_ae" not in tables(data)


def test_a_broken_dataset_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data: Path
):
    del data
    monkeypatch.setattr("synth_assets.policy.Path.glob", lambda *_: iter([]))
    monkeypatch.setattr("synth_assets.components.synthetic_dataset.load_policy", _uncached_policy())

    assert main(["run"]) == 1
    told = capsys.readouterr().err
    assert "There is no policy 'internal'" in told
    assert "Traceback" not in told


def _uncached_policy() -> Callable[[str], Any]:
    from synth_assets.policy import load_policy  # noqa: PLC0415 - only here

    return load_policy.__wrapped__


@contextmanager
def holder(path: Path) -> Iterator[int]:
    """Another process that has the warehouse open."""
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process.pid
    finally:
        process.communicate("")


def test_a_held_warehouse_is_waited_for_and_then_names_the_process(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("SYNTH_ASSETS_LOCK_TIMEOUT_S", "0.4")
    with duckdb.connect(str(data / "warehouse.duckdb")) as connection:
        connection.execute("create table london_postcodes as select 1 as old")
    started = time.monotonic()
    with holder(data / "warehouse.duckdb") as pid:
        assert main(["run", "--select", "london_postcodes"]) == 1
    told = capsys.readouterr().err

    assert f"is held by process {pid}" in told
    assert "Close it there, or let it finish, then try again." in told
    assert time.monotonic() - started < 30
    assert tables(data) == {"london_postcodes": 1}
    assert main(["run", "--select", "london_postcodes"]) == 0


def start(arguments: Sequence[str]) -> subprocess.Popen[str]:
    """The command in a process of its own, in a group of its own."""
    return subprocess.Popen(
        [*PROGRAM, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def test_a_run_that_is_killed_blocks_nothing(data: Path, capsys: pytest.CaptureFixture[str]):
    with start(["run", "--rows", "200", *WITHOUT_REPORTS]) as process:
        for line in process.stdout or ():
            if "done  mock_ae" in line:
                process.kill()

    with dg.DagsterInstance.from_config(str(data / "dagster_home")) as instance:
        assert [run.status for run in instance.get_runs()] == [DagsterRunStatus.STARTED]
    assert main(["run", "--rows", "200", *WITHOUT_REPORTS]) == 0
    with dg.DagsterInstance.from_config(str(data / "dagster_home")) as instance:
        assert [run.status for run in instance.get_runs()] == [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE]
    assert "10 of 10 assets made" in capsys.readouterr().out


def test_a_run_in_progress_is_left_alone(data: Path):
    home = data / "dagster_home"
    home.mkdir()

    @dg.asset
    def looks(context: dg.AssetExecutionContext) -> None:
        assert end_stale_runs(context.instance) == []

    with dg.DagsterInstance.from_config(str(home)) as instance:
        made = dg.Definitions(assets=[looks], executor=dg.in_process_executor)
        assert made.resolve_implicit_global_asset_job_def().execute_in_process(instance=instance).success
        assert [run.status for run in instance.get_runs()] == [DagsterRunStatus.SUCCESS]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_interrupted_says_what_stands(data: Path, number: int):
    told = []
    with start(["run", "--rows", "200", *WITHOUT_REPORTS]) as process:
        for line in process.stdout or ():
            told.append(line)
            if "done  mock_ae " in line:
                process.send_signal(number)
    text = "".join(told)

    assert process.returncode == 1
    assert "The run was interrupted. Every table is whole" in text
    assert "Traceback" not in text
    assert {"london_postcodes", "mock_ae"} <= tables(data).keys()
    with dg.DagsterInstance.from_config(str(data / "dagster_home")) as instance:
        assert [run.is_finished for run in instance.get_runs()] == [True]


@pytest.mark.usefixtures("data")
def test_a_port_in_use_is_refused(capsys: pytest.CaptureFixture[str]):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["up", "--port", str(port)]) == 1

    assert f"Port {port} of 127.0.0.1 cannot be had: Address already in use" in capsys.readouterr().err


@pytest.mark.documented("synth-assets check")
def test_check_finds_no_fault_in_the_project(documented: Documented, capsys: pytest.CaptureFixture[str]):
    assert main(documented("synth-assets check")[1:]) == 0
    assert "file(s) checked, no fault: " in capsys.readouterr().out


def test_check_shows_each_fault_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    for name, text in (("one", changed(("rows: 50", "rows: 0"))), ("two", STAYS)):
        (tmp_path / name).mkdir()
        write(tmp_path / name, text)

    assert main(["check", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    line = first_change(changed(("rows: 50", "rows: 0")))
    assert told.startswith("synth-assets: 2 fault(s) in the YAML of datasets.")
    assert f"one/defs.yaml:{line} - attributes.modes.random.rows: 'rows' is 0. Allowed: 1 or more." in told
    assert f"{line} |     random: {{rows: 0}}\n    |                    ^\n" in told
    assert f"two/defs.yaml:5 - attributes.name: There is another dataset 'stays', in {tmp_path}/one/defs.yaml." in told


def test_check_of_what_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["check", str(tmp_path / "none.yaml")]) == 1
    assert "It cannot be read" in capsys.readouterr().err


@pytest.mark.usefixtures("data")
def test_run_tells_a_fault_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    path = write(tmp_path, changed(("minimum_k: 5", "minimum_k: 1")))
    monkeypatch.setattr("synth_assets.definitions.faults_of", lambda _: ([path], faults(path)))

    assert main(["run"]) == 1
    told = capsys.readouterr()
    assert told.err.startswith("synth-assets: 1 fault(s) in the YAML of datasets.\n\n")
    assert "defs.yaml:" in told.err
    assert "  |              ^\n" in told.err
    assert "Traceback" not in told.err
    assert "Materialising" not in told.out


@pytest.mark.parametrize("both", [True, False])
def test_a_reader_that_stops_listening_changes_nothing(data: Path, *, both: bool):
    (data / "input" / "London postcodes.csv").write_text(GOOD, encoding="utf-8")
    reader, writer = os.pipe()
    os.close(reader)
    run = [*PROGRAM, "run", "--select", "london_postcodes"]
    heard = subprocess.run(run, stdout=writer, stderr=writer if both else subprocess.PIPE, text=True, check=False)
    os.close(writer)

    assert heard.returncode == 0
    assert both or not heard.stderr
    assert tables(data) == {"london_postcodes": 2}
