"""The ends of a range in a column's own type; YAML and JSON give dates as text or as dates."""

import operator
from datetime import UTC, date, datetime

from synth_assets.errors import SchemaError
from synth_assets.schema.vocabulary import LEAST_INTEGER, MOST_INTEGER, Bound, ColumnType


def typed_bound(name: str, kind: ColumnType, bound: object, *, zoned: bool) -> Bound:
    """The bound in the column's own type.

    Args:
        name: The column's, for the message.
        kind: The column's type.
        bound: As it was given.
        zoned: Whether a datetime has a zone; it is then kept in UTC.

    Raises:
        SchemaError: It is not of that type.
    """
    try:
        match kind:
            case "integer":
                return _as_integer(bound)
            case "float":
                return _as_float(bound)
            case "date":
                return _as_date(bound)
            case "datetime":
                return _as_datetime(bound, zoned=zoned)
    except (TypeError, ValueError, OverflowError):
        pass
    message = f"Column {name!r} has bound {bound!r}. Allowed: a value of type {kind}."
    raise SchemaError(message)


def _as_integer(bound: object) -> int:
    whole = int(bound) if isinstance(bound, float) and bound.is_integer() else operator.index(bound)  # pyrefly: ignore[bad-argument-type]  # what is no number raises TypeError, as meant
    if isinstance(bound, bool) or not LEAST_INTEGER <= whole <= MOST_INTEGER:
        raise ValueError
    return whole


def _as_float(bound: object) -> float:
    if isinstance(bound, (bool, str)):
        raise TypeError
    return float(bound)  # pyrefly: ignore[bad-argument-type]  # what is no number raises TypeError, as meant


def _as_date(bound: object) -> date:
    if isinstance(bound, datetime) or not isinstance(bound, (date, str)):
        raise TypeError
    return bound if isinstance(bound, date) else date.fromisoformat(bound)


def _as_datetime(bound: object, *, zoned: bool) -> datetime:
    """Times with a zone are kept in UTC, so that two ways of writing one moment are one bound."""
    if isinstance(bound, date) and not isinstance(bound, datetime):
        bound = datetime(bound.year, bound.month, bound.day)  # noqa: DTZ001 - its zone, if any, is the column's
    if not isinstance(bound, (datetime, str)):
        raise TypeError
    moment = bound if isinstance(bound, datetime) else datetime.fromisoformat(bound)
    if moment.tzinfo and not zoned:
        raise ValueError
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
