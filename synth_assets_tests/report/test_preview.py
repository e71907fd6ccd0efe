"""Files that are whole or not there, and previews that are small."""

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from synth_assets.errors import StorageError
from synth_assets.report import Picture, preview, save_png
from synth_assets.report.canvas import blank, panel
from synth_assets.report.preview import PREVIEW_LIMIT, PREVIEW_WIDTH


def picture(width: float = 9.25, height: float = 4.0, *, noise: bool = False) -> Picture:
    figure = blank(width, height)
    if noise:
        rng = np.random.Generator(np.random.PCG64(1))
        panel(figure, (0, 0, width, height)).imshow(rng.random((100, 100)), aspect="auto", cmap="hsv")
    return Picture.of(figure)


def opened(uri: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2])))


def test_a_file_is_written_with_its_folder(tmp_path: Path):
    path = tmp_path / "deep" / "er" / "figure.png"
    assert save_png(blank(2, 1), path) == path
    with Image.open(path) as image:
        assert image.format == "PNG"
    assert [one.name for one in path.parent.iterdir()] == ["figure.png"]


def test_a_file_is_replaced_whole(tmp_path: Path):
    path = tmp_path / "figure.png"
    path.write_bytes(b"old")
    save_png(blank(2, 1), path)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_where_writing_fails_the_old_file_stands_and_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "figure.png"
    path.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(StorageError, match=r"Cannot write the figure .*figure\.png: No space left on device\. Free"):
        save_png(blank(2, 1), path)
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["figure.png"]


def test_a_folder_that_cannot_be_made_is_an_error_of_ours(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="Cannot write the figure"):
        save_png(blank(2, 1), tmp_path / "file" / "figure.png")


def test_a_preview_has_the_width_of_the_panel():
    with opened(picture().data_uri()) as image:
        assert image.width == PREVIEW_WIDTH


@pytest.mark.parametrize(("width", "height"), [(9.25, 6.0), (18.0, 4.0), (4.0, 18.0)])
def test_a_preview_is_always_small(width: float, height: float):
    drawn = picture(width, height, noise=True)
    uri = drawn.data_uri()
    assert uri.startswith("data:image/png;base64,")
    assert len(drawn.markdown("x" * 5_000).encode()) < PREVIEW_LIMIT
    with opened(uri) as image:
        assert image.width / image.height == pytest.approx(width / height, rel=0.05)


def test_a_figure_longer_than_a_picture_can_be_is_drawn_smaller():
    assert max(picture(1.0, 400.0).image.size) <= 30_000


def test_the_description_cannot_break_the_markdown():
    text = preview(blank(2, 1), "a [link](x)\nof two lines")
    assert text.startswith("![a (link)(x) of two lines](data:image/png;base64,")
    assert "\n" not in text


def test_drawing_leaves_the_figure_as_it_was():
    figure = blank(2, 1)
    density = figure.dpi
    assert Picture.of(figure).image.tobytes() == Picture.of(figure).image.tobytes()
    assert figure.dpi == density
