"""One table alone, in bins and categories."""

import numpy as np
import polars as pl
import pytest

from synth_assets.errors import MeasurementError
from synth_assets.measure import compare
from synth_assets.measure.column_counts import column_counts
from synth_assets.schema import Schema


def test_they_are_the_counts_of_a_comparison():
    rng = np.random.Generator(np.random.PCG64(1))
    table = pl.DataFrame({"x": rng.normal(size=500), "n": rng.integers(0, 50, 500), "c": rng.choice(["a", "b"], 500)})
    schema = Schema.infer(table)
    alone, compared = column_counts(table, schema, 5), compare(table, table, schema).histograms

    assert alone.drop("synthetic").equals(compared.drop("synthetic"))
    assert alone["synthetic"].sum() == 0


def test_an_empty_table_is_refused():
    table = pl.DataFrame({"x": [1.0]})
    with pytest.raises(MeasurementError, match="has no rows"):
        column_counts(table.clear(), Schema.infer(table), 5)
