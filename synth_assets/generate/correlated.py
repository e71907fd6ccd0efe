"""Correlated mode: ancestral sampling along the network, parents before children."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from synth_assets.describe import Description
from synth_assets.describe.tables import ContingencyTable, expected_counts
from synth_assets.generate.sampling import draw
from synth_assets.generate.values import column_values


def generate_correlated(description: Description, rows: int, rng: np.random.Generator) -> list[pl.Series]:
    """Columns in the description's order, each drawn given its parents, each from a stream of its own."""
    streams = dict(zip(description.names, rng.spawn(len(description.columns)), strict=True))
    groups: dict[str, np.ndarray] = {}
    expected: dict[str, np.ndarray] = {}
    for table, weights in expected_counts(description.tables, description.minimum_count):
        configurations = _configurations(table, groups, rows)
        groups[table.column] = draw(weights, configurations, streams[table.column])
        expected[table.column] = weights.sum(axis=0)
    return [
        column_values(coded, groups[name], expected[name], streams[name])
        for name, coded in zip(description.names, description.columns, strict=True)
    ]


def _configurations(table: ContingencyTable, groups: Mapping[str, np.ndarray], rows: int) -> np.ndarray:
    """The configuration of each row's parents, the last parent varying fastest."""
    configurations = np.zeros(rows, dtype=np.int64)
    for parent, size in zip(table.parents, table.sizes, strict=False):
        configurations = configurations * size + groups[parent]
    return configurations
