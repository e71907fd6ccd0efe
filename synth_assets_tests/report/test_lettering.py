"""Labels fit and can be drawn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.report.lettering import drawable, fitted, inches


@given(st.text(), st.floats(0.3, 3.0))
def test_a_label_fits_on_one_line_and_can_be_drawn(words: str, room: float):
    label = fitted(words, room)
    assert label
    assert inches([label]) <= room or len(label) == 1
    assert all(ord(sign) in drawable() for sign in label)
    assert "\n" not in label


def test_a_short_label_stays_as_it_is():
    assert fitted("Žluťoučký kůň, $5", 3.0) == "Žluťoučký kůň, $5"


def test_a_long_label_keeps_its_beginning_and_its_last_word():
    assert fitted("Index of Multiple Deprivation Decile", 1.8) == "Index of Multiple Depr…Decile"


def test_labels_that_differ_at_their_end_stay_different():
    labels = {fitted(f"A long name that begins like the others do {place}", 1.2) for place in range(30)}
    assert len(labels) == 30


@pytest.mark.parametrize(("words", "label"), [("", "(blank)"), (" \n ", "(blank)"), ("a\n\tb", "a b")])
def test_blank_and_broken_lines(words: str, label: str):
    assert fitted(words, 3.0) == label


def test_a_sign_that_no_font_has_is_written_as_its_code():
    unassigned = chr(0x0E8B2)
    assert fitted(f"a{unassigned}", 3.0) == r"a\ue8b2"


def test_width_is_that_of_the_drawn_text():
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - only here
    from matplotlib.figure import Figure  # noqa: PLC0415 - only here

    figure = Figure(dpi=200)
    text = figure.text(0, 0, "Gastrointestinal bleeding 0123", size=8.5)
    box = text.get_window_extent(FigureCanvasAgg(figure).get_renderer())
    assert inches(["Gastrointestinal bleeding 0123"]) == pytest.approx(box.width / 200, rel=0.05)
