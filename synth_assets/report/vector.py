"""A figure as SVG: for a page, in the page's colours, light and dark; and for a file of its own.

Nothing is in it but shapes and the words that are drawn: no metadata, no date, no program.
"""

import io
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from markupsafe import Markup

from synth_assets.report.canvas import ARROW, BOX, FAINT, INK, LINE, ORIGINAL, PAPER, QUIET, SYNTHETIC
from synth_assets.storage.files import temporary_sibling

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

COLORS = {
    ORIGINAL: "--original",
    SYNTHETIC: "--synthetic",
    INK: "--ink",
    FAINT: "--faint",
    LINE: "--line",
    PAPER: "--paper",
    ARROW: "--arrow",
    BOX: "--box",
    QUIET: "--quiet",
}
"""The colours that a page gives other values in the dark; all others, as of heat maps, stay as they are."""

_METADATA = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)
_HEAD = re.compile(r"^.*?(?=<svg )", re.DOTALL)
_SIZE = re.compile(r' (?:width|height)="[\d.]+pt"')
_FONT = re.compile(r"font: ((?:bold |700 )?[\d.]+px) [^;\"]*")
_LONG_NUMBER = re.compile(r"(\d+\.\d{2})\d+")
_PLACES = re.compile(r' (?:d|points|transform|x|y)="[^"]*"')
_NAMED = re.compile(r'(?<=id=")[^"]+(?=")|(?<=url\(#)[^)]+(?=\))|(?<=href="#)[^"]+(?=")')


@dataclass(frozen=True, slots=True)
class Vector:
    """A figure in SVG.

    Attributes:
        text: With its own colours; the whole file.
        width: Its natural width in CSS pixels.
    """

    text: str
    width: float

    @classmethod
    def of(cls, figure: "Figure") -> "Vector":
        """Draw it; places are told to a hundredth of a point."""
        from matplotlib import rc_context  # noqa: PLC0415 - slow to import

        written = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        with rc_context({"svg.fonttype": "none", "svg.hashsalt": "synth-assets"}):
            figure.savefig(written, format="svg", metadata=nothing)
        text = _HEAD.sub("", _METADATA.sub("", written.getvalue()))
        text = _FONT.sub(r"font: \1 'DejaVu Sans', Verdana, sans-serif", text)
        text = _PLACES.sub(lambda found: _LONG_NUMBER.sub(r"\1", found.group()), text)
        return cls(text, float(figure.get_size_inches()[0]) * 96)

    def inline(self, alt: str) -> Markup:
        """For a page: in its colours, with ids that no other figure has, as one picture that is read out as ``alt``."""
        text = self.text
        for color, variable in COLORS.items():
            text = re.sub(rf"(?:(?<=: )|(?<=\")){color}\b", f"var({variable})", text, flags=re.IGNORECASE)
        mark = sha256(f"{alt}{self.text}".encode()).hexdigest()[:8]
        text = _SIZE.sub("", _NAMED.sub(lambda found: f"{mark}-{found.group()}", text), count=2)
        label = Markup('<svg role="img" aria-label="{}" style="--width:{}px" ').format(alt, round(self.width))
        return Markup(text.replace("<svg ", label, 1))  # noqa: S704 - made by matplotlib, which escapes what it writes

    def save(self, path: "Path") -> "Path":
        """Write it to a file, all of it or nothing.

        Raises:
            OSError: The file cannot be written.
        """
        with temporary_sibling(path) as part:
            part.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n{self.text}', encoding="utf-8")
            part.replace(path)
        return path
