"""What anonymity costs: the front of loss against suppressed rows, one line for each k."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from synth_assets.errors import MeasurementError
from synth_assets.report.canvas import FAINT, INK, LINE, MARGIN, SYNTHETIC, blank, finish, heading, keys, panel, write
from synth_assets.report.lettering import TEXT_SIZE, fitted, inches
from synth_assets.report.pictures import WrittenPicture
from synth_assets.report.ticks import numbers, shares

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = ("k", "loss", "suppression", "chosen")
"""What is read of a front."""

_PALE, _DARK = (0.72, 0.84, 0.93), (0.0, 0.22, 0.38)
"""From the least k to the greatest: shades of the original's blue that stay apart in grey."""

_PAGE = 6.6
_HEIGHT = 3.6
_HEADER = 1.2
_LEFT = 0.55
_FOOT = 0.75


def trade_off(
    front: pl.DataFrame,
    *,
    measure: str = "loss",
    limit: float | None = None,
    title: str = "What anonymity costs: rows suppressed and detail lost",
) -> "Figure":
    """Loss against suppression: every point is a choice of levels that no other beats.

    Args:
        front: With the columns ``COLUMNS``, as ``Protected.front`` has them; at least one row.
        measure: What the loss is called.
        limit: The share of rows that may be suppressed; drawn where it is on the page.
        title: What is seen.

    Raises:
        MeasurementError: It is no front.
    """
    missing = [name for name in COLUMNS if name not in front.columns]
    if missing or front.is_empty():
        problem = f"it has no column {', '.join(missing)}" if missing else "it has no rows"
        message = f"This is no front to draw: {problem}. Give the front of a protected table."
        raise MeasurementError(message)
    ks = front["k"].unique().sort().to_list()
    figure = blank(2 * MARGIN + _LEFT + _PAGE, _HEADER + _HEIGHT + _FOOT)
    heading(figure, title)
    keys(figure, 0.58, [*_entries(ks)])
    axes = panel(figure, (MARGIN + _LEFT, _HEADER, _PAGE, _HEIGHT))
    _draw(axes, front, ks)
    _mark(axes, front, limit)
    unit = _measure(axes, front)
    said = f"{measure} in {unit}" if unit else measure
    write(figure, MARGIN, _HEADER - 0.28, f"{fitted(said, _PAGE / 2)} (less is better)", color=FAINT)
    below = "share of rows suppressed (less is better)"
    write(figure, MARGIN + _LEFT + _PAGE - inches([below]), _HEADER + _HEIGHT + 0.35, below, color=FAINT)
    return finish(figure)


def write_trade_off(front: pl.DataFrame, folder: Path, *, limit: float | None, title: str) -> WrittenPicture:
    """The figure as a file in a folder, and as a preview; the front as CSV beside it.

    Raises:
        MeasurementError: It is no front.
        StorageError: The file cannot be written.
    """
    written = WrittenPicture.of(trade_off(front, limit=limit, title=title), folder / "trade_off.png", title)
    front.write_csv(folder / "trade_off.csv")
    return written


def _shade(place: int, of: int) -> tuple[float, float, float]:
    part = 1.0 if of == 1 else place / (of - 1)
    red, green, blue = (pale + part * (dark - pale) for pale, dark in zip(_PALE, _DARK, strict=True))
    return red, green, blue


def _entries(ks: Sequence[int]) -> list[tuple[str, dict[str, Any]]]:
    ring = {"marker": "o", "markersize": 9.0, "markerfacecolor": "none", "markeredgewidth": 2.0}
    lines = [(f"k = {k}", {"facecolor": _shade(place, len(ks))}) for place, k in enumerate(ks)]
    return [*lines, ("chosen", ring | {"markeredgecolor": SYNTHETIC})]


def _draw(axes: "Axes", front: pl.DataFrame, ks: Sequence[int]) -> None:
    for place, k in enumerate(ks):
        points = front.filter(pl.col("k") == k).sort("suppression")
        look: dict[str, Any] = {"color": _shade(place, len(ks)), "linewidth": 1.6, "marker": "o", "markersize": 4.5}
        axes.plot(points["suppression"].to_list(), points["loss"].to_list(), drawstyle="steps-post", **look)


def _mark(axes: "Axes", front: pl.DataFrame, limit: float | None) -> None:
    for share, loss in front.filter("chosen").select("suppression", "loss").iter_rows():
        axes.plot([share], [loss], "o", markersize=11, markerfacecolor="none", markeredgewidth=2, color=SYNTHETIC)
    if limit is not None and limit <= _end(front):
        axes.axvline(limit, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
        axes.annotate(
            f"limit {limit:.2%}".replace(".00%", "%"),
            (limit, 1),
            xycoords=("data", "axes fraction"),
            xytext=(4, -2),
            textcoords="offset points",
            va="top",
            size=TEXT_SIZE,
            color=INK,
        )


def _end(front: pl.DataFrame) -> float:
    largest = max(front["suppression"].to_list())
    return largest * 1.06 or 0.01


def _measure(axes: "Axes", front: pl.DataFrame) -> str:
    """Limits and marks of both axes; what the marks of the loss leave out, such as millions."""
    across, end = shares(_end(front)), max(front["loss"].to_list()) * 1.08 or 1.0
    axes.set_xlim(-_end(front) * 0.02, _end(front))
    axes.set_ylim(0, end)
    up = numbers(0.0, end, most=5)
    axes.set_xticks(across.values, labels=across.labels)
    axes.set_yticks(up.values, labels=up.labels)
    axes.grid(color=LINE, linewidth=0.6)
    return up.title
