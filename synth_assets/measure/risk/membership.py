"""Was a person in the table? Two attacks: by densities, and by the very counts that a description tells.

Both give a row a score, set the threshold on held-out rows so that few of them are taken for members, and are judged on
other held-out rows. Nothing of any row is kept.
"""

from itertools import combinations

import numpy as np
import polars as pl

from synth_assets.describe import Description
from synth_assets.describe.coding import encode
from synth_assets.describe.expected import Beliefs, expected_counts
from synth_assets.measure.binning import IntArray
from synth_assets.measure.risk.codes import Coded
from synth_assets.measure.risk.rates import Attack

NAME = "membership"
FALSE_ALARM_RATES = (0.01, 0.1)
"""The shares of held-out rows that the threshold takes for members."""

_SMOOTHING = 0.5
_LEAST_ROWS = 30


def membership(coded: Coded, rng: np.random.Generator) -> list[Attack]:
    """A row counts as a member where the synthetic table is denser there than a reference of held-out rows.

    The ratio of densities as in DOMIAS (van Breugel et al. 2023, eq. 2), with each density taken as the product of the
    smoothed counts of all pairs of columns: the tables that our descriptions can keep.

    Args:
        coded: The three tables; a third of the held-out rows is the reference.
        rng: Parts the held-out rows and draws those attacked.
    """
    told = [place for place, opaque in enumerate(coded.opaque) if not opaque]
    parts = np.array_split(rng.permutation(len(coded.control)), 3)
    if len(told) < 2 or min(map(len, parts)) < _LEAST_ROWS:  # noqa: PLR2004 - a pair has two columns
        return []
    reference, calibration, control = (coded.control[part] for part in parts)
    training = coded.training[rng.permutation(len(coded.training))[: len(control)]]
    sides = [np.zeros(len(rows)) for rows in (training, control, calibration)]
    for first, second in combinations(told, 2):
        ratio = _ratio(coded, reference, first, second)
        cells = (rows[:, first] * coded.sizes[second] + rows[:, second] for rows in (training, control, calibration))
        sides = [score + ratio[places] for score, places in zip(sides, cells, strict=True)]
    return _attacks("density ratio", *sides)


def _ratio(coded: Coded, reference: IntArray, first: int, second: int) -> np.ndarray:
    """The logarithm of the ratio of densities in each cell of a pair."""
    cells = coded.sizes[first] * coded.sizes[second]
    shares = []
    for rows in (coded.synthetic, reference):
        counts = np.bincount(rows[:, first] * coded.sizes[second] + rows[:, second], minlength=cells)
        shares.append((counts + _SMOOTHING) / (len(rows) + _SMOOTHING * cells))
    return np.log(shares[0]) - np.log(shares[1])


def leave_one_out(
    description: Description, training: pl.DataFrame, control: pl.DataFrame, rng: np.random.Generator
) -> list[Attack]:
    """A row counts as a member by the likelihood ratio of the description's counts with and without it.

    Removing one record changes one cell of each of the description's tables. Where a cell tells c rows and others would
    put lambda there, "it is one of them" is c / lambda times as likely as "it is not" (Poisson counts); along the
    network the ratios of the families multiply, and those of the parents, which are counted twice, divide. lambda comes
    from held-out rows. Cells that are hidden count as they are filled in, for that is all that an attacker has.

    What it cannot see: combinations of columns that the description does not hold, for it tells nothing of them.

    Args:
        description: In independent or correlated mode.
        training: Rows that it saw, in its columns.
        control: Rows that it did not see; a third gives lambda.
        rng: Parts the held-out rows and draws those attacked.
    """
    parts = np.array_split(rng.permutation(len(control)), 3)
    if not description.tables or min(map(len, parts)) < _LEAST_ROWS:
        return []
    picked = rng.permutation(len(training))[: len(parts[2])]
    groups = [_groups(rows, description) for rows in (training[picked], *(control[part] for part in parts))]
    attacked, reference, calibration, held = groups
    sides = [np.zeros(len(next(iter(rows.values())))) for rows in (attacked, held, calibration)]
    tables = expected_counts(description.tables, description.minimum_count, Beliefs.of(description.columns))
    for table, counts in tables:
        own, parents = counts.reshape(-1), counts.sum(axis=1)
        for family, cells, sign in ((table.family, own, 1.0), (table.parents, parents, -1.0)):
            if family:
                sizes = table.sizes[: len(family)]
                score = sign * _log_ratio(cells, _places(reference, family, sizes), description.rows or 1)
                places = (_places(rows, family, sizes) for rows in (attacked, held, calibration))
                sides = [total + score[place] for total, place in zip(sides, places, strict=True)]
    return _attacks("leave one out", *sides)


def _groups(rows: pl.DataFrame, description: Description) -> dict[str, np.ndarray]:
    return {
        coded.column.name: coded.groups[encode(rows[coded.column.name].cast(coded.column.dtype), coded)]
        for coded in description.columns
        if not coded.above
    }


def _places(groups: dict[str, np.ndarray], family: tuple[str, ...], sizes: tuple[int, ...]) -> np.ndarray:
    if any(name not in groups for name in family):
        return np.zeros(len(next(iter(groups.values()))), dtype=np.int64)
    return np.ravel_multi_index([groups[name] for name in family], sizes)


def _log_ratio(counts: np.ndarray, reference: np.ndarray, rows: int) -> np.ndarray:
    """log(c / lambda) in each cell, both smoothed."""
    seen = np.bincount(reference, minlength=len(counts))
    expected = (seen + _SMOOTHING) / (len(reference) + _SMOOTHING * len(counts)) * rows
    return np.log(counts + _SMOOTHING) - np.log(expected + _SMOOTHING)


def _attacks(variant: str, training: np.ndarray, control: np.ndarray, calibration: np.ndarray) -> list[Attack]:
    """One attack a rate of false alarms; thresholds come from rows that are not counted."""
    found = []
    for rate in FALSE_ALARM_RATES:
        threshold = float(np.quantile(calibration, 1 - rate, method="higher"))
        hits = [int((side > threshold).sum()) for side in (training, control)]
        found.append(Attack(NAME, f"{variant}, {rate:.0%} false alarms", len(control), *hits))
    return found
