"""Tables, descriptions and attacks at a glance: the small figure that each asset has in the UI."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import dagster as dg

from synth_assets.describe import Description
from synth_assets.errors import MeasurementError
from synth_assets.frames import BatchedTable, Frame, in_order
from synth_assets.measure.column_counts import column_counts
from synth_assets.report.attack_intervals import write_attacks
from synth_assets.report.pictures import WrittenPicture
from synth_assets.report.portrait import lines_of_description, lines_of_table, write_portrait
from synth_assets.report.privacy_tables import AttackLine
from synth_assets.schema import Schema

AT_A_GLANCE = "at a glance"


def of_inside(
    table: Frame | BatchedTable, schema: Schema, minimum_count: int, name: str, reports: Path
) -> dict[str, Any]:
    """The figure of a table that stays inside: counts below the minimum are hidden, and no value of few rows is named.

    Args:
        table: Its first rows are drawn, as many as a batch has.
        schema: Of it.
        minimum_count: The smallest count that may be shown.
        name: Of its asset.
        reports: The folder of reports.
    """
    first = first_rows(table)
    if not len(first):
        return {}
    try:
        counts = column_counts(first, schema, minimum_count)
    except MeasurementError:  # whoever describes the table says what does not fit
        return {AT_A_GLANCE: "not drawn: the table does not fit its schema"}
    lines = lines_of_table(counts, len(first), minimum_count)
    hidden = f"; counts below {minimum_count} are hidden" if minimum_count > 1 else ""
    said = f"{len(first):,} rows{hidden}"
    return _told(write_portrait(lines, _path(reports, name), title=f"{name} at a glance", said=said))


def of_synthetic(first: Frame, description: Description, rows: int, name: str, reports: Path) -> dict[str, Any]:
    """The figure of a synthetic table, from its first rows and nothing else.

    Args:
        first: The rows.
        description: From which they were drawn.
        rows: Of the whole table.
        name: Of its asset.
        reports: The folder of reports.
    """
    if not len(first):
        return {}
    schema = Schema(tuple(coded.column for coded in description.columns))
    lines = lines_of_table(column_counts(first, schema, 1), len(first), 1)
    said = f"{len(first):,} synthetic rows" if len(first) == rows else f"the first {len(first):,} synthetic rows"
    return _told(write_portrait(lines, _path(reports, name), title=f"{name} at a glance", said=said, synthetic=True))


def of_description(description: Description, name: str, reports: Path) -> dict[str, Any]:
    """The figure of a description without a network: what it tells of each column."""
    said = "what the description tells" if description.mode != "random" else "no count is told: domains alone"
    lines = lines_of_description(description)
    return _told(write_portrait(lines, _path(reports, name), title=f"{name} at a glance", said=said))


def of_attacks(attacks: Sequence[AttackLine], name: str, reports: Path) -> dict[str, Any]:
    """The figure of attacks; nothing where there is none."""
    if not attacks:
        return {}
    return _told(write_attacks(attacks, _path(reports, name), title=f"{name}: what each attack gains"))


def first_rows(table: Frame | BatchedTable) -> Frame:
    """The first rows of a table, as many as a batch has."""
    with closing(in_order(table)) as batches:
        return next(batches)


def _path(reports: Path, name: str) -> Path:
    return reports / name / "at_a_glance.png"


def _told(picture: WrittenPicture) -> dict[str, Any]:
    return {
        AT_A_GLANCE: dg.MetadataValue.md(picture.preview),
        "figure": dg.MetadataValue.path(str(picture.path)),
    }
