"""The page of a description: all that it publishes, from the description alone. No table is seen."""

from collections.abc import Sequence

from synth_assets.describe import Description
from synth_assets.describe.privacy import LedgerMark
from synth_assets.ledger.explain import EXAMPLES, explained, most_believed, posterior
from synth_assets.report.mode_report import network_drawing
from synth_assets.report.page import Block, Cell, Document, Drawing, Fact, Gallery, Listing, Prose, Section, Table
from synth_assets.report.published import Published, published
from synth_assets.report.published_panel import published_drawing

MOST_LISTED = 15
"""Groups of a column that show in a table; more are drawn, and show in a table that can be opened."""

_REACH = "Made from the description alone: it tells what the description tells, and no more."


def description_report(
    description: Description,
    *,
    name: str,
    title: str,
    provenance: tuple[Fact, ...] = (),
    extra: Sequence[Section] = (),
) -> Document:
    """The page of one description.

    Args:
        description: Of any mode.
        name: Of its asset.
        title: What people call the table.
        provenance: Names and what they are.
        extra: More sections; they come before where it comes from.
    """
    columns = published(description)
    own = tuple(Fact(key.replace("_", " "), value) for key, value in description.provenance.items())
    rows = "none read" if description.rows is None else f"{description.rows:,}"
    document = Document(
        title=f"{title}: description in {description.mode} mode",
        kicker=f"Description {name}",
        reach=_REACH,
        verdict=_verdict(description),
        tone="plain",
        sentences=_sentences(description),
        facts=(
            Fact("Rows described", rows),
            Fact("Columns", f"{len(columns):,}"),
            Fact("Share hidden", f"{description.share_hidden:.1%}"),
            Fact("Smallest count told", str(description.minimum_count)),
        ),
        sections=tuple(_sections(description, columns)),
        provenance=(*own, *provenance),
    )
    return document.with_sections(extra)


def _verdict(description: Description) -> str:
    if description.mode == "random":
        return "No row was read: this tells only what the schema declares"
    if description.privacy is not None:
        return f"Noisy counts, with epsilon {description.privacy.epsilon:g}"
    return f"Counts from {description.minimum_count} on, without differential privacy"


def _edges_said(description: Description) -> str:
    count = len(description.edges)
    return {0: "no edge", 1: "one edge"}.get(count, f"{count} edges")


def _sentences(description: Description) -> tuple[str, ...]:
    known = {
        "random": "It names what each column may hold, and nothing of what it does hold.",
        "independent": "It tells how often each column holds each value, and nothing of how columns go together.",
        "correlated": (
            f"It tells counts along {_edges_said(description)} of a network between columns, so that synthetic "
            "rows keep what these columns tell of each other."
        ),
    }
    if description.mode == "random":
        return (known["random"],)
    if description.privacy is not None:
        bound = explained(description.privacy.epsilon, description.privacy.delta, unit=description.privacy.protects)
        return (known[description.mode], bound)
    hidden = (
        f"No count from 1 to {description.minimum_count - 1} can be worked out from it; to that end "
        f"{description.share_hidden:.1%} of the rows are in cells that are not told."
    )
    return (known[description.mode], hidden)


def _sections(description: Description, columns: Sequence[Published]) -> list[Section]:
    sections = [Section("columns", "Columns and what they may hold", (_domains(columns),))]
    if description.tables:
        sections.append(Section("counts", "What is counted", _counts(description, columns)))
    if description.mode == "correlated":
        sections.append(Section("network", "The network", (network_drawing(description), _edges(description))))
    sections.append(Section("parameters", "How it was made", _parameters(description)))
    return [*sections, Section("privacy", "What it spends and what it bounds", _spend(description))]


def _domains(columns: Sequence[Published]) -> Table:
    rows = tuple(
        (
            Cell(one.name),
            Cell(one.type),
            Cell(one.domain),
            Cell(", ".join(one.given) or "\N{EN DASH}"),
            Cell("\N{EN DASH}" if one.hidden is None else f"{one.hidden:.1%}", number=True),
        )
        for one in columns
    )
    return Table(
        "Every column that is described", ("column", "type", "may hold", "counted given", "share hidden"), rows
    )


