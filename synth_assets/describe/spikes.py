"""Numbers that stand out, and steps on which numbers lie: what bins alone would blur. It counts nothing itself."""

import math
from bisect import bisect_right
from dataclasses import replace
from fractions import Fraction

import numpy as np
import polars as pl

from synth_assets.describe.coding import Bins, CodedColumn, into_bins
from synth_assets.describe.reader import Exact

SPIKE_SHARE = 0.02
"""A value that this share of all rows holds may have a code of its own."""

SPIKE_MINIMUMS = 4
"""It must also be held by this many times ``minimum`` rows."""

_MOST_SPIKES = 10

_PAIR = 2


def with_step(coded: CodedColumn, step: float | None) -> CodedColumn:
    """The column with the step on which its values lie; see ``grid``."""
    if not isinstance(coded.coding, Bins):
        return coded
    return replace(coded, coding=replace(coded.coding, step=step))


def stands_out(held: np.ndarray, rows: int, minimum: int) -> np.ndarray:
    """Whether so many rows hold a value that it may be a spike, shape as ``held``.

    Args:
        held: Rows of each value.
        rows: Of the table.
        minimum: The smallest count that may be told.
    """
    return held >= least_of_spike(rows, minimum)


def least_of_spike(rows: int, minimum: int) -> int:
    """How many rows a spike has at least.

    >>> least_of_spike(1_040, 5), least_of_spike(80, 5)
    (21, 20)
    """
    return max(math.ceil(SPIKE_SHARE * rows), SPIKE_MINIMUMS * minimum)


def with_spikes(coded: CodedColumn, exact: Exact, rows: int, minimum: int) -> CodedColumn:
    """The column with codes of their own for values that stand out, so that a spike keeps its own dependences.

    A value stands out where ``SPIKE_SHARE`` of all rows and ``SPIKE_MINIMUMS`` times ``minimum`` hold it, and more than
    two thirds of the rows of its bin whose values are frequent; the most frequent of them are taken. What is not named
    may hold up to that many rows, so no small count follows from its absence.

    Args:
        coded: A column; anything but bins comes back as it is.
        exact: The column's frequent values.
        rows: Of the table.
        minimum: The smallest count that may be told.
    """
    if not isinstance(coded.coding, Bins):
        return coded
    bins = into_bins(pl.Series(exact.values), coded.coding).to_numpy()
    beside = np.bincount(bins, exact.rows, minlength=1)[bins]
    common = np.flatnonzero(stands_out(exact.rows, rows, minimum) & (3 * exact.rows > 2 * beside))
    common = common[np.argsort(-exact.rows[common], kind="stable")][:_MOST_SPIKES]
    spikes = {value for value in exact.values[common].tolist() if not _is_bin(value, coded)}
    return replace(coded, coding=replace(coded.coding, spikes=tuple(sorted({*coded.coding.spikes, *spikes}))))


def _is_bin(value: float, coded: CodedColumn) -> bool:
    """Whether the value and one other are all that its bin has room for: what is left would be that one."""
    coding = coded.coding
    edges = coding.edges if isinstance(coding, Bins) else ()
    place = bisect_right(edges, value)
    if coded.axis != "float" and 0 < place < len(edges) and edges[place] - edges[place - 1] <= _PAIR:
        return True
    return isinstance(coding, Bins) and coding.step is not None and _room(value, coding, coding.step) == _PAIR


def _room(value: float, coding: Bins, step: float) -> float:
    """How many multiples of the step lie in the value's bin; an end bin that takes all beyond has no end of them."""
    place = min(max(bisect_right(coding.edges, value), 1), coding.bins)
    last, exact = place == coding.bins, Fraction(str(step))
    if coding.clamp and (place == 1 or last):
        return math.inf
    low, high = (Fraction(str(edge)) / exact for edge in coding.edges[place - 1 : place + 1])
    closed = last and isinstance(coding.edges[-1], float) and high.denominator == 1
    return math.ceil(high) - math.ceil(low) + closed
