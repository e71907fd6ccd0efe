"""Correlated mode: a network between columns, as the data and the user have it, and counts along it."""

import functools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from synth_assets.constraints import Constraint, Determined
from synth_assets.describe.coded_table import CodedTable
from synth_assets.describe.coding import CodedColumn
from synth_assets.describe.description import Description
from synth_assets.describe.domain import by_group
from synth_assets.describe.expected import Beliefs, expected_counts
from synth_assets.describe.learn import learn
from synth_assets.describe.network import Edge, Score, mutual_information, pairs, score
from synth_assets.describe.rules import NetworkRules
from synth_assets.describe.structure import MOST_CELLS, tables_of
from synth_assets.describe.tables import ContingencyTable


def describe_correlated(
    table: CodedTable, constraints: Sequence[Constraint], minimum_count: int, max_parents: int, rules: NetworkRules
) -> Description:
    """The columns, the network between them, and protected counts along its edges.

    Raises:
        DescriptionError: The rules cannot be kept.
    """
    names = list(table.columns)
    counted = functools.cache(table.counted)
    scores = _scores(table) if max_parents and not rules.whole else {}
    asked = with_decisions(rules, constraints, table, max_parents)
    nodes = learn(scores, names, counted, minimum_count, max_parents, asked)
    least = {name: by_group(coded, table.least[name]) for name, coded in table.columns.items()}
    tables = tables_of(nodes, counted, minimum_count, least)
    return Description(
        "correlated",
        table.published(tables, minimum_count),
        rows=table.rows,
        tables=tuple(tables.values()),
        edges=edges_of(tables, table.columns.values(), minimum_count),
        minimum_count=minimum_count,
        max_parents=max_parents,
    )


def with_decisions(
    rules: NetworkRules, constraints: Sequence[Constraint], table: CodedTable, max_parents: int
) -> NetworkRules:
    """The rules, with edges forced to a column from those that decide it, or that column placed after them.

    It is only placed where its table has no room for them; what text or a key decides needs neither.
    """
    force, order = list(rules.force), list(rules.order)
    for rule in constraints:
        if isinstance(rule, Determined) and not any(table.columns[name].column.opaque for name in rule.by):
            edges = [(name, rule.column) for name in rule.by]
            cells = math.prod(table.columns[name].group_count for name in rule.columns)
            if len(rule.by) <= max_parents and cells <= MOST_CELLS:
                force += [edge for edge in edges if edge not in force]
            else:
                order += edges
    return replace(rules, force=tuple(force), order=tuple(order))


def _scores(table: CodedTable) -> dict[tuple[str, str], Score]:
    """The score of each pair; one joint table is held at a time."""
    sizes = {name: coded.group_count for name, coded in table.columns.items()}
    return {
        pair: score(table.counted(pair)) for pair in pairs(list(sizes)) if sizes[pair[0]] * sizes[pair[1]] <= MOST_CELLS
    }


def edges_of(tables: Mapping[str, ContingencyTable], columns: Iterable[CodedColumn], minimum: int) -> tuple[Edge, ...]:
    """The network, with what the protected tables, and they alone, tell of each edge's mutual information."""
    edges = []
    for table, filled in expected_counts(tables.values(), minimum, Beliefs.of(columns)):
        for parent in table.parents:
            pair = table.over(filled, (parent, table.column)).reshape(-1, table.sizes[-1])
            edges.append(Edge(parent, table.column, round(max(mutual_information(pair), 0.0), 6)))
    return tuple(edges)
