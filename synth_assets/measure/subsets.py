"""Which sets of columns are measured where there are too many for all; without randomness."""

import itertools
from math import comb


def subsets(columns: int, ways: int, most: int | None) -> list[tuple[int, ...]]:
    """Sets of ``ways`` column places, in lexicographic order: all of them, or ``most`` of them evenly spaced.

    So spaced, they are as good as drawn at random: each column is in about its share of them, and none is there twice.

    Args:
        columns: How many there are, at least ``ways``.
        ways: At least 1.
        most: At least 1, or ``None`` for all.

    >>> subsets(4, 2, 3)
    [(0, 2), (1, 2), (2, 3)]
    """
    total = comb(columns, ways)
    if most is None or total <= most:
        return list(itertools.combinations(range(columns), ways))
    return [_ranked((2 * step + 1) * total // (2 * most), columns, ways) for step in range(most)]


def _ranked(rank: int, columns: int, ways: int) -> tuple[int, ...]:
    """The set at a place in lexicographic order (the combinatorial number system)."""
    chosen: list[int] = []
    for place in range(columns):
        left = ways - len(chosen)
        starting_here = comb(columns - place - 1, left - 1) if left else 0
        if rank < starting_here:
            chosen.append(place)
        else:
            rank -= starting_here
    return tuple(chosen)
