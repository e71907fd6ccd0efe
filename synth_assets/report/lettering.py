"""Labels that fit their place and that a font here can draw. Nothing is drawn here."""

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font

TEXT_SIZE = 8.5
NAME_SIZE = 10.0
TITLE_SIZE = 13.0

_POINTS_PER_INCH = 72
_BOLD = 1.13
_CODE_WIDTH = 0.64
_FONTS = (
    "DejaVu Sans",
    "Noto Sans",
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans Arabic",
    "Noto Sans Devanagari",
    "Arial Unicode MS",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans",
    "WenQuanYi Zen Hei",
    "Unifont",
)
"""The font that matplotlib brings, then some with more scripts."""


def fitted(words: str, room: float, *, size: float = TEXT_SIZE) -> str:
    r"""A label on one line, at most ``room`` inches wide, in characters that can be drawn.

    What no font here has is written as its code, e.g. ``\u4e2d``; a long label loses what lies before its last
    word.

    >>> fitted("Blood clot in the leg (deep vein)", 1.2)
    'Blood clot in…vein)'
    """
    flat = " ".join(words.split()) or "(blank)"
    drawn = short = "".join(sign if ord(sign) in drawable() else _code(sign) for sign in flat)
    last, keep = drawn.rsplit(" ", 1)[-1], len(drawn) - 1
    while inches([short], size=size) > room and keep > 0:
        tail = len(last) if len(last) <= keep // 2 else keep // 3
        short = drawn[: keep - tail].rstrip() + "…" + drawn[len(drawn) - tail :]
        keep -= 1
    return short


def inches(labels: Iterable[str], *, size: float = TEXT_SIZE) -> float:
    """How wide the widest label is when written; names and titles are bold."""
    bold = _BOLD if size > TEXT_SIZE else 1.0
    return max((sum(map(_advance, label)) for label in labels), default=0.0) * size * bold / _POINTS_PER_INCH


@cache
def families() -> tuple[str, ...]:
    """The fonts that text is set in: each character in the first that has it."""
    from matplotlib.font_manager import fontManager  # noqa: PLC0415 - slow to import

    installed = set(fontManager.get_font_names())
    return tuple(name for name in _FONTS if name in installed)


@cache
def drawable() -> frozenset[int]:
    """The characters that can be drawn, in normal weight and in bold."""
    signs: set[int] = set()
    for name in families():
        signs |= set.intersection(*(set(_font(name, weight).get_charmap()) for weight in ("normal", "bold")))
    return frozenset(sign for sign in signs if chr(sign).isprintable())


def _code(sign: str) -> str:
    return f"\\u{ord(sign):04x}"


@cache
def _advance(sign: str) -> float:
    """How far a character moves the pen, in units of the font's size."""
    for name in families():
        font = _font(name, "normal")
        if ord(sign) in font.get_charmap():
            font.set_size(100, _POINTS_PER_INCH)
            return font.load_char(ord(sign)).linearHoriAdvance / 65_536 / 100
    return _CODE_WIDTH


def _font(name: str, weight: str) -> "FT2Font":
    from matplotlib.font_manager import FontProperties, findfont, get_font  # noqa: PLC0415 - slow to import

    return get_font(findfont(FontProperties(family=name, weight=weight)))
