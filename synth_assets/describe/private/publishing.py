"""Fitted counts as a description tells them."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from synth_assets.describe.hide import NO_MODE
from synth_assets.describe.network import Edge
from synth_assets.describe.structure import Node
from synth_assets.describe.tables import ContingencyTable

DECIMALS = 3


def fitted_tables(nodes: Sequence[Node], counts: Iterable[np.ndarray]) -> tuple[ContingencyTable, ...]:
    """One table a column, with expected counts to three decimals and nothing hidden.

    Args:
        nodes: Parents before children.
        counts: Of each column's family, one axis a column, not negative.
    """
    return tuple(_table(node, cells) for node, cells in zip(nodes, counts, strict=True))


def _table(node: Node, cells: np.ndarray) -> ContingencyTable:
    flat = cells.reshape(-1, cells.shape[-1])
    told = np.round(flat, DECIMALS)
    rows = np.flatnonzero((told.sum(axis=1) == 0) & (flat.sum(axis=1) > 0))
    told[rows, flat[rows].argmax(axis=1)] = 10.0**-DECIMALS
    return ContingencyTable(node.column, node.parents, told, told.sum(axis=1), np.full(len(told), NO_MODE), cells.shape)


def edges_of(tables: Iterable[ContingencyTable]) -> Iterator[Edge]:
    """The network, with the mutual information that the fitted tables have along each edge."""
    for table in tables:
        for parent in table.parents:
            pair = table.over(table.counts, (parent, table.column)).reshape(-1, table.sizes[-1])
            yield Edge(parent, table.column, round(_information(pair), 6))


def _information(counts: np.ndarray) -> float:
    """Mutual information in nats, as the counts have it."""
    share = counts / counts.sum()
    apart = np.outer(share.sum(axis=1), share.sum(axis=0))
    held = share > 0
    return max(float((share[held] * np.log(share[held] / apart[held])).sum()), 0.0)
