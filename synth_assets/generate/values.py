"""From groups to values: spread groups over codes, draw numbers inside bins, write each column in its own type."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import polars as pl

from synth_assets.describe.coding import Bins, CodedColumn, Levels
from synth_assets.generate.sampling import draw
from synth_assets.schema import Column, ColumnType

PLACEHOLDER = "synthetic text"

_MOST_STEPS = 2**53


def axis_values(
    coded: CodedColumn,
    groups: np.ndarray,
    bin_rows: np.ndarray | None,
    rng: np.random.Generator,
    allowed: np.ndarray | None = None,
) -> pl.Series:
    """The values of one column, on its axis; of text and keys only whether there is one (0).

    Args:
        coded: The column.
        groups: The group of each row, int64 of shape (rows,).
        bin_rows: Rows per group in the description, by which atoms and the rest of a bin share its draws; ``None``
            where nothing was counted.
        rng: Source of chance.
        allowed: Which codes may occur, bool of shape (size,); ``None`` for all.
    """
    codes = _spread_groups(coded, groups, rng, allowed)
    present = codes < coded.coding.size
    if isinstance(coded.coding, Levels):
        values = pl.Series(list(coded.coding.values) or [None]).gather(np.where(present, codes, 0))
    elif isinstance(coded.coding, Bins):
        numbers = np.zeros(len(codes), dtype=np.float64 if coded.axis == "float" else np.int64)
        numbers[present] = _numbers(coded, coded.coding, codes[present], bin_rows, rng)
        values = pl.Series(numbers)
    else:
        values = pl.Series(np.zeros(len(codes), dtype=np.int64))
    return values if present.all() else values.set(pl.Series(~present), None)


def typed(column: Column, kind: ColumnType, values: pl.Series) -> pl.Series:
    """Values on an axis as the column has them, under its name; those of text and keys are not told apart yet.

    Args:
        column: The column.
        kind: What the values are of (see ``CodedColumn.axis``).
        values: On that axis.
    """
    if kind == "datetime":
        values = values.cast(pl.Int64).cast(pl.Datetime("us"))
        if column.time_zone:
            values = values.dt.replace_time_zone("UTC").dt.convert_time_zone(column.time_zone)
    elif kind == "date":
        values = values.cast(pl.Int32)
    return values.cast(column.dtype).alias(column.name)


def numbered(column: Column, present: pl.Series, first: int) -> pl.Series:
    """Text and keys, counted off so that no two are alike and none can be taken for a real one.

    Args:
        column: Of type text or integer; integers are negative.
        present: Null where the value is missing.
        first: The number of the first row in the whole table, from 0.
    """
    number = pl.Series(np.arange(first + 1, first + len(present) + 1))
    values = -number if column.type == "integer" else PLACEHOLDER + " " + number.cast(pl.String)
    values = values.cast(column.dtype).alias(column.name)
    return values.set(present.is_null(), None) if present.null_count() else values


def _spread_groups(
    coded: CodedColumn, groups: np.ndarray, rng: np.random.Generator, allowed: np.ndarray | None
) -> np.ndarray:
    """Groups as codes; draws of a group that several codes share go to them by their shares."""
    order = np.argsort(coded.groups, kind="stable")
    sizes = np.bincount(coded.groups, minlength=coded.group_count)
    codes = order[np.cumsum(sizes) - sizes][groups]
    shares = code_shares(coded, allowed)
    for group in np.flatnonzero(sizes > 1):
        rows = np.flatnonzero(groups == group)
        if len(rows):
            several = np.flatnonzero(coded.groups == group)
            codes[rows] = several[draw(shares[several][None, :], np.zeros(len(rows), dtype=np.int64), rng)]
    return codes


def code_shares(coded: CodedColumn, allowed: np.ndarray | None) -> np.ndarray:
    """How much each code is drawn within its group, of those that are allowed; not negative, shape (size,).

    Where no allowed code of a group has a share, all allowed ones are alike.
    """
    shares = np.ones(coded.size) if not coded.merged else np.asarray(coded.shares, dtype=np.float64)
    if coded.pool_mode is not None:
        shares[list(coded.pool)] = 0.0
        shares[coded.pool_mode] = 1.0
    open_to = np.ones(coded.size, dtype=bool) if allowed is None else allowed
    held = np.where(open_to, shares, 0.0)
    empty = np.bincount(coded.groups, held, minlength=coded.group_count) == 0
    return np.where(empty[coded.groups], open_to, held)


def _numbers(
    coded: CodedColumn, bins: Bins, codes: np.ndarray, bin_rows: np.ndarray | None, rng: np.random.Generator
) -> np.ndarray:
    """A number of its own bin for each row, on the column's axis, shape as ``codes``."""
    kind = np.float64 if coded.axis == "float" else np.int64
    spike = codes - bins.bins
    atom = _draw_atoms(coded, bins, np.minimum(codes, bins.bins), bin_rows, rng)
    values = np.array([value for held in bins.atoms for value, _ in held] + [0], dtype=kind)
    drawn = values[atom]
    rest = (atom == len(values) - 1) & (spike < 0)
    drawn[rest] = _between(coded, bins, codes[rest], rng)
    if bins.spikes:
        drawn[spike >= 0] = np.asarray(bins.spikes, dtype=kind)[spike[spike >= 0]]
    return drawn


