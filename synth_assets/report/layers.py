"""A directed network in layers, and the order within them: parents before children, few crossings. No places yet.

The first steps of Sugiyama, Tagawa and Toda (1981): layers by longest path, then barycentre sweeps.
"""

import itertools
from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import TypeAlias

Link: TypeAlias = tuple[str, str]
"""Parent and child."""
Stop: TypeAlias = str | tuple[int, int]
"""What takes room in a layer: a column, or (link's place, layer) where a link passes a layer on its way."""

_SWEEPS = 24


@dataclass(frozen=True, slots=True)
class Part:
    """A connected part of the network, in layers.

    Attributes:
        chains: The stops of each link, by its place: parent, layers that it passes, child.
        rows: The stops of each layer, from top to bottom.
        before: Each stop's neighbours in the layer before; likewise ``after``.
    """

    chains: dict[int, list[Stop]]
    rows: list[list[Stop]]
    before: Mapping[Stop, list[Stop]]
    after: Mapping[Stop, list[Stop]]


def in_layers(links: Sequence[Link]) -> list[Part]:
    """The connected parts of a network, in layers, in the order in which the links come to them.

    Args:
        links: Without cycles; those that end at a column come before those that start there.
    """
    return [_layered(part) for part in _connected(links)]


def crossings(rows: Sequence[Sequence[Stop]], chains: Iterable[Sequence[Stop]]) -> int:
    """How often links cross between layers.

    Args:
        rows: The stops of each layer, from top to bottom.
        chains: The stops of each link, one a layer.
    """
    places = {stop: (depth, place) for depth, row in enumerate(rows) for place, stop in enumerate(row)}
    pieces = [(places[left], places[right][1]) for chain in chains for left, right in itertools.pairwise(chain)]
    found, ends = 0, defaultdict[int, list[int]](list)
    for (depth, _), end in sorted(pieces):
        found += len(ends[depth]) - bisect_right(ends[depth], end)
        insort(ends[depth], end)
    return found


def _connected(links: Sequence[Link]) -> list[dict[int, Link]]:
    """The links of each connected part, by their places."""
    first: dict[str, str] = {}
    for parent, child in links:
        kept, gone = first.setdefault(parent, parent), first.setdefault(child, child)
        first |= {name: kept for name, old in first.items() if old == gone}
    found = defaultdict[str, dict[int, Link]](dict)
    for place, link in enumerate(links):
        found[first[link[0]]][place] = link
    return list(found.values())


def _layered(links: Mapping[int, Link]) -> Part:
    depths: dict[str, int] = {}
    for parent, child in links.values():
        depths[child] = max(depths.get(child, 0), depths.setdefault(parent, 0) + 1)
    chains: dict[int, list[Stop]] = {
        place: [parent, *((place, depth) for depth in range(depths[parent] + 1, depths[child])), child]
        for place, (parent, child) in links.items()
    }
    before, after = defaultdict[Stop, list[Stop]](list), defaultdict[Stop, list[Stop]](list)
    rows: list[dict[Stop, None]] = [{} for _ in range(max(depths.values()) + 1)]
    for place, chain in chains.items():
        for depth, stop in enumerate(chain, start=depths[links[place][0]]):
            rows[depth][stop] = None
        for left, right in itertools.pairwise(chain):
            before[right].append(left)
            after[left].append(right)
    return _swept(Part(chains, [list(row) for row in rows], before, after))


def _swept(part: Part) -> Part:
    """The same with the best order of rows that sweeps to the right and to the left come by."""
    rows, best, fewest = part.rows, part.rows, crossings(part.rows, part.chains.values())
    for sweep in range(_SWEEPS):
        way = -1 if sweep % 2 else 1
        near = part.after if sweep % 2 else part.before
        places = _places(rows)
        swept = []
        for row in rows[::way]:
            means = {stop: fmean(places[other] for other in near.get(stop) or (stop,)) for stop in row}
            swept.append(sorted(row, key=means.__getitem__))
            places |= _places(swept[-1:])
        rows = swept[::way]
        if (found := crossings(rows, part.chains.values())) < fewest:
            best, fewest = rows, found
    return replace(part, rows=best)


def _places(rows: Iterable[Sequence[Stop]]) -> dict[Stop, float]:
    """How far down in its row each stop is, between 0 and 1."""
    return {stop: (place + 0.5) / len(row) for row in rows for place, stop in enumerate(row)}
