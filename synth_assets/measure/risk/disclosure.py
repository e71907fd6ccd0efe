"""What a synthetic table discloses of a secret to who knows a person's keys, and how many stand out in both tables.

Measures of the literature, each tried on those described and on those held out alike: what they share is true of
everybody, and only the difference is the table's doing.
"""

from dataclasses import dataclass

import numpy as np

from synth_assets.measure.binning import IntArray
from synth_assets.measure.risk.codes import Coded
from synth_assets.measure.risk.rates import Attack

NAME = "disclosure"


def disclosure(coded: Coded, rng: np.random.Generator) -> list[Attack]:
    """Replicated uniques, and for each secret: disclosive and correct, correct attribution, and that where it is sure.

    - repU (Raab, Nowok and Dibben 2024, "Practical privacy metrics for synthetic data"): rows with keys that nobody
      else has in their table, and that exactly one synthetic row has. A share of the former, where the paper divides by
      all rows. Tables of equal size, for a row is less often alone among more.
    - DiSCO (as above, "disclosive in synthetic, correct original"): rows whose keys have one and the same secret
      throughout the synthetic table, and it is theirs; a share of all rows.
    - CAP (Elliot 2014; Taub et al. 2018, "Differential correct attribution probability for synthetic data"): a
      synthetic row with the same keys is drawn, and has the row's secret. On average over draws it is the paper's
      share, and rows whose keys are nowhere are left out, as in its variant that calls them undefined.
    - TCAP (Taub and Elliot 2019, "The synthetic data challenge"): the share of rows with the right secret among those
      whose keys have one and the same secret in the synthetic table, which is a WEAP (within equivalence class
      attribution probability) of 1.

    Args:
        coded: The three tables; its keys are what is known of a person.
        rng: Draws.
    """
    if not coded.keys:
        return []
    even = coded.evened(rng)
    found = [_replicated(even)]
    for secret in coded.secrets:
        keys = [place for place in coded.keys if place != secret]
        if keys:
            found += _attributed(coded, keys, secret, rng)
    return [attack for attack in found if attack is not None]


def _replicated(even: Coded) -> Attack | None:
    keys = list(even.keys)
    sides = [_alone(even.training[:, keys], even, keys), _alone(even.control[:, keys], even, keys)]
    many = min(len(side) for side in sides)
    hits = [int(side[:many].sum()) for side in sides]
    return Attack(NAME, "unique in both (repU)", many, *hits) if many else None


def _alone(rows: IntArray, even: Coded, keys: list[int]) -> np.ndarray:
    """Of the rows that are alone in their table, whether exactly one synthetic row is like them."""
    real, made = _numbered(rows, even.synthetic[:, keys])
    counts = np.bincount(real, minlength=int(max(real.max(), made.max())) + 1)
    synthetic = np.bincount(made, minlength=len(counts))
    return synthetic[real[counts[real] == 1]] == 1


@dataclass(frozen=True, eq=False)
class _Seen:
    """What the synthetic table says of the rows of one side.

    Attributes:
        there: Whether their keys are there.
        sure: Whether with one secret throughout.
        share: The share of the rows with these keys that has their secret.
    """

    there: np.ndarray
    sure: np.ndarray
    share: np.ndarray


def _attributed(coded: Coded, keys: list[int], secret: int, rng: np.random.Generator) -> list[Attack | None]:
    targets = coded.targets(rng)
    sides = [
        _seen(rows[places], coded, keys, secret)
        for rows, places in zip((coded.training, coded.control), targets, strict=True)
    ]
    name = coded.names[secret]
    sure = [(side.sure & (side.share == 1)) for side in sides]
    drawn = [rng.random(len(side.share)) < side.share for side in sides]
    everybody = [np.ones(len(side.there), dtype=bool) for side in sides]
    return [
        _attack(f"{name}: sure and right (DiSCO)", sure, everybody),
        _attack(f"{name}: attributed (CAP)", drawn, [side.there for side in sides]),
        _attack(f"{name}: attributed where it is sure (TCAP)", sure, [side.sure for side in sides]),
    ]


def _attack(variant: str, hits: list[np.ndarray], tried: list[np.ndarray]) -> Attack | None:
    found = [hit[some] for hit, some in zip(hits, tried, strict=True)]
    many = min(len(side) for side in found)
    return Attack(NAME, variant, many, *(int(side[:many].sum()) for side in found)) if many else None


def _seen(rows: IntArray, coded: Coded, keys: list[int], secret: int) -> _Seen:
    real, made = _numbered(rows[:, keys], coded.synthetic[:, keys])
    pairs, alike = _numbered(rows[:, [*keys, secret]], coded.synthetic[:, [*keys, secret]])
    size = int(max(real.max(), made.max())) + 1
    totals = np.bincount(made, minlength=size)
    own = np.bincount(alike, minlength=int(max(pairs.max(), alike.max())) + 1)
    kinds = np.bincount(np.unique(np.column_stack([made, coded.synthetic[:, secret]]), axis=0)[:, 0], minlength=size)
    there = totals[real] > 0
    share = np.divide(own[pairs], totals[real], out=np.zeros(len(real)), where=there)
    return _Seen(there, there & (kinds[real] == 1), share)


def _numbered(first: IntArray, second: IntArray) -> tuple[np.ndarray, np.ndarray]:
    """A number for each row, the same for rows that are alike in both tables."""
    _, places = np.unique(np.concatenate([first, second]), axis=0, return_inverse=True)
    places = places.ravel()
    return places[: len(first)], places[len(first) :]
