"""No report tells a rare value of the original: not in words, not by the end of an axis, not in what a file carries."""

import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from synth_assets.measure import compare
from synth_assets.report.bars import bars
from synth_assets.schema import Schema
from synth_assets_tests.report.pages import RARE, evidence, sensitive, write_all

ROWS = 1_500


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Every file that the reports of a table with rare values leave."""
    folder = tmp_path_factory.mktemp("reports")
    write_all(sensitive(ROWS), folder)
    return sorted(path for path in folder.rglob("*") if path.is_file())


def spellings(value: str) -> set[str]:
    """A value as it might be written: with separators, cut, in parts of a date."""
    found = {value, value.replace(" ", "_")}
    if re.fullmatch(r"[0-9.]+", value):
        number = float(value)
        found |= {f"{number:,.2f}", f"{number:,.0f}", f"{number:.4g}", f"{number:g}", f"{number:.0f}"}
    return {one for one in found if len(one) > 3}


def test_there_is_something_to_search(written: list[Path]):
    assert {path.suffix for path in written} == {".html", ".svg", ".png"}
    assert sum(path.suffix == ".html" for path in written) == 7
    assert sum(path.suffix == ".svg" for path in written) > 20


@pytest.mark.parametrize("value", RARE)
def test_no_file_tells_a_rare_value(written: list[Path], value: str):
    for path in written:
        if path.suffix == ".png":
            continue
        text = path.read_text(encoding="utf-8")
        words = re.sub(r' (?:d|points|transform|style|x|y|id)="[^"]*"', " ", text)
        assert [one for one in spellings(value) if one in words] == [], path


def test_pictures_carry_nothing_but_pixels(written: list[Path]):
    for path in written:
        if path.suffix == ".png":
            with Image.open(path) as image:
                assert image.info == {}, path
            chunks = re.findall(rb"(tEXt|zTXt|iTXt|eXIf|tIME)", path.read_bytes()[:200])
            assert chunks == [], path
        if path.suffix == ".svg":
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"<metadata|<title|<desc|<!--|Matplotlib", text), path


def test_rare_extremes_move_nothing_that_is_drawn():
    """Axes, bars and ticks are the same, whatever the rare values are."""

    def drawn(extreme: float) -> list:
        values = np.random.Generator(np.random.PCG64(1)).normal(50, 9, 600)
        original = pl.DataFrame({"x": [*values.tolist(), extreme, -extreme]})
        comparison = compare(original, original.head(300), Schema.infer(original))
        return [(bar.label, bar.lower, bar.upper, bar.original, bar.synthetic) for bar in bars(comparison, "x").bars]

    assert drawn(777.7) == drawn(123_456.7) == drawn(9e99)


def test_figures_do_not_change_with_a_row():
    """What is told of a small table is too coarse to tell of one row."""
    table = sensitive(60).select("disease", "score")
    found = evidence(table)
    assert found.comparison.original_rows == 60
    from synth_assets.report.precision import decimals  # noqa: PLC0415 - only here

    assert decimals(60, 5) == 1
    assert decimals(40, 5) is None
