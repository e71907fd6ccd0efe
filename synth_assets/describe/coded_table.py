"""A table as codes: every column with its published domain and its pool, one small number a value, ready to be counted.

It holds one or two bytes for each value of the table, in a temporary file where that is much; counts are exact.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from tempfile import TemporaryFile

import numpy as np
import polars as pl

from synth_assets.describe.coding import ALONE, Bins, CodedColumn, encode, into_bins
from synth_assets.describe.domain import (
    EXTREMES,
    bins_wanted,
    declared,
    ends,
    from_data,
    has_public_domain,
    joined,
    least_known,
    least_told,
)
from synth_assets.describe.grid import step_of
from synth_assets.describe.reader import Exact, Reader
from synth_assets.describe.spikes import stands_out, with_spikes, with_step
from synth_assets.describe.survey import Survey
from synth_assets.describe.tables import ContingencyTable, pooled, with_atoms
from synth_assets.describe.tails import Crowd, finer
from synth_assets.errors import DescriptionError
from synth_assets.schema import Column

MOST_BYTES_IN_MEMORY = 2**31
"""Codes that take more are kept in a temporary file."""

_ROWS_AT_A_TIME = 131_072


@dataclass(frozen=True, eq=False)
class CodedTable:
    """A table, coded.

    Attributes:
        rows: How many rows it has.
        columns: Each column with its published domain and its pool, by name; without atoms.
        groups: The group of each row (see ``CodedColumn.groups``), a whole-number array of shape (rows,) each.
        code_rows: Rows of each code, int64 of shape (size,) each.
        least: Rows that each code is known to have; see ``domain.least_known``.
        exact: The frequent values of columns in bins.
    """

    rows: int
    columns: Mapping[str, CodedColumn]
    groups: Mapping[str, np.ndarray]
    code_rows: Mapping[str, np.ndarray]
    least: Mapping[str, np.ndarray]
    exact: Mapping[str, Exact]

    def counted(self, names: Sequence[str]) -> np.ndarray:
        """Exact counts over some columns, one axis each, in their order; int64."""
        shape = [self.columns[name].group_count for name in names]
        cells = math.prod(shape)
        counts = np.zeros(cells, dtype=np.int64)
        step = max(_ROWS_AT_A_TIME, cells)
        for start in range(0, self.rows, step):
            places = self.groups[names[0]][start : start + step].astype(np.intp)
            for name, size in zip(names[1:], shape[1:], strict=True):
                places *= size
                places += self.groups[name][start : start + step]
            counts += np.bincount(places, minlength=cells)
        return counts.reshape(shape)

    def regrouped(self, columns: Mapping[str, CodedColumn]) -> "CodedTable":
        """The table with its columns' codes in the groups of these columns; the old one is used up.

        Args:
            columns: Each of ours, of which every code still was a group of its own.
        """
        for name, coded in columns.items():
            codes, groups = self.groups[name], coded.groups.astype(self.groups[name].dtype)
            for start in range(0, len(codes) if coded.merged else 0, _ROWS_AT_A_TIME):
                codes[start : start + _ROWS_AT_A_TIME] = groups[codes[start : start + _ROWS_AT_A_TIME]]
        return replace(self, columns=dict(columns))

    def published(self, tables: Mapping[str, ContingencyTable], minimum: int) -> tuple[CodedColumn, ...]:
        """The columns as they are published, with the atoms that their protected tables leave room for."""
        return tuple(
            with_atoms(coded, self.exact[name], self.code_rows[name], tables[name], minimum)
            if name in self.exact
            else coded
            for name, coded in self.columns.items()
        )


def coded_table(reader: Reader, minimum: int) -> CodedTable:
    """The table of a reader, coded; it is read twice, and once more for each column in bins.

    Columns of which one bin is too full are read again for each step by which the bins become finer (see ``tails``).

    Args:
        reader: Of the table.
        minimum: The smallest count that may be told.

    Raises:
        SchemaError: The table does not fit its schema.
        DescriptionError: It has fewer than ``minimum`` rows, or a domain cannot be had.
    """
    rows, surveys = survey(reader, minimum)
    if rows < max(minimum, 1):
        message = (
            f"The table has {'too few rows' if rows else 'no rows'}. To describe it takes at least minimum_count = "
            f"{minimum}: of fewer, nothing may be told. Use more rows, or random mode with a declared schema."
        )
        raise DescriptionError(message)
    drafts = {column.name: _draft(reader, column, surveys[column.name], minimum) for column in reader.schema}
    exact = {
        name: reader.exact(reader.schema[name], minimum, rows)
        for name, coded in drafts.items()
        if isinstance(coded.coding, Bins)
    }
    for name, held in exact.items():
        step = step_of(surveys[name].off, reader.schema[name])
        drafts[name] = with_spikes(with_step(drafts[name], step), held, rows, minimum)
    codes = codes_of(reader, drafts.values(), rows)
    scarce = {}
    for name, held in exact.items():
        coded, scarce[name] = _finer(reader, drafts[name], codes[name], surveys[name], held, minimum)
        if coded is not drafts[name]:
            drafts[name] = coded
            codes |= codes_of(reader, [coded], rows)
    columns, code_rows, least = {}, {}, {}
    for name, coded in drafts.items():
        told = least_told(surveys[name], minimum)
        columns[name], code_rows[name], least[name] = _final(coded, codes[name], told, minimum, scarce.get(name, ()))
    return CodedTable(rows, columns, codes, code_rows, least, exact)


def _finer(  # noqa: PLR0913, PLR0917 - a column, and all that is known of it
    reader: Reader, draft: CodedColumn, codes: np.ndarray, surveyed: Survey, exact: Exact, minimum: int
) -> tuple[CodedColumn, tuple[tuple[float, float], ...]]:
    """The column with finer bins where rows crowd, and its spikes anew; and the stretches that were only just split."""
    least = least_told(surveyed, minimum)
    if not isinstance(draft.coding, Bins) or draft.column.domain_source != "data" or surveyed.present < least:
        return draft, ()
    heavy = stands_out(exact.rows, len(codes), minimum)
    if draft.above:
        heavy &= exact.values != ALONE
    held = Exact(exact.values[heavy], exact.rows[heavy])
    share = surveyed.present / bins_wanted(surveyed, least)
    crowd = Crowd(lambda: reader.placed(draft.column), share, ends(surveyed, least), held)
    places = into_bins(pl.Series(held.values), draft.coding).to_numpy()
    bin_rows = tally(codes, draft.size) - np.bincount(places, held.rows, minlength=draft.size).astype(np.int64)
    coded, scarce = finer(draft, bin_rows[: draft.coding.bins], crowd, minimum)
    if coded is draft or not isinstance(coded.coding, Bins):
        return draft, scarce
    plain = replace(coded, coding=replace(coded.coding, spikes=(ALONE,) if draft.above else ()))
    return with_spikes(plain, exact, len(codes), minimum), scarce


def coded_publicly(reader: Reader, columns: Mapping[str, CodedColumn]) -> CodedTable:
    """The table of a reader, coded by codings that owe nothing to the data; it is read twice.

    Args:
        reader: Of the table.
        columns: Every column's coding, in order.

    Raises:
        SchemaError: The table does not fit its schema.
    """
    rows = sum(len(batch) for batch in reader.checked())
    return CodedTable(rows, columns, codes_of(reader, columns.values(), rows), {}, {}, {})


def survey(reader: Reader, minimum: int) -> tuple[int, dict[str, Survey]]:
    """How many rows there are, and every column surveyed, in a first pass that also checks that the table fits.

    Raises:
        SchemaError: It does not fit.
    """
    rows, found = 0, {}
    for batch in reader.checked():
        rows += len(batch)
        for column in reader.schema:
            part = _survey(reader, column, batch[column.name], minimum)
            found[column.name] = found[column.name].plus(part, EXTREMES * minimum) if column.name in found else part
    return rows, found


def _survey(reader: Reader, column: Column, values: pl.Series, minimum: int) -> Survey:
    if column.name in reader.above:
        values = values.filter((values != ALONE) | values.is_null())
    elif has_public_domain(column):
        return Survey.of(values, column, 0)
    return Survey.of(values, column, EXTREMES * minimum)


def _draft(reader: Reader, column: Column, surveyed: Survey, minimum: int) -> CodedColumn:
    """The column with its published domain, bins from the data not yet joined."""
    if column.name in reader.above:
        return from_data(column, surveyed, minimum, reader.above[column.name])
    return declared(column) if has_public_domain(column) else from_data(column, surveyed, minimum)


def codes_of(reader: Reader, columns: Iterable[CodedColumn], rows: int) -> dict[str, np.ndarray]:
    """The code of each row, by column; whole numbers of as few bytes as will do, shape (rows,) each.

    Raises:
        DescriptionError: The table has changed since it was surveyed.
    """
    wanted = {coded.column.name: coded for coded in columns}
    codes = _space(wanted, rows)
    filled = 0
    for batch in reader.batches():
        end = filled + len(batch)
        if end <= rows:
            for name, coded in wanted.items():
                codes[name][filled:end] = encode(batch[name], coded)
        filled = end
    if filled != rows:
        message = f"The table had {rows} rows and then {filled}: it changed while it was read. Describe it again."
        raise DescriptionError(message)
    return codes


def _space(columns: Mapping[str, CodedColumn], rows: int) -> dict[str, np.ndarray]:
    kinds = {name: np.min_scalar_type(max(coded.size - 1, 0)) for name, coded in columns.items()}
    if rows * sum(kind.itemsize for kind in kinds.values()) <= MOST_BYTES_IN_MEMORY:
        return {name: np.empty(rows, dtype=kind) for name, kind in kinds.items()}
    return {name: _on_disk(rows, kind) for name, kind in kinds.items()}


def _on_disk(rows: int, kind: np.dtype) -> np.ndarray:
    """An array in a file without a name, which goes with it."""
    with TemporaryFile() as file:
        return np.memmap(file, dtype=kind, mode="w+", shape=(rows,))


def _final(
    coded: CodedColumn, codes: np.ndarray, least: int, minimum: int, scarce: Sequence[tuple[float, float]]
) -> tuple[CodedColumn, np.ndarray, np.ndarray]:
    """The column with its bins joined and its rare codes pooled; rows per code, and how many it is known to have.

    Codes become groups in place.
    """
    old_rows = tally(codes, coded.size)
    column, renumbered = joined(coded, old_rows, least)
    code_rows = np.zeros(column.size, dtype=np.int64)
    np.add.at(code_rows, renumbered, old_rows)
    known = least_known(column, minimum, code_rows, scarce)
    column = pooled(column, code_rows, minimum, known)
    groups = column.groups[renumbered].astype(codes.dtype)
    if not np.array_equal(groups, np.arange(coded.size)):
        for start in range(0, len(codes), _ROWS_AT_A_TIME):
            codes[start : start + _ROWS_AT_A_TIME] = groups[codes[start : start + _ROWS_AT_A_TIME]]
    return column, code_rows, known


def tally(codes: np.ndarray, size: int) -> np.ndarray:
    """Rows of each code, int64 of shape (size,)."""
    counts = np.zeros(size, dtype=np.int64)
    for start in range(0, len(codes), _ROWS_AT_A_TIME):
        counts += np.bincount(codes[start : start + _ROWS_AT_A_TIME], minlength=size)
    return counts
