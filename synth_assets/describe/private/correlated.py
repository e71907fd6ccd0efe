"""Correlated mode with differential privacy: measure, select, measure, fit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from synth_assets.constraints import Constraint
from synth_assets.describe.coded_table import CodedTable
from synth_assets.describe.completion import completed
from synth_assets.describe.description import Description
from synth_assets.describe.impossible import masks
from synth_assets.describe.network import pairs
from synth_assets.describe.private.fitting import Measurement, fit, independent_start, on_simplex, row_count
from synth_assets.describe.private.junction import JunctionTree
from synth_assets.describe.private.mechanism import Mechanism
from synth_assets.describe.private.merging import Room, line, merged, regrouped
from synth_assets.describe.private.publishing import edges_of, fitted_tables
from synth_assets.describe.private.request import parts
from synth_assets.describe.private.selection import NO_EDGE, Forest, pair_gaps
from synth_assets.describe.private.shrinking import shrunk
from synth_assets.describe.private.widening import Widening
from synth_assets.describe.rules import NetworkRules
from synth_assets.describe.structure import Node
from synth_assets.errors import DescriptionError

COLUMNS, CHOICES, FAMILIES = 0.5, 0.05, 0.45
"""How the budget goes to tables of one column, to choosing edges, and to tables of families."""

WIDER = 0.4
"""With more than one parent: the part of the families' share that goes to wider ones."""


@dataclass(frozen=True)
class Task:
    """What is described, and how.

    Attributes:
        constraints: Of the schema.
        rules: What must hold of the network.
        max_parents: The most parents that a column may have.
        minimum: Noisy counts below it are not told apart where columns meet.
        mechanism: Adds the noise.
    """

    constraints: Sequence[Constraint]
    rules: NetworkRules
    max_parents: int
    minimum: int
    mechanism: Mechanism


@dataclass(frozen=True, eq=False)
class Known:
    """What noisy counts of single columns tell.

    Attributes:
        table: The coded table, in groups that stand out from the noise.
        singles: Noisy counts of those.
        rows: How many rows there are.
    """

    table: CodedTable
    singles: Sequence[Measurement]
    rows: float

    @cached_property
    def margins(self) -> dict[str, np.ndarray]:
        """Each column's counts, not negative, that add up to ``rows``."""
        found = {single.columns[0]: on_simplex(single.counts, self.rows) for single in self.singles}
        return {name: found.get(name, np.array([self.rows])) for name in self.table.columns}

    @property
    def sizes(self) -> dict[str, int]:
        """Groups of each column."""
        return {name: len(margin) for name, margin in self.margins.items()}


def describe_correlated_privately(table: CodedTable, task: Task) -> Description:
    """The columns, a network that was chosen with noise, and the counts that fit the noisy ones best.

    Args:
        table: Its columns are coded by their declared domains alone; it is used up.
        task: What is asked; all of its budget is spent.

    Raises:
        DescriptionError: The network's rules cannot be kept, or the constraints leave nothing.
    """
    for_columns, for_choices, for_families = _budget(task)
    known = _merged(table, task.mechanism.columns(table, for_columns), task, for_families)
    nodes = _forest(known, task, for_choices, for_families)
    nodes, families = _measured(known, task, nodes, for_families)
    tree, start = started(nodes, known.margins, known.table, task.constraints)
    counts, _ = fit(tree, [*known.singles, *families], known.rows, start)
    tables = fitted_tables(nodes, counts)
    return Description(
        "correlated",
        tuple(known.table.columns.values()),
        rows=round(known.rows),
        tables=tables,
        edges=tuple(edges_of(tables)),
        minimum_count=task.minimum,
        max_parents=task.max_parents,
        privacy=task.mechanism.request.privacy,
    )


def _budget(task: Task) -> list[int]:
    """For tables of one column, for choices, and for tables of families; nothing for what is not asked for."""
    units = task.mechanism.request.units
    if not task.max_parents:
        return [units, 0, 0]
    return parts(units, (COLUMNS, 0, FAMILIES + CHOICES) if task.rules.whole else (COLUMNS, CHOICES, FAMILIES))


