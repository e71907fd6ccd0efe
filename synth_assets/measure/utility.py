"""Every measure of how useful a synthetic table is, from one reading of the two tables."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import polars as pl

from synth_assets.frames import Frame
from synth_assets.measure.binning import BinnedColumn, bin_columns
from synth_assets.measure.counting import count
from synth_assets.measure.marginals import MOST_TABLES, Marginals, measure_marginals
from synth_assets.measure.mutual_information import shared_information
from synth_assets.measure.numeric import NumericDistances, measure_numbers
from synth_assets.measure.pairing import paired
from synth_assets.measure.prediction import Prediction, check_target, measure_prediction
from synth_assets.measure.propensity import Propensity, measure_propensity
from synth_assets.measure.subsets import subsets
from synth_assets.schema import Schema

_WAYS = (1, 2, 3)
_SUMMARY_SCHEMA: dict[str, pl.DataType] = {
    "measure": pl.String(),
    **{name: pl.Float64() for name in ("value", "floor", "error")},
}
_Figure: TypeAlias = tuple[float | None, float | None, float | None]
_NONE: _Figure = (None, None, None)


@dataclass(frozen=True, eq=False)
class Utility:
    """How useful a synthetic table is in place of its original.

    Attributes:
        marginals: Total variation distances of 1, 2 and 3 columns at a time; as many as there are columns.
        information: Mean absolute difference of adjusted normalised mutual information over pairs of columns, its
            floor (of two samples of these sizes, as in ``Comparison``) and its standard error, at most; ``None`` for a
            table of one column.
        numbers: Kolmogorov-Smirnov and Wasserstein distances of numbers, dates and datetimes.
        propensity: Whether a model can tell the tables apart.
        prediction: Train on synthetic, test on real; ``None`` where no target was given.
        original_rows: Rows of the original.
        synthetic_rows: Rows of the synthetic table.
    """

    marginals: tuple[Marginals, ...]
    information: tuple[float, float, float] | None
    numbers: NumericDistances
    propensity: Propensity
    prediction: Prediction | None
    original_rows: int
    synthetic_rows: int

    @cached_property
    def summary(self) -> pl.DataFrame:
        """One row a measure: ``measure``, ``value``, ``floor``, ``error``; missing where it does not apply.

        ``floor`` is what sampling alone gives, on average; ``error`` is the standard error of ``value``. The measures:

        - ``tvd_1``, ``tvd_2``, ``tvd_3``: mean total variation distance.
        - ``k_marginal_2``, ``k_marginal_3``: 1000 is best; the floor is the best that sampling can reach on average.
        - ``nmi_error``: mean absolute difference of normalised mutual information.
        - ``ks``, ``wasserstein``: means over columns; the latter in standard deviations of the original. Their error
          is the mean of the columns' errors, which it cannot exceed.
        - ``pmse``, ``pmse_ratio``: propensity score, and the same over its floor.
        - ``tstr_accuracy``, ``tstr_log_loss``: train on synthetic, test on real; the floor is that of training on real
          rows, and the error that of the difference between the two.
        """
        figures = {
            **{f"tvd_{ways}": self._distance(ways) for ways in _WAYS},
            **{f"k_marginal_{ways}": self._score(ways) for ways in _WAYS[1:]},
            "nmi_error": self.information or _NONE,
            "ks": self._number("ks"),
            "wasserstein": self._number("wasserstein_scaled"),
            **self._propensity(),
            **self._prediction(),
        }
        return pl.DataFrame([(name, *figure) for name, figure in figures.items()], schema=_SUMMARY_SCHEMA, orient="row")

    def _distance(self, ways: int) -> _Figure:
        found = next((one for one in self.marginals if one.ways == ways), None)
        return (found.mean_tvd, found.floor, found.error) if found else _NONE

    def _score(self, ways: int) -> _Figure:
        found = next((one for one in self.marginals if one.ways == ways), None)
        return (found.score, found.score_floor, found.score_error) if found else _NONE

    def _number(self, measure: str) -> _Figure:
        return self.numbers.mean(measure), self.numbers.mean(f"{measure}_floor"), self.numbers.mean(f"{measure}_error")

    def _propensity(self) -> dict[str, _Figure]:
        pmse, ratio = self.propensity.pmse, self.propensity.ratio
        relative = _NONE if ratio is None else (ratio, 1.0, pmse.error / pmse.floor.mean)
        return {"pmse": (pmse.value, pmse.floor.mean, pmse.error), "pmse_ratio": relative}

    def _prediction(self) -> dict[str, _Figure]:
        found = self.prediction
        if found is None:
            return {"tstr_accuracy": _NONE, "tstr_log_loss": _NONE}
        return {
            "tstr_accuracy": (found.synthetic.accuracy, found.real.accuracy, found.lost_error),
            "tstr_log_loss": (found.synthetic.log_loss, found.real.log_loss, found.log_loss_added_error),
        }


def utility(
    frame: Frame, table: Frame, schema: Schema, *, target: str | None = None, rng: np.random.Generator
) -> Utility:
    """Measure the utility of a synthetic table in every way.

    Everything is of all rows but ``propensity`` and ``prediction``, which draw rows from long tables, and of all sets
    of columns up to ``MOST_TABLES`` of a size. Numbers are cut into ``COMPARED_BINS`` bins where they are cut.

    Args:
        frame: The original.
        table: The synthetic table: the same columns, in any order, and any number of rows.
        schema: Of both.
        target: A column to predict from all others, not text.
        rng: Draws the rows of ``propensity`` and ``prediction``.

    Raises:
        MeasurementError: The tables cannot be compared, or ``target`` cannot be predicted; the message lists why.
    """
    if target is not None:
        check_target(schema, target)
    original, synthetic = paired(frame, table, schema)
    columns = bin_columns(original, synthetic, schema)
    prediction = None
    if target is not None:
        prediction = measure_prediction(original, synthetic, schema, target=target, rng=rng)
    return Utility(
        marginals=tuple(measure_marginals(columns, ways) for ways in _WAYS if ways <= len(columns)),
        information=_information(columns),
        numbers=measure_numbers(original, synthetic, schema),
        propensity=measure_propensity(original, synthetic, schema, rng=rng),
        prediction=prediction,
        original_rows=original.height,
        synthetic_rows=synthetic.height,
    )


def _information(columns: Sequence[BinnedColumn]) -> tuple[float, float, float] | None:
    if len(columns) == 1:
        return None
    pairs = [[columns[place] for place in places] for places in subsets(len(columns), 2, MOST_TABLES)]
    value, floor, error = np.mean([_pair_information(pair) for pair in pairs], axis=0).tolist()
    return value, floor, error


def _pair_information(pair: Sequence[BinnedColumn]) -> tuple[float, float, float]:
    cells = count(pair)
    rows, columns = cells.codes
    original, synthetic = (shared_information(rows, columns, counts) for counts in (cells.original, cells.synthetic))
    floor = math.sqrt(2 / math.pi) * math.hypot(original.standard_error, synthetic.standard_error)
    return abs(synthetic.adjusted - original.adjusted), floor, synthetic.standard_error
