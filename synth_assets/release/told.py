"""What a description without epsilon tells of true counts: the smallest and the largest that each cell may have.

These numbers stay inside: they are made to be compared, not shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final, TypeAlias

import numpy as np

from synth_assets.describe import Description
from synth_assets.describe.coding import CodedColumn
from synth_assets.describe.tables import ContingencyTable
from synth_assets.release.alignment import Pieces

Cell: TypeAlias = tuple[tuple[str, Pieces], ...]
"""For each of its columns, by name, the values that are counted; the cell of no columns is the whole table."""

ALL: Final[Cell] = ()


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is known of a count.

    Attributes:
        low: The smallest that it may be, inclusive.
        high: The largest, inclusive.
        published: The number that stands for it in the description; ``None`` where it is worked out from several.
    """

    low: int
    high: int
    published: int | None = None

    def __add__(self, other: "Bounds") -> "Bounds":
        """Of the sum of two counts."""
        return Bounds(self.low + other.low, self.high + other.high)

    def __and__(self, other: "Bounds") -> "Bounds":
        """Of one count that is told twice."""
        published = other.published if self.published is None else self.published
        return Bounds(max(self.low, other.low), min(self.high, other.high), published)


@dataclass(frozen=True, eq=False)
class Told:
    """All that a description tells.

    Attributes:
        cells: What is known of each cell.
        round_to: To what its counts were rounded.
    """

    cells: Mapping[Cell, Bounds]
    round_to: int


def told(description: Description, groups: Mapping[str, Sequence[Pieces]]) -> Told:
    """What a description tells of cells over some columns.

    Told are the number of rows, every cell of a table, every sum of cells over some of a table's columns of which none
    is hidden, what the hidden cells of a configuration have together, exact values, and what is left of their bin.

    Args:
        description: Without epsilon.
        groups: For each column that is to be told of, the pieces that its groups stand for (see ``alignment``).
    """
    rounding = _Rounding(description)
    found = _Found()
    if description.rows is not None:
        found.add(ALL, rounding.bounds(description.rows, least=1))
    for table in description.tables:
        for cell, bounds in _cells_of(table, groups, rounding):
            found.add(cell, bounds)
    for name, pieces in groups.items():
        for cell, bounds in list(_exact_values(description.column(name), pieces, rounding, found.cells)):
            found.add(cell, bounds)
    return Told(found.cells, description.round_to)


@dataclass
class _Found:
    """Cells so far; one that is told twice is bounded by both."""

    cells: dict[Cell, Bounds] = field(default_factory=dict)

    def add(self, cell: Cell, bounds: Bounds) -> None:
        known = self.cells.get(cell)
        self.cells[cell] = bounds if known is None else known & bounds


class _Rounding:
    """What a published count says of the true one (see ``describe.rounding``)."""

    def __init__(self, description: Description) -> None:
        self.step, self._minimum = description.round_to, description.minimum_count

    def bounds(self, published: int, least: int | None = None) -> Bounds:
        """A multiple stands for all counts less than a step away that may be told; 0 is 0."""
        if published == 0 or self.step == 1:
            return Bounds(published, published, published)
        low = max(published - self.step + 1, self._minimum if least is None else least)
        return Bounds(min(low, published), published + self.step - 1, published)

    def arrays(self, table: ContingencyTable) -> tuple[np.ndarray, np.ndarray]:
        """The bounds of all cells, shape as ``counts``; 0 where hidden."""
        seen, room = table.seen, np.where(table.seen > 0, self.step - 1, 0)
        floor = np.minimum(np.where(seen > 0, self._minimum, 0), seen)
        return np.maximum(seen - room, floor), seen + room


def _cells_of(
    table: ContingencyTable, groups: Mapping[str, Sequence[Pieces]], rounding: _Rounding
) -> Iterator[tuple[Cell, Bounds]]:
    low, high = rounding.arrays(table)
    names = [name for name in table.family if name in groups]
    for size in range(len(names) + 1):
        for columns in combinations(names, size):
            own = len(columns) == len(table.family)
            numbers = [table.over(part, columns).tolist() for part in (low, high, table.seen)]
            hidden = table.over(table.hidden, columns).tolist()
            keys = _keys(table, columns, groups)
            for key, secret, least, most, published in zip(keys, hidden, *numbers, strict=True):
                if not secret:
                    yield key, Bounds(least, most, published if own else None)
    yield from _hidden_together(table, groups, rounding)


def _keys(table: ContingencyTable, columns: Sequence[str], groups: Mapping[str, Sequence[Pieces]]) -> Iterator[Cell]:
    """The cells over some columns, the last varying fastest; each has one key whatever the order of its columns."""
    order = sorted(range(len(columns)), key=lambda place: columns[place])
    labels = [[(name, pieces) for pieces in groups[name]] for name in columns]
    sizes = [table.sizes[table.family.index(name)] for name in columns]
    for place in np.ndindex(*sizes):
        yield tuple(labels[column][place[column]] for column in order)


def _hidden_together(
    table: ContingencyTable,
    groups: Mapping[str, Sequence[Pieces]],
    rounding: _Rounding,
) -> Iterator[tuple[Cell, Bounds]]:
    """What the hidden cells of a configuration have together: its total less what is seen.

    Not where counts are rounded: a total then is a sum of rounded counts, and less what is seen it tells little.
    """
    if not table.parents or rounding.step > 1 or any(name not in groups for name in table.family):
        return
    keys = list(_keys(table, table.parents, groups))
    for place in np.flatnonzero((table.totals >= 0) & table.hidden.any(axis=1)).tolist():
        rest = int(table.totals[place] - table.seen[place].sum())
        hidden = np.flatnonzero(table.hidden[place]).tolist()
        pieces: Pieces = frozenset().union(*(groups[table.column][one] for one in hidden))
        yield tuple(sorted((*keys[place], (table.column, pieces)), key=_name)), Bounds(rest, rest)


def _name(part: tuple[str, Pieces]) -> str:
    return part[0]


def _exact_values(
    coded: CodedColumn, pieces: Sequence[Pieces], rounding: _Rounding, known: Mapping[Cell, Bounds]
) -> Iterator[tuple[Cell, Bounds]]:
    """The exact values of a column in bins, and what is left of each bin whose own count is told."""
    name, groups = coded.column.name, coded.groups.tolist()
    for place, held in enumerate(getattr(coded.coding, "atoms", ())):
        bounds = [rounding.bounds(count) for _, count in held]
        points = [frozenset({("value", value)}) for value, _ in held]
        yield from (((((name, point),)), one) for point, one in zip(points, bounds, strict=True))
        whole = pieces[groups[place]]
        if held and ((name, whole),) in known:
            named, total = sum(bounds, Bounds(0, 0)), known[(name, whole),]
            rest = Bounds(max(total.low - named.high, 0), total.high - named.low)
            yield ((name, whole - frozenset().union(*points)),), rest
