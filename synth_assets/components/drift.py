"""Earlier drawings of a mode's table, as Dagster's history tells of their comparisons."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import polars as pl
from dagster import DagsterInstance, EventLogRecord

from synth_assets.components.dataset import Dataset
from synth_assets.components.history import all_made, input_version, made_from, told_by, version_of
from synth_assets.report.drift import DRIFT_SCHEMA, MOST_DRAWINGS
from synth_assets.schema import Mode

MEASURES = {"tvd_1": "1-way", "tvd_2": "2-way", "nmi_error": "NMI error"}
"""The names of the figures of a whole table in the metadata of its comparison."""

FLOOR = " by sampling alone"
REGENERATION = "regeneration"


def drawings(
    instance: DagsterInstance, dataset: Dataset, mode: Mode, now: Mapping[str, Any] | None = None
) -> pl.DataFrame:
    """The comparisons of a mode's drawings, the oldest first; of a drawing that was compared twice the last one.

    Args:
        instance: Dagster's history.
        dataset: Whose.
        mode: Whose table.
        now: The metadata of a comparison that is not in the history yet, of the drawing that is stored.

    Returns:
        See ``DRIFT_SCHEMA``.
    """
    synthetic = dataset.synthetic(mode)
    latest = next(all_made(instance, synthetic), None)
    seen = {None if latest is None else latest.storage_id} if now is not None else set()
    found: list[tuple[datetime, Mapping[str, Any], str | None]] = []
    for record in all_made(instance, f"{synthetic}_comparison"):
        drawn = made_from(record, synthetic)
        if drawn not in seen or drawn is None:
            seen.add(drawn)
            found.append((_time(record), told_by(record), input_version(record, dataset.original)))
        if len(found) == MOST_DRAWINGS:
            break
    found.reverse()
    if now is not None:
        original = next(all_made(instance, dataset.original), None)
        found.append((datetime.now(UTC), now, None if original is None else version_of(original)))
    return pl.DataFrame(list(_rows(mode, found[-MOST_DRAWINGS:])), schema=DRIFT_SCHEMA, orient="row")


def _rows(mode: Mode, found: list[tuple[datetime, Mapping[str, Any], str | None]]) -> Iterator[tuple]:
    before: str | None = None
    for place, (time, told, version) in enumerate(found, start=1):
        changed = None if before is None or version is None else version != before
        before = version or before
        number = told.get(REGENERATION)
        for measure, name in MEASURES.items():
            value, floor = told.get(name), told.get(f"{name}{FLOOR}")
            if isinstance(value, float) and isinstance(floor, float):
                yield mode, place, time, number if isinstance(number, int) else None, changed, measure, value, floor


def _time(record: EventLogRecord) -> datetime:
    return datetime.fromtimestamp(record.timestamp, UTC)
