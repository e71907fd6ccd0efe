"""One matrix of dependence alone, for a page: as ``heatmap`` has three beside each other, but in shapes only."""

from typing import TYPE_CHECKING

import numpy as np

from synth_assets.measure import Comparison
from synth_assets.report.canvas import FAINT, blank, finish, panel, write
from synth_assets.report.heatmap import Panel, most_changed, panels, write_values
from synth_assets.report.lettering import NAME_SIZE, TEXT_SIZE, fitted, inches
from synth_assets.report.page import Drawing
from synth_assets.report.precision import decimals
from synth_assets.report.vector import Vector

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_COLUMNS = 12
"""In a page; all are in the file ``mutual_information.png``."""

_WIDTH = 4.4
_ROOM = 1.45
_TOP = 0.34
_LARGEST_CELL = 0.42
_CELL_WITH_VALUE = 0.24
_FOOT = 0.45
_STEPS = 24
_GREY = "#D5D5D5"


def dependence_drawings(comparison: Comparison, minimum_count: int) -> tuple[Drawing, ...]:
    """The triple: mutual information of every pair in the original, in the synthetic table, and the difference.

    Of many columns those whose dependence differs most. None of a table of one column, or of too few rows to tell.

    Args:
        comparison: Of the two tables.
        minimum_count: Original counts below it are not shown.
    """
    if not comparison.pairs.height or decimals(comparison.original_rows, minimum_count) is None:
        return ()
    names = most_changed(comparison, MOST_COLUMNS)
    said = {
        "original": "Mutual information of every pair of columns in the original",
        "synthetic": "The same in the synthetic table",
        "difference": "The difference: synthetic less original",
    }
    places = min(decimals(comparison.original_rows, minimum_count) or 1, 2)
    return tuple(
        Drawing(
            Vector.of(_figure(one, names, places)),
            _words(one, names, said[one.name], places),
            file=f"dependence_{one.name}",
        )
        for one in panels(comparison, names)
    )


def _figure(one: Panel, names: list[str], places: int) -> "Figure":
    labels = [fitted(name, _ROOM) for name in names]
    indent = inches(labels) + 0.1
    cell = min((_WIDTH - indent) / len(names), _LARGEST_CELL)
    side = cell * len(names)
    figure = blank(_WIDTH, _TOP + side + indent + _FOOT)
    write(figure, 0, 0.04, one.name, size=NAME_SIZE, weight="bold")
    axes = panel(figure, (indent, _TOP, side, side))
    values = np.ma.masked_invalid(np.round(one.values, places))
    edges = np.arange(len(names) + 1) - 0.5
    axes.set_facecolor(_GREY)
    axes.pcolormesh(
        edges, edges, values, cmap=one.colors, vmin=one.low, vmax=1, edgecolors=_GREY, linewidth=0.6, antialiased=True
    )
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.spines[:].set_visible(False)
    axes.set_xticks(range(len(names)), labels=labels, rotation=90)
    axes.set_yticks(range(len(names)), labels=labels)
    axes.tick_params(length=0)
    if cell >= _CELL_WITH_VALUE:
        write_values(axes, np.round(one.values, places))
    _scale(figure, one, indent, _TOP + side + indent + 0.08)
    return finish(figure)


def _scale(figure: "Figure", one: Panel, left: float, top: float) -> None:
    axes = panel(figure, (left, top, 1.8, 0.1))
    edges = np.linspace(one.low, 1, _STEPS + 1)
    middles = (edges[:-1] + edges[1:]) / 2
    axes.pcolormesh(edges, [0, 1], middles[None, :], cmap=one.colors, vmin=one.low, vmax=1, edgecolors="face")
    axes.spines[:].set_visible(False)
    axes.set_yticks([])
    marks = (one.low, (one.low + 1) / 2, 1)
    axes.set_xticks(marks, labels=[f"{mark:.2g}".replace("-", "\N{MINUS SIGN}") for mark in marks])
    axes.tick_params(labelsize=TEXT_SIZE - 1, labelcolor=FAINT)


def _words(one: Panel, names: list[str], said: str, places: int) -> str:
    """The two pairs that stand out."""
    found = [
        (abs(float(one.values[row, column])), names[row], names[column], float(one.values[row, column]))
        for row in range(len(names))
        for column in range(row)
        if np.isfinite(one.values[row, column])
    ]
    top = "; ".join(
        f"{first} and {second} {value:.{places}f}" for _, first, second, value in sorted(found, reverse=True)[:2]
    )
    return f"{said}, as a matrix of {len(names)} columns. Largest: {top}."
