"""Does a synthetic table fit its description? Columns, types, domains, constraints; it never looks at an original."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from synth_assets.constraints import violations
from synth_assets.describe import Description
from synth_assets.describe.coding import Bins, CodedColumn, Levels, bound_to_axis, to_axis


def departures(table: pl.DataFrame, description: Description) -> list[str]:
    """Everything in which the table departs from the description, as sentences; empty where it fits."""
    expected = {coded.column.name: coded.column.dtype for coded in description.columns}
    if table.columns != list(expected):
        return [f"the columns are {', '.join(table.columns)} and should be {', '.join(expected)}"]
    wrong = [name for name, dtype in expected.items() if table.schema[name] != dtype]
    if wrong:
        return [f"column {name!r} is {table.schema[name]} and should be {expected[name]}" for name in wrong]
    outside = [said for coded in description.columns for said in _outside(table[coded.column.name], coded)]
    return [*outside, *_broken(table, description)]


def _broken(table: pl.DataFrame, description: Description) -> Iterator[str]:
    for rule in description.constraints:
        if rows := violations(table, rule):
            yield f"the constraint '{rule}' is broken in {rows} rows"


def _outside(values: pl.Series, coded: CodedColumn) -> Iterator[str]:
    name = coded.column.name
    if values.null_count() and not coded.column.nullable:
        yield f"column {name!r} has {values.null_count()} missing values and may have none"
    if coded.column.unique and (repeated := len(values.drop_nulls()) - values.drop_nulls().n_unique()):
        yield f"column {name!r} has {repeated} values that repeat another, and is unique"
    outside = _count_outside(values.drop_nulls(), coded)
    if outside:
        yield f"column {name!r} has {outside} values outside its domain"


def _count_outside(values: pl.Series, coded: CodedColumn) -> int:
    coding, axis = coded.coding, to_axis(values, coded.column.type)
    if coded.above:
        limits = coded.column.domain
        return 0 if limits is None else int((axis > bound_to_axis(getattr(limits, "maximum", None))).sum())
    if isinstance(coding, Levels):
        return int((~axis.is_in(list(coding.values))).sum())
    if isinstance(coding, Bins):
        named = [*(value for held in coding.atoms for value, _ in held), *coding.spikes]
        numbers = axis.to_numpy()
        inside = (numbers >= coding.edges[0]) & (numbers <= coding.edges[-1])
        if coded.column.type != "float":
            inside &= numbers < coding.edges[-1]
        return int((~inside & ~np.isin(numbers, named)).sum())
    return 0
