"""Columns that were described by how far they lie above others: put back above those, so that the order holds."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from synth_assets.describe.coding import Bins, CodedColumn, Levels, bound_to_axis, to_axis
from synth_assets.generate.values import typed
from synth_assets.schema import Interval


def values_above(
    coded: CodedColumn, distances: pl.Series, below: Sequence[pl.Series], least: float, rng: np.random.Generator
) -> pl.Series:
    """The column's values: the largest of those below it and the distance, no larger than its domain allows.

    Where all of those are missing there is nothing to lie above: such a row takes the value of another row of this
    block, so that these values are spread as the column's own; where no row has one, the smallest value of those below.

    Args:
        coded: The column.
        distances: Not negative, ``ALONE`` where nothing is below, null where the value is missing.
        below: The columns that it lies above, each of its type.
        least: The smallest value that these may have, on their axis.
        rng: Source of chance.
    """
    kind = pl.Float64 if coded.axis == "float" else pl.Int64
    lows = pl.DataFrame(
        [to_axis(values, coded.column.type).cast(kind).alias(str(at)) for at, values in enumerate(below)]
    )
    base = lows.select(pl.max_horizontal(pl.all())).to_series()
    value = base + distances.cast(kind).clip(0)
    if isinstance(coded.column.domain, Interval):
        value = value.clip(upper_bound=bound_to_axis(coded.column.domain.maximum))
    found = value.drop_nulls()
    alone = base.is_null() & distances.is_not_null()
    if alone.any():
        found = found if len(found) else pl.Series([least], dtype=kind)
        value = value.set(alone, None)
        value = value.zip_with(~alone, found.gather(rng.integers(0, len(found), len(value))))
    return typed(coded.column, coded.column.type, value)


def least_below(columns: Sequence[CodedColumn]) -> float:
    """The smallest value that any of these columns may have, on its axis; 0 where that is told of none."""
    codings = [coded.coding for coded in columns if not coded.above and isinstance(coded.coding, Bins | Levels)]
    ends = [coding.edges[0] if isinstance(coding, Bins) else coding.values[0] for coding in codings if coding.size]
    return min((end for end in ends if not isinstance(end, str)), default=0)
