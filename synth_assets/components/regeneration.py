"""Scheduled regeneration: the job, its schedule, and the number of each drawing. Off until switched on in the UI."""

from typing import Any

import dagster as dg
from dagster import DagsterInstance

from synth_assets.components.dataset import Dataset
from synth_assets.components.failure import say_what_to_do
from synth_assets.components.history import last_told
from synth_assets.schema import MODES


def regeneration_definitions(dataset: Dataset) -> tuple[Any, list[dg.ScheduleDefinition]]:
    """The job ``regenerate_<name>`` and, where the dataset asks for it, its schedule."""
    first = dataset.deidentified if dataset.source_asset else dataset.source_name
    chosen = dg.AssetSelection.assets(first).downstream()
    said = "De-identify again, keep the descriptions where nothing changed, draw every synthetic table anew"
    job = dg.define_asset_job(
        f"regenerate_{dataset.name}",
        selection=chosen if dataset.release_on_schedule else chosen - dg.AssetSelection.groups("releases"),
        description=f"{said}{', and release what passes' if dataset.release_on_schedule else ''}.",
        hooks={say_what_to_do},
    )
    return job, [_schedule(dataset, job)] if dataset.schedule else []


def _schedule(dataset: Dataset, job: Any) -> dg.ScheduleDefinition:  # noqa: ANN401 - an unresolved job has no public type
    also = ", and releases what passes" if dataset.release_on_schedule else ""

    @dg.schedule(
        name=f"regenerate_{dataset.name}_schedule",
        cron_schedule=dataset.schedule or "",
        job=job,
        default_status=dg.DefaultScheduleStatus.STOPPED,
        execution_timezone="Europe/London",
        description=(
            f"Draws the synthetic {dataset.title} tables anew{also}. Each tick has a regeneration number of its own."
        ),
    )
    def tick(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        number = next_regeneration(context.instance, dataset)
        return dg.RunRequest(
            run_config=run_config(regeneration=number),
            tags={"synth_assets/regeneration": str(number)},
        )

    return tick


def next_regeneration(instance: DagsterInstance, dataset: Dataset) -> int:
    """One more than any synthetic table of the dataset was drawn with, and than any tick has asked for."""
    drawn = [_last_drawn(instance, dataset.synthetic(mode)) for mode in MODES]
    asked = [
        int(run.tags["synth_assets/regeneration"])
        for run in instance.get_runs(dg.RunsFilter(job_name=f"regenerate_{dataset.name}"), limit=100)
        if "synth_assets/regeneration" in run.tags
    ]
    return max([0, *drawn, *asked]) + 1


def _last_drawn(instance: DagsterInstance, asset: str) -> int:
    return int(last_told(instance, asset).get("regeneration", 0))


def run_config(**randomness: int) -> dict[str, Any]:
    """Run config that sets the seed or the regeneration number."""
    return {"resources": {"randomness": {"config": randomness}}}
