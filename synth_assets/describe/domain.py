"""From a column to the domain that may be published: as declared, or coarsened from the data.

No bound or bin edge here is taken from a row, and no value that fewer than ``minimum`` rows hold is named.
"""

import math
from dataclasses import replace

import numpy as np
import polars as pl

from synth_assets.describe.coding import Bins, CodedColumn, Coding, Levels, Presence, bound_to_axis, encode, to_axis
from synth_assets.describe.hide import pool
from synth_assets.errors import DescriptionError
from synth_assets.schema import Categories, Column, ColumnType, Interval

OTHER = "other"


def declared(column: Column) -> CodedColumn:
    """The column with the domain that its schema declares or asserts.

    A range with no more whole steps than bins becomes levels; a longer one becomes bins of equal width.

    Raises:
        DescriptionError: The schema gives no domain.
    """
    return CodedColumn(replace(column, domain=None), _declared_coding(column))


def has_public_domain(column: Column) -> bool:
    """Whether the domain can be published without a look at the data."""
    return column.type in {"boolean", "text"} or (column.domain is not None and column.domain_source != "data")


def _declared_coding(column: Column) -> Coding:
    if column.type == "text":
        return Presence()
    if column.type == "boolean":
        return Levels((0, 1))
    if isinstance(column.domain, Categories):
        return Levels(column.domain.values)
    if isinstance(column.domain, Interval):
        return _equal_bins(column, column.domain)
    message = (
        f"Column {column.name!r} has no domain. Declare its categories, or its minimum and maximum, in the schema, or "
        "let Schema.infer read them."
    )
    raise DescriptionError(message)


def _equal_bins(column: Column, domain: Interval) -> Coding:
    low, high = bound_to_axis(domain.minimum), bound_to_axis(domain.maximum)
    if column.type == "float":
        return Bins(tuple(np.linspace(low, high, domain.bins + 1).tolist())) if low < high else Levels((low,))
    steps = high - low + 1
    if steps <= domain.bins:
        return Levels(tuple(range(low, high + 1)))
    return Bins(tuple(low - (-place * steps // domain.bins) for place in range(domain.bins + 1)))


def from_data(column: Column, values: pl.Series, minimum: int) -> CodedColumn:
    """The column with a domain read from the data and coarsened so that it tells of no small group.

    Categories rarer than ``minimum`` become ``other`` (with the next rarest, where they are too few). Bounds lie on a
    public step of 1, 2 or 5 times a power of ten, outside the ``minimum`` smallest and largest values; bins that hold a
    few rows are joined with a neighbour.

    Args:
        column: Of any type.
        values: Of the column's own type.
        minimum: The smallest count that may be told.
    """
    present = to_axis(values, column.type).drop_nulls()
    nullable = len(present) < max(len(values), minimum)
    column = replace(column, domain=None, domain_source="data", nullable=nullable)
    if column.type == "text":
        coding: Coding = Presence()
    elif column.type == "boolean":
        coding = Levels((0, 1))
    elif column.type == "category":
        coding = _common_levels(present, minimum)
    else:
        coding = _outward_bins(column, present, minimum)
    return CodedColumn(column, coding)


def _common_levels(present: pl.Series, minimum: int) -> Levels:
    counts = present.value_counts(sort=False, name="rows").sort(present.name)
    hidden = pool(counts["rows"].to_numpy(), minimum)
    kept = tuple(value for value in counts.filter(pl.Series(~hidden))[present.name] if value != OTHER)
    rest = hidden.any() or OTHER in counts[present.name]
    return Levels((*kept, OTHER) if rest else kept, other=bool(rest))


def _outward_bins(column: Column, present: pl.Series, minimum: int) -> Coding:
    if len(present) < minimum:
        return Levels((), other=True)
    ordered = present.sort().to_numpy()
    low, high = ordered[minimum - 1], ordered[-minimum]
    step = _public_step(float(min(low, high)), float(max(low, high)), whole=column.type != "float")
    first, last = math.floor(min(low, high) / step), math.floor(max(low, high) / step) + 1
    edges = [place * step for place in range(first, last + 1)]
    bins = Bins(tuple(edges), clamp=True)
    counts = np.bincount(encode(present, CodedColumn(replace(column, type=_number(column)), bins)), minlength=bins.size)
    return replace(bins, edges=tuple(edges[place] for place in _joined(counts, minimum)))


def _number(column: Column) -> ColumnType:
    return "float" if column.type == "float" else "integer"


def _public_step(low: float, high: float, *, whole: bool, wanted: int = 20) -> float:
    """The largest of 1, 2 and 5 times a power of ten that cuts the range into at least ``wanted`` steps."""
    width = (high - low) / wanted or max(abs(low), 1.0) / wanted
    power = 10.0 ** math.floor(math.log10(width))
    step = max(factor * power for factor in (1, 2, 5) if factor * power <= width * (1 + 1e-9))
    return max(1, round(step)) if whole else step


def _joined(counts: np.ndarray, minimum: int) -> list[int]:
    """The places of the edges that stay: bins with 1 to ``minimum - 1`` rows join their neighbours."""
    edges, held = [0], 0
    for place, count in enumerate(counts.tolist()):
        held += count
        if held == 0 or held >= minimum:
            edges.append(place + 1)
            held = 0
    if held:
        edges[-1] = len(counts)
    elif edges[-1] != len(counts):
        edges.append(len(counts))
    return edges
