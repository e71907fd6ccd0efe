"""Drift: what is drawn and said of one drawing after the other."""

import polars as pl

from synth_assets.report.drift import drift_preview, drift_section
from synth_assets.report.page import Block, Gallery, Prose, Table
from synth_assets_tests.report.pages import drawings


def words(blocks: tuple[Block, ...]) -> list[str]:
    return [block.text for block in blocks if isinstance(block, Prose)]


def test_one_drawing_has_no_drift_and_says_so():
    blocks = drift_section(drawings([0.05]), 10_000, 5).blocks

    assert [block.kind for block in blocks] == ["prose"]
    assert words(blocks)[0].startswith("Drawn once so far.")
    assert drift_preview(drawings([0.05])) is None


def test_drawings_are_told_in_words_figures_and_a_table():
    section = drift_section(drawings([0.05, 0.0534, 0.048, 0.0512]), 10_000, 5)
    [said] = words(section.blocks)
    [gallery] = [block for block in section.blocks if isinstance(block, Gallery)]
    [table] = [block for block in section.blocks if isinstance(block, Table)]

    assert said == (
        "Correlated, each pair of columns: 4 drawings lay between 0.048 and 0.053 from the original; the last one is "
        "at 0.051, sampling alone would give 0.045; the original did not change."
    )
    assert [one.file for one in section.drawings] == ["drift_tvd_1", "drift_tvd_2", "drift_nmi_error"]
    assert len(gallery.items) == 3
    assert "26 Jan" in section.drawings[1].vector.text
    assert [row[0].text for row in table.rows] == [f"2026-0{day} 03:00 UTC" for day in ("2-02", "1-26", "1-19", "1-12")]
    assert [cell.text for cell in table.rows[0]][1:] == ["correlated", "3", "the same", "0.005", "0.051", "0.001"]


def test_a_changed_original_is_told_and_an_unknown_one_is_not_called_the_same():
    changed = drift_section(drawings([0.05, 0.08], changed=[None, True]), 10_000, 5)
    unknown = drift_section(drawings([0.05, 0.08], changed=[None, None]), 10_000, 5)

    assert words(changed.blocks)[0].endswith("; the original changed once.")
    assert "original changed" in changed.drawings[0].vector.text
    assert "did not change" not in words(unknown.blocks)[0]
    assert "original changed" not in unknown.drawings[0].vector.text


def test_modes_are_told_apart_and_one_that_was_drawn_once_is_left_out():
    several = pl.concat([drawings([0.05, 0.05]), drawings([0.3, 0.31], "random"), drawings([0.07], "independent")])
    section = drift_section(several, 10_000, 5)

    assert [said.split(",")[0] for said in words(section.blocks)] == ["Correlated", "Random"]
    assert "Correlated, each pair of columns: 2 drawings were 0.050 from the original" in words(section.blocks)[0]
    preview = drift_preview(several)
    assert preview is not None
    assert preview.startswith("![How far each drawing is from the original](data:image/png;base64,")


def test_of_few_rows_nothing_is_told():
    blocks = drift_section(drawings([0.05, 0.06]), 40, 5).blocks

    assert words(blocks) == ["Not told: with so few rows it would tell of some of them."]


def test_figures_are_as_coarse_as_a_few_rows():
    """Neither words nor figures change where the distances differ by less than a few rows would."""
    one, other = (drift_section(drawings(values), 300, 5) for values in ([0.11, 0.13], [0.12, 0.10]))

    assert words(one.blocks) == words(other.blocks)
    assert [drawing.vector.text for drawing in one.drawings] == [drawing.vector.text for drawing in other.drawings]
