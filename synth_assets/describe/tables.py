"""Counts of a table, protected: one contingency table per column, given its parents, and the atoms of numbers.

Here exact counts become what may be published.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from synth_assets.describe.coding import Bins, CodedColumn, into_bins
from synth_assets.describe.hide import NO_MODE, hide, modes, pool
from synth_assets.describe.impossible import Mask
from synth_assets.describe.reader import Exact

HIDDEN = -1


@dataclass(frozen=True, eq=False)
class ContingencyTable:
    """Protected counts of one column, for each configuration of its parents.

    Attributes:
        column: The column whose groups are counted (see ``CodedColumn.groups``).
        parents: The columns it depends on; a configuration is a combination of their groups, the last varying fastest.
        counts: int64, shape (configurations, groups); -1 where hidden.
        totals: int64, shape (configurations,): rows of each configuration; -1 where hidden.
        modes: int64, shape (configurations,): the hidden group that holds most of what is hidden there (see
            ``hide.modes``); -1 where none is named.
        sizes: How many groups each parent has, and the column.
    """

    column: str
    parents: tuple[str, ...]
    counts: np.ndarray
    totals: np.ndarray
    modes: np.ndarray
    sizes: tuple[int, ...]

    @property
    def family(self) -> tuple[str, ...]:
        """The parents and the column."""
        return (*self.parents, self.column)

    @property
    def seen(self) -> np.ndarray:
        """The counts with 0 for hidden ones, same shape."""
        return np.where(self.hidden, 0, self.counts)

    @property
    def hidden(self) -> np.ndarray:
        """True where the count is not told, same shape."""
        return self.counts == HIDDEN

    @property
    def hidden_groups(self) -> np.ndarray:
        """True for groups that are hidden in some configuration, so that their own total is not told; (groups,)."""
        return np.asarray(self.hidden.any(axis=0))

    def over(self, cells: np.ndarray, columns: Sequence[str]) -> np.ndarray:
        """Cells added up (or whether any is true) over all of the family but some columns.

        Args:
            cells: Shape as ``counts``.
            columns: Some of the family, in its order.

        Returns:
            Flat, the last of these columns varying fastest.
        """
        rest = tuple(place for place, name in enumerate(self.family) if name not in columns)
        wide = cells.reshape(self.sizes)
        return (wide.any(axis=rest) if wide.dtype == bool else wide.sum(axis=rest)).ravel()


def pooled(coded: CodedColumn, code_rows: np.ndarray, minimum: int) -> CodedColumn:
    """The column with its rare codes pooled (see ``hide.pool``), and the pool's mode (see ``hide.modes``).

    Args:
        coded: A column.
        code_rows: Rows of each code, shape (size,).
        minimum: The smallest count that may be told.
    """
    rare = np.flatnonzero(pool(code_rows, minimum))
    if not len(rare):
        return coded
    place = int(modes(code_rows[None, rare], minimum)[0])
    return replace(coded, pool=tuple(rare.tolist()), pool_mode=None if place == NO_MODE else int(rare[place]))


def single(name: str, counts: np.ndarray) -> ContingencyTable:
    """The table of one column alone; pooling has already taken its small counts.

    Args:
        name: The column.
        counts: Exact, shape (groups,).
    """
    row = counts[None, :]
    return ContingencyTable(name, (), row, row.sum(axis=1), np.array([NO_MODE]), counts.shape)


def conditional(
    name: str, parents: Sequence[str], host: ContingencyTable, counts: np.ndarray, minimum: int
) -> ContingencyTable:
    """The table of one column given others.

    Args:
        name: The column.
        parents: Its parents, at least one.
        host: The table of one of them, in which they all are; it says whose totals must stay hidden.
        counts: Exact, one axis for each parent and the last for the column.
        minimum: The smallest count that may be told.
    """
    return protected(name, parents, counts, host.over(host.hidden, parents), minimum)


def protected(
    name: str, parents: Sequence[str], counts: np.ndarray, forced: np.ndarray, minimum: int
) -> ContingencyTable:
    """The table of one column given others, where it is known which totals must stay hidden.

    Args:
        name: The column.
        parents: Its parents.
        counts: Exact, one axis for each parent and the last for the column.
        forced: True for configurations whose total must stay hidden, shape (configurations,).
        minimum: The smallest count that may be told.
    """
    flat = counts.reshape(-1, counts.shape[-1])
    hidden = hide(flat, minimum, forced)
    told = np.where(hidden, HIDDEN, flat)
    totals = np.where(forced, HIDDEN, flat.sum(axis=1))
    several = hidden & (hidden.sum(axis=1, keepdims=True) > 1)
    return ContingencyTable(
        name, tuple(parents), told, totals, modes(np.where(several, flat, 0), minimum), counts.shape
    )


def fill_hidden(
    table: ContingencyTable,
    configuration_rows: np.ndarray | None,
    minimum_count: int,
    impossible: np.ndarray | None = None,
) -> np.ndarray:
    """Expected counts: the table with the rows that it does not tell spread over its hidden cells.

    A cell that is hidden alone takes what is hidden in its configuration. Several share it in proportion to the
    column's counts over all configurations, its backed-off distribution; half a row is added to each, so that a cell
    seen nowhere can still occur. Where one of them is named as the mode, it takes all but half of ``minimum_count``
    rows. Where a configuration's total is hidden, the expected rows of its parents stand in, and at least
    ``minimum_count`` rows are hidden, for that is the rule; so too where rounded counts leave fewer.

    Args:
        table: Protected counts.
        configuration_rows: Expected rows of each configuration, shape (configurations,); ``None`` for a root.
        minimum_count: Of the description.
        impossible: Cells that no row can be in, which take nothing where others are hidden too; shape as the counts.

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
    if impossible is not None:
        possible = others & ~impossible
        others = np.where(possible.any(axis=1, keepdims=True), possible, others)
    rest = np.where(table.modes == NO_MODE, left, np.minimum(left, minimum_count) / 2)
    backed_off = np.where(others, filled.sum(axis=0) + 0.5, 0.0)
    filled += backed_off * (rest / np.maximum(backed_off.sum(axis=1), 0.5))[:, None]
    filled[named, table.modes[named]] += (left - rest)[named]
    return filled


