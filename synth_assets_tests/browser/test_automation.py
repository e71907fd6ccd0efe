"""Regeneration on a schedule: off at first, switched on by a click, and what its ticks launch, as a person sees it.

Its tests follow one another: the switch, the ticks, the run, and the check that kept a release in.
"""

import re
import time
from datetime import UTC, datetime

import dagster as dg
import pytest
from dagster import DagsterRunStatus
from dagster._core.scheduler.instigation import ScheduleInstigatorData

from synth_assets_tests.browser.check_page import read_check
from synth_assets_tests.browser.chromium import MARKS
from synth_assets_tests.browser.server import PLACE, Server

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

SCHEDULE = "regenerate_ae_schedule"
NUMBER = "synth_assets/regeneration"
DUE = ".dagster/scheduled_execution_time"
FIFTEEN_DAYS_S = 15 * 86_400
MODES = ("independent", "correlated")
SWITCHES = """query($selector: RepositorySelector!) {repositoryOrError(repositorySelector: $selector) {
  ... on Repository {sensors {name sensorState {status}} schedules {name scheduleState {status}}}}}"""
REFUSAL = (
    "No mode may be released (policy internal). Left out, correlated: least_held_out: Too few persons are held out, "
    "62: set hold_out higher than 0.2, or get rows of more persons (policy internal: at least 100)."
)

pytestmark = MARKS


def switched(ui: Server) -> dict[str, str]:
    """What starts by itself, and whether it is switched on."""
    found = ui.ask(SWITCHES, selector=PLACE)["repositoryOrError"]
    sensors = {one["name"]: one["sensorState"]["status"] for one in found["sensors"]}
    return sensors | {one["name"]: one["scheduleState"]["status"] for one in found["schedules"]}


def ticked(ui: Server) -> list[dg.DagsterRun]:
    """The runs that the schedule launched, the first one first."""
    return list(reversed(ui.runs(**{"dagster/schedule_name": SCHEDULE})))


def due(run: dg.DagsterRun) -> datetime:
    """When the tick that launched a run was due."""
    return datetime.fromisoformat(run.tags[DUE])


def date_back(ui: Server) -> None:
    """As though it had been switched on 15 days ago, and the machine off since."""
    with dg.DagsterInstance.from_config(str(ui.data / "dagster_home")) as instance:
        [state] = [state for state in instance.all_instigator_state() if state.name == SCHEDULE]
        data = state.instigator_data
        assert isinstance(data, ScheduleInstigatorData)
        long_ago = ScheduleInstigatorData(data.cron_schedule, time.time() - FIFTEEN_DAYS_S)
        instance.update_instigator_state(state.with_data(long_ago))


def test_nothing_starts_by_itself_until_a_click_switches_it_on(page: "playwright.Page", ui: Server):
    assert switched(ui) == {"new_postcode_file": "STOPPED", SCHEDULE: "STOPPED"}
    page.goto("/automation")
    row = page.locator("[data-index]", has=page.locator(f"a[href$='/schedules/{SCHEDULE}']"))
    switch = row.get_by_role("checkbox").last
    row.get_by_text("Every minute").wait_for()
    playwright.expect(row.get_by_role("checkbox")).to_have_count(2)
    assert not switch.is_checked()

    row.locator("label").last.click()
    playwright.expect(switch).to_be_checked()
    ui.until(lambda: switched(ui)[SCHEDULE] == "RUNNING", 60)  # it shows as switched on while it is being switched
    assert switched(ui)["new_postcode_file"] == "STOPPED"


def test_its_clock_ticks_and_ticks_that_were_missed_are_made_up_for_once(page: "playwright.Page", ui: Server):
    now = datetime.now(UTC)
    date_back(ui)
    ui.until(lambda: ticked(ui), 180)
    page.goto(f"/locations/synth_assets/schedules/{SCHEDULE}")
    switch = page.get_by_role("checkbox")
    playwright.expect(switch).to_be_checked()
    page.locator("label", has=switch).click()
    ui.until(lambda: switched(ui)[SCHEDULE] == "STOPPED", 60)
    runs = ticked(ui)

    assert [run.job_name for run in runs] == ["regenerate_ae"] * len(runs)
    assert [run.tags[NUMBER] for run in runs] == [str(number) for number in range(1, len(runs) + 1)]
    assert len([run for run in runs if due(run) <= now]) <= 1, "of a tick a minute in 15 days"
    for run in runs:
        page.get_by_role("link", name=run.run_id[:8]).wait_for()


def test_its_run_draws_anew_from_the_same_descriptions_and_tells_why_nothing_is_released(
    page: "playwright.Page", ui: Server
):
    for number, run in enumerate(ticked(ui), start=1):
        assert ui.finished(run.run_id, 300).status == DagsterRunStatus.FAILURE
        for mode in MODES:
            assert ui.told(run.run_id, f"{mode}_ae_description")["reused"] is True
            assert ui.told(run.run_id, f"{mode}_ae")["regeneration"] == number
        assert ui.told(run.run_id, "ae_comparison")
    assert list((ui.data / "published").glob("*/*")) == []

    page.goto(f"/locations/synth_assets/schedules/{SCHEDULE}")
    link = page.get_by_role("link", name=ticked(ui)[-1].run_id[:8])
    page.goto(link.get_attribute("href") or "")  # a click would open it in a tab of its own
    page.get_by_text("Failure", exact=True).first.wait_for()
    page.get_by_text("ae_release", exact=True).first.click()
    page.get_by_text(f"Nothing was released: {REFUSAL}").first.wait_for()
    text = page.locator("body").inner_text()
    assert re.search(rf"Launched by\s+{SCHEDULE}", text)
    assert "Errored (1)" in text


def test_the_check_that_kept_it_in_is_an_error_and_says_what_to_do(page: "playwright.Page"):
    read = read_check(page, "ae_release", "evidence_passes")

    assert (read.verdict, read.colour, read.sentence) == ("Failed", "red", REFUSAL)
    assert "This is a blocking asset check." in read.text
