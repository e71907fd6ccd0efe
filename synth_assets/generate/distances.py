"""Columns that were described by how far they lie above others: put back above those, so that the order holds."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from synth_assets.describe.coding import ALONE, Bins, CodedColumn, Levels, axis_limits, bound_to_axis, to_axis
from synth_assets.generate.values import typed
from synth_assets.schema import Interval


def values_above(
    coded: CodedColumn, distances: pl.Series, below: Sequence[pl.Series], least: float, rng: np.random.Generator
) -> pl.Series:
    """The column's values: the largest of those below it and the distance, inside its domain and type.

    Whether all of those are missing is drawn with them; so a row that has one takes the distance of another row where
    its own says ``ALONE``, and a row that has none takes the value of another row. Where no row has one, it is the
    smallest value of those below.

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
    told = distances.is_not_null()
    far = _in_place(distances.cast(kind), told & (distances == ALONE), 0, rng)
    value = _added(base, far, coded)
    value = _in_place(value, told & base.is_null(), least, rng)
    return typed(coded.column, coded.column.type, _inside(value, coded))


def _in_place(values: pl.Series, wrong: pl.Series, otherwise: float, rng: np.random.Generator) -> pl.Series:
    """The values with those of other rows where they are wrong; with another value where no row has one."""
    wrong = wrong.fill_null(value=False)
    if not wrong.any():
        return values
    found = values.filter(~wrong).drop_nulls()
    found = found if len(found) else pl.Series([otherwise], dtype=values.dtype)
    return values.zip_with(~wrong, found.gather(rng.integers(0, len(found), len(values))))


def _added(base: pl.Series, far: pl.Series, coded: CodedColumn) -> pl.Series:
    """Both added up, no further than the type goes; differences of whole numbers are taken in unsigned arithmetic."""
    held = (base.is_not_null() & far.is_not_null()).to_numpy()
    start, step = base.fill_null(0).to_numpy(), far.fill_null(0).to_numpy()
    most = axis_limits(coded.column.type)[1]
    if coded.axis == "float":
        with np.errstate(over="ignore"):
            value = np.minimum(start + step, most)
    else:
        room = np.uint64(most) - start.astype(np.uint64)
        value = (start.astype(np.uint64) + np.minimum(step.astype(np.uint64), room)).astype(np.int64)
    return pl.Series(value).set(pl.Series(~held), None)


def _inside(value: pl.Series, coded: CodedColumn) -> pl.Series:
    limits = coded.column.domain
    if not isinstance(limits, Interval):
        return value
    return value.clip(bound_to_axis(limits.minimum), bound_to_axis(limits.maximum))


def least_below(columns: Sequence[CodedColumn]) -> float:
    """The smallest value that any of these columns may have, on its axis; 0 where that is told of none."""
    codings = [coded.coding for coded in columns if not coded.above and isinstance(coded.coding, Bins | Levels)]
    ends = [coding.edges[0] if isinstance(coding, Bins) else coding.values[0] for coding in codings if coding.size]
    return min((end for end in ends if not isinstance(end, str)), default=0)
