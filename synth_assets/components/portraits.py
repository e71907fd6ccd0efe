"""Tables, descriptions and attacks at a glance: the small figure that each asset has in the UI."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from synth_assets.components.metadata import figure
from synth_assets.describe import Description
from synth_assets.errors import MeasurementError
from synth_assets.frames import BatchedTable, Frame
from synth_assets.measure.column_counts import column_counts
from synth_assets.report.attack_intervals import write_attacks
from synth_assets.report.portrait import Line, lines_of_description, lines_of_table, write_portrait
from synth_assets.report.privacy_tables import AttackLine
from synth_assets.report.verdict_grid import write_verdicts
from synth_assets.schema import Schema
from synth_assets.storage.sample import first_rows

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
    return _portrait(lines, name, reports, said)


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
    return _portrait(lines, name, reports, said, synthetic=True)


def of_description(description: Description, name: str, reports: Path) -> dict[str, Any]:
    """The figure of a description without a network: what it tells of each column."""
    said = "what the description tells" if description.mode != "random" else "no count is told: domains alone"
    return _portrait(lines_of_description(description), name, reports, said)


def of_attacks(attacks: Sequence[AttackLine], name: str, reports: Path) -> dict[str, Any]:
    """The figure of attacks; nothing where there is none."""
    if not attacks:
        return {}
    picture = write_attacks(attacks, _path(reports, name), title=f"{name}: what each attack gains")
    return figure(AT_A_GLANCE, picture)


def of_source(columns: Mapping[str, str], rows: int | None, name: str, reports: Path) -> dict[str, Any]:
    """The figure of a table that stands elsewhere: its columns, with words on each, and none of its values.

    Args:
        columns: Words on each, by name.
        rows: Of the table; ``None`` where nobody counted.
        name: Of its asset.
        reports: The folder of reports.
    """
    counted = "" if rows is None else f"{rows:,} rows; "
    lines = [Line(column, (), missing=False, words=words) for column, words in columns.items()]
    return _portrait(lines, name, reports, f"{counted}what each column is, and whether it stays")


def of_release(judged: pl.DataFrame, name: str, reports: Path) -> dict[str, Any]:
    """The figure of a release: what was judged of each mode."""
    return figure(AT_A_GLANCE, write_verdicts(judged, _path(reports, name), title=f"{name}: what was judged"))


def _portrait(lines: Sequence[Line], name: str, reports: Path, said: str, *, synthetic: bool = False) -> dict[str, Any]:
    picture = write_portrait(lines, _path(reports, name), title=f"{name} at a glance", said=said, synthetic=synthetic)
    return figure(AT_A_GLANCE, picture)


def _path(reports: Path, name: str) -> Path:
    return reports / name / "at_a_glance.png"
