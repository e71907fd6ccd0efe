"""Numbers that stand out, and steps on which numbers lie: what bins alone would blur. It counts nothing itself."""

from bisect import bisect_right
from dataclasses import replace

import numpy as np
import polars as pl

from synth_assets.describe.coding import Bins, CodedColumn, into_bins
from synth_assets.describe.reader import Exact

SPIKE_SHARE = 0.02
"""A value that this share of all rows holds may have a code of its own."""

SPIKE_MINIMUMS = 4
"""It must also be held by this many times ``minimum`` rows."""

_MOST_SPIKES = 10


def with_step(coded: CodedColumn, step: float | None) -> CodedColumn:
    """The column with the step on which its values lie; see ``grid``."""
    if not isinstance(coded.coding, Bins):
        return coded
    return replace(coded, coding=replace(coded.coding, step=step))


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
    common = np.flatnonzero(
        (exact.rows >= max(SPIKE_SHARE * rows, SPIKE_MINIMUMS * minimum)) & (3 * exact.rows > 2 * beside)
    )
    common = common[np.argsort(-exact.rows[common], kind="stable")][:_MOST_SPIKES]
    spikes = {value for value in exact.values[common].tolist() if not _is_bin(value, coded)}
    return replace(coded, coding=replace(coded.coding, spikes=tuple(sorted({*coded.coding.spikes, *spikes}))))


def _is_bin(value: float, coded: CodedColumn) -> bool:
    """Whether the value and one other are all that its bin has room for: what is left would be that one."""
    edges = coded.coding.edges if isinstance(coded.coding, Bins) else ()
    place = bisect_right(edges, value)
    return coded.axis != "float" and 0 < place < len(edges) and edges[place] - edges[place - 1] <= 2  # noqa: PLR2004 - as said
