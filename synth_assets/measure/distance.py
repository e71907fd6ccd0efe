"""Total variation distance between the frequencies of two tables, for one, two or more columns at a time."""

import itertools
from collections.abc import Sequence

import polars as pl

from synth_assets.errors import MeasurementError
from synth_assets.frames import Frame
from synth_assets.measure.binning import BinnedColumn, IntArray, bin_columns
from synth_assets.measure.counting import count
from synth_assets.measure.floor import sampling_floor
from synth_assets.measure.pairing import paired
from synth_assets.schema import DEFAULT_BINS, Schema


def total_variation(original: IntArray, synthetic: IntArray) -> float:
    """Half the sum of absolute differences of the two relative frequencies.

    It is the largest difference in probability that the two tables give to any event: 0 for equal frequencies, 1 where
    no cell holds rows of both. Symmetric.

    Args:
        original: Rows per cell, shape (cells,), at least one row in all.
        synthetic: Rows per cell, same cells, at least one row in all.

    >>> import numpy as np
    >>> total_variation(np.array([3, 1]), np.array([1, 3]))
    0.5
    """
    difference = original / original.sum() - synthetic / synthetic.sum()
    return min(float(abs(difference).sum()) / 2, 1.0)


def k_way(frame: Frame, table: Frame, schema: Schema, *, ways: int = 3, bins: int = DEFAULT_BINS) -> pl.DataFrame:
    """Total variation distance of every combination of ``ways`` columns, with its sampling floor.

    Args:
        frame: The original.
        table: The synthetic table.
        schema: Of both.
        ways: From 1 to the number of columns.
        bins: See ``bin_columns``.

    Returns:
        One row a combination: ``columns`` (list of names), ``tvd``, ``floor``.

    Raises:
        MeasurementError: The tables cannot be compared, or ``ways`` is out of range.
    """
    if not 1 <= ways <= len(schema):
        message = f"ways is {ways}. Allowed: from 1 to the number of columns, {len(schema)}."
        raise MeasurementError(message)
    columns = bin_columns(*paired(frame, table, schema), schema, bins=bins)
    return pl.DataFrame(
        [_measure(combination) for combination in itertools.combinations(columns, ways)],
        schema={"columns": pl.List(pl.String), "tvd": pl.Float64, "floor": pl.Float64},
        orient="row",
    )


def _measure(columns: Sequence[BinnedColumn]) -> tuple[list[str], float, float]:
    cells = count(columns)
    floor = sampling_floor(cells.original, int(cells.synthetic.sum()))
    return [one.column.name for one in columns], total_variation(cells.original, cells.synthetic), floor.mean
