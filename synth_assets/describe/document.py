"""The parts of a description as plain values, and back, with every shape and number checked."""

import math
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np

from synth_assets.describe.coding import EPOCH, Bins, CodedColumn, Coding, Levels, Presence, bound_to_axis
from synth_assets.describe.tables import HIDDEN, ContingencyTable
from synth_assets.schema import Column, ColumnType

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
    return words | {
        "domain": _coding_to_dict(coded.coding, coded.column.type),
        "pool": list(coded.pool),
        "pool_mode": coded.pool_mode,
    }


def column_from_dict(entry: Mapping[str, Any]) -> CodedColumn:
    """The column that ``column_to_dict`` wrote.

    Raises:
        ValueError: It is of another form.
    """
    known = {key: entry[key] for key in Column.__dataclass_fields__ if key in entry and key != "domain"}
    column = Column.from_dict(known)
    coding = _coding_from_dict(entry["domain"], column.type)
    pool, mode = tuple(int(code) for code in entry["pool"]), entry["pool_mode"]
    coded = CodedColumn(column, coding, pool, mode)
    require(list(pool) == sorted(set(pool)), f"the pool of {column.name!r} must be in order, each code once")
    require(all(0 <= code < coded.size for code in pool), f"the pool of {column.name!r} names codes that do not exist")
    require(mode is None or mode in pool, f"pool_mode of {column.name!r} must be in the pool")
    require(coded.size > 0, f"column {column.name!r} must have a value or be nullable")
    return coded


def table_to_dict(table: ContingencyTable) -> dict[str, Any]:
    """A contingency table; hidden counts are null."""
    counts = [[None if cell == HIDDEN else cell for cell in row] for row in table.counts.tolist()]
    totals = [None if total == HIDDEN else total for total in table.totals.tolist()]
    return {"column": table.column, "parents": list(table.parents), "totals": totals, "counts": counts}


def table_from_dict(entry: Mapping[str, Any], columns: Mapping[str, CodedColumn]) -> ContingencyTable:
    """The table that ``table_to_dict`` wrote.

    Args:
        entry: The plain values.
        columns: All columns by name.

    Raises:
        ValueError: It is of another form or does not fit the columns.
    """
    name, parents = entry["column"], tuple(entry["parents"])
    require({name, *parents} <= set(columns), f"the table of {name!r} names columns that do not exist")
    shape = (math.prod(columns[parent].group_count for parent in parents), columns[name].group_count)
    require(math.prod(shape) <= _MOST_CELLS, f"the table of {name!r} has more than {_MOST_CELLS} cells")
    cells = [[HIDDEN if cell is None else cell for cell in row] for row in entry["counts"]]
    _whole((cell for row in cells for cell in row), HIDDEN, f"the counts of {name!r}")
    sums = [HIDDEN if total is None else total for total in entry["totals"]]
    _whole(sums, HIDDEN, f"the totals of {name!r}")
    counts, totals = np.array(cells, dtype=np.int64), np.array(sums, dtype=np.int64)
    require(counts.shape == shape and totals.shape == shape[:1], f"the table of {name!r} must be of shape {shape}")
    table = ContingencyTable(name, parents, counts, totals)
    seen, some_hidden = table.seen.sum(axis=1), (counts == HIDDEN).any(axis=1)
    fits = np.where(some_hidden, (seen <= totals) | (totals == HIDDEN), seen == totals)
    require(bool(fits.all()), f"the counts of {name!r} must add up to their totals")
    return table


def _whole(numbers: Any, least: int, what: str) -> None:  # noqa: ANN401 - unchecked until here
    for number in numbers:
        require(type(number) is int and least <= number < 2**62, f"{what} must be whole numbers from 0")


def _coding_to_dict(coding: Coding, kind: ColumnType) -> dict[str, Any]:
    if isinstance(coding, Levels):
        return {"kind": "levels", "values": [_show(value, kind) for value in coding.values], "other": coding.other}
    if isinstance(coding, Bins):
        atoms = [[[_show(value, kind), count] for value, count in held] for held in coding.atoms]
        return {
            "kind": "bins",
            "edges": [_show(edge, kind) for edge in coding.edges],
            "atoms": atoms,
            "clamp": coding.clamp,
        }
    return {"kind": "presence"}


def _coding_from_dict(entry: Mapping[str, Any], kind: ColumnType) -> Coding:
    if entry["kind"] == "presence":
        require(kind == "text", "only text is described as present or missing")
        return Presence()
    if entry["kind"] == "levels":
        values = tuple(_read(value, kind) for value in entry["values"])
        require(len(set(values)) == len(values), "values must differ")
        return Levels(values, bool(entry["other"]))
    require(entry["kind"] == "bins" and kind not in {"text", "category", "boolean"}, "kind must fit the column's type")
    edges = tuple(_read(edge, kind) for edge in entry["edges"])
    require(len(edges) > 1 and all(low < high for low, high in pairwise(edges)), "edges must increase")
    atoms = tuple(tuple((_read(value, kind), count) for value, count in held) for held in entry["atoms"])
    require(len(atoms) in {0, len(edges) - 1}, "atoms must be given for every bin or for none")
    for held in atoms:
        _whole((count for _, count in held), 0, "the atoms' counts")
    return Bins(edges, atoms, bool(entry["clamp"]))


def _show(value: Any, kind: ColumnType) -> Any:  # noqa: ANN401 - a number or text, as the column has it
    """A value on the axis, as a person reads it."""
    if kind == "date":
        return (EPOCH.date() + timedelta(days=int(value))).isoformat()
    if kind == "datetime":
        return (EPOCH + timedelta(microseconds=int(value))).isoformat()
    return bool(value) if kind == "boolean" else value


def _read(shown: Any, kind: ColumnType) -> Any:  # noqa: ANN401 - as above
    """The value on the axis that ``_show`` wrote."""
    if kind in {"category", "text"}:
        require(isinstance(shown, str), "values of a category must be text")
        return shown
    if kind == "date":
        return bound_to_axis(date.fromisoformat(shown))
    if kind == "datetime":
        return bound_to_axis(EPOCH.fromisoformat(shown))
    if kind == "boolean":
        require(isinstance(shown, bool), "values must be true or false")
        return int(shown)
    wanted = int if kind == "integer" else (int, float)
    require(isinstance(shown, wanted) and not isinstance(shown, bool) and np.isfinite(shown), "values must be numbers")
    return shown
