"""Whether the parts of a description agree with each other and keep its own rules.

It reads no document and no table of rows.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from synth_assets.describe.coding import Bins, CodedColumn, Presence
from synth_assets.describe.distances import above
from synth_assets.describe.document import require
from synth_assets.describe.hide import LEAST_CELLS, NO_MODE
from synth_assets.describe.network import MOST_PARENTS
from synth_assets.describe.tables import HIDDEN, ContingencyTable
from synth_assets.schema import Schema

if TYPE_CHECKING:
    from synth_assets.describe.description import Description


def check(description: "Description") -> None:
    """Refuse a description that contradicts itself.

    Raises:
        ValueError: Its tables do not fit its columns, network, number of rows or ``minimum_count``.
    """
    require(description.minimum_count >= 1, "minimum_count must be 1 or more")
    require(description.round_to >= 1, "round_to must be 1 or more")
    _check_above(description)
    most = MOST_PARENTS if description.mode == "correlated" else 0
    require(description.max_parents <= most, f"max_parents must be {most} or less in {description.mode} mode")
    if description.mode == "random":
        require(not description.tables and description.rows is None, "random mode holds no counts")
        require(not description.edges, "random mode has no network")
        _check_uncounted(description.columns)
        return
    require(description.rows is not None and description.rows > 0, "rows must be a whole number above 0")
    _check_order(description)
    if description.privacy is not None:
        _check_expected(description)
        return
    require(not any(coded.merged for coded in description.columns), "merged codes go with epsilon")
    columns = {coded.column.name: coded for coded in description.columns}
    tables = {table.column: table for table in description.tables}
    for table in description.tables:
        _check_totals(table, tables, description.rows or 0, _slack(table, description))
        _check_hiding(table, description)
        _check_atoms(columns[table.column], table, description)


def _check_uncounted(columns: tuple[CodedColumn, ...]) -> None:
    for coded in columns:
        told = (
            coded.merged
            or coded.pool
            or coded.above
            or any(getattr(coded.coding, "atoms", ()))
            or getattr(coded.coding, "spikes", ())
        )
        require(not told, f"random mode counts nothing of {coded.column.name!r}")


def _check_above(description: "Description") -> None:
    """Columns that are told as distances are those that a constraint puts above others; random mode tells none."""
    schema = Schema(tuple(coded.column for coded in description.columns), None, description.constraints)
    wanted = above(schema) if description.mode != "random" else {}
    for coded in description.columns:
        name = coded.column.name
        require(coded.above == wanted.get(name, ()), f"column {name!r} must be told above {wanted.get(name, ())}")
    require(not any(coded.above and isinstance(coded.coding, Presence) for coded in description.columns), "no distance")


def _check_order(description: "Description") -> None:
    order = [table.column for table in description.tables]
    names = [coded.column.name for coded in description.columns]
    require(sorted(order) == sorted(names), "there must be one table for each column")
    for place, table in enumerate(description.tables):
        require(len(table.parents) <= description.max_parents, f"{table.column!r} has more than max_parents parents")
        require(set(table.parents) <= set(order[:place]), f"the parents of {table.column!r} must come before it")
    drawn = [(edge.parent, edge.child) for edge in description.edges]
    used = [(parent, table.column) for table in description.tables for parent in table.parents]
    require(sorted(drawn) == sorted(used), "the network and the tables' parents must be the same")


def _check_expected(description: "Description") -> None:
    """Fitted counts: nothing is hidden, and every configuration that its parents can be in has some."""
    tables = {table.column: table for table in description.tables}
    for table in description.tables:
        name = table.column
        require(bool((table.modes == NO_MODE).all()), f"the table of {name!r} names modes, and nothing is hidden")
        sums = table.counts.sum(axis=1)
        require(bool(np.allclose(table.totals, sums, atol=1e-6)), f"the totals of {name!r} must be those of its counts")
        require(bool(sums.any()), f"the table of {name!r} must have counts")
        if table.parents:
            possible = _host_counts(table, tables) > 0
            require(bool((sums[possible] > 0).all()), f"the table of {name!r} must have counts wherever its parents do")
    for coded in description.columns:
        told = coded.pool or any(getattr(coded.coding, "atoms", ()))
        require(not told, f"with epsilon nothing is pooled, and no exact value of {coded.column.name!r} is counted")


def _host_counts(table: ContingencyTable, tables: Mapping[str, ContingencyTable]) -> np.ndarray:
    """The counts of the parents' configurations, in the table that holds them all."""
    hosts = [tables[name] for name in table.parents if set(table.parents) <= set(tables[name].family)]
    require(bool(hosts), f"the parents of {table.column!r} must be together in the table of one of them")
    inside = [name for name in hosts[0].family if name in table.parents]
    require(inside == list(table.parents), f"the parents of {table.column!r} must be in the order of their table")
    return hosts[0].over(hosts[0].counts, table.parents)