def _between(coded: CodedColumn, bins: Bins, codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Numbers of their own bins that are not named, on the column's step where it has one and each bin has room."""
    scaled = None if bins.step is None else _in_steps(bins, bins.step)
    if scaled is not None:
        places = _between_integers(np.asarray(scaled.edges, dtype=np.int64), scaled, codes, rng)
        return places * int(bins.step or 1) if coded.axis != "float" else places / round(1 / (bins.step or 1.0))
    if coded.axis == "float":
        return _between_floats(np.asarray(bins.edges, dtype=np.float64), codes, rng)
    return _between_integers(np.asarray(bins.edges, dtype=np.int64), bins, codes, rng)


def _in_steps(bins: Bins, step: float) -> Bins | None:
    """The same bins with steps for numbers; ``None`` where a bin has no whole step in it, or steps are too many."""
    exact = Fraction(str(step))
    edges = [math.ceil(Fraction(str(edge)) / exact) for edge in bins.edges]
    if not bins.clamp:
        edges[-1] += Fraction(str(bins.edges[-1])) / exact == edges[-1] and isinstance(bins.edges[-1], float)
    if max(map(abs, edges)) >= _MOST_STEPS or any(low >= high for low, high in pairwise(edges)):
        return None
    whole = [[(_steps(value, exact), rows) for value, rows in held] for held in bins.atoms]
    atoms = tuple(tuple((place, rows) for place, rows in held if place is not None) for held in whole)
    spikes = [place for value in bins.spikes if (place := _steps(value, exact)) is not None]
    return Bins(tuple(edges), atoms, spikes=tuple(spikes))


def _steps(value: float, step: Fraction) -> int | None:
    places = Fraction(str(value)) / step
    return int(places) if places.denominator == 1 else None


def _draw_atoms(
    coded: CodedColumn, bins: Bins, codes: np.ndarray, bin_rows: np.ndarray | None, rng: np.random.Generator
) -> np.ndarray:
    """Which atom each row takes, numbered through all bins; the last number is none."""
    sizes = np.array([len(held) for held in bins.atoms] + [0])
    if bin_rows is None or not sizes.sum():
        return np.full(len(codes), sizes.sum())
    weights = np.zeros((bins.bins + 1, sizes.max() + 1))
    weights[bins.bins, -1] = 1
    for place, held in enumerate(bins.atoms):
        weights[place, : len(held)] = [count for _, count in held]
        told = weights[place].sum()
        weights[place, -1] = max(bin_rows[coded.groups[place]] - told, 0) if told else 1
    found = draw(weights, codes, rng)
    first = np.cumsum(sizes) - sizes
    return np.where(found < sizes[codes], first[codes] + found, sizes.sum())


def _between_floats(edges: np.ndarray, codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Uniform from each bin's edge to before the next."""
    low, high, height = edges[codes], edges[codes + 1], _even(codes, rng)
    return np.clip(low * (1 - height) + high * height, low, np.nextafter(high, low))


def _even(codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Uniform numbers in [0, 1), one in each n-th part for the n rows of a bin."""
    sizes = np.bincount(codes)
    order = rng.permutation(len(codes))
    order = order[np.argsort(codes[order], kind="stable")]
    rank = np.arange(len(codes)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    height = np.empty(len(codes))
    height[order] = (rank + rng.random(len(codes))) / np.repeat(sizes, sizes)
    return np.minimum(height, np.nextafter(1.0, 0.0))


def _between_integers(edges: np.ndarray, bins: Bins, codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Uniform over the whole numbers of the bin that are neither atoms nor spikes; over all, where there is no other.

    Differences are taken in unsigned arithmetic, in which those of any two int64 are right.
    """
    low, width = edges.astype(np.uint64)[:-1], np.diff(edges.astype(np.uint64))
    held = [_taken(bins, place, edges) for place in range(bins.bins)]
    free = width - np.array([len(values) for values in held], dtype=np.uint64)
    room = np.where(free > 0, free, width)[codes]
    place = np.minimum((_even(codes, rng) * room).astype(np.uint64), room - 1)
    for code in np.flatnonzero((free > 0) & (free < width)):
        before = held[code] - low[code] - np.arange(len(held[code]), dtype=np.uint64)
        rows = codes == code
        place[rows] += np.searchsorted(before, place[rows], side="right").astype(np.uint64)
    return (low[codes] + place).astype(np.int64)


def _taken(bins: Bins, place: int, edges: np.ndarray) -> np.ndarray:
    """The atoms and spikes that lie in a bin, in order."""
    named = [value for value, _ in bins.atoms[place]] if bins.atoms else []
    inside = [value for value in (*named, *bins.spikes) if edges[place] <= value < edges[place + 1]]
    return np.array(sorted(inside), dtype=np.int64).astype(np.uint64)
