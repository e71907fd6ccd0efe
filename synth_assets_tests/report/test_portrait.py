"""Tables, descriptions and attacks at a glance; and that a sensitive table's figure tells of nobody."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from synth_assets.describe import describe
from synth_assets.measure.column_counts import column_counts
from synth_assets.report.attack_intervals import attack_drawing, write_attacks
from synth_assets.report.portrait import (
    MOST_COLUMNS,
    Line,
    lines_of_description,
    lines_of_table,
    portrait,
    write_portrait,
)
from synth_assets.report.vector import Vector
from synth_assets.report.verdict_grid import verdict_grid, write_verdicts
from synth_assets.schema import MODES, Mode, Schema
from synth_assets_tests.report.pages import RARE, attacks, sensitive


def lines(table: pl.DataFrame, minimum_count: int) -> list[Line]:
    return lines_of_table(column_counts(table, Schema.infer(table), minimum_count), len(table), minimum_count)


def text(drawn: list[Line]) -> str:
    return Vector.of(portrait(drawn, title="Things", said="some rows", synthetic=False)).text


def test_each_column_has_its_shares_and_words():
    table = pl.DataFrame(
        {
            "sex": ["F"] * 50 + ["M"] * 30 + [None] * 20,
            "age": [place // 10 for place in range(100)],
            "flag": [True] * 100,
        }
    )
    sex, age, flag = lines(table, 5)

    assert sex == Line("sex", (0.5, 0.3, 0.2), missing=True, words="most: F, 50%; missing 20%")
    assert sum(share or 0 for share in age.shares) == pytest.approx(1)
    assert age.words == "≤ 0 to ≥ 9"
    assert not age.missing
    assert flag.words == "most: true, 100%"


def test_a_sensitive_tables_figure_hides_small_counts_and_names_no_rare_value():
    table = sensitive(600)
    drawn = lines(table, 5)
    disease = next(line for line in drawn if line.name == "disease")

    assert None in disease.shares, "two rows are not told, and another bar is hidden with them"
    assert not any(rare in text(drawn) for rare in RARE)
    assert "triangle: not told" in text(drawn)


@pytest.mark.parametrize("mode", MODES)
def test_a_description_shows_what_it_tells_and_no_more(mode: Mode):
    table = pl.DataFrame({"ward": ["a"] * 60 + ["b"] * 40, "age": [20, 30, 40, 50, 60] * 20})
    ward, age = lines_of_description(describe(table, Schema.infer(table), mode=mode))

    assert ward.words == "2 values"
    assert ward.shares == (() if mode == "random" else (0.6, 0.4))
    assert bool(age.shares) == (mode != "random")


def test_of_many_columns_the_first_are_drawn_and_the_figure_says_so():
    table = pl.DataFrame({f"column {place}": [1, 2, 3, 4] * 10 for place in range(30)})
    drawn = text(lines(table, 5))

    assert f"column {MOST_COLUMNS - 1}" in drawn
    assert f"column {MOST_COLUMNS}<" not in drawn
    assert f"the first {MOST_COLUMNS} of 30 columns" in drawn


def test_files_and_previews(tmp_path: Path):
    written = write_portrait(lines(sensitive(400), 5), tmp_path / "one.png", title="Things", said="some rows")
    risks = write_attacks(attacks("correlated"), tmp_path / "two.png", title="Attacks")

    for one in (written, risks):
        assert one.path.read_bytes().startswith(b"\x89PNG")
        assert len(one.preview) < 100_000


def test_attacks_are_told_with_their_limits_and_outcomes():
    drawing = attack_drawing(attacks("correlated"))

    assert "singling out (3 attributes) 0.130 (0.110 to 0.150), not kept" in drawing.alt
    assert "singling out (5 attributes)" in drawing.vector.text


def test_a_releases_figure_has_a_mark_for_each_check_and_mode(tmp_path: Path):
    words = ["passed", "not passed", "not excluded: an excess of up to 0.02", "passed"]
    modes, checks = ["random", "random", "correlated", "correlated"], ["minimum_count", "copy_risk"] * 2
    judged = pl.DataFrame({"mode": modes, "check": checks, "verdict": words})
    [axes] = verdict_grid(judged, title="x").axes
    marks = {tuple(np.concatenate(line.get_data()).tolist()): line.get_marker() for line in axes.lines}

    assert marks == {(0, 0): "o", (0, 1): "X", (1, 0): "o", (1, 1): "o"}
    assert [label.get_text() for label in axes.get_yticklabels()] == ["minimum count", "copy risk"]
    assert write_verdicts(judged, tmp_path / "x.png", title="x").path.exists()
