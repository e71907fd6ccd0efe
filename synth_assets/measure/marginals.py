"""How far apart the tables of one, two, three or more columns at a time are, and the k-marginal score made of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from synth_assets.errors import MeasurementError
from synth_assets.frames import Frame
from synth_assets.measure.binning import BinnedColumn, FloatArray, IntArray, bin_columns
from synth_assets.measure.counting import Cells, count_flat, flatten
from synth_assets.measure.distance import total_variation
from synth_assets.measure.floor import sampling_floor
from synth_assets.measure.pairing import paired
from synth_assets.measure.subsets import subsets
from synth_assets.schema import DEFAULT_BINS, Schema

MOST_TABLES = 1_000
"""Above this many sets of columns, this many of them are measured, evenly spaced (see ``subsets``)."""

_ERROR_ROWS = 50_000
_FULL_SCORE = 1_000
_TABLE_SCHEMA: dict[str, pl.DataType] = {
    "columns": pl.List(pl.String()),
    **{name: pl.Float64() for name in ("tvd", "floor", "floor_sd", "fresh_floor", "error")},
}


@dataclass(frozen=True, eq=False)
class Marginals:
    """Distances of k-way tables; k is ``ways``.

    Attributes:
        ways: How many columns at a time.
        tables: One row a set of columns: ``columns`` (list of names), ``tvd`` (total variation distance), ``floor``,
            ``floor_sd``, ``fresh_floor`` (see ``Floor``), ``error`` (standard error of ``tvd``, see ``error``).
        possible: How many sets there are; more than rows in ``tables`` where only some were measured.
        error: Standard error of ``mean_tvd`` over draws of the synthetic table, the original as it is: from how much
            one row adds to the mean (infinitesimal jackknife, Efron 1982), and from the sets that were not measured.
            Right far from the floor. Near it an upper bound (Gaussian Poincare inequality), at most 1.7 times too high
            for one cell that can differ, more for the mean of many tables.
    """

    ways: int
    tables: pl.DataFrame
    possible: int
    error: float

    @property
    def mean_tvd(self) -> float:
        """Mean total variation distance over the sets."""
        return self._mean("tvd")

    @property
    def floor(self) -> float:
        """Mean floor over the sets."""
        return self._mean("floor")

    @property
    def fresh_floor(self) -> float:
        """Mean fresh floor over the sets."""
        return self._mean("fresh_floor")

    @property
    def score(self) -> float:
        """The k-marginal score of NIST (Ridgeway et al. 2021; SDNist), 1000 (1 - mean TVD): 1000 is best, 0 worst.

        Over all sets of columns where the challenge drew some, and with numbers in bins of equal width.
        """
        return _FULL_SCORE * (1 - self.mean_tvd)

    @property
    def score_floor(self) -> float:
        """The score that a sample of the original's own rows has on average."""
        return _FULL_SCORE * (1 - self.floor)

    @property
    def score_error(self) -> float:
        """Standard error of ``score``."""
        return _FULL_SCORE * self.error

    def _mean(self, name: str) -> float:
        return math.fsum(self.tables[name]) / self.tables.height


def marginal_distances(
    frame: Frame,
    table: Frame,
    schema: Schema,
    *,
    ways: int,
    bins: int = DEFAULT_BINS,
    most_tables: int | None = MOST_TABLES,
) -> Marginals:
    """Total variation distance of sets of ``ways`` columns, with the floor and the error beside each.

    Missing values are a value of their own. Text is compared by whole values.

    Args:
        frame: The original.
        table: The synthetic table.
        schema: Of both.
        ways: From 1 to the number of columns.
        bins: See ``bin_columns``.
        most_tables: Where there are more sets than this, so many are measured, evenly spaced; ``None`` for all.

    Raises:
        MeasurementError: The tables cannot be compared, or ``ways`` or ``most_tables`` is out of range.

    >>> frame = pl.DataFrame({"sex": ["F", "F", "M", "M"], "age": [1, 2, 1, 2]})
    >>> marginal_distances(frame, frame.head(2), Schema.infer(frame), ways=1).score
    750.0
    """
    if not 1 <= ways <= len(schema):
        message = f"ways is {ways}. Allowed: from 1 to the number of columns, {len(schema)}."
        raise MeasurementError(message)
    if most_tables is not None and most_tables < 1:
        message = f"most_tables is {most_tables}. Allowed: 1 or more, or None for all; {MOST_TABLES} is usual."
        raise MeasurementError(message)
    columns = bin_columns(*paired(frame, table, schema), schema, bins=bins)
    return measure_marginals(columns, ways, most_tables)


