"""How the modes compare: three figures of closeness each, with what sampling alone would give."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import polars as pl

from synth_assets.errors import MeasurementError
from synth_assets.frames import Frame
from synth_assets.measure import summarise
from synth_assets.report.canvas import FAINT, INK, LINE, MARGIN, SYNTHETIC, blank, finish, heading, keys, panel, write
from synth_assets.report.lettering import NAME_SIZE, TEXT_SIZE, fitted, inches
from synth_assets.report.ticks import numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MEASURES = {
    "tvd_1": ("each column", "total variation distance"),
    "tvd_2": ("each pair of columns", "total variation distance"),
    "nmi_error": ("dependence of each pair", "error of mutual information"),
}
_PAGE = 8.65
_GAP = 0.25
_HEADER = 1.5
_SLOT = 0.34
_FOOT = 0.5
_LABEL_ROOM = 1.6


def mode_table(measurements: Mapping[str, Frame]) -> pl.DataFrame:
    """The figures of every mode in one table.

    Args:
        measurements: For each mode its stored measurements (see ``Comparison.measurements``), in the order to be shown.

    Returns:
        One row a mode and measure: ``mode``, ``measure``, ``value``, ``floor`` (see ``summarise``).

    Raises:
        MeasurementError: There is no mode, or a table does not hold measurements.
    """
    if not measurements:
        message = "There are no measurements to lay beside each other. Give those of at least one mode."
        raise MeasurementError(message)
    return pl.concat(
        summarise(table).select(pl.lit(mode).alias("mode"), "measure", "value", "floor")
        for mode, table in measurements.items()
    )


def across_modes(
    measurements: Mapping[str, Frame], *, title: str = "How close each mode comes to the original"
) -> "Figure":
    """One panel a measure, one bar a mode, with a line where sampling alone would be.

    Args:
        measurements: As for ``mode_table``.
        title: What is seen.

    Raises:
        MeasurementError: There is no mode, or a table does not hold measurements.
    """
    table = mode_table(measurements)
    modes = list(measurements)
    labels = [fitted(mode, _LABEL_ROOM) for mode in modes]
    indent = inches(labels) + 0.12
    side = (_PAGE - indent - 2 * _GAP) / 3
    figure = blank(2 * MARGIN + _PAGE, _HEADER + _SLOT * len(modes) + _FOOT)
    heading(figure, title)
    line = {"marker": "|", "markersize": 10.0, "markeredgewidth": 2.0, "markeredgecolor": INK}
    keys(
        figure, 0.56, [("mean over the table (less is closer)", {"facecolor": SYNTHETIC}), ("by sampling alone", line)]
    )
    for place, (measure, (name, unit)) in enumerate(MEASURES.items()):
        left = MARGIN + indent + place * (side + _GAP)
        write(figure, left, _HEADER - 0.48, name, size=NAME_SIZE, weight="bold")
        write(figure, left, _HEADER - 0.28, unit, color=FAINT)
        axes = panel(figure, (left, _HEADER, side, _SLOT * len(modes)))
        draw_modes(axes, table.filter(pl.col("measure") == measure))
        axes.set_yticks(range(len(modes)), labels=labels if place == 0 else [""] * len(modes))
    return finish(figure)


def draw_modes(axes: "Axes", figures: pl.DataFrame, say: Callable[[float], str] = "{:.4f}".format) -> None:
    """One bar a mode, with a line where sampling alone would be.

    Args:
        axes: Where they are drawn.
        figures: One row a mode, of one measure; see ``mode_table``.
        say: Writes a value.
    """
    rows = [
        (place, *row) for place, row in enumerate(figures.select("value", "floor").iter_rows()) if row[0] is not None
    ]
    end = max((max(value, floor) for _, value, floor in rows), default=0.0) * 1.3 or 1.0
    axes.barh([place for place, _, _ in rows], [value for _, value, _ in rows], 0.5, color=SYNTHETIC)
    for place, value, floor in rows:
        axes.plot([floor, floor], [place - 0.36, place + 0.36], color=INK, linewidth=1.8, solid_capstyle="butt")
        axes.text(max(value, floor) + end * 0.02, place, say(value), size=TEXT_SIZE, va="center", color=INK)
    axes.set_ylim(figures.height - 0.5, -0.5)
    axes.set_xlim(0, end)
    marks = numbers(0.0, end, most=4)
    axes.set_xticks(marks.values, labels=marks.labels)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=LINE, linewidth=0.6)
