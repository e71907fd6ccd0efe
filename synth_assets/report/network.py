"""The network of a correlated description as a picture: which column is drawn given which, and how much they depend.

It is made from a description alone.
"""

import itertools
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from synth_assets.describe import Description
from synth_assets.errors import DescriptionError
from synth_assets.report.canvas import (
    ARROW,
    BOX,
    FAINT,
    INK,
    LINE,
    MARGIN,
    PAPER,
    QUIET,
    Box,
    blank,
    finish,
    heading,
    write,
)
from synth_assets.report.layout import Layout, Point, layered
from synth_assets.report.lettering import TEXT_SIZE, fitted, inches
from synth_assets.report.pictures import WrittenPicture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.path import Path as Curve

MOST_NUMBERED = 30
"""Columns; where there are more, arrows carry no numbers."""

_PAGE = 8.65
_HEADER = 0.95
_NAME_ROOM = 1.3
_PAD = 0.08
_TEXT_LINE = 0.15
_NUMBER_SIZE = TEXT_SIZE - 1.5
_NUMBER_PAD = 0.04
_HEAD = 0.1
_THINNEST, _THICKEST = 0.8, 5.0
_PIECE = re.compile(r"\\u[0-9a-f]{4,6}|[^\s_\-/.,:;\\]+[\s_\-/.,:;]*|.", re.DOTALL)


def network_figure(description: Description, *, title: str = "The network between columns") -> "Figure":
    """Columns as boxes, parents left of their children, and arrows that are as wide as what one tells of the other.

    Widths are in proportion to the mutual information in nats that the description tells of each edge, from a hairline
    at 0 to the widest arrow of the figure. Columns without an edge stand below, apart. The figure grows with the
    network; above ``MOST_NUMBERED`` columns the numbers are left out, which the caption says.

    Args:
        description: In correlated mode.
        title: What is seen; may be empty.

    Raises:
        DescriptionError: The description is of another mode, which has no network.
    """
    _check_mode(description)
    names = {name: wrapped(name) for name in description.names}
    numbers = _numbers(description)
    layout = _laid_out(description, names, numbers)
    figure = blank(layout.size[0] + 2 * MARGIN, _HEADER + layout.size[1] + MARGIN)
    if title:
        heading(figure, title)
    write(figure, MARGIN, 0.5, network_caption(description), color=FAINT)
    axes, linked = _axes(figure), _linked(description)
    _draw_arrows(axes, description, layout)
    for path, number in zip(layout.paths, numbers, strict=False):
        _write_number(axes, path, number)
    for name, box in layout.boxes.items():
        _draw_box(axes, box, names[name], linked=name in linked)
    if layout.rest is not None:
        write(figure, MARGIN, _HEADER + layout.rest, _said_of_rest(description), color=FAINT)
    return finish(figure)


def write_network(description: Description, folder: Path, *, name: str) -> WrittenPicture:
    """Write the figure of a network to ``network.png``; see ``network_figure``.

    Args:
        description: In correlated mode.
        folder: Of the file; it is made.
        name: Of the description, as in the title.

    Raises:
        DescriptionError: The description is of another mode.
        StorageError: The file cannot be written.
    """
    figure = network_figure(description, title=f"{name}: the network between columns")
    return WrittenPicture.of(figure, folder / "network.png", f"Network of {name}: {network_caption(description)}")


def network_caption(description: Description) -> str:
    """One line: how many columns depend on another, and what the arrows' width and numbers mean."""
    words = f"{len(_linked(description))} of {len(description.names)} columns are joined to another"
    if not description.edges:
        return words
    words += "; width shows mutual information (nats)"
    if len(description.names) > MOST_NUMBERED:
        most = max(edge.mutual_information for edge in description.edges)
        words += f", at most {_said(most)}; numbers are left out above {MOST_NUMBERED} columns"
    return words


def wrapped(name: str) -> list[str]:
    """A column's whole name in lines that fit a box: broken between words where possible, else anywhere."""
    lines = [""]
    for piece in _PIECE.findall(fitted(name, math.inf)):
        for part in [piece] if inches([piece.rstrip()]) <= _NAME_ROOM else piece:
            if lines[-1] and inches([(lines[-1] + part).rstrip()]) > _NAME_ROOM:
                lines.append("")
            lines[-1] += part
    return [line.strip() for line in lines]


def _check_mode(description: Description) -> None:
    if description.mode != "correlated":
        message = (
            f"A description in {description.mode} mode has no network to draw. Allowed: correlated. "
            "Describe the table with mode='correlated', or leave the figure out."
        )
        raise DescriptionError(message)


