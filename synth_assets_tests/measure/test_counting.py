"""Contingency tables of two tables, dense and sparse."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.measure import counting
from synth_assets.measure.binning import BinnedColumn
from synth_assets.measure.counting import Cells, count
from synth_assets.schema import Column

CODES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), min_size=1, max_size=30)


def coded(original: list[int], synthetic: list[int], size: int) -> BinnedColumn:
    return BinnedColumn(
        Column("x", "text"), size, (), None, np.array(original, dtype=np.int64), np.array(synthetic, dtype=np.int64)
    )


def as_counters(cells: Cells) -> tuple[Counter, Counter]:
    keys = list(zip(*(codes.tolist() for codes in cells.codes), strict=True))
    sides = (dict(zip(keys, side.tolist(), strict=True)) for side in (cells.original, cells.synthetic))
    return tuple(Counter({key: rows for key, rows in side.items() if rows}) for side in sides)  # pyrefly: ignore[bad-return]  # two of them


@given(CODES, CODES, st.booleans())
def test_it_counts_as_a_counter_does(original: list, synthetic: list, sparse: bool):  # noqa: FBT001 - drawn by Hypothesis
    columns = [
        coded([row[place] for row in original], [row[place] for row in synthetic], size)
        for place, size in enumerate((4, 6))
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "_DENSE_CELLS", 0 if sparse else 100)
        cells = count(columns)
    assert as_counters(cells) == (Counter(original), Counter(synthetic))
    assert (cells.original + cells.synthetic > 0).all()
    assert (np.diff(cells.places) > 0).all()


def test_sizes_whose_product_is_beyond_an_integer():
    size = 2**40
    column = coded([0, size - 1, 7], [7, 7, 0], size)
    cells = count([column, column, column])
    assert sorted(zip(cells.original.tolist(), cells.synthetic.tolist(), strict=True)) == [(1, 0), (1, 1), (1, 2)]


def test_one_column():
    cells = count([coded([0, 2, 2], [1], 4)])
    assert cells.places.tolist() == [0, 1, 2]
    assert cells.original.tolist() == [1, 0, 2]
    assert cells.synthetic.tolist() == [0, 1, 0]
