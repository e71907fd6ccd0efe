"""Independent mode: each column from its own counts."""

import numpy as np
import polars as pl

from synth_assets.describe import Description
from synth_assets.generate.correlated import generate_correlated


def generate_independent(description: Description, rows: int, rng: np.random.Generator) -> list[pl.Series]:
    """Columns drawn one by one: a network without edges."""
    return generate_correlated(description, rows, rng)
