"""From a column to the domain that may be published: as declared, or coarsened from the data.

No bound or bin edge here is taken from a row, and no value that fewer than ``minimum`` rows hold is named.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np

from synth_assets.describe.coding import (
    ALONE,
    Bins,
    CodedColumn,
    Coding,
    Levels,
    Presence,
    axis_limits,
    bound_to_axis,
)
from synth_assets.describe.hide import MOVED
from synth_assets.describe.spikes import SPIKE_MINIMUMS, least_of_spike
from synth_assets.describe.steps import outward_edges
from synth_assets.describe.survey import Survey
from synth_assets.errors import DescriptionError
from synth_assets.schema import KEY_TYPES, Categories, Column, ColumnType, Interval

OTHER = "other"

EXTREMES = 4
"""A survey keeps this many times ``minimum`` of the smallest and the largest values."""

_BINS_FROM_DATA = 20


def declared(column: Column) -> CodedColumn:
    """The column with the domain that its schema declares or asserts.

    A range with no more whole steps than bins becomes levels; a longer one becomes bins of equal width.

    Raises:
        DescriptionError: The schema gives no domain.
    """
    return CodedColumn(replace(column, domain=None), _declared_coding(column))


def has_public_domain(column: Column) -> bool:
    """Whether the domain can be published without a look at the data."""
    told = column.type == "boolean" or column.opaque
    return told or (column.domain is not None and column.domain_source != "data")


def _declared_coding(column: Column) -> Coding:
    if column.opaque:
        return _presence(column)
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


def _presence(column: Column) -> Presence:
    if column.type not in KEY_TYPES:
        message = (
            f"Column {column.name!r} is a direct identifier of type {column.type}, of which nothing may be described. "
            "Drop it, pseudonymise it, or declare it as text."
        )
        raise DescriptionError(message)
    return Presence()


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


def from_data(column: Column, survey: Survey, minimum: int, above: tuple[str, ...] = ()) -> CodedColumn:
    """The column with a domain read from the data and coarsened so that it tells of no small group.

    Categories rarer than ``minimum`` become ``other``. Bounds lie on a public step (see ``steps``), outside the
    ``minimum`` smallest and largest values; bins that hold a few rows have yet to be joined (see ``joined``), and in
    long tails those that hold too many are split before (see ``tails``). Where
    fewer than ``minimum`` values are missing, or other, they need company: then only values and bins with twice as many
    rows are told apart, for to name one tells that it has ``minimum``.

    Args:
        column: Of any type.
        survey: Of all its values, with at least ``EXTREMES * minimum`` extremes.
        minimum: The smallest count that may be told.
        above: The columns from which the distances are that were surveyed in place of the values, if any.
    """
    least = least_told(survey, minimum)
    nullable = survey.missing > 0 or (survey.present < least and not above)
    limits = column.domain if above and column.domain_source != "data" else None
    column = replace(column, domain=limits, domain_source="data", nullable=nullable)
    if column.type == "category":
        return CodedColumn(column, _common_levels(survey, minimum, least))
    coded = CodedColumn(column, Presence(), above=above)
    coding = _outward_bins(coded.axis, survey, least)
    if above:
        bins = coding if isinstance(coding, Bins) else Bins((0.0, 1.0) if coded.axis == "float" else (0, 1), clamp=True)
        coding = replace(bins, spikes=(ALONE,))
    return replace(coded, coding=coding)


def least_told(survey: Survey, minimum: int) -> int:
    """How many rows a value or bin from the data must have to be told apart: see ``from_data``."""
    return 2 * minimum if 0 < survey.missing < minimum else minimum


def least_known(
    coded: CodedColumn, minimum: int, code_rows: np.ndarray, scarce: Sequence[tuple[float, float]] = ()
) -> np.ndarray:
    """Rows that each code is known to have from the domain alone, int64 of shape (size,).

    In a domain from the data, a category that is named has ``minimum`` rows, and so have the first and the last bin;
    where there is ``other``, or missing, some row has it. A spike has 4 times ``minimum`` in any domain, and 2 % of all
    rows, which are counted here where it has hardly more; so are all rows of a stretch that was only just split.

    Args:
        coded: A column.
        minimum: The smallest count that may be told.
        code_rows: Rows of each code, shape (size,).
        scarce: Stretches of the axis that were only just split; see ``tails.finer``.
    """
    least, coding = np.zeros(coded.size, dtype=np.int64), coded.coding
    from_data = coded.column.domain_source == "data"
    if isinstance(coding, Bins):
        least[coding.bins : coding.size] = _least_of_spikes(coded, coding, minimum, code_rows)
        least[[0, coding.bins - 1]] = minimum if from_data else 0
        for low, high in scarce:
            inside = [low < end and start < high for start, end in pairwise(coding.edges)]
            least[: coding.bins][inside] = code_rows[: coding.bins][inside]
    elif isinstance(coding, Levels) and from_data and coded.column.type == "category":
        least[: coding.size] = minimum
        if coding.other and coding.size:
            least[coding.size - 1] = 1
    if from_data and coded.column.nullable:
        least[-1] = 1
    return least


def _least_of_spikes(coded: CodedColumn, coding: Bins, minimum: int, code_rows: np.ndarray) -> np.ndarray:
    known = least_of_spike(int(code_rows.sum()), minimum)
    hardly = code_rows[coding.bins : coding.size] < known + MOVED * minimum
    alone = np.equal(coding.spikes, ALONE) & bool(coded.above)
    return np.where(alone, 0, np.where(hardly, known, SPIKE_MINIMUMS * minimum))


def by_group(coded: CodedColumn, of_codes: np.ndarray) -> np.ndarray:
    """Numbers of a column's codes, shape (size, ...), added up by group; shape (groups, ...)."""
    found = np.zeros((coded.group_count, *of_codes.shape[1:]), dtype=of_codes.dtype)
    np.add.at(found, coded.groups, of_codes)
    return found


