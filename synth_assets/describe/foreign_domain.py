"""The domain of a DataSynthesizer attribute, checked: its values or bins as a coding of ours, and its probabilities.

It reads plain values of a document; nothing in it is taken on trust, and nothing is evaluated.
"""

import math
import reprlib
import sys
from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any, NoReturn, TypeAlias, TypeGuard

import numpy as np

from synth_assets.describe.coding import Bins, Levels, axis_limits, bound_to_axis
from synth_assets.errors import DescriptionError
from synth_assets.schema import ColumnType

TOLERANCE = 1e-6
"""How far a sum of probabilities may be from 1."""

WHOLE = "The document"

_SECONDS_A_DAY = 86_400
_SLACK = 0.002
_ROUNDING = 1e-9

Groups: TypeAlias = np.ndarray
"""The group of each of their codes, int64 of shape (codes,)."""


def refuse(owner: str, found: str, allowed: str) -> NoReturn:
    """Say what is wrong with a description.

    Raises:
        DescriptionError: Always.
    """
    message = (
        f"{owner} of the DataSynthesizer description has {found}. Allowed: {allowed}. Describe the table again with "
        "DataSynthesizer, or correct the file."
    )
    raise DescriptionError(message)


def attribute(name: str) -> str:
    """An attribute, as errors name it."""
    return f"Attribute {name!r}"


def is_names(value: object) -> TypeGuard[list[str]]:
    """Whether it is a list of text."""
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether it is a finite number, and no truth value."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def is_whole(value: object) -> TypeGuard[int | float]:
    """Whether it is a whole number, written with a decimal point or not."""
    return is_number(value) and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))


def probabilities(owner: str, what: str, shown: object, lengths: Sequence[int]) -> np.ndarray:
    """A distribution, float64.

    Args:
        owner: Whose, for the error.
        what: Which, for the error.
        shown: As in the document.
        lengths: How many probabilities there may be.

    Raises:
        DescriptionError: It is not a list of such a length of probabilities that add up to 1.
    """
    if not isinstance(shown, list) or len(shown) not in lengths:
        found = f"{len(shown)} {what}" if isinstance(shown, list) else f"{what} {reprlib.repr(shown)}"
        allowed = str(lengths[0]) if len(lengths) == 1 else f"{lengths[0]} to {lengths[-1]}"
        refuse(owner, found, f"a list of {allowed} probabilities")
    odd = [value for value in shown if not is_number(value) or not 0 <= value <= 1 + TOLERANCE]
    if odd:
        refuse(owner, f"{reprlib.repr(odd[0])} among its {what}", "numbers from 0 to 1")
    total = math.fsum(shown)
    if abs(total - 1) > TOLERANCE:
        refuse(owner, f"{what} that add up to {total}", f"a sum of 1, within {TOLERANCE}")
    return np.array(shown, dtype=np.float64)


def levels(name: str, data_type: str, bins: Sequence[Any]) -> tuple[ColumnType, Levels]:
    """A categorical attribute's values, in their order.

    Dates and times that are written as in ISO 8601, all alike and without zone, become dates and times; others stay
    text. Numbers that are called text become text.

    Raises:
        DescriptionError: A value is of another type, or listed twice.
    """
    holds, allowed = {
        "Integer": (_is_integer, "whole numbers of 64 bits"),
        "Float": (is_number, "numbers"),
        "String": (lambda value: is_number(value) or isinstance(value, bool) or _is_text(value), "text or numbers"),
        "DateTime": (_is_text, "text"),
        "SocialSecurityNumber": (is_whole, "whole numbers"),
    }[data_type]
    odd = [value for value in bins if not holds(value)]
    if odd:
        refuse(attribute(name), f"{reprlib.repr(odd[0])} among its distribution_bins", f"for {data_type}, {allowed}")
    kind, values = _typed(data_type, bins)
    if len(set(values)) < len(values):
        refuse(attribute(name), "distribution_bins that are listed twice", "each value once")
    return kind, Levels(values)


def _is_integer(value: object) -> bool:
    least, most = axis_limits("integer")
    return is_whole(value) and least <= value <= most


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value.encode("utf-8", "replace").decode("utf-8") == value


