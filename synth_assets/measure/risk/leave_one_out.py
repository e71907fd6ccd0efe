"""Was a row described? Told by the description itself: its counts are likelier with the row than without it, or not.

Scores of single rows stay inside; only how many are above a threshold leaves.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import polars as pl

from synth_assets.describe import Description
from synth_assets.describe.coding import Bins, CodedColumn, Levels, encode, is_told, to_axis
from synth_assets.describe.conform import conform
from synth_assets.describe.distances import with_distances
from synth_assets.describe.expected import Beliefs, expected_counts
from synth_assets.describe.impossible import masks
from synth_assets.describe.tables import HIDDEN, ContingencyTable
from synth_assets.frames import Frame
from synth_assets.measure.binning import FloatArray, IntArray
from synth_assets.measure.risk.codes import FlagArray
from synth_assets.measure.risk.membership import LEAST_CONTROL, flagged, split
from synth_assets.measure.risk.rates import Attack
from synth_assets.schema import Schema

_JEFFREYS = 0.5
"""Rows that a cell of a column alone is taken to have (Jeffreys' prior); all cells together never have fewer."""

_MOST = 1e6
"""Where a column does not depend on its parents, its own shares count for about as many rows at most."""


def leave_one_out(description: Description, training: Frame, control: Frame, rng: np.random.Generator) -> list[Attack]:
    """Call a row a member where the description's counts are far likelier with it than without it.

    A description without epsilon is a function of its table: one row more or less changes one cell of each contingency
    table by one. Each configuration of parents is taken for a draw from the Dirichlet-multinomial distribution
    (Mosimann 1962): a cell has a parameter a, which is the rows of the attacker's reference in it, of the same people,
    and the column's own shares, which count for as many rows as the description's counts suggest. With n rows in
    the cell the counts are then likelier with the row than without it by n / (n - 1 + a), which is n over its
    expectation where much is known, divided by the same of the configuration's total. Of a rounded count the
    likelihoods are added up over all counts that can have been rounded to it, each with its chance. The score is the
    logarithm of the product over all tables, the likelihood ratio of the network: as far as the distribution is that,
    no score is more powerful (Neyman and Pearson 1933). A row in a cell of which a count of 0 is told, or outside the
    published domains, is certainly not in the table.

    What it does not test: a hidden cell counts as its expected fill and as one row at least, so it tries nothing that
    could be worked out of hidden cells beyond that (``describe.hide`` sees to it that nothing small can). Edges of
    bins, exact values within bins and the network's choice are not used; totals are taken as they are told, rounded or
    not; rows of one person are taken one by one. It attacks the description, of which each table drawn from it is a
    function.

    Args:
        description: Of which mode does not matter; in random mode nothing is counted.
        training: Rows that were described, with the description's columns.
        control: Rows that were not.
        rng: Splits the control rows and draws the training rows.

    Returns:
        One each of ``FALSE_ALARM_RATES``. None where nothing is counted, or of fewer than ``LEAST_CONTROL`` control
        rows; and none with epsilon, for its bound says how well membership can be told, and noise is no count.

    Raises:
        SchemaError: A table has other columns or types than the description.
    """
    sides = [_rows(frame, description) for frame in (training, control)]
    held = len(sides[1])
    if not description.tables or description.privacy is not None or held < LEAST_CONTROL:
        return []
    reference, threshold_rows, attacked = split(held, rng)
    drawn = rng.permutation(len(sides[0]))[: len(attacked)]
    targets = pl.concat([sides[0][drawn], sides[1][attacked], sides[1][threshold_rows]])
    scores = _scores(description, _groups(targets, description), _groups(sides[1][reference], description))
    return flagged("leave one out", *np.split(scores, [len(drawn), len(drawn) + len(attacked)]))


def _rows(frame: Frame, description: Description) -> pl.DataFrame:
    """A table with what the description counts: columns that lie above others as distances."""
    schema = Schema(tuple(replace(one.column, nullable=True, unique=False) for one in description.columns))
    above = {one.column.name: one.above for one in description.columns if one.above}
    return with_distances(conform(frame, schema), schema, above)


def _groups(rows: pl.DataFrame, description: Description) -> dict[str, IntArray]:
    """The group of each row in every column; -1 where the value is outside the published domain."""
    return {one.column.name: _group(rows[one.column.name], one) for one in description.columns}


def _group(values: pl.Series, coded: CodedColumn) -> IntArray:
    inside = _inside(values, coded)
    found = np.full(len(values), -1, dtype=np.int64)
    found[inside] = coded.groups[encode(values.filter(pl.Series(inside)), coded)]
    return found


def _inside(values: pl.Series, coded: CodedColumn) -> FlagArray:
    """Whether each value is in the published domain, or is missing where values may be."""
    coding, present = coded.coding, values.is_not_null().to_numpy()
    inside = np.full(len(values), coded.column.nullable)
    whole = (isinstance(coding, Levels) and coding.other) or (isinstance(coding, Bins) and coding.clamp)
    inside[present] = whole or is_told(to_axis(values.drop_nulls(), coded.axis), coding).to_numpy()
    return inside


def _scores(description: Description, rows: Mapping[str, IntArray], reference: Mapping[str, IntArray]) -> FloatArray:
    """The logarithm of each row's likelihood ratio; minus infinity of rows that cannot be in."""
    total = np.zeros(len(next(iter(rows.values()))))
    out = np.zeros(len(total), dtype=np.bool_)
    for table, counts in _counts(description):
        cells, there = _cells(table, rows), _cells(table, reference)
        above, above_there = cells // table.sizes[-1], there // table.sizes[-1]
        known, totals = counts.ravel()[cells], _totals(table, counts)[above]
        strength, shares = _prior(counts)
        own = _seen(cells, there) + strength * shares[cells % table.sizes[-1]]
        of_all = _seen(above, above_there) + strength
        out |= (cells < 0) | (known == 0)
        ratio = _ratio(known, own)
        if description.round_to > 1:
            told = ~table.hidden.ravel()[cells] & ~out
            rate = totals[told] / (totals[told] + of_all[told])
            ratio[told] = _rounded_ratio(known[told], own[told], rate, description)
        total += np.log(ratio / _ratio(totals, of_all))
    return np.where(out, -np.inf, total)


def _counts(description: Description) -> Iterator[tuple[ContingencyTable, FloatArray]]:
    """Each table with its counts, hidden ones as expected, and as one row at least."""
    beliefs = Beliefs.of(description.columns, masks(description.constraints, description.column))
    for table, filled in expected_counts(description.tables, description.minimum_count, beliefs):
        yield table, np.where(table.hidden, np.maximum(filled, 1), filled)


def _totals(table: ContingencyTable, counts: FloatArray) -> FloatArray:
    return np.where(table.totals == HIDDEN, counts.sum(axis=1), table.totals)


def _cells(table: ContingencyTable, rows: Mapping[str, IntArray]) -> IntArray:
    """The place of each row's cell in the table's counts, flat; -1 outside the published domains."""
    groups = [rows[name] for name in table.family]
    cells = np.ravel_multi_index([np.maximum(one, 0) for one in groups], table.sizes)
    return np.where(np.min(groups, axis=0) < 0, -1, cells)


def _seen(cells: IntArray, reference: IntArray) -> FloatArray:
    """How many rows of the reference are in each row's cell; -1 is no cell."""
    return np.bincount(reference[reference >= 0], minlength=int(cells.max(initial=0)) + 1)[cells].astype(np.float64)


def _prior(counts: FloatArray) -> tuple[float, FloatArray]:
    """How many rows a column's own shares count for in each configuration of its parents, and these shares.

    By moments: of n rows with a share p, a Dirichlet-multinomial count has the variance n p (1 - p) (n + s) / (1 + s)
    (Mosimann 1962, "On the compound multinomial distribution"). A column without parents has Jeffreys' prior.

    Args:
        counts: Shape (configurations, groups).
    """
    smoothed = counts.sum(axis=0) + _JEFFREYS
    shares, size = smoothed / smoothed.sum(), counts.shape[1]
    if len(counts) == 1 or size == 1:
        return _JEFFREYS * size, np.full(size, 1 / size)
    totals = counts.sum(axis=1, keepdims=True)
    least = totals * shares * (1 - shares)
    apart = float(((counts - totals * shares) ** 2).sum())
    beyond = max(apart - least.sum(), least.sum() / _MOST)
    return max(((totals * least).sum() - apart) / beyond, _JEFFREYS), shares


def _ratio(known: FloatArray, own: FloatArray) -> FloatArray:
    """Of a count n, n / (n - 1 + a); where it is 0, as of 1."""
    return np.maximum(known, 1) / (np.maximum(known, 1) - 1 + own)


def _rounded_ratio(told: FloatArray, own: FloatArray, rate: FloatArray, description: Description) -> FloatArray:
    """The same of rounded counts: on average over the counts that they can stand for.

    A count n without the row has about the chance of the negative binomial distribution, ``rate``^n times the gamma
    function of n + a, over n!, and is told as it is with the chance of ``_rounding``; with the row, n is one more. The
    ratio of what these add up to is the average, of which the weights are the former's.
    """
    step = description.round_to
    counts = told[:, None] + np.arange(1 - step, step)
    rising = np.log((counts + own[:, None]) / (counts + 1) * rate[:, None])
    logs = np.cumsum(rising, axis=1) - rising
    weights = np.exp(logs - logs.max(axis=1, keepdims=True)) * _rounding(counts, told, step, description.minimum_count)
    return (weights * _ratio(counts, own[:, None])).sum(axis=1) / weights.sum(axis=1)


def _rounding(counts: FloatArray, told: FloatArray, step: int, minimum: int) -> FloatArray:
    """The chance that a count is told as it is, as ``describe.rounding`` has it; smaller counts than these are hidden.

    Args:
        counts: Shape (rows, counts).
        told: Shape (rows,).
        step: Counts are told as multiples of it.
        minimum: The smallest count that is not hidden.
    """
    chances = np.maximum(1 - abs(counts - told[:, None]) / step, 0)
    least = math.ceil(minimum / step) * step
    chances = np.where((told[:, None] == least) & (counts <= least), 1.0, chances)
    return np.where(counts >= minimum, chances, 0.0)
