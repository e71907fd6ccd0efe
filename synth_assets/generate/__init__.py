"""(Description, rows, rng) -> table: synthetic rows from a description and from nothing else."""

import numpy as np
import polars as pl

from synth_assets.describe import Description
from synth_assets.errors import GenerationError
from synth_assets.generate.correlated import generate_correlated
from synth_assets.generate.independent import generate_independent
from synth_assets.generate.random import generate_random

__all__ = ["MOST_ROWS", "check_rows", "generate"]

MOST_ROWS = 1_000_000_000
"""A bound against slips of the keyboard."""


def generate(description: Description, *, rows: int | None = None, rng: np.random.Generator) -> pl.DataFrame:
    """A synthetic table.

    Args:
        description: What to draw from.
        rows: How many, from 1 to ``MOST_ROWS``; as many as were described where ``None``.
        rng: Source of chance, made from a seed (``numpy.random.default_rng(seed)`` or from a ``SeedSequence``): the
            same seed gives the same table. Each call takes fresh streams from it.

    Returns:
        Shape (rows, columns): the description's columns, in order, of their types.

    Raises:
        GenerationError: ``rows`` is out of range, or not given for a description that did not count any; or ``rng`` is
            no generator that can give streams.
    """
    wanted = description.rows if rows is None else rows
    if wanted is None:
        message = (
            "A description in random mode does not count rows. Say how many to generate: rows=10_000, for example."
        )
        raise GenerationError(message)
    check_rows(wanted)
    _check_rng(rng)
    make = {"random": generate_random, "independent": generate_independent, "correlated": generate_correlated}
    return pl.DataFrame({values.name: values for values in make[description.mode](description, wanted, rng)})


def check_rows(rows: object) -> None:
    """Refuse a number of rows that cannot be generated.

    Raises:
        GenerationError: It is not a whole number from 1 to ``MOST_ROWS``.
    """
    if isinstance(rows, bool) or not isinstance(rows, (int, np.integer)) or not 1 <= rows <= MOST_ROWS:
        message = f"The number of synthetic rows is {rows!r}. Allowed: whole numbers from 1 to {MOST_ROWS:,}."
        raise GenerationError(message)


def _check_rng(rng: object) -> None:
    seeds = rng.bit_generator.seed_seq if isinstance(rng, np.random.Generator) else None
    if not isinstance(seeds, np.random.bit_generator.ISpawnableSeedSequence):
        message = (
            f"rng is a {type(rng).__name__} that cannot be split into streams. Allowed: a numpy.random.Generator made "
            "from a seed, such as numpy.random.Generator(numpy.random.PCG64(1))."
        )
        raise GenerationError(message)
