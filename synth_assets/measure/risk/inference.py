"""Attribute inference: guess a secret of a person whose other attributes are known, from the nearest synthetic rows.

The attack of Giomi et al. (2023), "A unified framework for quantifying privacy risk in synthetic data". There one
nearest row is the guess, a number is right to within 5 %, and the baseline is the value of a random synthetic row.
"""

import numpy as np

from synth_assets.measure.binning import IntArray
from synth_assets.measure.risk.codes import Coded, FlagArray
from synth_assets.measure.risk.nearest import column_distance, distance, steps
from synth_assets.measure.risk.rates import Attack

_NAME = "inference"


def inference(coded: Coded, rng: np.random.Generator) -> list[Attack]:
    """For each secret, guess what is commonest among the nearest synthetic rows; a success where the code is the same.

    All rows that are equally near vote, and equal votes are decided at random: the attacker's best choice. A number is
    guessed to within its bin. The guesses are the commonest value of the synthetic table, for everybody.

    Args:
        coded: The tables.
        rng: Draws the targets and decides equal votes.

    Returns:
        One a secret, the variant being its name; none where there is one column only.
    """
    if len(coded.names) == 1:
        return []
    training, control = coded.targets(rng)
    sides = coded.training[training], coded.control[control]
    hits = [_hits(coded, rows, rng) for rows in sides]
    return [
        Attack(_NAME, coded.names[place], len(training), int(seen), int(unseen), _guesses(coded, place, sides[1]))
        for place, seen, unseen in zip(coded.secrets, *hits, strict=True)
    ]


def _guesses(coded: Coded, place: int, rows: IntArray) -> float:
    commonest = np.bincount(coded.synthetic[:, place]).argmax()
    return float((rows[:, place] == commonest).mean())


def _hits(coded: Coded, targets: IntArray, rng: np.random.Generator) -> IntArray:
    """Successes per secret."""
    found = np.zeros(len(coded.secrets), dtype=np.int64)
    for part in steps(coded, len(targets)):
        rows = targets[part]
        total = distance(coded, np.arange(len(coded.names)), rows)
        for number, place in enumerate(coded.secrets):
            others = total - column_distance(coded, place, rows)
            votes = _votes(others == others.min(axis=1, keepdims=True), coded.synthetic[:, place], coded.sizes[place])
            guessed = (votes + rng.random(votes.shape) / 2).argmax(axis=1)
            found[number] += (guessed == rows[:, place]).sum()
    return found


def _votes(nearest: FlagArray, codes: IntArray, size: int) -> IntArray:
    """How many of the nearest rows have each code, shape (targets, size)."""
    target, row = np.nonzero(nearest)
    return np.bincount(target * size + codes[row], minlength=len(nearest) * size).reshape(-1, size)
