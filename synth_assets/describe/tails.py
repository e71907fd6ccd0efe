"""Finer bins where rows crowd: of a long tail, bins of equal width would hold nearly all rows in one.

It sees counts on public steps, and publishes nothing: ``coded_table`` joins its bins and counts anew.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import polars as pl

from synth_assets.describe.coding import Bins, CodedColumn
from synth_assets.describe.hide import MOVED
from synth_assets.describe.reader import Exact
from synth_assets.describe.steps import parts
from synth_assets.schema import ColumnType

_FULL = 5
"""A column is looked at closer where a bin has more than this many times its share of the rows: a quarter of 20."""

_CROWDED = 1
"""There, every bin that has more than this many times its share is."""

_UNEVEN = 0.4
"""And split where its rows are off an even spread by more than this many times a share."""

_MOST_LEVELS = 24
"""Of parts in parts; with 4 parts or more each, they reach 14 powers of ten down."""


@dataclass(frozen=True, eq=False)
class Crowd:
    """The rows of one column, to be counted between edges as often as needed.

    Attributes:
        batches: Gives the values on the column's axis, batch by batch, from the start.
        share: How many rows each bin of equal width would have, were they alike.
        ends: The values around which the edges lie; those beyond are counted with them, as ``Bins.clamp`` says.
        heavy: Values that stand out (see ``spikes.stands_out``); they are drawn exactly, so they crowd no bin.
    """

    batches: Callable[[], Iterable[pl.Series]]
    share: float
    ends: tuple[float, float]
    heavy: Exact

    def between(self, edges: np.ndarray) -> np.ndarray:
        """Rows from each edge to before the next, heavy values apart; int64, shape (edges - 1,)."""
        counts = np.zeros(len(edges) + 1, dtype=np.int64)
        for values in self.batches():
            counts += np.bincount(self._places(edges, values.drop_nulls().to_numpy()), minlength=len(counts))
        np.subtract.at(counts, self._places(edges, self.heavy.values), self.heavy.rows)
        return counts[1:-1]

    def _places(self, edges: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        return np.searchsorted(edges, np.clip(numbers, *self.ends), side="right")


@dataclass(frozen=True, eq=False)
class _Split:
    """A bin that was split.

    Attributes:
        edges: Of the bins that it became, its own ends included.
        rows: Of each.
        spare: How many rows more than needed it has, or has off an even spread.
    """

    edges: tuple[float, ...]
    rows: np.ndarray
    spare: float


def finer(
    coded: CodedColumn, bin_rows: np.ndarray, crowd: Crowd, minimum: int
) -> tuple[CodedColumn, tuple[tuple[float, float], ...]]:
    """The column with the bins in which rows crowd split, as far as they lie unevenly in them.

    Where one bin holds more than ``_FULL`` shares, each that holds more than ``_CROWDED`` is split into parts on the
    next public step (see ``steps.parts``) if, over the parts of its parts, its rows are off an even spread by more than
    ``_UNEVEN`` shares; and so are its parts. This is a density estimation tree (Ram and Gray 2011) that splits on
    public steps alone, and by the Kolmogorov-Smirnov distance inside a bin: values are drawn evenly from a bin, so that
    is what it costs. The passes over the data are at most ``_MOST_LEVELS``, and none where no bin is full.

    What the new edges tell who knows this rule, beside what ``domain.joined`` tells of any edges from the data:

    - Of a bin that was not split no count follows: however many rows it has, those that are no exact value may lie
      anywhere in it, so that all are spread evenly. (Where its exact values alone are not, the others make up for it;
      how many that takes at least is not counted as known.)
    - A bin that was split has more than ``_CROWDED`` shares, which is more than twice ``minimum``, its rows are off an
      even spread by more than ``_UNEVEN``, and one bin of equal width has more than ``_FULL``. Where it is so by
      ``MOVED`` times ``minimum`` rows, it stays so in every table by which ``hide.hide`` shows that a count may be
      ``minimum``. Where it is only just so, the stretch is named here, and ``domain.least_known`` takes all rows of its
      bins for known: then none of them makes room for a hidden count.

    Random mode draws by the width of bins and would gain nothing: there bins keep their width, and none of this is
    told. With epsilon domains are public, and come here as little as any declared one.

    Args:
        coded: In bins of equal width, as ``domain.from_data`` made them.
        bin_rows: Rows of each bin, heavy values apart; shape (bins,).
        crowd: Its rows.
        minimum: The smallest count that may be told.

    Returns:
        The column, and the stretches that were only just split, from an edge to before another.
    """
    coding = coded.coding
    if not isinstance(coding, Bins) or bin_rows.max() <= _FULL * crowd.share:
        return coded, ()
    edges, splits = set(coding.edges), []
    crowded = _crowded(coding.edges, bin_rows, crowd)
    for _ in range(_MOST_LEVELS):
        level = list(_splits(crowded, crowd, coded.axis)) if crowded else []
        edges.update(edge for split in level for edge in split.edges)
        splits += level
        crowded = [stretch for split in level for stretch in _crowded(split.edges, split.rows, crowd)]
    if not splits:
        return coded, ()
    fullest = int(bin_rows.argmax())
    spare = {(split.edges[0], split.edges[-1]): split.spare for split in splits}
    full = coding.edges[fullest], coding.edges[fullest + 1]
    spare[full] = min(spare.get(full, np.inf), bin_rows[fullest] - _FULL * crowd.share)
    scarce = tuple(stretch for stretch, rows in spare.items() if rows < MOVED * minimum)
    return replace(coded, coding=replace(coding, edges=_around(sorted(edges), crowd.ends))), scarce


def _crowded(edges: Sequence[float], rows: np.ndarray, crowd: Crowd) -> list[tuple[float, float]]:
    return [stretch for stretch, held in zip(pairwise(edges), rows, strict=True) if held > _CROWDED * crowd.share]


def _splits(stretches: Sequence[tuple[float, float]], crowd: Crowd, kind: ColumnType) -> Iterator[_Split]:
    """Those of the stretches that are split, in one pass over the data; they are disjoint and in order."""
    cuts = [parts(*stretch, kind) for stretch in stretches]
    grids = [sorted({edge for part in pairwise(edges) for edge in parts(*part, kind)}) for edges in cuts]
    told = np.array(sorted({edge for grid in grids for edge in grid}))
    before = np.concatenate([[0], np.cumsum(crowd.between(told))])
    for edges, grid in zip(cuts, grids, strict=True):
        up_to = before[np.searchsorted(told, grid)]
        up_to -= up_to[0]
        off = np.abs(up_to - up_to[-1] * np.linspace(0, 1, len(grid))).max()
        spare = min(up_to[-1] - _CROWDED * crowd.share, off - _UNEVEN * crowd.share)
        if spare > 0:
            yield _Split(edges, np.diff(up_to[np.searchsorted(grid, edges)]), spare)


def _around(edges: Sequence[float], ends: tuple[float, float]) -> tuple[float, ...]:
    """The edges without those that leave outer bins beyond the ends."""
    first = max(bisect_right(edges, ends[0]) - 1, 0)
    return tuple(edges[first : bisect_right(edges, ends[1]) + 1])
