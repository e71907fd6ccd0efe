"""One column as pairs of bars: upright on an axis, or lying beside the names of categories."""

from collections.abc import Callable, Sequence
from math import nan
from typing import TYPE_CHECKING, Any

from synth_assets.report.bars import Bar, Bars
from synth_assets.report.canvas import FAINT, LINE, ORIGINAL, PAPER, SYNTHETIC, Box, panel, write
from synth_assets.report.lettering import NAME_SIZE, TEXT_SIZE, fitted, inches
from synth_assets.report.precision import told
from synth_assets.report.ticks import Ticks, day, shares, ticks, years

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MARK: dict[str, Any] = {"marker": "v", "markersize": 4.0, "markerfacecolor": PAPER, "markeredgecolor": ORIGINAL}
"""What stands where an original count is not to be shown."""

PANEL_WIDTH = 4.15
"""Inches."""

_NAME_HEIGHT = 0.5
_FOOT = 0.62
_UPRIGHT_HEIGHT = 1.55
_UPRIGHT_INDENT = 0.42
_SLOT_HEIGHT = 0.2
_TALLEST_SLOT = 0.3
_LABEL_ROOM = 1.7
_MOST_LYING = 24
_FEWEST_SLOTS = 5
_THICKNESS = 0.42
_OFFSETS = (0.29, 0.71)
_COLORS = (ORIGINAL, SYNTHETIC)


def height_of(one: Bars, width: float = PANEL_WIDTH) -> float:
    """How many inches a column needs from its name to the foot of its axis."""
    inner = max(len(one.bars) * _SLOT_HEIGHT, _UPRIGHT_HEIGHT) if lying(one, width) else _UPRIGHT_HEIGHT
    return _NAME_HEIGHT + inner + _FOOT


def draw_column(figure: "Figure", one: Bars, box: Box) -> None:
    """Name, distance from the original and bars of one column.

    Args:
        figure: Where it is drawn.
        one: The column.
        box: Its place.
    """
    left, top, width, height = box
    write(figure, left, top, fitted(one.column, width, size=NAME_SIZE), size=NAME_SIZE, weight="bold")
    if one.synthetic_rows:
        write(figure, left, top + 0.2, _distance(one), color=FAINT)
    inner = height - _NAME_HEIGHT - _FOOT
    if lying(one, width):
        labels = [fitted(bar.label, _LABEL_ROOM) for bar in one.bars]
        indent, inner = inches(labels) + 0.1, min(inner, len(one.bars) * _TALLEST_SLOT)
        axes = panel(figure, (left + indent, top + _NAME_HEIGHT, width - indent, inner))
        _lie(axes, one, labels)
    else:
        box = (left + _UPRIGHT_INDENT, top + _NAME_HEIGHT, width - _UPRIGHT_INDENT, inner)
        _stand(panel(figure, box), one, width - _UPRIGHT_INDENT)


def _distance(one: Bars) -> str:
    """What is told of a column below its name; only as exactly as a few rows do not change it."""
    tvd, floor = (told(figure, one.original_rows, one.minimum_count) for figure in (one.tvd, one.floor))
    return f"distance {tvd}, by sampling alone {floor}{'; end bars: and beyond' if one.open_ended else ''}"


def lying(one: Bars, width: float) -> bool:
    """Whether bars lie: categories do, unless they have an order and names short enough to stand beside each other."""
    if not one.ordered:
        return True
    if one.bars[0].lower is not None or len(one.bars) > _MOST_LYING:
        return False
    labels = [fitted(bar.label, _LABEL_ROOM) for bar in one.bars]
    return inches(labels) + 0.08 > (width - _UPRIGHT_INDENT) / len(labels)


def _lie(axes: "Axes", one: Bars, labels: Sequence[str]) -> None:
    starts = [float(place) for place in range(len(one.bars))]
    longest = _longest(one)
    _bars(axes.barh, one, starts)
    hidden = [start + _OFFSETS[0] for start, bar in zip(starts, one.bars, strict=True) if bar.original is None]
    if hidden:
        axes.plot([longest * 0.012] * len(hidden), hidden, linestyle="", **MARK | {"marker": ">"})
    axes.set_ylim(len(starts), 0)
    axes.set_yticks([start + 0.5 for start in starts], labels=labels)
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(0, longest)
    marks = shares(longest)
    axes.set_xticks(marks.values, labels=marks.labels)
    axes.grid(axis="x", color=LINE, linewidth=0.6)


