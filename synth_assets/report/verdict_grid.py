"""What was judged of the tables that would be released: a mark for each check and mode."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from synth_assets.report.canvas import FAINT, INK, LINE, MARGIN, ORIGINAL, blank, finish, heading, keys, panel
from synth_assets.report.lettering import TEXT_SIZE, fitted, inches
from synth_assets.report.pictures import WrittenPicture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SLOT, _ACROSS, _HEADER, _FOOT, _ROOM, _WIDEST_KEY = 0.27, 1.3, 1.25, 0.15, 3.6, 5.2
_LOOKS: dict[str, dict[str, Any]] = {
    "passed": {"marker": "o", "color": ORIGINAL},
    "not excluded": {"marker": "o", "color": ORIGINAL, "markerfacecolor": "none", "markeredgewidth": 1.6},
    "not passed": {"marker": "X", "color": INK},
}
"""By the first words of a verdict."""


def verdict_grid(judged: pl.DataFrame, *, title: str) -> "Figure":
    """The figure; shapes tell the verdicts apart without colour.

    Args:
        judged: With the columns ``mode``, ``check`` and ``verdict``, one row a mode and check; at least one row.
        title: What is seen.
    """
    modes, checks = (judged[name].unique(maintain_order=True).to_list() for name in ("mode", "check"))
    labels = [fitted(check.replace("_", " "), _ROOM) for check in checks]
    indent, width, height = inches(labels) + 0.15, _ACROSS * len(modes), _SLOT * len(checks)
    figure = blank(2 * MARGIN + max(indent + width, _WIDEST_KEY), _HEADER + height + _FOOT)
    heading(figure, title)
    keys(figure, 0.55, list(_LOOKS.items()))
    axes = panel(figure, (MARGIN + indent, _HEADER, width, height))
    for mode, check, verdict in judged.select("mode", "check", "verdict").iter_rows():
        [look] = [look for words, look in _LOOKS.items() if verdict.startswith(words)]
        axes.plot([modes.index(mode)], [checks.index(check)], linestyle="", markersize=7, **look)
    axes.set_xlim(-0.5, len(modes) - 0.5)
    axes.set_ylim(len(checks) - 0.5, -0.5)
    axes.set_yticks(range(len(checks)), labels=labels)
    axes.set_xticks(range(len(modes)), labels=modes)
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelsize=TEXT_SIZE)
    axes.tick_params(axis="x", labelcolor=FAINT)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.grid(axis="y", color=LINE, linewidth=0.6)
    return finish(figure)


def write_verdicts(judged: pl.DataFrame, path: Path, *, title: str) -> WrittenPicture:
    """The same as a PNG file, and as a preview.

    Raises:
        StorageError: The file cannot be written.
    """
    return WrittenPicture.of(verdict_grid(judged, title=title), path, title)
