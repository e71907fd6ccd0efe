"""Which edges forced ones bring with them, so that the parents of every column stand together in an earlier table.

It reads the rules alone: no counts, and no table.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from synth_assets.describe.network import MOST_CELLS, MOST_PARENTS

_TOGETHER = "the parents of a column must stand together in an earlier table"


def completed(
    names: Sequence[str],
    force: Iterable[tuple[str, str]],
    forbid: Collection[tuple[str, str]],
    precedence: Iterable[tuple[str, str]],
) -> dict[str, tuple[str, ...]]:
    """The parents of each column under forced edges, and a placement in which they come first.

    Columns are taken away one by one, from the last placed to the first; the parents of the one taken away become
    neighbours of each other, for they have to stand in one table (fill-in: Rose, Tarjan and Lueker 1976). Of the
    columns that nothing left has to follow, that one goes which breaks the fewest bans, then brings the least fill-in,
    then has the fewest parents, then is last. That is a heuristic: the least fill-in of all is hard to find.

    Args:
        names: All columns, in order.
        force: Edges (parent, child), without a cycle.
        forbid: Edges to keep clear of where there is a choice; the result may hold some of them.
        precedence: Pairs of columns, the first to be placed before the second, the forced edges among them; no cycle.

    Returns:
        For every column, in an order of placement, its parents in that order: all but the last of them are parents of
        the last.

    >>> completed(["a", "b", "c"], [("a", "c"), ("b", "c")], [], [("a", "c"), ("b", "c")])
    {'a': (), 'b': ('a',), 'c': ('a', 'b')}
    """
    near = {name: set[str]() for name in names}
    for parent, child in force:
        near[parent].add(child)
        near[child].add(parent)
    later = _later(names, precedence)
    left, parents = set(names), dict[str, set[str]]()
    while left:
        last = [name for name in reversed(names) if name in left and left.isdisjoint(later[name])]
        column = min(last, key=lambda name: _burden(name, near, forbid))
        parents[column] = near[column]
        left.remove(column)
        for name in near.pop(column):
            near[name] = (near[name] | parents[column]) - {name, column}
    placed = list(reversed(parents))
    return {column: tuple(sorted(parents[column], key=placed.index)) for column in placed}


def _later(names: Iterable[str], precedence: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """The columns that come after each one, as far as pairs say it outright."""
    later = {name: set[str]() for name in names}
    for first, second in precedence:
        later[first].add(second)
    return later


def _burden(column: str, near: Mapping[str, set[str]], forbid: Collection[tuple[str, str]]) -> tuple[int, int, int]:
    """Bans broken, edges added and parents, where this column is the last of those left."""
    parents = near[column]
    added = [(one, other) for one, other in combinations(sorted(parents), 2) if other not in near[one]]
    banned = sum((parent, column) in forbid for parent in parents)
    banned += sum(edge in forbid and edge[::-1] in forbid for edge in added)
    return banned, len(added), len(parents)


def beyond_limits(
    parents: Mapping[str, tuple[str, ...]],
    force: Collection[tuple[str, str]],
    sizes: Mapping[str, int],
    max_parents: int,
) -> Iterator[str]:
    """In words, the columns with too many parents or too large a table; tables with a column of no size are let be."""
    for child, several in parents.items():
        added = [parent for parent in several if (parent, child) not in force]
        why = f" ({listed(added)} because {_TOGETHER})" if added else ""
        if len(several) > max_parents:
            yield (
                f"column {child!r} needs {len(several)} parent(s), {listed(several)}{why}, and max_parents is "
                f"{max_parents}; raise max_parents (at most {MOST_PARENTS}) or drop a forced edge"
            )
        family = [sizes.get(name, 0) for name in (*several, child)]
        if several and math.prod(family) > MOST_CELLS:
            yield (
                f"the table of {child!r} given {listed(several)}{why} would have {math.prod(family):,} cells, and "
                f"{MOST_CELLS:,} are allowed; declare fewer bins or categories for these columns, or drop a forced edge"
            )


def broken_bans(
    parents: Mapping[str, tuple[str, ...]], force: Collection[tuple[str, str]], forbid: Collection[tuple[str, str]]
) -> Iterator[str]:
    """In words, the forbidden edges that forced ones bring with them."""
    for child, several in parents.items():
        for parent in several:
            if (parent, child) in forbid and (parent, child) not in force:
                shared = [name for name, others in parents.items() if {parent, child} <= set(others)]
                yield (
                    f"the edge {arrow(parent, child)} is forbidden, but both are parents of {listed(shared)}, and "
                    f"{_TOGETHER}; allow that edge or drop a forced one"
                )


def listed(names: Iterable[str]) -> str:
    """Names in a sentence."""
    return ", ".join(repr(name) for name in names)


def arrow(*names: str) -> str:
    """An edge, or a path, in a sentence."""
    return " -> ".join(repr(name) for name in names)