def _merged(table: CodedTable, singles: Sequence[Measurement], task: Task, for_families: int) -> Known:
    """The table in groups that stand out from the noise, and their noisy counts."""
    edges = max(len(singles) - 1, 1)
    rows, columns = row_count(singles), dict(table.columns)
    room = Room(rows, task.mechanism.scale(max(for_families // edges, 1)))
    likely = [shrunk(single, line(columns[single.columns[0]])) for single in singles]
    for single, better in zip(singles, likely, strict=True):
        name = single.columns[0]
        columns[name] = merged(columns[name], single, better, room, task.minimum, task.constraints)
    grouped = [regrouped(single, columns[single.columns[0]]) for single in likely]
    return Known(table.regrouped(columns), grouped, rows)


def _forest(known: Known, task: Task, for_choices: int, for_families: int) -> list[Node]:
    """The network so far: forced parents, and a forest of chosen edges."""
    names, rules = list(known.sizes), task.rules
    rules.check(names, known.sizes, task.max_parents)
    parents = completed(names, rules.force, rules.forbid, rules.precedence())
    several = [name for name, size in known.sizes.items() if size > 1]
    choices = sum(not held for held in parents.values()) - 1
    each = for_choices // max(choices, 1)
    if not each or len(several) < 2:  # noqa: PLR2004 - an edge has two ends
        return Forest(names, parents, rules, {}, lambda _: 0.0, lambda _: NO_EDGE).grow()
    gaps = pair_gaps(pairs(several), known.table.counted, known.margins, known.rows)
    return Forest(
        names,
        parents,
        rules,
        gaps,
        lambda edges: task.mechanism.scale(for_families // edges),
        task.mechanism.chooser(each),
    ).grow()


def _measured(known: Known, task: Task, nodes: list[Node], units: int) -> tuple[list[Node], list[Measurement]]:
    """Noisy counts of every family of two or more columns; with further parents, where they may be chosen.

    Where there is none, what was meant for them measures the columns again.
    """
    table, mechanism = known.table, task.mechanism
    if not any(node.parents for node in nodes):
        return nodes, mechanism.columns(table, units) if units else []
    if task.max_parents == 1 or task.rules.whole:
        return nodes, mechanism.tables(table, families_of(nodes), units)
    first, left = parts(units, (1 - WIDER, WIDER))
    measured = mechanism.tables(table, families_of(nodes), first)
    tree, start = started(nodes, known.margins, table, task.constraints)
    counts, potentials = fit(tree, [*known.singles, *measured], known.rows, start)
    widening = Widening(table, mechanism, task.max_parents, task.rules, left)
    nodes, wider, left = widening.grow(nodes, [*known.singles, *measured], counts, potentials)
    return nodes, [*measured, *wider, *mechanism.tables(table, families_of(nodes), left)]


def families_of(nodes: Sequence[Node]) -> list[tuple[str, ...]]:
    """The families of two or more columns."""
    return [(*node.parents, node.column) for node in nodes if node.parents]


def started(
    nodes: Sequence[Node], margins: Mapping[str, np.ndarray], table: CodedTable, constraints: Sequence[Constraint]
) -> tuple[JunctionTree, list[np.ndarray]]:
    """The tree of a network and potentials to start from: independent columns, without what constraints exclude.

    Raises:
        DescriptionError: The constraints leave nothing.
    """
    tree = JunctionTree.of(nodes, {name: len(margin) for name, margin in margins.items()})
    start = independent_start(tree, margins)
    for mask in masks(constraints, table.columns.__getitem__):
        for place, family in enumerate(tree.families):
            if set(mask.columns) <= set(family):
                start[place] = np.where(mask.over(family), -np.inf, start[place])
                if not np.isfinite(start[place]).any():
                    message = f"The constraints leave no combination of {', '.join(family)}. Drop one of them."
                    raise DescriptionError(message)
    return tree, start
