"""How far apart the tables of one, two, three or more columns at a time are, and the k-marginal score made of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from synth_assets.errors import MeasurementError
from synth_assets.frames import Frame
from synth_assets.measure.binning import COMPARED_BINS, BinnedColumn, FloatArray, bin_columns
from synth_assets.measure.counting import Cells, count_flat, flatten
from synth_assets.measure.distance import total_variation
from synth_assets.measure.floor import sampling_floor
from synth_assets.measure.pairing import paired
from synth_assets.measure.subsets import subsets
from synth_assets.schema import Schema

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
        error: Standard error of ``mean_tvd`` over draws of the synthetic table, the original as it is: of leaving out
            one row at a time (jackknife), and of the sets that were not measured. The jackknife is right far from the
            floor and on average too high near it (Efron and Stein 1981), at most about 1.7 times.
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
    frame: Frame, table: Frame, schema: Schema, *, ways: int, bins: int = COMPARED_BINS
) -> Marginals:
    """Total variation distance of sets of ``ways`` columns, with the floor and the error beside each.

    Where there are more than ``MOST_TABLES`` sets, so many of them are measured, evenly spaced.

    Missing values are a value of their own. Text is compared by whole values.

    Args:
        frame: The original.
        table: The synthetic table.
        schema: Of both.
        ways: From 1 to the number of columns.
        bins: See ``bin_columns``.

    Raises:
        MeasurementError: The tables cannot be compared, or ``ways`` is out of range.

    >>> frame = pl.DataFrame({"sex": ["F", "F", "M", "M"], "age": [1, 2, 1, 2]})
    >>> marginal_distances(frame, frame.head(2), Schema.infer(frame), ways=1).score
    750.0
    """
    _check(ways, schema)
    return measure_marginals(bin_columns(*paired(frame, table, schema), schema, bins=bins), ways)


def k_way(frame: Frame, table: Frame, schema: Schema, *, ways: int = 3, bins: int = COMPARED_BINS) -> pl.DataFrame:
    """Total variation distance of every combination of ``ways`` columns, however many; see ``Marginals.tables``.

    Args:
        frame: The original.
        table: The synthetic table.
        schema: Of both.
        ways: From 1 to the number of columns.
        bins: See ``bin_columns``.

    Raises:
        MeasurementError: The tables cannot be compared, or ``ways`` is out of range.
    """
    _check(ways, schema)
    return measure_marginals(bin_columns(*paired(frame, table, schema), schema, bins=bins), ways, None).tables


def _check(ways: int, schema: Schema) -> None:
    if not 1 <= ways <= len(schema):
        message = f"ways is {ways}. Allowed: from 1 to the number of columns, {len(schema)}."
        raise MeasurementError(message)


def measure_marginals(columns: Sequence[BinnedColumn], ways: int, most_tables: int | None = MOST_TABLES) -> Marginals:
    """As ``marginal_distances``, of columns that are binned already.

    Args:
        columns: Of both tables.
        ways: From 1 to the number of columns.
        most_tables: At least 1, or ``None`` for all.
    """
    rows = len(columns[0].synthetic)
    sample = slice(None, None, math.ceil(rows / _ERROR_ROWS))
    added = np.zeros(len(columns[0].synthetic[sample]))
    chosen = subsets(len(columns), ways, most_tables)
    measured = []
    for places in chosen:
        figures, by_row = _measure([columns[place] for place in places], sample)
        measured.append(figures)
        added += by_row / len(chosen)
    tables = pl.DataFrame(measured, schema=_TABLE_SCHEMA, orient="row")
    possible = math.comb(len(columns), ways)
    error = math.hypot(float(np.std(added)) * math.sqrt(rows), _error_of_choice(tables["tvd"], possible))
    return Marginals(ways, tables, possible, error)


def _measure(columns: Sequence[BinnedColumn], sample: slice) -> tuple[dict[str, Any], FloatArray]:
    """Figures of one table, and for a sample of synthetic rows how much each adds to the distance."""
    flat = flatten(columns)
    cells = count_flat(flat)
    rows = len(flat.synthetic)
    floor = sampling_floor(cells.original, rows)
    added = _added_by_a_row(cells)
    variance = float(cells.synthetic @ (added - cells.synthetic @ added / rows) ** 2)
    figures = {
        "columns": [one.column.name for one in columns],
        "tvd": total_variation(cells.original, cells.synthetic),
        "floor": floor.mean,
        "floor_sd": floor.standard_deviation,
        "fresh_floor": floor.fresh,
        "error": math.sqrt(variance),
    }
    return figures, added[np.searchsorted(cells.places, flat.synthetic[sample])]


def _added_by_a_row(cells: Cells) -> FloatArray:
    """How much larger the distance is for one of the synthetic rows in each cell, less what is the same for all."""
    others = max(int(cells.synthetic.sum()) - 1, 1)
    expected = cells.original / cells.original.sum() * others
    return (abs(cells.synthetic - expected) - abs(cells.synthetic - 1 - expected)) / (2 * others)


def _error_of_choice(distances: pl.Series, possible: int) -> float:
    """Of the mean of some sets as an estimate of the mean of all."""
    if len(distances) == possible:
        return 0.0
    spread = float(np.std(distances.to_numpy(), ddof=1)) if len(distances) > 1 else 0.5
    return spread * math.sqrt(1 / len(distances) - 1 / possible)