def _typed(data_type: str, bins: Sequence[Any]) -> tuple[ColumnType, tuple[Any, ...]]:
    if data_type in {"Integer", "SocialSecurityNumber"}:
        return "integer", tuple(int(value) for value in bins)
    if data_type == "Float":
        return "float", tuple(float(value) for value in bins)
    if data_type == "DateTime":
        for kind, read in (("date", date.fromisoformat), ("datetime", datetime.fromisoformat)):
            moments = [_moment(value, read) for value in bins]
            if None not in moments:
                return kind, tuple(moments)
    return "category", tuple(str(value) for value in bins)


def _moment(shown: str, read: Any) -> int | None:  # noqa: ANN401 - either type's fromisoformat
    """Days or microseconds since 1970; ``None`` where the text is not just as ISO 8601 has it."""
    try:
        moment = read(shown)
    except ValueError:
        return None
    alike = shown.replace(" ", "T") in {moment.isoformat(), moment.isoformat()[: len("2024-01-01T00:00")]}
    return bound_to_axis(moment) if alike and getattr(moment, "tzinfo", None) is None else None


def numbers(
    name: str, data_type: str, lefts: Sequence[float], low: float, high: float
) -> tuple[ColumnType, Bins | Levels, Groups]:
    """The bins of numbers, dates and times, whose left edges are given; the last ends at the maximum.

    A bin of whole numbers, days or microseconds that holds none of them joins the next that does. Times count seconds
    since 1970; where both ends are midnights, the column is one of dates. One value alone is a level.

    Args:
        name: Of the attribute.
        data_type: Of the attribute.
        lefts: At least one.
        low: The minimum.
        high: The maximum, not below.

    Raises:
        DescriptionError: The edges do not increase, do not fit the ends, or are beyond what a column can hold.
    """
    if data_type == "DateTime":
        kind: ColumnType = "date" if low % _SECONDS_A_DAY == high % _SECONDS_A_DAY == 0 else "datetime"
    else:
        kind = "integer" if data_type in {"Integer", "SocialSecurityNumber"} else "float"
    if kind == "integer" and not (is_whole(low) and is_whole(high)):
        refuse(attribute(name), f"min {low} and max {high}", "whole numbers")
    first, last = _on_axis(name, kind, low, high)
    _check_edges(name, lefts, low, high)
    if low == high:
        return kind, Levels((first,)), np.zeros(len(lefts), dtype=np.int64)
    if kind == "float":
        edges = (first, *map(float, lefts[1:]), last)
        if any(left >= right for left, right in pairwise(edges)):
            refuse(attribute(name), f"min {low} and max {high}, which its bins pass", "bins between min and max")
        return kind, Bins(edges), np.arange(len(lefts))
    starts = [first, *(min(max(math.ceil(_scaled(kind, left)), first), last) for left in lefts[1:])]
    whole, groups = np.unique(np.array(starts, dtype=np.int64), return_inverse=True)
    return kind, Bins((*whole.tolist(), last + 1)), groups


def _scaled(kind: ColumnType, value: float) -> float:
    """Seconds since 1970 as days or microseconds; other numbers as they are."""
    return value / _SECONDS_A_DAY if kind == "date" else value * 1_000_000 if kind == "datetime" else value


def _on_axis(name: str, kind: ColumnType, low: float, high: float) -> tuple[Any, Any]:
    """The ends on the column's axis, with room for an edge after the last."""
    least, most = axis_limits(kind)
    ends = [_scaled(kind, low), _scaled(kind, high)]
    if not (least <= ends[0] and ends[1] <= most - (kind != "float")):
        refuse(attribute(name), f"min {low} and max {high}", f"what a column of type {kind} can hold")
    return (float(ends[0]), float(ends[1])) if kind == "float" else (round(ends[0]), round(ends[1]))


def _check_edges(name: str, lefts: Sequence[float], low: float, high: float) -> None:
    """Left edges increase from the minimum; older versions began a thousandth of the range below it.

    One value alone has edges from half below it to half above.
    """
    rounding = _ROUNDING * max(abs(low), abs(high), sys.float_info.min)
    below, above = _SLACK * high - _SLACK * low + rounding, rounding
    if low == high:
        below, above = 0.5 + rounding, 0.5 + rounding
    elif any(left >= right for left, right in pairwise(lefts)):
        refuse(attribute(name), "distribution_bins that do not increase", "left edges in order, each once")
    if not low - below <= lefts[0] <= low + above:
        refuse(attribute(name), f"min {low} and a first bin from {lefts[0]}", "a first bin that starts at min")
    if max(lefts) > high + above:
        refuse(attribute(name), f"max {high} and a bin from {max(lefts)}", "bins that start before max")
