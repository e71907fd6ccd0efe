"""What runs have done, from Dagster's history; what is reported from outside a run counts for nothing.

Dagster's web server takes such reports from anybody who can reach it.
"""

from typing import Any

from dagster import AssetCheckKey, AssetKey, DagsterInstance, EventLogEntry
from dagster._core.storage.asset_check_execution_record import (
    AssetCheckExecutionRecord,
    AssetCheckExecutionRecordStatus,
)

_AT_ONCE = 25


def is_of_a_run(event: EventLogEntry) -> bool:
    """Whether a step of a run wrote an event."""
    return bool(event.run_id) and event.dagster_event is not None and event.dagster_event.step_key is not None


def last_made(instance: DagsterInstance, asset: str | AssetKey) -> EventLogEntry | None:
    """The last time that a run materialised an asset; ``None`` where none did."""
    key, cursor = AssetKey(asset) if isinstance(asset, str) else asset, None
    while True:
        found = instance.fetch_materializations(key, limit=_AT_ONCE, cursor=cursor)
        for record in found.records:
            if is_of_a_run(record.event_log_entry):
                return record.event_log_entry
        if not found.has_more:
            return None
        cursor = found.cursor


def last_told(instance: DagsterInstance, asset: str | AssetKey) -> dict[str, Any]:
    """The metadata of that materialisation, as plain values; empty where there is none."""
    event = last_made(instance, asset)
    metadata = event.asset_materialization.metadata if event and event.asset_materialization else {}
    return {name: value.value for name, value in metadata.items()}


def last_checked(instance: DagsterInstance, check: AssetCheckKey) -> AssetCheckExecutionRecord | None:
    """The last result of a check, whoever reported it; what runs that wait have only planned is passed over."""
    done = {AssetCheckExecutionRecordStatus.SUCCEEDED, AssetCheckExecutionRecordStatus.FAILED}
    found = instance.event_log_storage.get_asset_check_execution_history(check, limit=1, status=done)
    return found[0] if found else None
