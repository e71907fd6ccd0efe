"""Expected counts: protected tables with what they hide filled in, as far as what they tell allows a guess.

It reads what is published, and nothing else: to guess well gives nothing away.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from synth_assets.describe.coding import ALONE, Bins, CodedColumn, Levels
from synth_assets.describe.hide import NO_MODE
from synth_assets.describe.impossible import Mask
from synth_assets.describe.tables import HIDDEN, ContingencyTable

DECAY = 0.7
"""How much less a count tells of a hidden cell, for each step between them along an ordered column."""

_BACKED_OFF = 0.05
_SEEN_NOWHERE = 1e-6


@dataclass(frozen=True, eq=False)
class Beliefs:
    """What is known of a table besides its counts.

    Attributes:
        lines: For ordered columns, their groups in order; see ``line``.
        excluded: What cannot be.
    """

    lines: Mapping[str, np.ndarray] = field(default_factory=dict)
    excluded: Sequence[Mask] = ()

    @classmethod
    def of(cls, columns: Iterable[CodedColumn], excluded: Sequence[Mask] = ()) -> "Beliefs":
        """What the published columns tell."""
        lines = {coded.column.name: line(coded) for coded in columns}
        return cls({name: groups for name, groups in lines.items() if len(groups) > 1}, excluded)

    def impossible(self, table: ContingencyTable) -> np.ndarray:
        """Cells that no row can be in, shape as the counts."""
        cells = np.zeros(table.sizes, dtype=bool)
        for mask in self.excluded:
            if set(mask.columns) <= set(table.family):
                cells |= mask.over(table.family)
        return cells.reshape(table.counts.shape)

    def near(self, table: ContingencyTable) -> np.ndarray:
        """For each cell the counts around it along ordered columns, less by ``DECAY`` for each step; as the counts."""
        cells = table.seen.astype(float).reshape(table.sizes)
        ordered = [(place, self.lines[name]) for place, name in enumerate(table.family) if name in self.lines]
        if not ordered:
            return np.zeros(table.counts.shape)
        for place, groups in ordered:
            moved = np.moveaxis(cells, place, 0).copy()
            moved[groups] = _spread(moved[groups])
            cells = np.moveaxis(moved, 0, place)
        return cells.reshape(table.counts.shape)


def line(coded: CodedColumn) -> np.ndarray:
    """The groups of a column of numbers, dates or times in order, those that hold one code; none for other columns."""
    coding, codes = coded.coding, np.arange(coded.coding.size)
    if isinstance(coding, Bins):
        positions: list[float] = [*coding.edges[:-1], *coding.spikes]
        order = [code for code in codes[np.argsort(positions, kind="stable")].tolist() if positions[code] != ALONE]
    elif isinstance(coding, Levels) and not any(isinstance(value, str) for value in coding.values):
        order = codes.tolist()
    else:
        order = []
    return coded.groups[np.array([code for code in order if code not in coded.together], dtype=np.int64)]


def fill_hidden(
    table: ContingencyTable,
    configuration_rows: np.ndarray | None,
    minimum_count: int,
    beliefs: Beliefs | None = None,
) -> np.ndarray:
    """The table with the rows that it does not tell spread over its hidden cells.

    A cell that is hidden alone takes what is hidden in its configuration. Where one of several is named as the mode, it
    takes all but half of ``minimum_count`` rows. The others share what is left by the counts that stand near them along
    ordered columns and, backed off, by what the column's counts over all configurations would give them; neither
    counts for more than ``minimum_count``, for hidden cells are small, and a cell seen nowhere can still occur. Where a
    configuration's total is hidden, the expected rows of its parents stand in, and at least ``minimum_count`` rows are
    hidden, for that is the rule; so too where rounded counts leave fewer.

    Args:
        table: Protected counts.
        configuration_rows: Expected rows of each configuration, shape (configurations,); ``None`` for a root.
        minimum_count: Of the description.
        beliefs: What else is known: cells that no row can be in take nothing where others are hidden too.

    Returns:
        Shape (configurations, groups).
    """
    hidden, filled = table.hidden, table.seen.astype(float)
    left = table.totals - filled.sum(axis=1)
    if configuration_rows is not None:
        left = np.where(table.totals == HIDDEN, configuration_rows - filled.sum(axis=1), left)
    left = np.where(hidden.any(axis=1) & (table.totals != 0), np.maximum(left, minimum_count), left)
    alone = np.flatnonzero(hidden.sum(axis=1) == 1)
    filled[alone, hidden[alone].argmax(axis=1)] = left[alone]
    named, others = np.flatnonzero(table.modes != NO_MODE), hidden.copy()
    others[named, table.modes[named]] = False
    others[alone] = False
    shared = np.where(table.modes == NO_MODE, left, np.minimum(left, minimum_count) / 2)
    filled += _shares(table, filled, others, minimum_count, beliefs or Beliefs()) * shared[:, None]
    filled[named, table.modes[named]] += (left - shared)[named]
    return filled


def expected_counts(
    tables: Iterable[ContingencyTable], minimum_count: int, beliefs: Beliefs | None = None
) -> Iterator[tuple[ContingencyTable, np.ndarray]]:
    """Each table with its hidden cells filled, in an order in which parents come first; see ``fill_hidden``."""
    filled: dict[str, tuple[ContingencyTable, np.ndarray]] = {}
    for table in tables:
        rows = None
        if table.parents:
            host, counts = filled[table.parents[-1]]
            rows = host.over(counts, table.parents)
        filled[table.column] = (table, fill_hidden(table, rows, minimum_count, beliefs))
        yield filled[table.column]


def _shares(
    table: ContingencyTable, filled: np.ndarray, others: np.ndarray, minimum_count: int, beliefs: Beliefs
) -> np.ndarray:
    """How each configuration's hidden rows are shared by its hidden cells; rows add up to 1, or 0 without any."""
    possible = others & ~beliefs.impossible(table)
    others = np.where(possible.any(axis=1, keepdims=True), possible, others)
    margin = filled.sum(axis=0) + 0.5
    margin /= margin.sum()
    alike = filled.sum(axis=1, keepdims=True) * margin
    weights = np.minimum(beliefs.near(table), minimum_count) + _BACKED_OFF * np.minimum(alike, minimum_count)
    weights = np.where(others, weights + _SEEN_NOWHERE * margin, 0.0)
    sums = weights.sum(axis=1, keepdims=True)
    return np.divide(weights, sums, out=np.zeros_like(weights), where=sums > 0)


def _spread(counts: np.ndarray) -> np.ndarray:
    """Counts along the first axis with those beside them added, less by ``DECAY`` for each step."""
    before, after = counts.copy(), counts.copy()
    for place in range(1, len(counts)):
        before[place] += DECAY * before[place - 1]
        after[-place - 1] += DECAY * after[-place]
    return before + after - counts
