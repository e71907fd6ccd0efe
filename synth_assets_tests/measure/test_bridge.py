"""The largest value of a Brownian bridge at some times, against closed forms and simulation."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.measure.bridge import bridge_peak


def gaps(kind: str) -> np.ndarray:
    return {
        "two": np.full(3, 1 / 3),
        "twenty": np.full(20, 1 / 20),
        "many": np.full(1_000, 1 / 1_000),
        "spike": np.concatenate([[0.5], np.full(300, 0.5 / 300)]),
        "spike in the middle": np.concatenate([np.full(100, 0.002), [0.6], np.full(100, 0.002)]),
        "rare tail": np.concatenate([[0.99], np.full(200, 0.01 / 200)]),
        "falling": 0.8 ** np.arange(40) / (0.8 ** np.arange(40)).sum(),
    }[kind]


@pytest.mark.parametrize("time", [0.5, 0.03, 0.9999, 1e-6])
def test_one_time_is_the_absolute_value_of_a_normal(time: float):
    peak, spread = bridge_peak(np.array([time])), math.sqrt(time * (1 - time))
    assert peak.mean == pytest.approx(spread * math.sqrt(2 / math.pi), rel=1e-4)
    assert peak.standard_deviation == pytest.approx(spread * math.sqrt(1 - 2 / math.pi), rel=1e-3)


def test_all_times_are_kolmogorovs_distribution():
    peak = bridge_peak(np.arange(1, 200_000) / 200_000)
    mean = math.sqrt(math.pi / 2) * math.log(2)
    assert peak.mean == pytest.approx(mean, rel=0.01)
    assert peak.standard_deviation == pytest.approx(math.sqrt(math.pi**2 / 12 - mean**2), rel=0.01)


@pytest.mark.parametrize("kind", ["two", "twenty", "many", "spike", "spike in the middle", "rare tail", "falling"])
def test_it_is_that_of_samples(kind: str):
    share, rows, draws = gaps(kind), 20_000, 2_000
    rng = np.random.Generator(np.random.PCG64(1))
    drawn = rng.multinomial(rows, share, size=draws)
    peaks = abs(np.cumsum(drawn, axis=1) / rows - np.cumsum(share)).max(axis=1) * math.sqrt(rows)
    peak = bridge_peak(np.cumsum(share)[:-1])
    assert peak.mean == pytest.approx(np.mean(peaks), abs=0.01 * np.mean(peaks) + 3 * np.std(peaks) / math.sqrt(draws))
    assert peak.standard_deviation == pytest.approx(np.std(peaks), rel=0.07)


@given(st.lists(st.integers(1, 10_000), min_size=2, max_size=300))
def test_bounds_and_direction(counts: list[int]):
    up_to = np.cumsum(counts)
    peak = bridge_peak(up_to[:-1] / up_to[-1])
    assert 0 < peak.mean < 0.8788
    widest = math.sqrt(max(share * (1 - share) for share in up_to[:-1] / up_to[-1]))
    assert peak.mean > widest * math.sqrt(2 / math.pi) * 0.98
    backwards = np.cumsum(counts[::-1])
    assert bridge_peak(backwards[:-1] / backwards[-1]).mean == pytest.approx(peak.mean, rel=0.03)


def test_no_times():
    peak = bridge_peak(np.array([]))
    assert (peak.mean, peak.standard_deviation) == (0.0, 0.0)
