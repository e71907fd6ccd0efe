"""Rows that only all rows together can tell to be wrong, counted where the table is. It gives numbers, not values."""

from collections.abc import Sequence

import duckdb
import polars as pl

from synth_assets.constraints import Determined
from synth_assets.errors import MeasurementError
from synth_assets.frames import Frame, picked


def repeated(table: Frame, name: str) -> int:
    """How many rows hold a value that another row before them holds, missing apart.

    Args:
        table: From ``frames.opened``.
        name: A column of it.

    Raises:
        MeasurementError: DuckDB cannot count, for want of space for example.
    """
    return _beyond_largest(table, [name], ())


def undecided(table: Frame, rule: Determined) -> int:
    """How many rows would have to change, at least, for others to decide a column as a rule says.

    Args:
        table: From ``frames.opened``; rows in which one of the rule's columns is missing are not bound by it.
        rule: About columns of it.

    Raises:
        MeasurementError: As for ``repeated``.
    """
    return _beyond_largest(table, rule.by, (rule.column,))


def _beyond_largest(table: Frame, by: Sequence[str], parts: Sequence[str]) -> int:
    """Rows alike in ``by``, less the largest part of them that is alike in ``parts`` too; without parts, less one."""
    names = {f"c{place}": name for place, name in enumerate([*by, *parts])}
    groups = list(names)[: len(by)]
    try:
        columns = picked(table, names)
        return _in_polars(columns, groups) if isinstance(columns, pl.LazyFrame) else _in_duckdb(columns, groups)
    except duckdb.Error as error:
        failure = type(error).__name__
    message = f"DuckDB cannot count rows that are alike in {', '.join(by)} ({failure}). Free memory and disk space."
    raise MeasurementError(message)


def _in_polars(table: pl.LazyFrame, groups: list[str]) -> int:
    names = table.collect_schema().names()
    alike = table.drop_nulls().group_by(names).agg(pl.len().cast(pl.Int64).alias("rows"))
    kept = pl.col("rows").max() if len(names) > len(groups) else pl.lit(1, pl.Int64)
    odd = alike.group_by(groups).agg((pl.col("rows").sum() - kept).alias("odd"))
    return int(odd.select(pl.col("odd").sum()).collect(engine="streaming").item())


def _in_duckdb(table: duckdb.DuckDBPyRelation, groups: list[str]) -> int:
    names, by = ", ".join(table.columns), ", ".join(groups)
    present = table.filter(" and ".join(f"{name} is not null" for name in table.columns))
    alike = present.aggregate(f"{names}, count(*) as rows_alike", names)
    kept = "max(rows_alike)" if len(table.columns) > len(groups) else "1"
    odd = alike.aggregate(f"sum(rows_alike) - {kept} as odd", by).aggregate("coalesce(sum(odd), 0)")
    return int(odd.fetchall()[0][0])
