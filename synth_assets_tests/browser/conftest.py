"""One UI with its daemon for all tests of this folder: everything is materialised, and a scheduled tick was missed."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import dagster as dg
import pytest
from dagster._core.scheduler.instigation import ScheduleInstigatorData

from synth_assets.cli import main
from synth_assets_tests.browser.chromium import ARGUMENTS, CHROMIUM
from synth_assets_tests.browser.server import ROOT, Server, free_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROWS = 400
SCHEDULE = "regenerate_ae_schedule"
FIFTEEN_DAYS_S = 15 * 86_400


@pytest.fixture(scope="session")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """``synth-assets up`` after ``synth-assets run``; the schedule has been on for 15 days, the machine has not."""
    folder = tmp_path_factory.mktemp("ui")
    server = Server(folder / "data", free_port(), folder / "up.log")
    environment = {
        "SYNTH_ASSETS_DATA_DIR": str(server.data),
        "DAGSTER_HOME": str(server.data / "dagster_home"),
        "SYNTH_ASSETS_KEY": "a key for tests, of at least 32 characters",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        assert main(["run", "--rows", str(ROWS)]) == 0
        switch_on_long_ago(environment)
    try:
        server.start(environment)
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Chromium, without a window."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as tools:
        started = tools.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield started
        started.close()


def switch_on_long_ago(environment: Mapping[str, str]) -> None:
    """Switch the schedule on with Dagster's own command, and date that back."""
    subprocess.run(
        [sys.executable, "-m", "dagster", "schedule", "start", SCHEDULE, "-w", "workspace.yaml"],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=True,
    )
    with dg.DagsterInstance.from_config(environment["DAGSTER_HOME"]) as instance:
        [state] = [state for state in instance.all_instigator_state() if state.name == SCHEDULE]
        data = state.instigator_data
        assert isinstance(data, ScheduleInstigatorData)
        instance.update_instigator_state(
            state.with_data(ScheduleInstigatorData(data.cron_schedule, time.time() - FIFTEEN_DAYS_S))
        )
