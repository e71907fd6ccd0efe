"""Counts of a table, protected: one contingency table per column, given its parents, and the atoms of numbers.

Here exact counts become what may be published.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from synth_assets.describe.coding import Bins, CodedColumn, into_bins
from synth_assets.describe.hide import NO_MODE, hide, modes, pool
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


def pooled(coded: CodedColumn, code_rows: np.ndarray, minimum: int, least: np.ndarray | None = None) -> CodedColumn:
    """The column with its rare codes pooled (see ``hide.pool``), and the pool's mode (see ``hide.modes``).

    Args:
        coded: A column.
        code_rows: Rows of each code, shape (size,).
        minimum: The smallest count that may be told.
        least: Rows that each code is known to have, shape (size,); ``None`` for none.
    """
    rare = np.flatnonzero(pool(code_rows, minimum, least))
    if not len(rare):
        return coded
    place = int(modes(code_rows[None, rare], minimum, None if least is None else least[rare])[0])
    return replace(coded, pool=tuple(rare.tolist()), pool_mode=None if place == NO_MODE else int(rare[place]))


def single(name: str, counts: np.ndarray) -> ContingencyTable:
    """The table of one column alone; pooling has already taken its small counts.

    Args:
        name: The column.
        counts: Exact, shape (groups,).
    """
    row = counts[None, :]
    return ContingencyTable(name, (), row, row.sum(axis=1), np.array([NO_MODE]), counts.shape)


def conditional(  # noqa: PLR0913, PLR0917 - what is counted, where its totals are told, and what must not be
    name: str,
    parents: Sequence[str],
    host: ContingencyTable,
    counts: np.ndarray,
    minimum: int,
    least: np.ndarray | None = None,
) -> ContingencyTable:
    """The table of one column given others.

    Args:
        name: The column.
        parents: Its parents, at least one.
        host: The table of one of them, in which they all are; it says whose totals must stay hidden.
        counts: Exact, one axis for each parent and the last for the column.
        minimum: The smallest count that may be told.
        least: Rows that each of the column's groups is known to have, shape (groups,); ``None`` for none.
    """
    return protected(name, parents, counts, host.over(host.hidden, parents), minimum, least)


def protected(  # noqa: PLR0913, PLR0917 - as above
    name: str,
    parents: Sequence[str],
    counts: np.ndarray,
    forced: np.ndarray,
    minimum: int,
    least: np.ndarray | None = None,
) -> ContingencyTable:
    """The table of one column given others, where it is known which totals must stay hidden.

    Args:
        name: The column.
        parents: Its parents.
        counts: Exact, one axis for each parent and the last for the column.
        forced: True for configurations whose total must stay hidden, shape (configurations,).
        minimum: The smallest count that may be told.
        least: As for ``conditional``.
    """
    flat = counts.reshape(-1, counts.shape[-1])
    hidden = hide(flat, minimum, forced, least)
    told = np.where(hidden, HIDDEN, flat)
    totals = np.where(forced, HIDDEN, flat.sum(axis=1))
    several = hidden & (hidden.sum(axis=1, keepdims=True) > 1)
    return ContingencyTable(
        name, tuple(parents), told, totals, modes(np.where(several, flat, 0), minimum, least), counts.shape
    )


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
