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
from synth_assets.schema import ORDERED_TYPES, Schema

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
    tables = (real, held, made)
    exact = [_exact([table[column.name] for table in tables]) for column in schema]
    ordered = tuple(column.type in ORDERED_TYPES and not column.opaque for column in schema)
    opaque = tuple(column.opaque for column in schema)
    seen = real.height + held.height
    coded = [
        _binned(codes, size, seen, ordered=in_order, opaque=closed)
        for (codes, size), in_order, closed in zip(exact, ordered, opaque, strict=True)
    ]
    sizes = tuple(size for _, size in coded)
    at = [real.height, seen]
    training_codes, control_codes, synthetic_codes = np.split(np.column_stack([codes for codes, _ in coded]), at)
    training_exact, control_exact, synthetic_exact = np.split(np.column_stack([codes for codes, _ in exact]), at)
    return Coded(
        names=tuple(schema.names),
        sizes=sizes,
        exact_sizes=tuple(size for _, size in exact),
        ordered=ordered,
        opaque=opaque,
        secrets=_secrets(schema, sizes, secrets),
        attacks=attacks,
        training=training_codes,
        control=control_codes,
        synthetic=synthetic_codes,
        training_exact=training_exact,
        control_exact=control_exact,
        synthetic_exact=synthetic_exact,
    )


def check_attacks(attacks: object) -> None:
    """Refuse a number of attacks that cannot be tried.

    Raises:
        MeasurementError: It is not a whole number from 1 on.
    """
    if isinstance(attacks, bool) or not isinstance(attacks, (int, np.integer)) or attacks < 1:
        message = f"attacks is {attacks!r}. Allowed: a whole number from 1 on; 500 is usual."
        raise MeasurementError(message)


def _exact(values: Sequence[pl.Series]) -> tuple[IntArray, int]:
    """One code a value, in order of the values, in all tables together; the last is missing."""
    together = pl.concat([one.to_frame("value") for one in values], how="vertical_relaxed")["value"]
    codes = together.rank("dense").cast(pl.Int64) - 1
    size = together.drop_nulls().n_unique()
    return codes.fill_null(size).to_numpy(), size + 1


def _binned(exact: IntArray, size: int, seen: int, *, ordered: bool, opaque: bool) -> tuple[IntArray, int]:
    """Bins of an ordered column; of another the exact codes, and of text and keys whether there is a value.

    Args:
        exact: Exact codes, the ``seen`` real rows first.
        size: How many exact codes there are.
        seen: How many rows are real.
        ordered: Whether to cut into bins.
        opaque: Whether to keep only that there is a value.
    """
    missing = size - 1
    if opaque:
        return (exact == missing).astype(np.int64), 2
    real = np.sort(exact[:seen][exact[:seen] < missing])
    if not ordered or not len(real):
        return exact, size
    starts = np.unique(real)
    if len(starts) > COMPARED_BINS:
        starts = np.unique(real[np.arange(COMPARED_BINS) * len(real) // COMPARED_BINS])
    codes = np.maximum(np.searchsorted(starts, exact, "right") - 1, 0)
    return np.where(exact == missing, len(starts), codes), len(starts) + 1


def _secrets(schema: Schema, sizes: Sequence[int], asked: Sequence[str] | None) -> tuple[int, ...]:
    usable = [column.name for column in schema if not column.opaque]
    if asked is not None:
        wrong = [name for name in asked if name not in usable]
        if wrong or not asked or len(set(asked)) < len(asked):
            message = (
                f"secrets are {list(asked)!r}. Allowed: one or more of the columns {', '.join(map(repr, usable))}, "
                "each once; text and keys cannot be guessed."
            )
            raise MeasurementError(message)
        return tuple(schema.names.index(name) for name in asked)
    chosen = [name for name in schema.with_role("sensitive") if name in usable]
    if not chosen:
        chosen = sorted(usable, key=lambda name: -sizes[schema.names.index(name)])[:MOST_SECRETS]
    return tuple(place for place, name in enumerate(schema.names) if name in chosen)
