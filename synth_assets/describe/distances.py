"""Columns that lie above others, as distances from those: what is described in their place, so that the order holds."""

import sys
from collections.abc import Iterable, Mapping
from itertools import pairwise

import polars as pl

from synth_assets.constraints import Ordered
from synth_assets.describe.coding import ALONE, to_axis
from synth_assets.schema import MOST_INTEGER, Column, Schema


def above(schema: Schema) -> dict[str, tuple[str, ...]]:
    """For each column that a constraint puts above others, those others."""
    return above_in([rule for rule in schema.constraints if isinstance(rule, Ordered)])


def above_in(rules: Iterable[Ordered]) -> dict[str, tuple[str, ...]]:
    """For each column that one of the rules puts above others, those others."""
    lows: dict[str, dict[str, None]] = {}
    for rule in rules:
        for place, (_, high) in enumerate(pairwise(rule.columns), 1):
            lows.setdefault(high, {}).update(dict.fromkeys(rule.columns[:place]))
    return {name: tuple(below) for name, below in lows.items()}


def with_distances(rows: pl.DataFrame, schema: Schema, lows: Mapping[str, tuple[str, ...]]) -> pl.DataFrame:
    """The rows with such columns as distances: days, microseconds, or the column's own numbers.

    Args:
        rows: Fit the schema.
        schema: Their columns.
        lows: See ``above``.

    Returns:
        Not negative; ``ALONE`` where the others are all missing, null where the value is.
    """
    return rows.with_columns(_distance(rows, schema[name], below) for name, below in lows.items()) if lows else rows


def _distance(rows: pl.DataFrame, column: Column, below: tuple[str, ...]) -> pl.Series:
    kind = pl.Float64 if column.type == "float" else pl.Int64
    names = (*below, column.name)
    axes = pl.DataFrame([to_axis(rows[name], column.type).cast(kind).alias(str(at)) for at, name in enumerate(names)])
    own, base = pl.col(str(len(below))), pl.max_horizontal(pl.col([str(at) for at in range(len(below))]))
    distance = pl.when(own.is_not_null() & base.is_null()).then(ALONE).otherwise(_difference(own, base, column))
    return axes.select(distance.cast(kind).alias(column.name)).to_series()


def _difference(own: pl.Expr, base: pl.Expr, column: Column) -> pl.Expr:
    """How far apart they are, no further than the type can say."""
    if column.type == "float":
        return (own - base).clip(0, sys.float_info.max)
    difference = own - base
    return pl.when(difference < 0).then(MOST_INTEGER).otherwise(difference)
