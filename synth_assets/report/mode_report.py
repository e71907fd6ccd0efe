"""The report on one synthetic table beside its original: what a data steward looks at before deciding."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from synth_assets.describe import Description
from synth_assets.measure import Comparison
from synth_assets.report.attack_intervals import attack_drawing
from synth_assets.report.bars import MINIMUM_COUNT
from synth_assets.report.closeness import MEASURES, closeness, times, times_cell
from synth_assets.report.dependence_panel import MOST_COLUMNS, dependence_drawings
from synth_assets.report.drawings import (
    column_drawing,
    columns_key,
    pair_drawing,
    strongest_and_worst,
)
from synth_assets.report.network import network_caption, network_figure
from synth_assets.report.page import Block, Cell, Document, Drawing, Fact, Gallery, Prose, Section, Table, Tone
from synth_assets.report.precision import TOO_FEW, told
from synth_assets.report.privacy_tables import (
    OUTCOME_TONE,
    AttackLine,
    Clause,
    Outcome,
    privacy_blocks,
    safety_sentence,
    worst_outcome,
)
from synth_assets.report.ranking import furthest_first
from synth_assets.report.vector import Vector
from synth_assets.schema import Mode

MOST_DRAWN = 40
"""Columns with a figure in the page; of more, those furthest from the original."""

INSIDE = "Compares with the original: this page stays inside."

_PRIVACY: Mapping[Outcome, str] = {
    "kept": "attacks gain nothing that the policy forbids",
    "not kept": "attacks gain more than the policy allows",
    "not enough evidence": "not enough evidence that attacks gain no more than the policy allows",
    "not run": "attacks on this table were not made, or not all",
}


@dataclass(frozen=True, eq=False)
class ModeEvidence:
    """All that a report on one synthetic table is made from.

    Attributes:
        name: Of the synthetic table's asset.
        title: What people call the table.
        mode: In which it was made.
        comparison: With its original.
        utility: As ``Utility.summary``; ``None`` where it was not measured.
        description: From which it was drawn; ``None`` where it is not at hand.
        clauses: What the policy makes of it.
        attacks: Every attack on it.
        privacy: What differential privacy bounds, and where its spend stands, a sentence each.
        bound: What differential privacy bounds, in a few words; empty where nothing.
        links: Words and addresses of other pages.
        provenance: Names and what they are.
        minimum_count: Original counts below it are not shown.
    """

    name: str
    title: str
    mode: Mode
    comparison: Comparison
    utility: pl.DataFrame | None = None
    description: Description | None = None
    clauses: tuple[Clause, ...] = ()
    attacks: tuple[AttackLine, ...] = ()
    privacy: tuple[str, ...] = ()
    bound: str = ""
    links: tuple[tuple[str, str], ...] = ()
    provenance: tuple[Fact, ...] = ()
    minimum_count: int = MINIMUM_COUNT


def mode_report(found: ModeEvidence, extra: Sequence[Section] = ()) -> Document:
    """The page on one synthetic table.

    Args:
        found: What it is made from.
        extra: More sections, such as drift between regenerations; they come before where it comes from.
    """
    said = closeness(found.comparison, found.mode, found.minimum_count, found.utility)
    outcome = worst_outcome(found.clauses, found.mode)
    document = Document(
        title=f"{found.title}: {found.mode} mode",
        kicker=f"Comparison of {found.name} with its original",
        reach=INSIDE,
        verdict=said.verdict,
        tone=said.tone,
        further=tuple(_further(found, outcome)),
        sentences=(*said.sentences, safety_sentence(found.clauses, [found.mode])),
        facts=(
            Fact("Rows of the original", f"{found.comparison.original_rows:,}"),
            Fact("Synthetic rows", f"{found.comparison.synthetic_rows:,}"),
            Fact("Columns", f"{found.comparison.columns.height:,}"),
            Fact("Original counts shown from", f"{found.minimum_count} rows on"),
        ),
        sections=tuple(_sections(found)),
        provenance=found.provenance,
    )
    return document.with_sections(extra)


def _further(found: ModeEvidence, outcome: Outcome) -> Iterator[tuple[str, Tone]]:
    yield f"Privacy: {_PRIVACY[outcome]}", OUTCOME_TONE[outcome]
    if found.bound:
        yield f"Differential privacy: {found.bound}", "plain"


def _sections(found: ModeEvidence) -> list[Section]:
    sections = [
        Section("utility", "How close it is", (utility_table(found), _ranking(found))),
        Section("columns", "Column by column", _columns(found)),
    ]
    if found.comparison.pairs.height:
        sections += [Section("dependence", "What columns tell of each other", _dependence(found))]
    if found.description is not None and found.description.mode == "correlated":
        sections += [Section("network", "The network it was drawn from", (network_drawing(found.description),))]
    return [*sections, Section("privacy", "What checks and attacks found", _privacy(found))]


def utility_table(found: ModeEvidence) -> Block:
    """Every measure of utility with the sampling floor beside it."""
    comparison = found.comparison
    table = comparison.summary if found.utility is None else found.utility
    rows = []
    for name, value, floor in table.select("measure", "value", "floor").iter_rows():
        if value is None:
            continue
        words, unit, scale = MEASURES[name]
        shown = [told(one, comparison.original_rows, found.minimum_count, scale=scale) for one in (value, floor)]
        lost = (scale - value, scale - floor) if name.startswith("k_marginal") else (value, floor)
        multiple = None if name.startswith("tstr") or TOO_FEW in shown else times(*lost)
        rows.append(
            (
                Cell(words),
                *(Cell(text, number=True) for text in shown),
                times_cell(multiple, lost[1] / scale, comparison.original_rows, found.minimum_count),
                Cell(unit),
            )
        )
    return Table(
        caption="Utility, with what sampling alone would give",
        head=("measure", "this table", "by sampling alone", "times as far", "scale"),
        rows=tuple(rows),
        note=(
            "By sampling alone: what a fresh sample from the original, of the same size, would show on average. "
            "Figures are rounded so that a few rows do not show in them."
        ),
    )


def _ranking(found: ModeEvidence) -> Table:
    rows = found.comparison.original_rows
    ranked = furthest_first(found.comparison)
    lines = tuple(
        (
            Cell(row["column"]),
            Cell(row["type"]),
            Cell(told(row["tvd"], rows, found.minimum_count), number=True),
            Cell(told(row["floor"], rows, found.minimum_count), number=True),
            times_cell(row["ratio"], row["floor"], rows, found.minimum_count),
        )
        for row in ranked.iter_rows(named=True)
    )
    return Table(
        "Columns, those furthest relative to sampling first",
        ("column", "type", "distance", "by sampling alone", "times as far"),
        lines,
        note="Distance: total variation, the share of rows that would have to change to make both alike.",
        folded=len(lines) > MOST_COLUMNS,
    )


def _columns(found: ModeEvidence) -> tuple[Block, ...]:
    comparison = found.comparison
    drawn = furthest_first(comparison).head(MOST_DRAWN).sort("place")
    figures = tuple(
        column_drawing(comparison, name, place, found.minimum_count)
        for place, name in drawn.select("place", "column").iter_rows()
    )
    blocks: list[Block] = [columns_key(comparison, found.minimum_count)]
    if comparison.columns.height > MOST_DRAWN:
        left = f"The {MOST_DRAWN} of {comparison.columns.height} columns that are furthest from the original."
        blocks.append(Prose(left, (("All columns as a picture", f"{found.name}_comparison/histograms.png"),)))
    return (*blocks, Gallery(figures))


def _dependence(found: ModeEvidence) -> tuple[Block, ...]:
    comparison = found.comparison
    said = (
        "Normalised mutual information, adjusted for chance: 0 where two columns are independent, 1 where each "
        "determines the other."
    )
    if comparison.columns.height > MOST_COLUMNS:
        said += f" The {MOST_COLUMNS} columns whose dependence differs most."
    triple = dependence_drawings(comparison, found.minimum_count)
    if not triple:
        return (Prose("Not told: with so few rows it would tell of some of them."),)
    pairs = tuple(
        pair_drawing(comparison, first, second, place, found.minimum_count)
        for place, (first, second) in enumerate(strongest_and_worst(comparison), start=1)
    )
    words = "The pairs that depend on each other most in the original, then those whose dependence changed most."
    return (Prose(said), Gallery(triple), Prose(words), Gallery(pairs))


def network_drawing(description: Description) -> Drawing:
    """The network of a description in correlated mode."""
    links = "; ".join(f"{edge.parent} to {edge.child}" for edge in description.edges[:12]) or "no edges"
    words = f"Network: {network_caption(description)}. {links}."
    return Drawing(
        Vector.of(network_figure(description, title="")), words, "Arrows run from parent to child.", "network"
    )


def _privacy(found: ModeEvidence) -> tuple[Block, ...]:
    blocks = privacy_blocks(found.clauses, found.attacks, found.privacy)
    if found.attacks:
        blocks = (attack_drawing(found.attacks), *blocks)
    return (*blocks, Prose("More on this table:", found.links)) if found.links else blocks
