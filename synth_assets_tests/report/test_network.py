"""The picture of a network: all of it is drawn, all of it can be read, and the same comes out every time."""

import itertools
import math
import os
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.describe import Description, describe
from synth_assets.describe.coding import CodedColumn, Levels
from synth_assets.describe.network import Edge
from synth_assets.errors import DescriptionError
from synth_assets.report.canvas import Box
from synth_assets.report.lettering import fitted, inches
from synth_assets.report.network import MOST_NUMBERED, network_caption, network_figure, wrapped, write_network
from synth_assets.report.preview import PREVIEW_LIMIT, Picture
from synth_assets.schema import Column, Mode, Schema

if TYPE_CHECKING:
    from matplotlib.figure import Figure

AE = (
    "Hospital ID",
    "Index of Multiple Deprivation Decile",
    "Treatment",
    "Gender",
    "Age bracket",
    "Time in A&E (mins)",
    "Arrival Date",
    "Arrival hour range",
)
AE_EDGES = (("Age bracket", "Time in A&E (mins)", 0.331), ("Arrival Date", "Arrival hour range", 0.0412))


def description(
    *edges: tuple[str, str, float], names: tuple[str, ...] = (), mode: Mode = "correlated", max_parents: int = 4
) -> Description:
    """A description that tells of a network and of nothing else."""
    found = names or tuple(dict.fromkeys(end for edge in edges for end in edge[:2]))
    columns = tuple(CodedColumn(Column(name, "category"), Levels(("a", "b"))) for name in found)
    return Description(mode, columns, 100, edges=tuple(Edge(*edge) for edge in edges), max_parents=max_parents)


