"""The combinations of levels of all columns, and the classes that each makes of a table. It works on counted codes.

The distinct combinations of values are counted once; after that no row is looked at.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from synth_assets.protect.cells import numbered
from synth_assets.protect.hierarchy import Hierarchy
from synth_assets.protect.ladder import Ladder, ladder, ranked

_DENSE = 2**18


@dataclass(frozen=True, eq=False, slots=True)
class Sensitive:
    """How often each combination of quasi-identifiers holds each value of a sensitive column.

    Attributes:
        combinations: Which combination, shape (cells,).
        values: Codes: 0 for missing, then ascending from 1; shape (cells,).
        rows: Rows, shape (cells,).
        size: More than the largest code.
        ordered: Whether its values have an order.
    """

    combinations: np.ndarray
    values: np.ndarray
    rows: np.ndarray
    size: int
    ordered: bool


@dataclass(frozen=True, eq=False, slots=True)
class Grouping:
    """The classes of a table at one node of the lattice.

    Attributes:
        classes: The class of each combination, shape (combinations,); numbers may have gaps.
        class_rows: Rows by number of class; 0 in gaps.
    """

    classes: np.ndarray
    class_rows: np.ndarray


@dataclass(frozen=True, eq=False, slots=True)
class Lattice:
    """A table in coded form with the hierarchies of its quasi-identifiers.

    A node is a level for each column; one node is above another where none of its levels is lower.

    Attributes:
        ladders: One a quasi-identifier.
        combinations: The distinct combinations of values as codes, shape (columns, combinations), in ascending order.
        rows: Rows of each, int64, shape (combinations,).
        sensitive: The sensitive columns.
    """

    ladders: tuple[Ladder, ...]
    combinations: np.ndarray
    rows: np.ndarray
    sensitive: tuple[Sensitive, ...]

    @property
    def total(self) -> int:
        """Rows of the table."""
        return int(self.rows.sum())

    @property
    def heights(self) -> tuple[int, ...]:
        """The highest level of each column: the top node."""
        return tuple(one.height for one in self.ladders)

    @property
    def node_count(self) -> int:
        """How many nodes there are."""
        return math.prod(height + 1 for height in self.heights)

    def nodes(self) -> np.ndarray:
        """All nodes, shape (nodes, columns), in lexicographic order."""
        return np.indices([height + 1 for height in self.heights]).reshape(len(self.heights), -1).T

    def grouping(self, node: Sequence[int]) -> Grouping:
        """The classes at a node."""
        codes = [
            one.levels[level][values] for one, level, values in zip(self.ladders, node, self.combinations, strict=True)
        ]
        sizes = [one.sizes[level] for one, level in zip(self.ladders, node, strict=True)]
        classes = numbered(codes, sizes)
        if math.prod(sizes) > max(_DENSE, 4 * len(classes)):
            _, classes = np.unique(classes, return_inverse=True)
        return Grouping(classes, np.bincount(classes, weights=self.rows).astype(np.int64))


def lattice(
    table: pl.DataFrame, hierarchies: Mapping[str, Hierarchy], orders: Mapping[str, Sequence[str] | None]
) -> tuple[Lattice, np.ndarray]:
    """A table as a lattice, and the combination of each row.

    Args:
        table: At least one row.
        hierarchies: Of each quasi-identifier.
        orders: The sensitive columns, each with its values from lowest to highest, none where they have an order of
            their own, and ``None`` where it has no order.

    Raises:
        ProtectionError: A hierarchy does not cover a value, or a column cannot be coded.
    """
    made = [ladder(table[column], hierarchy) for column, hierarchy in hierarchies.items()]
    ladders = tuple(one for one, _ in made)
    flat = numbered([places for _, places in made], [len(one.rows) for one in ladders])
    _, first, of_row, rows = np.unique(flat, return_index=True, return_inverse=True, return_counts=True)
    combinations = np.array([places[first] for _, places in made])
    sensitive = tuple(
        _sensitive(of_row, ranked(table[name], order or ()), ordered=order is not None)
        for name, order in orders.items()
    )
    return Lattice(ladders, combinations, rows.astype(np.int64), sensitive), of_row


def _sensitive(of_row: np.ndarray, values: np.ndarray, *, ordered: bool) -> Sensitive:
    size = int(values.max()) + 1
    keys, rows = np.unique(of_row * size + values, return_counts=True)
    return Sensitive(keys // size, keys % size, rows.astype(np.int64), size, ordered)
