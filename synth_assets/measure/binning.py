"""Integer codes that both tables share: one per category, or one per bin of equal width over the original's range.

Bins and labels are read from the original, so they stay inside: a description has its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from synth_assets.errors import MeasurementError
from synth_assets.schema import Categories, Column, Schema

IntArray: TypeAlias = npt.NDArray[np.int64]
FloatArray: TypeAlias = npt.NDArray[np.float64]
Number: TypeAlias = int | float

COMPARED_BINS = 20
"""Numbers are compared in as many bins of equal width."""

_LARGE = 1e300


@dataclass(frozen=True, slots=True, eq=False)
class BinnedColumn:
    """A column of both tables as codes 0, 1, ...; the last code, ``size - 1``, is missing.

    Attributes:
        column: Its name, type and domain.
        size: How many codes there are, with the one of missing.
        labels: What each code but the last stands for, shape (size - 1,); of text and keys, only that
            there is a value.
        edges: Where the codes are bins on an axis: their edges, shape (size,); dates in days and datetimes in
            microseconds since 1970 (UTC). Else ``None``.
        original: Codes of the original, shape (rows of the original,).
        synthetic: Codes of the synthetic table, shape (rows of the synthetic table,).
        beyond: How many synthetic values lie outside the original's range; 0 where there is no axis.
    """

    column: Column
    size: int
    labels: tuple[str, ...]
    edges: FloatArray | None
    original: IntArray
    synthetic: IntArray
    beyond: int = 0


@dataclass(frozen=True, slots=True)
class _Axis:
    """How values of an ordered column become codes.

    Attributes:
        labels: What each code stands for.
        edges: Of the bins, or ``None``.
        code: From values that are not missing to their codes.
    """

    labels: tuple[str, ...]
    edges: FloatArray | None
    code: Callable[[npt.NDArray[Any]], npt.NDArray[Any]]


def bin_columns(
    original: pl.DataFrame, synthetic: pl.DataFrame, schema: Schema, *, bins: int = COMPARED_BINS
) -> tuple[BinnedColumn, ...]:
    """Every column of two tables as codes on shared bins.

    Numbers, dates and datetimes: ``bins`` bins of equal width over the original's range, half-open but the last; a
    value outside goes to the nearest end bin. Whole numbers and dates with at most ``bins`` steps in range get one bin
    a step. Where the original holds one value only, there are three codes: below, equal and above. Categories: the
    declared order, then, sorted, what is in a table and not declared.

    Args:
        original: Plain values, see ``paired``.
        synthetic: Plain values of the same columns.
        schema: Of both tables.
        bins: At least 1.

    Raises:
        MeasurementError: ``bins`` is below 1.
    """
    if bins < 1:
        message = f"bins is {bins}. Allowed: 1 or more; {COMPARED_BINS} is usual."
        raise MeasurementError(message)
    return tuple(_bin_column(column, (original[column.name], synthetic[column.name]), bins) for column in schema)


def _bin_column(column: Column, tables: tuple[pl.Series, pl.Series], bins: int) -> BinnedColumn:
    if column.opaque:
        original, synthetic = (values.is_null().cast(pl.Int64).to_numpy() for values in tables)
        return BinnedColumn(column, 2, ("present",), None, original, synthetic)
    if column.type in {"category", "boolean"}:
        return _categories(column, *tables)
    low, high = _range(tables[0])
    axis = _axis(column, low, high, bins)
    original, synthetic = (_on_axis(axis, values) for values in tables)
    present = tables[1].drop_nulls()
    beyond = len(present) if low is None else int(((present < low) | (present > high)).sum())
    return BinnedColumn(column, len(axis.labels) + 1, axis.labels, axis.edges, original, synthetic, beyond)


def _axis(column: Column, low: Any, high: Any, bins: int) -> _Axis:  # noqa: ANN401 - integers, floats or None
    if low is None:
        return _Axis(("any value",), None, lambda values: np.zeros(len(values), dtype=np.int64))
    if low == high:
        value = _said(column, low)
        labels = (f"below {value}", value, f"above {value}")
        return _Axis(labels, None, lambda values: 1 + (values > low) - (values < low))
    whole = isinstance(low, int)
    if whole and high - low < bins:
        labels = tuple(_said(column, value) for value in range(low, high + 1))
        edges = np.arange(high - low + 2, dtype=np.float64) + low
        return _Axis(labels, edges, lambda values: np.clip(np.floor(values), low, high) - low)
    edges = _even_edges(float(low), float(high), bins)
    labels = whole_spans(column, edges) if whole else spans(edges)
    return _Axis(labels, edges, lambda values: np.clip(np.searchsorted(edges, values, "right") - 1, 0, bins - 1))


def _on_axis(axis: _Axis, values: pl.Series) -> IntArray:
    codes = np.full(len(values), len(axis.labels), dtype=np.int64)
    codes[values.is_not_null().to_numpy()] = axis.code(values.drop_nulls().to_numpy())
    return codes


def _categories(column: Column, original: pl.Series, synthetic: pl.Series) -> BinnedColumn:
    declared = column.domain.values if isinstance(column.domain, Categories) else ()
    declared = ("false", "true") if column.type == "boolean" else declared
    seen = pl.concat([original.unique(), synthetic.unique()]).unique().drop_nulls().sort()
    values = pl.concat([pl.Series(declared, dtype=pl.String), seen]).unique(maintain_order=True)
    enum = pl.Enum(values)
    codes = [
        one.cast(enum).to_physical().cast(pl.Int64).fill_null(len(values)).to_numpy() for one in (original, synthetic)
    ]
    return BinnedColumn(column, len(values) + 1, tuple(values), None, codes[0], codes[1])


def _range(values: pl.Series) -> tuple[Any, Any]:
    """The smallest and largest finite value; None where there is none."""
    finite = values.filter(values.is_finite()) if values.dtype.is_float() else values
    return finite.min(), finite.max()


def _even_edges(low: float, high: float, bins: int) -> FloatArray:
    """Equal widths; near the largest float by quarters, so that none is beyond it."""
    if max(abs(low), abs(high)) < _LARGE:
        return np.linspace(low, high, bins + 1)
    return 4 * np.linspace(low / 4, high / 4, bins + 1)


def spans(edges: FloatArray) -> tuple[str, ...]:
    """With as many digits as tell the edges apart, but at least four."""
    width = float(edges[-1] / len(edges) - edges[0] / len(edges))
    largest = max(abs(float(edges[0])), abs(float(edges[-1])))
    digits = max(4, ceil(log10(largest) - log10(width)) + 1) if width > 0 else 17
    return tuple(f"{left:.{digits}g} to {right:.{digits}g}" for left, right in pairwise(edges))


def whole_spans(column: Column, edges: FloatArray) -> tuple[str, ...]:
    """The first and last whole step of each bin."""
    starts = [ceil(edge) for edge in edges[:-1]]
    ends = [*(start - 1 for start in starts[1:]), floor(edges[-1])]
    said = [(_said(column, start), _said(column, end)) for start, end in zip(starts, ends, strict=True)]
    return tuple(first if first == last else f"{first} to {last}" for first, last in said)


def _said(column: Column, value: Number) -> str:
    """A value on the axis as people write it; numpy's dates know every year."""
    if column.type == "date":
        return str(np.datetime64(int(value), "D"))
    if column.type == "datetime":
        return str(np.datetime_as_string(np.datetime64(int(value), "us"), unit="m")).replace("T", " ")
    return f"{value:.4g}" if isinstance(value, float) else str(value)
