"""Where boxes and arrows of a directed network lie: nothing over anything else. Nothing is drawn here.

Layers go from left to right; in each, heights are as level with the neighbours' as the order allows, in least squares.
"""

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TypeAlias

from synth_assets.report.canvas import Box
from synth_assets.report.layers import Link, Part, Stop, in_layers

Point: TypeAlias = tuple[float, float]
Size: TypeAlias = tuple[float, float]

LANE = 0.17
"""Inches between links where they end; a line of small text fits."""

_ROUNDS = 60
_BETWEEN = 0.16
_PASSING = 0.1
_STARTING = 0.08
_CURVE = 0.4
_CURVE_PER_LINK = 0.02
_LONGEST_CURVE = 1.4
_STRAIGHTNESS = 4


@dataclass(frozen=True, slots=True)
class Layout:
    """A network laid out, in inches from its upper left corner, y downwards.

    Attributes:
        size: Width, at least that of the page, and height.
        boxes: Of every column, in the order of the sizes that were given.
        paths: Of every link, an odd number of points from the right side of the parent's box to the left side of the
            child's. A path curves from point 0 to 1, runs level from 1 to 2, curves from 2 to 3, and so on.
        rest: Upper edge of the block of columns without a link; ``None`` where there are none.
    """

    size: Size
    boxes: Mapping[str, Box]
    paths: tuple[tuple[Point, ...], ...]
    rest: float | None


def layered(sizes: Mapping[str, Size], links: Sequence[Link], *, page: float, run: float, head: float) -> Layout:
    """Lay out a network: parents left of their children, columns without a link in a block below.

    Args:
        sizes: Least width and height of each column's box.
        links: Without cycles; those that end at a column come before those that start there.
        page: Width that is there in any case; no box may be wider.
        run: Length of the level part at the end of each path.
        head: Room in the block of columns without a link for its title.
    """
    parts = in_layers(links)
    sides = _sides(sizes, parts, page, run)
    linked: dict[Stop, Box] = {}
    top = bottom = 0.0
    for part in parts:
        linked |= _stacked(part, sizes, sides, top)
        bottom = max(box[1] + box[3] for box in linked.values())
        top = bottom + 2 * _BETWEEN
    width = max([page, *(right for _, right in sides)])
    alone = _shelves({name: size for name, size in sizes.items() if name not in linked}, width, top + head)
    height = max([bottom, *(upper + down for _, upper, _, down in alone.values())])
    chains = {place: chain for part in parts for place, chain in part.chains.items()}
    paths = _paths([chains[place] for place in range(len(links))], linked, run)
    boxes = {name: alone.get(name) or linked[name] for name in sizes}
    return Layout((width, height), boxes, paths, top if alone else None)


def _stacked(
    part: Part, sizes: Mapping[str, Size], sides: Sequence[tuple[float, float]], top: float
) -> dict[Stop, Box]:
    """The boxes of a part, and the room where links pass, with the highest at ``top``."""
    heights = {stop: _height(stop, part, sizes) for row in part.rows for stop in row}
    middles = _middles(part, heights)
    uppers = {stop: middle - heights[stop] / 2 for stop, middle in middles.items()}
    shift = top - min(uppers.values())
    return {
        stop: (left, uppers[stop] + shift, right - left, heights[stop])
        for row, (left, right) in zip(part.rows, sides, strict=False)
        for stop in row
    }


def _height(stop: Stop, part: Part, sizes: Mapping[str, Size]) -> float:
    """A box has room for its name and for the links that end and start there."""
    if not isinstance(stop, str):
        return _PASSING
    ending, starting = LANE * len(part.before.get(stop, ())), _STARTING * len(part.after.get(stop, ()))
    return max(sizes[stop][1], _PASSING + ending, _PASSING + starting)


def _middles(part: Part, heights: Mapping[Stop, float]) -> dict[Stop, float]:
    """The height of each stop's middle: near the mean of its neighbours', in order and apart."""
    wishes = {stop: _wish(stop, part) for row in part.rows for stop in row}
    rows = [(row, [_apart(above, below, heights) for above, below in itertools.pairwise(row)]) for row in part.rows]
    middles: dict[Stop, float] = {}
    for row, gaps in rows:
        middles |= zip(row, _spread([0.0] * len(row), gaps), strict=True)
    for turn in range(_ROUNDS):
        for row, gaps in rows[:: -1 if turn % 2 else 1]:
            wanted = [fmean(middles[near] for near in wishes[stop]) for stop in row]
            middles |= zip(row, _spread(wanted, gaps), strict=True)
    return middles


