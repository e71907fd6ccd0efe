"""Noise: no scale is below what its share of the budget pays for, and OpenDP draws what it says."""

import ast
import math
from collections.abc import Iterator
from fractions import Fraction
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.describe.private import noise as of_noise
from synth_assets.describe.private.noise import OpenDPNoise, choice_scale, gaussian_scale, laplace_scale
from synth_assets.ledger.accounting import UNITS_PER_RHO

UNITS = st.integers(1, 10**17)
ROWS = st.integers(1, 1_000)
NOISE = OpenDPNoise()


# Scales.


@given(units=UNITS, rows=ROWS)
def test_gaussian_noise_costs_no_more_than_its_units_by_opendps_account_and_by_the_formula(units: int, rows: int):
    scale = gaussian_scale(units, rows)
    assert Fraction(of_noise._gaussian(scale).map(float(rows))) * UNITS_PER_RHO <= units
    assert scale == pytest.approx(rows * math.sqrt(UNITS_PER_RHO / (2 * units)), rel=1e-6)
    assert (rows / Fraction(scale)) ** 2 / 2 * UNITS_PER_RHO <= units


@given(units=UNITS, rows=ROWS)
def test_a_choice_costs_no_more_than_its_units_by_opendps_account_and_by_the_formula(units: int, rows: int):
    scale = choice_scale(units, rows)
    assert Fraction(of_noise._largest(scale).map(rows)) * UNITS_PER_RHO <= units
    assert scale == pytest.approx(rows * math.sqrt(UNITS_PER_RHO / (2 * units)), rel=1e-6)
    assert (rows / Fraction(scale)) ** 2 / 2 * UNITS_PER_RHO <= units


@given(share=st.fractions(Fraction(1, 10**9), 1_000), rows=ROWS)
def test_laplace_noise_costs_no_more_than_its_epsilon_by_opendps_account_and_by_the_formula(share: Fraction, rows: int):
    scale = laplace_scale(share, rows)
    assert Fraction(of_noise._laplace(scale).map(rows)) <= share
    assert scale == pytest.approx(float(rows / share), rel=1e-6)
    assert rows / Fraction(scale) <= share


# What is drawn.


def cells(number: int = 40_000) -> np.ndarray:
    return np.arange(number, dtype=np.int64).reshape(4, -1)


@pytest.mark.parametrize("scale", [0.6, 2.5, 40.0])
def test_gaussian_noise_is_of_its_scale_and_centred_in_every_cell(scale: float):
    drawn = NOISE.gaussian(cells(), scale)
    added = (drawn - cells()).ravel()
    whole = np.arange(-int(12 * scale) - 1, int(12 * scale) + 2)
    weight = np.exp(-(whole**2) / (2 * scale**2))
    variance = float((weight * whole**2).sum() / weight.sum())
    assert drawn.dtype == np.int64
    assert drawn.shape == cells().shape
    assert abs(added.mean()) < 5 * math.sqrt(variance / added.size)
    assert added.var() == pytest.approx(variance, rel=5 * math.sqrt(2 / added.size))


@pytest.mark.parametrize("scale", [0.6, 2.5, 40.0])
def test_laplace_noise_is_of_its_scale_and_centred_in_every_cell(scale: float):
    added = (NOISE.laplace(cells(), scale) - cells()).ravel()
    ratio = math.exp(-1 / scale)
    variance = 2 * ratio / (1 - ratio) ** 2
    assert abs(added.mean()) < 5 * math.sqrt(variance / added.size)
    assert added.var() == pytest.approx(variance, rel=5 * math.sqrt(6 / added.size))
    assert (added == 0).mean() == pytest.approx((1 - ratio) / (1 + ratio), abs=5 * 0.5 / math.sqrt(added.size))


def test_a_choice_is_made_with_the_chances_of_the_exponential_mechanism():
    scores, scale, times = [0, 3, -4], 3.0, 6_000
    drawn = np.bincount([NOISE.largest(scores, scale) for _ in range(times)], minlength=3)
    weights = np.exp(np.array(scores) / scale)
    assert drawn / times == pytest.approx(weights / weights.sum(), abs=5 * 0.5 / math.sqrt(times))


def test_a_choice_between_one_is_that_one():
    assert NOISE.largest([-7], 1.0) == 0


def test_noise_is_new_each_time():
    assert not np.array_equal(NOISE.gaussian(cells(), 9.0), NOISE.gaussian(cells(), 9.0))
    assert not np.array_equal(NOISE.laplace(cells(), 9.0), NOISE.laplace(cells(), 9.0))


# No other randomness.


def sources() -> Iterator[tuple[str, ast.Module]]:
    for file in files("synth_assets.describe.private").iterdir():
        if file.name.endswith(".py"):
            yield file.name, ast.parse(file.read_text("utf-8"))


@pytest.mark.parametrize(("name", "tree"), list(sources()), ids=[name for name, _ in sources()])
def test_no_module_can_draw_anything_but_opendps_noise(name: str, tree: ast.Module):
    said = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    said |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    said |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    said |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg}
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    for node in imported:
        said |= set((getattr(node, "module", None) or "").split("."))
        said |= {part for alias in node.names for part in alias.name.split(".")}
    assert not said & {
        "random",
        "secrets",
        "default_rng",
        "RandomState",
        "Generator",
        "seed",
        "rng",
        "urandom",
        "scipy",
    }
    assert ("opendp" in said) == (name == "noise.py")
