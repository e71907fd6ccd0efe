"""From a figure to a file that is whole or not there, and to a small picture that fits into an asset's metadata."""

import base64
import io
import os
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from synth_assets.errors import StorageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOTS_PER_INCH = 150
PREVIEW_WIDTH = 900
PREVIEW_LIMIT = 100_000
"""Bytes of the PNG's base64 text, not included; larger ones swell Dagster's own database."""

_MOST_DOTS = 30_000


def save_png(figure: "Figure", path: Path, *, dots_per_inch: int = DOTS_PER_INCH) -> Path:
    """Write a figure to a PNG file: all of it, or, where that fails, none of it and the old file stands.

    Args:
        figure: Any.
        path: Of the file; its folder is made.
        dots_per_inch: Less is taken where the picture would be larger than 30,000 dots.

    Returns:
        ``path``.

    Raises:
        StorageError: The file cannot be written.
    """
    picture = _png(figure, dots_per_inch)
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(picture)
        os.replace(part, path)  # noqa: PTH105 - says what it does
    except OSError as error:
        part.unlink(missing_ok=True)
        message = f"Cannot write the figure {path}: {error.strerror}. Free the path or choose another folder."
        raise StorageError(message) from error
    return path


def preview(figure: "Figure", description: str) -> str:
    """A figure as Markdown with the picture inside, of less than 100 kB in all.

    Args:
        figure: Any; it is drawn ``PREVIEW_WIDTH`` dots wide, or less where it would be too large.
        description: Read out in place of the picture.
    """
    words = " ".join(description.replace("[", "(").replace("]", ")").split())
    return f"![{words}]({data_uri(figure)})"


def data_uri(figure: "Figure") -> str:
    """A figure as a ``data:`` address of a PNG, below ``PREVIEW_LIMIT``."""
    density = PREVIEW_WIDTH / figure.get_size_inches()[0]
    start = "data:image/png;base64,"
    while True:
        text = start + base64.b64encode(_fewer_colors(_png(figure, density))).decode()
        if len(text) < PREVIEW_LIMIT - 1_000:
            return text
        density *= min(0.9, (PREVIEW_LIMIT / len(text)) ** 0.5)


def _png(figure: "Figure", dots_per_inch: float) -> bytes:
    density = min(dots_per_inch, _MOST_DOTS / max(figure.get_size_inches()))
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=density, metadata={"Software": None})
    return picture.getvalue()


def _fewer_colors(picture: bytes) -> bytes:
    """The same picture in at most 256 colours, about half the size."""
    from PIL import Image  # noqa: PLC0415 - only pictures need it

    smaller = io.BytesIO()
    with Image.open(io.BytesIO(picture)) as image:
        fewer = image.convert("RGB").quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        fewer.save(smaller, format="png", optimize=True)
    return smaller.getvalue()
