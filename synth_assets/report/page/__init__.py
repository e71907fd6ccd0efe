"""Pages for people: what a report says, in order, and how it becomes one HTML file. Nothing is measured here."""

from synth_assets.report.page.document import (
    Block,
    Cell,
    Document,
    Drawing,
    Fact,
    Gallery,
    Key,
    Listing,
    Prose,
    Section,
    Table,
    Tone,
)
from synth_assets.report.page.html import render, write_page

__all__ = [
    "Block",
    "Cell",
    "Document",
    "Drawing",
    "Fact",
    "Gallery",
    "Key",
    "Listing",
    "Prose",
    "Section",
    "Table",
    "Tone",
    "render",
    "write_page",
]
