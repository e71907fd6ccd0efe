"""Independent mode: each column's own counts, and no dependence between columns."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from synth_assets.describe.coding import CodedColumn, Codes, encode
from synth_assets.describe.description import Description
from synth_assets.describe.domain import declared, from_data, has_public_domain
from synth_assets.describe.tables import ContingencyTable, pooled, single, with_atoms
from synth_assets.schema import Schema


@dataclass(frozen=True, eq=False)
class Margin:
    """One column, coded and pooled.

    Attributes:
        coded: The column as it will be published, its atoms apart.
        codes: The code of each row, int64 of shape (rows,).
    """

    coded: CodedColumn
    codes: Codes

    @property
    def groups(self) -> Codes:
        """The group of each row, int64 of shape (rows,)."""
        return self.coded.groups[self.codes]


def margins(table: pl.DataFrame, schema: Schema, minimum_count: int) -> dict[str, Margin]:
    """Every column by name, with its published domain and its pool."""
    found = {}
    for column in schema:
        values = table[column.name]
        coded = declared(column) if has_public_domain(column) else from_data(column, values, minimum_count)
        codes = encode(values, coded)
        found[column.name] = Margin(pooled(coded, codes, minimum_count), codes)
    return found


def coded_columns(
    found: Mapping[str, Margin], table: pl.DataFrame, tables: Mapping[str, ContingencyTable], minimum_count: int
) -> tuple[CodedColumn, ...]:
    """The columns as they are published, with the atoms that their protected tables leave room for."""
    return tuple(
        with_atoms(margin.coded, table[name], margin.codes, tables[name], minimum_count)
        for name, margin in found.items()
    )


def describe_independent(table: pl.DataFrame, schema: Schema, minimum_count: int) -> Description:
    """The columns, each with its protected counts."""
    found = margins(table, schema, minimum_count)
    tables = {
        name: single(name, np.bincount(margin.groups, minlength=margin.coded.group_count))
        for name, margin in found.items()
    }
    return Description(
        "independent",
        coded_columns(found, table, tables, minimum_count),
        rows=len(table),
        tables=tuple(tables.values()),
        minimum_count=minimum_count,
    )
