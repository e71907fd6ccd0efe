"""What a step makes of columns of given types, found out on a table without rows."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import polars as pl

from synth_assets.errors import ProtectionError
from synth_assets.protect.steps import LookUp, Pseudonymise, Step, Tools

DTYPES: Mapping[str, pl.DataType] = {
    "text": pl.String(),
    "integer": pl.Int64(),
    "float": pl.Float64(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "datetime": pl.Datetime("us"),
}
EVERY_TYPE = frozenset(DTYPES)
_KEY = bytes(32)


def inputs(step: Step) -> list[str]:
    """The columns that a step takes, by its settings ``column`` and ``columns``."""
    held: list[str] = []
    for field in fields(step):  # pyrefly: ignore[bad-argument-type]  # every step is a dataclass
        value: Any = getattr(step, field.name)
        if field.name == "column" and isinstance(value, str):
            held.append(value)
        elif field.name == "columns" and isinstance(value, tuple):
            held += [name for name in value if isinstance(name, str)]
    return held


def after(step: Step, columns: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """The columns that a step leaves, each with the types that it may have.

    Args:
        step: The step.
        columns: Names with the names of types, see ``DTYPES``.

    Raises:
        ProtectionError: The step does not fit them.
    """
    own = getattr(step, "after", None)
    if own is not None and not isinstance(step, LookUp):
        return {name: frozenset({kind}) for name, kind in own(columns).items()}
    table = pl.DataFrame(schema={name: DTYPES[kind] for name, kind in columns.items()})
    left = step.apply(table, Tools(_KEY, _references(step, columns)))
    found = {name: _type_of(dtype) for name, dtype in left.schema.items()}
    return {**found, step.into: EVERY_TYPE} if isinstance(step, LookUp) else found


def possible(step: Step, columns: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The same, where only some types can be ruled out.

    Raises:
        ProtectionError: The step fits none of them.
    """
    taken = [name for name in inputs(step) if name in columns]
    found: dict[str, frozenset[str]] = {}
    refused: ProtectionError | None = None
    for kind in DTYPES:
        if taken and not any(kind in columns[name] for name in taken):
            continue
        tried = {name: kind if kind in types and name in taken else min(types) for name, types in columns.items()}
        try:
            left = after(step, tried)
        except ProtectionError as error:
            refused = error
            continue
        for name, types in left.items():
            same = name in columns and name not in taken and name != getattr(step, "into", None)
            found[name] = columns[name] if same else found.get(name, frozenset()) | types
    if refused is not None and not found and taken:
        raise refused
    return found


def _references(step: Step, columns: Mapping[str, str]) -> dict[str, pl.DataFrame]:
    """Look-up tables without rows, as the step would need them."""
    if isinstance(step, LookUp):
        by = DTYPES[columns.get(step.column, "text")]
        return {step.reference: pl.DataFrame(schema={step.take: pl.String(), step.by: by})}
    if isinstance(step, Pseudonymise):
        return {step.known[0]: pl.DataFrame(schema={step.known[1]: pl.String()})}
    return {}


def _type_of(dtype: pl.DataType) -> frozenset[str]:
    named = {name for name, known in DTYPES.items() if dtype.base_type() == known.base_type()}
    if not named and dtype.is_integer():
        named = {"integer"}
    return frozenset(named) or EVERY_TYPE
