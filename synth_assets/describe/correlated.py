"""Correlated mode: the Chow-Liu forest, further parents where they tell more, and counts along the network."""

import functools
import math
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from synth_assets.describe.description import Description
from synth_assets.describe.hide import hide
from synth_assets.describe.independent import Margin, coded_columns, margins
from synth_assets.describe.network import Edge, Score, directed, forest, mutual_information, pairs, score
from synth_assets.describe.structure import MOST_CELLS, grow, tables_of
from synth_assets.describe.tables import ContingencyTable, expected_counts
from synth_assets.schema import Schema


def describe_correlated(table: pl.DataFrame, schema: Schema, minimum_count: int, max_parents: int) -> Description:
    """The columns, the network between them, and protected counts along its edges."""
    found = margins(table, schema, minimum_count)
    counted = functools.cache(lambda names: _counts([found[name] for name in names]))
    links = forest(_scores(found) if max_parents else {}, schema.names)
    ways = directed(links, schema.names, lambda parent, child: _rows_hidden(counted((parent, child)), minimum_count))
    nodes = grow(ways, schema.names, counted, minimum_count, max(max_parents, 1))
    tables = tables_of(nodes, counted, minimum_count)
    return Description(
        "correlated",
        coded_columns(found, table, tables, minimum_count),
        rows=len(table),
        tables=tuple(tables.values()),
        edges=_edges(tables, minimum_count),
        minimum_count=minimum_count,
        max_parents=max_parents,
    )


def _scores(found: Mapping[str, Margin]) -> dict[tuple[str, str], Score]:
    """The score of each pair; one joint table is held at a time."""
    return {
        (first, second): score(_counts([found[first], found[second]]))
        for first, second in pairs(list(found))
        if found[first].coded.group_count * found[second].coded.group_count <= MOST_CELLS
    }


def _counts(columns: Sequence[Margin]) -> np.ndarray:
    """Exact counts, one axis a column."""
    shape = [column.coded.group_count for column in columns]
    places = np.zeros(len(columns[0].codes), dtype=np.int64)
    for column, size in zip(columns, shape, strict=True):
        places = places * size + column.groups
    return np.bincount(places, minlength=math.prod(shape)).reshape(shape)


def _rows_hidden(counts: np.ndarray, minimum: int) -> int:
    return int(counts[hide(counts, minimum, np.zeros(len(counts), dtype=bool))].sum())


def _edges(tables: Mapping[str, ContingencyTable], minimum: int) -> tuple[Edge, ...]:
    """The network, with what the protected tables, and they alone, tell of each edge's mutual information."""
    edges = []
    for table, filled in expected_counts(tables.values(), minimum):
        for parent in table.parents:
            pair = table.over(filled, (parent, table.column)).reshape(-1, table.sizes[-1])
            edges.append(Edge(parent, table.column, round(mutual_information(pair), 6)))
    return tuple(edges)
