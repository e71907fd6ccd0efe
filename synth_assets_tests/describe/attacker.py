"""An attacker with a linear program: the largest count that agrees with all that a description's document publishes.

It reads documents alone and nothing of the package, so that it shares no mistake with what it attacks.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import Any, TypeAlias

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

Name: TypeAlias = tuple[object, ...]
"""("code", column, code), ("rest", column, code) for rows of a bin that are no exact value, ("group", column, group),
or ("cell", description, column, configuration, group)."""

UNBOUNDED = 3


class Attacker:
    """Unknown counts as variables, published numbers as constraints.

    Several documents describe the same table with the same domains: their columns' counts are the same variables.
    """

    def __init__(self, *documents: str) -> None:
        self._places: dict[Name, int] = {}
        self._terms: list[dict[int, float]] = []
        self._limits: list[tuple[float, float]] = []
        for number, text in enumerate(documents):
            document = json.loads(text)
            columns = {column["name"]: column for column in document["columns"]}
            for column in columns.values():
                self._read_column(column)
            tables = {table["column"]: table for table in document["tables"]}
            for table in document["tables"]:
                self._read_table(number, table, columns, tables)
                groups = range(_group_count(columns[table["column"]]))
                self._sum([("group", table["column"], group) for group in groups], document["rows"])

    def largest(self, *name: object) -> float:
        """The largest whole number that a count may be."""
        wanted = np.zeros(len(self._places))
        wanted[self._places[name]] = -1.0
        found = milp(
            wanted,
            constraints=self._constraints,
            integrality=np.ones(len(self._places)),
            bounds=Bounds(0, np.inf),
        )
        if found.status == UNBOUNDED:
            return math.inf
        assert found.success, found.message
        return round(-found.fun, 6)

    @cached_property
    def _constraints(self) -> LinearConstraint:
        cells = [(row, at, value) for row, terms in enumerate(self._terms) for at, value in terms.items()]
        rows, columns, values = zip(*cells, strict=True)
        matrix = csr_array((values, (rows, columns)), shape=(len(self._terms), len(self._places)))
        low, high = zip(*self._limits, strict=True)
        return LinearConstraint(matrix, low, high)

    def _limit(self, terms: Mapping[Name, float], low: float, high: float) -> None:
        """``low <= sum of value * count <= high``."""
        self._terms.append({self._places.setdefault(name, len(self._places)): value for name, value in terms.items()})
        self._limits.append((low, high))

    def _sum(self, parts: Sequence[Name], total: float, whole: Name | None = None) -> None:
        """The parts add up to the total, or to it and another count."""
        taken: dict[Name, float] = {whole: -1.0} if whole else {}
        self._limit(dict.fromkeys(parts, 1.0) | taken, total, total)

    def _read_column(self, column: Mapping[str, Any]) -> None:
        name, pool, mode = column["name"], column["pool"], column["pool_mode"]
        alone = [code for code in range(_code_count(column)) if code not in pool]
        for group, code in enumerate(alone):
            self._sum([("code", name, code)], 0, ("group", name, group))
        if pool:
            whole: Name = ("group", name, len(alone))
            self._sum([("code", name, code) for code in pool], 0, whole)
            if mode is not None:
                self._limit({("code", name, mode): 2.0, whole: -1.0}, 1, math.inf)
        for code, atoms in enumerate(column["domain"].get("atoms", [])):
            self._sum([("rest", name, code)], -sum(count for _, count in atoms), ("code", name, code))

    def _read_table(
        self, number: int, table: Mapping[str, Any], columns: Mapping[str, Any], tables: Mapping[str, Any]
    ) -> None:
        name, width = table["column"], range(_group_count(columns[table["column"]]))
        configurations = list(product(*(range(_group_count(columns[parent])) for parent in table["parents"])))
        told = zip(table["counts"], table["totals"], table["modes"], strict=True)
        for row, (counts, total, mode) in enumerate(told):
            cells: list[Name] = [("cell", number, name, row, group) for group in width]
            for cell, count in zip(cells, counts, strict=True):
                if count is not None:
                    self._sum([cell], count)
            if total is not None:
                self._sum(cells, total)
            if mode is not None:
                hidden: dict[Name, float] = {
                    cell: -1.0 for cell, count in zip(cells, counts, strict=True) if count is None
                }
                self._limit(hidden | {cells[mode]: 1.0}, 1, math.inf)
            if table["parents"]:
                shared = dict(zip(table["parents"], configurations[row], strict=True))
                host = tables[table["parents"][-1]]
                inside = [("cell", number, host["column"], *place) for place in _matching(host, columns, shared)]
                self._limit(dict.fromkeys(cells, 1.0) | dict.fromkeys(inside, -1.0), 0, 0)
        for group in width:
            cells = [("cell", number, name, row, group) for row in range(len(table["counts"]))]
            self._sum(cells, 0, ("group", name, group))


def _matching(
    table: Mapping[str, Any], columns: Mapping[str, Any], shared: Mapping[str, int]
) -> Iterator[tuple[int, int]]:
    """The cells of a table, as (configuration, group), in which these columns have these groups."""
    sizes = [range(_group_count(columns[name])) for name in (*table["parents"], table["column"])]
    for row, configuration in enumerate(product(*sizes[:-1])):
        for group in sizes[-1]:
            held = dict(zip((*table["parents"], table["column"]), (*configuration, group), strict=True))
            if all(held[name] == wanted for name, wanted in shared.items()):
                yield row, group


def _code_count(column: Mapping[str, Any]) -> int:
    domain = column["domain"]
    sizes = {"levels": "values", "bins": "edges"}
    size = len(domain[sizes[domain["kind"]]]) if domain["kind"] in sizes else 1
    return size - (domain["kind"] == "bins") + len(domain.get("spikes", [])) + column["nullable"]


def _group_count(column: Mapping[str, Any]) -> int:
    return _code_count(column) - len(column["pool"]) + bool(column["pool"])
