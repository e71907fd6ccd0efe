"""Correlated mode: the Chow-Liu forest over the columns, and each column's counts given its parent."""

import functools
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import polars as pl

from synth_assets.describe.description import Description
from synth_assets.describe.hide import hide
from synth_assets.describe.independent import Margin, coded_columns, margins
from synth_assets.describe.network import Edge, Score, directed, forest, mutual_information, pairs, score
from synth_assets.describe.tables import ContingencyTable, conditional, fill_hidden, single
from synth_assets.schema import Schema

MOST_CELLS = 10_000_000
"""Two columns whose joint table would be larger are not looked at as a pair: so many cells hold a row at most."""


def describe_correlated(table: pl.DataFrame, schema: Schema, minimum_count: int, max_parents: int) -> Description:
    """The columns, the network between them, and protected counts along its edges."""
    found = margins(table, schema, minimum_count)
    counted = functools.cache(lambda parent, child: _pair_counts(found[parent], found[child]))
    links = forest(_scores(found) if max_parents else {}, schema.names)
    ways = directed(links, schema.names, lambda parent, child: _rows_hidden(counted(parent, child), minimum_count))
    tables = _protect(found, ways, counted, minimum_count)
    return Description(
        "correlated",
        coded_columns(found, table, tables, minimum_count),
        rows=len(table),
        tables=tuple(tables.values()),
        edges=_edges(tuple(tables.values()), minimum_count),
        minimum_count=minimum_count,
        max_parents=max_parents,
    )


def _scores(found: Mapping[str, Margin]) -> dict[tuple[str, str], Score]:
    """The score of each pair; one joint table is held at a time."""
    return {
        (first, second): score(_pair_counts(found[first], found[second]))
        for first, second in pairs(list(found))
        if found[first].coded.group_count * found[second].coded.group_count <= MOST_CELLS
    }


def _pair_counts(first: Margin, second: Margin) -> np.ndarray:
    shape = (first.coded.group_count, second.coded.group_count)
    return np.bincount(first.groups * shape[1] + second.groups, minlength=shape[0] * shape[1]).reshape(shape)


def _protect(
    found: Mapping[str, Margin],
    ways: Sequence[tuple[str, str]],
    counted: Callable[[str, str], np.ndarray],
    minimum: int,
) -> dict[str, ContingencyTable]:
    """A table per column: roots first, then children in the order of the ways, parents before children."""
    children = {child for _, child in ways}
    roots = [name for name in found if name not in children]
    tables = {name: single(name, found[name].groups, found[name].coded.group_count) for name in roots}
    for parent, child in ways:
        tables[child] = conditional(child, tables[parent], counted(parent, child), minimum)
    return tables


def _rows_hidden(counts: np.ndarray, minimum: int) -> int:
    return int(counts[hide(counts, minimum, np.zeros(len(counts), dtype=bool))].sum())


def _edges(tables: Sequence[ContingencyTable], minimum: int) -> tuple[Edge, ...]:
    """The network, with what the protected tables, and they alone, tell of each edge's mutual information."""
    expected: dict[str, np.ndarray] = {}
    edges = []
    for table in tables:
        rows = expected[table.parents[0]] if table.parents else None
        filled = fill_hidden(table, rows, minimum)
        expected[table.column] = filled.sum(axis=0)
        edges += [Edge(parent, table.column, round(mutual_information(filled), 6)) for parent in table.parents]
    return tuple(edges)
