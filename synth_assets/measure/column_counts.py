"""One table alone, per bin or category of each column: what a small figure of it is made from."""

import polars as pl

from synth_assets.frames import Frame, to_polars
from synth_assets.measure.binning import bin_columns
from synth_assets.measure.counting import count
from synth_assets.measure.histogram import HISTOGRAM_SCHEMA, histogram
from synth_assets.measure.pairing import paired
from synth_assets.measure.showing import shown_columns
from synth_assets.schema import Schema


def column_counts(frame: Frame, schema: Schema, minimum_count: int) -> pl.DataFrame:
    """The rows in each bin or category of each column, on axes that may be shown.

    Args:
        frame: A table with the schema's columns and at least one row.
        schema: Of it.
        minimum_count: How many rows lie at or beyond the ends of an axis that is read from them; see ``shown_columns``.

    Returns:
        As ``Comparison.histograms``; ``original`` holds the counts, and ``synthetic`` is 0 throughout.

    Raises:
        MeasurementError: The table is empty, or not of the schema.

    >>> frame = pl.DataFrame({"sex": ["F", "F", "M", None]})
    >>> column_counts(frame, Schema.infer(frame), 1).select("label", "original").rows()
    [('F', 2), ('M', 1), ('missing', 1)]
    """
    table = to_polars(frame)
    original, one = paired(table, table.head(1), schema)
    nothing = one.clear()
    shown = shown_columns(bin_columns(original, nothing, schema), original, nothing, minimum_count)
    rows = (row for one in shown for row in histogram(one, count([one])))
    return pl.DataFrame(list(rows), schema=HISTOGRAM_SCHEMA, orient="row")
