"""How each column is distributed in the original and in the synthetic table: a page of panels, or one column alone."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from synth_assets.measure import Comparison
from synth_assets.report.bars import MINIMUM_COUNT, Bars, bars
from synth_assets.report.canvas import FAINT, MARGIN, ORIGINAL, SYNTHETIC, blank, finish, heading, keys
from synth_assets.report.column_panel import MARK, PANEL_WIDTH, draw_column, height_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_GUTTER = 0.35
_HEADER = 0.98


def histograms(
    comparison: Comparison,
    *,
    title: str = "How each column is distributed (share of rows)",
    columns: Sequence[str] | None = None,
    minimum_count: int = MINIMUM_COUNT,
) -> "Figure":
    """One panel a column, two beside each other: shares of rows per bin or category.

    Args:
        comparison: Of the two tables.
        title: What is seen.
        columns: Which columns, in which order; all of the schema by default.
        minimum_count: Original counts below it are not drawn; a mark takes their place.

    Raises:
        MeasurementError: There is no such column, or ``minimum_count`` is below 1.
    """
    names = list(comparison.columns["column"]) if columns is None else list(columns)
    drawn = [bars(comparison, name, minimum_count=minimum_count) for name in names]
    lines = [drawn[start : start + 2] for start in range(0, len(drawn), 2)]
    heights = [max(map(height_of, line)) for line in lines]
    figure = blank(2 * MARGIN + 2 * PANEL_WIDTH + _GUTTER, _HEADER + sum(heights))
    heading(figure, title)
    keys(figure, 0.56, _entries(drawn, minimum_count))
    top = _HEADER
    for line, height in zip(lines, heights, strict=True):
        for place, one in enumerate(line):
            draw_column(figure, one, (MARGIN + place * (PANEL_WIDTH + _GUTTER), top, PANEL_WIDTH, height))
        top += height
    return finish(figure)


def histogram(comparison: Comparison, column: str, *, minimum_count: int = MINIMUM_COUNT) -> "Figure":
    """One column alone, across the whole width; see ``histograms``."""
    one = bars(comparison, column, minimum_count=minimum_count)
    width = 2 * PANEL_WIDTH + _GUTTER
    height = height_of(one, width)
    figure = blank(2 * MARGIN + width, _HEADER + height)
    heading(figure, "How one column is distributed (share of rows)")
    keys(figure, 0.56, _entries([one], minimum_count))
    draw_column(figure, one, (MARGIN, _HEADER, width, height))
    return finish(figure)


def _entries(drawn: Sequence[Bars], minimum_count: int) -> list[tuple[str, dict[str, Any]]]:
    every = [bar for one in drawn for bar in one.bars]
    entries: list[tuple[str, dict[str, Any]]] = [
        (f"original ({drawn[0].original_rows:,} rows)", {"facecolor": ORIGINAL}),
        (f"synthetic ({drawn[0].synthetic_rows:,} rows)", {"facecolor": SYNTHETIC}),
    ]
    if any(bar.missing for bar in every):
        entries.append(("missing values", {"facecolor": "white", "edgecolor": FAINT, "hatch": "/////"}))
    if any(bar.original is None for bar in every):
        entries.append((f"original hidden: protects counts below {minimum_count}", MARK))
    return entries
