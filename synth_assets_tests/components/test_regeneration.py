"""A tick asks for a run with a number of its own; the run reuses descriptions and draws other tables."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster import DagsterRunStatus
from polars.testing import assert_frame_equal

from synth_assets.components.dataset import Dataset
from synth_assets.components.regeneration import next_regeneration
from synth_assets.components.resources import Workplace
from synth_assets.schema import MODES
from synth_assets_tests.components.clinic import clinic, declared, definitions, materialise, visits

TAG = "synth_assets/regeneration"
JOB = "regenerate_visits"
# Without comparisons: their figures would take seconds, and are not what is tested here.
MADE = ["clinic", "deidentified_visits", *(f"{m}_visits{end}" for m in MODES for end in ("_description", ""))]
ONE_MODE = ["clinic", "deidentified_visits", "independent_visits_description", "independent_visits"]


@pytest.fixture
def scheduled(workplace: Workplace) -> dg.Definitions:
    del workplace
    return definitions(visits(), declared(schedule="0 3 * * 1"))


@pytest.fixture
def lasting(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """On the disk: a schedule's context takes no other."""
    with dg.DagsterInstance.local_temp(str(tmp_path)) as made:
        yield made


def tick(made: dg.Definitions, instance: dg.DagsterInstance) -> dg.RunRequest:
    schedule = made.get_repository_def().get_schedule_def(f"{JOB}_schedule")
    context = dg.build_schedule_context(instance=instance, scheduled_execution_time=datetime(2026, 1, 5, 3, tzinfo=UTC))
    [request] = schedule.evaluate_tick(context).run_requests or []
    return request


def launch(
    made: dg.Definitions, instance: dg.DagsterInstance, request: dg.RunRequest, names: Sequence[str] = ONE_MODE
) -> dg.ExecuteInProcessResult:
    """Do what the daemon does with a request, in this process, without the comparisons."""
    result = made.resolve_job_def(JOB).execute_in_process(
        run_config=request.run_config,
        tags=dict(request.tags),
        instance=instance,
        asset_selection=[dg.AssetKey(name) for name in names[1:]],
    )
    assert result.success
    return result


def test_a_tick_asks_for_the_next_number_and_nothing_else(scheduled: dg.Definitions, lasting: dg.DagsterInstance):
    request = tick(scheduled, lasting)

    assert request.run_config == {"resources": {"randomness": {"config": {"regeneration": 1}}}}
    assert request.tags[TAG] == "1"
    assert dg.validate_run_config(scheduled.resolve_job_def(JOB), request.run_config)


def test_numbers_go_up_by_one_a_run(scheduled: dg.Definitions, lasting: dg.DagsterInstance):
    assert materialise(visits(), ONE_MODE, lasting).success
    numbers = []
    for _ in range(2):
        request = tick(scheduled, lasting)
        numbers.append(request.tags[TAG])
        launch(scheduled, lasting, request)

    assert numbers == ["1", "2"]


@pytest.mark.parametrize(
    "status",
    [DagsterRunStatus.NOT_STARTED, DagsterRunStatus.STARTED, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED],
)
def test_a_number_that_was_asked_for_is_not_given_again(
    scheduled: dg.Definitions, lasting: dg.DagsterInstance, dataset: Dataset, status: DagsterRunStatus
):
    lasting.create_run_for_job(scheduled.resolve_job_def(JOB), tags={TAG: "4"}, status=status)

    assert tick(scheduled, lasting).tags[TAG] == "5"
    assert next_regeneration(lasting, dataset) == 5


def test_runs_of_other_datasets_and_by_hand_do_not_count(
    scheduled: dg.Definitions, lasting: dg.DagsterInstance, dataset: Dataset
):
    lasting.create_run_for_job(scheduled.resolve_job_def(JOB))
    other = clinic(name="other")

    assert next_regeneration(lasting, dataset) == 1
    lasting.create_run_for_job(scheduled.resolve_job_def(JOB), tags={TAG: "9"})
    assert next_regeneration(lasting, other) == 1


def test_the_number_outlives_the_history_of_runs(
    scheduled: dg.Definitions, lasting: dg.DagsterInstance, dataset: Dataset
):
    config = {"resources": {"randomness": {"config": {"regeneration": 6}}}}
    assert materialise(visits(), ONE_MODE, lasting, run_config=config).success

    assert next_regeneration(lasting, dataset) == 7
    assert tick(scheduled, lasting).tags[TAG] == "7"


def test_the_run_reuses_descriptions_and_draws_other_tables(
    workplace: Workplace, scheduled: dg.Definitions, lasting: dg.DagsterInstance
):
    assert materialise(visits(), MADE, lasting).success
    before = {name: workplace.warehouse.read(name) for name in MADE[1:]}
    result = launch(scheduled, lasting, tick(scheduled, lasting), MADE)

    for mode in MODES:
        [described] = result.asset_materializations_for_node(f"{mode}_visits_description")
        [drawn] = result.asset_materializations_for_node(f"{mode}_visits")
        after = workplace.warehouse.read(f"{mode}_visits")
        assert described.metadata["reused"].value is True
        assert drawn.metadata["regeneration"].value == 1
        assert after.schema == before[f"{mode}_visits"].schema
        assert not after.equals(before[f"{mode}_visits"])
        assert_frame_equal(workplace.warehouse.read(f"{mode}_visits_description"), before[f"{mode}_visits_description"])
    assert_frame_equal(workplace.warehouse.read("deidentified_visits"), before["deidentified_visits"])


def test_the_source_is_not_made_again_and_changed_data_are_described_anew(
    workplace: Workplace, scheduled: dg.Definitions, lasting: dg.DagsterInstance
):
    assert materialise(visits(), MADE, lasting).success
    workplace.warehouse.write("clinic", visits(300))
    result = launch(scheduled, lasting, tick(scheduled, lasting), MADE)
    reused = {
        mode: result.asset_materializations_for_node(f"{mode}_visits_description")[0].metadata["reused"].value
        for mode in MODES
    }

    assert workplace.warehouse.row_count("clinic") == 300
    assert reused == {"random": True, "independent": False, "correlated": False}
    assert workplace.warehouse.row_count("independent_visits") == 294


def test_the_same_number_draws_the_same_tables(
    workplace: Workplace, scheduled: dg.Definitions, lasting: dg.DagsterInstance
):
    assert materialise(visits(), ONE_MODE, lasting).success
    request = tick(scheduled, lasting)
    launch(scheduled, lasting, request)
    first = workplace.warehouse.read("independent_visits")
    launch(scheduled, lasting, tick(scheduled, lasting))
    assert not workplace.warehouse.read("independent_visits").equals(first)
    launch(scheduled, lasting, request)

    assert_frame_equal(workplace.warehouse.read("independent_visits"), first)


def test_with_a_schedule_tables_warn_after_eight_days_and_fail_after_two_weeks(scheduled: dg.Definitions):
    policies = {
        spec.key.to_user_string(): spec.freshness_policy
        for spec in scheduled.resolve_all_asset_specs()
        if spec.freshness_policy
    }
    expected = dg.FreshnessPolicy.time_window(fail_window=timedelta(days=14), warn_window=timedelta(days=8))

    assert policies == {f"{mode}_visits": expected for mode in MODES}
