"""What ``describe`` may be asked: every argument checked, with what is allowed in its place."""

from synth_assets.describe.conform import conform
from synth_assets.describe.network import MOST_PARENTS
from synth_assets.describe.private.request import Request
from synth_assets.describe.rules import NetworkRules
from synth_assets.errors import DescriptionError
from synth_assets.frames import Frame, to_polars
from synth_assets.ledger.accounting import check_delta, check_epsilon
from synth_assets.protect.persons import check_most, first_rows
from synth_assets.schema import MODES, Schema

MOST_ROUND_TO = 1_000
LEAST_KEY = 16


def checked_rules(network: object, mode: str, schema: object, max_parents: int) -> NetworkRules:
    """The rules of a network, none where there are none.

    Raises:
        DescriptionError: Schema or rules are of another kind, or the rules cannot be kept.
    """
    if not isinstance(schema, Schema):
        message = (
            f"schema is a {type(schema).__name__}. Allowed: a Schema, from Schema.infer(frame) or Schema.from_yaml."
        )
        raise DescriptionError(message)
    if network is None:
        return NetworkRules()
    if not isinstance(network, NetworkRules):
        message = (
            f"network is a {type(network).__name__}. Allowed: NetworkRules, e.g. NetworkRules.network({{'b': ['a']}})."
        )
        raise DescriptionError(message)
    if mode != "correlated":
        message = (
            f"Rules for a network are given in {mode} mode, which has none. Use correlated mode or leave them out."
        )
        raise DescriptionError(message)
    network.check(schema.names, None, max_parents)
    return network


def check_numbers(mode: str, max_parents: int, minimum_count: int, round_to: int) -> None:
    """Refuse a mode that does not exist and numbers out of range.

    Raises:
        DescriptionError: One is.
    """
    if mode not in MODES:
        message = f"mode is {mode!r}. Allowed: {', '.join(MODES)}."
        raise DescriptionError(message)
    if isinstance(max_parents, bool) or not isinstance(max_parents, int) or not 0 <= max_parents <= MOST_PARENTS:
        message = f"max_parents is {max_parents!r}. Allowed: whole numbers from 0 to {MOST_PARENTS}."
        raise DescriptionError(message)
    if isinstance(minimum_count, bool) or not isinstance(minimum_count, int) or minimum_count < 1:
        message = f"minimum_count is {minimum_count!r}. Allowed: whole numbers from 1; 5 is usual."
        raise DescriptionError(message)
    if isinstance(round_to, bool) or not isinstance(round_to, int) or not 1 <= round_to <= MOST_ROUND_TO:
        message = f"round_to is {round_to!r}. Allowed: whole numbers from 1 (exact) to {MOST_ROUND_TO}; 5 is usual."
        raise DescriptionError(message)


def check_key(round_to: int, person_column: str | None, key: bytes | None) -> None:
    """Refuse what takes a key without one.

    Raises:
        DescriptionError: There is none, or it is too short.
    """
    if (round_to > 1 or person_column is not None) and (not isinstance(key, bytes) or len(key) < LEAST_KEY):
        asked = f"round_to is {round_to}" if round_to > 1 else f"person_column is {person_column!r}"
        message = (
            f"{asked}, which takes a key: at least {LEAST_KEY} secret bytes, the same ones each time, so that repeats "
            "reveal nothing. Give key=..., or leave it out."
        )
        raise DescriptionError(message)


def rows_per_person(most: object) -> int:
    """The most rows of one person.

    Raises:
        DescriptionError: It is not given.
        ProtectionError: It is out of range.
    """
    if most is None:
        message = (
            "person_column is given without max_rows_per_person. Say how many rows of one person may count; 1 is usual."
        )
        raise DescriptionError(message)
    check_most(most)
    return int(str(most))


def requested(epsilon: object, delta: object, mode: str, *, person: bool, most: int) -> Request | None:
    """What is asked in the way of differential privacy; ``None`` where it is off.

    Raises:
        DescriptionError: epsilon or delta are out of range, or the mode does not have them.
    """
    if epsilon is None:
        return None
    bound, chance = check_epsilon(epsilon), 0.0
    if isinstance(delta, bool) or delta != 0:
        chance = check_delta(delta)
    elif mode == "correlated":
        message = (
            "delta is 0 in correlated mode. Allowed: numbers above 0, such as 1e-9. Pure epsilon (delta 0) is for "
            "independent mode."
        )
        raise DescriptionError(message)
    return Request(bound, chance, person, most)


def bounded(frame: Frame, schema: Schema, person_column: str, most: int, key: bytes) -> Frame:
    """The rows of each person that count, in the schema's columns.

    Args:
        frame: Of any kind; it is read into memory.
        schema: Of its columns but the person's.
        person_column: Names the person.
        most: Rows of one person.
        key: Chooses the rows.

    Raises:
        DescriptionError: There is no such column, or the schema describes it too.
        SchemaError: The table does not fit.
        ProtectionError: A row names no person.
    """
    table = to_polars(frame)
    if person_column not in table.columns or person_column in schema.names:
        why = "the schema describes it" if person_column in schema.names else "the table does not have it"
        message = (
            f"person_column is {person_column!r}, but {why}. Allowed: a column of the table that the schema leaves out."
        )
        raise DescriptionError(message)
    rows = conform(table.drop(person_column), schema)
    return rows.filter(first_rows(rows, table[person_column], most, key))
