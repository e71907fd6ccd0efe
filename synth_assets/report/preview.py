"""From a figure to a file that is whole or not there, and to a small picture that fits into an asset's metadata."""

import base64
import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self
from uuid import uuid4

import numpy as np

from synth_assets.errors import StorageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL.Image import Image

PREVIEW_WIDTH = 900
"""Dots: about the room of the side panel of Dagster's UI."""

PREVIEW_LIMIT = 100_000
"""Bytes of a preview as it is stored, address and description included; larger ones swell Dagster's own database."""

_DOTS_PER_INCH = 2 * PREVIEW_WIDTH / 9.25
_MOST_DOTS = 30_000
_LONGEST_DESCRIPTION = 1_000
_MANY_COLORS = 50_000


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A figure once it is drawn, at twice the width of its preview.

    Attributes:
        image: Its pixels, without transparency.
    """

    image: "Image"

    @classmethod
    def of(cls, figure: "Figure") -> Self:
        """Draw a figure; one longer than 30,000 dots is drawn smaller."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - slow to import
        from PIL import Image  # noqa: PLC0415 - as above

        usual = figure.dpi
        figure.dpi = min(_DOTS_PER_INCH, _MOST_DOTS / max(figure.get_size_inches()))
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        figure.dpi = usual
        return cls(Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3]))

    def save(self, path: Path) -> Path:
        """Write it to a PNG file: all of it, or, where that fails, none of it and the old file stands.

        Args:
            path: Of the file; its folder is made.

        Returns:
            ``path``.

        Raises:
            StorageError: The file cannot be written.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _replace(path, _encode(self.image))
        except OSError as error:
            message = f"Cannot write the figure {path}: {error.strerror}. Free the path or choose another folder."
            raise StorageError(message) from error
        return path

    def data_uri(self) -> str:
        """The picture as a ``data:`` address of a PNG, ``PREVIEW_WIDTH`` wide, or less where that is too large."""
        width = min(PREVIEW_WIDTH, self.image.width)
        while True:
            text = f"data:image/png;base64,{base64.b64encode(_encode(_fewer_colors(self._scaled(width)))).decode()}"
            if len(text) < PREVIEW_LIMIT - _LONGEST_DESCRIPTION:
                return text
            width = int(width * 0.95 * (PREVIEW_LIMIT / len(text)) ** 0.6)

    def markdown(self, description: str) -> str:
        """The picture as Markdown that holds it, of less than ``PREVIEW_LIMIT`` bytes.

        Args:
            description: Read out in place of the picture; at most about 200 characters are kept.
        """
        words = " ".join(description.translate({ord("["): "(", ord("]"): ")"}).split())
        return f"![{words[: _LONGEST_DESCRIPTION // 5]}]({self.data_uri()})"

    def _scaled(self, width: int) -> "Image":
        height = max(1, round(self.image.height * width / self.image.width))
        return self.image.resize((max(1, width), height), reducing_gap=2.0)


def save_png(figure: "Figure", path: Path) -> Path:
    """Write a figure to a PNG file, all of it or nothing; see ``Picture.save``."""
    return Picture.of(figure).save(path)


def preview(figure: "Figure", description: str) -> str:
    """A figure as Markdown with the picture inside, of less than 100 kB; see ``Picture.markdown``."""
    return Picture.of(figure).markdown(description)


def _replace(path: Path, content: bytes) -> None:
    """Write beside the file and then take its place, in one step."""
    part = path.with_name(f".{path.name[:40]}.{uuid4().hex}.part")
    try:
        part.write_bytes(content)
        os.replace(part, path)  # noqa: PTH105 - the name that says it is atomic
    finally:
        part.unlink(missing_ok=True)


def _fewer_colors(image: "Image") -> "Image":
    """The same in 256 colours, half the size; they spread over all colours that occur, unless that would take long."""
    from PIL import Image  # noqa: PLC0415 - slow to import

    few = image.getcolors(_MANY_COLORS) is not None
    method = Image.Quantize.MAXCOVERAGE if few else Image.Quantize.FASTOCTREE
    return image.quantize(256, method=method, dither=Image.Dither.NONE)


def _encode(image: "Image") -> bytes:
    picture = io.BytesIO()
    image.save(picture, format="png", compress_level=4)
    return picture.getvalue()
