"""Noise for tests that must know what is drawn: none, the same everywhere, or from a seed; and one that keeps accounts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from synth_assets.ledger.accounting import UNITS_PER_RHO


@dataclass(frozen=True)
class NoNoise:
    """Exact counts, each moved by so much.

    Attributes:
        moved: By how much.
    """

    moved: int = 0

    def gaussian(self, counts: np.ndarray, scale: float) -> np.ndarray:
        """As they are."""
        del scale
        return counts + self.moved

    def laplace(self, counts: np.ndarray, scale: float) -> np.ndarray:
        """As they are."""
        del scale
        return counts + self.moved

    def largest(self, scores: Sequence[int], scale: float) -> int:
        """The first of the largest."""
        del scale
        return max(range(len(scores)), key=scores.__getitem__)


class SeededNoise:
    """Noise of the right scale that a seed repeats: whoever knows the seed knows the noise."""

    def __init__(self, rng: np.random.Generator) -> None:
        """From a test's own generator."""
        self.rng = rng

    def gaussian(self, counts: np.ndarray, scale: float) -> np.ndarray:
        """Rounded."""
        return counts + np.round(self.rng.normal(0, scale, counts.shape)).astype(np.int64)

    def laplace(self, counts: np.ndarray, scale: float) -> np.ndarray:
        """Rounded."""
        return counts + np.round(self.rng.laplace(0, scale, counts.shape)).astype(np.int64)

    def largest(self, scores: Sequence[int], scale: float) -> int:
        """With Gumbel noise."""
        return int(np.argmax(np.array(scores) + self.rng.gumbel(0, scale, len(scores))))


@dataclass
class Account:
    """Passes on to another source of noise, and books what every call costs, from its scale alone.

    Attributes:
        noise: Where noise comes from.
        sensitivity: Rows of one person.
        rho: Of Gaussian noise and of choices, one number a call.
        epsilon: Of Laplace noise, one number a call.
        choices: How many scores each choice was between.
        counted: The shape of each noisy table.
    """

    noise: NoNoise | SeededNoise
    sensitivity: int = 1
    rho: list[Fraction] = field(default_factory=list)
    epsilon: list[Fraction] = field(default_factory=list)
    choices: list[int] = field(default_factory=list)
    counted: list[tuple[int, ...]] = field(default_factory=list)

    def gaussian(self, counts: np.ndarray, scale: float) -> np.ndarray:
        """It costs sensitivity^2 / (2 scale^2)."""
        self.rho.append((self.sensitivity / Fraction(scale)) ** 2 / 2)
        self.counted.append(counts.shape)
        return self.noise.gaussian(counts, scale)

    def laplace(self, counts: np.ndarray, scale: float) -> np.ndarray:
        """It costs sensitivity / scale."""
        self.epsilon.append(self.sensitivity / Fraction(scale))
        self.counted.append(counts.shape)
        return self.noise.laplace(counts, scale)

    def largest(self, scores: Sequence[int], scale: float) -> int:
        """It costs (sensitivity / scale)^2 / 2."""
        self.rho.append((self.sensitivity / Fraction(scale)) ** 2 / 2)
        self.choices.append(len(scores))
        return self.noise.largest(scores, scale)

    @property
    def units(self) -> Fraction:
        """What all of it cost, in units of rho."""
        return sum(self.rho, Fraction(0)) * UNITS_PER_RHO
