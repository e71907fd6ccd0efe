"""What is shown of a pair of columns: classes, and no small count by subtraction."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from synth_assets.measure import Comparison
from synth_assets.report.pair_cells import CLASSES, HIDDEN, pair_cells, said_class, shown_classes

COUNTS = arrays(np.int64, array_shapes(min_dims=2, max_dims=2, max_side=6), elements=st.integers(0, 60))


def interval(counts: np.ndarray, classes: np.ndarray, line: tuple) -> tuple[int, int]:
    """What somebody who knows the line's total can say of its hidden cells together."""
    totals = counts.sum(axis=1)
    low = high = 0
    cells = np.zeros_like(counts, dtype=bool)
    cells[line] = True
    for row, column in np.argwhere(cells & (classes != HIDDEN)).tolist():
        place = classes[row, column]
        low += int(np.ceil(CLASSES[place] * totals[row]))
        high += int(np.floor(CLASSES[place + 1] * totals[row]))
    total = int(counts[line].sum())
    return max(total - high, 0), total - low


@given(COUNTS, st.integers(1, 7))
def test_what_is_hidden_in_a_line_is_open_by_twice_the_least_count(counts: np.ndarray, minimum: int):
    classes = shown_classes(counts, minimum)
    assert (classes[counts < minimum] == HIDDEN).all()
    lines = [(row, slice(None)) for row in range(counts.shape[0])]
    lines += [(slice(None), column) for column in range(counts.shape[1])]
    for line in lines:
        hidden = classes[line] == HIDDEN
        if hidden.any() and not hidden.all():
            least, most = interval(counts, classes, line)
            assert most - least >= 2 * minimum


@given(COUNTS)
def test_large_counts_are_all_shown_in_their_class(counts: np.ndarray):
    counts = counts + 5
    classes = shown_classes(counts, 5)
    shares = counts / counts.sum(axis=1, keepdims=True)
    assert (classes != HIDDEN).all()
    assert (np.array(CLASSES)[classes] <= shares).all()
    assert (shares <= np.array(CLASSES)[classes + 1]).all()


def test_a_pair_is_folded_to_a_few_groups(comparison: Comparison):
    [(first, second), *_] = comparison.crossed.select("column_a", "column_b").unique(maintain_order=True).rows()
    cells = pair_cells(comparison, first, second, 5)
    assert (first, second) == ("Time in A&E (mins)", "Age bracket")
    assert cells.original.shape == (len(cells.labels[0]), len(cells.labels[1]))
    assert max(cells.original.shape) <= 9
    assert cells.labels[1] == ("0-17", "18-24", "25-44", "45-64", "65-84", "85+")
    assert cells.dependence[0] == pytest.approx(0.5, abs=0.1)


def test_classes_in_words():
    assert [said_class(place) for place in (HIDDEN, 0, 7)] == ["hidden", "0 to 2%", "75 to 100%"]
