"""From a column to the domain that may be published: as declared, or coarsened from the data.

No bound or bin edge here is taken from a row, and no value that fewer than ``minimum`` rows hold is named.
"""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import polars as pl

from synth_assets.describe.coding import (
    Bins,
    CodedColumn,
    Coding,
    Levels,
    Presence,
    axis_limits,
    bound_to_axis,
    into_bins,
    to_axis,
)
from synth_assets.describe.steps import outward_edges
from synth_assets.errors import DescriptionError
from synth_assets.schema import DEFAULT_BINS, Categories, Column, Interval

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
        start, width = Fraction(str(low)), Fraction(str(high)) - Fraction(str(low))
        edges = dict.fromkeys(float(start + width * place / domain.bins) for place in range(domain.bins + 1))
        return Bins(tuple(edges)) if low < high else Levels((low,))
    steps = high - low + 1
    if steps <= domain.bins:
        return Levels(tuple(range(low, high + 1)))
    most = axis_limits(column.type)[1]
    edges = dict.fromkeys(min(low - (-place * steps // domain.bins), most) for place in range(domain.bins + 1))
    return Bins(tuple(edges), clamp=high == most)


def from_data(column: Column, values: pl.Series, minimum: int) -> CodedColumn:
    """The column with a domain read from the data and coarsened so that it tells of no small group.

    Categories rarer than ``minimum`` become ``other``. Bounds lie on a public step (see ``steps``), outside the
    ``minimum`` smallest and largest values; bins that hold a few rows are joined with a neighbour. Where fewer than
    ``minimum`` values are missing, or other, they need company: then only values and bins with twice as many rows are
    told apart, for to name one tells that it has ``minimum``.

    Args:
        column: Of any type.
        values: Of the column's own type.
        minimum: The smallest count that may be told.
    """
    present = to_axis(values, column.type).drop_nulls()
    missing = len(values) - len(present)
    least = 2 * minimum if 0 < missing < minimum else minimum
    nullable = missing > 0 or len(present) < least
    column = replace(column, domain=None, domain_source="data", nullable=nullable)
    if column.type == "text":
        coding: Coding = Presence()
    elif column.type == "boolean":
        coding = Levels((0, 1))
    elif column.type == "category":
        coding = _common_levels(present, minimum, least)
    else:
        coding = _outward_bins(column, present, least)
    return CodedColumn(column, coding)


def _common_levels(present: pl.Series, minimum: int, least: int) -> Levels:
    counts = present.value_counts(sort=False, name="rows").sort(present.name)
    if not len(counts):
        return Levels((), other=True)
    rare = (counts["rows"] < least) | (counts[present.name] == OTHER)
    if 0 < counts["rows"].filter(rare).sum() < minimum:
        rare |= counts["rows"] < 2 * minimum
    kept = counts.filter(~rare)[present.name].to_list()
    return Levels((*kept, OTHER) if rare.any() else tuple(kept), other=bool(rare.any()))


def _outward_bins(column: Column, present: pl.Series, least: int) -> Coding:
    if len(present) < least:
        return Levels((), other=True)
    low, high = _quantiles(present.sort().to_numpy(), least)
    wanted = min(DEFAULT_BINS, max(1, len(present) // (2 * least)))
    bins = Bins(outward_edges(low, high, column.type, wanted), clamp=True)
    kept = _joined(np.bincount(into_bins(present, bins).to_numpy(), minlength=bins.size), least)
    return replace(bins, edges=tuple(bins.edges[place] for place in kept))


def _quantiles(ordered: np.ndarray, least: int) -> tuple[float, float]:
    """The ``least``-th smallest and largest value; the middle one twice, where these would pass each other."""
    middle = len(ordered) // 2
    return ordered[min(least - 1, middle)].item(), ordered[max(-least, middle - len(ordered))].item()


def _joined(counts: np.ndarray, least: int) -> list[int]:
    """The places of the edges that stay: bins with 1 to ``least - 1`` rows join those after them.

    The last bin has ``least`` rows or is the only one, for it was made so; nothing is left over.
    """
    edges, held = [0], 0
    for place, count in enumerate(counts.tolist()):
        held += count
        if held == 0 or held >= least:
            edges.append(place + 1)
            held = 0
    return edges