def _common_levels(survey: Survey, minimum: int, least: int) -> Levels:
    if survey.categories is None or not len(survey.categories):
        return Levels((), other=True)
    counts = survey.categories.sort("value")
    rare = (counts["rows"] < least) | (counts["value"] == OTHER)
    if 0 < counts["rows"].filter(rare).sum() < minimum:
        rare |= counts["rows"] < 2 * minimum
    kept = counts.filter(~rare)["value"].to_list()
    return Levels((*kept, OTHER) if rare.any() else tuple(kept), other=bool(rare.any()))


def _outward_bins(axis: ColumnType, survey: Survey, least: int) -> Coding:
    if survey.present < least:
        return Levels((), other=True)
    return Bins(outward_edges(*ends(survey, least), axis, bins_wanted(survey, least)), clamp=True)


def bins_wanted(survey: Survey, least: int) -> int:
    """About how many bins of equal width a column from the data gets, at least 1."""
    return min(_BINS_FROM_DATA, max(1, survey.present // (2 * least)))


def ends(survey: Survey, least: int) -> tuple[float, float]:
    """The ``least``-th smallest and largest value; the middle one twice, where these would pass each other."""
    middle = survey.present // 2
    low, high = min(least - 1, middle), max(-least, middle - survey.present)
    return survey.smallest[low].item(), survey.largest[high].item()


def joined(coded: CodedColumn, code_rows: np.ndarray, least: int) -> tuple[CodedColumn, np.ndarray]:
    """The column with bins from the data joined until none holds from 1 to ``least - 1`` rows.

    Who knows the step and this rule can tell from an edge that is not there that from the one before it, up to it, or
    from it to the end, there were from 1 to ``least - 1`` rows. No such stretch is counted in a description.

    Args:
        coded: Its bins as ``from_data`` made them, or anything else, which comes back as it is.
        code_rows: Rows of each code, shape (size,).
        least: See ``least_told``.

    Returns:
        The column, and the new code of each old one, shape (old size,).
    """
    codes = np.arange(coded.size)
    if not isinstance(coded.coding, Bins) or coded.column.domain_source != "data":
        return coded, codes
    kept = _joined(code_rows[: coded.coding.bins].tolist(), least)
    bins = replace(coded.coding, edges=tuple(coded.coding.edges[place] for place in kept))
    lost = coded.coding.bins - bins.bins
    places = np.searchsorted(kept, codes[: coded.coding.bins], side="right") - 1
    return replace(coded, coding=bins), np.concatenate([places, codes[coded.coding.bins :] - lost])


def _joined(counts: list[int], least: int) -> list[int]:
    """The places of the edges that stay: bins with 1 to ``least - 1`` rows join the next, the last those before."""
    edges, held = [0], 0
    for place, count in enumerate(counts):
        held += count
        if held == 0 or held >= least:
            edges.append(place + 1)
            held = 0
    while edges[1:] and 0 < sum(counts[edges[-1] :]) < least:
        edges.pop()
    return edges if edges[-1] == len(counts) else [*edges, len(counts)]
