"""Compare a synthetic table with its original: one pass to codes, then every column and every pair of columns."""

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import polars as pl

from synth_assets.frames import Frame
from synth_assets.measure.binning import COMPARED_BINS, BinnedColumn, bin_columns
from synth_assets.measure.comparison import Comparison
from synth_assets.measure.counting import Cells, count
from synth_assets.measure.crossing import crossed, told_pairs
from synth_assets.measure.distance import total_variation
from synth_assets.measure.floor import sampling_floor
from synth_assets.measure.histogram import HISTOGRAM_SCHEMA, histogram
from synth_assets.measure.mutual_information import shared_information
from synth_assets.measure.pairing import paired
from synth_assets.measure.showing import shown_columns
from synth_assets.schema import Schema

MINIMUM_COUNT = 5
_DISTANCE = {name: pl.Float64() for name in ("tvd", "floor", "floor_sd", "ratio", "fresh_floor")}
_COLUMN_SCHEMA: dict[str, pl.DataType] = {
    "column": pl.String(),
    "type": pl.String(),
    **_DISTANCE,
    "missing_original": pl.Float64(),
    "missing_synthetic": pl.Float64(),
    "outside_synthetic": pl.Float64(),
}
_PAIR_SCHEMA: dict[str, pl.DataType] = {
    "column_a": pl.String(),
    "column_b": pl.String(),
    **_DISTANCE,
    "nmi_original": pl.Float64(),
    "nmi_synthetic": pl.Float64(),
    "nmi_difference": pl.Float64(),
    "nmi_floor": pl.Float64(),
    "nmi_original_error": pl.Float64(),
    "nmi_synthetic_error": pl.Float64(),
    "nmi_original_raw": pl.Float64(),
    "nmi_synthetic_raw": pl.Float64(),
}


def compare(
    frame: Frame, table: Frame, schema: Schema, *, bins: int = COMPARED_BINS, minimum_count: int = MINIMUM_COUNT
) -> Comparison:
    """Total variation distance and normalised mutual information, with the sampling noise floor beside each.

    Missing values are a value of their own throughout. Text and keys are compared by whether there is a value, for
    nothing else is described of them.

    Args:
        frame: The original.
        table: The synthetic table: the same columns, in any order, and any number of rows.
        schema: Of both.
        bins: Into how many bins of equal width numbers, dates and datetimes are cut (see ``bin_columns``).
        minimum_count: How many rows of the original lie at or beyond the ends of an axis that may be shown; see
            ``shown_columns``. Nothing that is measured depends on it.

    Raises:
        MeasurementError: The tables cannot be compared; the message lists every reason.

    >>> frame = pl.DataFrame({"sex": ["F", "F", "M", None]})
    >>> compare(frame, frame.head(2), Schema.infer(frame)).mean_tvd_1
    0.5
    """
    original, synthetic = paired(frame, table, schema)
    columns = bin_columns(original, synthetic, schema, bins=bins)
    counted = [(column, count([column])) for column in columns]
    pairs = _frame((_measure_pair(pair) for pair in itertools.combinations(columns, 2)), _PAIR_SCHEMA)
    shown = shown_columns(columns, original, synthetic, minimum_count)
    return Comparison(
        columns=_frame((_measure_column(column, cells) for column, cells in counted), _COLUMN_SCHEMA),
        pairs=pairs,
        histograms=_frame((row for one in shown for row in histogram(one, count([one]))), HISTOGRAM_SCHEMA),
        crossed=crossed(told_pairs(pairs), shown),
        original_rows=len(columns[0].original),
        synthetic_rows=len(columns[0].synthetic),
    )


def _frame(rows: Iterable[dict[str, Any]], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def _measure_column(binned: BinnedColumn, cells: Cells) -> dict[str, Any]:
    missing = binned.size - 1
    new = cells.synthetic[(cells.original == 0) & (cells.places < missing)].sum() if binned.edges is None else 0
    return {
        "column": binned.column.name,
        "type": binned.column.type,
        **_distance(cells),
        "missing_original": float(np.mean(binned.original == missing)),
        "missing_synthetic": float(np.mean(binned.synthetic == missing)),
        "outside_synthetic": max(int(new), binned.beyond) / len(binned.synthetic),
    }


def _measure_pair(pair: Sequence[BinnedColumn]) -> dict[str, Any]:
    cells = count(pair)
    rows, columns = cells.codes
    original, synthetic = (shared_information(rows, columns, counts) for counts in (cells.original, cells.synthetic))
    error = math.hypot(original.standard_error, synthetic.standard_error)
    return {
        "column_a": pair[0].column.name,
        "column_b": pair[1].column.name,
        **_distance(cells),
        "nmi_original": original.adjusted,
        "nmi_synthetic": synthetic.adjusted,
        "nmi_difference": synthetic.adjusted - original.adjusted,
        "nmi_floor": math.sqrt(2 / math.pi) * error,
        "nmi_original_error": original.standard_error,
        "nmi_synthetic_error": synthetic.standard_error,
        "nmi_original_raw": original.raw,
        "nmi_synthetic_raw": synthetic.raw,
    }


def _distance(cells: Cells) -> dict[str, float | None]:
    distance = total_variation(cells.original, cells.synthetic)
    floor = sampling_floor(cells.original, int(cells.synthetic.sum()))
    return {
        "tvd": distance,
        "floor": floor.mean,
        "floor_sd": floor.standard_deviation,
        "ratio": distance / floor.mean if floor.mean > 0 else None,
        "fresh_floor": floor.fresh,
    }
