"""Counts of both tables per bin or category of a column: what figures are made from, so that they never see a row."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from synth_assets.measure.binning import BinnedColumn
from synth_assets.measure.counting import Cells
from synth_assets.measure.showing import declared_axis
from synth_assets.schema import Categories

HISTOGRAM_SCHEMA: dict[str, pl.DataType] = {
    "column": pl.String(),
    "position": pl.Int64(),
    "label": pl.String(),
    "original": pl.Int64(),
    "synthetic": pl.Int64(),
    "ordered": pl.Boolean(),
    "missing": pl.Boolean(),
    "declared": pl.Boolean(),
    "lower": pl.Float64(),
    "upper": pl.Float64(),
}


def histogram(binned: BinnedColumn, cells: Cells) -> Iterator[dict[str, Any]]:
    """One row a code, in order, missing last.

    Empty bins and declared categories without rows are there too. Text has one row for all its values.

    Args:
        binned: The column.
        cells: Its counts.
    """
    counts = np.zeros((2, binned.size), dtype=np.int64)
    counts[:, cells.places] = cells.original, cells.synthetic
    labels: tuple[str, ...] = binned.labels
    if binned.column.type == "text":
        labels = ("any text (values not shown)",)
        counts = np.column_stack([counts[:, :-1].sum(axis=1), counts[:, -1]])
    for position, label in enumerate((*labels, "missing")):
        missing = position == len(labels)
        yield {
            "column": binned.column.name,
            "position": position,
            "label": label,
            "original": int(counts[0, position]),
            "synthetic": int(counts[1, position]),
            "ordered": binned.column.ordered,
            "missing": missing,
            "declared": missing or _declared(binned, label),
            "lower": None if missing or binned.edges is None else float(binned.edges[position]),
            "upper": None if missing or binned.edges is None else float(binned.edges[position + 1]),
        }


def _declared(binned: BinnedColumn, label: str) -> bool:
    """Whether the label is known without the data: of a domain that did not come from it, or not a value."""
    column = binned.column
    if isinstance(column.domain, Categories):
        return column.domain_source != "data" and label in column.domain.values
    return column.type in {"boolean", "text"} or (binned.edges is not None and declared_axis(column))
