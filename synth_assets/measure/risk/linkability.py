"""Linkability: whether the synthetic table tells that two halves of a row's columns belong to the same person.

The attack of Giomi et al. (2023), "A unified framework for quantifying privacy risk in synthetic data". There the
halves are what somebody is thought to know, and equally near rows are taken as they come.
"""

import math
from dataclasses import replace

import numpy as np

from synth_assets.measure.binning import IntArray
from synth_assets.measure.risk.codes import Coded, FlagArray
from synth_assets.measure.risk.nearest import distance, steps
from synth_assets.measure.risk.rates import Attack

_NAME = "linkability"
_NEIGHBOURS = (1, 2, 3)
_SPLITS = 5
"""The columns are split at random into halves, anew for as many parts of the attacks."""


def linkability(coded: Coded, rng: np.random.Generator) -> list[Attack]:
    """Find the nearest synthetic rows by either half of the columns; a success where they share one.

    Rows that are equally near are taken in one random order, the same for both halves: the attacker's best choice, for
    a row that is near by both comes first in both. The guesses are as many random synthetic rows for either half.

    Args:
        coded: The tables.
        rng: Draws the targets, the halves and the order.

    Returns:
        One each of 1, 2 and 3 neighbours, as many as there are synthetic rows; none where there is one column only.
    """
    if len(coded.names) == 1:
        return []
    order = rng.permutation(len(coded.synthetic))
    shuffled = replace(coded, synthetic=coded.synthetic[order])
    halves = [np.array_split(rng.permutation(len(coded.names)), 2) for _ in range(_SPLITS)]
    training, control = coded.targets(rng)
    hits = [_hits(shuffled, rows, halves) for rows in (coded.training[training], coded.control[control])]
    return [
        Attack(_NAME, _said(k), len(training), int(hits[0][k - 1]), int(hits[1][k - 1]), _guesses(len(order), k))
        for k in _NEIGHBOURS
        if k <= len(order)
    ]


def _said(neighbours: int) -> str:
    return "1 neighbour" if neighbours == 1 else f"{neighbours} neighbours"


def _guesses(rows: int, k: int) -> float:
    """The chance that two sets of k random rows share one."""
    return 1 - math.comb(rows - k, k) / math.comb(rows, k)


def _hits(coded: Coded, targets: IntArray, halves: list[list[IntArray]]) -> IntArray:
    """Successes with 1, 2 and 3 neighbours; each part of the targets has its own halves."""
    found = np.zeros(len(_NEIGHBOURS), dtype=np.int64)
    for rows, split in zip(np.array_split(targets, len(halves)), halves, strict=True):
        for part in steps(coded, len(rows)):
            near = [_nearest(coded, half, rows[part]) for half in split]
            found += [int(_share(near[0][:, :k], near[1][:, :k]).sum()) for k in _NEIGHBOURS]
    return found


def _share(left: IntArray, right: IntArray) -> FlagArray:
    return (left[:, :, None] == right[:, None, :]).any(axis=(1, 2))


def _nearest(coded: Coded, half: IntArray, rows: IntArray) -> IntArray:
    """Places of the nearest synthetic rows, nearest first, and of equally near ones the first in the table first."""
    made = len(coded.synthetic)
    keys = distance(coded, half, rows).astype(np.int64) * made + np.arange(made)
    near = np.empty((len(rows), min(len(_NEIGHBOURS), made)), dtype=np.int64)
    for place in range(near.shape[1]):
        near[:, place] = keys.argmin(axis=1)
        np.put_along_axis(keys, near[:, place, None], np.iinfo(np.int64).max, axis=1)
    return near
