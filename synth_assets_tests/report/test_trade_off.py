"""The figure of what anonymity costs: its points, that all can be read, and small fronts."""

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from synth_assets.errors import MeasurementError
from synth_assets.protect import generalise, hierarchies_from_dict
from synth_assets.report import trade_off
from synth_assets_tests.report.test_figures import outside, overlaps, words
from synth_assets_tests.tables import admissions

if TYPE_CHECKING:
    from matplotlib.lines import Line2D


@pytest.fixture(scope="module")
def front() -> pl.DataFrame:
    table, _ = admissions(1_000)
    declared = {
        "Gender": "any",
        "Index of Multiple Deprivation Decile": {"intervals": [2, 4], "start": 1, "any": True},
        "Arrival hour range": "any",
    }
    return generalise(table, hierarchies_from_dict(declared), k=5).front


def drawn(line: "Line2D") -> list[tuple[float, ...]]:
    return [tuple(point) for point in np.array(line.get_xydata()).tolist()]


def test_one_line_a_k_through_its_points_and_a_ring_around_the_chosen(front: pl.DataFrame):
    axes = trade_off(front, limit=0.01).axes[0]
    ks = front["k"].unique().sort().to_list()
    for line, k in zip(axes.get_lines(), ks, strict=False):
        points = front.filter(pl.col("k") == k)
        assert drawn(line) == points.select("suppression", "loss").rows()
    ring = axes.get_lines()[len(ks)]
    chosen = front.filter("chosen").select("suppression", "loss").row(0)
    assert drawn(ring) == [chosen]
    for share, loss in front.select("suppression", "loss").iter_rows():
        assert axes.get_xlim()[0] <= share <= axes.get_xlim()[1]
        assert axes.get_ylim()[0] <= loss <= axes.get_ylim()[1]


def test_it_says_what_is_seen_and_nothing_lies_over_another(front: pl.DataFrame):
    figure = trade_off(front, measure="loss metric", title="de-identified A&E: what anonymity costs")
    said = words(figure)
    assert {"de-identified A&E: what anonymity costs", "loss metric (less is better)", "k = 5", "chosen"} <= set(said)
    assert overlaps(figure) == []
    assert outside(figure) == []


def test_a_limit_is_drawn_where_it_is_on_the_page(front: pl.DataFrame):
    assert "limit 0.50%" in words(trade_off(front, limit=0.005))
    assert not any(text.startswith("limit") for text in words(trade_off(front, limit=0.9)))


@pytest.mark.parametrize("loss", [0.0, 1.0, 2.5e9])
def test_a_front_of_one_point(loss: float):
    one = pl.DataFrame({"k": [5], "loss": [loss], "suppression": [0.0], "chosen": [True]})
    figure = trade_off(one, limit=0.0)
    assert overlaps(figure) == []
    assert outside(figure) == []
    assert ("loss in billions (less is better)" in words(figure)) == (loss > 1)


@pytest.mark.parametrize(
    ("table", "match"),
    [(pl.DataFrame({"k": [1]}), "it has no column loss, suppression, chosen"), (None, "it has no rows")],
)
def test_what_is_no_front_is_refused(table: pl.DataFrame | None, match: str, front: pl.DataFrame):
    with pytest.raises(MeasurementError, match=match):
        trade_off(front.clear() if table is None else table)
