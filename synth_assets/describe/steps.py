"""Edges on public steps, so that no bound is a value of the data. It sees two numbers and no table."""

from fractions import Fraction
from math import floor, ulp

from synth_assets.describe.coding import DAY, axis_limits
from synth_assets.schema import ColumnType

_SECOND, _MINUTE, _HOUR = 10**6, 60 * 10**6, 3600 * 10**6
_CLOCK = tuple(
    Fraction(unit * count)
    for unit, counts in (
        (_SECOND, (1, 2, 5, 10, 15, 30)),
        (_MINUTE, (1, 2, 5, 10, 15, 30)),
        (_HOUR, (1, 2, 3, 6, 12)),
    )
    for count in counts
)

_PARTS = (4, 5, 6, 10, 12, 15, 2)
"""Into how many parts a step may be divided so that they are steps; the first that fits is taken."""


def outward_edges(low: float, high: float, kind: ColumnType, wanted: int) -> tuple[float, ...]:
    """Edges of equal steps around ``low`` and ``high``, both of which lie inside the first and the last bin.

    Args:
        low: On the column's axis, finite.
        high: Not below ``low``.
        kind: ``integer``, ``float``, ``date`` or ``datetime``.
        wanted: About how many bins, at least 1; from ``wanted`` to 2.5 times as many, and one or two more.

    Returns:
        Increasing, at least two; floats for ``float``, else whole numbers. Edges stay within ``axis_limits``.
    """
    least, most = axis_limits(kind)
    low, high = min(max(low, least), most), min(max(high, least), most)
    start, end = _exact(low), _exact(high)
    step = public_step((end - start) / wanted or (abs(start) or Fraction(1)) / wanted, kind)
    if kind == "float":
        step = max(step, public_step(4 * Fraction(ulp(max(abs(low), abs(high)))), kind))
    places = range(floor(start / step), floor(end / step) + 2)
    clipped = (min(max(place * step, _exact(least)), _exact(most)) for place in places)
    return tuple(dict.fromkeys(float(edge) if kind == "float" else int(edge) for edge in clipped))


def parts(low: float, high: float, kind: ColumnType) -> tuple[float, ...]:
    """Edges from ``low`` to ``high`` on the next finer public step that divides what is between them.

    Args:
        low: On a multiple of the step from it to ``high``.
        high: Above it by a public step; anywhere else there are no parts.
        kind: As for ``outward_edges``.

    Returns:
        Increasing; the two alone where there is no finer step, or floats are no finer.

    >>> parts(0, 20, "integer"), parts(0.0, 1.0, "float"), parts(4, 5, "integer")
    ((0, 5, 10, 15, 20), (0.0, 0.2, 0.4, 0.6, 0.8, 1.0), (4, 5))
    """
    start, width = _exact(low), _exact(high) - _exact(low)
    finest = 4 * Fraction(ulp(max(abs(low), abs(high)))) if kind == "float" else Fraction(1)
    if public_step(width, kind) != width or start % width:
        return low, high
    fits = (count for count in _PARTS if width / count >= finest and public_step(width / count, kind) == width / count)
    count = next(fits, 1)
    edges = (start + width * place / count for place in range(count + 1))
    return tuple(float(edge) if kind == "float" else int(edge) for edge in edges)


def public_step(width: Fraction, kind: ColumnType) -> Fraction:
    """The largest step not above ``width``: 1, 2 or 5 times a power of ten; for times also as clocks and days count.

    Whole kinds have no step below 1.

    >>> public_step(Fraction(9, 20), "float"), public_step(Fraction(17 * 60 * 10**6), "datetime") / 60 / 10**6
    (Fraction(1, 5), Fraction(15, 1))
    """
    if kind == "datetime" and width >= DAY:
        return DAY * public_step(width / DAY, "date")
    if kind == "datetime" and width >= _SECOND:
        return max(step for step in _CLOCK if step <= width)
    power = Fraction(10) ** (len(str(floor(width))) - 1 if width >= 1 else -len(str(floor(1 / width))))
    step = max(factor * power for factor in (1, 2, 5, 10) if factor * power <= width)
    return step if kind == "float" else max(step, Fraction(1))


def _exact(number: float) -> Fraction:
    """A number as it is written, so that 0.3 is three tenths."""
    return Fraction(str(number))
