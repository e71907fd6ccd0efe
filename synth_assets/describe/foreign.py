"""One attribute of a DataSynthesizer description as a coded column: its codes, their groups and how often they occur.

It reads plain values of a document, and knows nothing of the network.
"""

import math
import reprlib
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from synth_assets.describe.coding import CodedColumn, Coding, Presence
from synth_assets.describe.foreign_domain import attribute, is_number, levels, numbers, probabilities, refuse
from synth_assets.errors import DescriptionError, SchemaError
from synth_assets.schema import Column, ColumnType

_TYPES = ("Integer", "Float", "String", "DateTime", "SocialSecurityNumber")


@dataclass(frozen=True, eq=False)
class ForeignAttribute:
    """An attribute in their codes and in ours.

    Attributes:
        coded: The column; its groups are its values, bins or presence, and missing.
        groups: The group of each of their codes, int64 of shape (codes,), in order from 0 without a gap; missing last,
            where it can occur. Several codes have one group where our coding does not tell them apart.
        shares: How often each code occurs when it is drawn alone, float64 of shape (codes,).
    """

    coded: CodedColumn
    groups: np.ndarray
    shares: np.ndarray

    def collected(self, weights: np.ndarray, axis: int) -> np.ndarray:
        """The weights with the codes along an axis added up to groups."""
        first = np.flatnonzero(np.diff(self.groups, prepend=-1))
        return np.add.reduceat(weights, first, axis=axis)

    def mixed(self, weights: np.ndarray, axis: int) -> np.ndarray:
        """The weights with the codes along an axis averaged over groups, by their shares; evenly where none occurs."""
        total = np.bincount(self.groups, self.shares)[self.groups]
        even = 1 / np.bincount(self.groups)[self.groups]
        occurs = total >= sys.float_info.min
        within = np.where(occurs, self.shares / np.where(occurs, total, 1.0), even)
        return np.moveaxis(self.collected(np.moveaxis(weights, axis, -1) * within, -1), -1, axis)


def read_attribute(name: str, entry: object, *, random: bool, in_network: bool) -> ForeignAttribute:
    """The attribute that ``attribute_description`` describes.

    A candidate key of type Integer, String or SocialSecurityNumber becomes a unique column; one of another type is
    drawn like any other number. Text that is not categorical, and numbers that identify persons, are only present or
    missing.

    Args:
        name: Its name.
        entry: Plain values.
        random: Whether the description is of random mode: values are drawn evenly, and none is missing.
        in_network: Whether its codes are the network's, which ``distribution_bins`` alone tell apart.

    Raises:
        DescriptionError: Something in it is of another form or contradicts the rest.
    """
    entry = _checked(name, entry)
    shares = None if random else _shares(name, entry)
    kind, coding, groups = _coding(name, entry, shares, in_network=in_network)
    shares = _of_codes(shares, len(groups))
    missing = 0.0 if random else float(entry["missing_rate"])
    if missing > 0:
        groups, shares = np.append(groups, coding.size), np.append(shares * (1 - missing), missing)
    try:
        column = Column(name, kind, nullable=missing > 0, unique=_is_key(entry))
    except SchemaError as error:
        raise DescriptionError(str(error)) from error
    return ForeignAttribute(CodedColumn(column, coding), groups, shares)


def looks_random(name: str, entry: object) -> bool:
    """Whether random mode may have written the attribute: its domain, and no histogram.

    There the probabilities are even, or what is left of even ones: 0 where the domain is of whole numbers, cut-off text
    where it is a declared list of text.

    Raises:
        DescriptionError: Something in it is of another form.
    """
    entry = _checked(name, entry)
    bins, shown = entry["distribution_bins"], entry["distribution_probabilities"]
    even = 1 / len(bins)
    uninformed = all(
        (is_number(value) and (value == 0 or math.isclose(value, even)))
        or (isinstance(value, str) and value != "" and str(even).startswith(value))
        for value in shown
    )
    alike = len({repr(value) for value in shown}) == 1 and len(shown) == len(bins)
    return uninformed and alike and (entry["is_categorical"] or _is_domain(entry))


