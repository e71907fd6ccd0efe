"""What a policy and attacks say of every mode's table, as values and as tables of a page. Nothing is judged here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from synth_assets.report.page import Block, Cell, Listing, Prose, Table, Tone
from synth_assets.schema import Mode

Outcome: TypeAlias = Literal["kept", "not kept", "not enough evidence", "not run"]
OUTCOME_TONE: Mapping[Outcome, Tone] = {
    "kept": "good",
    "not kept": "bad",
    "not enough evidence": "unsure",
    "not run": "unsure",
}


@dataclass(frozen=True, slots=True)
class Clause:
    """What a clause of a policy makes of one mode's table.

    Attributes:
        mode: Whose.
        about: Whether it is about risk or about use.
        clause: The policy's rule, with its limit in words.
        source: Who says so.
        limit: The limit.
        figure: What it is about, in this table; ``None`` where it was not measured.
        lower: Its lower limit; ``None`` where there is none.
        upper: Its upper limit.
        outcome: Whether it is kept.
        sentence: The same as a person reads it out.
    """

    mode: Mode
    about: Literal["risk", "use"]
    clause: str
    source: str
    limit: float
    figure: float | None
    lower: float | None
    upper: float | None
    outcome: Outcome
    sentence: str


@dataclass(frozen=True, slots=True)
class AttackLine:
    """One attack on one mode's table.

    Attributes:
        mode: Whose.
        name: Of the attack, with its parameters.
        attacks: How often it was tried.
        described: Success on rows that the description saw.
        others: Success on rows held out.
        excess: What the table adds.
        lower: Its lower limit.
        upper: Its upper limit.
        limit: The policy's.
    """

    mode: Mode
    name: str
    attacks: int
    described: float
    others: float
    excess: float
    lower: float
    upper: float
    limit: float

    @property
    def outcome(self) -> Outcome:
        """Whether this attack alone keeps the limit."""
        if self.lower > self.limit:
            return "not kept"
        return "kept" if self.upper <= self.limit else "not enough evidence"


_SAID: Mapping[Outcome, str] = {
    "not kept": "attacks on {} gain more than the policy allows",
    "not enough evidence": "for {} there is not enough evidence that attacks gain no more than the policy allows",
    "not run": "on {} attacks were not made, or not all",
    "kept": "on {} attacks gain no more than the policy allows",
}


def worst_outcome(clauses: Sequence[Clause], mode: Mode) -> Outcome:
    """The worst that the clauses on risk make of a mode's table; not run where there is none."""
    own = [one.outcome for one in clauses if one.mode == mode and one.about == "risk"] or ["not run"]
    return next(outcome for outcome in _SAID if outcome in own)


def safety_sentence(clauses: Sequence[Clause], modes: Sequence[Mode]) -> str:
    """What attacks gain from the tables of some modes, as one sentence."""
    by_outcome = {outcome: [mode for mode in modes if worst_outcome(clauses, mode) == outcome] for outcome in _SAID}
    text = "; ".join(
        words.format(listed(by_outcome[outcome])) for outcome, words in _SAID.items() if by_outcome[outcome]
    )
    return f"{text[0].upper()}{text[1:]}."


def listed(names: Sequence[str]) -> str:
    """Names as a person lists them.

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def privacy_blocks(
    clauses: Sequence[Clause], attacks: Sequence[AttackLine], bounds: tuple[str, ...]
) -> tuple[Block, ...]:
    """The tables of clauses and attacks, and the same in words.

    Args:
        clauses: Of every mode.
        attacks: On every mode; may be empty.
        bounds: What differential privacy bounds, a sentence a mode.
    """
    several = len({one.mode for one in clauses}) > 1
    judged = Table(
        caption="Each clause of the policy, and what decides it",
        head=_columns(("clause", "mode", "outcome", "figure", "from", "to", "limit"), several=several),
        rows=tuple(_columns(_clause(one), several=several) for one in clauses),
        note="Figure, from and to: of the attack that decides, or of the pair of columns that changes most.",
    )
    said = Listing(tuple(_said_of(one, several=several) for one in clauses))
    sources = Listing(tuple(dict.fromkeys(f"{one.clause}: {one.source}." for one in clauses)))
    words = (Prose("The same in words:"), said, Prose("Where the limits come from:"), sources)
    bounded = (Prose("What differential privacy bounds:"), Listing(bounds))
    note = (
        "Excess: how much more often the attack succeeds on those described than on others, as a share of what is "
        "left to gain. Its limits hold for all attacks on a table together but for a chance of 0.1 %."
    )
    tried = Table(
        caption="Each attack, with its interval and the limit",
        head=_columns(_ATTACK_HEAD, several=several),
        rows=tuple(_columns(_attack(one), several=several) for one in attacks),
        note=note,
        folded=several,
    )
    if not clauses:
        return (Prose("Neither checks nor attacks were made."), *bounded)
    if not attacks:
        return (judged, Prose("No attack is told: see each clause for why."), *words, *bounded)
    return (judged, *words, tried, *bounded)


_ATTACK_HEAD = (
    "attack",
    "mode",
    "tries",
    "on those described",
    "on others",
    "excess",
    "from",
    "to",
    "limit",
    "outcome",
)


def _columns(cells: tuple[Any, ...], *, several: bool) -> tuple[Any, ...]:
    """A line of a table; without the mode, which is second, where all are of one."""
    return cells if several else (cells[0], *cells[2:])


def _said_of(one: Clause, *, several: bool) -> str:
    clause = f"{one.mode.capitalize()}, {one.clause}" if several else f"{one.clause[0].upper()}{one.clause[1:]}"
    return f"{clause}. {one.sentence}"


def _clause(one: Clause) -> tuple[Cell, ...]:
    figures = (one.figure, one.lower, one.upper)
    return (
        Cell(one.clause),
        Cell(one.mode),
        Cell(one.outcome, tone=OUTCOME_TONE[one.outcome]),
        *(Cell(_said(figure), number=True) for figure in figures),
        Cell(f"{one.limit:g}", number=True),
    )


def _said(figure: float | None) -> str:
    if figure is None:
        return "\N{EN DASH}"
    return f"{round(figure, 3) or 0.0:.3f}".replace("-", "\N{MINUS SIGN}")


def _attack(one: AttackLine) -> tuple[Cell, ...]:
    figures = (f"{one.described:.1%}", f"{one.others:.1%}", *map(_said, (one.excess, one.lower, one.upper)))
    return (
        Cell(one.name),
        Cell(one.mode),
        Cell(f"{one.attacks:,}", number=True),
        *(Cell(text, number=True) for text in figures),
        Cell(f"{one.limit:g}", number=True),
        Cell(one.outcome, tone=OUTCOME_TONE[one.outcome]),
    )
