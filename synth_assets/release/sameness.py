"""Whether two descriptions tell the same, and whether what they tell can be held against each other at all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from synth_assets.describe import Description
from synth_assets.describe.coding import Bins, CodedColumn
from synth_assets.release.alignment import Pieces, aligned, partition

_NOT_OF_THE_DATA: Final = ("provenance", "ledger", "public_domain_reason", "max_parents")
_WORDS: Final = ("description", "unit", "role")


def same_content(first: Description, second: Description) -> bool:
    """Whether both publish the same columns, network, limits and counts; words about columns may differ."""
    return _content(first) == _content(second)


def _content(description: Description) -> dict[str, Any]:
    document = {name: part for name, part in description.to_dict().items() if name not in _NOT_OF_THE_DATA}
    document["columns"] = [
        {name: part for name, part in column.items() if name not in _WORDS} for column in document["columns"]
    ]
    return document


def told_otherwise(new: Description, old: Description) -> list[str]:
    """The columns whose counts in one description cannot be held against those in the other.

    The difference of two groups that overlap is a group of its own, and may be small: with bins that end at 10 in one
    and at 12 in the other, both counts together tell how many are 10 or 11 in data that did not change. Such are bins
    or lists of values of which neither is finer than the other, domains of other kinds, and columns on both sides that
    the other does not have, for one may be another by a new name. Bins that are all split further are none, nor values
    or columns that only one of both has.

    Args:
        new: To be released.
        old: Released before.
    """
    gone, come = ([name for name in one.names if name not in two.names] for one, two in ((old, new), (new, old)))
    shared = [name for name in new.names if name in old.names]
    renamed = [*come, *gone] if come and gone else []
    return renamed + [name for name in shared if _overlap(new.column(name), old.column(name))]


def _overlap(new: CodedColumn, old: CodedColumn) -> bool:
    found = aligned(_by_code(new), _by_code(old))
    if found is None:
        return True
    ours, theirs = found
    unknown = [_unknown(ours, theirs), _unknown(theirs, ours)]
    return all(unknown) or not (_nested(ours, theirs) and _nested(theirs, ours))


def _by_code(coded: CodedColumn) -> CodedColumn:
    """Each code for itself: which are rare enough to be counted together changes with the data."""
    coding = coded.coding
    if isinstance(coding, Bins):
        coding = replace(coding, atoms=((),) * coding.bins)
    return replace(coded, coding=coding, pool=(), pool_mode=None, merged=(), shares=())


def _unknown(groups: Sequence[Pieces], others: Sequence[Pieces]) -> list[Pieces]:
    every = frozenset().union(*others)
    return [group for group in groups if not group & every]


def _nested(groups: Sequence[Pieces], others: Sequence[Pieces]) -> bool:
    """Whether each group is part of one of the others, is made up of some, or has nothing of any."""
    parts: Mapping[Pieces, None] = dict.fromkeys(others)
    return all(_fits(group, parts) for group in groups)


def _fits(group: Pieces, parts: Mapping[Pieces, None]) -> bool:
    touching = list(_touching(group, parts))
    return not touching or any(group <= part for part in touching) or bool(partition(group, parts))


def _touching(group: Pieces, parts: Mapping[Pieces, None]) -> Iterator[Pieces]:
    return (part for part in parts if part & group)
