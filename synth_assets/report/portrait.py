"""A table, or a description, at a glance: a line a column, with its name, a strip of bars and a few words."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from synth_assets.describe import Description
from synth_assets.report.bars import OTHER, Bar, bars_of
from synth_assets.report.canvas import (
    FAINT,
    LINE,
    MARGIN,
    ORIGINAL,
    SYNTHETIC,
    blank,
    finish,
    heading,
    panel,
    write,
)
from synth_assets.report.lettering import NAME_SIZE, TEXT_SIZE, fitted
from synth_assets.report.pictures import WrittenPicture
from synth_assets.report.precision import told_share
from synth_assets.report.published import Published, published

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_COLUMNS = 12
"""Columns that are drawn; of more, the first ones."""

_LONGEST = 60
"""Categories of a longer list are ranked, and the rest is one bar."""

_NAME, _STRIP, _WORDS, _GAP = 2.5, 3.2, 3.2, 0.2
_LINE, _BAR = 0.46, 0.3
_HEADER, _FOOT = 0.92, 0.2
_ROOM = 0.08


@dataclass(frozen=True, slots=True)
class Line:
    """A column at a glance.

    Attributes:
        name: Of the column.
        shares: The share of rows of each bar, in order; ``None`` where it is not told.
        missing: Whether the last bar is of missing values.
        words: What it holds.
    """

    name: str
    shares: tuple[float | None, ...]
    missing: bool
    words: str


def lines_of_table(counts: pl.DataFrame, rows: int, minimum_count: int) -> list[Line]:
    """The columns of a table.

    Args:
        counts: See ``column_counts``.
        rows: Of the table.
        minimum_count: The smallest count that may be shown; 1 for a table that may be shown whole.
    """
    names = list(dict.fromkeys(counts["column"]))
    return [
        _line_of_bars(name, *bars_of(counts.filter(column=name), minimum_count, _LONGEST), rows, minimum_count)
        for name in names
    ]


def _line_of_bars(name: str, ordered: bool, bars: Sequence[Bar], rows: int, minimum_count: int) -> Line:  # noqa: FBT001
    present = [bar for bar in bars if not bar.missing]
    named = [bar for bar in present if bar.label != OTHER]
    lost = next((bar for bar in bars if bar.missing), None)
    if ordered:
        words = present[0].label if len(present) == 1 else f"{_first(present[0])} to {_last(present[-1])}"
    else:
        most = max(named, key=lambda bar: bar.original or 0, default=None)
        told = most is not None and most.original is not None and len(present) > 1
        share = told_share(most.original, rows, minimum_count) if told and most else ""
        words = f"most: {most.label}, {share}" if told and most else "" if most is None else most.label
    if lost is not None:
        words = f"{words}{'; ' if words else ''}missing {told_share(lost.original, rows, minimum_count)}"
    shares = tuple(None if bar.original is None else bar.original / max(rows, 1) for bar in bars)
    return Line(name, shares, lost is not None, words)


def _first(bar: Bar) -> str:
    return bar.label if bar.lower is None else bar.label.split(" to ", 1)[0]


def _last(bar: Bar) -> str:
    return bar.label if bar.lower is None else bar.label.rsplit(" to ", 1)[-1]


def lines_of_description(description: Description) -> list[Line]:
    """The columns of a description, as far as it tells them."""
    total = max(description.rows or 0, 1)
    return [_line_of_published(one, total, counted=description.mode != "random") for one in published(description)]


def _line_of_published(one: Published, total: int, *, counted: bool) -> Line:
    shares = tuple(None if count is None else count / total for count in one.counts) if counted else ()
    return Line(one.name, shares, bool(shares) and one.missing, one.domain.split(";", 1)[0])


def portrait(lines: Sequence[Line], *, title: str, said: str, synthetic: bool) -> "Figure":
    """The figure: a line a column, at most ``MOST_COLUMNS``; what is hidden has no bar, and a mark instead.

    Args:
        lines: At least one.
        title: What is seen.
        said: Of what, and what is not shown; it is the line below.
        synthetic: Whether the rows are synthetic, which the colour says.
    """
    from matplotlib.collections import PolyCollection  # noqa: PLC0415 - slow to import

    drawn = list(lines)[:MOST_COLUMNS]
    strip = _STRIP + _GAP if any(line.shares for line in lines) else 0.0
    figure = blank(2 * MARGIN + _NAME + strip + _WORDS + _GAP, _HEADER + _LINE * len(drawn) + _FOOT)
    heading(figure, title)
    write(figure, MARGIN, 0.54, _subtitle(lines, said), color=FAINT)
    axes = panel(figure, (MARGIN + _NAME + _GAP, _HEADER, _STRIP, _LINE * len(drawn)))
    shapes, pale, marks = [], [], []
    for place, line in enumerate(drawn):
        top = _HEADER + place * _LINE
        write(figure, MARGIN, top + 0.14, fitted(line.name, _NAME, size=NAME_SIZE), size=NAME_SIZE, weight="bold")
        words = fitted(line.words, _WORDS)
        write(figure, MARGIN + _NAME + strip + _GAP, top + 0.17, words, size=TEXT_SIZE)
        foot, highest = place + 0.5 * (1 + _BAR / _LINE), max((one or 0.0 for one in line.shares), default=0.0) or 1.0
        width = 1 / max(len(line.shares), 8)
        for at, share in enumerate(line.shares):
            left, right = at * width + width * _ROOM, (at + 1) * width - width * _ROOM
            if share is None:
                marks.append(((left + right) / 2, foot - 0.06))
                continue
            up = foot - share / highest * _BAR / _LINE
            box = [(left, foot), (left, up), (right, up), (right, foot)]
            (pale if line.missing and at == len(line.shares) - 1 else shapes).append(box)
        axes.plot([0, width * len(line.shares)], [foot, foot], color=LINE, linewidth=0.8)
    color = SYNTHETIC if synthetic else ORIGINAL
    axes.add_collection(PolyCollection(shapes, facecolors=color, edgecolors="none"))
    axes.add_collection(PolyCollection(pale, facecolors="none", edgecolors=color, hatch="//////", linewidths=0.8))
    if marks:
        axes.plot(*zip(*marks, strict=True), linestyle="", marker="v", markersize=3, color=FAINT)
    axes.set_xlim(0, 1)
    axes.set_ylim(len(drawn), 0)
    axes.set_axis_off()
    return finish(figure)


def _subtitle(lines: Sequence[Line], said: str) -> str:
    words = [said, *(["bars: share of rows"] if any(line.shares for line in lines) else [])]
    if any(line.missing for line in lines):
        words.append("hatched: missing")
    if any(share is None for line in lines for share in line.shares):
        words.append("triangle: not told")
    if len(lines) > MOST_COLUMNS:
        words.append(f"the first {MOST_COLUMNS} of {len(lines)} columns")
    return "; ".join(words)


def write_portrait(
    lines: Sequence[Line], path: Path, *, title: str, said: str, synthetic: bool = False
) -> WrittenPicture:
    """The figure as a PNG file, and as a preview; see ``portrait``.

    Raises:
        StorageError: The file cannot be written.
    """
    return WrittenPicture.of(portrait(lines, title=title, said=said, synthetic=synthetic), path, title)
