"""Correlated mode: ancestral sampling along the network, parents before children."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from synth_assets.describe import Description
from synth_assets.describe.tables import HIDDEN, ContingencyTable
from synth_assets.generate.sampling import draw
from synth_assets.generate.values import column_values


def generate_correlated(description: Description, rows: int, rng: np.random.Generator) -> list[pl.Series]:
    """Columns in the description's order, each drawn given its parents, each from a stream of its own."""
    streams = dict(zip(description.names, rng.spawn(len(description.columns)), strict=True))
    groups: dict[str, np.ndarray] = {}
    expected: dict[str, np.ndarray] = {}
    for table in description.tables:
        parent_rows = expected[table.parents[0]] if table.parents else None
        weights = fill_hidden(table, parent_rows, description.minimum_count)
        sizes = [description.column(parent).group_count for parent in table.parents]
        groups[table.column] = draw(weights, _configurations(table, groups, sizes, rows), streams[table.column])
        expected[table.column] = weights.sum(axis=0)
    return [
        column_values(coded, groups[name], expected[name], streams[name])
        for name, coded in zip(description.names, description.columns, strict=True)
    ]


def fill_hidden(table: ContingencyTable, parent_rows: np.ndarray | None, minimum_count: int) -> np.ndarray:
    """Expected counts: the table with the mass of its hidden cells spread over them.

    Within a configuration, hidden cells share what is hidden in proportion to the column's visible counts over all
    configurations, its backed-off distribution; half a row is added to each, so that a cell seen nowhere can still
    occur. Where a configuration's total is hidden, its parent's expected rows stand in, and at least
    ``minimum_count`` rows are hidden, for that is the rule.

    Args:
        table: Protected counts.
        parent_rows: Expected rows of each configuration, shape (configurations,); ``None`` for a root.
        minimum_count: Of the description.

    Returns:
        Shape (configurations, groups).
    """
    hidden = table.counts == HIDDEN
    seen = table.seen
    backed_off = np.where(hidden, seen.sum(axis=0) + 0.5, 0.0)
    share = backed_off / np.maximum(backed_off.sum(axis=1, keepdims=True), 0.5)
    mass = table.totals - seen.sum(axis=1)
    if parent_rows is not None:
        mass = np.where(table.totals == HIDDEN, np.maximum(parent_rows - seen.sum(axis=1), minimum_count), mass)
    return seen + share * mass[:, None]


def _configurations(
    table: ContingencyTable, groups: Mapping[str, np.ndarray], sizes: list[int], rows: int
) -> np.ndarray:
    """The configuration of each row's parents, the last parent varying fastest."""
    configurations = np.zeros(rows, dtype=np.int64)
    for parent, size in zip(table.parents, sizes, strict=True):
        configurations = configurations * size + groups[parent]
    return configurations