def _check_totals(table: ContingencyTable, tables: Mapping[str, ContingencyTable], rows: int, slack: int = 0) -> None:
    """Each configuration's total is what the table that its parents share tells, and hidden where that is."""
    wanted = np.array([rows])
    if table.parents:
        host = tables[table.parents[-1]]
        inside = [name for name in host.family if name in table.parents] == list(table.parents)
        require(inside, f"the parents of {table.column!r} must be together in the table of the last, in its order")
        wanted = np.where(host.over(host.hidden, table.parents), HIDDEN, host.over(host.seen, table.parents))
    require(np.array_equal(table.totals, wanted), f"the totals of {table.column!r} must be those of its parents")
    seen, some_hidden = table.seen.sum(axis=1), table.hidden.any(axis=1)
    most = np.where(wanted < 0, rows, wanted) + slack
    fits = (seen <= most) & (some_hidden | (table.totals == HIDDEN) | (seen >= wanted - slack))
    within = seen.sum() <= rows + slack * len(seen)
    require(bool(fits.all()) and within, f"the counts of {table.column!r} must add up to their totals")
    require(bool((some_hidden | (table.totals != HIDDEN)).all()), f"the table of {table.column!r} must hide rows too")


def _slack(table: ContingencyTable, description: "Description") -> int:
    """How far sums of a row's rounded counts may be from their rounded total; 0 where counts are exact."""
    if description.round_to == 1:
        return 0
    return (description.round_to + description.minimum_count) * (table.counts.shape[1] + 1)


def _check_hiding(table: ContingencyTable, description: "Description") -> None:
    """No small count is told, and no hidden one is what is left; rounded counts are multiples."""
    minimum = description.minimum_count
    told_counts = np.concatenate([table.counts.ravel(), table.totals])
    multiples = told_counts[told_counts > 0] % description.round_to == 0
    require(bool(multiples.all()), f"the counts of {table.column!r} must be multiples of round_to")
    small = (table.counts > 0) & (table.counts < minimum)
    require(not small.any(), f"the counts of {table.column!r} must not be from 1 to minimum_count - 1")
    hidden, told = table.hidden.sum(axis=1), table.totals != HIDDEN
    alone = (hidden > 0) & (hidden < min(LEAST_CELLS, table.counts.shape[1])) & told
    require(not alone.any(), f"the table of {table.column!r} must not hide one count alone")
    left = table.totals - table.seen.sum(axis=1) + _slack(table, description)
    bare = (hidden > 0) & (table.totals > 0) & (left < minimum)
    require(not bare.any(), f"what the table of {table.column!r} hides must total minimum_count")
    named = np.flatnonzero(table.modes != NO_MODE)
    require(bool(table.hidden[named, table.modes[named]].all()), f"modes of {table.column!r} must be hidden")
    clear = ~told[named] | (left[named] > 2 * minimum)
    require(bool(clear.all()), f"modes of {table.column!r} must be of more than twice minimum_count hidden rows")


def _check_atoms(coded: CodedColumn, table: ContingencyTable, description: "Description") -> None:
    if not isinstance(coded.coding, Bins) or not coded.coding.atoms:
        return
    minimum = description.minimum_count
    name, groups = coded.column.name, coded.groups
    rows = table.seen.sum(axis=0)
    for place, held in enumerate(coded.coding.atoms):
        told = sum(count for _, count in held)
        require(all(count >= minimum for _, count in held), f"exact values of {name!r} must have minimum_count rows")
        require(not held or place not in coded.pool, f"pooled bins of {name!r} must name no exact values")
        left = int(rows[groups[place]]) - told
        loose = bool(table.hidden_groups[groups[place]]) or description.round_to > 1
        fits = not held or loose or left == 0 or left >= minimum
        require(fits, f"the exact values of {name!r} must leave none, or minimum_count rows, of their bin")
