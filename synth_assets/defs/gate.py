"""The second layer of the gate: a table is given to nobody while a check that guards it failed, never ran or is old."""

from collections.abc import Iterator

import dagster as dg
from dagster import AssetKey, DagsterInstance, EventLogEntry

from synth_assets.errors import StorageError


def refuse_unchecked(context: dg.InputContext) -> None:
    """Refuse to load an asset whose blocking checks do not all stand, passed, on the data that are there.

    Checks themselves may look at any table. A result that was reported from outside a run, as the web server lets
    anybody do, counts as none.

    Raises:
        StorageError: It says which check, and what to do.
    """
    step = context.step_context
    if step.is_asset_check_step:
        return
    graph = step.job_def.asset_layer.asset_graph
    keys = [key for key in graph.get_check_keys_for_assets({context.asset_key}) if graph.get(key).blocking]
    faults = list(_faults(context.asset_key, keys, step.instance))
    if faults:
        name = context.asset_key.to_user_string()
        message = (
            f"{name!r} is not read: {'; '.join(faults)}. Materialise {name!r} with its checks, look at what they say, "
            "and put that right first."
        )
        raise StorageError(message)


def _faults(asset: AssetKey, keys: list[dg.AssetCheckKey], instance: DagsterInstance) -> Iterator[str]:
    """What is wrong with each check, in words."""
    if not keys:
        return
    made = instance.get_latest_materialization_event(asset)
    records = instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    for key in keys:
        record = records.get(key)
        event = record.event if record else None
        evaluation = record.evaluation if record and record.status.value in {"SUCCEEDED", "FAILED"} else None
        if event is None or evaluation is None:
            yield f"its check {key.name!r} never ran to its end"
        elif not _is_of_a_run(event):
            yield f"its check {key.name!r} was reported from outside a run, which counts for nothing"
        elif not evaluation.passed and evaluation.severity == dg.AssetCheckSeverity.ERROR:
            yield f"its check {key.name!r} failed"
        elif made is not None and event.run_id != made.run_id and event.timestamp < made.timestamp:
            yield f"its check {key.name!r} is older than the data"


def _is_of_a_run(event: EventLogEntry) -> bool:
    return bool(event.run_id) and event.dagster_event is not None and event.dagster_event.step_key is not None
