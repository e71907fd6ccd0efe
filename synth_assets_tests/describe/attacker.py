"""An attacker with an integer program: the largest count that agrees with all that a description's document publishes.

It reads documents alone and nothing of the package, so that it shares no mistake with what it attacks. ``Informed``
knows as well what the published rules say of a domain, and the constraints.
"""

import json
import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import Any, TypeAlias

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

Name: TypeAlias = tuple[object, ...]
"""("code", column, code), ("rest", column, code) for rows of a bin that are no exact value, ("group", column, group),
("cell", description, column, configuration, group) or ("joint", columns, codes)."""

UNBOUNDED = 3
PAIR = 2

ALONE = -1
"""The distance of a value that has nothing to lie above."""


class Attacker:
    """Unknown counts as variables, published numbers as constraints.

    Several documents describe the same table with the same domains: their columns' counts are the same variables.
    """

    def __init__(self, *documents: str) -> None:
        self._places: dict[Name, int] = {}
        self._terms: list[dict[int, float]] = []
        self._limits: list[tuple[float, float]] = []
        self.documents = [json.loads(text) for text in documents]
        for number, document in enumerate(self.documents):
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


class Informed(Attacker):
    """An attacker that knows the rules of one description: what naming a value tells, and what the constraints do."""

    def __init__(self, document: str) -> None:
        super().__init__(document)
        self._document = self.documents[0]
        self._columns = {column["name"]: column for column in self._document["columns"]}
        self._minimum, self._rows = self._document["minimum_count"], self._document["rows"]

    def know_named(self) -> None:
        """A category from data has ``minimum`` rows, and so has each end bin; where missing or other is, a row is."""
        for name, column in self._columns.items():
            domain, size = column["domain"], _code_count(column) - column["nullable"]
            if column["domain_source"] != "data" or not size:
                continue
            if domain["kind"] == "levels":
                for code in range(size):
                    self._limit(
                        {("code", name, code): 1},
                        1 if domain["other"] and code == size - 1 else self._minimum,
                        math.inf,
                    )
            elif domain["kind"] == "bins":
                for end in {0, len(domain["edges"]) - 2}:
                    inside = [
                        end,
                        *(
                            _spike_code(column, value)
                            for value in domain["spikes"]
                            if _bin(domain, value) == end and value != ALONE
                        ),
                    ]
                    self._limit({("code", name, code): 1 for code in inside}, self._minimum, math.inf)
            if column["nullable"]:
                self._limit({("code", name, size): 1}, 1, math.inf)

    def know_spikes(self) -> None:
        """A spike has 2 % of rows and 4 times ``minimum``, and is more than two thirds of its frequent rows."""
        for name, column in self._columns.items():
            domain = column["domain"]
            for value in domain.get("spikes", []):
                if value == ALONE and column["above"]:
                    continue
                spike: Name = ("code", name, _spike_code(column, value))
                self._limit({spike: 1}, max(math.ceil(0.02 * self._rows), 4 * self._minimum), math.inf)
                place = _bin(domain, value)
                if _is_pair(column, place):
                    self._limit({("code", name, place): 2, spike: -1}, -math.inf, -1)

    def know_tails(self, name: str, wanted: int, splits: Sequence[tuple[float, float, int]]) -> None:
        """Stretches of a column that were split, each with how many times a bin's share of the rows it exceeds.

        It is told which they are, though the edges do not always tell. Spikes are not among those rows.
        """
        column = self._columns[name]
        edges = column["domain"]["edges"]
        for low, high, shares in splits:
            inside = [place for place in range(len(edges) - 1) if edges[place] < high and low < edges[place + 1]]
            held: dict[Name, float] = {("code", name, place): wanted for place in inside}
            if column["nullable"]:
                held["code", name, _code_count(column) - 1] = shares
            self._limit(held, shares * self._rows + 1, math.inf)

    def know_uneven(self, name: str, wanted: int, cuts: Sequence[tuple[float, float, float, float]]) -> None:
        """Stretches from an edge to another that were off an even spread at an edge between by 0.4 shares.

        The last of each four says how much of the stretch lies below that edge, with a minus where too few rows do.
        """
        column = self._columns[name]
        edges = column["domain"]["edges"]
        for low, cut, high, part in cuts:
            if {low, cut, high} <= set(edges):
                held: dict[Name, float] = {}
                for place in range(edges.index(low), edges.index(high)):
                    below = edges[place] < cut
                    held["code", name, place] = wanted * math.copysign(1, part) * (below - abs(part))
                if column["nullable"]:
                    held["code", name, _code_count(column) - 1] = 0.4
                self._limit(held, 0.4 * self._rows, math.inf)

    def know_steps(self) -> None:
        """Fewer than ``minimum`` rows lie in bins that hold no multiple of the step but a spike."""
        for name, column in self._columns.items():
            domain = column["domain"]
            if domain["kind"] == "bins" and domain["step"] and column["type"] == "float":
                off = [
                    ("code", name, place) for place in range(len(domain["edges"]) - 1) if not _on_step(domain, place)
                ]
                if off:
                    self._limit(dict.fromkeys(off, 1), 0, self._minimum - 1)

    def know_constraints(self, *names: str) -> list[Name]:
        """Counts of these columns' codes together, of which those that a constraint excludes are 0; the others."""
        sizes = [range(_code_count(self._columns[name])) for name in names]
        cells: dict[tuple[int, ...], Name] = {codes: ("joint", names, codes) for codes in product(*sizes)}
        for place, name in enumerate(names):
            for code in sizes[place]:
                self._sum([cell for codes, cell in cells.items() if codes[place] == code], 0, ("code", name, code))
        for table in self._document["tables"]:
            family = (*table["parents"], table["column"])
            if set(family) <= set(names):
                self._tie(table, family, names, cells)
        for rule in self._document["constraints"]:
            excluded = self._excluded(rule, names)
            for codes in [codes for codes in cells if excluded(dict(zip(names, codes, strict=True)))]:
                self._sum([cells.pop(codes)], 0)
            if "determined" in rule and {rule["determined"], *rule["by"]} <= set(names):
                self._decide(rule, names, cells)
        return list(cells.values())

    def _decide(self, rule: Mapping[str, Any], names: Sequence[str], cells: Mapping[tuple[int, ...], Name]) -> None:
        """Of the codes of a decided column at most one has rows in each configuration; of levels alone."""
        places = [names.index(name) for name in (*rule["by"], rule["determined"])]
        present = [len(self._columns[names[place]]["domain"]["values"]) for place in places]
        picks: dict[tuple[int, ...], dict[Name, float]] = {}
        for codes, cell in cells.items():
            held = tuple(codes[place] for place in places)
            if all(code < size for code, size in zip(held, present, strict=True)):
                pick: Name = ("pick", *held)
                picks.setdefault(held[:-1], {})[pick] = 1
                self._limit({cell: 1, pick: -self._rows}, -math.inf, 0)
        for one in picks.values():
            self._limit(one, 0, 1)

    def _tie(
        self,
        table: Mapping[str, Any],
        family: Sequence[str],
        names: Sequence[str],
        cells: Mapping[tuple[int, ...], Name],
    ) -> None:
        """The cells of a table are sums of joint counts."""
        groups = [_groups(self._columns[name]) for name in family]
        inside: dict[tuple[int, ...], list[Name]] = {}
        for codes, cell in cells.items():
            held = dict(zip(names, codes, strict=True))
            inside.setdefault(tuple(of[held[name]] for name, of in zip(family, groups, strict=True)), []).append(cell)
        configurations = list(product(*(range(_group_count(self._columns[name])) for name in table["parents"])))
        for place, parts in inside.items():
            row = configurations.index(place[:-1])
            self._sum(parts, 0, ("cell", 0, table["column"], row, place[-1]))

    def _excluded(self, rule: Mapping[str, Any], names: Sequence[str]) -> Callable[[Mapping[str, int]], bool]:
        """Whether a constraint says that no row has these codes."""
        if "forbidden" in rule and set(rule["forbidden"]) <= set(names):
            wanted = {
                name: {_level(self._columns[name], value) for value in held} for name, held in rule["forbidden"].items()
            }
            return lambda codes: all(codes[name] in held for name, held in wanted.items())
        if "ordered" in rule and set(rule["ordered"]) <= set(names):
            return lambda codes: any(
                self._misplaced(rule["ordered"][:place], name, codes)
                for place, name in enumerate(rule["ordered"])
                if place
            )
        return lambda _: False

    def _misplaced(self, lows: Sequence[str], high: str, codes: Mapping[str, int]) -> bool:
        """``ALONE`` stands where all below are missing, and there alone."""
        column, code = self._columns[high], codes[high]
        if column["nullable"] and code == _code_count(column) - 1:
            return False
        gone = all(self._columns[low]["nullable"] and codes[low] == _code_count(self._columns[low]) - 1 for low in lows)
        return gone != (code == _spike_code(column, ALONE))


