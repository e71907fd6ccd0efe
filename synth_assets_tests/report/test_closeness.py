"""The verdict on closeness is true of what its bins cannot see too."""

import numpy as np
import polars as pl
import pytest

from synth_assets.describe import describe
from synth_assets.generate import generate
from synth_assets.measure import compare
from synth_assets.measure.utility import utility
from synth_assets.report.closeness import closeness
from synth_assets.schema import Schema


@pytest.mark.parametrize(("heavy", "verdict"), [(False, "As close to the original"), (True, "how numbers lie within")])
def test_numbers_that_crowd_one_bin_are_not_called_close(*, heavy: bool, verdict: str):
    rng = np.random.default_rng(1)
    cost = rng.lognormal(3, 2.5, 8_000) if heavy else rng.gamma(2, 50, 8_000)
    frame = pl.DataFrame({"cost": cost.round(2), "sex": rng.choice(["F", "M"], 8_000)})
    schema = Schema.infer(frame)
    if heavy:
        schema = schema.assert_public_domain(reason="declared bins stay of equal width, and nearly all is in the first")
    table = generate(describe(frame, schema, mode="independent"), rng=rng)
    measured = utility(frame, table, schema, rng=rng).summary
    said = closeness(compare(frame, table, schema), "independent", 5, measured)

    assert verdict in said.verdict
    assert said.tone == ("unsure" if heavy else "good")
