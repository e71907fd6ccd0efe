"""Correlated mode: each column given its parents, along the network."""

from synth_assets.describe import Description
from synth_assets.describe.conditional import Conditional
from synth_assets.describe.expected import Beliefs, expected_counts
from synth_assets.describe.impossible import masks
from synth_assets.generate.model import Model


def correlated_model(description: Description) -> Model:
    """Columns that are drawn by their expected counts, hidden cells filled; see ``fill_hidden``."""
    beliefs = Beliefs.of(description.columns, masks(description.constraints, description.column))
    expected = list(expected_counts(description.tables, description.minimum_count, beliefs))
    return Model(
        description.columns,
        tuple(Conditional(table.column, table.parents, weights, table.sizes) for table, weights in expected),
        {table.column: weights.sum(axis=0) for table, weights in expected},
        description.constraints,
    )
