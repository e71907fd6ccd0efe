"""Training, control and synthetic tables as integer codes that all three share; every attack works on these.

Bins come from training and control rows together, so that neither side is favoured. Codes of real rows stay inside.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from synth_assets.errors import MeasurementError
from synth_assets.frames import Frame
from synth_assets.measure.binning import COMPARED_BINS, IntArray
from synth_assets.measure.pairing import paired
from synth_assets.schema import ORDERED_TYPES, Column, Schema

FlagArray: TypeAlias = npt.NDArray[np.bool_]

MOST_SECRETS = 5
"""Where no column is sensitive and none is named, as many columns are guessed in turn."""


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """Three tables of the same columns as codes from 0 on; the last code of a column is missing.

    Attributes:
        names: Of the columns, in the schema's order.
        sizes: How many codes each column has, the one of missing counted.
        exact_sizes: The same of the exact codes.
        ordered: Whether codes that are near each other are values that are: numbers, dates and datetimes, but no keys.
        opaque: Whether the column is text or a key, of which the codes only say that there is a value.
        secrets: Places of the columns to be guessed.
        keys: Places of the columns that others may know of a person: the quasi-identifiers.
        attacks: How many of each attack to try on each side, if there are as many rows.
        training: Rows that the description saw, shape (n, columns).
        control: Rows that it did not see, shape (m, columns).
        synthetic: Shape (s, columns).
        training_exact: The same rows, one code a value, whatever the type; of ordered columns in order of the values.
        control_exact: As ``training_exact``.
        synthetic_exact: As ``training_exact``.
    """

    names: tuple[str, ...]
    sizes: tuple[int, ...]
    exact_sizes: tuple[int, ...]
    ordered: tuple[bool, ...]
    opaque: tuple[bool, ...]
    secrets: tuple[int, ...]
    keys: tuple[int, ...]
    attacks: int
    training: IntArray
    control: IntArray
    synthetic: IntArray
    training_exact: IntArray
    control_exact: IntArray
    synthetic_exact: IntArray

    @property
    def even(self) -> int:
        """How many rows both sides have: the number of the shorter one."""
        return min(len(self.training), len(self.control))

    def targets(self, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
        """Rows to attack: places in ``training`` and in ``control``, equally many, each at most once.

        Args:
            rng: Draws them.

        Returns:
            Two arrays of min(attacks, n, m) places.
        """
        wanted = min(self.attacks, self.even)
        training, control = (rng.permutation(len(rows))[:wanted] for rows in (self.training, self.control))
        return training, control

    def evened(self, rng: np.random.Generator) -> "Coded":
        """The same with as many training rows as control rows, drawn without replacement.

        For attacks that depend on how many rows a table has: a row is less often the only one of its kind among more.
        """
        training, control = (rng.permutation(len(rows))[: self.even] for rows in (self.training, self.control))
        return replace(
            self,
            training=self.training[training],
            training_exact=self.training_exact[training],
            control=self.control[control],
            control_exact=self.control_exact[control],
        )


def encode(  # noqa: PLR0913 - three tables, as every attack has them
    training: Frame,
    control: Frame,
    synthetic: Frame,
    schema: Schema,
    *,
    attacks: int,
    secrets: Sequence[str] | None = None,
) -> Coded:
    """Code three tables alike.

    Numbers, dates and datetimes are cut into ``COMPARED_BINS`` bins of about as many real rows each, or one a value
    where there are no more values than bins.

    Args:
        training: Rows that the description saw.
        control: Rows that it did not see.
        synthetic: The synthetic table. All three have the same columns and at least one row.
        schema: Of all three.
        attacks: At least 1.
        secrets: Columns to be guessed, neither text nor keys. Where ``None``, the sensitive ones; where there are
            none either, the ``MOST_SECRETS`` columns of the most codes.

    Raises:
        MeasurementError: The tables do not fit each other, or an argument is not allowed.
    """
    check_attacks(attacks)
    real, made = paired(training, synthetic, schema)
    held, _ = paired(control, synthetic, schema)
    columns = [_column(column, [table[column.name] for table in (real, held, made)]) for column in schema]
    ends = [real.height, real.height + held.height]
    coded = np.split(np.column_stack([column.codes for column in columns]), ends)
    exact = np.split(np.column_stack([column.exact for column in columns]), ends)
    sizes = tuple(column.size for column in columns)
    return Coded(
        names=tuple(schema.names),
        sizes=sizes,
        exact_sizes=tuple(column.exact_size for column in columns),
        ordered=tuple(_ordered(column) for column in schema),
        opaque=tuple(column.opaque for column in schema),
        secrets=_sensitive(schema, sizes) if secrets is None else _named(schema, secrets),
        keys=tuple(
            place for place, column in enumerate(schema) if column.role == "quasi_identifier" and not column.opaque
        ),
        attacks=attacks,
        training=coded[0],
        control=coded[1],
        synthetic=coded[2],
        training_exact=exact[0],
        control_exact=exact[1],
        synthetic_exact=exact[2],
    )


def check_attacks(attacks: object) -> None:
    """Refuse a number of attacks that cannot be tried.

    Raises:
        MeasurementError: It is not a whole number from 1 on.
    """
    if isinstance(attacks, bool) or not isinstance(attacks, (int, np.integer)) or attacks < 1:
        message = f"attacks is {attacks!r}. Allowed: a whole number from 1 on; 500 is usual."
        raise MeasurementError(message)


@dataclass(frozen=True, slots=True, eq=False)
class _ColumnCodes:
    """One column of the three tables, one after the other."""

    exact: IntArray
    exact_size: int
    codes: IntArray
    size: int


def _column(column: Column, values: Sequence[pl.Series]) -> _ColumnCodes:
    """Exact codes, and those for all attacks: bins; of categories the same; of text and keys whether there is a value.

    Args:
        column: Its type says which.
        values: Of training, control and synthetic table.
    """
    exact, missing = _exact(values)
    if column.opaque:
        return _ColumnCodes(exact, missing + 1, (exact == missing).astype(np.int64), 2)
    real = np.sort(exact[: len(values[0]) + len(values[1])])
    starts = _starts(real[real < missing])
    if not _ordered(column) or not len(starts):
        return _ColumnCodes(exact, missing + 1, exact, missing + 1)
    bins = np.maximum(np.searchsorted(starts, exact, "right") - 1, 0)
    return _ColumnCodes(exact, missing + 1, np.where(exact == missing, len(starts), bins), len(starts) + 1)


def _ordered(column: Column) -> bool:
    return column.type in ORDERED_TYPES and not column.opaque


def _exact(values: Sequence[pl.Series]) -> tuple[IntArray, int]:
    """One code a value, in order of the values, in all tables together; and the code of missing, the last."""
    together = pl.concat([one.to_frame("value") for one in values], how="vertical_relaxed")["value"]
    missing = together.drop_nulls().n_unique()
    codes = together.rank("dense").cast(pl.Int64) - 1
    return codes.fill_null(missing).to_numpy(), missing


def _starts(real: IntArray) -> IntArray:
    """The first code of each bin: every code, or where there are many, those at equal shares of the rows.

    Args:
        real: Exact codes of real rows, sorted, none missing.
    """
    codes = np.unique(real)
    if len(codes) <= COMPARED_BINS:
        return codes
    return np.unique(real[np.arange(COMPARED_BINS) * len(real) // COMPARED_BINS])


def _named(schema: Schema, secrets: Sequence[str]) -> tuple[int, ...]:
    usable = [column.name for column in schema if not column.opaque]
    if not secrets or len(set(secrets)) < len(secrets) or not set(secrets) <= set(usable):
        message = (
            f"secrets are {list(secrets)!r}. Allowed: one or more of the columns {', '.join(map(repr, usable))}, "
            "each once; text and keys cannot be guessed."
        )
        raise MeasurementError(message)
    return tuple(schema.names.index(name) for name in secrets)


def _sensitive(schema: Schema, sizes: Sequence[int]) -> tuple[int, ...]:
    """Places of the sensitive columns; where there are none, of those with the most codes."""
    usable = [place for place, column in enumerate(schema) if not column.opaque]
    chosen = [place for place in usable if schema.columns[place].role == "sensitive"]
    return tuple(chosen or sorted(sorted(usable, key=lambda place: -sizes[place])[:MOST_SECRETS]))
