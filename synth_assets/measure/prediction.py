"""Train on synthetic, test on real: how well what synthetic rows teach predicts a column of real ones."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from synth_assets.errors import MeasurementError
from synth_assets.frames import Frame
from synth_assets.measure.binning import FloatArray, IntArray, bin_columns
from synth_assets.measure.features import Feature, coarsen
from synth_assets.measure.logistic import Design, fit_logistic, probability
from synth_assets.measure.pairing import paired
from synth_assets.measure.propensity import draw_rows
from synth_assets.schema import Schema

MOST_TRAINING_ROWS = 20_000
MOST_TEST_ROWS = 50_000
MOST_CLASSES = 10
"""A target with more values is cut into so many classes (see ``coarsen``), missing apart."""

_FINE_BINS = 1_000
_LEVELS = 20


@dataclass(frozen=True, slots=True)
class Score:
    """How well test rows are predicted.

    Attributes:
        accuracy: Share of test rows whose class is the one predicted as most probable.
        accuracy_error: Its standard error over test rows.
        log_loss: Mean of -log of the probability that was given to the true class, in nats; unlike accuracy, it moves
            where one class is rare.
        log_loss_error: Its standard error over test rows.
    """

    accuracy: float
    accuracy_error: float
    log_loss: float
    log_loss_error: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """Train on synthetic, test on real, between its ceiling and its baseline.

    The synthetic table may have been made from the test rows too, and one that copies them can pass the ceiling: this
    measures use, not privacy.

    Attributes:
        target: The column that is predicted from all others.
        classes: How many classes it has; missing is one, where it occurs.
        training_rows: Of each training set, so that size makes no difference.
        test_rows: Rows of the original that are predicted.
        synthetic: Trained on synthetic rows.
        real: The ceiling: trained on rows of the original that are not test rows.
        majority: The baseline: the frequencies of the classes alone, in the original's training rows.
        lost: Accuracy of ``real`` less that of ``synthetic``.
        lost_error: Its standard error over test rows, which both have in common.
        log_loss_added: Log loss of ``synthetic`` less that of ``real``.
        log_loss_added_error: Its standard error over test rows.
    """

    target: str
    classes: int
    training_rows: int
    test_rows: int
    synthetic: Score
    real: Score
    majority: Score
    lost: float
    lost_error: float
    log_loss_added: float
    log_loss_added_error: float


@dataclass(frozen=True, slots=True, eq=False)
class _Outcome:
    """Per test row: whether its class was predicted, and -log of the probability that it was given."""

    right: FloatArray
    surprise: FloatArray


def train_on_synthetic(
    frame: Frame, table: Frame, schema: Schema, *, target: str, rng: np.random.Generator
) -> Prediction:
    """Predict a column of the original by models trained on synthetic rows, and on other rows of the original.

    The model is logistic regression, one class against the rest, on each column in at most 20 levels: its optimum is
    unique, so two fits differ by their data alone, and unlike naive Bayes it depends on how the other columns go
    together. Half of the original tests and half trains, up to ``MOST_TEST_ROWS`` and ``MOST_TRAINING_ROWS``.

    Args:
        frame: The original, at least 2 rows.
        table: The synthetic table.
        schema: Of both, at least two columns.
        target: A column that is not text.
        rng: Splits the original and draws rows.

    Raises:
        MeasurementError: The tables cannot be compared, or ``target`` cannot be predicted.
    """
    check_target(schema, target)
    return measure_prediction(*paired(frame, table, schema), schema, target=target, rng=rng)


def check_target(schema: Schema, target: str) -> None:
    """Refuse a column that cannot be predicted.

    Raises:
        MeasurementError: It is unknown, text, or the only column.
    """
    allowed = [column.name for column in schema if column.type != "text"]
    if target not in allowed:
        message = f"target is {target!r}. Allowed: a column that is not text: {', '.join(allowed) or 'there is none'}."
        raise MeasurementError(message)
    if len(schema) == 1:
        message = f"target is {target!r}, the only column. A target is predicted from at least one other column."
        raise MeasurementError(message)


def measure_prediction(
    original: pl.DataFrame, synthetic: pl.DataFrame, schema: Schema, *, target: str, rng: np.random.Generator
) -> Prediction:
    """As ``train_on_synthetic``, of plain values (see ``paired``)."""
    if original.height == 1:
        message = f"The original has 1 row. To predict {target!r} it needs at least 2: one to train, one to test."
        raise MeasurementError(message)
    tested = min(original.height // 2, MOST_TEST_ROWS)
    training = min(original.height - tested, synthetic.height, MOST_TRAINING_ROWS)
    real = original[rng.permutation(original.height)[: tested + training]]
    columns = bin_columns(real, draw_rows(synthetic, training, rng), schema, bins=_FINE_BINS)
    classes = coarsen(next(one for one in columns if one.column.name == target), MOST_CLASSES)
    known = [coarsen(one, _LEVELS) for one in columns if one.column.name != target]
    return _score(target, classes, known, tested)


def _score(target: str, classes: Feature, known: Sequence[Feature], tested: int) -> Prediction:
    sizes = tuple(one.levels for one in known)
    real, synthetic = np.array([one.original for one in known]), np.array([one.synthetic for one in known])
    test, truth = Design(real[:, :tested], sizes), classes.original[:tested]
    seen = classes.original[tested:]
    by_real = _learn(Design(real[:, tested:], sizes), seen, classes.levels, test)
    by_synthetic = _learn(Design(synthetic, sizes), classes.synthetic, classes.levels, test)
    base = np.tile(np.bincount(seen, minlength=classes.levels), (tested, 1)) / len(seen)
    chances = (by_synthetic, by_real, base)
    from_synthetic, from_real, from_base = (_outcome(one, truth, len(seen)) for one in chances)
    lost, lost_error = _mean(from_real.right - from_synthetic.right)
    added, added_error = _mean(from_synthetic.surprise - from_real.surprise)
    return Prediction(
        target=target,
        classes=classes.levels,
        training_rows=len(seen),
        test_rows=tested,
        synthetic=_summarise(from_synthetic),
        real=_summarise(from_real),
        majority=_summarise(from_base),
        lost=lost,
        lost_error=lost_error,
        log_loss_added=added,
        log_loss_added_error=added_error,
    )


def _learn(design: Design, classes: IntArray, levels: int, test: Design) -> FloatArray:
    """Chance of each class in each test row, shape (test rows, classes)."""
    models = [fit_logistic(design, (classes == level).astype(float)) for level in range(levels)]
    chances = np.column_stack([probability(test.predict(model)) for model in models])
    return chances / chances.sum(axis=1, keepdims=True)


def _outcome(chances: FloatArray, truth: IntArray, training_rows: int) -> _Outcome:
    """With one row that has all classes alike added to the training rows, so that no class has no chance."""
    given = np.take_along_axis(chances, truth[:, None], axis=1)[:, 0]
    smooth = (given * training_rows + 1 / chances.shape[1]) / (training_rows + 1)
    return _Outcome((chances.argmax(axis=1) == truth).astype(float), -np.log(smooth))


def _summarise(outcome: _Outcome) -> Score:
    return Score(*_mean(outcome.right), *_mean(outcome.surprise))


def _mean(values: FloatArray) -> tuple[float, float]:
    """With its standard error."""
    return float(values.mean()), float(values.std()) / math.sqrt(len(values))