def _wish(stop: Stop, part: Part) -> list[Stop]:
    """The neighbours, as often as they count: a link that passes layers keeps straight."""
    near = [*part.before.get(stop, ()), *part.after.get(stop, ())]
    passing = not isinstance(stop, str)
    return [other for other in near for _ in range(_STRAIGHTNESS if passing and not isinstance(other, str) else 1)]


def _apart(above: Stop, below: Stop, heights: Mapping[Stop, float]) -> float:
    between = _BETWEEN if isinstance(above, str) or isinstance(below, str) else _PASSING / 2
    return (heights[above] + heights[below]) / 2 + between


def _spread(wanted: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """The places closest to the wanted ones, by least squares, that keep their order and at least these gaps."""
    offsets = [0.0, *itertools.accumulate(gaps)]
    blocks: list[tuple[float, int]] = []
    for want, offset in zip(wanted, offsets, strict=False):
        total, count = want - offset, 1
        while blocks and blocks[-1][0] * count > total * blocks[-1][1]:
            total, count = total + blocks[-1][0], count + blocks.pop()[1]
        blocks.append((total, count))
    level = [total / count for total, count in blocks for _ in range(count)]
    return [place + offset for place, offset in zip(level, offsets, strict=False)]


def _sides(sizes: Mapping[str, Size], parts: Sequence[Part], page: float, run: float) -> list[tuple[float, float]]:
    """Left and right of each layer's boxes; what is left of the page widens the curves."""
    layers = itertools.zip_longest(*(part.rows for part in parts), fillvalue=())
    rows = [list(itertools.chain.from_iterable(layer)) for layer in layers]
    starting = [sum(len(part.after.get(stop, ())) for part in parts for stop in row) for row in rows[:-1]]
    widths = [max(sizes[stop][0] for stop in row if isinstance(stop, str)) for row in rows]
    curves = [min(_CURVE + _CURVE_PER_LINK * links, _LONGEST_CURVE) for links in starting]
    free = page - sum(widths) - sum(curves) - run * len(curves)
    wider = max(free, 0.0) / max(len(curves), 1)
    strides = [width + min(curve + wider, _LONGEST_CURVE) + run for width, curve in zip(widths, curves, strict=False)]
    lefts = itertools.accumulate(strides, initial=0.0)
    return [(left, left + width) for left, width in zip(lefts, widths, strict=False)]


def _paths(chains: Sequence[Sequence[Stop]], boxes: Mapping[Stop, Box], run: float) -> tuple[tuple[Point, ...], ...]:
    starts, ends = _ports(chains, boxes, 0, 1, _STARTING), _ports(chains, boxes, -1, -2, LANE)
    paths = []
    for chain, start, end in zip(chains, starts, ends, strict=True):
        left, _, width, _ = boxes[chain[0]]
        path = [(left + width, start)]
        for stop in chain[1:-1]:
            left, top, width, height = boxes[stop]
            path += [(left - run, top + height / 2), (left + width, top + height / 2)]
        left = boxes[chain[-1]][0]
        paths.append((*path, (left - run, end), (left, end)))
    return tuple(paths)


def _ports(
    chains: Sequence[Sequence[Stop]], boxes: Mapping[Stop, Box], own: int, other: int, apart: float
) -> list[float]:
    """The height at which each link meets the box at one of its ends: in the order of where it goes, or comes from."""
    middles = {stop: top + height / 2 for stop, (_, top, _, height) in boxes.items()}
    meeting = defaultdict[Stop, list[int]](list)
    for place in sorted(range(len(chains)), key=lambda place: middles[chains[place][other]]):
        meeting[chains[place][own]].append(place)
    heights = [0.0] * len(chains)
    for stop, places in meeting.items():
        step = min(apart, (boxes[stop][3] - _PASSING) / len(places))
        for rank, place in enumerate(places):
            heights[place] = middles[stop] + (rank - (len(places) - 1) / 2) * step
    return heights


def _shelves(sizes: Mapping[str, Size], width: float, top: float) -> dict[str, Box]:
    """Boxes in rows, as many beside each other as the width allows."""
    boxes: dict[str, Box] = {}
    left = tallest = 0.0
    for name, (across, down) in sizes.items():
        if left and left + across > width:
            left, top, tallest = 0.0, top + tallest + _BETWEEN, 0.0
        boxes[name] = (left, top, across, down)
        left, tallest = left + across + _BETWEEN, max(tallest, down)
    return boxes
