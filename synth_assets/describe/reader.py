"""The sensitive table, batch by batch and as often as needed, in its schema's columns and types.

It counts single values; what may be told of them is decided elsewhere.
"""

from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from synth_assets.constraints import Determined
from synth_assets.describe.coding import ALONE, to_axis
from synth_assets.describe.conform import Problem, conform, converted, refuse
from synth_assets.describe.distances import above, with_distances
from synth_assets.frames import Frame, batches, opened, picked
from synth_assets.schema import ORDERED_TYPES, Column, Schema

MOST_SORTED = 2**25
"""Of a table with no more rows, exact values are found by sorting in memory."""


@dataclass(frozen=True, eq=False)
class Exact:
    """Single values and how many rows hold each.

    Attributes:
        values: On the column's axis, distinct and in order; shape (values,).
        rows: int64, same shape.
    """

    values: np.ndarray
    rows: np.ndarray


@dataclass(frozen=True)
class Reader:
    """A table that is read in batches.

    Attributes:
        table: A DataFrame that fits the schema, or what ``frames.opened`` gives of a larger table.
        schema: Its columns.
        above: Columns that are read as distances from others; see ``distances``.
    """

    table: Frame = field(repr=False)
    schema: Schema
    above: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def batches(self) -> Iterator[pl.DataFrame]:
        """All batches, once ``checked`` has found that they fit."""
        for batch in batches(self.table):
            rows = batch if isinstance(self.table, pl.DataFrame) else converted(batch, self.schema)[0]
            yield with_distances(rows, self.schema, self.above)

    def checked(self) -> Iterator[pl.DataFrame]:
        """All batches, the first time they are read.

        Raises:
            SchemaError: At the end, where table and schema disagree; it lists every disagreement with its count.
        """
        problems: Counter[Problem] = Counter()
        rules = [rule for rule in self.schema.constraints if isinstance(rule, Determined)]
        held: list[pl.DataFrame | None] = [None] * len(rules)
        total = 0
        for batch in batches(self.table):
            total += len(batch)
            rows, found = (batch, Counter()) if isinstance(self.table, pl.DataFrame) else converted(batch, self.schema)
            problems.update(found)
            if not problems:
                held = [_combinations(rule, rows, before) for rule, before in zip(rules, held, strict=True)]
                yield with_distances(rows, self.schema, self.above)
        refuse(problems or Counter(dict([*_ambiguous(rules, held), *self._repeated(total)])))

    def exact(self, column: Column, least: int, rows: int) -> Exact:
        """The values that at least ``least`` rows hold, missing apart.

        Args:
            column: One of the schema's.
            least: At least 1.
            rows: How many rows the table has. Numbers of up to ``MOST_SORTED`` rows are sorted, which takes eight bytes
                a row; above that they are grouped where the table is, which can put aside on disk what does not fit.
        """
        if column.name in self.above or (column.type in ORDERED_TYPES and rows <= MOST_SORTED):
            return _sorted(self._axis(column, rows), least)
        told = _grouped(self.table, column.name, least)
        value = Column("value", column.type, nullable=True, time_zone=column.time_zone)
        axis = to_axis(converted(told.select("value"), Schema((value,)))[0]["value"], column.type)
        told = pl.DataFrame({"value": axis, "rows": told["rows"].cast(pl.Int64)}).drop_nulls()
        told = told.group_by("value").agg(pl.col("rows").sum()).sort("value")
        return Exact(told["value"].to_numpy(), told["rows"].to_numpy())

    def _axis(self, column: Column, rows: int) -> np.ndarray:
        """The values of one column on its axis, those that are missing apart; an array of its own."""
        values, filled = np.empty(rows, dtype=np.float64 if column.type == "float" else np.int64), 0
        for part in self._parts(column):
            present = part.drop_nulls().to_numpy()[: rows - filled]
            values[filled : filled + len(present)] = present
            filled += len(present)
        return values[:filled]

    def placed(self, column: Column) -> Iterator[pl.Series]:
        """The values of one column on its axis, batch by batch; of distances without those above nothing.

        Args:
            column: One of the schema's, by name.
        """
        column = self.schema[column.name]
        for part in self._parts(column):
            yield part.filter(part != ALONE) if column.name in self.above else part

    def _parts(self, column: Column) -> Iterator[pl.Series]:
        if column.name in self.above:
            yield from (rows[column.name] for rows in self.batches())
        elif isinstance(self.table, pl.DataFrame):
            yield to_axis(self.table[column.name], column.type)
        else:
            for batch in batches(picked(self.table, {column.name: column.name})):
                yield to_axis(converted(batch, Schema((column,)))[0][column.name], column.type)

    def _repeated(self, rows: int) -> Iterator[tuple[Problem, int]]:
        for column in self.schema:
            if column.unique and len(repeated := self.exact(column, 2, rows).rows):
                text = f"column {column.name!r} has", "value(s) that repeat another, and the schema says it is unique"
                yield Problem(*text), int((repeated - 1).sum())


@contextmanager
def reading(frame: Frame, schema: Schema, *, distances: bool = True) -> Generator[Reader]:
    """A reader of a frame, valid inside the ``with`` block.

    Args:
        frame: The table.
        schema: Its columns.
        distances: Whether columns that a constraint puts above others are read as distances from those.

    Raises:
        SchemaError: It is no table that can be read; or it is in memory and does not fit the schema.
    """
    with opened(frame) as table:
        rows = conform(table, schema) if isinstance(table, pl.DataFrame) else table
        yield Reader(rows, schema, above(schema) if distances else {})


def _sorted(numbers: np.ndarray, least: int) -> Exact:
    """Sorted in place: of a value that ``least`` rows hold, one stands ``least - 1`` places before another."""
    numbers.sort()
    if len(numbers) < least:
        return Exact(numbers[:0], np.array([], dtype=np.int64))
    first, last = numbers[: len(numbers) - least + 1], numbers[least - 1 :]
    values = np.unique(first[first == last])
    ends = np.searchsorted(numbers, values, side="right")
    return Exact(values, ends - np.searchsorted(numbers, values, side="left"))


def _grouped(table: Frame, name: str, least: int) -> pl.DataFrame:
    """Columns ``value`` and ``rows``: the values of one column that at least ``least`` rows hold."""
    values = picked(table, {"value": name})
    if isinstance(values, pl.LazyFrame):
        counted = values.group_by("value").agg(pl.len().alias("rows"))
        return counted.filter(pl.col("rows") >= least).collect(engine="streaming")
    counted = values.aggregate("value, count(*) as rows", "value")
    return pl.DataFrame(counted.filter(f"rows >= {least}").to_arrow_table())


def _combinations(rule: Determined, rows: pl.DataFrame, before: pl.DataFrame | None) -> pl.DataFrame:
    """The distinct combinations of a rule's columns so far, those with something missing apart."""
    found = rows[list(rule.columns)].drop_nulls().unique()
    return found if before is None else pl.concat([before, found]).unique()


def _ambiguous(rules: list[Determined], held: list[pl.DataFrame | None]) -> Iterator[tuple[Problem, int]]:
    for rule, combinations in zip(rules, held, strict=True):
        if combinations is not None:
            several = len(combinations) - combinations[list(rule.by)].n_unique()
            if several:
                yield Problem(f"the constraint '{rule}' does not hold: there are", "value(s) too many"), several
