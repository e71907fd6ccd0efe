"""How exactly a figure of the original may be told: so that a few rows more or less do not show."""

import math

MOST_DECIMALS = 4
TOO_FEW = "not told"
"""In place of a figure of so few rows that any digit would tell of some of them."""


def decimals(rows: int, minimum_count: int) -> int | None:
    """The most decimals of which the last is worth at least ``minimum_count`` rows; ``None`` where there is none.

    >>> decimals(10_000, 5), decimals(300, 5), decimals(40, 5)
    (3, 1, None)
    """
    most = math.floor(math.log10(max(rows, 1) / max(minimum_count, 1)) + 1e-9)
    return min(most, MOST_DECIMALS) if most >= 1 else None


def told(figure: float | None, rows: int, minimum_count: int, *, scale: float = 1.0) -> str:
    """A figure as it may be told, in as many decimals as ``decimals`` allows.

    Args:
        figure: A share, distance or the like, from 0 to ``scale``; ``None`` where it does not apply.
        rows: Of the original.
        minimum_count: The smallest count that may be told.
        scale: What the figure would be if all rows were concerned.

    >>> told(0.01234, 10_000, 5), told(952.29, 10_000, 5, scale=1000), told(0.5, 20, 5), told(None, 9, 5)
    ('0.012', '952', 'not told', '\N{EN DASH}')
    """
    if figure is None:
        return "\N{EN DASH}"
    places = decimals(rows, minimum_count)
    if places is None:
        return TOO_FEW
    shift = round(math.log10(scale))
    rounded = round(figure, places - shift)
    said = f"{rounded:.{max(places - shift, 0)}f}"
    return said.replace("-", "\N{MINUS SIGN}") if rounded else said.lstrip("-")


def told_share(part: int | None, rows: int, minimum_count: int) -> str:
    """A share of rows in per cent, or what takes its place where the count is not to be told.

    >>> told_share(1_234, 10_000, 5), told_share(None, 10_000, 5), told_share(7, 40, 5)
    ('12.3%', 'hidden', '20%')
    """
    if part is None:
        return "hidden"
    places = decimals(rows, minimum_count) or 1
    return f"{round(part / rows, places):.{max(places - 2, 0)}%}"
