"""Exact counts of hand-made columns of codes, and scores of their pairs, as a search for a network takes them."""

import functools
from collections.abc import Callable, Sequence

import numpy as np

from synth_assets.describe.network import Score, pairs, score


def counter(**codes: np.ndarray) -> Callable[[Sequence[str]], np.ndarray]:
    """Exact counts over columns of codes."""
    sizes = {name: int(held.max()) + 1 for name, held in codes.items()}

    @functools.cache
    def counted(names: tuple[str, ...]) -> np.ndarray:
        counts = np.zeros([sizes[name] for name in names], dtype=np.int64)
        np.add.at(counts, tuple(codes[name] for name in names), 1)
        return counts

    return lambda names: counted(tuple(names))


def scored(names: Sequence[str], counted: Callable[[Sequence[str]], np.ndarray]) -> dict[tuple[str, str], Score]:
    """The score of every pair."""
    return {pair: score(counted(pair)) for pair in pairs(names)}
