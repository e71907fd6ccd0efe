"""How much dependence between columns a synthetic table kept, lost or invented: figures for checks, no verdict."""

import math
from dataclasses import dataclass
from typing import Any

import polars as pl

from synth_assets.errors import MeasurementError
from synth_assets.frames import Frame
from synth_assets.measure.comparison import Comparison, measurements_of

DEPENDENT_FROM = 0.01
"""Adjusted NMI from which two columns of the original count as dependent."""

STANDARD_ERRORS = 3.0
"""How many standard errors above 0 it must be as well, so that noise in a small table does not count."""

_PAIR = 2
_NEEDED = (
    "ways",
    "column_a",
    "column_b",
    "nmi_original",
    "nmi_synthetic",
    "nmi_original_error",
    "nmi_synthetic_error",
)


@dataclass(frozen=True, slots=True)
class PairDependence:
    """The dependence of two columns in both tables, as adjusted normalised mutual information.

    Attributes:
        column_a: The earlier column.
        column_b: The later column.
        original: In the original, from 0 to 1.
        synthetic: In the synthetic table, from 0 to 1.
        original_error: Standard error of ``original``.
        synthetic_error: Standard error of ``synthetic``.
    """

    column_a: str
    column_b: str
    original: float
    synthetic: float
    original_error: float
    synthetic_error: float

    @property
    def difference(self) -> float:
        """Synthetic less original, from -1 to 1."""
        return self.synthetic - self.original

    @property
    def difference_error(self) -> float:
        """Standard error of the difference."""
        return math.hypot(self.original_error, self.synthetic_error)

    @property
    def kept_share(self) -> float | None:
        """Synthetic as a share of original; above 1 where it is stronger, ``None`` where the original has none."""
        return self.synthetic / self.original if self.original > 0 else None

    def __str__(self) -> str:
        """Both names, for people."""
        return f"{self.column_a} and {self.column_b}"


@dataclass(frozen=True, slots=True)
class Dependence:
    """The pairs that decide whether dependence was kept, is absent, or was invented.

    A correlated table keeps dependence where ``worst`` is within tolerance; a random or an independent one has none
    where ``strongest`` is. Each pair carries its standard error, so that a check can allow for noise.

    Attributes:
        worst: The pair with the largest absolute difference.
        strongest: The pair with the largest synthetic value.
        invented: The pair with the largest increase.
        least_kept: Of the pairs that depend on each other in the original, the one with the smallest kept share;
            ``None`` where no pair does.
        dependent_pairs: How many pairs depend on each other in the original.
        pairs: How many pairs there are.
    """

    worst: PairDependence
    strongest: PairDependence
    invented: PairDependence
    least_kept: PairDependence | None
    dependent_pairs: int
    pairs: int


def dependence_kept(compared: Comparison | Frame, *, dependent_from: float = DEPENDENT_FROM) -> Dependence | None:
    """What became of the dependence between columns.

    Args:
        compared: A comparison of the synthetic table with its original, or its stored measurements (see
            ``Comparison.measurements``).
        dependent_from: Adjusted NMI from which a pair of the original counts as dependent, where it is also
            ``STANDARD_ERRORS`` above 0; above 0, at most 1.

    Returns:
        ``None`` for a table of one column, which has no pairs.

    Raises:
        MeasurementError: ``dependent_from`` is out of range, or the table does not hold measurements.
    """
    if not 0 < dependent_from <= 1:
        message = f"dependent_from is {dependent_from}. Allowed: above 0, at most 1; {DEPENDENT_FROM} is usual."
        raise MeasurementError(message)
    table = measurements_of(compared, _NEEDED)
    pairs = [_pair(row) for row in table.filter(pl.col("ways") == _PAIR).iter_rows(named=True)]
    if not pairs:
        return None
    dependent = [pair for pair in pairs if pair.original >= max(dependent_from, STANDARD_ERRORS * pair.original_error)]
    return Dependence(
        worst=max(pairs, key=lambda pair: abs(pair.difference)),
        strongest=max(pairs, key=lambda pair: pair.synthetic),
        invented=max(pairs, key=lambda pair: pair.difference),
        least_kept=min(dependent, key=lambda pair: pair.synthetic / pair.original, default=None),
        dependent_pairs=len(dependent),
        pairs=len(pairs),
    )


def _pair(row: dict[str, Any]) -> PairDependence:
    return PairDependence(
        column_a=row["column_a"],
        column_b=row["column_b"],
        original=row["nmi_original"],
        synthetic=row["nmi_synthetic"],
        original_error=row["nmi_original_error"],
        synthetic_error=row["nmi_synthetic_error"],
    )