def _counts(description: Description, columns: Sequence[Published]) -> tuple[Block, ...]:
    total = description.rows or 0
    said = "Each column's counts, over all of those it is counted given."
    if description.privacy is not None:
        said += " They are fitted to noisy counts, so they are not the table's."
    if any(any(one.partly) for one in columns):
        said += " Some of a group's rows may be in cells that are hidden: then its count is a least number."
    return (Prose(said), Gallery(tuple(_column_counts(one, total, description.minimum_count) for one in columns)))


def _column_counts(one: Published, total: int, minimum_count: int) -> Drawing | Table:
    """A short column as a table with bars in it, a long one as a figure with its table below."""
    table = _counts_table(one, total, minimum_count)
    return published_drawing(one, max(total, 1), minimum_count, table) if table.folded else table


def _counts_table(one: Published, total: int, minimum_count: int) -> Table:
    most = max([count for count in one.counts if count is not None], default=0) or 1
    rows = tuple(
        (
            Cell(label),
            Cell(_said_count(count, least=least), number=True),
            Cell(
                "" if count is None or not total else f"{count / total:.1%}",
                share=0.0 if count is None else count / most,
            ),
        )
        for label, count, least in zip(one.labels, one.counts, one.partly, strict=True)
    )
    secret = any(count is None for count in one.counts) or any(one.partly)
    note = f"Hidden, or told as a least number: to protect counts below {minimum_count}." if secret else ""
    long = len(rows) > MOST_LISTED
    caption = f"{one.name}: all groups" if long else one.name
    return Table(caption, ("value", "rows", "share of rows"), rows, note, folded=long)


def _said_count(count: int | None, *, least: bool) -> str:
    return "hidden" if count is None else f"{'at least ' if least else ''}{count:,}"


def _edges(description: Description) -> Table:
    rows = tuple(
        (Cell(edge.child), Cell(edge.parent), Cell(f"{edge.mutual_information:.3f}", number=True))
        for edge in description.edges
    )
    return Table("Edges", ("column", "drawn given", "mutual information (nats)"), rows)


def _parameters(description: Description) -> tuple[Block, ...]:
    rounding = "exact" if description.round_to == 1 else f"rounded at random to multiples of {description.round_to}"
    rounding = rounding if description.privacy is None else "fitted to noisy ones"
    said = [
        f"Mode: {description.mode}.",
        f"No count below {description.minimum_count} is told; counts are {rounding}.",
        f"Other columns that one may depend on: at most {description.max_parents}.",
        *(f"Every synthetic row keeps: {rule}." for rule in description.constraints),
    ]
    if description.public_domain_reason:
        said.append(f"Domains are public because: {description.public_domain_reason}")
    return (Listing(tuple(said)),)


def _spend(description: Description) -> tuple[Block, ...]:
    privacy = description.privacy
    if privacy is None:
        return (Prose("Differential privacy is off: this description is protected by counts, and claims no epsilon."),)
    if not privacy.units:
        return (Prose("No row is read, so nothing is spent."),)
    epsilons = sorted({*EXAMPLES, privacy.epsilon})
    rows = tuple(
        (
            Cell(f"{epsilon:g}{' (this one)' if epsilon == privacy.epsilon else ''}"),
            Cell(most_believed(posterior(0.5, epsilon)), number=True),
        )
        for epsilon in epsilons
    )
    table = Table("What a belief of 50% can become", ("epsilon (smaller is more private)", "at most"), rows)
    return (
        Prose(explained(privacy.epsilon, privacy.delta, unit=privacy.protects)),
        table,
        Listing((f"Noise: {privacy.mechanism}.", f"Protects: {privacy.protects}.", ledger_state(description))),
    )


def ledger_state(description: Description) -> str:
    """Where the spend of a description is booked."""
    mark = description.ledger
    if not isinstance(mark, LedgerMark):
        return "Its spend is booked in no ledger."
    return (
        f"Booked as row {mark.sequence} of the ledger of {mark.dataset}: epsilon {mark.spent_epsilon:.4g} spent in all "
        "by then."
    )