def _bin(domain: Mapping[str, Any], value: float) -> int:
    return min(max(bisect_right(domain["edges"], value) - 1, 0), len(domain["edges"]) - 2)


def _is_pair(column: Mapping[str, Any], place: int) -> bool:
    """Whether a bin has room for two values."""
    domain = column["domain"]
    low, high = domain["edges"][place : place + 2]
    if column["type"] == "integer":
        return high - low == PAIR
    beyond = domain["clamp"] and place in {0, len(domain["edges"]) - 2}
    if column["type"] != "float" or not domain["step"] or beyond:
        return False
    last = place == len(domain["edges"]) - 2
    numbers = range(math.ceil(low / domain["step"]), math.floor(high / domain["step"]) + 1)
    return sum(number * domain["step"] < high or last for number in numbers) == PAIR


def _spike_code(column: Mapping[str, Any], value: float) -> int:
    domain = column["domain"]
    return len(domain["edges"]) - 1 + domain["spikes"].index(value)


def _level(column: Mapping[str, Any], value: object) -> int:
    return _code_count(column) - 1 if value is None else column["domain"]["values"].index(value)


def _groups(column: Mapping[str, Any]) -> list[int]:
    """The group of each code: those of their own in order, then the pool."""
    alone = [code for code in range(_code_count(column)) if code not in column["pool"]]
    return [alone.index(code) if code in alone else len(alone) for code in range(_code_count(column))]


def _on_step(domain: Mapping[str, Any], place: int) -> bool:
    """Whether a bin has room for a value on the step that is no spike."""
    low, high, step = *domain["edges"][place : place + 2], domain["step"]
    last = place == len(domain["edges"]) - 2
    return any(
        number * step not in domain["spikes"] and (number * step < high or last)
        for number in range(math.ceil(low / step), math.floor(high / step) + 1)
    )


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