def _linked(description: Description) -> set[str]:
    return {end for edge in description.edges for end in (edge.parent, edge.child)}


def _said_of_rest(description: Description) -> str:
    return "no dependence found" if description.max_parents else "no dependence looked for: max_parents is 0"


def _laid_out(description: Description, names: dict[str, list[str]], numbers: Sequence[str]) -> Layout:
    sizes = {name: (inches(lines) + 2 * _PAD, len(lines) * _TEXT_LINE + 2 * _PAD) for name, lines in names.items()}
    links = [(edge.parent, edge.child) for edge in description.edges]
    run = inches(numbers, size=_NUMBER_SIZE) + 4 * _NUMBER_PAD + _HEAD
    return layered(sizes, links, page=_PAGE, run=run, head=0.25)


def _numbers(description: Description) -> list[str]:
    if len(description.names) > MOST_NUMBERED:
        return []
    return [_said(edge.mutual_information) for edge in description.edges]


def _said(nats: float) -> str:
    """To two digits, three from 1 on."""
    if nats < 0.001:  # noqa: PLR2004 - what is less is said as such
        return "<.001"
    return f"{nats:#.{3 if nats >= 1 else 2}g}"


def _axes(figure: "Figure") -> "Axes":
    """Axes over the whole figure, in inches from where the layout begins, y downwards."""
    width, height = figure.get_size_inches()
    axes = figure.add_axes((0, 0, 1, 1), xlim=(-MARGIN, width - MARGIN), ylim=(height - _HEADER, -_HEADER))
    axes.set_axis_off()
    return axes


def _draw_arrows(axes: "Axes", description: Description, layout: Layout) -> None:
    """Wide ones first, each with a white rim, so that each can be followed where they cross."""
    weights = [max(edge.mutual_information, 0.0) for edge in description.edges]
    most = max([*weights, 1e-12])
    for place in sorted(range(len(weights)), key=lambda place: -weights[place]):
        width = _THINNEST + (_THICKEST - _THINNEST) * weights[place] / most
        _draw_arrow(axes, layout.paths[place], width)


def _draw_arrow(axes: "Axes", points: Sequence[Point], width: float) -> None:
    from matplotlib.patches import PathPatch, Polygon  # noqa: PLC0415 - slow to import

    (x, y), half = points[-1], _HEAD / 2 + width / 2 / 72 / 2
    path = _curve([*points[:-1], (x - _HEAD / 2, y)])
    for color, across in ((PAPER, width + 2.0), (ARROW, width)):
        axes.add_patch(PathPatch(path, fill=False, edgecolor=color, linewidth=across, capstyle="butt"))
    tip = Polygon([(x - _HEAD, y - half), (x, y), (x - _HEAD, y + half)], color=ARROW, linewidth=0)
    axes.add_patch(tip)


def _curve(points: Sequence[Point]) -> "Curve":
    """Curves that leave and arrive level, and level lines, in turn."""
    from matplotlib.path import Path as Curve  # noqa: PLC0415 - slow to import

    vertices, codes = [points[0]], [Curve.MOVETO]
    for place, ((left, start), (right, end)) in enumerate(itertools.pairwise(points)):
        if place % 2:
            vertices.append((right, end))
            codes.append(Curve.LINETO)
        else:
            middle = (left + right) / 2
            vertices += [(middle, start), (middle, end), (right, end)]
            codes += [Curve.CURVE4] * 3
    return Curve(vertices, codes)


def _write_number(axes: "Axes", path: Sequence[Point], number: str) -> None:
    """On the last level part of an arrow, in front of its head."""
    (x, y) = path[-1]
    rim = {"boxstyle": "square,pad=0.2", "facecolor": PAPER, "edgecolor": "none"}
    look = {"size": _NUMBER_SIZE, "color": INK, "ha": "right", "va": "center_baseline", "bbox": rim}
    axes.text(x - _HEAD - 2 * _NUMBER_PAD, y, number, **look)


def _draw_box(axes: "Axes", box: Box, lines: Sequence[str], *, linked: bool) -> None:
    from matplotlib.patches import FancyBboxPatch  # noqa: PLC0415 - slow to import

    left, top, width, height = box
    face, edge = (BOX, ARROW) if linked else (QUIET, LINE)
    style = f"round,pad=0,rounding_size={_PAD / 2}"
    axes.add_patch(FancyBboxPatch((left, top), width, height, boxstyle=style, facecolor=face, edgecolor=edge))
    for place, line in enumerate(lines):
        y = top + height / 2 + (place - (len(lines) - 1) / 2) * _TEXT_LINE
        axes.text(left + width / 2, y, line, size=TEXT_SIZE, color=INK, ha="center", va="center_baseline")
