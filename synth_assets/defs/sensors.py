"""Watches data/input for a new postcode file. Off until switched on in the UI."""

import dagster as dg

from synth_assets.components.resources import Workplace
from synth_assets.defs.jobs import everything
from synth_assets.source.london_postcodes import FILE_NAMES


@dg.sensor(
    job=everything,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.STOPPED,
    description="Runs everything again when 'London postcodes.csv' (or .csv.gz) in data/input is new or changed.",
)
def new_postcode_file(context: dg.SensorEvaluationContext, workplace: Workplace) -> dg.SensorResult | dg.SkipReason:
    """Asks for a run when a file's size or time of change differs from what was last seen."""
    seen = state_of_files(workplace)
    if not seen:
        return dg.SkipReason(f"There is no {' or '.join(FILE_NAMES)} in {workplace.folder.input}.")
    if seen == context.cursor:
        return dg.SkipReason("The postcode file is the one that was seen last.")
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=seen)], cursor=seen)


def state_of_files(workplace: Workplace) -> str:
    """Name, size and time of change of each postcode file; empty where there is none."""
    paths = [workplace.folder.input / name for name in FILE_NAMES]
    marks = [(path.name, path.stat()) for path in paths if path.exists()]
    return "; ".join(f"{name} {found.st_size} {found.st_mtime_ns}" for name, found in marks)
