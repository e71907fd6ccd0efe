"""What a caller asks of every row: values of some columns, checked against a description."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

import numpy as np
import polars as pl

from synth_assets.describe.coding import Bins, CodedColumn, Levels, encode, is_told, to_axis
from synth_assets.describe.document import said
from synth_assets.errors import DescriptionError, GenerationError

Given: TypeAlias = Mapping[str, Any]
"""For each column a value, or a list of values that are allowed; ``None`` is missing."""

_MOST_LISTED = 50
_LEAST_LIKELY = 1e-12


@dataclass(frozen=True, eq=False)
class Known:
    """The values that one column may have.

    Attributes:
        codes: Which codes these are, bool of shape (size,).
        numbers: For a column in bins, the very values, on its axis and in order; else none.
        number_codes: Their codes, in the same order.
        likelihoods: How likely each of them is in its bin, in the same order.
    """

    codes: np.ndarray
    numbers: np.ndarray
    number_codes: np.ndarray
    likelihoods: np.ndarray


def known(
    given: Given, columns: Sequence[CodedColumn], decided: Sequence[str], bin_rows: Mapping[str, np.ndarray]
) -> dict[str, Known]:
    """What is asked, by column.

    Args:
        given: What the caller asks.
        columns: Of the description.
        decided: Columns that others decide.
        bin_rows: Rows per group, of columns that were counted.

    Raises:
        GenerationError: A column or value cannot be given.
    """
    if not isinstance(given, Mapping):
        message = f"given is a {type(given).__name__}. Allowed: columns with their values, such as {{'sex': 'F'}}."
        raise GenerationError(message)
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
        several = isinstance(asked, (list, tuple, set, frozenset, np.ndarray, pl.Series))
        found[name] = _known(by_name[name], [_plain(value) for value in (asked if several else [asked])], bin_rows)
    return found


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever the caller gives
    """A numpy number as Python's."""
    return value.item() if isinstance(value, np.generic) else value


def _known(coded: CodedColumn, asked: list[Any], bin_rows: Mapping[str, np.ndarray]) -> Known:
    values = _series(coded, asked)
    if not asked or values is None or (values.null_count() and not coded.column.nullable):
        raise GenerationError(_refusal(coded, asked))
    if not is_told(to_axis(values.drop_nulls(), coded.axis), coded.coding).all():
        raise GenerationError(_refusal(coded, asked))
    try:
        codes = encode(values, coded)
    except DescriptionError:
        raise GenerationError(_refusal(coded, asked)) from None
    mask = np.zeros(coded.size, dtype=bool)
    mask[codes] = True
    if not isinstance(coded.coding, Bins):
        return Known(mask, np.array([]), np.array([], dtype=np.int64), np.array([]))
    axis = to_axis(values, coded.axis).drop_nulls().to_numpy()
    numbers, first = np.unique(axis, return_index=True)
    number_codes = codes[values.is_not_null().to_numpy()][first]
    rows = bin_rows.get(coded.column.name)
    likelihoods = [_likelihood(coded, number, code, rows) for number, code in zip(numbers, number_codes, strict=True)]
    return Known(mask, numbers, number_codes, np.array(likelihoods))


def _likelihood(coded: CodedColumn, number: float, code: int, rows: np.ndarray | None) -> float:
    """The chance of this very value in its bin, never 0; floats count as if recorded to a millionth of the bin."""
    bins = coded.coding
    if not isinstance(bins, Bins) or code >= bins.bins:
        return 1.0
    width = bins.edges[code + 1] - bins.edges[code]
    steps = width / (bins.step or (1 if coded.axis != "float" else width / 1e6))
    atoms = dict(bins.atoms[code]) if bins.atoms else {}
    if rows is None or not atoms:
        return max(1 / max(steps, 1.0), _LEAST_LIKELY)
    told, held = sum(atoms.values()), max(float(rows[coded.groups[code]]), 1.0)
    if number in atoms:
        return atoms[number] / max(held, told)
    return max((held - told) / max(held, told) / max(steps - len(atoms), 1.0), _LEAST_LIKELY)


_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "integer": int,
    "float": (int, float),
    "category": str,
    "boolean": bool,
    "date": date,
    "datetime": datetime,
}


def _series(coded: CodedColumn, asked: list[Any]) -> pl.Series | None:
    """The values in the column's own type; ``None`` where they are not of it."""
    kind = coded.column.type
    for value in asked:
        fits = value is None or isinstance(value, _KINDS[kind])
        mixed = (isinstance(value, bool) and kind != "boolean") or (isinstance(value, datetime) and kind == "date")
        zoned = isinstance(value, datetime) and (value.tzinfo is None) != (coded.column.time_zone is None)
        if not fits or mixed or zoned:
            return None
    if coded.column.time_zone:
        asked = [value and value.astimezone(UTC).replace(tzinfo=None) for value in asked]
    try:
        values = pl.Series(asked, dtype=pl.Datetime("us") if kind == "datetime" else coded.column.dtype, strict=True)
    except (pl.exceptions.PolarsError, TypeError, ValueError, OverflowError):
        return None
    if coded.column.time_zone:
        return values.dt.replace_time_zone("UTC").dt.convert_time_zone(coded.column.time_zone)
    return values


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
        levels = _levels(coded)
        allowed = ", ".join(levels[:_MOST_LISTED]) or "nothing"
        allowed += f", ... ({len(levels)} in all)" if len(levels) > _MOST_LISTED else ""
    else:
        allowed = f"values of type {coded.column.type}{_span(coded)}"
    missing = "; None for missing" if coded.column.nullable else ""
    return f"Column {coded.column.name!r} is given {asked!r}. Allowed: {allowed}{missing}."


def _span(coded: CodedColumn) -> str:
    """From where to where the bins go, as people write it; and in which zone."""
    if not isinstance(coded.coding, Bins):
        return ""
    first, last = coded.coding.edges[0], coded.coding.edges[-1]
    low, high = said(first, coded.axis), said(last if coded.axis == "float" else last - 1, coded.axis)
    zone = f" (UTC), given with a zone such as {coded.column.time_zone}" if coded.column.time_zone else ""
    return f" from {low} to {high}{zone}"
