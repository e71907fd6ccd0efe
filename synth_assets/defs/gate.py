"""The second layer of the gate: a table is given to nobody while a check that guards it failed, never ran or is old."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

import dagster as dg
from dagster import AssetKey, DagsterInstance
from dagster_shared.check import CheckError

from synth_assets.components.history import is_of_a_run, last_checked, last_made
from synth_assets.components.inputs import GATES
from synth_assets.errors import StorageError


def refuse_unchecked(context: dg.InputContext) -> None:
    """Refuse to load an asset whose blocking checks do not all stand, passed, on the data that are there.

    Checks themselves may look at any table. A result or a materialisation that was reported from outside a run, as the
    web server lets anybody do, counts as none.

    Raises:
        StorageError: It says which check, and what to do.
    """
    step = context.step_context
    made = step.assets_def
    if step.is_asset_check_step and (
        made is None or not made.keys
    ):  # an asset that yields checks is one too for Dagster
        return
    faults = list(_faults(context.asset_key, sorted(_gates(context)), step.instance))
    if faults:
        name = context.asset_key.to_user_string()
        message = (
            f"{name!r} is not read: {'; '.join(faults)}. Materialise {name!r} with its checks, look at what they say, "
            "and put that right first."
        )
        raise StorageError(message)


def _gates(context: dg.InputContext) -> set[dg.AssetCheckKey]:
    """The blocking checks of the asset, as the run knows them, and those that the input itself names.

    A run of a part of the graph does not know the checks on what it only reads.
    """
    asset, step = context.asset_key, context.step_context
    graphs = [step.job_def.asset_layer.asset_graph]
    with suppress(CheckError):  # a run in this process alone has no code location
        graphs.append(step.repository_def.asset_graph)
    named = context.definition_metadata.get(GATES, [])
    keys = {key for graph in graphs for key in graph.get_check_keys_for_assets({asset}) if graph.get(key).blocking}
    return keys | {dg.AssetCheckKey(asset, str(name)) for name in named}


def _faults(asset: AssetKey, keys: Sequence[dg.AssetCheckKey], instance: DagsterInstance) -> Iterator[str]:
    """What is wrong with each check, in words."""
    if not keys:
        return
    made = last_made(instance, asset)
    for key in keys:
        record = last_checked(instance, key)
        event = record.event if record else None
        evaluation = record.evaluation if record else None
        if event is None or evaluation is None:
            yield f"its check {key.name!r} never ran to its end"
        elif not is_of_a_run(event):
            yield f"its check {key.name!r} was reported from outside a run, which counts for nothing"
        elif not evaluation.passed and evaluation.severity == dg.AssetCheckSeverity.ERROR:
            yield f"its check {key.name!r} failed"
        elif made is not None and event.run_id != made.run_id and event.timestamp < made.timestamp:
            yield f"its check {key.name!r} is older than the data"
