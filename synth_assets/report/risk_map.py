"""Where each mode lies between use and risk: how far its table is from the original, and what attacks gain from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synth_assets.report.canvas import FAINT, INK, LINE, MARKERS, ORIGINAL, SYNTHETIC, blank, finish, keys, panel, write
from synth_assets.report.lettering import TEXT_SIZE
from synth_assets.report.page import Drawing
from synth_assets.report.precision import told
from synth_assets.report.ticks import numbers
from synth_assets.report.vector import Vector

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDTH, _HEIGHT, _LEFT, _TOP, _FOOT = 4.4, 2.7, 0.5, 0.92, 0.62
LEAST_GAIN = -0.25
"""Intervals are drawn from here on: what an attack loses below it tells nothing."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A mode on the map.

    Attributes:
        mode: Its name.
        distance: Mean distance of pairs of columns, or of columns where there are no pairs.
        floor: The same by sampling alone.
        excess: What the worst attack gains; ``None`` where none could be made.
        lower: Its lower limit.
        upper: Its upper limit.
    """

    mode: str
    distance: float
    floor: float
    excess: float | None
    lower: float | None
    upper: float | None


def risk_map(placed: Sequence[Placed], limit: float, rows: int, minimum_count: int) -> Drawing:
    """The map of all modes: left is closer to the original, down is safer.

    Args:
        placed: One a mode.
        limit: Of the policy, on what attacks gain.
        rows: Of the original.
        minimum_count: The smallest count that may be told.
    """
    said = [
        f"{one.mode}: distance {told(one.distance, rows, minimum_count)} (by sampling alone "
        f"{told(one.floor, rows, minimum_count)}), {_gain(one)}"
        for one in placed
    ]
    return Drawing(
        Vector.of(_figure(placed, limit)),
        f"Map of closeness and risk. {'; '.join(said)}. The policy allows {limit:g}.",
        "Left is closer to the original, down is safer. Bars: what the limits of the worst attack's gain leave open.",
        "risk_utility_map",
    )


def _gain(one: Placed) -> str:
    if one.excess is None:
        return "no attack could be made"
    return f"worst attack gains {one.excess:.2f} (from {one.lower:.2f} to {one.upper:.2f})"


def _figure(placed: Sequence[Placed], limit: float) -> "Figure":
    figure = blank(_WIDTH, _TOP + _HEIGHT + _FOOT)
    keys(figure, 0.06, [_entry(one) for one in placed])
    write(figure, 0, 0.36, "gain of the worst attack, share of what is left to gain", color=FAINT)
    write(figure, _LEFT, _TOP + _HEIGHT + 0.34, "distance of pairs of columns (0: the same)", color=FAINT)
    axes = panel(figure, (_LEFT, _TOP, _WIDTH - _LEFT - 0.1, _HEIGHT))
    end = max([one.distance for one in placed] + [one.floor for one in placed]) * 1.5 or 1.0
    tops = [limit, *(one.upper for one in placed if one.upper is not None)]
    lows = [0.0, *(max(one.lower, LEAST_GAIN) for one in placed if one.lower is not None)]
    low, high = min(lows) - 0.02, max(tops) * 1.2
    axes.set_xlim(0, end)
    axes.set_ylim(low, high)
    across, up = numbers(0.0, end, most=5), numbers(low, high, most=6)
    axes.set_xticks(across.values, labels=across.labels)
    axes.set_yticks(up.values, labels=up.labels)
    axes.grid(color=LINE, linewidth=0.6)
    _lines(axes, placed, limit)
    _points(axes, placed)
    return finish(figure)


def _entry(one: Placed) -> tuple[str, dict[str, Any]]:
    look = {"marker": MARKERS.get(one.mode, "o"), "markersize": 7.0, "markeredgecolor": ORIGINAL}
    known = one.excess is not None
    return (
        one.mode if known else f"{one.mode} (no attack)",
        look | {"markerfacecolor": ORIGINAL if known else "none"},
    )


def _lines(axes: "Axes", placed: Sequence[Placed], limit: float) -> None:
    """The policy's limit, and where sampling alone would be."""
    axes.axhline(limit, color=SYNTHETIC, linewidth=1.6)
    floor = sum(one.floor for one in placed) / len(placed)
    axes.axvline(floor, color=FAINT, linewidth=1.2, linestyle=(0, (4, 3)))
    look = {"size": TEXT_SIZE, "color": INK, "textcoords": "offset points"}
    axes.annotate(
        f"policy: at most {limit:g}",
        (1, limit),
        xycoords=("axes fraction", "data"),
        xytext=(-2, 3),
        ha="right",
        va="bottom",
        **look,
    )
    axes.annotate(
        "by sampling alone",
        (floor, 1),
        xycoords=("data", "axes fraction"),
        xytext=(0, 4),
        ha="center",
        va="bottom",
        **look,
    )


def _points(axes: "Axes", placed: Sequence[Placed]) -> None:
    for one in placed:
        if one.excess is None or one.lower is None or one.upper is None:
            height, around = 0.0, None
        else:
            height, around = one.excess, (max(one.lower, LEAST_GAIN), one.upper)
        if around is not None:
            axes.plot([one.distance] * 2, around, color=ORIGINAL, linewidth=1.8, solid_capstyle="butt")
        face = "none" if around is None else ORIGINAL
        axes.plot(
            [one.distance],
            [height],
            marker=MARKERS.get(one.mode, "o"),
            markersize=8,
            color=ORIGINAL,
            markerfacecolor=face,
            linestyle="",
        )
