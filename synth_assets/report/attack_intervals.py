"""What each attack on a table gains, with its interval, beside the policy's limit: one line an attack."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from synth_assets.report.canvas import FAINT, INK, LINE, MARGIN, ORIGINAL, PAPER, blank, finish, heading, panel, write
from synth_assets.report.lettering import TEXT_SIZE, fitted, inches
from synth_assets.report.page import Drawing
from synth_assets.report.pictures import WrittenPicture
from synth_assets.report.privacy_tables import AttackLine
from synth_assets.report.risk_map import LEAST_GAIN
from synth_assets.report.ticks import numbers
from synth_assets.report.vector import Vector

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDTH, _LINE, _HEADER, _FOOT, _ROOM = 8.65, 0.24, 0.96, 0.6, 3.3
_NARROW, _NARROW_LINE, _EDGE = 4.3, 0.4, 0.06
"""For a page, where a telephone has to have room for it: names stand above their lines."""

_SAID = "gain over rows held out, as a share of what is left to gain; bars: for all attacks together but for 0.1 %"
_MARKS = "upright: the policy's limit; filled: kept; open: not enough evidence; black: not kept"


def attack_intervals(attacks: Sequence[AttackLine], *, title: str) -> "Figure":
    """The figure; open marks are attacks whose limits leave open whether the policy's is kept.

    Args:
        attacks: On one table, at least one.
        title: What is seen.
    """
    labels = [fitted(one.name, _ROOM) for one in attacks]
    indent = inches(labels) + 0.15
    height = _LINE * len(attacks)
    figure = blank(2 * MARGIN + _WIDTH, _HEADER + height + _FOOT)
    heading(figure, title)
    write(figure, MARGIN, 0.54, _SAID, color=FAINT)
    axes = panel(figure, (MARGIN + indent, _HEADER, _WIDTH - indent - 0.1, height))
    _draw(axes, attacks, middle=0.5, reach=0.4, most_marks=8)
    axes.set_yticks([place + 0.5 for place in range(len(attacks))], labels=labels)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=LINE, linewidth=0.6)
    write(figure, MARGIN + indent, _HEADER + height + 0.32, _MARKS, color=FAINT, size=TEXT_SIZE)
    return finish(figure)


def _draw(axes: "Axes", attacks: Sequence[AttackLine], *, middle: float, reach: float, most_marks: int) -> None:
    """The lines, each in a slot of height 1.

    Args:
        axes: Where.
        attacks: At least one.
        middle: Where in its slot a line is.
        reach: How far the mark of the limit goes above and below.
        most_marks: On the axis.
    """
    low = min(-0.02, *(max(one.lower, LEAST_GAIN) for one in attacks))
    high = max(0.02, *(one.upper for one in attacks), *(one.limit for one in attacks)) * 1.1
    axes.axvline(0, color=FAINT, linewidth=0.9)
    for place, one in enumerate(attacks):
        at = place + middle
        axes.plot([one.limit] * 2, [at - reach, at + reach], color=INK, linewidth=1.6, solid_capstyle="butt")
        axes.plot([max(one.lower, low), one.upper], [at] * 2, color=ORIGINAL, linewidth=1.8, solid_capstyle="butt")
        face = {"kept": ORIGINAL, "not kept": INK}.get(one.outcome, "none")
        axes.plot([one.excess], [at], marker="o", markersize=5, color=ORIGINAL, markerfacecolor=face, linestyle="")
    axes.set_ylim(len(attacks), 0)
    axes.set_xlim(low, high)
    across = numbers(low, high, most=most_marks)
    axes.set_xticks(across.values, labels=across.labels)


def attack_drawing(attacks: Sequence[AttackLine]) -> Drawing:
    """The same for a page: each name above its line."""
    height = _NARROW_LINE * len(attacks)
    figure = blank(_NARROW + 2 * _EDGE, height + 0.34)
    axes = panel(figure, (_EDGE, _EDGE, _NARROW, height))
    _draw(axes, attacks, middle=0.72, reach=0.22, most_marks=5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    for place, one in enumerate(attacks):
        write(figure, _EDGE, _EDGE + place * _NARROW_LINE + 0.03, fitted(one.name, _NARROW), backgroundcolor=PAPER)
    said = "; ".join(
        f"{one.name} {one.excess:.3f} ({one.lower:.3f} to {one.upper:.3f}), {one.outcome}" for one in attacks
    )
    return Drawing(
        Vector.of(finish(figure)),
        f"Gain of each attack with its interval: {said}.",
        caption=f"What each attack gains: {_SAID}. Marks: {_MARKS}.",
        file="attacks",
    )


def write_attacks(attacks: Sequence[AttackLine], path: Path, *, title: str) -> WrittenPicture:
    """The same as a PNG file, and as a preview.

    Raises:
        StorageError: The file cannot be written.
    """
    return WrittenPicture.of(attack_intervals(attacks, title=title), path, title)
