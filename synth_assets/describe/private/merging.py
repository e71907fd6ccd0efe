"""Codes that are too rare under the noise are counted together where columns meet: decided from noisy counts alone."""

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

import numpy as np

from synth_assets.constraints import Constraint, Forbidden
from synth_assets.describe.coding import ALONE, Bins, CodedColumn, Levels
from synth_assets.describe.private.fitting import Measurement, on_simplex

MOST_GROUPS = 40
"""No more groups are told apart of a column with an order, or about as many."""

NOISE = 2.0
"""Groups hold at least this many standard deviations of the noise."""

_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Room:
    """What tables of two columns can tell apart.

    Attributes:
        rows: How many rows there are, as far as noisy counts tell.
        scale: The noise in a table of two columns, in standard deviations.
    """

    rows: float
    scale: float

    @property
    def groups(self) -> float:
        """How many groups two columns may each have, for a cell of theirs to hold half as many rows as its noise."""
        return min(max(math.sqrt(2 * self.rows / self.scale), 2.0), MOST_GROUPS)


def merged(  # noqa: PLR0913, PLR0917 - what is known of the column, and what must hold
    coded: CodedColumn,
    noisy: Measurement,
    likely: Measurement,
    room: Room,
    minimum: int,
    constraints: Iterable[Constraint],
) -> CodedColumn:
    """The column with its codes in groups that stand out from the noise.

    In a column with an order, codes beside each other join; in another, all rare ones do. Missing, what lies above
    nothing, and what a constraint names stay apart. Inside a group values are drawn by the likely counts.

    Args:
        coded: The column, without groups of its own.
        noisy: The counts of its codes.
        likely: The same, shrunk; see ``shrinking``.
        room: What tables of two columns can tell apart.
        minimum: The smallest noisy count that stands alone.
        constraints: Of the schema.
    """
    counts = noisy.counts
    least = max(NOISE * float(np.sqrt(noisy.variance[0])), minimum)
    apart = _apart(coded, constraints)
    along = line(coded).tolist()
    order = [code for code in along or range(coded.coding.size) if code not in apart]
    wanted = max(least, room.rows / room.groups)
    chunks = _neighbours(order, counts, wanted, least) if along else _rare(order, counts, least)
    groups = np.full(coded.size, -1, dtype=np.int64)
    for number, chunk in enumerate([*chunks, *([code] for code in sorted(apart))]):
        groups[chunk] = number
    if groups.max() + 1 == coded.size:
        return coded
    shares = np.round(on_simplex(likely.counts, room.rows), _DECIMALS)
    return replace(coded, merged=tuple(groups.tolist()), shares=tuple(shares.tolist()))


def regrouped(noisy: Measurement, coded: CodedColumn) -> Measurement:
    """The same counts by group."""
    weights = coded.groups
    size = coded.group_count
    return Measurement(
        noisy.columns,
        np.bincount(weights, noisy.counts, minlength=size),
        np.bincount(weights, noisy.variance, minlength=size),
    )


def line(coded: CodedColumn) -> np.ndarray:
    """The codes of a column with an order, along it, that of missing apart; none for other columns."""
    coding = coded.coding
    if isinstance(coding, Bins):
        return np.argsort([*coding.edges[:-1], *coding.spikes], kind="stable")
    if isinstance(coding, Levels) and coded.column.type in {"integer", "date", "datetime"}:
        return np.arange(coding.size)
    return np.array([], dtype=np.int64)


def _apart(coded: CodedColumn, constraints: Iterable[Constraint]) -> Collection[int]:
    """Codes that are never counted together with others."""
    coding, found = coded.coding, set[int]()
    if coded.column.nullable:
        found.add(coded.size - 1)
    if isinstance(coding, Bins):
        found |= {coding.bins + place for place, value in enumerate(coding.spikes) if value == ALONE and coded.above}
    if isinstance(coding, Levels) and not coded.above:
        named = {
            value
            for rule in constraints
            if isinstance(rule, Forbidden)
            for name, values in rule.values
            if name == coded.column.name
            for value in values
        }
        found |= {code for code, value in enumerate(coding.values) if value in named}
    return found


def _rare(order: list[int], counts: np.ndarray, least: float) -> list[list[int]]:
    """Codes one by one, but the rare ones in one group."""
    rare = [code for code in order if counts[code] < least]
    if len(rare) < 2:  # noqa: PLR2004 - one code alone is a group of its own
        return [[code] for code in order]
    return [*([code] for code in order if counts[code] >= least), rare]


def _neighbours(order: list[int], counts: np.ndarray, wanted: float, least: float) -> list[list[int]]:
    """Runs of codes along the order, each with about ``wanted`` rows; a run ends before a code that would burst it."""
    chunks: list[list[int]] = []
    held = 0.0
    for code in order:
        full = held >= wanted or (held >= least and held + counts[code] > 1.5 * wanted)
        if not chunks or full:
            chunks.append([])
            held = 0.0
        chunks[-1].append(code)
        held += max(float(counts[code]), 0.0)
    if len(chunks) > 1 and held < least:
        last = chunks.pop()
        chunks[-1] += last
    return chunks
