"""Counts of a table, protected: one contingency table per column, given its parents, and the atoms of numbers.

Here exact counts become what may be published.
"""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from synth_assets.describe.coding import Bins, CodedColumn, Codes, to_axis
from synth_assets.describe.hide import NO_MODE, hide, modes, pool

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
    """

    column: str
    parents: tuple[str, ...]
    counts: np.ndarray
    totals: np.ndarray
    modes: np.ndarray

    @property
    def seen(self) -> np.ndarray:
        """The counts with 0 for hidden ones, same shape."""
        return np.where(self.counts == HIDDEN, 0, self.counts)

    @property
    def hidden_groups(self) -> np.ndarray:
        """True for groups that are hidden in some configuration, so that their own total is not told; (groups,)."""
        return (self.counts == HIDDEN).any(axis=0)


def pooled(coded: CodedColumn, codes: Codes, minimum: int) -> CodedColumn:
    """The column with its rare codes pooled (see ``hide.pool``), and the pool's mode (see ``hide.modes``)."""
    counts = np.bincount(codes, minlength=coded.size)
    rare = np.flatnonzero(pool(counts, minimum))
    if not len(rare):
        return coded
    place = int(modes(counts[None, rare], minimum)[0])
    return replace(coded, pool=tuple(rare.tolist()), pool_mode=None if place == NO_MODE else int(rare[place]))


def single(name: str, groups: Codes, size: int) -> ContingencyTable:
    """The table of one column alone; pooling has already taken its small counts.

    Args:
        name: The column.
        groups: The group of each row, shape (rows,).
        size: How many groups there are.
    """
    counts = np.bincount(groups, minlength=size)[None, :]
    return ContingencyTable(name, (), counts, counts.sum(axis=1), np.array([NO_MODE]))


def conditional(name: str, parent: ContingencyTable, counts: np.ndarray, minimum: int) -> ContingencyTable:
    """The table of one column given another.

    Args:
        name: The column.
        parent: Its parent's own table, which says whose totals must stay hidden.
        counts: Exact, shape (parent's groups, column's groups).
        minimum: The smallest count that may be told.
    """
    forced = parent.hidden_groups
    hidden = hide(counts, minimum, forced)
    protected = np.where(hidden, HIDDEN, counts)
    totals = np.where(forced, HIDDEN, counts.sum(axis=1))
    return ContingencyTable(name, (parent.column,), protected, totals, modes(np.where(hidden, counts, 0), minimum))


def fill_hidden(table: ContingencyTable, parent_rows: np.ndarray | None, minimum_count: int) -> np.ndarray:
    """Expected counts: the table with the mass of its hidden cells spread over them.

    Within a configuration, hidden cells share what is hidden in proportion to the column's visible counts over all
    configurations, its backed-off distribution; half a row is added to each, so that a cell seen nowhere can still
    occur. Where one of them is named as the mode, it takes all but half of ``minimum_count`` rows. Where a
    configuration's total is hidden, its parent's expected rows stand in, and at least ``minimum_count`` rows are
    hidden, for that is the rule.

    Args:
        table: Protected counts.
        parent_rows: Expected rows of each configuration, shape (configurations,); ``None`` for a root.
        minimum_count: Of the description.

    Returns:
        Shape (configurations, groups).
    """
    hidden, seen = table.counts == HIDDEN, table.seen
    mass = (table.totals - seen.sum(axis=1)).astype(float)
    if parent_rows is not None:
        mass = np.where(table.totals == HIDDEN, np.maximum(parent_rows - seen.sum(axis=1), minimum_count), mass)
    named = np.flatnonzero(table.modes != NO_MODE)
    others = hidden.copy()
    others[named, table.modes[named]] = False
    backed_off = np.where(others, seen.sum(axis=0) + 0.5, 0.0)
    share = backed_off / np.maximum(backed_off.sum(axis=1, keepdims=True), 0.5)
    rest = np.where(table.modes == NO_MODE, mass, np.minimum(mass, minimum_count) / 2)
    filled = seen + share * rest[:, None]
    filled[named, table.modes[named]] += (mass - rest)[named]
    return filled


def with_atoms(
    coded: CodedColumn, values: pl.Series, codes: Codes, table: ContingencyTable, minimum: int
) -> CodedColumn:
    """The column with the exact values that at least ``minimum`` rows hold, bin by bin.

    What is left of a bin is none or at least ``minimum`` rows, so that each value left may have ``minimum``; where the
    bin's total is hidden it is never none, so that the bin may lose rows (see ``hide.hide``). The rarest atoms join
    what is left until that holds. Pooled bins name no atoms.

    Args:
        coded: A column; anything but bins comes back as it is.
        values: Of the column's own type.
        codes: Of these values.
        table: The column's protected table.
        minimum: The smallest count that may be told.
    """
    if not isinstance(coded.coding, Bins):
        return coded
    forced = table.hidden_groups[coded.groups]
    held = pl.DataFrame({"bin": codes, "value": to_axis(values, coded.column.type)}).drop_nulls()
    common = held.group_by("bin", "value").len("rows").filter(pl.col("rows") >= minimum).sort("bin", "rows", "value")
    total = np.bincount(codes, minlength=coded.size)
    atoms: list[tuple[tuple[float, int], ...]] = [()] * coded.coding.size
    for (key,), part in common.group_by("bin", maintain_order=True):
        place = int(str(key))
        if place not in coded.pool:
            rows = part["rows"].to_numpy().astype(np.int64)
            rest = int(total[place] - rows.sum())
            start = _first_atom(rows, rest, minimum, forced=bool(forced[place]))
            atoms[place] = tuple(sorted(part.select("value", "rows").rows()[start:]))
    return replace(coded, coding=replace(coded.coding, atoms=tuple(atoms)))


def _first_atom(rows: np.ndarray, rest: int, minimum: int, *, forced: bool) -> int:
    """Where the atoms begin in ``rows``, the ascending counts of a bin's common values; ``rest`` hold other values."""
    for start in range(len(rows)):
        left = rest + int(rows[:start].sum())
        if left >= minimum or (left == 0 and not forced):
            return start
    return len(rows)
