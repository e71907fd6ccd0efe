"""From the counts of a pair of columns to what may be shown of them: shares in wide classes, small counts hidden.

Each row's shares add up to 1. Of the original only classes are told, so that no count can be found by subtraction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
import polars as pl

from synth_assets.measure import Comparison
from synth_assets.measure.binning import IntArray

CLASSES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0)
"""Edges; a class holds its lower one."""

HIDDEN = -1
MOST_GROUPS = 8
OTHER = "all other"


@dataclass(frozen=True, slots=True, eq=False)
class PairCells:
    """A pair of columns as it is drawn.

    Attributes:
        names: The columns: of the rows, and across.
        labels: Of the groups of either.
        original: Class of each cell's share of its row, ``HIDDEN`` where it is not told; shape (rows, columns).
        synthetic: The same, nothing hidden; ``HIDDEN`` in a row without any.
        dependence: Normalised mutual information in the original and in the synthetic table.
    """

    names: tuple[str, str]
    labels: tuple[tuple[str, ...], tuple[str, ...]]
    original: IntArray
    synthetic: IntArray
    dependence: tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Groups:
    """The groups of a column: their labels, and the group of each position in its histogram."""

    labels: tuple[str, ...]
    of: tuple[int, ...]


def pair_cells(comparison: Comparison, first: str, second: str, minimum_count: int) -> PairCells:
    """What may be shown of one of the pairs in ``Comparison.crossed``.

    Args:
        comparison: Of the two tables.
        first: The pair's earlier column, which gives the rows.
        second: Its later one.
        minimum_count: The smallest original count that may be shown.
    """
    groups = [
        _groups(comparison.histograms.filter(pl.col("column") == name), minimum_count) for name in (first, second)
    ]
    cells = comparison.crossed.filter((pl.col("column_a") == first) & (pl.col("column_b") == second))
    counts = [_counted(cells, groups, side) for side in ("original", "synthetic")]
    pair = comparison.pairs.row(by_predicate=(pl.col("column_a") == first) & (pl.col("column_b") == second), named=True)
    return PairCells(
        names=(first, second),
        labels=(groups[0].labels, groups[1].labels),
        original=shown_classes(counts[0], minimum_count),
        synthetic=_classes(counts[1]),
        dependence=(pair["nmi_original"], pair["nmi_synthetic"]),
    )


def shown_classes(counts: IntArray, minimum_count: int) -> IntArray:
    """The class of each cell's share of its row; ``HIDDEN`` below ``minimum_count``, and where else it must be.

    The totals of rows and columns are taken as known. In every row and column, the number of rows that the shown
    classes leave for the hidden cells must be open by twice ``minimum_count``; else the smallest shown cell is hidden
    too.

    Args:
        counts: Shape (rows, columns).
        minimum_count: The smallest count that may be told.
    """
    shown = counts >= minimum_count
    while True:
        low, high = _limits(counts)
        for line, told in [*enumerate(shown), *((-1 - place, column) for place, column in enumerate(shown.T))]:
            values, most, least = _line(counts, line), _line(high, line), _line(low, line)
            if told.any() and not told.all() and not _vague(values, told, (least, most), minimum_count):
                smallest = np.where(told, values, np.iinfo(np.int64).max).argmin()
                told[smallest] = False
                break
        else:
            return np.where(shown, _classes(counts), HIDDEN)


def said_class(place: int) -> str:
    """A class in words.

    >>> said_class(3), said_class(HIDDEN)
    ('10 to 20%', 'hidden')
    """
    if place == HIDDEN:
        return "hidden"
    low, high = (f"{CLASSES[place + up] * 100:.0f}" for up in (0, 1))
    return f"{low} to {high}%"


def _line(cells: IntArray, line: int) -> IntArray:
    """A row, or from -1 on downwards a column."""
    return cells[line] if line >= 0 else cells[:, -1 - line]


def _vague(values: IntArray, told: np.ndarray, limits: tuple[IntArray, IntArray], minimum_count: int) -> bool:
    """Whether the classes of the shown cells leave open if the hidden ones hold few rows or many."""
    total, (least, most) = int(values.sum()), limits
    fewest = max(total - int(most[told].sum()), 0)
    largest = total - int(least[told].sum())
    return largest - fewest >= 2 * minimum_count


def _limits(counts: IntArray) -> tuple[IntArray, IntArray]:
    """The smallest and largest count that each cell's class allows, its row's total being known."""
    classes, totals = _classes(counts), counts.sum(axis=1)
    low, high = np.zeros_like(counts), np.zeros_like(counts)
    for (row, column), place in np.ndenumerate(classes):
        if place != HIDDEN:
            low[row, column] = ceil(CLASSES[place] * totals[row])
            high[row, column] = floor(CLASSES[place + 1] * totals[row])
    return low, high


def _classes(counts: IntArray) -> IntArray:
    totals = counts.sum(axis=1, keepdims=True)
    shares = counts / np.maximum(totals, 1)
    classes = np.clip(np.searchsorted(CLASSES, shares, "right") - 1, 0, len(CLASSES) - 2)
    return np.where(totals > 0, classes, HIDDEN)


def _counted(cells: pl.DataFrame, groups: Sequence[_Groups], side: str) -> IntArray:
    counts = np.zeros((len(groups[0].labels), len(groups[1].labels)), dtype=np.int64)
    rows, columns = (np.array(one.of)[cells[f"position_{end}"]] for one, end in zip(groups, "ab", strict=True))
    np.add.at(counts, (rows, columns), cells[side].to_numpy())
    return counts


def _groups(counts: pl.DataFrame, minimum_count: int) -> _Groups:
    """At most ``MOST_GROUPS``, and missing where a row is."""
    present = counts.filter(~pl.col("missing"))
    ordered = bool(counts["ordered"].any()) or present["lower"].is_not_null().any()
    found = _runs(present) if ordered else _ranked(present, minimum_count)
    if counts.filter("missing").select(pl.col("original") + pl.col("synthetic")).sum().item():
        return _Groups((*found.labels, "missing"), (*found.of, len(found.labels)))
    return _Groups(found.labels, (*found.of, 0))


def _runs(present: pl.DataFrame) -> _Groups:
    runs = np.array_split(np.arange(present.height), min(MOST_GROUPS, present.height))
    labels = present["label"].to_list()
    return _Groups(
        tuple(_joined(labels[run[0]], labels[run[-1]]) for run in runs),
        tuple(place for place, run in enumerate(runs) for _ in run),
    )


def _joined(first: str, last: str) -> str:
    if first == last:
        return first
    if first.startswith("\N{LESS-THAN OR EQUAL TO}"):
        return f"\N{LESS-THAN OR EQUAL TO} {last.rsplit(' to ', 1)[-1]}"
    if last.startswith("\N{GREATER-THAN OR EQUAL TO}"):
        return f"\N{GREATER-THAN OR EQUAL TO} {first.split(' to ', 1)[0]}"
    return f"{first.split(' to ', 1)[0]} to {last.rsplit(' to ', 1)[-1]}"


def _ranked(present: pl.DataFrame, minimum_count: int) -> _Groups:
    """The most frequent categories in the original that may be named, then all other."""
    known = pl.when(pl.col("original") >= minimum_count).then("original").otherwise(0)
    named = present.filter(pl.col("declared") | (pl.col("original") >= minimum_count))
    few = named.height == present.height <= MOST_GROUPS
    kept = named if few else named.sort(known, "position", descending=[True, False]).head(MOST_GROUPS - 1)
    places = {position: place for place, position in enumerate(kept["position"])}
    labels = tuple(kept["label"]) if few else (*kept["label"], OTHER)
    return _Groups(labels, tuple(places.get(position, len(places)) for position in present["position"]))
