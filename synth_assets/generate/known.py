"""What a caller asks of every row: values of some columns, checked against a description."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import polars as pl

from synth_assets.describe.coding import Bins, CodedColumn, Levels, encode, to_axis
from synth_assets.errors import DescriptionError, GenerationError

Given: TypeAlias = Mapping[str, Any]
"""For each column a value, or a list of values that are allowed; ``None`` is missing."""


@dataclass(frozen=True, eq=False)
class Known:
    """The values that one column may have.

    Attributes:
        codes: Which codes these are, bool of shape (size,).
        numbers: For a column in bins, the very values, on its axis and in order; else none.
        number_codes: Their codes, in the same order.
    """

    codes: np.ndarray
    numbers: np.ndarray
    number_codes: np.ndarray


def known(given: Given, columns: Sequence[CodedColumn], decided: Sequence[str]) -> dict[str, Known]:
    """What is asked, by column.

    Args:
        given: What the caller asks.
        columns: Of the description.
        decided: Columns that others decide.

    Raises:
        GenerationError: A column or value cannot be given.
    """
    by_name = {coded.column.name: coded for coded in columns}
    free = [name for name, coded in by_name.items() if not (coded.column.opaque or coded.above or name in decided)]
    found = {}
    for name, asked in given.items():
        if name not in free:
            message = (
                f"Column {name!r} cannot be given. Allowed: {', '.join(free) or 'none'}; not text, keys, columns that "
                "others decide, or ones that are drawn as a distance from another."
            )
            raise GenerationError(message)
        found[name] = _known(by_name[name], list(asked) if isinstance(asked, (list, tuple, set)) else [asked])
    return found


def _known(coded: CodedColumn, asked: list[Any]) -> Known:
    column = coded.column
    values = _series(coded, asked)
    if not asked or values is None or (values.null_count() and not column.nullable):
        raise GenerationError(_refusal(coded, asked))
    try:
        codes = encode(values, coded)
    except DescriptionError:
        raise GenerationError(_refusal(coded, asked)) from None
    if isinstance(coded.coding, Levels) and not values.drop_nulls().cast(pl.String).is_in(_levels(coded)).all():
        raise GenerationError(_refusal(coded, asked))
    mask = np.zeros(coded.size, dtype=bool)
    mask[codes] = True
    numbers = (
        to_axis(values, coded.axis).drop_nulls().unique().sort() if isinstance(coded.coding, Bins) else pl.Series()
    )
    number_codes = codes[values.is_not_null().to_numpy()] if len(numbers) else np.array([], dtype=np.int64)
    if len(numbers):
        order = np.unique(to_axis(values, coded.axis).drop_nulls().to_numpy(), return_index=True)[1]
        number_codes = number_codes[order]
    return Known(mask, numbers.to_numpy(), number_codes)


def _series(coded: CodedColumn, asked: list[Any]) -> pl.Series | None:
    """The values in the column's own type; ``None`` where they are not of it."""
    kinds = {"integer": int, "float": (int, float), "category": str, "boolean": bool}
    wanted = kinds.get(coded.column.type)
    odd = [value for value in asked if wanted and value is not None and not isinstance(value, wanted)]
    if odd or any(isinstance(value, bool) for value in asked if coded.column.type != "boolean"):
        return None
    try:
        values = pl.Series(asked, dtype=None if coded.column.time_zone else coded.column.dtype, strict=True)
        return values.cast(coded.column.dtype) if values.dtype != coded.column.dtype else values
    except (pl.exceptions.PolarsError, TypeError, ValueError, OverflowError):
        return None


def _levels(coded: CodedColumn) -> list[str]:
    values = coded.coding.values if isinstance(coded.coding, Levels) else ()
    if coded.column.type == "boolean":
        return ["true", "false"]
    listed = pl.Series(list(values))
    if coded.column.type in {"date", "datetime"}:
        listed = listed.cast(pl.Int32 if coded.column.type == "date" else pl.Int64).cast(coded.column.dtype)
    return listed.cast(pl.String).to_list()


def _refusal(coded: CodedColumn, asked: Sequence[Any]) -> str:
    coding = coded.coding
    if isinstance(coding, Levels):
        allowed = ", ".join(_levels(coded)[:50]) or "nothing"
    else:
        allowed = f"values of type {coded.column.type} inside its domain"
    missing = "; None for missing" if coded.column.nullable else ""
    return f"Column {coded.column.name!r} is given {asked!r}. Allowed: {allowed}{missing}."
