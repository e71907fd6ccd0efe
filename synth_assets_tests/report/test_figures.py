"""The figures: what is drawn, that all of it can be read, and that awkward tables are drawn at all."""

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from synth_assets.errors import MeasurementError
from synth_assets.measure import Comparison, compare
from synth_assets.report import across_modes, heat_map, histogram, histograms, mode_table, preview
from synth_assets.report.canvas import ORIGINAL, SYNTHETIC
from synth_assets.report.heatmap import most_changed
from synth_assets.report.preview import PREVIEW_LIMIT
from synth_assets.report.ranking import furthest
from synth_assets.schema import Categories, Column, Interval, Schema

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def drawn(axes: "Axes", color: str) -> list[float]:
    """Lengths of the bars of one colour, in order; in a lying panel a bar's length is its width."""
    from matplotlib.colors import to_rgba  # noqa: PLC0415 - only here

    lying = bool(axes.yaxis_inverted())
    bars = [bar for container in axes.containers for bar in container]
    chosen = [bar for bar in bars if to_rgba(color) in (bar.get_facecolor(), bar.get_edgecolor())]
    return [round(bar.get_width() if lying else bar.get_height(), 6) for bar in chosen]


def matrix(axes: "Axes") -> np.ndarray:
    shown = axes.images[0].get_array()
    assert shown is not None
    return shown


def words(figure: "Figure") -> list[str]:
    from matplotlib.text import Text  # noqa: PLC0415 - only here

    return [text.get_text() for text in figure.findobj(Text) if isinstance(text, Text)]


def overlaps(figure: "Figure") -> list[tuple[str, str]]:
    """Pairs of visible texts whose boxes lie over each other."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - only here
    from matplotlib.text import Text  # noqa: PLC0415 - only here

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    texts = [text for text in figure.findobj(Text) if isinstance(text, Text) and text.get_text() and text.get_visible()]
    boxes = {text: text.get_window_extent(canvas.get_renderer()).padded(-1.5) for text in texts}
    return [(a.get_text(), b.get_text()) for a, b in itertools.combinations(texts, 2) if boxes[a].overlaps(boxes[b])]


def outside(figure: "Figure") -> list[str]:
    """Texts that leave the page."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - only here
    from matplotlib.text import Text  # noqa: PLC0415 - only here

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    texts = [text for text in figure.findobj(Text) if isinstance(text, Text) and text.get_text() and text.get_visible()]
    boxes = [(text.get_text(), text.get_window_extent(canvas.get_renderer())) for text in texts]
    page = figure.bbox
    return [said for said, box in boxes if box.x0 < 0 or box.y0 < 0 or box.x1 > page.x1 or box.y1 > page.y1]


def test_bars_are_shares_of_each_table(compared: Callable[..., Comparison]):
    column = Column("x", "category", domain=Categories(("a", "b"), ordered=True))
    figure = histogram(compared(["a"] * 6 + ["b"] * 14, ["a"] * 9 + ["b"], column), "x")
    axes = figure.axes[0]
    assert drawn(axes, ORIGINAL) == [0.3, 0.7]
    assert drawn(axes, SYNTHETIC) == [0.9, 0.1]
    assert "original (20 rows)" in words(figure)


@pytest.mark.parametrize("ordered", [True, False])
def test_no_small_count_of_the_original_is_drawn(compared: Callable[..., Comparison], ordered: bool):  # noqa: FBT001 - a case
    column = Column("x", "category", domain=Categories(("a", "b", "c", "d"), ordered=ordered))
    figure = histogram(compared(["a"] * 80 + ["b"] * 2 + ["c"] * 3 + ["d"] * 15, list("abcd"), column), "x")
    axes = figure.axes[0]
    assert drawn(axes, ORIGINAL) == [0.8, 0.15]
    assert drawn(axes, SYNTHETIC) == [0.25] * 4
    assert sum(len(np.asarray(line.get_xdata())) for line in axes.lines) == 2
    assert "original hidden: protects counts below 5" in words(figure)


def test_the_smallest_count_that_is_drawn_can_be_raised(compared: Callable[..., Comparison]):
    column = Column("x", "category", domain=Categories(("a", "b", "c")))
    comparison = compared(["a"] * 80 + ["b"] * 9 + ["c"] * 11, ["a"], column)
    assert len(drawn(histogram(comparison, "x").axes[0], ORIGINAL)) == 3
    assert drawn(histogram(comparison, "x", minimum_count=10).axes[0], ORIGINAL) == [0.8]


def test_missing_values_are_hatched_bars(compared: Callable[..., Comparison]):
    figure = histogram(compared([1] * 5 + [2] * 5 + [None] * 10, [1, None], Column("x", "integer")), "x")
    hatched = [bar for group in figure.axes[0].containers for bar in group if bar.get_hatch()]
    assert [bar.get_height() for bar in hatched] == [0.5, 0.5]
    assert "missing values" in words(figure)
    assert "missing" in words(figure)


def test_every_column_has_a_panel_with_its_distance(comparison: Comparison):
    figure = histograms(comparison)
    assert len(figure.axes) == comparison.columns.height
    said = words(figure)
    for name, distance in comparison.columns.select("column", "tvd").rows():
        assert name in said
        assert any(line.startswith(f"distance {distance:.2f}, by sampling alone") for line in said), "a row is 0.001"


def test_columns_can_be_chosen(comparison: Comparison):
    assert len(histograms(comparison, columns=["Treatment", "Arrival Date", "Hospital ID"]).axes) == 3
    with pytest.raises(MeasurementError, match="There is no column 'nothing'"):
        histograms(comparison, columns=["nothing"])


