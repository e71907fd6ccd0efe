"""Whether constraints are about columns that are there, and can be kept together."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise

from synth_assets.constraints import Constraint, Determined, Forbidden, Ordered
from synth_assets.errors import SchemaError
from synth_assets.schema.column import Column
from synth_assets.schema.domain import Categories
from synth_assets.schema.vocabulary import COLUMN_TYPES, ORDERED_TYPES


def check_constraint(constraint: Constraint, column_of: Callable[[str], Column]) -> None:
    """Refuse a rule about columns that are not there, or that it cannot be about.

    Args:
        constraint: The rule.
        column_of: The column of a name; it raises where there is none.

    Raises:
        SchemaError: The rule cannot be.
    """
    columns = [column_of(name) for name in constraint.columns]
    allowed: Iterable[str] = COLUMN_TYPES[:-1]
    if isinstance(constraint, Ordered):
        allowed = ORDERED_TYPES
    elif isinstance(constraint, Forbidden):
        allowed = ("category", "boolean", "integer")
    for column in columns if not isinstance(constraint, Determined) else columns[-1:]:
        if column.type not in allowed or column.opaque:
            kind = f"of type {column.type}" if column.type not in allowed else "a key or direct identifier"
            message = f"The constraint '{constraint}' names {column.name!r}, {kind}. Allowed: {', '.join(allowed)}."
            raise SchemaError(message)
    if isinstance(constraint, Ordered) and len({(column.type, column.time_zone is None) for column in columns}) > 1:
        message = f"The constraint '{constraint}' compares columns of several types. Allowed: columns of one type."
        raise SchemaError(message)
    if isinstance(constraint, Determined) and constraint.column in constraint.by:
        message = f"In the constraint '{constraint}', a column decides itself. Allowed: other columns."
        raise SchemaError(message)
    if isinstance(constraint, Forbidden):
        for name, values in constraint.values:
            _check_values(constraint, column_of(name), values)


def _check_values(constraint: Forbidden, column: Column, values: Iterable[object]) -> None:
    wanted = {"category": str, "boolean": bool, "integer": int}[column.type]
    domain = column.domain.values if isinstance(column.domain, Categories) else None
    for value in values:
        fits = value is None or (type(value) is wanted and (domain is None or value in domain))
        if not fits:
            allowed = f"a value of type {column.type}" if domain is None else ", ".join(domain)
            message = (
                f"The constraint '{constraint}' gives {column.name!r} the value {value!r}. Allowed: {allowed}, null."
            )
            raise SchemaError(message)


def check_together(constraints: Iterable[Constraint]) -> None:
    """Refuse rules that cannot be kept together: decided twice, decided or ordered in a circle, decided and ordered."""
    decided = [rule for rule in constraints if isinstance(rule, Determined)]
    before = {rule.column: set(rule.by) for rule in decided}
    twice = [name for name, times in Counter(rule.column for rule in decided).items() if times > 1]
    larger: dict[str, set[str]] = {}
    for rule in constraints:
        if isinstance(rule, Ordered):
            for low, high in pairwise(rule.columns):
                larger.setdefault(high, set()).add(low)
    bound = {name for rule in decided for name in rule.columns}
    both = sorted((bound & set(larger)) | (set(before) & {low for lows in larger.values() for low in lows}))
    circle = _circle(before) or _circle(larger)
    problems = (
        (twice, "decided by more than one constraint"),
        (both, "both decided and ordered, or decide another and lie above one"),
        (circle, "decided or ordered in a circle"),
    )
    for names, what in problems:
        if names:
            message = f"Column(s) {', '.join(names)} are {what}. Leave one of the constraints out."
            raise SchemaError(message)


def _circle(before: Mapping[str, set[str]]) -> list[str]:
    """The columns that cannot be put after all that come before them."""
    left = {name: set(names) for name, names in before.items()}
    while free := [name for name, names in left.items() if not names & set(left)]:
        for name in free:
            del left[name]
    return sorted(left)
