"""Independent mode: each column from its own counts."""

from synth_assets.describe import Description
from synth_assets.generate.correlated import correlated_model
from synth_assets.generate.model import Model


def independent_model(description: Description) -> Model:
    """Columns that are drawn one by one: a network without edges."""
    return correlated_model(description)