def _stand(axes: "Axes", one: Bars, width: float) -> None:
    present = [bar for bar in one.bars if not bar.missing]
    gap = max(0.6, len(present) * 0.05) if present else 0.0
    starts = [place + (gap if bar.missing else 0.0) for place, bar in enumerate(one.bars)]
    longest = _longest(one)
    course = one.type in {"date", "datetime"} and one.bars[0].lower is not None
    if course:
        _course(axes, one)
    _bars(axes.bar, one, starts, only_missing=course)
    hidden = [
        start + (0.5 if course and not bar.missing else _OFFSETS[0])
        for start, bar in zip(starts, one.bars, strict=True)
        if bar.original is None
    ]
    if hidden:
        axes.plot(hidden, [longest * 0.025] * len(hidden), linestyle="", **MARK)
    beside = max(_FEWEST_SLOTS - len(starts), 0) / 2 + 0.2
    axes.set_xlim(-beside, starts[-1] + 1 + beside)
    _name_places(axes, one, starts, (starts[-1] + 1 + 2 * beside) / width)
    axes.set_ylim(0, longest)
    marks = shares(longest)
    axes.set_yticks(marks.values, labels=marks.labels)
    axes.grid(axis="y", color=LINE, linewidth=0.6)


def _course(axes: "Axes", one: Bars) -> None:
    """Both tables' course in time as lines, which break where a count is hidden; the wide one shows behind."""
    present = [bar for bar in one.bars if not bar.missing]
    centres = [place + 0.5 for place in range(len(present))]
    for side, color in enumerate(_COLORS[: _sides(one)]):
        shares_of = [nan if side == 0 and bar.original is None else _share(one, bar, side) for bar in present]
        wide = side == 0 and _sides(one) > 1
        look: dict[str, Any] = {"linewidth": 3.4 if wide else 1.6, "marker": "os"[side], "clip_on": False}
        look["markersize"] = 7.0 if wide else 3.6
        axes.plot(centres, shares_of, color=color, **look)


def _sides(one: Bars) -> int:
    """Two tables, or the original's counts alone."""
    return 2 if one.synthetic_rows else 1


def _bars(draw: Callable[..., object], one: Bars, starts: Sequence[float], *, only_missing: bool = False) -> None:
    """The bars of both tables; those of missing values are hatched."""
    offsets = _OFFSETS if _sides(one) > 1 else (0.5,)
    thickness = _THICKNESS if _sides(one) > 1 else 2 * _THICKNESS
    for side, (color, offset) in enumerate(zip(_COLORS, offsets, strict=False)):
        for missing in (True,) if only_missing else (False, True):
            places = [
                (start + offset, _share(one, bar, side))
                for start, bar in zip(starts, one.bars, strict=True)
                if bar.missing == missing and (side or bar.original is not None)
            ]
            if not places:
                continue
            look = {"hatch": "/////", "facecolor": PAPER, "edgecolor": color} if missing else {"color": color}
            draw([place for place, _ in places], [share for _, share in places], thickness, linewidth=0.8, **look)


def _share(one: Bars, bar: Bar, side: int) -> float:
    return bar.synthetic / one.synthetic_rows if side else (bar.original or 0) / one.original_rows


def _longest(one: Bars) -> float:
    """The end of the axis of shares: a little above the longest bar."""
    return 1.06 * max(_share(one, bar, side) for bar in one.bars for side in range(_sides(one))) or 1.0


def _name_places(axes: "Axes", one: Bars, starts: Sequence[float], units: float) -> None:
    """Write values below upright bars, no two over each other.

    Args:
        axes: Of the column.
        one: The column.
        starts: Where each bar begins.
        units: How many bars an inch holds.
    """
    names = _names(one)
    missing = [starts[-1] + 0.5] if one.bars[-1].missing else []
    marks = list(zip(names.values, names.labels, strict=True))
    wide = (inches(names.labels) + 0.1) * units
    room = marks[1][0] - marks[0][0] if len(marks) > 1 else wide
    marks = marks[:: max(1, -int(-wide // room))]
    if missing:
        marks = [mark for mark in marks if mark[0] + (wide + inches(["missing"]) * units) / 2 < missing[0]]
    places = [place for place, _ in marks] + missing
    axes.set_xticks(places, labels=[label for _, label in marks] + ["missing"] * len(missing))
    if names.title:
        axes.set_xlabel(names.title, size=TEXT_SIZE, color=FAINT)


def _names(one: Bars) -> Ticks:
    """What is written below upright bars, with places counted in bars: round values, or the name of each bar."""
    present = [bar for bar in one.bars if not bar.missing]
    low, high = (present[0].lower, present[-1].upper) if present else (None, None)
    centres = tuple(place + 0.5 for place in range(len(present)))
    if low is None or high is None:
        return Ticks(centres, tuple(fitted(bar.label, _LABEL_ROOM) for bar in present))
    if one.type in {"integer", "date"} and high - low == len(present):
        labels = tuple(day(low + place) if one.type == "date" else bar.label for place, bar in enumerate(present))
        return Ticks(centres, labels, years(low, high - 1) if one.type == "date" else "")
    nearly = high * 0.01 - low * 0.01
    marks = ticks(one.type, low - nearly, high + nearly)
    places = ((value / 2 - low / 2) / (high / 2 - low / 2) * len(present) for value in marks.values)
    return Ticks(tuple(places), marks.labels, marks.title)
