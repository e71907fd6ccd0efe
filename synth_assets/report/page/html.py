"""From a page's values to one HTML file that needs nothing else: no network, no script, no other file."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from synth_assets.errors import StorageError
from synth_assets.report.page.document import Document
from synth_assets.storage.files import temporary_sibling


def render(document: Document, *, figures: str = "") -> str:
    """The page as HTML.

    Args:
        document: What it says.
        figures: The folder of its figures' files, seen from the page; empty where they are not written.
    """
    return _environment().get_template("page.html").render(page=document, figures=figures, style=_style())


def write_page(document: Document, path: Path) -> Path:
    """Write the page to a file, and each of its figures as SVG to a folder of the same name beside it.

    Args:
        document: What it says.
        path: Of the page; all of it is written or nothing, and a page that was there is replaced.

    Returns:
        ``path``.

    Raises:
        StorageError: A file cannot be written.
    """
    folder = path.with_suffix("")
    try:
        for section in document.sections:
            for drawing in section.drawings:
                if drawing.file:
                    drawing.vector.save(folder / f"{drawing.file}.svg")
        with temporary_sibling(path) as part:
            part.write_text(render(document, figures=folder.name), encoding="utf-8")
            part.replace(path)
    except OSError as error:
        message = f"Cannot write the report {path}: {error.strerror}. Free the path or choose another folder."
        raise StorageError(message) from error
    return path


@cache
def _environment() -> Environment:
    loader = PackageLoader("synth_assets.report.page", "templates")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["plain"] = _plain
    return made


@cache
def _style() -> Markup:
    source, _, _ = PackageLoader("synth_assets.report.page", "templates").get_source(_environment(), "page.css")
    return Markup(source)  # noqa: S704 - our own file


def _plain(words: str) -> str:
    """Words without characters that turn or hide what stands beside them."""
    return "".join(sign if sign.isprintable() or sign in " \n" else f"\\u{ord(sign):04x}" for sign in words)
