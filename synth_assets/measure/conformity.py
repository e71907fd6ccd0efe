"""Does a synthetic table fit its description? Columns, types, domains, constraints; it never looks at an original."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import polars as pl

from synth_assets.constraints import Determined, violations
from synth_assets.describe import Description
from synth_assets.describe.coding import CodedColumn, bound_to_axis, is_told, to_axis
from synth_assets.frames import BatchedTable, Frame, in_order, opened
from synth_assets.measure.groups import repeated, undecided


@dataclass(frozen=True, slots=True)
class Conformity:
    """How a table fits its description.

    Attributes:
        rows: How many rows it has.
        columns: How many columns.
        departures: See ``departures``.
    """

    rows: int
    columns: int
    departures: tuple[str, ...]


def departures(table: Frame | BatchedTable, description: Description) -> list[str]:
    """Everything in which the table departs from the description, as sentences; empty where it fits.

    Args:
        table: Any frame; of one that is not in memory, no more than a batch is, or as much as DuckDB or polars need to
            find the values that repeat.
        description: What it was drawn from.

    Raises:
        SynthAssetsError: The table cannot be read.
    """
    return list(conformity(table, description).departures)


def conformity(table: Frame | BatchedTable, description: Description) -> Conformity:
    """The same, with the table's shape; raises as ``departures``."""
    rows, found = 0, _Found(description)
    with closing(in_order(table)) as batches:
        for batch in batches:
            if not rows and (wrong := _wrong_columns(batch.schema, description)):
                return Conformity(_rows_of(batch, batches), batch.width, tuple(wrong))
            rows += len(batch)
            found.take(batch)
    found.take_together(table)
    return Conformity(rows, len(description.columns), tuple(found.said()))


def _rows_of(batch: pl.DataFrame, rest: Iterator[pl.DataFrame]) -> int:
    return len(batch) + sum(map(len, rest))


def _wrong_columns(schema: pl.Schema, description: Description) -> list[str]:
    expected = {coded.column.name: coded.column.dtype for coded in description.columns}
    if schema.names() != list(expected):
        return [f"the columns are {', '.join(schema)} and should be {', '.join(expected)}"]
    return [
        f"column {name!r} is {schema[name]} and should be {dtype}"
        for name, dtype in expected.items()
        if schema[name] != dtype
    ]


class _Found:
    """What was counted so far: values or rows by what is wrong with them, in the order in which it is said."""

    def __init__(self, description: Description) -> None:
        self._columns = description.columns
        self._rules = description.constraints
        self._counts: Counter[tuple[str, str]] = Counter()

    def take(self, batch: pl.DataFrame) -> None:
        """What a batch alone can tell."""
        for coded in self._columns:
            values = batch[coded.column.name]
            if not coded.column.nullable:
                self._counts[coded.column.name, "missing"] += values.null_count()
            self._counts[coded.column.name, "outside"] += _count_outside(values.drop_nulls(), coded)
        for rule in self._rules:
            if not isinstance(rule, Determined):
                self._counts[str(rule), "broken"] += violations(batch, rule)

    def take_together(self, table: Frame) -> None:
        """What only all rows together can tell."""
        keys = [coded.column.name for coded in self._columns if coded.column.unique]
        rules = [rule for rule in self._rules if isinstance(rule, Determined)]
        if not keys and not rules:
            return
        with opened(table) as whole:
            for name in keys:
                self._counts[name, "repeated"] = repeated(whole, name)
            for rule in rules:
                self._counts[str(rule), "broken"] = undecided(whole, rule)

    def said(self) -> Iterator[str]:
        """Each as a sentence."""
        for coded in self._columns:
            name = coded.column.name
            if count := self._counts[name, "missing"]:
                yield f"column {name!r} has {count} missing values and may have none"
            if count := self._counts[name, "repeated"]:
                yield f"column {name!r} has {count} values that repeat another, and is unique"
            if count := self._counts[name, "outside"]:
                yield f"column {name!r} has {count} values outside its domain"
        for rule in self._rules:
            if count := self._counts[str(rule), "broken"]:
                yield f"the constraint '{rule}' is broken in {count} rows"


def _count_outside(values: pl.Series, coded: CodedColumn) -> int:
    axis = to_axis(values, coded.column.type)
    if coded.above:
        limits = coded.column.domain
        return 0 if limits is None else int((axis > bound_to_axis(getattr(limits, "maximum", None))).sum())
    return int((~is_told(axis, coded.coding)).sum())