def expected_counts(
    tables: Iterable[ContingencyTable], minimum_count: int, excluded: Sequence[Mask] = ()
) -> Iterator[tuple[ContingencyTable, np.ndarray]]:
    """Each table with its hidden cells filled, in an order in which parents come first; see ``fill_hidden``.

    Args:
        tables: Of a description.
        minimum_count: Of the description.
        excluded: What cannot be.
    """
    filled: dict[str, tuple[ContingencyTable, np.ndarray]] = {}
    for table in tables:
        rows = None
        if table.parents:
            host, counts = filled[table.parents[-1]]
            rows = host.over(counts, table.parents)
        impossible = np.zeros(table.sizes, dtype=bool)
        for mask in excluded:
            if set(mask.columns) <= set(table.family):
                impossible |= mask.over(table.family)
        cells = fill_hidden(table, rows, minimum_count, impossible.reshape(table.counts.shape))
        filled[table.column] = (table, cells)
        yield filled[table.column]


def with_atoms(
    coded: CodedColumn, exact: Exact, code_rows: np.ndarray, table: ContingencyTable, minimum: int
) -> CodedColumn:
    """The column with the exact values that at least ``minimum`` rows hold, bin by bin.

    What is left of a bin is none or at least ``minimum`` rows, so that each value left may have ``minimum``; where the
    bin's total is hidden it is never none, so that the bin may lose rows (see ``hide.hide``). The rarest atoms join
    what is left until that holds. Pooled bins name no atoms.

    Args:
        coded: A column in bins.
        exact: Its values that at least ``minimum`` rows hold, on its axis.
        code_rows: Rows of each code, shape (size,).
        table: The column's protected table.
        minimum: The smallest count that may be told.
    """
    if not isinstance(coded.coding, Bins):
        return coded
    codes = into_bins(pl.Series(exact.values), coded.coding).to_numpy()
    forced = table.hidden_groups[coded.groups]
    order = np.lexsort((exact.values, exact.rows, codes))
    starts = np.searchsorted(codes[order], np.arange(coded.coding.bins + 1))
    atoms: list[tuple[tuple[float, int], ...]] = [()] * coded.coding.bins
    for place in range(coded.coding.bins):
        held = order[starts[place] : starts[place + 1]]
        if len(held) and place not in coded.pool:
            rows = exact.rows[held]
            start = _first_atom(rows, int(code_rows[place] - rows.sum()), minimum, forced=bool(forced[place]))
            told = held[start:]
            atoms[place] = tuple(sorted(zip(exact.values[told].tolist(), exact.rows[told].tolist(), strict=True)))
    return replace(coded, coding=replace(coded.coding, atoms=tuple(atoms)))


def _first_atom(rows: np.ndarray, rest: int, minimum: int, *, forced: bool) -> int:
    """Where the atoms begin in ``rows``, the ascending counts of a bin's common values; ``rest`` hold other values."""
    below = np.cumsum(rows) - rows
    for start in range(len(rows)):
        left = rest + int(below[start])
        if left >= minimum or (left == 0 and not forced):
            return start
    return len(rows)
