"""Logistic regression against a dense one and against closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.measure.logistic import Design, fit_logistic, probability

CASES = st.tuples(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 1)), min_size=1, max_size=40),
    st.sampled_from([0.1, 1.0, 10.0]),
)


def design_of(rows: list[tuple[int, int]]) -> Design:
    return Design(np.array(rows).T.reshape(2, -1), (3, 4))


def dense(design: Design) -> np.ndarray:
    levels = [np.eye(size)[one] for one, size in zip(design.levels, design.sizes, strict=True)]
    return np.column_stack([np.ones(design.levels.shape[1]), *levels])


def slow(design: Design, outcome: np.ndarray, ridge: float) -> np.ndarray:
    """Gradient ascent with the step that the curvature's bound allows, on a dense matrix."""
    x = dense(design)
    penalty = np.array([1e-6, *[ridge] * (x.shape[1] - 1)])
    step = np.linalg.inv(x.T @ x / 4 + np.diag(penalty))
    coefficients = np.zeros(x.shape[1])
    for _ in range(3_000):
        residual = outcome - 1 / (1 + np.exp(-x @ coefficients))
        coefficients = coefficients + step @ (x.T @ residual - penalty * coefficients)
    return 1 / (1 + np.exp(-x @ coefficients))


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=30), st.integers(0, 99))
def test_predictions_totals_and_gram_are_those_of_the_dense_matrix(rows: list[tuple[int, int]], seed: int):
    design, rng = design_of(rows), np.random.Generator(np.random.PCG64(seed))
    x, weights = dense(design)[:, 1:], rng.random(len(rows))
    np.testing.assert_allclose(design.totals(weights), x.T @ weights)
    np.testing.assert_allclose(design.gram(weights), x.T @ (weights[:, None] * x))
    model = fit_logistic(design, (weights > 0.5).astype(float))
    np.testing.assert_allclose(design.predict(model), model.intercept + x @ model.weights)


@pytest.mark.parametrize("ridge", [0.5, 5.0])
@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_slow_one(ridge: float, seed: int):
    rng = np.random.Generator(np.random.PCG64(seed))
    design = design_of(list(zip(rng.integers(0, 3, 60), rng.integers(0, 4, 60), strict=True)))
    outcome = (rng.random(60) < 0.2 + 0.3 * design.levels[0]).astype(float)
    found = probability(design.predict(fit_logistic(design, outcome, ridge=ridge)))
    np.testing.assert_allclose(found, slow(design, outcome, ridge), atol=1e-4)


@given(CASES)
def test_the_slope_is_0_at_the_answer(case: tuple[list[tuple[int, int, int]], float]):
    rows, ridge = case
    design, outcome = design_of([row[:2] for row in rows]), np.array([float(row[2]) for row in rows])
    model = fit_logistic(design, outcome, ridge=ridge)
    residual = outcome - probability(design.predict(model))
    np.testing.assert_allclose(design.totals(residual) - ridge * model.weights, 0, atol=5e-3)
    assert abs(residual.sum()) < 5e-3


def test_one_feature_without_a_ridge_gives_the_share_of_each_level():
    design = Design(np.array([[0] * 10 + [1] * 20 + [2] * 10]), (3,))
    outcome = np.array([1.0] * 2 + [0.0] * 8 + [1.0] * 15 + [0.0] * 5 + [1.0] * 5 + [0.0] * 5)
    found = probability(design.predict(fit_logistic(design, outcome, ridge=1e-6)))
    assert found[[0, 10, 30]] == pytest.approx([0.2, 0.75, 0.5], abs=1e-3)


def test_separable_outcomes_stay_finite():
    design = Design(np.array([[0] * 500 + [1] * 500]), (2,))
    model = fit_logistic(design, np.repeat([0.0, 1.0], 500))
    assert np.isfinite(model.weights).all()
    assert probability(design.predict(model))[[0, 999]] == pytest.approx([0, 1], abs=0.02)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_an_outcome_that_is_always_the_same(value: float):
    design = Design(np.array([[0, 1, 1, 0]]), (2,))
    found = probability(design.predict(fit_logistic(design, np.full(4, value))))
    assert found == pytest.approx(np.full(4, value), abs=0.01)


def test_a_feature_of_one_level_and_one_that_repeats_another():
    levels = np.array([0, 1, 1, 0, 1])
    design = Design(np.array([levels, levels, levels * 0]), (2, 2, 1))
    outcome = np.array([0.0, 1.0, 0.0, 0.0, 1.0])
    alone = Design(levels[None, :], (2,))
    together = probability(design.predict(fit_logistic(design, outcome, ridge=2.0)))
    once = probability(alone.predict(fit_logistic(alone, outcome, ridge=1.0)))
    np.testing.assert_allclose(together, once, atol=1e-4)


def test_probability_of_huge_odds():
    assert probability(np.array([-1e6, 0.0, 1e6])).tolist() == [0.0, 0.5, 1.0]
