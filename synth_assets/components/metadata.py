"""What the Dagster UI shows of a table, a description, a figure. No row of a sensitive table gets in here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import dagster as dg
import polars as pl

from synth_assets.protect import Outcome
from synth_assets.protect.removals import told_removals
from synth_assets.report.pictures import WrittenPicture
from synth_assets.schema import Column, Schema

PREVIEW_ROWS = 5
DECIMALS = 4
DATASET_TAG = "dataset"
"""On every asset, with the dataset's name: the UI filters by it."""


def column_schema(columns: Iterable[Column]) -> dg.TableSchema:
    """The columns with their types and words."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                column.name,
                _said_type(column),
                description=_ended(column.description),
                constraints=dg.TableColumnConstraints(nullable=column.nullable),
            )
            for column in columns
        ]
    )


def told_columns(columns: Mapping[str, tuple[str, str]]) -> dg.TableSchema:
    """Columns of a table of measurements: each name with its type, and what it means and where it comes from."""
    return dg.TableSchema(
        columns=[dg.TableColumn(name, kind, description=_ended(told)) for name, (kind, told) in columns.items()]
    )


def declared_columns(columns: Iterable[Mapping[str, Any]], *, drawn_from: str | None = None) -> dg.TableSchema:
    """The columns of a dataset's YAML, before its domains are looked up; of a synthetic table, with what it is from."""
    plain = Schema.from_dict({"columns": [{**column, "domain": None} for column in columns]})
    if drawn_from is None:
        return column_schema(plain)
    drawn = f"Drawn from {drawn_from}"
    words = (". ".join(filter(None, [column.description, drawn])) for column in plain)
    return column_schema(replace(column, description=told) for column, told in zip(plain, words, strict=True))


def rounded(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The same figures with four decimals, as many as anybody reads."""
    return {name: round(value, DECIMALS) if isinstance(value, float) else value for name, value in figures.items()}


def preview(table: pl.DataFrame, rows: int = PREVIEW_ROWS) -> dg.MetadataValue:
    """The first rows, as a table. Only for synthetic and public tables."""
    head = table.head(rows)
    lines = [_line(head.columns), _line(["---"] * head.width), *(_line(row) for row in head.iter_rows())]
    return dg.MetadataValue.md("\n".join(lines))


def figure(name: str, picture: WrittenPicture) -> dict[str, dg.MetadataValue]:
    """A figure in the UI, under a name, and where its file is."""
    return {name: dg.MetadataValue.md(picture.preview), "figure": dg.MetadataValue.path(str(picture.path))}


def steps_taken(outcomes: Sequence[Outcome], least: int) -> dg.MetadataValue:
    """A table of steps: columns that went and came, rows that were removed, as may be told, and why."""
    removed = told_removals(outcomes, least)
    records = [
        dg.TableRecord(
            {
                "step": outcome.step,
                "columns": ", ".join(
                    [*(f"- {name}" for name in outcome.removed), *(f"+ {name}" for name in outcome.added)]
                ),
                "rows removed": f"{count:,}" if isinstance(count, int) else count,
                "why": outcome.reason,
            }
        )
        for outcome, count in zip(outcomes, removed, strict=True)
    ]
    columns = [dg.TableColumn(name, "string") for name in ("step", "columns", "rows removed", "why")]
    return dg.MetadataValue.table(records, schema=dg.TableSchema(columns=columns))


def _line(cells: Iterable[object]) -> str:
    shown = (str("" if cell is None else cell).replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(shown)} |"


def _ended(words: str | None) -> str | None:
    """The words with a full stop, where they have no end."""
    return words if not words or words.endswith((".", "?", "!")) else f"{words}."


def _said_type(column: Column) -> str:
    return f"{column.type} ({column.unit})" if column.unit else column.type
