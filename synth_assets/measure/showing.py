"""Both tables on axes that may be shown: round or declared ends, so that no bin's edge is a value of the original.

What is measured is measured on other bins (see ``binning``), whose ends are the original's smallest and largest value.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from synth_assets.describe.coding import bound_to_axis
from synth_assets.describe.steps import outward_edges
from synth_assets.measure.binning import COMPARED_BINS, BinnedColumn, FloatArray, IntArray, Number, spans, whole_spans
from synth_assets.schema import Column, Interval

_WANTED = 12
_TAIL = 0.005
"""Of the values, on either side: they may lie beyond the axis, and are counted in its end bins."""

_NARROW = 0.25
_FAR_OUT = 3


def shown_columns(
    columns: Sequence[BinnedColumn], original: pl.DataFrame, synthetic: pl.DataFrame, minimum_count: int
) -> tuple[BinnedColumn, ...]:
    """The same columns, with numbers, dates and times on axes that may be shown.

    Args:
        columns: On the bins that are measured.
        original: Plain values, see ``paired``.
        synthetic: Plain values of the same columns.
        minimum_count: At least as many values of the original lie at or beyond either end of an axis that is read from
            them; with fewer than twice as many values there is no axis.
    """
    return tuple(_shown(one, (original[one.column.name], synthetic[one.column.name]), minimum_count) for one in columns)


def declared_axis(column: Column) -> bool:
    """Whether the schema declares where the column's values lie, without a look at them."""
    return isinstance(column.domain, Interval) and column.domain_source != "data"


def _shown(one: BinnedColumn, tables: tuple[pl.Series, pl.Series], minimum_count: int) -> BinnedColumn:
    column = one.column
    if column.opaque or column.type in {"category", "boolean"}:
        return one
    edges = _edges(column, tables[0], minimum_count)
    if edges is None:
        codes = [np.where(values.is_null().to_numpy(), 1, 0) for values in tables]
        return BinnedColumn(column, 2, ("any value",), None, codes[0], codes[1])
    codes = [_codes(values, edges) for values in tables]
    return BinnedColumn(column, len(edges), _labels(column, edges), edges, codes[0], codes[1])


def _edges(column: Column, values: pl.Series, minimum_count: int) -> FloatArray | None:
    """The declared range, unless the values fill little of it; else round ends around most of the values."""
    found = _edges_from_data(column, values, minimum_count)
    domain = column.domain
    if not isinstance(domain, Interval) or not declared_axis(column):
        return found
    low, high = bound_to_axis(domain.minimum), bound_to_axis(domain.maximum)
    if found is not None and found[-1] - found[0] < _NARROW * (high - low):
        return found
    if column.type == "float":
        return np.linspace(low, high, COMPARED_BINS + 1) if low < high else np.array([low, low + 1.0])
    steps = high - low + 1
    bins = min(steps, COMPARED_BINS)
    return np.array([low - (-place * steps // bins) for place in range(bins + 1)], dtype=np.float64)


def _edges_from_data(column: Column, values: pl.Series, minimum_count: int) -> FloatArray | None:
    finite = values.drop_nulls()
    finite = finite.filter(finite.is_finite()) if finite.dtype.is_float() else finite
    if len(finite) < 2 * minimum_count:
        return None
    place = max(minimum_count - 1, int(len(finite) * _TAIL))
    ordered = finite.to_numpy()
    low, high = (np.partition(ordered, at)[at].item() for at in (place, len(ordered) - 1 - place))
    low, high = _within_fences(ordered, min(low, high), max(low, high))
    wanted = min(_WANTED, max(1, len(finite) // (2 * minimum_count))) if low < high else _WANTED
    kind = "float" if finite.dtype.is_float() else column.type
    edges = np.array(outward_edges(low, high, kind, wanted), dtype=np.float64)
    if len(edges) == 2:  # noqa: PLR2004 - one bin, which gets a neighbour on either side
        step = edges[1] - edges[0]
        edges = np.array([edges[0] - step, *edges, edges[1] + step])
    return edges if np.all(np.diff(edges) > 0) else None


def _within_fences(ordered: npt.NDArray[Any], low: Number, high: Number) -> tuple[Number, Number]:
    """Ends that leave out what lies far out (Tukey 1977: 3 times the middle half's width beyond it), if much does."""
    first, third = np.quantile(ordered, [0.25, 0.75])
    reach = _FAR_OUT * (third - first)
    if not 0 < reach < np.inf:
        return low, high
    kind = type(low)
    return kind(max(low, math.floor(first - reach))), kind(min(high, math.ceil(third + reach)))


def _codes(values: pl.Series, edges: FloatArray) -> IntArray:
    """The bin of each value, an end bin where it lies beyond; missing is the last code."""
    bins = len(edges) - 1
    codes = np.full(len(values), bins, dtype=np.int64)
    present = values.drop_nulls().to_numpy()
    codes[values.is_not_null().to_numpy()] = np.clip(np.searchsorted(edges, present, "right") - 1, 0, bins - 1)
    return codes


def _labels(column: Column, edges: FloatArray) -> tuple[str, ...]:
    whole = column.type != "float"
    labels = whole_spans(column, np.array([*edges[:-1], edges[-1] - 1])) if whole else spans(edges)
    if declared_axis(column) or len(labels) == 1:
        return labels
    first, last = (labels[0].rsplit(" to ", 1)[-1], labels[-1].split(" to ", 1)[0])
    return (f"\N{LESS-THAN OR EQUAL TO} {first}", *labels[1:-1], f"\N{GREATER-THAN OR EQUAL TO} {last}")
