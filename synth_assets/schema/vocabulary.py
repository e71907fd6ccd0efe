"""The words of the vocabulary: modes, types, roles, and the limits that go with them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal, TypeAlias, get_args

from synth_assets.errors import SchemaError

Mode: TypeAlias = Literal["random", "independent", "correlated"]
ColumnType: TypeAlias = Literal["integer", "float", "category", "boolean", "date", "datetime", "text"]
Role: TypeAlias = Literal["direct_identifier", "quasi_identifier", "sensitive", "other"]
DomainSource: TypeAlias = Literal["declared", "asserted", "data"]
Bound: TypeAlias = int | float | date | datetime

MODES: tuple[Mode, ...] = get_args(Mode)
COLUMN_TYPES: tuple[ColumnType, ...] = get_args(ColumnType)
ROLES: tuple[Role, ...] = get_args(Role)
ORDERED_TYPES: tuple[ColumnType, ...] = ("integer", "float", "date", "datetime")
KEY_TYPES: tuple[ColumnType, ...] = ("integer", "text")
DEFAULT_BINS = 40
MOST_BINS = 10_000
LEAST_INTEGER, MOST_INTEGER = -(2**63), 2**63 - 1


def one_of(what: str, owner: str, value: object, allowed: Iterable[str]) -> None:
    """Refuse a value that is not one of those allowed.

    Args:
        what: What the value is, e.g. ``type``.
        owner: Whose it is, e.g. a column's name.
        value: The value.
        allowed: The choices.

    Raises:
        SchemaError: It is none of them.
    """
    choices = tuple(allowed)
    if value not in choices:
        message = f"{owner!r} has {what} {value!r}. Allowed: {', '.join(choices)}."
        raise SchemaError(message)


def is_text(value: object) -> bool:
    """Whether it is text that can be written as UTF-8: half of a surrogate pair cannot."""
    return isinstance(value, str) and value.encode("utf-8", "replace").decode("utf-8") == value
