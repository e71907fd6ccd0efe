"""Two descriptions' groups of one column in common terms: which stand for the same values, whatever their number.

It knows no counts.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, TypeAlias

from synth_assets.describe.coding import Bins, CodedColumn, Levels

Piece: TypeAlias = Any
"""A value, a stretch between two edges, or ``missing``, ``present`` or ``rest``; small enough that none is split."""

Pieces: TypeAlias = frozenset[Piece]

MISSING: Final[Piece] = ("missing",)
_PRESENT: Final[Piece] = ("present",)
_REST: Final[Piece] = ("rest",)


def aligned(first: CodedColumn, second: CodedColumn) -> tuple[list[Pieces], list[Pieces]] | None:
    """The pieces that each group of either column stands for: equal sets are equal groups.

    Args:
        first: A column of one description.
        second: The column of that name in another.

    Returns:
        For each of the two, the pieces of its groups 0, 1, ...; ``None`` where they cannot be compared: one is in bins
        and the other is not, types differ, or one is told as a distance from other columns.
    """
    same = first.column.type == second.column.type and first.above == second.above
    if not same or type(first.coding) is not type(second.coding):
        return None
    if isinstance(first.coding, Levels) and isinstance(second.coding, Levels):
        codes = [_levels(own, other) for own, other in _both(first.coding, second.coding)]
    elif isinstance(first.coding, Bins) and isinstance(second.coding, Bins):
        edges = sorted({*_edges(first.coding), *_edges(second.coding)})
        points = {*_points(first.coding), *_points(second.coding)}
        codes = [_bins(coding, edges, points) for coding in (first.coding, second.coding)]
    else:
        codes = [[frozenset({_PRESENT})], [frozenset({_PRESENT})]]
    return _grouped(first, codes[0]), _grouped(second, codes[1])


def _both(first: Levels, second: Levels) -> tuple[tuple[Levels, Levels], tuple[Levels, Levels]]:
    return (first, second), (second, first)


def _named(coding: Levels) -> Sequence[Piece]:
    """The values that stand for themselves."""
    return coding.values[:-1] if coding.other else coding.values


def _levels(coding: Levels, other: Levels) -> list[Pieces]:
    """``other`` stands for all that is not named, be it named in the other description."""
    codes = [frozenset({("value", value)}) for value in _named(coding)]
    if coding.other and coding.values:
        unnamed = set(_named(other)) - set(_named(coding))
        codes.append(frozenset({_REST, *(("value", value) for value in unnamed)}))
    return codes


def _edges(coding: Bins) -> Sequence[float]:
    if not coding.clamp:
        return coding.edges
    return (-math.inf, *coding.edges[1:-1], math.inf)


def _points(coding: Bins) -> set[float]:
    """The exact values that are counted by themselves."""
    return {*coding.spikes, *(value for held in coding.atoms for value, _ in held)}


def _bins(coding: Bins, edges: Sequence[float], points: set[float]) -> list[Pieces]:
    """Each bin as the stretches between all edges and the points in it, and each spike as its point."""
    codes, own = [], list(pairwise(_edges(coding)))
    stretches, free = list(pairwise(edges)), points - set(coding.spikes)
    for low, high in own:
        inside = {("stretch", *stretch) for stretch in stretches if low <= stretch[0] and stretch[1] <= high}
        held = {point for point in free if low <= point < high or (point == high == own[-1][1])}
        codes.append(frozenset(inside | {("value", point) for point in held}))
    return codes + [frozenset({("value", spike)}) for spike in coding.spikes]


def _grouped(coded: CodedColumn, codes: Sequence[Pieces]) -> list[Pieces]:
    """The pieces of groups, from those of codes."""
    every = [*codes, *([frozenset({MISSING})] if coded.column.nullable else [])]
    groups: dict[int, Pieces] = {}
    for code, group in enumerate(coded.groups.tolist()):
        groups[group] = groups.get(group, frozenset()) | every[code]
    return [groups[group] for group in sorted(groups)]


def partition(whole: Pieces, parts: Mapping[Pieces, Any]) -> list[Pieces]:
    """Disjoint sets that together are the whole; none where they are not all there.

    Args:
        whole: To be made up.
        parts: Disjoint sets.
    """
    inside = [part for part in parts if part <= whole]
    return inside if frozenset[Piece]().union(*inside) == whole else []
