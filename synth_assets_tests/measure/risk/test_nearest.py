"""Gower's distance against a slow loop over values."""

import numpy as np
import polars as pl
import pytest

from synth_assets.measure.risk.codes import encode
from synth_assets.measure.risk.nearest import FAR, column_distance, distance, steps
from synth_assets.schema import Schema

TABLE = pl.DataFrame({"n": [1, 2, 4, 8, None], "s": ["a", "b", None, "a", "b"]})
CODED = encode(TABLE, TABLE[:2], TABLE, Schema.infer(TABLE), attacks=5)


def test_numbers_are_as_far_as_their_bins_and_missing_is_far_from_all():
    third, two = round(FAR / 3), round(2 * FAR / 3)
    expected = [
        [0, third, two, FAR, FAR],
        [third, 0, third, two, FAR],
        [two, third, 0, third, FAR],
        [FAR, two, third, 0, FAR],
        [FAR, FAR, FAR, FAR, 0],
    ]
    assert column_distance(CODED, 0, CODED.training).tolist() == expected


def test_categories_are_the_same_or_far():
    values = TABLE["s"].to_list()
    assert column_distance(CODED, 1, CODED.training).tolist() == [
        [0 if a == b else FAR for b in values] for a in values
    ]


def test_a_distance_is_the_sum_over_columns():
    both = column_distance(CODED, 0, CODED.control) + column_distance(CODED, 1, CODED.control)
    assert distance(CODED, np.array([0, 1]), CODED.control).tolist() == both.tolist()
    assert distance(CODED, np.array([], dtype=np.int64), CODED.control).tolist() == [[0] * 5] * 2


@pytest.mark.parametrize("rows", [0, 1, 3_000_000])
def test_steps_cover_every_row_once(rows: int):
    assert sum(len(range(rows)[part]) for part in steps(CODED, rows)) == rows
