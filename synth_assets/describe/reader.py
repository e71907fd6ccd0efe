"""The sensitive table, batch by batch and as often as needed, in its schema's columns and types.

It counts single values; what may be told of them is decided elsewhere.
"""

from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from polars import selectors

from synth_assets.constraints import Determined
from synth_assets.describe.coding import to_axis
from synth_assets.describe.conform import Problem, conform, converted, refuse
from synth_assets.describe.distances import above, with_distances
from synth_assets.frames import Frame, batches, opened
from synth_assets.schema import ORDERED_TYPES, Column, Schema


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

    table: Frame
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
        for batch in batches(self.table):
            rows, found = (batch, Counter()) if isinstance(self.table, pl.DataFrame) else converted(batch, self.schema)
            problems.update(found)
            if not problems:
                held = [_combinations(rule, rows, before) for rule, before in zip(rules, held, strict=True)]
                yield with_distances(rows, self.schema, self.above)
        refuse(problems or Counter(dict([*_ambiguous(rules, held), *self._repeated()])))

    def exact(self, column: Column, least: int) -> Exact:
        """The values that at least ``least`` rows hold, missing apart.

        Args:
            column: One of the schema's.
            least: At least 1.
        """
        if column.name in self.above:
            return _runs(np.concatenate([rows[column.name].drop_nulls().to_numpy() for rows in self.batches()]), least)
        if isinstance(self.table, pl.DataFrame) and column.type in ORDERED_TYPES:
            return _runs(to_axis(self.table[column.name], column.type).drop_nulls().to_numpy(), least)
        told = _grouped(self.table, column.name, least)
        value = Column("value", column.type, nullable=True, time_zone=column.time_zone)
        axis = to_axis(converted(told.select("value"), Schema((value,)))[0]["value"], column.type)
        told = pl.DataFrame({"value": axis, "rows": told["rows"].cast(pl.Int64)}).drop_nulls()
        told = told.group_by("value").agg(pl.col("rows").sum()).sort("value")
        return Exact(told["value"].to_numpy(), told["rows"].to_numpy())

    def _repeated(self) -> Iterator[tuple[Problem, int]]:
        for column in self.schema:
            if column.unique and len(repeated := self.exact(column, 2).rows):
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


def _runs(numbers: np.ndarray, least: int) -> Exact:
    """Sorted, for that takes less memory than a hash table of all values."""
    ordered = np.sort(numbers)
    starts = (
        np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(ordered) else np.array([], int)
    )
    rows = np.diff(starts, append=len(ordered))
    common = rows >= least
    return Exact(ordered[starts[common]], rows[common])


def _grouped(table: Any, name: str, least: int) -> pl.DataFrame:  # noqa: ANN401 - as frames.opened gives it
    """Columns ``value`` and ``rows``: the values of one column that at least ``least`` rows hold."""
    if isinstance(table, pl.DataFrame | pl.LazyFrame):
        counted = (
            table.lazy()
            .select(selectors.by_name(name).as_expr().alias("value"))
            .group_by("value")
            .agg(pl.len().alias("rows"))
        )
        return counted.filter(pl.col("rows") >= least).collect(engine="streaming")
    quoted = '"' + name.replace('"', '""') + '"'
    counted = table.select(f"{quoted} as value").aggregate("value, count(*) as rows", "value")
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
