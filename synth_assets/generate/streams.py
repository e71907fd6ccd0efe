"""Streams of chance: every block of rows has its own, so that rows do not depend on how many are made at a time."""

from collections.abc import Iterator

import numpy as np

from synth_assets.errors import GenerationError

BLOCK_ROWS = 131_072
"""Rows are drawn in blocks of this many; which rows are in which block is part of what a seed means."""


def seeds_of(rng: object) -> np.random.SeedSequence:
    """A fresh branch of the generator's seed.

    Raises:
        GenerationError: It is no generator that was made from a seed.
    """
    seeds = rng.bit_generator.seed_seq if isinstance(rng, np.random.Generator) else None
    if not isinstance(seeds, np.random.SeedSequence):
        message = (
            f"rng is a {type(rng).__name__} that cannot be split into streams. Allowed: a numpy.random.Generator made "
            "from a seed, such as numpy.random.Generator(numpy.random.PCG64(1))."
        )
        raise GenerationError(message)
    return seeds.spawn(1)[0]


def stream(seeds: np.random.SeedSequence, *place: int) -> np.random.Generator:
    """The stream at a place below a seed; the same place always has the same one."""
    branch = np.random.SeedSequence(seeds.entropy, spawn_key=(*seeds.spawn_key, *place), pool_size=seeds.pool_size)
    return np.random.Generator(np.random.PCG64(branch))


def blocks(rows: int) -> Iterator[tuple[int, int]]:
    """The first row of each block and how many rows it has."""
    for first in range(0, rows, BLOCK_ROWS):
        yield first, min(BLOCK_ROWS, rows - first)
