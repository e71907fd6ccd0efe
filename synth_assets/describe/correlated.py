"""Correlated mode: the Chow-Liu forest, further parents where they tell more, and counts along the network."""

import functools
from collections.abc import Mapping

import numpy as np

from synth_assets.describe.coded_table import CodedTable
from synth_assets.describe.description import Description
from synth_assets.describe.hide import hide
from synth_assets.describe.network import Edge, Score, directed, forest, mutual_information, pairs, score
from synth_assets.describe.structure import MOST_CELLS, grow, tables_of
from synth_assets.describe.tables import ContingencyTable, expected_counts


def describe_correlated(table: CodedTable, minimum_count: int, max_parents: int) -> Description:
    """The columns, the network between them, and protected counts along its edges."""
    names = list(table.columns)
    counted = functools.cache(table.counted)
    links = forest(_scores(table) if max_parents else {}, names)
    ways = directed(links, names, lambda parent, child: _rows_hidden(counted((parent, child)), minimum_count))
    nodes = grow(ways, names, counted, minimum_count, max(max_parents, 1))
    tables = tables_of(nodes, counted, minimum_count)
    return Description(
        "correlated",
        table.published(tables, minimum_count),
        rows=table.rows,
        tables=tuple(tables.values()),
        edges=_edges(tables, minimum_count),
        minimum_count=minimum_count,
        max_parents=max_parents,
    )


def _scores(table: CodedTable) -> dict[tuple[str, str], Score]:
    """The score of each pair; one joint table is held at a time."""
    sizes = {name: coded.group_count for name, coded in table.columns.items()}
    return {
        pair: score(table.counted(pair)) for pair in pairs(list(sizes)) if sizes[pair[0]] * sizes[pair[1]] <= MOST_CELLS
    }


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
