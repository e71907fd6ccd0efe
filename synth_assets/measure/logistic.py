"""Logistic regression on categorical features, by iteratively reweighted least squares with a ridge."""

from dataclasses import dataclass

import numpy as np

from synth_assets.measure.binning import FloatArray, IntArray

RIDGE = 1.0
"""Penalty on half the sum of squared weights: as one more row of information on each level; it keeps a level that only
one table has finite."""

_MOST_STEPS = 50
_DONE = 1e-6
_REUSE_UNTIL = 0.3
_INTERCEPT_RIDGE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Features as indicator columns: one for each level of each feature, none left out.

    Attributes:
        levels: Level of each row in each feature, shape (features, rows).
        sizes: How many levels each feature has, shape (features,).
    """

    levels: IntArray
    sizes: tuple[int, ...]

    @property
    def offsets(self) -> IntArray:
        """Where the indicators of each feature start."""
        return np.append(0, np.cumsum(self.sizes)[:-1])

    def predict(self, model: "Logistic") -> FloatArray:
        """Log odds of each row, shape (rows,)."""
        odds = np.full(self.levels.shape[1], model.intercept)
        for levels, offset in zip(self.levels, self.offsets, strict=True):
            odds += model.weights[levels + offset]
        return odds

    def totals(self, values: FloatArray) -> FloatArray:
        """Sum of ``values`` over the rows of each indicator, shape (indicators,)."""
        sums = [np.bincount(levels, values, size) for levels, size in zip(self.levels, self.sizes, strict=True)]
        return np.concatenate(sums, dtype=np.float64)

    def gram(self, weights: FloatArray) -> FloatArray:
        """Sum of ``weights`` over the rows of each pair of indicators, shape (indicators, indicators).

        Made of weighted two-way tables: its cost grows with the features, not with their levels.
        """
        matrix = np.zeros((sum(self.sizes),) * 2)
        blocks = list(zip(self.levels, self.sizes, self.offsets.tolist(), strict=True))
        for first, (levels, size, start) in enumerate(blocks):
            for others, other_size, other_start in blocks[first:]:
                table = np.bincount(levels * other_size + others, weights, size * other_size).reshape(size, other_size)
                matrix[start : start + size, other_start : other_start + other_size] = table
                matrix[other_start : other_start + other_size, start : start + size] = table.T
        return matrix


@dataclass(frozen=True, slots=True, eq=False)
class Logistic:
    """A fitted logistic regression.

    Attributes:
        intercept: Log odds where all weights are 0.
        weights: Of each indicator, shape (indicators,).
    """

    intercept: float
    weights: FloatArray


def fit_logistic(design: Design, outcome: FloatArray, *, ridge: float = RIDGE) -> Logistic:
    """Maximum penalised likelihood: log-likelihood less ``ridge`` times half the sum of squared weights.

    Newton's method, which for this model is iteratively reweighted least squares (le Cessie and van Houwelingen 1992).
    The inverse of the information matrix is used again while it makes good steps, and a step is halved until the
    likelihood rises. Deterministic.

    Args:
        design: Features, at least one row.
        outcome: 0 or 1 in each row, shape (rows,); they may all be the same.
        ridge: Above 0: indicators of a feature add up to 1, so without it there is no single best answer.
    """
    penalty = np.append(_INTERCEPT_RIDGE, np.full(sum(design.sizes), ridge))
    coefficients, inverse, before = np.zeros(len(penalty)), None, np.inf
    coefficients[0] = np.log((outcome.sum() + 0.5) / ((1 - outcome).sum() + 0.5))
    for _ in range(_MOST_STEPS):
        chance = probability(design.predict(_model(coefficients)))
        slope = _slope(design, outcome - chance) - penalty * coefficients
        if inverse is None or slope @ inverse @ slope > _REUSE_UNTIL * before:
            inverse = np.linalg.inv(_information(design, chance * (1 - chance)) + np.diag(penalty))
        step = inverse @ slope
        before = float(slope @ step)
        if before < _DONE:
            break
        coefficients = _climb(design, outcome, penalty, coefficients, step)
    return _model(coefficients)


def probability(odds: FloatArray) -> FloatArray:
    """From log odds, without overflow."""
    return (1 + np.tanh(odds / 2)) / 2


def _model(coefficients: FloatArray) -> Logistic:
    return Logistic(float(coefficients[0]), coefficients[1:])


def _slope(design: Design, residual: FloatArray) -> FloatArray:
    return np.append(residual.sum(), design.totals(residual))


def _information(design: Design, weights: FloatArray) -> FloatArray:
    totals = design.totals(weights)
    return np.block([[weights.sum(), totals[None, :]], [totals[:, None], design.gram(weights)]])


def _climb(design: Design, outcome: FloatArray, penalty: FloatArray, start: FloatArray, step: FloatArray) -> FloatArray:
    lowest = _likelihood(design, outcome, penalty, start)
    for halvings in range(_MOST_STEPS):
        there = start + step / 2**halvings
        if _likelihood(design, outcome, penalty, there) >= lowest:
            return there
    return start


def _likelihood(design: Design, outcome: FloatArray, penalty: FloatArray, coefficients: FloatArray) -> float:
    odds = design.predict(_model(coefficients))
    return float((outcome * odds - np.logaddexp(0, odds)).sum() - penalty @ coefficients**2 / 2)
