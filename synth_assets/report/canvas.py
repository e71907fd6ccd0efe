"""A blank figure, the two tables' colours, axes and keys: what every figure here has in common.

matplotlib is imported when the first figure is made, because that takes longer than all else here.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from synth_assets.report.lettering import TEXT_SIZE, TITLE_SIZE, families, fitted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, width and height in inches, from the figure's upper left corner."""

ORIGINAL = "#0072B2"
SYNTHETIC = "#E69F00"
"""Blue and orange of Okabe and Ito's palette (2008): told apart by every kind of colour vision, and in grey."""
INK = "#222222"
FAINT = "#6B6B6B"
LINE = "#DDDDDD"
PAPER = "#FFFFFF"
ARROW = "#5C7A99"
BOX = "#EEF3F8"
QUIET = "#F6F6F6"
CELL_INK, CELL_FAINT, CELL_PAPER = "#232323", "#6C6C6C", "#FEFEFE"
"""On the colours of a heat map, which are the same in light and dark."""
MARGIN = 0.3
MARKERS = {"random": "s", "independent": "o", "correlated": "D"}
"""Of each mode, so that modes are told apart without colour."""


def blank(width: float, height: float) -> "Figure":
    """A white figure without axes, drawn without a window system.

    Args:
        width: In inches.
        height: In inches.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - slow to import
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above

    figure = Figure(figsize=(width, height), facecolor=PAPER)
    FigureCanvasAgg(figure)
    return figure


def panel(figure: "Figure", box: Box) -> "Axes":
    """Axes in a box, with light lines and nothing on the top and right."""
    width, height = figure.get_size_inches()
    left, top, across, down = box
    axes = figure.add_axes((left / width, 1 - (top + down) / height, across / width, down / height))
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(LINE)
    axes.tick_params(labelsize=TEXT_SIZE, color=LINE, labelcolor=INK, length=2.5)
    axes.set_axisbelow(True)
    return axes


def write(figure: "Figure", left: float, top: float, words: str, **style: object) -> None:
    """Text whose upper left corner is at a place in inches from the figure's upper left corner."""
    width, height = figure.get_size_inches()
    look: dict[str, Any] = {"size": TEXT_SIZE, "color": INK, "va": "top", "ha": "left"} | style
    figure.text(left / width, 1 - top / height, words, **look)


def heading(figure: "Figure", title: str) -> None:
    """What the figure shows, at its top."""
    room = figure.get_size_inches()[0] - 2 * MARGIN
    write(figure, MARGIN, 0.2, fitted(title, room, size=TITLE_SIZE), size=TITLE_SIZE, weight="bold")


def keys(figure: "Figure", top: float, entries: Sequence[tuple[str, dict[str, Any]]], *, left: float = MARGIN) -> None:
    """One line that says what colours and marks mean.

    Args:
        figure: Where it is written.
        top: In inches from the upper edge.
        entries: What each means, and the look of a patch or, where it has a marker, of a mark.
        left: In inches from the left edge.
    """
    from matplotlib.lines import Line2D  # noqa: PLC0415 - slow to import
    from matplotlib.patches import Patch  # noqa: PLC0415 - as above

    bare: dict[str, Any] = {"linestyle": ""}
    handles = [
        Line2D([], [], label=label, **bare | look) if "marker" in look else Patch(label=label, **look)
        for label, look in entries
    ]
    width, height = figure.get_size_inches()
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(left / width, 1 - top / height),
        ncols=len(handles),
        frameon=False,
        fontsize=TEXT_SIZE,
        labelcolor=INK,
        handlelength=1.2,
        handleheight=0.9,
        columnspacing=1.8,
        borderaxespad=0,
        borderpad=0,
    )


def finish(figure: "Figure") -> "Figure":
    """The figure with its texts as they are written, a ``$`` too, in the fonts that ``fitted`` counts on."""
    from matplotlib.text import Text  # noqa: PLC0415 - slow to import

    for text in figure.findobj(Text):
        if isinstance(text, Text):
            text.set_parse_math(False)
            text.set_fontfamily(list(families()))
    return figure
