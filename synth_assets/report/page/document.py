"""What a page says, as values: sections of words, tables and drawings, in order. How it looks is the template's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from synth_assets.report.vector import Vector

Tone: TypeAlias = Literal["plain", "good", "unsure", "bad"]
"""Of a verdict; always said in words too, for colour alone tells nobody."""

_WORSE: tuple[Tone, ...] = ("good", "plain", "unsure", "bad")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table.

    Attributes:
        text: What it says.
        href: Where it leads; empty for nowhere.
        tone: Of its words.
        number: Whether it is a figure, which stands to the right.
        share: From 0 to 1: a bar of this length behind the words; ``None`` for none.
        breaks: Whether it may be broken anywhere, as long hashes have to be.
    """

    text: str
    href: str = ""
    tone: Tone = "plain"
    number: bool = False
    share: float | None = None
    breaks: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first column names its rows.

    Attributes:
        caption: What it shows.
        head: Names of the columns.
        rows: As many cells each.
        note: What must be known to read it; may be empty.
        folded: Whether it shows only once it is opened.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    folded: bool = False
    kind: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure.

    Attributes:
        vector: The figure itself.
        alt: What it shows, in words, for those who do not see it.
        caption: Below it; may be empty.
        file: Its name as a file of its own, without ending; empty for none.
        table: The same in figures.
    """

    vector: Vector
    alt: str
    caption: str = ""
    file: str = ""
    table: Table | None = None
    kind: Literal["drawing"] = "drawing"


@dataclass(frozen=True, slots=True)
class Gallery:
    """Figures or small tables beside each other, as many as there is room for.

    Attributes:
        items: In order.
    """

    items: tuple[Drawing | Table, ...]
    kind: Literal["gallery"] = "gallery"


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph.

    Attributes:
        text: Plain words.
        links: Words and where they lead, after it.
    """

    text: str
    links: tuple[tuple[str, str], ...] = ()
    kind: Literal["prose"] = "prose"


@dataclass(frozen=True, slots=True)
class Listing:
    """A list.

    Attributes:
        items: Plain words each.
    """

    items: tuple[str, ...]
    kind: Literal["listing"] = "listing"


@dataclass(frozen=True, slots=True)
class Key:
    """What colours and marks mean.

    Attributes:
        entries: The look, which the template knows (``original``, ``synthetic``, ``missing``, ``hidden``), and words.
    """

    entries: tuple[tuple[str, str], ...]
    kind: Literal["key"] = "key"


Block: TypeAlias = Key | Prose | Listing | Table | Drawing | Gallery


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page, under a heading of its own.

    Attributes:
        anchor: Its id in the page: small letters and dashes.
        title: Its heading.
        blocks: What it holds.
    """

    anchor: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def drawings(self) -> list[Drawing]:
        """All figures in it."""
        inner = (block.items if isinstance(block, Gallery) else (block,) for block in self.blocks)
        return [one for some in inner for one in some if isinstance(one, Drawing)]


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and what it is.

    Attributes:
        name: Of the thing.
        value: What it is.
    """

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Document:
    """A page.

    Attributes:
        title: Its heading.
        kicker: What kind of page it is.
        reach: Who may see it.
        verdict: In a few words.
        tone: Of the verdict.
        sentences: What can be read out, three at most.
        facts: Of the head.
        sections: In order.
        provenance: What it was made from.
        further: More verdicts, each on another question, with its tone; the head shows the worst tone of all.
    """

    title: str
    kicker: str
    reach: str
    verdict: str
    tone: Tone
    sentences: tuple[str, ...]
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    provenance: tuple[Fact, ...]
    further: tuple[tuple[str, Tone], ...] = ()

    @property
    def worst(self) -> Tone:
        """The worst tone of all verdicts."""
        return max([self.tone, *(tone for _, tone in self.further)], key=_WORSE.index)

    def with_sections(self, extra: Sequence[Section]) -> "Document":
        """The same page with more sections, before its provenance."""
        return replace(self, sections=(*self.sections, *extra))
