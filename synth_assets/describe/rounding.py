"""Counts rounded at random to a multiple, the same count of the same cell always the same way.

It works on a finished description: what is told is rounded, and nothing else is looked at.
"""

import hashlib
import hmac
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from synth_assets.describe.coding import Bins, CodedColumn, Levels
from synth_assets.describe.correlated import edges_of
from synth_assets.describe.description import Description
from synth_assets.describe.tables import HIDDEN, ContingencyTable


def rounded(description: Description, round_to: int, key: bytes) -> Description:
    """The description with every count that it tells rounded to a multiple of ``round_to``.

    A count c lies between two multiples; it goes to the upper one with the chance (c mod ``round_to``) / ``round_to``,
    so that it is right on average, and never below ``minimum_count``. The chance is a keyed hash of the cell and the
    count: to describe the same data again, or the same cell in another mode, gives the same number, and no average
    brings the count back. Totals are those of the rounded counts that they restate; hidden cells stay hidden.

    Args:
        description: Not in random mode, which counts nothing.
        round_to: At least 2.
        key: Who has it can tell how a count was rounded.
    """
    rounding = _Rounding(round_to, description.minimum_count, key)
    labels = {coded.column.name: list(_labels(coded)) for coded in description.columns}
    rows = rounding.one("rows", description.rows or 0)
    tables: dict[str, ContingencyTable] = {}
    for table in description.tables:
        counts = rounding.table(table, labels)
        totals = np.array([rows])
        if table.parents:
            host = tables[table.parents[-1]]
            totals = host.over(host.seen, table.parents)
        tables[table.column] = replace(table, counts=counts, totals=np.where(table.totals == HIDDEN, HIDDEN, totals))
    columns = tuple(rounding.column(coded) for coded in description.columns)
    return replace(
        description,
        rows=rows,
        columns=columns,
        tables=tuple(tables.values()),
        edges=edges_of(tables, description.columns, description.minimum_count),
        round_to=round_to,
    )


class _Rounding:
    """How counts are rounded."""

    def __init__(self, round_to: int, minimum: int, key: bytes) -> None:
        """To multiples, but for 0 not below the minimum."""
        self._step, self._key = round_to, key
        self._least = math.ceil(minimum / round_to) * round_to

    def one(self, cell: str, count: int) -> int:
        """A count of a cell; 0 stays 0."""
        below, left = count - count % self._step, count % self._step
        if left and self._chance(f"{cell} {count}") < left / self._step:
            below += self._step
        return max(below, self._least) if count else 0

    def table(self, table: ContingencyTable, labels: Mapping[str, Sequence[str]]) -> np.ndarray:
        """A table's counts, hidden ones as they are; a cell has one name whatever the order of its columns."""
        order = sorted(range(len(table.family)), key=lambda place: table.family[place])
        counts = table.counts.ravel().tolist()
        cells = product(*(labels[name] for name in table.family))
        names = ("|".join(cell[place] for place in order) for cell in cells)
        told = [count if count <= 0 else self.one(name, count) for name, count in zip(names, counts, strict=True)]
        return np.array(told, dtype=np.int64).reshape(table.counts.shape)

    def column(self, coded: CodedColumn) -> CodedColumn:
        """A column with the counts of its exact values rounded."""
        if not isinstance(coded.coding, Bins):
            return coded
        name = coded.column.name
        atoms = tuple(
            tuple((value, self.one(f"{name}={value!r}", count)) for value, count in held) for held in coded.coding.atoms
        )
        return replace(coded, coding=replace(coded.coding, atoms=atoms))

    def _chance(self, cell: str) -> float:
        """From 0 to below 1."""
        digest = hmac.new(self._key, f"rounding {cell}".encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
        return int.from_bytes(digest[:6], "big") / 2**48


def _labels(coded: CodedColumn) -> Iterator[str]:
    """What each group of a column stands for, so that the same group has the same name in every description."""
    coding, name = coded.coding, coded.column.name
    shown = [repr(value) for value in coding.values] if isinstance(coding, Levels) else ["present"]
    if isinstance(coding, Bins):
        shown = [f"[{low!r},{high!r})" for low, high in zip(coding.edges, coding.edges[1:], strict=False)]
        shown += [repr(value) for value in coding.spikes]
    shown += ["missing"] * coded.column.nullable
    yield from (f"{name}={shown[code]}" for code in range(coded.size) if code not in coded.pool)
    if coded.pool:
        yield f"{name}=" + "+".join(shown[code] for code in coded.pool)
