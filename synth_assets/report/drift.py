"""How far each drawing of a table was from its original: the same figures over time, one drawing after the other."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from synth_assets.report.across_modes import MEASURES
from synth_assets.report.canvas import (
    FAINT,
    INK,
    LINE,
    MARGIN,
    MARKERS,
    ORIGINAL,
    blank,
    finish,
    heading,
    keys,
    panel,
    write,
)
from synth_assets.report.lettering import NAME_SIZE, TEXT_SIZE, inches
from synth_assets.report.page import Block, Cell, Drawing, Gallery, Prose, Section, Table
from synth_assets.report.precision import decimals, told
from synth_assets.report.preview import preview
from synth_assets.report.ticks import numbers
from synth_assets.report.vector import Vector

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DRIFT_SCHEMA: dict[str, pl.DataType] = {
    "mode": pl.String(),
    "drawing": pl.Int64(),
    "time": pl.Datetime("us", "UTC"),
    "regeneration": pl.Int64(),
    "changed": pl.Boolean(),
    "measure": pl.String(),
    "value": pl.Float64(),
    "floor": pl.Float64(),
}
"""One row a mode, drawing (1 is the first that is told) and measure: when it was compared, with which regeneration
number it was drawn, whether the original had changed since the drawing before (both missing where not known), how far
it was from the original, and how far by sampling alone."""

MOST_DRAWINGS = 40
"""Drawings that are told; of more, the last ones."""

FEWEST = 2

_PAGE, _GAP, _HEADER, _HEIGHT, _FOOT, _INDENT = 8.65, 0.3, 1.5, 1.7, 0.65, 0.5
_SIDE, _SIDE_TOP = 4.4, 0.58
_MOST_MARKS = 8
_WORDS = "How far each drawing is from the original"
_DASHES = (0, (4, 3))
_CHANGED: Mapping[bool | None, str] = {True: "changed", False: "the same", None: "\N{EN DASH}"}


def drift_section(drawings: pl.DataFrame, rows: int, minimum_count: int) -> Section:
    """A part of a page: the distances of every drawing, as figures, words and a table.

    Args:
        drawings: Of one mode or several; see ``DRIFT_SCHEMA``.
        rows: Of the original.
        minimum_count: The smallest count that may be told.
    """
    return Section("drift", "Drift between drawings", _blocks(drawings, rows, minimum_count))


def _blocks(drawings: pl.DataFrame, rows: int, minimum_count: int) -> tuple[Block, ...]:
    places = decimals(rows, minimum_count)
    if places is None:
        return (Prose("Not told: with so few rows it would tell of some of them."),)
    table = drawings.with_columns(pl.col("value", "floor").round(places))
    several = _several(table)
    if not several:
        return (Prose("Drawn once so far. From the second drawing on, this part shows how the distances change."),)
    told_here = pl.concat(several.values())
    figures = tuple(
        _drawing(measure, figures, rows, minimum_count)
        for measure in MEASURES
        if (figures := told_here.filter(measure=measure)).height
    )
    sentences = tuple(Prose(_sentence(mode, one, rows, minimum_count)) for mode, one in several.items())
    return (*sentences, Gallery(figures), _table(told_here, rows, minimum_count))


def drift_figure(drawings: pl.DataFrame) -> "Figure":
    """One panel a measure, one line a mode, with a dashed line where sampling alone would be.

    Args:
        drawings: Of one mode or several; see ``DRIFT_SCHEMA``.
    """
    modes = list(dict.fromkeys(drawings["mode"]))
    side = (_PAGE - 3 * _INDENT - 2 * _GAP) / 3
    figure = blank(2 * MARGIN + _PAGE, _HEADER + _HEIGHT + _FOOT)
    heading(figure, "Drift: how far each drawing is from the original")
    keys(figure, 0.56, _entries(modes))
    for place, (measure, (name, unit)) in enumerate(MEASURES.items()):
        left = MARGIN + _INDENT + place * (side + _INDENT + _GAP)
        write(figure, left - _INDENT, _HEADER - 0.52, name, size=NAME_SIZE, weight="bold")
        write(figure, left - _INDENT, _HEADER - 0.31, unit, color=FAINT)
        _draw(panel(figure, (left, _HEADER, side, _HEIGHT)), drawings.filter(measure=measure), side)
        if place == 0:
            write(figure, left, _HEADER + _HEIGHT + 0.34, "drawing, oldest first", color=FAINT)
    return finish(figure)


def drift_preview(drawings: pl.DataFrame) -> str | None:
    """The figure as Markdown below 100 kB; ``None`` where there are not two drawings of a mode."""
    several = _several(drawings)
    return preview(drift_figure(pl.concat(several.values())), _WORDS) if several else None


def _several(drawings: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The modes of which there are enough drawings to tell drift."""
    by_mode = drawings.group_by("mode", maintain_order=True)
    return {str(mode): one for (mode,), one in by_mode if _count(one) >= FEWEST}


def _count(drawings: pl.DataFrame) -> int:
    return drawings["drawing"].n_unique()


def _drawing(measure: str, figures: pl.DataFrame, rows: int, minimum_count: int) -> Drawing:
    name, unit = MEASURES[measure]
    modes = list(dict.fromkeys(figures["mode"]))
    figure = blank(_SIDE, _SIDE_TOP + 0.3 + _HEIGHT + _FOOT)
    write(figure, 0, 0.04, name, size=NAME_SIZE, weight="bold")
    write(figure, 0, 0.26, unit, color=FAINT)
    keys(figure, 0.5, _entries(modes), left=0)
    _draw(panel(figure, (_INDENT, _SIDE_TOP + 0.3, _SIDE - _INDENT - 0.1, _HEIGHT)), figures, _SIDE - _INDENT - 0.1)
    write(figure, _INDENT, _SIDE_TOP + 0.3 + _HEIGHT + 0.34, "drawing, oldest first", color=FAINT)
    words = "; ".join(
        _sentence(mode, one, rows, minimum_count, measure).rstrip(".")
        for (mode,), one in figures.group_by("mode", maintain_order=True)
    )
    return Drawing(Vector.of(finish(figure)), f"Drift, {name}, {unit}. {words}.", file=f"drift_{measure}")


