"""A table generalised and suppressed until it is anonymous, with the least loss: the way in to the search.

It returns a new table; the caller's is not altered. Where the goal cannot be reached it raises and says what could be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from synth_assets.errors import ProtectionError
from synth_assets.frames import Frame, to_polars
from synth_assets.protect.anonymity import Anonymity, anonymity, given_orders
from synth_assets.protect.cells import check_columns
from synth_assets.protect.hierarchy import Hierarchy
from synth_assets.protect.lattice import Lattice, lattice
from synth_assets.protect.loss import Losses, Measure, check_measure
from synth_assets.protect.pareto import pareto
from synth_assets.protect.reach import check_limit, check_reach, check_top, required, rows_allowed
from synth_assets.protect.search import Evaluator, Point, beam, everything, losses, proved
from synth_assets.protect.suppress import CLOSE, Requirement, kept

SUPPRESSION_LIMIT = 0.01
"""The share of rows that may be suppressed unless told otherwise."""

MOST_NODES_WHOLE = 10_000
"""In lattices of up to so many nodes every node is looked at, so that the front is whole."""

MOST_NODES_PROVED = 200_000
"""In lattices of up to so many nodes the optimum is proved; in larger ones it is searched for."""

KS = (2, 3, 5, 10, 15, 20)
"""Values of k on the front, besides the one asked for."""


@dataclass(frozen=True, slots=True)
class Search:
    """How far the lattice was searched.

    Attributes:
        nodes: How many nodes the lattice has.
        evaluated: How many were looked at.
        optimal: Whether no other node loses less, by proof; if not, a better one may have been missed.
        whole_front: Whether all nodes were looked at, so that the front is that of the whole lattice.
    """

    nodes: int
    evaluated: int
    optimal: bool
    whole_front: bool


@dataclass(frozen=True, eq=False)
class Protected:
    """An anonymous table, and what it cost.

    Attributes:
        table: The rows that are left, in their order; generalised columns are text, the others as they were.
        levels: The level of each quasi-identifier; 0 is as it was.
        requirement: What every class has.
        measure: The measure of loss by which it was chosen.
        losses: By all measures.
        rows_in: Rows before suppression.
        suppressed: Rows that were removed, each with its whole class (record suppression).
        anonymity: Of the table as it is here, measured anew.
        front: Loss against suppression against k, see ``pareto``.
        search: How far it was searched.
    """

    table: pl.DataFrame = field(repr=False)
    levels: Mapping[str, int]
    requirement: Requirement
    measure: Measure
    losses: Losses
    rows_in: int
    suppressed: int
    anonymity: Anonymity = field(repr=False)
    front: pl.DataFrame = field(repr=False)
    search: Search

    @property
    def suppression(self) -> float:
        """The share of rows that were removed."""
        return self.suppressed / self.rows_in


def generalise(  # noqa: PLR0913 - each is a choice of its own, named by the caller
    frame: Frame,
    hierarchies: Mapping[str, Hierarchy],
    *,
    k: int,
    l: int | None = None,  # noqa: E741 - the field's name for it
    t: float | None = None,
    sensitive: Sequence[str] = (),
    ordered: Sequence[str] | Mapping[str, Sequence[str]] = (),
    suppression_limit: float = SUPPRESSION_LIMIT,
    measure: Measure = "loss_metric",
    most_nodes: int = MOST_NODES_PROVED,
) -> Protected:
    """Generalise the quasi-identifiers of a table by full-domain levels, and suppress rows of classes that stay small.

    All combinations of levels are searched for the one that loses least, suppressed rows counted in. Up to
    ``most_nodes`` the optimum is proved; see ``Search`` for how far it was. The result depends on neither the order of
    the rows nor on chance.

    Args:
        frame: A polars DataFrame or LazyFrame, a pandas DataFrame, a DuckDB relation, a ``StoredTable``, or the path of
            a Parquet file; it is read into memory.
        hierarchies: Of each quasi-identifier; one without levels leaves its column as it is.
        k: Rows of the smallest class, at least 1.
        l: Distinct values of every sensitive column in every class.
        t: Greatest distance of every sensitive column in a class from the column in the table that is left, from 0 to
            1. With it the front is of the one k.
        sensitive: Columns that must not be learnt; none of the quasi-identifiers.
        ordered: As for ``anonymity``; the distance of these is by ranks.
        suppression_limit: The share of rows that may be suppressed, 0 included, 1 not.
        measure: Of the loss that is made least.
        most_nodes: In lattices of more nodes the search is not exhaustive.

    Raises:
        ProtectionError: A column, hierarchy or number cannot be; k is larger than the table; or no combination of
            levels gets there within the limit: then it is said what would.
    """
    requirement = required(k, l, t, sensitive)
    check_measure(measure)
    check_limit(suppression_limit)
    table = to_polars(frame)
    made, of_row = lattice(table, hierarchies, _orders(table, hierarchies, sensitive, ordered))
    check_reach(made, requirement, sensitive)
    evaluator = Evaluator(made, measure, requirement, _other_ks(made, requirement))
    check_top(evaluator, suppression_limit)
    best, search = _searched(evaluator, rows_allowed(made, suppression_limit), most_nodes)
    stay = kept(made, made.grouping(best.node), requirement)
    result = _applied(table, made, best.node, of_row, stay)
    points = (point for points in evaluator.found.values() for point in points)
    return Protected(
        table=result,
        levels=dict(zip(hierarchies, best.node, strict=True)),
        requirement=requirement,
        measure=measure,
        losses=losses(made, best.node, stay, k),
        rows_in=len(table),
        suppressed=best.suppressed,
        anonymity=_checked(result, requirement, list(hierarchies), sensitive, ordered),
        front=pareto(points, rows=len(table), columns=list(hierarchies), chosen=best),
        search=search,
    )


def _orders(
    table: pl.DataFrame,
    hierarchies: Mapping[str, Hierarchy],
    sensitive: Sequence[str],
    ordered: Sequence[str] | Mapping[str, Sequence[str]],
) -> dict[str, tuple[str, ...] | None]:
    odd = [column for column, hierarchy in hierarchies.items() if not isinstance(hierarchy, Hierarchy)]
    if odd:
        message = f"What is given for column(s) {', '.join(odd)} is no Hierarchy. Make them by hierarchies_from_dict."
        raise ProtectionError(message)
    if not hierarchies:
        message = "No hierarchy is given. Declare one for each column that others may know of a person."
        raise ProtectionError(message)
    check_columns(table, [*hierarchies, *sensitive])
    if table.is_empty():
        message = "The table has no rows, so there is nothing to generalise. Give a table with rows."
        raise ProtectionError(message)
    orders = given_orders(table, sensitive, ordered)
    return {name: orders.get(name) for name in sensitive}


def _other_ks(lattice: Lattice, requirement: Requirement) -> tuple[int, ...]:
    if requirement.t is not None or lattice.node_count > MOST_NODES_WHOLE:
        return ()
    return tuple(k for k in KS if k != requirement.k and k <= lattice.total)


def _searched(evaluator: Evaluator, allowed: int, most_nodes: int) -> tuple[Point, Search]:
    nodes = evaluator.lattice.node_count
    whole = nodes <= min(MOST_NODES_WHOLE, most_nodes)
    exact = nodes <= most_nodes
    best = (everything if whole else proved if exact else beam)(evaluator, allowed)
    if best is None:
        message = "No combination of levels is anonymous within the suppression limit. Raise it."
        raise ProtectionError(message)
    return best, Search(nodes, len(evaluator.found), exact, whole)


def _applied(
    table: pl.DataFrame, lattice: Lattice, node: Sequence[int], of_row: np.ndarray, stay: np.ndarray
) -> pl.DataFrame:
    left = np.flatnonzero(stay[of_row])
    result = table[left]
    for one, level, codes in zip(lattice.ladders, node, lattice.combinations, strict=True):
        if level:
            result = result.with_columns(one.labels[level - 1][codes[of_row[left]]].alias(one.column))
    return result


def _checked(
    table: pl.DataFrame,
    wanted: Requirement,
    quasi_identifiers: Sequence[str],
    sensitive: Sequence[str],
    ordered: Sequence[str] | Mapping[str, Sequence[str]],
) -> Anonymity:
    """The anonymity of the result, measured anew by other means than the search's."""
    found = anonymity(table, quasi_identifiers=quasi_identifiers, sensitive=sensitive, ordered=ordered)
    short = found.k < wanted.k or (wanted.l is not None and (found.l or 0) < wanted.l)
    far = wanted.t is not None and (found.t is None or found.t > wanted.t + 2 * CLOSE)
    if short or far:
        message = (
            f"The generalised table has k = {found.k}, l = {found.l}, t = {found.t}, but {wanted} was asked for. This "
            "is an error of the search, not of the table: please report it."
        )
        raise ProtectionError(message)
    return found
