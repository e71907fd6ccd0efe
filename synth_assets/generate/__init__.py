"""(Description, rows, rng) -> table: synthetic rows from a description and from nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from synth_assets.describe import Description
from synth_assets.describe.interchange import ForeignDescription
from synth_assets.errors import GenerationError
from synth_assets.generate.correlated import correlated_model
from synth_assets.generate.independent import independent_model
from synth_assets.generate.known import Given, known
from synth_assets.generate.model import Model
from synth_assets.generate.random import random_model
from synth_assets.generate.sampler import Sampler, sampler
from synth_assets.generate.streams import blocks, seeds_of

__all__ = ["MOST_ROWS", "SyntheticRows", "check_rows", "generate", "generate_batches"]

MOST_ROWS = 1_000_000_000
"""A bound against slips of the keyboard."""


@dataclass(frozen=True)
class SyntheticRows:
    """Rows that are made when they are asked for, so that their number is not bounded by memory.

    Attributes:
        rows: How many.
        sampler: What makes them.
    """

    rows: int
    sampler: Sampler

    def batches(self) -> Iterator[pl.DataFrame]:
        """All rows in order, the same each time; see ``streams.BLOCK_ROWS``."""
        for first, rows in blocks(self.rows):
            yield self.sampler.block(first, rows)

    def read(self) -> pl.DataFrame:
        """All rows in memory."""
        return pl.concat(self.batches())


def generate(
    description: Description | ForeignDescription,
    *,
    rows: int | None = None,
    rng: np.random.Generator,
    given: Given | None = None,
) -> pl.DataFrame:
    """A synthetic table.

    Args:
        description: What to draw from: our own, or one of DataSynthesizer's (``interchange.read_datasynthesizer``).
        rows: How many, from 1 to ``MOST_ROWS``; as many as were described where ``None``.
        rng: Source of chance, made from a seed (``numpy.random.default_rng(seed)`` or from a ``SeedSequence``): the
            same seed gives the same table. Each call takes fresh streams from it.
        given: What every row has: for each column a value, or a list of values that are allowed; ``None`` is missing.
            The other columns are drawn as they are in such rows.

    Returns:
        Shape (rows, columns): the description's columns, in order, of their types.

    Raises:
        GenerationError: ``rows`` is out of range, or not given for a description that did not count any; ``rng`` is no
            generator that can give streams; or what is given cannot be, or the constraints cannot be kept.
    """
    return generate_batches(description, rows=rows, rng=rng, given=given).read()


def generate_batches(
    description: Description | ForeignDescription,
    *,
    rows: int | None = None,
    rng: np.random.Generator,
    given: Given | None = None,
) -> SyntheticRows:
    """The same table as ``generate`` would make, in batches that never are in memory together.

    Args:
        description: As for ``generate``.
        rows: As for ``generate``.
        rng: As for ``generate``.
        given: As for ``generate``.

    Raises:
        GenerationError: As for ``generate``.
    """
    if not isinstance(description, Description | ForeignDescription):
        message = f"description is a {type(description).__name__}. Allowed: a Description, from describe or from_json."
        raise GenerationError(message)
    wanted = description.rows if rows is None else rows
    if wanted is None:
        message = (
            "A description in random mode does not count rows. Say how many to generate: rows=10_000, for example."
        )
        raise GenerationError(message)
    check_rows(wanted)
    seeds = seeds_of(rng)
    model = _model(description).in_order()
    asked = known({} if given is None else given, model.columns, list(model.decided), model.bin_rows)
    return SyntheticRows(wanted, sampler(model.where(asked), seeds))


def check_rows(rows: object) -> None:
    """Refuse a number of rows that cannot be generated.

    Raises:
        GenerationError: It is not a whole number from 1 to ``MOST_ROWS``.
    """
    if isinstance(rows, bool) or not isinstance(rows, (int, np.integer)) or not 1 <= rows <= MOST_ROWS:
        message = f"The number of synthetic rows is {rows!r}. Allowed: whole numbers from 1 to {MOST_ROWS:,}."
        raise GenerationError(message)


def _model(description: Description | ForeignDescription) -> Model:
    if isinstance(description, ForeignDescription):
        return Model(description.columns, description.conditionals)
    make = {"random": random_model, "independent": independent_model, "correlated": correlated_model}
    return make[description.mode](description)
