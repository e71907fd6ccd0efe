"""The report on all modes side by side: how close each comes, what attacks gain from each, and what a policy says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from synth_assets.measure.comparison import summarise
from synth_assets.report.closeness import MEASURES, UNTOLD, times, times_cell
from synth_assets.report.mode_bars import mode_bars
from synth_assets.report.mode_report import INSIDE
from synth_assets.report.page import Cell, Document, Fact, Gallery, Prose, Section, Table, Tone
from synth_assets.report.precision import decimals, told
from synth_assets.report.privacy_tables import (
    AttackLine,
    Clause,
    Outcome,
    listed,
    privacy_blocks,
    safety_sentence,
    worst_outcome,
)
from synth_assets.report.risk_map import Placed, risk_map
from synth_assets.schema import Mode


@dataclass(frozen=True, eq=False)
class AcrossEvidence:
    """All that a report across modes is made from.

    Attributes:
        name: Of the dataset.
        title: What people call the table.
        measurements: Of each mode; see ``Comparison.measurements``.
        clauses: What the policy makes of each.
        attacks: Every attack on each.
        limit: The policy's, on attacks.
        privacy: What differential privacy bounds, a sentence a mode.
        links: For each mode words and addresses of its pages.
        drawn: How each mode's table was drawn, and from what: names and what they are.
        provenance: The same of this page.
        minimum_count: The smallest count that may be told.
        old: The modes whose comparison is of another drawing than the present one, or beside another original.
    """

    name: str
    title: str
    measurements: Mapping[Mode, pl.DataFrame]
    clauses: tuple[Clause, ...]
    attacks: tuple[AttackLine, ...]
    limit: float
    privacy: tuple[str, ...]
    links: Mapping[Mode, tuple[tuple[str, str], ...]]
    drawn: Mapping[Mode, tuple[Fact, ...]]
    provenance: tuple[Fact, ...]
    minimum_count: int
    old: tuple[Mode, ...] = ()

    @property
    def rows(self) -> int:
        """Rows of the original."""
        return int(next(iter(self.measurements.values()))["original_rows"][0])


def across_report(found: AcrossEvidence, extra: Sequence[Section] = ()) -> Document:
    """The page across modes.

    Args:
        found: What it is made from.
        extra: More sections; they come before where it comes from.
    """
    verdict, tone = _verdict(found)
    document = Document(
        title=f"{found.title}: the modes side by side",
        kicker=f"Comparison across modes of {found.name}",
        reach=INSIDE,
        verdict=verdict,
        tone=tone,
        further=_old(found),
        sentences=(
            _closest(found),
            safety_sentence(found.clauses, list(found.measurements)),
            "Whether a table is released is for a person to decide.",
        ),
        facts=(
            Fact("Modes", ", ".join(found.measurements)),
            Fact("Rows of the original", f"{found.rows:,}"),
            Fact("Synthetic rows", ", ".join(f"{_rows(table):,}" for table in found.measurements.values())),
        ),
        sections=tuple(_sections(found)),
        provenance=found.provenance,
    )
    return document.with_sections([*extra, Section("drawn", "How each table was drawn", (_drawn(found),))])


def _drawn(found: AcrossEvidence) -> Table:
    by_mode = {mode: {fact.name: fact.value for fact in facts} for mode, facts in found.drawn.items()}
    names = dict.fromkeys(name for facts in by_mode.values() for name in facts)
    rows = tuple(
        (Cell(name), *(Cell(facts.get(name, UNTOLD), breaks=True) for facts in by_mode.values())) for name in names
    )
    return Table("What each table was drawn from", ("of the table", *by_mode), rows)


def _old(found: AcrossEvidence) -> tuple[tuple[str, Tone], ...]:
    """What is said where figures are of another drawing than the one that is stored."""
    if not found.old:
        return ()
    again = listed([f"{mode}_{found.name}_comparison" for mode in found.old])
    return (
        (f"Closeness of {listed(found.old)} mode is that of an earlier table: materialise {again} again", "unsure"),
    )


def _rows(table: pl.DataFrame) -> int:
    return int(table["synthetic_rows"][0])


def _sections(found: AcrossEvidence) -> list[Section]:
    pages = tuple(Prose(f"{mode.capitalize()} mode:", links) for mode, links in found.links.items() if links)
    drawn = risk_map(_placed(found), found.limit, found.rows, found.minimum_count)
    bars = mode_bars(found.measurements, found.minimum_count)
    judged = privacy_blocks(found.clauses, found.attacks, found.privacy)
    return [
        Section("map", "Use and risk on one map", (drawn, *([Gallery(bars)] if bars else []))),
        Section("utility", "How close each mode comes", (utility_table(found), columns_table(found), *pages)),
        Section("privacy", "What checks and attacks found", judged),
    ]


def utility_table(found: AcrossEvidence) -> Table:
    """Every measure and mode with the sampling floor beside it."""
    rows = []
    for measure, (words, unit, _) in MEASURES.items():
        for mode, table in found.measurements.items():
            value, floor = _figures(table, measure)
            if value is None:
                continue
            multiple = times(value, floor)
            shown = [Cell(told(one, found.rows, found.minimum_count), number=True) for one in (value, floor)]
            apart = times_cell(multiple, floor, found.rows, found.minimum_count)
            rows.append((Cell(words), Cell(mode), *shown, apart, Cell(unit)))
    return Table(
        caption="Closeness of each mode, with what sampling alone would give",
        head=("measure", "mode", "this table", "by sampling alone", "times as far", "scale"),
        rows=tuple(rows),
        note="More measures of each mode are on its own page.",
    )


def columns_table(found: AcrossEvidence) -> Table:
    """The distance of every column in every mode, as a multiple of its floor."""
    by_mode = {mode: table.filter(pl.col("ways") == 1) for mode, table in found.measurements.items()}
    first = next(iter(by_mode.values()))
    rows = []
    for place, column in enumerate(first["column_a"]):
        cells = (
            times_cell(table["ratio"][place], table["floor"][place], found.rows, found.minimum_count)
            for table in by_mode.values()
        )
        rows.append((Cell(column), *cells))
    return Table(
        caption="Distance of each column, as a multiple of what sampling alone would give",
        head=("column", *by_mode),
        rows=tuple(rows),
    )


def _figures(table: pl.DataFrame, measure: str) -> tuple[float | None, float | None]:
    found = summarise(table).filter(pl.col("measure") == measure)
    return (found["value"][0], found["floor"][0]) if found.height else (None, None)


def _placed(found: AcrossEvidence) -> list[Placed]:
    return [_place(found, mode, table) for mode, table in found.measurements.items()]


def _place(found: AcrossEvidence, mode: Mode, table: pl.DataFrame) -> Placed:
    value, floor = _figures(table, "tvd_2")
    if value is None:
        value, floor = _figures(table, "tvd_1")
    own = [one for one in found.attacks if one.mode == mode]
    worst = max(own, key=lambda one: one.upper, default=None)
    places = decimals(found.rows, found.minimum_count) or 0
    value, floor = round(value or 0.0, places), round(floor or 0.0, places)
    gains = (None, None, None) if worst is None else (worst.excess, worst.lower, worst.upper)
    return Placed(mode, value, floor, *gains)


def _closest(found: AcrossEvidence) -> str:
    placed = sorted(_placed(found), key=lambda one: one.distance)
    first, last = placed[0], placed[-1]
    near, floor, far = (told(x, found.rows, found.minimum_count) for x in (first.distance, first.floor, last.distance))
    words = f"The {first.mode} table comes closest to the original: pairs of its columns are {near} away on average"
    tail = "" if first is last else f", and those of the {last.mode} table {far}"
    return f"{words}, where sampling alone would give {floor}{tail}."


def _modes_with(found: AcrossEvidence, outcome: Outcome) -> list[str]:
    return [mode for mode in found.measurements if worst_outcome(found.clauses, mode) == outcome]


def _verdict(found: AcrossEvidence) -> tuple[str, Tone]:
    placed = sorted(_placed(found), key=lambda one: one.distance)
    worst = [worst_outcome(found.clauses, mode) for mode in found.measurements]
    closest = placed[0].mode
    if "not kept" in worst:
        return f"{listed(_modes_with(found, 'not kept')).capitalize()}: attacks gain too much", "bad"
    if any(one != "kept" for one in worst):
        return f"{closest.capitalize()} comes closest; the evidence on privacy is not complete", "unsure"
    return f"{closest.capitalize()} comes closest, and attacks gain nothing that the policy forbids", "good"
