"""Random mode: every value of the domain is as likely as any other, and nothing is missing."""

import numpy as np

from synth_assets.describe import Description
from synth_assets.describe.coding import Bins, CodedColumn
from synth_assets.describe.conditional import Conditional
from synth_assets.generate.model import Model


def random_model(description: Description) -> Model:
    """Columns that are drawn evenly from their domains."""
    conditionals = tuple(
        Conditional(coded.column.name, (), _evenly(coded), (coded.size,)) for coded in description.columns
    )
    return Model(description.columns, conditionals, constraints=description.constraints)


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
