"""The kinds of levels that a hierarchy is made of: what one value is called. It knows no declaration."""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, Protocol, TypeAlias

ANY = "*"
"""What every value is called where a column is suppressed, and the end of a value that is cut off."""

Unit: TypeAlias = Literal["week", "month", "quarter", "year"]


class Level(Protocol):
    """One level of a hierarchy."""

    def label(self, value: Any, below: str | None) -> str | None:  # noqa: ANN401 - a value of any column
        """What a value is called at this level.

        Args:
            value: As it is in the table, not missing.
            below: What it is called one level lower.

        Returns:
            ``None`` where the level does not cover the value.
        """
        ...


@dataclass(frozen=True, slots=True)
class Interval:
    """Numbers in intervals of one width, the lower end included and the upper end not.

    >>> Interval(5, 0).label(24, None), Interval(0.5, 0).label(1.2, None)
    ('20-24', '1 to <1.5')
    """

    width: float
    start: float

    def label(self, value: Any, below: str | None) -> str | None:  # noqa: ANN401, ARG002 - as every level
        """For whole numbers and widths the first and last number, else both ends; none for what is no finite number."""
        if not is_number(value):
            return None
        start, width = exact(self.start), exact(self.width)
        low = start + (exact(value) - start) // width * width
        high = low + width
        if not isinstance(value, int) or low.denominator * width.denominator > 1:
            return f"{float(low):.12g} to <{float(high):.12g}"
        return f"{low}-{high - 1}" if low >= 0 else f"{low} to {high - 1}"


@dataclass(frozen=True, slots=True)
class Prefix:
    """The first characters of a text; shorter texts stay as they are.

    >>> Prefix(2).label("SW1A", None), Prefix(2).label("N1", None)
    ('SW*', 'N1')
    """

    keep: int

    def label(self, value: Any, below: str | None) -> str | None:  # noqa: ANN401, ARG002 - as every level
        """The start of the text; none for what is no text."""
        if not isinstance(value, str):
            return None
        return value if len(value) <= self.keep else value[: self.keep] + ANY


@dataclass(frozen=True, slots=True)
class Period:
    """The week (ISO 8601, from Monday), month, quarter or year of a date or moment.

    >>> Period("week").label(dt.date(2019, 4, 7), None), Period("quarter").label(dt.date(2019, 4, 7), None)
    ('2019-W14', '2019-Q2')
    """

    unit: Unit

    def label(self, value: Any, below: str | None) -> str | None:  # noqa: ANN401, ARG002 - as every level
        """The period's name; none for what is no date."""
        if not isinstance(value, dt.date):
            return None
        if self.unit == "week":
            year, week, _ = value.isocalendar()
            return f"{year:04d}-W{week:02d}"
        names = {
            "month": f"{value.year:04d}-{value.month:02d}",
            "quarter": f"{value.year:04d}-Q{(value.month + 2) // 3}",
            "year": f"{value.year:04d}",
        }
        return names[self.unit]


@dataclass(frozen=True, slots=True)
class Branch:
    """What the labels of the level below are grouped into; at the lowest, the values written as text.

    >>> Branch({"0-17": "under 25", "18-24": "under 25"}).label("18-24", None)
    'under 25'
    """

    parents: Mapping[str, str]

    def label(self, value: Any, below: str | None) -> str | None:  # noqa: ANN401 - as every level
        """The group of the label below; none where it has no group."""
        return self.parents.get(str(value) if below is None else below)


@dataclass(frozen=True, slots=True)
class Anything:
    """The column suppressed: all rows alike, those with a missing value too."""

    def label(self, value: Any, below: str | None) -> str | None:  # noqa: ANN401, ARG002 - as every level
        """The same for all."""
        return ANY


def is_number(number: object) -> bool:
    """Whether it is a finite number, and no truth value."""
    return isinstance(number, int | float | Decimal) and not isinstance(number, bool) and math.isfinite(number)


def exact(number: float | Decimal) -> Fraction:
    """As it is written: 0.3 is three tenths, so that it begins an interval of width 0.1."""
    return Fraction(str(number))
