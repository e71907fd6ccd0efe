"""Was a row described? Told by the synthetic rows: where they are denser than other rows of the same people would be.

Also what any such attack does with its scores: who sets the threshold, and who is attacked. Scores of single rows stay
inside; only how many are above a threshold leaves.
"""

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from synth_assets.measure.binning import FloatArray, IntArray
from synth_assets.measure.risk.codes import Coded
from synth_assets.measure.risk.rates import Attack

NAME = "membership"
FALSE_ALARM_RATES = (0.01, 0.1)
"""The shares of held-out rows that a threshold takes for members, at most."""

LEAST_CONTROL = 8
"""Fewer control rows are not split into a reference, rows for the threshold and rows to attack."""

_DEPTH = 6
"""A column's chances depend on as many columns before it."""

_PRIOR = 1.0
"""Rows that a shorter context counts for."""

Parts: TypeAlias = tuple[IntArray, IntArray, IntArray]
"""Places of control rows: the attacker's reference, those for the threshold, those that are attacked."""


def density_ratio(coded: Coded, rng: np.random.Generator) -> list[Attack]:
    """Call a row a member where it is far likelier among the synthetic rows than among others of the same people.

    The ratio of densities p_G / p_R of DOMIAS (van Breugel et al. 2023, "Membership inference attacks against
    synthetic data through overfitting detection"), where they estimate densities of numbers by kernels or flows. Here
    they are of bins and categories: the product of each column's chance given those before it, estimated by counts with
    a shorter context for a prior, down to the column alone. So it sees rows that are repeated whole as well as
    relations that are too strong. The guesses are the false alarms that the thresholds are set to.

    Args:
        coded: The tables; text and keys are left out.
        rng: Splits the control rows and draws the training rows.

    Returns:
        One each of ``FALSE_ALARM_RATES``; none of fewer than ``LEAST_CONTROL`` control rows.
    """
    columns = sorted((place for place, opaque in enumerate(coded.opaque) if not opaque), key=coded.sizes.__getitem__)
    if not columns or len(coded.control) < LEAST_CONTROL:
        return []
    reference, threshold_rows, attacked = (coded.control[part] for part in split(len(coded.control), rng))
    training = coded.training[rng.permutation(len(coded.training))[: len(attacked)]]
    targets = np.concatenate([training, attacked, threshold_rows])[:, columns]
    sizes = [coded.sizes[place] for place in columns]
    densities = [log_density(targets, rows[:, columns], sizes) for rows in (coded.synthetic, reference)]
    scores = np.split(densities[0] - densities[1], [len(training), len(training) + len(attacked)])
    return flagged("density ratio", *scores)


def split(rows: int, rng: np.random.Generator) -> Parts:
    """Places of control rows, at random: a quarter, another quarter, and the rest.

    Args:
        rows: At least ``LEAST_CONTROL``.
        rng: Shuffles them.
    """
    reference, threshold_rows, attacked = np.split(rng.permutation(rows), [rows // 4, rows // 2])
    return reference, threshold_rows, attacked


def flagged(variant: str, training: FloatArray, control: FloatArray, others: FloatArray) -> list[Attack]:
    """Attacks that succeed where a score is above a threshold, which other control rows have set.

    Training rows that were not described and control rows are alike to it, so that neither side is favoured.

    Args:
        variant: Which score; the share of false alarms is added.
        training: Scores of training rows, in random order.
        control: Scores of control rows, in random order; as many of both sides are attacked as the shorter one has.
        others: Scores of the control rows that set the thresholds; none of them is attacked.
    """
    many = min(len(training), len(control))
    found = []
    for rate in FALSE_ALARM_RATES if many else ():
        least = threshold(others, rate)
        hits = [int((side[:many] > least).sum()) for side in (training, control)]
        found.append(Attack(NAME, f"{variant}, {rate:.0%} false alarms", many, *hits, guesses=rate))
    return found


def threshold(scores: FloatArray, share: float) -> float:
    """The lowest score with no more than this share of the scores above it.

    >>> threshold(np.arange(100.0), 0.1)
    89.0
    """
    return float(np.sort(scores)[::-1][math.floor(share * len(scores))])


def log_density(targets: IntArray, rows: IntArray, sizes: Sequence[int]) -> FloatArray:
    """The logarithm of the density of rows, as others let it be estimated.

    Args:
        targets: Whose density is asked, shape (k, columns).
        rows: That are counted, shape (rows, columns).
        sizes: How many codes each column has.

    Returns:
        Shape (k,).
    """
    together, total = np.concatenate([targets, rows]), np.zeros(len(targets))
    for place, size in enumerate(sizes):
        chances = np.full(len(targets), 1 / size)
        context = np.zeros(len(together), dtype=np.int64)
        for before in range(place, max(place - _DEPTH, 0) - 1, -1):
            within = _joint(context, together[:, place])
            chances = (_alike(within, len(targets)) + _PRIOR * chances) / (_alike(context, len(targets)) + _PRIOR)
            context = _joint(context, together[:, before - 1]) if before else context
        total += np.log(chances)
    return total


def _joint(left: IntArray, right: IntArray) -> IntArray:
    """One number for each pair of numbers from 0 on, itself from 0 on without gaps; equal where both are."""
    return np.unique(left * (int(right.max(initial=0)) + 1) + right, return_inverse=True)[1]


def _alike(numbers: IntArray, targets: int) -> IntArray:
    """For each of the targets, which come first, how many of the other rows have its number."""
    return np.bincount(numbers[targets:], minlength=int(numbers.max()) + 1)[numbers[:targets]]