def test_it_is_told_that_end_bars_hold_what_lies_beyond(compared: Callable[..., Comparison]):
    figure = histogram(compared(list(range(100)), [-5, 50, 60, 200], Column("x", "integer")), "x")
    assert any(line.endswith("end bars: and beyond") for line in words(figure))
    declared = Column("x", "integer", domain=Interval(0, 99))
    figure = histogram(compared(list(range(100)), [-5, 50, 60, 200], declared), "x")
    assert not any(line.endswith("end bars: and beyond") for line in words(figure))


def test_the_furthest_columns_come_first():
    original = pl.DataFrame({"same": [1, 2] * 20, "gone": [5] * 40, "moved": [1, 2, 3, 4] * 10})
    synthetic = pl.DataFrame({"same": [1, 2] * 20, "gone": [6] * 40, "moved": [4] * 40})
    comparison = compare(original, synthetic, Schema.infer(original))
    assert furthest(comparison, 1) == ["gone"]
    assert furthest(comparison, 2) == ["gone", "moved"]
    assert furthest(comparison, 9) == ["same", "gone", "moved"]


def test_the_heat_map_has_fixed_scales(comparison: Comparison):
    figure = heat_map(comparison)
    matrices = [axes.images[0] for axes in figure.axes if matrix(axes).shape == (6, 6)]
    assert [image.get_clim() for image in matrices] == [(0, 1), (0, 1), (-1, 1)]
    assert {"original", "synthetic", "difference"} <= set(words(figure))


def test_the_heat_map_shows_every_pair_twice(comparison: Comparison):
    shown = matrix(heat_map(comparison).axes[0])
    names = comparison.columns["column"].to_list()
    for first, second, value in comparison.pairs.select("column_a", "column_b", "nmi_original").rows():
        row, column = names.index(first), names.index(second)
        assert shown[row, column] == shown[column, row] == value
    assert np.ma.getmaskarray(shown).diagonal().all()


def test_a_heat_map_needs_two_columns(comparison: Comparison, compared: Callable[..., Comparison]):
    with pytest.raises(MeasurementError, match="needs at least two columns of the table, but was asked for x"):
        heat_map(compared([1], [1], Column("x", "integer")))
    with pytest.raises(MeasurementError, match="but was asked for Treatment, nothing"):
        heat_map(comparison, columns=["Treatment", "nothing"])


def test_the_columns_with_the_largest_change():
    original = pl.DataFrame({"a": [0, 1] * 50, "b": ["x"] * 50 + ["y"] * 50, "c": [0, 1] * 50})
    synthetic = original.with_columns(pl.Series("c", [0] * 50 + [1] * 50))
    comparison = compare(original, synthetic, Schema.infer(original))
    assert most_changed(comparison, 2) in (["a", "c"], ["b", "c"])
    assert most_changed(comparison, 9) == ["a", "b", "c"]


def test_modes_beside_each_other(comparison: Comparison):
    measurements = {"random": comparison.measurements, "correlated": comparison.measurements.to_pandas()}
    table = mode_table(measurements)
    assert table["mode"].to_list() == ["random"] * 3 + ["correlated"] * 3
    figure = across_modes(measurements)
    assert len(figure.axes) == 3
    lengths = [[bar.get_width() for group in axes.containers for bar in group] for axes in figure.axes]
    floors = [[np.asarray(line.get_xdata())[0] for line in axes.lines] for axes in figure.axes]
    assert lengths == [[value] * 2 for value in comparison.summary["value"]]
    assert floors == [[floor] * 2 for floor in comparison.summary["floor"]]
    with pytest.raises(MeasurementError, match="Give those of at least one mode"):
        across_modes({})


def test_nothing_lies_over_anything_else(comparison: Comparison):
    measurements = dict.fromkeys(("random", "independent", "correlated"), comparison.measurements)
    for figure in (histograms(comparison), heat_map(comparison), across_modes(measurements)):
        assert overlaps(figure) == []
        assert outside(figure) == []


def test_awkward_tables_are_drawn(awkward: Comparison):
    figures = [histograms(awkward), across_modes({"only": awkward.measurements})]
    figures += [heat_map(awkward)] if awkward.pairs.height else []
    for figure in figures:
        assert outside(figure) == []
        assert len(preview(figure, "anything")) < PREVIEW_LIMIT


def test_a_table_of_52_columns_with_long_names():
    table = pl.DataFrame({f"{place}. column with a name that is rather long": [place, 2, 3] * 5 for place in range(52)})
    comparison = compare(table, table.head(8), Schema.infer(table))
    assert outside(histograms(comparison)) == []
    assert overlaps(heat_map(comparison, columns=table.columns[:12])) == []
    figure = heat_map(comparison)
    assert outside(figure) == []
    labels = [text.get_text() for text in figure.axes[0].get_yticklabels() if text.get_text()]
    assert len(set(labels)) == 52


def test_no_text_is_read_as_a_formula():
    table = pl.DataFrame({"$x^2$": ["$\\alpha$", "b"] * 10, "y": [1, 2] * 10})
    comparison = compare(table, table, Schema.infer(table))
    for figure in (histograms(comparison), heat_map(comparison), histogram(comparison, "$x^2$")):
        assert "$x^2$" in words(figure)
        from matplotlib.text import Text  # noqa: PLC0415 - only here

        assert not any(text.get_parse_math() for text in figure.findobj(Text) if isinstance(text, Text))


def test_the_same_comparison_gives_the_same_picture(comparison: Comparison):
    assert preview(histogram(comparison, "Treatment"), "a") == preview(histogram(comparison, "Treatment"), "a")
