"""Copies: rows that stand in the synthetic table as they are, or but for one value, beside held-out rows that do.

Why not distances to the closest record: how near the nearest row lies says little of who is in a table (Yao et al.
2025, "The DCR Delusion"); how much more often *the very* row is there, than of people who were never seen, does.
"""

from collections.abc import Iterator

import numpy as np

from synth_assets.measure.binning import IntArray
from synth_assets.measure.risk.codes import Coded
from synth_assets.measure.risk.rates import Attack

NAME = "copies"


def copies(coded: Coded, rng: np.random.Generator) -> list[Attack]:
    """Rows, unique rows, and unique rows but for one value, that are in the synthetic table; on both sides.

    All rows are tried, not some: as many of training as there are of control. Unique is a row that no other row of
    training and control together is alike. Values are compared exactly; text and keys are left out, for synthetic ones
    are counted off.

    Args:
        coded: The three tables.
        rng: Draws the training rows that are tried.
    """
    told = [place for place, opaque in enumerate(coded.opaque) if not opaque]
    if not told:
        return []
    real = np.concatenate([coded.training_exact, coded.control_exact])[:, told]
    synthetic = coded.synthetic_exact[:, told]
    unique = _unique(_rows(real))
    sides = np.repeat([True, False], [len(coded.training_exact), len(coded.control_exact)])
    exact = np.isin(_rows(real), _rows(synthetic))
    found = [
        _attack("any row", exact, np.ones(len(real), dtype=bool), sides, rng),
        _attack("unique rows", exact, unique, sides, rng),
    ]
    if len(told) > 2:  # noqa: PLR2004 - but for one value there must be several left
        found.append(_attack("unique rows but for one value", exact | _near(real, synthetic), unique, sides, rng))
    return [attack for attack in found if attack is not None]


def _attack(
    variant: str, hit: np.ndarray, tried: np.ndarray, training: np.ndarray, rng: np.random.Generator
) -> Attack | None:
    """The same number of rows on both sides; nothing where a side has none."""
    sides = [np.flatnonzero(tried & side) for side in (training, ~training)]
    many = min(len(side) for side in sides)
    if not many:
        return None
    first, second = (int(hit[rng.permutation(side)[:many]].sum()) for side in sides)
    return Attack(NAME, variant, many, first, second)


def _rows(codes: IntArray) -> np.ndarray:
    """One value a row, equal where rows are."""
    rows = np.ascontiguousarray(codes)
    return rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).ravel()


def _unique(rows: np.ndarray) -> np.ndarray:
    _, place, times = np.unique(rows, return_inverse=True, return_counts=True)
    return np.asarray(times[place] == 1)


def _near(real: IntArray, synthetic: IntArray) -> np.ndarray:
    """Whether a synthetic row has all values of a row but one."""
    found = np.zeros(len(real), dtype=bool)
    for left in _without_one(real.shape[1]):
        found |= np.isin(_rows(real[:, left]), _rows(synthetic[:, left]))
    return found


def _without_one(columns: int) -> Iterator[list[int]]:
    for out in range(columns):
        yield [place for place in range(columns) if place != out]