def _entries(modes: Sequence[str]) -> list[tuple[str, dict[str, Any]]]:
    look = {"markersize": 6.0, "markeredgecolor": ORIGINAL, "markerfacecolor": ORIGINAL}
    floor = {"marker": "", "linestyle": _DASHES, "linewidth": 1.2, "color": FAINT}
    return [*((mode, look | {"marker": MARKERS.get(mode, "o")}) for mode in modes), ("sampling", floor)]


def _draw(axes: "Axes", figures: pl.DataFrame, width: float) -> None:
    top = max([*figures["value"].drop_nulls(), *figures["floor"].drop_nulls()], default=0.0) * 1.15 or 1.0
    last = max(figures["drawing"], default=1)
    for (mode,), one in figures.drop_nulls("value").group_by("mode", maintain_order=True):
        places = one["drawing"].to_list()
        axes.plot(places, one["floor"].to_list(), color=FAINT, linewidth=1.2, linestyle=_DASHES)
        axes.plot(
            places,
            one["value"].to_list(),
            color=ORIGINAL,
            linewidth=1.2,
            marker=MARKERS.get(str(mode), "o"),
            markersize=5,
        )
    changed = figures.filter("changed")["drawing"].unique().sort().to_list()
    for place in changed:
        axes.axvline(place - 0.5, color=INK, linewidth=0.9, linestyle=(0, (1, 2)))
    if changed:
        axes.annotate(
            "original changed",
            (changed[-1] - 0.5, top),
            xytext=(0, 3),
            textcoords="offset points",
            size=TEXT_SIZE,
            color=INK,
            ha="center" if changed[-1] < last else "right",
            va="bottom",
            annotation_clip=False,
        )
    axes.set_xlim(0.5, last + 0.5)
    axes.set_ylim(0, top)
    up = numbers(0.0, top, most=5)
    axes.set_yticks(up.values, labels=up.labels)
    axes.grid(axis="y", color=LINE, linewidth=0.6)
    _name_drawings(axes, figures, last, width)


def _name_drawings(axes: "Axes", figures: pl.DataFrame, last: int, width: float) -> None:
    """The day of some drawings below the axis, or their time where all are of one day; the last one always."""
    form = "%H:%M" if figures["time"].dt.date().n_unique() == 1 else "%d %b"
    times = figures.select("drawing", "time").unique("drawing", keep="last")
    days = {place: time.strftime(form) for place, time in times.iter_rows()}
    room = inches(days.values()) + 0.15
    most = max(min(int(width / room), _MOST_MARKS, last), 1)
    step = -(-last // most)
    places = sorted({place for place in range(last, 0, -step) if place in days})
    axes.set_xticks(places, labels=[days[place] for place in places])


def _sentence(mode: str, drawings: pl.DataFrame, rows: int, minimum_count: int, measure: str = "tvd_2") -> str:
    """What a person reads out of one mode's drawings."""
    own = drawings.filter(measure=measure).drop_nulls("value")
    if own.is_empty():
        own, measure = drawings.filter(measure="tvd_1").drop_nulls("value"), "tvd_1"
    values = own["value"].to_list()
    low, high, last, floor = (
        told(figure, rows, minimum_count) for figure in (min(values), max(values), values[-1], own["floor"][-1])
    )
    between = f"were {low} from the original" if low == high else f"lay between {low} and {high} from the original"
    changes = drawings.filter("changed")["drawing"].n_unique()
    known = drawings.filter(pl.col("drawing") > 1)["changed"].is_not_null().all()
    since = f"; the original changed {_often(changes)}" if changes else "; the original did not change" if known else ""
    return (
        f"{mode.capitalize()}, {MEASURES[measure][0]}: {_count(own)} drawings {between}; the last one is at "
        f"{last}, sampling alone would give {floor}{since}."
    )


def _often(times: int) -> str:
    return {1: "once", 2: "twice"}.get(times, f"{times} times")


def _table(drawings: pl.DataFrame, rows: int, minimum_count: int) -> Table:
    measures = [measure for measure in MEASURES if measure in set(drawings["measure"])]
    order = (
        drawings.sort("drawing", descending=True, maintain_order=True)
        .select("mode", "drawing")
        .unique(maintain_order=True)
    )
    found = {(row["mode"], row["drawing"], row["measure"]): row for row in drawings.iter_rows(named=True)}
    lines = []
    for mode, drawing in order.iter_rows():
        own = [found.get((mode, drawing, measure)) for measure in measures]
        known = next(one for one in own if one is not None)
        number = "\N{EN DASH}" if known["regeneration"] is None else str(known["regeneration"])
        lines.append(
            (
                Cell(_when(known["time"])),
                Cell(mode),
                Cell(number, number=True),
                Cell(_CHANGED[known["changed"]]),
                *(Cell(told(one["value"] if one else None, rows, minimum_count), number=True) for one in own),
            )
        )
    return Table(
        "Every drawing that was compared, the last one first",
        ("compared at", "mode", "regeneration", "original", *(MEASURES[measure][0] for measure in measures)),
        tuple(lines),
        note="From Dagster's history. Sampling: what a fresh sample from the original would show on average.",
        folded=True,
    )


def _when(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"
