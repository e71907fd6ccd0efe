"""Figures in SVG: in a page's colours, with words as words, and nothing besides."""

import re
from pathlib import Path

from synth_assets.report.canvas import INK, ORIGINAL, blank, finish, panel, write
from synth_assets.report.vector import Vector


def drawn(words: str = "0.0012 of <b>") -> Vector:
    figure = blank(2, 1)
    axes = panel(figure, (0.2, 0.2, 1.5, 0.6))
    axes.bar([0, 1], [1, 2], color=ORIGINAL)
    write(figure, 0, 0, words, color=INK)
    return Vector.of(finish(figure))


def test_words_stay_words_and_are_escaped():
    assert "0.0012 of &lt;b&gt;" in drawn().text


def test_the_same_figure_gives_the_same_text():
    assert drawn() == drawn()


def test_a_page_gives_the_colours():
    inline = drawn().inline("alt")
    assert "var(--original)" in inline
    assert ORIGINAL.lower() not in inline.lower()
    assert ORIGINAL.lower() in drawn().text.lower()


def test_it_is_read_out_as_one_picture():
    inline = drawn().inline('two "bars" <i>')
    assert inline.startswith("<svg role=")
    assert 'role="img" aria-label="two &#34;bars&#34; &lt;i&gt;"' in inline


def test_no_two_figures_share_an_id():
    one, other = (set(re.findall(r'id="([^"]+)"', drawn(words).inline("a"))) for words in ("x", "y"))
    assert one
    assert not one & other


def test_a_file_is_whole_and_alone(tmp_path: Path):
    path = drawn().save(tmp_path / "new" / "one.svg")
    assert path.read_text(encoding="utf-8").startswith('<?xml version="1.0"')
    assert [file.name for file in path.parent.iterdir()] == ["one.svg"]
