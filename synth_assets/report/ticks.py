"""Round numbers and dates to mark an axis with, and how to write them. Nothing is drawn here.

Ticks are round on purpose: a bin's own edges would tell the smallest and largest value of the original.
"""

import math
from dataclasses import dataclass

import numpy as np

MOST_TICKS = 8
_MICROSECONDS = 86_400_000_000
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SMALLEST_SPAN = 1e-300
_FINEST = 1e-9
_LARGE = ((12, "trillions"), (9, "billions"), (6, "millions"))
_MINUTE_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440)
_DAY_STEPS = (1, 2, 5, 7, 14)
_MONTH_STEPS = (1, 2, 3, 6)


@dataclass(frozen=True, slots=True)
class Ticks:
    """Marks of an axis.

    Attributes:
        values: Where they are, on the axis.
        labels: What is written there.
        title: What the labels leave out, such as the year; may be empty.
    """

    values: tuple[float, ...]
    labels: tuple[str, ...]
    title: str = ""


def ticks(kind: str, low: float, high: float) -> Ticks:
    """Round marks within a range, at most about ``MOST_TICKS``.

    Args:
        kind: The column's type; dates are in days and datetimes in microseconds since 1970.
        low: Smallest value on the axis.
        high: Largest value on the axis, above ``low``.
    """
    if kind == "date":
        return _days(low, high)
    if kind == "datetime":
        return _times(low, high)
    return numbers(low, high)


def shares(end: float, *, most: int = 5) -> Ticks:
    """Round marks from 0 to a share of rows, in per cent.

    Args:
        end: Of the axis, above 0.
        most: About how many marks.

    >>> shares(0.31).labels
    ('0%', '10%', '20%', '30%')
    """
    step = _round_step(end / most)
    marks = [place * step for place in range(math.floor(end / step) + 1)]
    digits = max(0, -math.floor(math.log10(step)) - 2)
    return Ticks(tuple(marks), tuple(f"{mark:.{digits}%}" for mark in marks))


def numbers(low: float, high: float, *, most: int = MOST_TICKS) -> Ticks:
    """Round marks within a range; large numbers in millions and the like, which the title says.

    Args:
        low: Smallest value on the axis.
        high: Largest value on the axis, above ``low``.
        most: About how many marks.
    """
    largest = max(abs(low), abs(high))
    wide = high - low > largest / 1_000
    power, title = next(((power, title) for power, title in _LARGE if wide and largest >= 10.0**power), (0, ""))
    low, high = low / 10.0**power, high / 10.0**power
    if not max(_SMALLEST_SPAN, max(abs(low), abs(high)) * _FINEST) < high - low < math.inf:
        return Ticks((), ())
    step = _round_step((high - low) / most)
    marks = [place * step for place in range(math.ceil(low / step), math.floor(high / step) + 1)]
    digits = max(6, math.ceil(math.log10(max(abs(low), abs(high)) / step)) + 1)
    labels = tuple(f"{mark:,.{digits}g}".replace("-", "\N{MINUS SIGN}") for mark in marks)
    return Ticks(tuple(mark * 10.0**power for mark in marks), labels, title)


def day(value: float) -> str:
    """A day since 1970 without its year.

    >>> day(0)
    '1 Jan'
    """
    _, month, of_month = str(np.datetime64(int(value), "D")).rsplit("-", 2)
    return f"{int(of_month)} {_MONTHS[int(month) - 1]}"


def years(low: float, high: float) -> str:
    """The years that two days since 1970 lie in.

    >>> years(0, 365)
    '1970 to 1971'
    """
    first, last = _year(low), _year(high)
    return first if first == last else f"{first} to {last}"


def _year(value: float) -> str:
    return str(np.datetime64(math.floor(value), "D").astype("datetime64[Y]"))


def _round_step(least: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is not below ``least``."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least * (1 - 1e-9))


def _days(low: float, high: float) -> Ticks:
    span = high - low
    step = next((step for step in _DAY_STEPS if span / step <= MOST_TICKS), None)
    if step is None:
        return _months(low, high)
    values = tuple(float(value) for value in range(math.ceil(low), math.floor(high) + 1, step))
    return Ticks(values, tuple(day(value) for value in values), years(low, high))


def _months(low: float, high: float) -> Ticks:
    span = (high - low) / 30.4
    step = next((step for step in _MONTH_STEPS if span / step <= MOST_TICKS), None)
    if step is None:
        return _whole_years(low, high)
    first, last = (np.datetime64(math.floor(value), "D").astype("datetime64[M]").astype(int) for value in (low, high))
    months = np.arange(-(-first // step) * step, last + step, step).astype("datetime64[M]")
    values = months.astype("datetime64[D]").astype(float)
    kept = [(float(value), f"{day(value)[2:]} {_year(value)}") for value in values if low <= value <= high]
    return Ticks(tuple(value for value, _ in kept), tuple(label for _, label in kept))


def _whole_years(low: float, high: float) -> Ticks:
    first, last = (int(_year(value)) for value in (low, high))
    step = max(int(_round_step(max((last - first) / MOST_TICKS, 1))), 1)
    numbers = range(-(-first // step) * step, last + 1, step)
    values = [float(np.datetime64(year - 1970, "Y").astype("datetime64[D]").astype(int)) for year in numbers]
    kept = [(value, str(year)) for value, year in zip(values, numbers, strict=True) if low <= value <= high]
    return Ticks(tuple(value for value, _ in kept), tuple(label for _, label in kept))


def _times(low: float, high: float) -> Ticks:
    """Times of day where the range is a few days at most, else days."""
    minutes = (high - low) / _MICROSECONDS * 1_440
    step = next((step for step in _MINUTE_STEPS if minutes / step <= MOST_TICKS), None)
    if step is None:
        marks = _days(low / _MICROSECONDS, high / _MICROSECONDS)
        return Ticks(tuple(value * _MICROSECONDS for value in marks.values), marks.labels, marks.title)
    apart = step * _MICROSECONDS // 1_440
    values = tuple(float(value) for value in range(math.ceil(low / apart) * apart, math.floor(high) + 1, apart))
    return Ticks(values, tuple(_clock(value) for value in values), years(low / _MICROSECONDS, high / _MICROSECONDS))


def _clock(value: float) -> str:
    minutes = int(value % _MICROSECONDS) * 1_440 // _MICROSECONDS
    return f"{day(value // _MICROSECONDS)} {minutes // 60:02d}:{minutes % 60:02d}"
