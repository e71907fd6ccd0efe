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
        rng: Source of chance; the same state gives the same table.

    Returns:
        Shape (rows, columns): the description's columns, in order, of their types.

    Raises:
        GenerationError: ``rows`` is out of range, or not given for a description that did not count any.
    """
    wanted = description.rows if rows is None else rows
    if wanted is None:
        message = (
            "A description in random mode does not count rows. Say how many to generate: rows=10_000, for example."
        )
        raise GenerationError(message)
    check_rows(wanted)
    make = {"random": generate_random, "independent": generate_independent, "correlated": generate_correlated}
    return pl.DataFrame(make[description.mode](description, wanted, rng))


def check_rows(rows: object) -> None:
    """Refuse a number of rows that cannot be generated.

    Raises:
        GenerationError: It is not a whole number from 1 to ``MOST_ROWS``.
    """
    if isinstance(rows, bool) or not isinstance(rows, (int, np.integer)) or not 1 <= rows <= MOST_ROWS:
        message = f"The number of synthetic rows is {rows!r}. Allowed: whole numbers from 1 to {MOST_ROWS:,}."
        raise GenerationError(message)
