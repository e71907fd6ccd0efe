"""Codings of declared domains alone: nothing of them, exact values and steps included, is read from the data."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from synth_assets.describe.coding import ALONE, Bins, CodedColumn, Presence, bound_to_axis
from synth_assets.describe.domain import declared
from synth_assets.describe.steps import public_step
from synth_assets.errors import DescriptionError
from synth_assets.schema import Column, Interval, Schema

_DISTANCE_BINS = 40


def check_declared(schema: Schema, round_to: int) -> None:
    """Refuse a schema of which anything came from the data, unless the user asserted that it is public; and rounding.

    Raises:
        DescriptionError: It lists the columns.
    """
    undeclared = [column.name for column in schema if not _is_declared(column)]
    if undeclared:
        message = (
            f"With epsilon every domain must be declared, and these columns' come from the data or are not given: "
            f"{', '.join(undeclared)}. A bound or category that is read from the data tells of the rows that hold it, "
            "and no noise covers that. Declare their categories, or their minimum and maximum, or say why they are "
            "public: schema.assert_public_domain(reason=...)."
        )
        raise DescriptionError(message)
    if round_to > 1:
        message = (
            f"round_to is {round_to} with epsilon. Allowed: 1, for the counts are noisy already, and rounding them "
            "protects nobody."
        )
        raise DescriptionError(message)


def _is_declared(column: Column) -> bool:
    needs_none = column.type == "boolean" or column.opaque
    return column.domain_source != "data" and (needs_none or column.domain is not None)


def public_codings(schema: Schema, above: Mapping[str, tuple[str, ...]]) -> dict[str, CodedColumn]:
    """Every column as it is published.

    Numbers in bins get codes of their own for the values at which they pile up without a look at the data: both ends
    of their range, and 0. Columns above others are told by how far above, in bins that widen with the distance.

    Args:
        schema: All domains declared.
        above: For columns that are read as distances, the others; see ``distances``.
    """
    return {
        column.name: _distances(column, above[column.name], schema)
        if column.name in above
        else _with_piles(declared(column))
        for column in schema
    }


def _with_piles(coded: CodedColumn) -> CodedColumn:
    coding = coded.coding
    if not isinstance(coding, Bins) or coded.column.type not in {"integer", "float"}:
        return coded
    low, high = coding.edges[0], coding.edges[-1]
    last = high if coded.axis == "float" or coding.clamp else high - 1
    piles = {low, last} | ({type(low)(0)} if low < 0 < last else set())
    return replace(coded, coding=replace(coding, spikes=tuple(sorted(piles))))


def _distances(column: Column, below: tuple[str, ...], schema: Schema) -> CodedColumn:
    """The column by its distance from those below it, from 0 to as far as the declared ranges allow."""
    ends = [_ends(column), *(_ends(schema[name]) for name in below)]
    farthest = max(ends[0][1] - min(low for low, _ in ends[1:]), 1)
    coded = CodedColumn(column, Presence(), above=below)
    edges = _widening(farthest, is_float=coded.axis == "float")
    return replace(coded, coding=Bins(edges, clamp=True, spikes=(ALONE,)))


def _ends(column: Column) -> tuple[float, float]:
    if not isinstance(column.domain, Interval):
        message = f"Column {column.name!r} has no minimum and maximum. With epsilon an order needs both declared."
        raise DescriptionError(message)
    return bound_to_axis(column.domain.minimum), bound_to_axis(column.domain.maximum)


def _widening(farthest: float, *, is_float: bool) -> tuple[float, ...]:
    """Edges from 0 to beyond the farthest distance, some four to a power of ten."""
    whole = Fraction(str(farthest))
    step = whole
    edges = {Fraction(0)}
    for _ in range(_DISTANCE_BINS):
        step = public_step(step, "float")
        if not is_float and step < 1:
            break
        edges.add(step)
        step = step * Fraction(3, 5)
    edges.add(public_step(whole, "float") * 10)
    ordered = sorted(edges)
    return tuple(float(edge) if is_float else int(edge) for edge in ordered if is_float or edge.denominator == 1)
