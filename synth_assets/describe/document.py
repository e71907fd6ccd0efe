"""The parts of a description as plain values, and back, with every shape and number checked."""

import math
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np

from synth_assets.describe.coding import (
    EPOCH,
    Bins,
    CodedColumn,
    Coding,
    Levels,
    Presence,
    axis_limits,
    bound_to_axis,
)
from synth_assets.describe.grid import STEPS
from synth_assets.describe.tables import HIDDEN, ContingencyTable
from synth_assets.schema import KEY_TYPES, Column, ColumnType

MOST_COUNT = 10**11
"""No count is larger: with ``_MOST_CELLS`` of them, every sum fits in 64 bits."""

_MOST_CELLS = 50_000_000


def require(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - reads as a sentence
    """Refuse a document for which something does not hold.

    Raises:
        ValueError: It does not hold.
    """
    if not holds:
        raise ValueError(otherwise)


def column_to_dict(coded: CodedColumn) -> dict[str, Any]:
    """A column and its published domain."""
    words = {key: value for key, value in coded.column.to_dict().items() if key != "domain"}
    return (
        words
        | {
            "domain": _coding_to_dict(coded.coding, coded.axis),
            "pool": list(coded.pool),
            "pool_mode": coded.pool_mode,
            "above": list(coded.above),
        }
        | ({"merged": list(coded.merged), "shares": list(coded.shares)} if coded.merged else {})
        | ({"limits": coded.column.to_dict()["domain"]} if coded.column.domain else {})
    )


def column_from_dict(entry: Mapping[str, Any]) -> CodedColumn:
    """The column that ``column_to_dict`` wrote.

    Raises:
        ValueError: It is of another form.
    """
    known = {key: entry[key] for key in Column.__dataclass_fields__ if key in entry and key != "domain"}
    column = Column.from_dict(known | {"domain": entry.get("limits")})
    above = tuple(entry.get("above", ()))
    axis = CodedColumn(column, Presence(), above=above).axis
    coding = _coding_from_dict(entry["domain"], axis)
    pool, mode = tuple(entry["pool"]), entry["pool_mode"]
    whole([*pool, 0 if mode is None else mode], f"the pool of {column.name!r}")
    coded = CodedColumn(column, coding, pool, mode, above, *_merged(entry))
    _check_merged(coded)
    require(list(pool) == sorted(set(pool)), f"the pool of {column.name!r} must be in order, each code once")
    require(all(code < coded.size for code in pool), f"the pool of {column.name!r} names codes that do not exist")
    require(mode is None or mode in pool, f"pool_mode of {column.name!r} must be in the pool")
    require(coded.size > 0, f"column {column.name!r} must have a value or be nullable")
    return coded


def _merged(entry: Mapping[str, Any]) -> tuple[tuple[int, ...], tuple[float, ...]]:
    merged, shares = list(entry.get("merged", ())), list(entry.get("shares", ()))
    whole(merged, "merged")
    _expected(shares, "shares")
    return tuple(merged), tuple(map(float, shares))


def _check_merged(coded: CodedColumn) -> None:
    if coded.merged or coded.shares:
        name, groups = coded.column.name, set(coded.merged)
        require(not coded.pool, f"{name!r} has a pool and merged codes")
        require(len(coded.merged) == len(coded.shares) == coded.size, f"merged and shares of {name!r} must be per code")
        require(groups == set(range(len(groups))), f"the groups of {name!r} must be numbered from 0")


def table_to_dict(table: ContingencyTable) -> dict[str, Any]:
    """A contingency table; hidden counts are null."""
    counts = [[None if cell == HIDDEN else cell for cell in row] for row in table.counts.tolist()]
    totals, modes = (
        [None if number < 0 else number for number in part.tolist()] for part in (table.totals, table.modes)
    )
    return {
        "column": table.column,
        "parents": list(table.parents),
        "totals": totals,
        "counts": counts,
        "modes": modes,
    }


def table_from_dict(
    entry: Mapping[str, Any], columns: Mapping[str, CodedColumn], *, exact: bool = True
) -> ContingencyTable:
    """The table that ``table_to_dict`` wrote.

    Args:
        entry: The plain values.
        columns: All columns by name.
        exact: Whether counts are whole, and may be hidden; else they are expected ones.

    Raises:
        ValueError: It is of another form or does not fit the columns.
    """
    name, parents = entry["column"], tuple(entry["parents"])
    require({name, *parents} <= set(columns), f"the table of {name!r} names columns that do not exist")
    sizes = tuple(columns[one].group_count for one in (*parents, name))
    shape = (math.prod(sizes[:-1]), sizes[-1])
    require(math.prod(shape) <= _MOST_CELLS, f"the table of {name!r} has more than {_MOST_CELLS} cells")
    read, kind = (_counts, np.int64) if exact else (_expected, np.float64)
    counts = np.array([read(row, f"the counts of {name!r}") for row in entry["counts"]], dtype=kind)
    totals = np.array(read(entry["totals"], f"the totals of {name!r}"), dtype=kind)
    modes = np.array(_counts(entry["modes"], f"the modes of {name!r}"), dtype=np.int64)
    fits = counts.shape == shape and totals.shape == modes.shape == shape[:1]
    require(fits, f"the table of {name!r} must be of shape {shape}")
    return ContingencyTable(name, parents, counts, totals, modes, sizes)


def _counts(shown: Iterable[Any], what: str) -> list[int]:
    counts = list(shown)
    whole((count for count in counts if count is not None), what)
    return [HIDDEN if count is None else count for count in counts]


def _expected(shown: Iterable[Any], what: str) -> list[float]:
    counts = list(shown)
    for count in counts:
        fits = type(count) in {int, float} and 0 <= count <= MOST_COUNT
        require(fits, f"{what} must be numbers from 0")
    return counts


def whole(numbers: Iterable[Any], what: str) -> None:
    """Refuse numbers of a document that are not whole numbers from 0 to ``MOST_COUNT``.

    Raises:
        ValueError: One is not.
    """
    for number in numbers:
        require(type(number) is int and 0 <= number <= MOST_COUNT, f"{what} must be whole numbers from 0")


def _coding_to_dict(coding: Coding, kind: ColumnType) -> dict[str, Any]:
    if isinstance(coding, Levels):
        return {"kind": "levels", "values": [said(value, kind) for value in coding.values], "other": coding.other}
    if isinstance(coding, Bins):
        atoms = [[[said(value, kind), count] for value, count in held] for held in coding.atoms]
        return {
            "kind": "bins",
            "edges": [said(edge, kind) for edge in coding.edges],
            "atoms": atoms,
            "clamp": coding.clamp,
            "spikes": [said(value, kind) for value in coding.spikes],
            "step": coding.step,
        }
    return {"kind": "presence"}


def _coding_from_dict(entry: Mapping[str, Any], kind: ColumnType) -> Coding:
    form = {"text": "presence", "category": "levels", "boolean": "levels"}.get(kind, entry["kind"])
    require(entry["kind"] == form in {"presence", "levels", "bins"}, f"a domain of kind {entry['kind']!r} cannot be")
    if form == "presence":
        require(kind in KEY_TYPES, "only text and keys are described as present or missing")
        return Presence()
    if form == "levels":
        values = tuple(_read(value, kind) for value in entry["values"])
        require(len(set(values)) == len(values), "values must differ")
        return Levels(values, _truth(entry["other"]))
    edges = tuple(_read(edge, kind) for edge in entry["edges"])
    require(len(edges) > 1 and all(low < high for low, high in pairwise(edges)), "edges must increase")
    atoms = tuple(tuple((_read(value, kind), count) for value, count in held) for held in entry["atoms"])
    spikes = tuple(_read(value, kind) for value in entry.get("spikes", ()))
    bins = Bins(edges, atoms, _truth(entry["clamp"]), spikes, _step(entry.get("step"), kind))
    _check_atoms(bins)
    require(all(low < high for low, high in pairwise(spikes)), "spikes must increase")
    inside = bins.clamp or all(edges[0] <= value <= edges[-1] for value in spikes)
    require(inside, "spikes must lie between the first edge and the last")
    return bins


def _step(shown: object, kind: ColumnType) -> float | None:
    if shown is None:
        return None
    allowed = STEPS["float"] if kind == "float" else STEPS["datetime"]
    require(type(shown) in {int, float} and shown in allowed, f"step is {shown!r}; allowed: {allowed}")
    return next(step for step in allowed if step == shown)


def _check_atoms(bins: Bins) -> None:
    require(len(bins.atoms) in {0, bins.bins}, "atoms must be given for every bin or for none")
    for place, held in enumerate(bins.atoms):
        whole((count for _, count in held), "the counts of exact values")
        low, high = bins.edges[place], bins.edges[place + 1]
        require(all(first < second for (first, _), (second, _) in pairwise(held)), "exact values must increase")
        first, last = place == 0 and bins.clamp, place == bins.bins - 1 and bins.clamp
        inside = all((first or low <= value) and (last or value <= high) for value, _ in held)
        require(inside, "exact values must lie in their bin")
        require(not {value for value, _ in held} & set(bins.spikes), "a spike is no exact value of a bin")


def _truth(shown: object) -> bool:
    require(isinstance(shown, bool), "other and clamp must be true or false")
    return bool(shown)


def said(value: Any, kind: ColumnType) -> Any:  # noqa: ANN401 - a number or text, as the column has it
    """A value on the axis, as a person reads it."""
    if kind == "date":
        return (EPOCH.date() + timedelta(days=int(value))).isoformat()
    if kind == "datetime":
        return (EPOCH + timedelta(microseconds=int(value))).isoformat()
    return bool(value) if kind == "boolean" else value


def _read(shown: Any, kind: ColumnType) -> Any:  # noqa: ANN401 - as above
    """The value on the axis that ``said`` wrote."""
    if kind == "category":
        require(isinstance(shown, str), "values of a category must be text")
        return str(shown).encode().decode()  # half of a surrogate pair is refused
    if kind == "boolean":
        require(isinstance(shown, bool), "values must be true or false")
        return int(shown)
    if kind == "date":
        return bound_to_axis(date.fromisoformat(shown))
    if kind == "datetime":
        return bound_to_axis(EPOCH.fromisoformat(shown))
    least, most = axis_limits(kind)
    wanted = int if kind == "integer" else (int, float)
    require(isinstance(shown, wanted) and not isinstance(shown, bool), "values must be numbers")
    require(least <= shown <= most, "values must be numbers")
    return float(shown) if kind == "float" else shown
