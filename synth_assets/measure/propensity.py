"""How well a model can tell synthetic rows from original ones: the propensity score, pMSE."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from synth_assets.frames import Frame
from synth_assets.measure.binning import BinnedColumn, FloatArray, bin_columns
from synth_assets.measure.features import coarsen, cross
from synth_assets.measure.floor import Distance, Floor
from synth_assets.measure.logistic import RIDGE, Design, fit_logistic, probability
from synth_assets.measure.pairing import paired
from synth_assets.measure.subsets import subsets
from synth_assets.schema import Schema

MOST_ROWS = 20_000
"""Of each table; from a longer one so many are drawn at random."""

MOST_PAIRS = 66
"""Above this many pairs of columns (12 columns), this many of them enter the model, evenly spaced (see ``subsets``)."""

_FINE_BINS = 1_000
_LEVELS_ALONE = 20
_LEVELS_PAIRED = 3


@dataclass(frozen=True, slots=True)
class Propensity:
    """Whether a logistic regression finds a difference between the two tables.

    Attributes:
        pmse: Mean squared difference between the predicted probability that a row is synthetic and ``share``: 0 where
            nothing tells the tables apart, share (1 - share) where everything does. With its floor and its error.
        share: Synthetic rows among those in the model.
        parameters: How many the model has in effect, without the intercept: fewer than levels, as the ridge counts rare
            ones in part.
        pairs: How many pairs of columns are in the model.
        possible_pairs: How many there are.
        original_rows: Rows of the original in the model.
        synthetic_rows: Rows of the synthetic table in the model.
    """

    pmse: Distance
    share: float
    parameters: float
    pairs: int
    possible_pairs: int
    original_rows: int
    synthetic_rows: int

    @property
    def ratio(self) -> float | None:
        """Of pMSE to its floor: 1 on average for a sample of the original's rows; ``None`` where nothing varies."""
        return self.pmse.value / self.pmse.floor.mean if self.pmse.floor.mean > 0 else None

    @property
    def standardised(self) -> float | None:
        """How many standard deviations pMSE is above its floor; ``None`` where nothing varies."""
        spread = self.pmse.floor.standard_deviation
        return (self.pmse.value - self.pmse.floor.mean) / spread if spread > 0 else None


def propensity_score(frame: Frame, table: Frame, schema: Schema, *, rng: np.random.Generator) -> Propensity:
    """The propensity score of a synthetic table (Woo et al. 2009; Snoke et al. 2018).

    The model is logistic regression on each column in at most 20 levels and each pair of columns in 3 by 3, missing
    apart (see ``coarsen``), so that it sees changed frequencies and broken dependence between two columns.

    Args:
        frame: The original.
        table: The synthetic table.
        schema: Of both.
        rng: Draws rows from tables longer than ``MOST_ROWS``; not used for shorter ones.

    Raises:
        MeasurementError: The tables cannot be compared; the message lists every reason.
    """
    return measure_propensity(*paired(frame, table, schema), schema, rng=rng)


def measure_propensity(
    original: pl.DataFrame, synthetic: pl.DataFrame, schema: Schema, *, rng: np.random.Generator
) -> Propensity:
    """As ``propensity_score``, of plain values (see ``paired``)."""
    sides = [draw_rows(table, MOST_ROWS, rng) for table in (original, synthetic)]
    columns = bin_columns(sides[0], sides[1], schema, bins=_FINE_BINS)
    pairs = subsets(len(columns), 2, MOST_PAIRS) if len(columns) > 1 else []
    design = _design(columns, pairs)
    synthetic_row = np.repeat([0.0, 1.0], [side.height for side in sides])
    share = float(synthetic_row.mean())
    predicted = probability(design.predict(fit_logistic(design, synthetic_row)))
    new = 1 - share * sides[0].height / original.height
    counted = _counted(design, share)
    return Propensity(
        pmse=_against_null(float(np.mean((predicted - share) ** 2)), counted, share, len(synthetic_row), new),
        share=share,
        parameters=float((counted**2).sum()),
        pairs=len(pairs),
        possible_pairs=math.comb(len(columns), 2),
        original_rows=sides[0].height,
        synthetic_rows=sides[1].height,
    )


def draw_rows(table: pl.DataFrame, most: int, rng: np.random.Generator) -> pl.DataFrame:
    """``most`` rows at random without replacement, or all where there are no more."""
    return table if table.height <= most else table[rng.choice(table.height, most, replace=False)]


def _design(columns: Sequence[BinnedColumn], pairs: Sequence[tuple[int, ...]]) -> Design:
    alone = [coarsen(column, _LEVELS_ALONE) for column in columns]
    coarse = [coarsen(column, _LEVELS_PAIRED) for column in columns]
    features = [*alone, *(cross(coarse[first], coarse[second]) for first, second in pairs)]
    levels = [np.concatenate([one.original, one.synthetic]) for one in features]
    return Design(np.array(levels), tuple(one.levels for one in features))


def _counted(design: Design, share: float) -> FloatArray:
    """How much of each direction of the design the ridge leaves, from 0 to 1, where nothing tells the tables apart."""
    ones = np.ones(design.levels.shape[1])
    totals = design.totals(ones)
    centred = design.gram(ones) - np.outer(totals, totals) / len(ones)
    information = share * (1 - share) * np.maximum(np.linalg.eigvalsh(centred), 0.0)
    return information / (information + RIDGE)


def _against_null(pmse: float, counted: FloatArray, share: float, rows: int, new: float) -> Distance:
    """The value with its floor and error.

    Snoke et al. 2018: with k parameters, N rows and a share c of synthetic ones, drawn from the original's own
    distribution, N pMSE is c (1 - c)^2 times a chi-squared of k - 1 degrees of freedom: mean k - 1, variance 2 (k - 1).
    With a ridge, its k - 1 terms have weights d^2, d as ``counted``. The second (1 - c) is ``new``, the part of the
    variance that the drawing adds: 1 if the original were a fresh sample too, in between where only some of its rows
    are in the model. The error is that of a non-central chi-squared.
    """
    unit = share * (1 - share) / rows
    mean, spread = unit * float((counted**2).sum()), unit**2 * float((counted**4).sum())
    floor = Floor(mean * new, math.sqrt(2 * spread) * new, mean)
    beyond = max(pmse - floor.mean, 0.0)
    return Distance(pmse, floor, math.sqrt(2 * spread * new**2 + 4 * unit * new * beyond))
