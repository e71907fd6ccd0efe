"""Which columns depend on each other: mutual information in the original, the synthetic table, and their difference."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from synth_assets.errors import MeasurementError
from synth_assets.measure import Comparison
from synth_assets.report.canvas import (
    CELL_FAINT,
    CELL_INK,
    CELL_PAPER,
    FAINT,
    MARGIN,
    Box,
    blank,
    finish,
    heading,
    panel,
    write,
)
from synth_assets.report.lettering import NAME_SIZE, TEXT_SIZE, fitted, inches

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PAGE = 8.65
_HEADER = 1.02
_GAP = 0.2
_SCALE = 0.62
_LABEL_ROOM = 1.75
_NARROWEST = 1.2
_SMALLEST_CELL = 0.16
_LARGEST_CELL = 0.5
_CELL_WITH_VALUE = 0.22
_NOTE = (
    "normalised mutual information, 0: independent, 1: each determines the other; difference: synthetic less original"
)


@dataclass(frozen=True, slots=True)
class Panel:
    """One matrix with the scale that every figure of this kind has.

    Attributes:
        name: What is seen.
        values: Shape (columns, columns); the diagonal is NaN.
        colors: A colour map of matplotlib.
        low: Value of its first colour; that of its last is 1.
    """

    name: str
    values: npt.NDArray[np.float64]
    colors: str
    low: float


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where panels lie: beside each other, with one list of names on their left; in inches.

    Attributes:
        labels: Names of the columns, fitted.
        indent: Room for the names.
        cell: Side of a cell.
    """

    labels: tuple[str, ...]
    indent: float
    cell: float

    @property
    def side(self) -> float:
        """Side of a panel."""
        return self.cell * len(self.labels)

    @property
    def stride(self) -> float:
        """From one panel's left to the next one's."""
        return max(self.side, _NARROWEST) + _GAP

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the figure."""
        width = self.indent + 3 * self.stride - _GAP
        return 2 * MARGIN + max(width, _PAGE), _HEADER + self.side + self.indent + _SCALE


def heat_map(
    comparison: Comparison, *, title: str = "Which columns depend on each other", columns: Sequence[str] | None = None
) -> "Figure":
    """Normalised mutual information of every pair, adjusted for chance, in three panels on fixed scales.

    The scale is 0 to 1 for the two tables and -1 to 1 for the difference (synthetic less original), whatever the
    values, so that figures can be laid beside each other. Values are written where there is room: up to about 12
    columns fit the width of a preview.

    Args:
        comparison: Of the two tables.
        title: What is seen.
        columns: Which columns, in which order, at least two; all of the schema by default.

    Raises:
        MeasurementError: There are fewer than two columns, or there is no column of a name.
    """
    known = list(comparison.columns["column"])
    names = known if columns is None else list(columns)
    unknown = [name for name in names if name not in known]
    if len(names) < 2 or unknown:  # noqa: PLR2004 - a pair
        message = (
            f"A figure of dependence needs at least two columns of the table, but was asked for {', '.join(names)}. "
            f"Allowed: {', '.join(known)}. Leave the figure out for a table of one column."
        )
        raise MeasurementError(message)
    layout = _layout(names)
    figure = blank(*layout.size)
    heading(figure, title)
    write(figure, MARGIN, 0.5, _NOTE, color=FAINT)
    for place, one in enumerate(panels(comparison, names)):
        _draw(figure, one, layout, place)
    return finish(figure)


def most_changed(comparison: Comparison, most: int) -> list[str]:
    """The columns of the pairs whose dependence differs most between the tables, in the schema's order.

    Args:
        comparison: Of the two tables.
        most: How many at most.
    """
    pairs = comparison.pairs.sort(pl.col("nmi_difference").abs(), descending=True, maintain_order=True)
    ranked = dict.fromkeys(name for pair in pairs.select("column_a", "column_b").iter_rows() for name in pair)
    chosen = set(list(ranked)[:most])
    return [name for name in comparison.columns["column"] if name in chosen]


def panels(comparison: Comparison, names: Sequence[str]) -> list[Panel]:
    """The three matrices of some columns: original, synthetic, difference."""
    return [
        Panel("original", _matrix(comparison, names, "nmi_original"), "Blues", 0.0),
        Panel("synthetic", _matrix(comparison, names, "nmi_synthetic"), "Blues", 0.0),
        Panel("difference", _matrix(comparison, names, "nmi_difference"), "PuOr_r", -1.0),
    ]


def _matrix(comparison: Comparison, names: Sequence[str], measure: str) -> npt.NDArray[np.float64]:
    places = {name: place for place, name in enumerate(names)}
    matrix = np.full((len(places), len(places)), np.nan)
    pairs = comparison.pairs.filter(pl.col("column_a").is_in(names) & pl.col("column_b").is_in(names))
    for first, second, value in pairs.select("column_a", "column_b", measure).iter_rows():
        matrix[places[first], places[second]] = matrix[places[second], places[first]] = value
    return matrix


def _layout(names: Sequence[str]) -> _Layout:
    labels = tuple(fitted(name, _LABEL_ROOM) for name in names)
    indent = inches(labels) + 0.12
    room = (_PAGE - indent - 2 * _GAP) / 3 / len(names)
    return _Layout(labels, indent, min(max(room, _SMALLEST_CELL), _LARGEST_CELL))


def _draw(figure: "Figure", one: Panel, layout: _Layout, place: int) -> None:
    left, top = MARGIN + layout.indent + place * layout.stride, _HEADER
    write(figure, left, top - 0.24, one.name, size=NAME_SIZE, weight="bold")
    axes = panel(figure, (left, top, layout.side, layout.side))
    axes.imshow(one.values, cmap=one.colors, vmin=one.low, vmax=1, aspect="auto", interpolation="nearest")
    _name_cells(axes, layout, named=place == 0)
    if layout.cell >= _CELL_WITH_VALUE:
        write_values(axes, one.values)
    _draw_scale(figure, one, (left, top + layout.side + layout.indent + 0.1, min(layout.side, 2.0), 0.1))


def _name_cells(axes: "Axes", layout: _Layout, *, named: bool) -> None:
    places = range(len(layout.labels))
    axes.set_facecolor("#D5D5D5")
    axes.spines[:].set_visible(False)
    axes.set_xticks(places, labels=layout.labels, rotation=90)
    axes.set_yticks(places, labels=layout.labels if named else [""] * len(layout.labels))
    edges = [place - 0.5 for place in range(len(layout.labels) + 1)]
    axes.hlines(edges, edges[0], edges[-1], color="white", linewidth=0.8)
    axes.vlines(edges, edges[0], edges[-1], color="white", linewidth=0.8)
    axes.tick_params(which="both", length=0)


def write_values(axes: "Axes", values: npt.NDArray[np.float64]) -> None:
    """To two decimals, without the leading zero; a rounded zero is faint."""
    for row, column in np.argwhere(np.isfinite(values)).tolist():
        value = values[row, column]
        words = f"{value:.2f}".replace("0.", ".").replace("-", "\N{MINUS SIGN}")
        color = CELL_PAPER if abs(value) > 0.6 else CELL_INK  # noqa: PLR2004 - where both colour maps are dark
        zero = abs(value) < 0.005  # noqa: PLR2004 - rounds to zero
        look = {"color": CELL_FAINT if zero else color, "size": TEXT_SIZE - 1.5, "ha": "center", "va": "center"}
        axes.text(column, row, "0" if zero else words, **look)


def _draw_scale(figure: "Figure", one: Panel, box: Box) -> None:
    axes = panel(figure, box)
    shades = np.linspace(one.low, 1, 256)[None, :]
    axes.imshow(shades, cmap=one.colors, vmin=one.low, vmax=1, aspect="auto", extent=(one.low, 1, 0, 1))
    axes.spines[:].set_visible(False)
    axes.set_yticks([])
    middle = (one.low + 1) / 2
    axes.set_xticks([one.low, middle, 1], labels=[f"{value:.2g}" for value in (one.low, middle, 1)])
