"""What runs have done, from Dagster's history; what is reported from outside a run counts for nothing.

Dagster's web server takes such reports from anybody who can reach it.
"""

from collections.abc import Iterator
from typing import Any

from dagster import AssetCheckKey, AssetKey, AssetMaterialization, DagsterInstance, EventLogEntry, EventLogRecord
from dagster._core.definitions.data_version import (
    DATA_VERSION_TAG,
    INPUT_DATA_VERSION_TAG_PREFIX,
    INPUT_EVENT_POINTER_TAG_PREFIX,
)
from dagster._core.storage.asset_check_execution_record import (
    AssetCheckExecutionRecord,
    AssetCheckExecutionRecordStatus,
)

_AT_ONCE = 25
"""Events that are read at once beyond the last one, which mostly is all that is asked for: events hold pictures."""


def is_of_a_run(event: EventLogEntry) -> bool:
    """Whether a step of a run wrote an event."""
    return bool(event.run_id) and event.dagster_event is not None and event.dagster_event.step_key is not None


def all_made(instance: DagsterInstance, asset: str | AssetKey) -> Iterator[EventLogRecord]:
    """Every time that a run materialised an asset, the last one first."""
    key, cursor = AssetKey(asset) if isinstance(asset, str) else asset, None
    while True:
        found = instance.fetch_materializations(key, limit=_AT_ONCE if cursor else 1, cursor=cursor)
        yield from (record for record in found.records if is_of_a_run(record.event_log_entry))
        if not found.has_more:
            return
        cursor = found.cursor


def last_made(instance: DagsterInstance, asset: str | AssetKey) -> EventLogEntry | None:
    """The last time that a run materialised an asset; ``None`` where none did."""
    return next((record.event_log_entry for record in all_made(instance, asset)), None)


def last_told(instance: DagsterInstance, asset: str | AssetKey) -> dict[str, Any]:
    """The metadata of that materialisation, as plain values; empty where there is none."""
    return next((told_by(record) for record in all_made(instance, asset)), {})


def told_by(record: EventLogRecord) -> dict[str, Any]:
    """The metadata of a materialisation, as plain values."""
    return {name: value.value for name, value in _materialisation(record).metadata.items()}


def made_from(record: EventLogRecord, parent: str) -> int | None:
    """Which materialisation of a parent an asset was made from: its number in Dagster's log; ``None`` if not known."""
    number = (_materialisation(record).tags or {}).get(f"{INPUT_EVENT_POINTER_TAG_PREFIX}/{parent}", "")
    return int(number) if number.isdecimal() else None


def input_version(record: EventLogRecord, parent: str) -> str | None:
    """The data version of a parent that an asset was made from; ``None`` if not known."""
    return (_materialisation(record).tags or {}).get(f"{INPUT_DATA_VERSION_TAG_PREFIX}/{parent}")


def version_of(record: EventLogRecord) -> str | None:
    """The data version of what was made; ``None`` if not known."""
    return (_materialisation(record).tags or {}).get(DATA_VERSION_TAG)


def is_of_present(instance: DagsterInstance, asset: str, *parents: str) -> bool:
    """Whether an asset was made from what each of these parents is now."""
    made = next(all_made(instance, asset), None)
    present = {parent: next(all_made(instance, parent), None) for parent in parents}
    return made is not None and all(
        last is not None and made_from(made, parent) == last.storage_id for parent, last in present.items()
    )


def _materialisation(record: EventLogRecord) -> AssetMaterialization:
    made = record.event_log_entry.asset_materialization
    if made is None:
        message = "This event of Dagster's log is no materialisation."
        raise ValueError(message)
    return made


def last_checked(instance: DagsterInstance, check: AssetCheckKey) -> AssetCheckExecutionRecord | None:
    """The last result of a check, whoever reported it; what runs that wait have only planned is passed over."""
    done = {AssetCheckExecutionRecordStatus.SUCCEEDED, AssetCheckExecutionRecordStatus.FAILED}
    found = instance.event_log_storage.get_asset_check_execution_history(check, limit=1, status=done)
    return found[0] if found else None