_NUMBER = (is_number, "a number")
_TRUTH = (lambda value: isinstance(value, bool), "true or false")
_LIST = (lambda value: isinstance(value, list) and len(value) > 0, "a list that is not empty")
_WANTED: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "data_type": (lambda value: isinstance(value, str) and value in _TYPES, ", ".join(_TYPES)),
    "is_categorical": _TRUTH,
    "is_candidate_key": _TRUTH,
    "min": _NUMBER,
    "max": _NUMBER,
    "missing_rate": (lambda value: is_number(value) and 0 <= value <= 1, "a number from 0 to 1"),
    "distribution_bins": _LIST,
    "distribution_probabilities": _LIST,
}


def _checked(name: str, entry: object) -> Mapping[str, Any]:
    """The attribute's plain values, each of its type; other keys are passed over."""
    if not isinstance(entry, Mapping):
        refuse(attribute(name), f"the description {reprlib.repr(entry)}", f"an object of {', '.join(_WANTED)}")
    for key, (holds, allowed) in _WANTED.items():
        if not holds(entry.get(key)):
            found = f"{key} {reprlib.repr(entry[key])}" if key in entry else f"no {key}"
            refuse(attribute(name), found, allowed)
    if entry["min"] > entry["max"]:
        refuse(attribute(name), f"min {entry['min']} and max {entry['max']}", "a minimum that is not above the maximum")
    if entry.get("name", name) != name:
        refuse(attribute(name), f"name {reprlib.repr(entry['name'])}", "the name under which it is listed")
    return entry


def _is_key(entry: Mapping[str, Any]) -> bool:
    return entry["is_candidate_key"] and entry["data_type"] not in {"Float", "DateTime"}


def _is_domain(entry: Mapping[str, Any]) -> bool:
    """Whether the bins are only where the values begin and end: random mode, and all modes for dates and times."""
    return entry["distribution_bins"] == [entry["min"], entry["max"]]


def _shares(name: str, entry: Mapping[str, Any]) -> np.ndarray:
    """The probabilities; of dates and times there may be more of them than bins, for theirs has lost those."""
    shown = entry["distribution_probabilities"]
    lost = entry["data_type"] == "DateTime" and not entry["is_categorical"] and _is_domain(entry)
    length = len(shown) if lost else len(entry["distribution_bins"])
    return probabilities(attribute(name), "distribution_probabilities", shown, [length])


def _of_codes(shares: np.ndarray | None, codes: int) -> np.ndarray:
    """Even in random mode; all in the first of a network's codes for dates and times, which are those below max."""
    if shares is None:
        return np.full(codes, 1 / codes)
    return shares if len(shares) == codes else np.eye(1, codes).ravel()


def _coding(
    name: str, entry: Mapping[str, Any], shares: np.ndarray | None, *, in_network: bool
) -> tuple[ColumnType, Coding, np.ndarray]:
    """The column's type, its coding, and the group of each of their codes."""
    data_type, categorical = entry["data_type"], entry["is_categorical"]
    if categorical:
        kind, coding = levels(name, data_type, entry["distribution_bins"])
        groups = np.arange(coding.size)
    else:
        lefts = _lefts(name, entry, shares, in_network=in_network)
        kind, coding, groups = numbers(name, data_type, lefts, entry["min"], entry["max"])
    untold = data_type == "SocialSecurityNumber" or (data_type == "String" and not categorical)
    if untold or _is_key(entry):
        return "integer" if data_type == "Integer" else "text", Presence(), np.zeros(len(groups), dtype=np.int64)
    return kind, coding, groups


def _lefts(name: str, entry: Mapping[str, Any], shares: np.ndarray | None, *, in_network: bool) -> Sequence[float]:
    """The left edges of the bins, in the document's own unit."""
    low, high, bins = entry["min"], entry["max"], entry["distribution_bins"]
    odd = [edge for edge in bins if not is_number(edge)]
    if odd:
        refuse(attribute(name), f"{reprlib.repr(odd[0])} among its distribution_bins", "numbers")
    if shares is None:
        return [low]
    if entry["data_type"] == "DateTime" and _is_domain(entry) and not in_network:
        return np.linspace(low, high, len(shares) + 1)[:-1].tolist()
    return bins
