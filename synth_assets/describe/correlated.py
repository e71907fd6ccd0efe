"""Correlated mode: the Chow-Liu forest over the columns, and each column's counts given its parent."""

import numpy as np
import polars as pl

from synth_assets.describe.description import Description
from synth_assets.describe.hide import hide
from synth_assets.describe.independent import Margin, margins
from synth_assets.describe.network import Edge, directed, forest, pairs
from synth_assets.describe.tables import ContingencyTable, conditional, single, with_atoms
from synth_assets.schema import Schema


def describe_correlated(table: pl.DataFrame, schema: Schema, minimum_count: int, max_parents: int) -> Description:
    """The columns, the network between them, and protected counts along its edges."""
    found = margins(table, schema, minimum_count)
    counted = (
        {pair: _pair_counts(found[pair[0]], found[pair[1]]) for pair in pairs(schema.names)} if max_parents else {}
    )
    counted |= {pair[::-1]: counts.T for pair, counts in counted.items()}
    links = forest(counted, schema.names)
    edges = directed(links, schema.names, lambda parent, child: _rows_hidden(counted[parent, child], minimum_count))
    tables = _protect(found, edges, counted, minimum_count)
    columns = [
        with_atoms(margin.coded, table[name], margin.codes, tables[name], minimum_count)
        for name, margin in found.items()
    ]
    return Description(
        "correlated",
        tuple(columns),
        rows=len(table),
        tables=tuple(tables.values()),
        edges=tuple(edges),
        minimum_count=minimum_count,
        max_parents=max_parents,
    )


def _pair_counts(first: Margin, second: Margin) -> np.ndarray:
    shape = (first.coded.group_count, second.coded.group_count)
    return np.bincount(first.groups * shape[1] + second.groups, minlength=shape[0] * shape[1]).reshape(shape)


def _rows_hidden(counts: np.ndarray, minimum: int) -> int:
    return int(counts[hide(counts, minimum, np.zeros(len(counts), dtype=bool))].sum())


def _protect(
    found: dict[str, Margin], edges: list[Edge], counted: dict[tuple[str, str], np.ndarray], minimum: int
) -> dict[str, ContingencyTable]:
    """A table per column: roots first, then children in the order of the edges, parents before children."""
    children = {edge.child for edge in edges}
    tables = {
        name: single(name, margin.groups, margin.coded.group_count)
        for name, margin in found.items()
        if name not in children
    }
    for edge in edges:
        tables[edge.child] = conditional(edge.child, tables[edge.parent], counted[edge.parent, edge.child], minimum)
    return tables
