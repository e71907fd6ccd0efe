"""Independent mode with differential privacy: noisy counts of each column, brought to what counts can be."""

import numpy as np

from synth_assets.describe.coded_table import CodedTable
from synth_assets.describe.description import Description
from synth_assets.describe.private.fitting import on_simplex, row_count
from synth_assets.describe.private.mechanism import Mechanism
from synth_assets.describe.private.merging import line
from synth_assets.describe.private.publishing import fitted_tables
from synth_assets.describe.private.shrinking import shrunk
from synth_assets.describe.structure import Node


def describe_independent_privately(table: CodedTable, mechanism: Mechanism, minimum: int) -> Description:
    """The columns, each with the counts that are nearest to its noisy ones.

    Args:
        table: Its columns are coded by their declared domains alone.
        mechanism: Adds the noise; all that was asked for is spent.
        minimum: Stated in the description; independent counts are not merged by it.
    """
    singles = mechanism.columns(table, mechanism.request.units)
    rows = row_count(singles)
    likely = [shrunk(single, line(table.columns[single.columns[0]])) for single in singles]
    counts = {single.columns[0]: on_simplex(single.counts, rows) for single in likely}
    nodes = [Node(name, ()) for name in table.columns]
    tables = fitted_tables(nodes, [counts.get(node.column, np.array([rows])) for node in nodes])
    return Description(
        "independent",
        tuple(table.columns.values()),
        rows=round(rows),
        tables=tables,
        minimum_count=minimum,
        privacy=mechanism.request.privacy,
    )
