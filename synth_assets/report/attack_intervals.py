"""What each attack on a table gains, with its interval, beside the policy's limit: one line an attack."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from synth_assets.report.canvas import FAINT, INK, LINE, MARGIN, ORIGINAL, blank, finish, heading, panel, write
from synth_assets.report.lettering import TEXT_SIZE, fitted, inches
from synth_assets.report.page import Drawing
from synth_assets.report.pictures import WrittenPicture
from synth_assets.report.privacy_tables import AttackLine
from synth_assets.report.risk_map import LEAST_GAIN
from synth_assets.report.ticks import numbers
from synth_assets.report.vector import Vector

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WIDTH, _LINE, _HEADER, _FOOT, _ROOM = 8.65, 0.24, 0.96, 0.6, 3.3
_SAID = "gain over rows held out, as a share of what is left to gain; bars: for all attacks together but for 0.1 %"


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
    low = min(-0.02, *(max(one.lower, LEAST_GAIN) for one in attacks))
    high = max(0.02, *(one.upper for one in attacks), *(one.limit for one in attacks)) * 1.1
    axes.axvline(0, color=FAINT, linewidth=0.9)
    for place, one in enumerate(attacks):
        axes.plot([one.limit] * 2, [place - 0.4, place + 0.4], color=INK, linewidth=1.6, solid_capstyle="butt")
        axes.plot([max(one.lower, low), one.upper], [place] * 2, color=ORIGINAL, linewidth=1.8, solid_capstyle="butt")
        face = {"kept": ORIGINAL, "not kept": INK}.get(one.outcome, "none")
        axes.plot([one.excess], [place], marker="o", markersize=5, color=ORIGINAL, markerfacecolor=face, linestyle="")
    axes.set_ylim(len(attacks) - 0.5, -0.5)
    axes.set_xlim(low, high)
    axes.set_yticks(range(len(attacks)), labels=labels)
    axes.tick_params(axis="y", length=0)
    across = numbers(low, high, most=8)
    axes.set_xticks(across.values, labels=across.labels)
    axes.grid(axis="x", color=LINE, linewidth=0.6)
    words = "upright: the policy's limit; filled: kept; open: not enough evidence; black: not kept"
    write(figure, MARGIN + indent, _HEADER + height + 0.32, words, color=FAINT, size=TEXT_SIZE)
    return finish(figure)


def attack_drawing(attacks: Sequence[AttackLine]) -> Drawing:
    """The same for a page."""
    figure = attack_intervals(attacks, title="What each attack gains")
    said = "; ".join(
        f"{one.name} {one.excess:.3f} ({one.lower:.3f} to {one.upper:.3f}), {one.outcome}" for one in attacks
    )
    return Drawing(Vector.of(figure), f"Gain of each attack with its interval: {said}.", file="attacks")


def write_attacks(attacks: Sequence[AttackLine], path: Path, *, title: str) -> WrittenPicture:
    """The same as a PNG file, and as a preview.

    Raises:
        StorageError: The file cannot be written.
    """
    return WrittenPicture.of(attack_intervals(attacks, title=title), path, title)
