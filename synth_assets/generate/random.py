"""Random mode: every value of the domain is as likely as any other, and nothing is missing."""

import numpy as np
import polars as pl

from synth_assets.describe import Description
from synth_assets.describe.coding import Bins, CodedColumn
from synth_assets.generate.sampling import draw
from synth_assets.generate.values import column_values


def generate_random(description: Description, rows: int, rng: np.random.Generator) -> list[pl.Series]:
    """Columns drawn evenly from their domains, each from a stream of its own."""
    streams = rng.spawn(len(description.columns))
    return [_column(coded, rows, stream) for coded, stream in zip(description.columns, streams, strict=True)]


def _column(coded: CodedColumn, rows: int, rng: np.random.Generator) -> pl.Series:
    groups = draw(_evenly(coded), np.zeros(rows, dtype=np.int64), rng)
    return column_values(coded, groups, None, rng)


def _evenly(coded: CodedColumn) -> np.ndarray:
    """Weights of the groups, shape (1, groups): bins by width, levels alike, missing only where nothing else is."""
    weights = np.zeros((1, coded.size))
    weights[0, : coded.coding.size] = _widths(coded.coding) if isinstance(coded.coding, Bins) else 1.0
    if not coded.coding.size:
        weights[0, -1] = 1.0
    return weights


def _widths(bins: Bins) -> np.ndarray:
    """Widths of the bins, as shares of the whole range; shape (bins,)."""
    edges = np.asarray(bins.edges, dtype=np.float64)
    return np.diff(edges / max(abs(edges[0]), abs(edges[-1])))
