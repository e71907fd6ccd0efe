"""Copies in a large table are found by its rows that are like real ones, whatever sample the other attacks have."""

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from synth_assets.measure.risk import risk
from synth_assets.measure.risk.lookalikes import lookalikes
from synth_assets.schema import Schema

REAL = pl.DataFrame({"a": ["x", "y", None], "b": [1, 2, 3], "c": [0.5, None, 2.5], "note": ["p", "q", "r"]})
SCHEMA = Schema.from_dict(
    {
        "columns": [
            {"name": "a", "type": "category", "nullable": True},
            {"name": "b", "type": "integer"},
            {"name": "c", "type": "float", "nullable": True},
            {"name": "note", "type": "text"},
        ]
    }
)


def test_rows_like_a_real_one_but_for_one_value_are_kept():
    made = pl.DataFrame(
        {
            "a": ["x", "x", "x", "z", None, "z"],
            "b": [1, 1, 9, 9, 3, 2],
            "c": [0.5, 9.0, 9.0, 9.0, 2.5, None],
            "note": ["other"] * 6,
        }
    )
    for size in (1, 4, 10):
        assert_frame_equal(lookalikes(made.iter_slices(size), REAL, SCHEMA), made[[0, 1, 4, 5]])


def test_two_columns_are_compared_whole():
    made = REAL.select("a", "b").with_columns(b=pl.Series([1, 9, 3]))
    found = lookalikes([made], REAL.select("a", "b"), Schema(SCHEMA.columns[:2]))
    assert_frame_equal(found, made[[0, 2]])


def test_integers_of_another_width_are_compared_too():
    made = REAL.with_columns(pl.col("b").cast(pl.Int32))
    assert len(lookalikes([made], REAL, SCHEMA)) == 3


@pytest.mark.parametrize("copied", [0, 200])
def test_copies_of_a_table_and_of_its_lookalikes_are_the_same(copied: int):
    rng = np.random.default_rng(5)
    people = pl.DataFrame({name: rng.integers(0, 30, 8_000) for name in ("a", "b", "c", "d")})
    schema = Schema.infer(people)
    training, control, rest = people[:2_000], people[2_000:4_000], people[4_000:]
    made = pl.concat([training.head(copied), rest.head(4_000 - copied)])
    alike = lookalikes(made.iter_slices(900), pl.concat([training, control]), schema)
    whole, part = (
        risk(training, control, table, schema, attacks=50, rng=np.random.default_rng(1), alike=others)
        for table, others in ((made, None), (made.sample(500, seed=2), alike))
    )
    told = [
        [(one.variant, one.training_hits, one.control_hits) for one in found.attacks if one.name == "copies"]
        for found in (whole, part)
    ]
    assert [variant for variant, *_ in told[0]] == [variant for variant, *_ in told[1]]
    for (_, *first), (_, *second) in zip(*told, strict=True):
        assert np.allclose(first, second, atol=4 * max(first[0], 25) ** 0.5)
    assert len(alike) < len(made)
