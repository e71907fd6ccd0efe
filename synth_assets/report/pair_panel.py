"""A pair of columns in both tables: how the one is distributed for each group of the other, as two small heat maps."""

from typing import TYPE_CHECKING, Any

from synth_assets.measure.binning import IntArray
from synth_assets.report.canvas import FAINT, LINE, PAPER, blank, finish, panel, write
from synth_assets.report.lettering import NAME_SIZE, TEXT_SIZE, fitted, inches
from synth_assets.report.pair_cells import CLASSES, HIDDEN, PairCells

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 4.4
"""Inches."""

_ROOM, _TOP, _GAP, _CELL, _SCALE = 1.2, 0.82, 0.16, 0.24, 0.5
_SHADES = (0.03, 0.16, 0.28, 0.4, 0.54, 0.68, 0.83, 0.98)


def pair_figure(cells: PairCells) -> "Figure":
    """Two heat maps beside each other, of the original and of the synthetic table; every row adds up to 100 %.

    Args:
        cells: What may be shown.
    """
    rows, across = ([fitted(label, _ROOM) for label in labels] for labels in cells.labels)
    indent, foot = inches(rows) + 0.1, inches(across) + 0.12
    side, down = (WIDTH - indent - _GAP) / 2, _CELL * len(rows)
    figure = blank(WIDTH, _TOP + down + foot + _SCALE)
    write(figure, 0, 0.02, fitted(cells.names[1], WIDTH, size=NAME_SIZE), size=NAME_SIZE, weight="bold")
    write(figure, 0, 0.24, fitted(f"for each {cells.names[0]} (every row adds up to 100%)", WIDTH), color=FAINT)
    for place, (name, classes) in enumerate((("original", cells.original), ("synthetic", cells.synthetic))):
        left = indent + place * (side + _GAP)
        write(figure, left, _TOP - 0.24, name, weight="bold")
        axes = panel(figure, (left, _TOP, side, down))
        _fill(axes, classes)
        axes.set_yticks(range(len(rows)), labels=rows if place == 0 else [""] * len(rows))
        axes.set_xticks(range(len(across)), labels=across, rotation=90)
    _scale(figure, _TOP + down + foot + 0.1)
    return finish(figure)


def _fill(axes: "Axes", classes: IntArray) -> None:
    from matplotlib.patches import Rectangle  # noqa: PLC0415 - slow to import

    height, width = classes.shape
    axes.set_xlim(-0.5, width - 0.5)
    axes.set_ylim(height - 0.5, -0.5)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    for row in range(height):
        for column in range(width):
            place = int(classes[row, column])
            hidden = place == HIDDEN
            look: dict[str, Any] = {
                "facecolor": PAPER if hidden else _shade(place),
                "hatch": "////" if hidden else None,
            }
            look["edgecolor"] = LINE if hidden else PAPER
            axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, linewidth=0.8, **look))


def _shade(place: int) -> str:
    from matplotlib import colormaps  # noqa: PLC0415 - slow to import
    from matplotlib.colors import to_hex  # noqa: PLC0415 - as above

    return to_hex(colormaps["Blues"](_SHADES[place]))


def _scale(figure: "Figure", top: float) -> None:
    """What the shades mean, in one line."""
    from matplotlib.patches import Rectangle  # noqa: PLC0415 - slow to import

    step = (WIDTH - 0.9) / (len(CLASSES) - 1)
    axes = panel(figure, (0.1, top, WIDTH - 0.2, 0.12))
    axes.set_axis_off()
    axes.set_xlim(0, WIDTH - 0.2)
    axes.set_ylim(0, 1)
    for place in range(len(CLASSES) - 1):
        axes.add_patch(Rectangle((place * step, 0), step, 1, facecolor=_shade(place), edgecolor=LINE, linewidth=0.6))
    axes.add_patch(Rectangle((WIDTH - 0.62, 0), 0.3, 1, facecolor=PAPER, edgecolor=LINE, hatch="////", linewidth=0.6))
    for place, edge in enumerate(CLASSES):
        write(
            figure,
            0.1 + place * step,
            top + 0.16,
            f"{edge * 100:.0f}{'%' if edge == 1 else ''}",
            ha="center",
            size=TEXT_SIZE - 1,
            color=FAINT,
        )
    write(figure, WIDTH - 0.37, top + 0.16, "hidden", ha="center", size=TEXT_SIZE - 1, color=FAINT)
