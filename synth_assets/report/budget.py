"""The privacy budget as a picture: how much of it is spent after each description."""

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from synth_assets.errors import MeasurementError
from synth_assets.report.canvas import FAINT, INK, LINE, MARGIN, SYNTHETIC, blank, finish, heading, keys, panel, write
from synth_assets.report.pictures import WrittenPicture
from synth_assets.report.ticks import numbers

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PAGE, _HEIGHT, _HEADER, _FOOT, _INDENT = 8.65, 2.4, 1.2, 0.75, 0.6


def budget_figure(rows: pl.DataFrame, *, title: str) -> "Figure":
    """Cumulative epsilon as steps over the rows of the ledger, under the line of the budget.

    Args:
        rows: Of one dataset, with columns ``row``, ``spent_epsilon`` and ``budget_epsilon``, in order.
        title: What is seen.

    Raises:
        MeasurementError: There are no rows.
    """
    if rows.is_empty():
        message = "The ledger has no row of this dataset, so there is nothing to draw. Make a description first."
        raise MeasurementError(message)
    figure = blank(2 * MARGIN + _PAGE, _HEADER + _HEIGHT + _FOOT)
    heading(figure, title)
    line = {"marker": "_", "markersize": 12.0, "markeredgewidth": 2.0, "markeredgecolor": INK}
    keys(figure, 0.56, [("epsilon spent in all", {"facecolor": SYNTHETIC}), ("budget", line)])
    axes = panel(figure, (MARGIN + _INDENT, _HEADER, _PAGE - _INDENT, _HEIGHT))
    places = [0.5, *(place + 1.5 for place in range(len(rows)))]
    axes.stairs(rows["spent_epsilon"].to_list(), places, fill=True, color=SYNTHETIC)
    axes.stairs(rows["budget_epsilon"].to_list(), places, baseline=None, color=INK, linewidth=1.8)
    top = max([*rows["budget_epsilon"].to_list(), *rows["spent_epsilon"].to_list()]) * 1.15 or 1.0
    axes.set_ylim(0, top)
    marks = numbers(0.0, top, most=5)
    axes.set_yticks(marks.values, labels=marks.labels)
    step = max(len(rows) // 12, 1)
    axes.set_xticks(range(1, len(rows) + 1, step), labels=[str(row) for row in rows["row"].to_list()[::step]])
    axes.set_xlim(0.5, len(rows) + 0.5)
    axes.grid(axis="y", color=LINE, linewidth=0.6)
    write(figure, MARGIN + _INDENT, _HEADER + _HEIGHT + 0.38, "row of the ledger", color=FAINT)
    write(figure, MARGIN, _HEADER - 0.3, "epsilon (smaller is more private)", color=FAINT)
    return finish(figure)


def write_budget(rows: pl.DataFrame, folder: Path, *, title: str) -> WrittenPicture:
    """The figure as a file in a folder, and as a preview.

    Raises:
        MeasurementError: There are no rows.
        StorageError: The file cannot be written.
    """
    return WrittenPicture.of(budget_figure(rows, title=title), folder / "budget.png", "Privacy budget")