def k_way(frame: Frame, table: Frame, schema: Schema, *, ways: int = 3, bins: int = DEFAULT_BINS) -> pl.DataFrame:
    """Total variation distance of every combination of ``ways`` columns; see ``Marginals.tables``.

    Args:
        frame: The original.
        table: The synthetic table.
        schema: Of both.
        ways: From 1 to the number of columns.
        bins: See ``bin_columns``.

    Raises:
        MeasurementError: The tables cannot be compared, or ``ways`` is out of range.
    """
    return marginal_distances(frame, table, schema, ways=ways, bins=bins, most_tables=None).tables


def measure_marginals(columns: Sequence[BinnedColumn], ways: int, most_tables: int | None = MOST_TABLES) -> Marginals:
    """As ``marginal_distances``, of columns that are binned already.

    Args:
        columns: Of both tables.
        ways: From 1 to the number of columns.
        most_tables: At least 1, or ``None`` for all.
    """
    rows = len(columns[0].synthetic)
    sample = slice(None, None, math.ceil(rows / _ERROR_ROWS))
    influence = np.zeros(len(columns[0].synthetic[sample]))
    chosen = subsets(len(columns), ways, most_tables)
    measured = []
    for places in chosen:
        figures, signs = _measure([columns[place] for place in places], sample)
        measured.append(figures)
        influence += signs / (2 * len(chosen))
    tables = pl.DataFrame(measured, schema=_TABLE_SCHEMA, orient="row")
    possible = math.comb(len(columns), ways)
    error = math.hypot(float(np.std(influence)) / math.sqrt(rows), _error_of_choice(tables["tvd"], possible))
    return Marginals(ways, tables, possible, error)


def _measure(columns: Sequence[BinnedColumn], sample: slice) -> tuple[dict[str, Any], FloatArray]:
    """Figures of one table, and for a sample of synthetic rows whether their cell holds too many (1) or few (-1)."""
    flat = flatten(columns)
    cells = count_flat(flat)
    rows = len(flat.synthetic)
    floor = sampling_floor(cells.original, rows)
    signs = _signs(cells)
    shares = cells.synthetic / rows
    spread = max(float((shares * signs**2).sum() - (shares * signs).sum() ** 2), 0.0)
    figures = {
        "columns": [one.column.name for one in columns],
        "tvd": total_variation(cells.original, cells.synthetic),
        "floor": floor.mean,
        "floor_sd": floor.standard_deviation,
        "fresh_floor": floor.fresh,
        "error": math.sqrt(spread / rows) / 2,
    }
    return figures, signs[np.searchsorted(cells.places, flat.synthetic[sample])]


def _signs(cells: Cells) -> FloatArray:
    original: IntArray = cells.original * cells.synthetic.sum()
    return np.sign(cells.synthetic * cells.original.sum() - original).astype(float)


def _error_of_choice(distances: pl.Series, possible: int) -> float:
    """Of the mean of some sets as an estimate of the mean of all."""
    if len(distances) == possible:
        return 0.0
    spread = float(np.std(distances.to_numpy(), ddof=1)) if len(distances) > 1 else 0.5
    return spread * math.sqrt(1 / len(distances) - 1 / possible)