def wide(columns: int) -> Description:
    """Four parents for each column, where there are as many before it."""
    names = tuple(f"column number {place}" for place in range(columns))
    edges = [
        (names[parent], names[child], 1 / (parent + child))
        for child in range(1, columns)
        for parent in sorted({0, child // 2, child // 3, child // 7} - {child})
    ]
    return description(*edges, names=names)


def extents(figure: "Figure", artists: Iterable[Any]) -> list[Box]:
    """Left, lower, right and upper edge of each, in inches from the lower left corner."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - only here

    renderer, dots = FigureCanvasAgg(figure).get_renderer(), figure.dpi
    boxes = [artist.get_window_extent(renderer) for artist in artists]
    return [(box.x0 / dots, box.y0 / dots, box.x1 / dots, box.y1 / dots) for box in boxes]


def texts(figure: "Figure") -> list[tuple[str, Box]]:
    from matplotlib.text import Text  # noqa: PLC0415 - only here

    found = [text for text in figure.findobj(Text) if isinstance(text, Text) and text.get_text()]
    return list(zip([text.get_text() for text in found], extents(figure, found), strict=True))


def words(figure: "Figure") -> list[str]:
    return [text for text, _ in texts(figure)]


def apart(one: Box, other: Box) -> bool:
    return one[0] >= other[2] or other[0] >= one[2] or one[1] >= other[3] or other[1] >= one[3]


def inside(inner: Box, outer: Box) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def arrows(figure: "Figure") -> list[float]:
    """The width of each arrow that has a head, widest first, in points."""
    from matplotlib.patches import PathPatch, Polygon  # noqa: PLC0415 - only here

    patches = figure.axes[0].patches
    lines = [patch for patch in patches if isinstance(patch, PathPatch)]
    assert len(lines) == 2 * sum(isinstance(patch, Polygon) for patch in patches)
    return [patch.get_linewidth() for patch in lines[1::2]]


CASES = {
    "chain": description(("a", "b", 0.5)),
    "A&E": description(*AE_EDGES, names=AE),
    "star": description(*(("hub", f"leaf {place}", 1 / (place + 1)) for place in range(10))),
    "15 columns": wide(15),
    "52 columns": wide(52),
    "no edges": description(names=AE),
    "one column": description(names=("alone",)),
    "long names": description(("x" * 60, "a name of many words " * 5, 0.1), ("x" * 60, "snake_case_" * 6, 2.0)),
    "other scripts": description(
        ("年齢", "Возраст пациента", 0.1),
        ("年齢", "$x^2$ \\frac", 0.1),
        names=("年齢", "Возраст пациента", "$x^2$ \\frac", "", "😀\n"),
    ),
    "nothing told": description(("a", "b", -0.01), ("a", "c", 0.0)),
}


@cache
def figure_of(case: str) -> "Figure":
    return network_figure(CASES[case])


@pytest.mark.parametrize("case", CASES)
def test_every_name_and_number_can_be_read(case: str):
    figure = figure_of(case)
    found = texts(figure)
    assert [(one[0], other[0]) for one, other in itertools.combinations(found, 2) if not apart(one[1], other[1])] == []
    width, height = figure.get_size_inches()
    assert all(inside(box, (0, 0, width, height)) for _, box in found)


@pytest.mark.parametrize("case", CASES)
def test_every_column_has_a_box_around_its_whole_name(case: str):
    from matplotlib.patches import FancyBboxPatch  # noqa: PLC0415 - only here

    figure = figure_of(case)
    frames = extents(figure, [patch for patch in figure.axes[0].patches if isinstance(patch, FancyBboxPatch)])
    found = texts(figure)
    held = [[text for text, box in found if inside(box, frame)] for frame in frames]
    assert held == [wrapped(name) for name in CASES[case].names]


@pytest.mark.parametrize("case", CASES)
def test_every_edge_is_an_arrow(case: str):
    assert len(arrows(figure_of(case))) == len(CASES[case].edges)


def test_an_arrow_is_as_wide_as_its_mutual_information():
    widths = arrows(network_figure(description(("a", "b", 0.0), ("a", "c", 1.0), ("a", "d", 0.5), ("a", "e", -0.1))))
    assert widths == [5.0, pytest.approx(2.9), 0.8, 0.8]


@pytest.mark.parametrize(
    ("nats", "said"),
    [
        (0.331, "0.33"),
        (0.0412, "0.041"),
        (0.00123, "0.0012"),
        (1.234, "1.23"),
        (2.0, "2.00"),
        (1e-5, "<.001"),
        (-1.0, "<.001"),
    ],
)
def test_numbers_have_two_or_three_digits(nats: float, said: str):
    assert said in words(network_figure(description(("a", "b", nats))))


def test_the_caption_tells_what_is_seen():
    assert (
        network_caption(CASES["A&E"]) == "4 of 8 columns are joined to another; width shows mutual information (nats)"
    )
    assert network_caption(CASES["A&E"]) in words(figure_of("A&E"))


def test_columns_without_an_edge_are_set_apart():
    assert "no dependence found" in words(figure_of("A&E"))
    assert "no dependence found" not in words(figure_of("star"))
    assert network_caption(CASES["no edges"]) == "0 of 8 columns are joined to another"
    unsearched = words(network_figure(description(names=AE, max_parents=0)))
    assert "no dependence looked for: max_parents is 0" in unsearched


def test_many_columns_have_no_numbers_and_the_caption_says_so():
    assert "at most" not in network_caption(wide(MOST_NUMBERED))
    some, many = words(network_figure(wide(MOST_NUMBERED))), words(network_figure(wide(MOST_NUMBERED + 1)))
    assert sum(word.startswith("0.") for word in some) > MOST_NUMBERED
    assert not any(word.startswith("0.") for word in many)
    assert any(word.endswith("at most 1.00; numbers are left out above 30 columns") for word in many)


@given(st.text(max_size=80))
def test_a_wrapped_name_is_whole_and_fits(name: str):
    lines = wrapped(name)
    assert "".join(lines).replace(" ", "") == fitted(name, math.inf).replace(" ", "")
    assert all(lines)
    assert inches(lines) <= 1.3


def test_a_name_breaks_between_words():
    assert wrapped("Index of Multiple Deprivation Decile") == ["Index of Multiple", "Deprivation Decile"]
    assert wrapped("hours_worked_per_week_last_year") == ["hours_worked_per_", "week_last_year"]


@pytest.mark.parametrize("mode", ["random", "independent"])
def test_other_modes_have_no_network(mode: Mode, tmp_path: Path):
    other = description(names=("a",), mode=mode)
    with pytest.raises(DescriptionError, match=f"in {mode} mode has no network to draw. Allowed: correlated"):
        network_figure(other)
    with pytest.raises(DescriptionError, match="mode='correlated'"):
        write_network(other, tmp_path, name="a")
    assert list(tmp_path.iterdir()) == []


def test_the_file_and_its_preview(tmp_path: Path):
    written = write_network(CASES["A&E"], tmp_path / "new", name="correlated_ae_description")
    assert written.path == tmp_path / "new" / "network.png"
    assert written.path.read_bytes().startswith(b"\x89PNG")
    assert written.preview.startswith(
        "![Network of correlated_ae_description: 4 of 8 columns are joined to another; width"
    )


def test_the_preview_of_a_wide_table_is_small_enough():
    assert len(Picture.of(figure_of("52 columns")).markdown("x")) < PREVIEW_LIMIT


def test_the_page_is_white_everywhere():
    image = Picture.of(figure_of("A&E")).image
    assert image.mode == "RGB"
    corners = [(0, 0), (image.width - 1, 0), (0, image.height - 1), (image.width - 1, image.height - 1)]
    assert {image.getpixel(corner) for corner in corners} == {(255, 255, 255)}


def test_the_same_description_gives_the_same_bytes_in_another_process(tmp_path: Path):
    table = pl.DataFrame(
        {name: [(place // step) % 3 for place in range(90)] for name, step in zip("abcd", (1, 1, 9, 9), strict=True)}
    )
    made = describe(table, Schema.infer(table), mode="correlated")
    assert len(made.edges) == 2
    here = write_network(made, tmp_path / "here", name="x")
    (tmp_path / "document").write_text(made.to_json(), encoding="utf-8")
    code = (
        "import sys; from pathlib import Path; from synth_assets.report.network import write_network\n"
        "assert not {'matplotlib', 'PIL'} & set(sys.modules)\n"
        "from synth_assets.describe import Description\n"
        "made = Description.from_json(Path('document').read_text(encoding='utf-8'))\n"
        "write_network(made, Path('there'), name='x')\n"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path, env=environment)
    assert (tmp_path / "there" / "network.png").read_bytes() == here.path.read_bytes()
