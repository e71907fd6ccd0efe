"""The daemon, for real: a new postcode file, and how everything ends.

Its tests follow one another; the last one stops the server.
"""

import os
from pathlib import Path

import pytest
from dagster import DagsterRunStatus

from synth_assets.cli import main
from synth_assets.storage.warehouse import Warehouse
from synth_assets_tests.browser.server import PLACE, Server, free_port, listening, survivors
from synth_assets_tests.docs.commands import Documented

SWITCH_ON = """mutation($selector: SensorSelector!) {startSensor(sensorSelector: $selector) {
  __typename ... on Sensor {sensorState {status}}}}"""
POSTCODES = """\
Postcode,In Use?,LSOA Code,Index of Multiple Deprivation
BR1 1AA,Yes,E01000675,24305
BR1 1AB,No,E01000676,13716
"""


@pytest.mark.documented("synth-assets up", "dg dev -w workspace.yaml")
def test_it_listens_on_this_machine_alone(ui: Server, documented: Documented):
    assert ui.arguments == [*documented("synth-assets up")[1:], "--port", str(ui.port)]
    dev = " ".join(documented("dg dev -w workspace.yaml")[1:])
    assert any(f" -m dagster_dg_cli.cli {dev} " in command for command in ui.seen.values())
    assert listening(ui.port) == {"0100007F"}
    assert any("dagster._daemon" in command for command in ui.seen.values())


def test_a_second_run_works_while_it_is_up(ui: Server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(ui.data))
    monkeypatch.setenv("DAGSTER_HOME", str(ui.data / "dagster_home"))

    assert main(["run", "--rows", "60", "--select", "group:source"]) == 0
    assert Warehouse(ui.data / "warehouse.duckdb").row_count("mock_ae") == 60


@pytest.mark.documented("synth-assets up --read-only --port 3001")
def test_a_second_ui_for_viewers_refuses_to_run_and_to_report(ui: Server, documented: Documented, tmp_path: Path):
    viewer = Server(ui.data, free_port(), tmp_path / "viewer.log", ui.project, options=("--read-only",))
    forged = {"check_name": "minimum_k_anonymity", "passed": True}
    try:
        viewer.start()
        said = documented("synth-assets up --read-only --port 3001", {"3001": str(viewer.port)})
        assert sorted(viewer.arguments) == sorted(said[1:])
        assert listening(viewer.port) == {"0100007F"}
        selector = {**PLACE, "sensorName": "new_postcode_file"}
        assert viewer.ask(SWITCH_ON, selector=selector)["startSensor"]["__typename"] == "UnauthorizedError"
        status, _ = viewer.post("/report_asset_check/deidentified_ae", **forged)
        assert status >= 400
        assert not any("dagster._daemon" in command for command in viewer.seen.values())
    finally:
        viewer.stop()
    assert survivors(viewer.seen) == {}


def test_a_new_postcode_file_launches_a_run(ui: Server):
    (ui.data / "input" / "London postcodes.csv").write_text(POSTCODES, encoding="utf-8")
    selector = {**PLACE, "sensorName": "new_postcode_file"}

    assert ui.ask(SWITCH_ON, selector=selector)["startSensor"]["sensorState"]["status"] == "RUNNING"
    [run] = ui.until(lambda: ui.runs(**{"dagster/sensor_name": "new_postcode_file"}), 120)
    assert run.job_name == "everything"
    ui.until(lambda: Warehouse(ui.data / "warehouse.duckdb").row_count("london_postcodes") == 2, 120)


def test_it_ends_all_that_it_started_and_a_run_in_progress_too(ui: Server):
    assert any(run.status == DagsterRunStatus.STARTED for run in ui.runs()), "the sensor's run is in progress"
    code = ui.stop()

    assert code == 0
    assert survivors(ui.seen) == {}
    assert listening(ui.port) == set()
    assert all(run.is_finished for run in ui.runs())
    assert "london_postcodes" in {table.name for table in Warehouse(ui.data / "warehouse.duckdb").tables()}
    assert not os.environ.get("DAGSTER_HOME", "").startswith(str(ui.data)), "no other test gets this home"
