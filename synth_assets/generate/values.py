"""From groups to values: spread pools, draw numbers inside bins, and write each column in its own type."""

import numpy as np
import polars as pl

from synth_assets.describe.coding import Bins, CodedColumn, Levels
from synth_assets.generate.sampling import draw
from synth_assets.schema import Column

PLACEHOLDER = "synthetic text"


def column_values(
    coded: CodedColumn, groups: np.ndarray, bin_rows: np.ndarray | None, rng: np.random.Generator
) -> pl.Series:
    """The values of one column.

    Args:
        coded: The column.
        groups: The group of each row, int64 of shape (rows,).
        bin_rows: Rows per group in the description, by which atoms and the rest of a bin share its draws; ``None``
            where nothing was counted.
        rng: Source of chance.

    Returns:
        Named after the column and of its type.
    """
    codes = _spread_pool(coded, groups, rng)
    present = codes < coded.coding.size
    if isinstance(coded.coding, Levels):
        values = pl.Series(list(coded.coding.values) or [None]).gather(np.where(present, codes, 0))
    elif isinstance(coded.coding, Bins):
        numbers = np.zeros(len(codes), dtype=np.float64 if coded.column.type == "float" else np.int64)
        numbers[present] = _numbers(coded, coded.coding, codes[present], bin_rows, rng)
        values = pl.Series(numbers)
    else:
        values = PLACEHOLDER + " " + pl.Series(np.arange(1, len(codes) + 1)).cast(pl.String)
    return _finish(coded.column, values, ~present)


def _spread_pool(coded: CodedColumn, groups: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Groups as codes; draws of the pool spread evenly over its codes, or go to its mode."""
    pool = np.asarray(coded.pool, dtype=np.int64)
    alone = np.setdiff1d(np.arange(coded.size), pool)
    codes = np.append(alone, -1)[groups]
    pooled = codes < 0
    if pooled.any():
        even = np.ones((1, len(pool)))
        spread = pool[draw(even, np.zeros(int(pooled.sum()), dtype=np.int64), rng)]
        codes[pooled] = spread if coded.pool_mode is None else coded.pool_mode
    return codes


def _numbers(
    coded: CodedColumn, bins: Bins, codes: np.ndarray, bin_rows: np.ndarray | None, rng: np.random.Generator
) -> np.ndarray:
    """A number of its own bin for each row, on the column's axis, shape as ``codes``."""
    edges = np.asarray(bins.edges)
    atom = _draw_atoms(coded, bins, codes, bin_rows, rng)
    values = np.array([value for held in bins.atoms for value, _ in held] + [0], dtype=edges.dtype)
    drawn = values[atom]
    rest = atom == len(values) - 1
    between = _between_floats if coded.column.type == "float" else _between_integers
    drawn[rest] = between(edges, bins, codes[rest], rng)
    return drawn


def _draw_atoms(
    coded: CodedColumn, bins: Bins, codes: np.ndarray, bin_rows: np.ndarray | None, rng: np.random.Generator
) -> np.ndarray:
    """Which atom each row takes, numbered through all bins; the last number is none."""
    sizes = np.array([len(held) for held in bins.atoms] or [0])
    if bin_rows is None or not sizes.sum():
        return np.full(len(codes), sizes.sum())
    weights = np.zeros((bins.size, sizes.max() + 1))
    for place, held in enumerate(bins.atoms):
        weights[place, : len(held)] = [count for _, count in held]
        told = weights[place].sum()
        weights[place, -1] = max(bin_rows[coded.groups[place]] - told, 0) if told else 1
    found = draw(weights, codes, rng)
    first = np.cumsum(sizes) - sizes
    return np.where(found < sizes[codes], first[codes] + found, sizes.sum())


def _between_floats(edges: np.ndarray, bins: Bins, codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:  # noqa: ARG001 - as the other
    """Uniform from each bin's edge to the next."""
    low, high, height = edges[codes], edges[codes + 1], _even(codes, rng)
    return np.clip(low * (1 - height) + high * height, low, high)


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
    """Uniform over the whole numbers of the bin that are not atoms; over all, where every one is an atom.

    Differences are taken in unsigned arithmetic, in which those of any two int64 are right.
    """
    low, width = edges.astype(np.uint64)[:-1], np.diff(edges.astype(np.uint64))
    held = [
        np.array([value for value, _ in atoms if value < edges[place + 1]], dtype=np.int64).astype(np.uint64)
        for place, atoms in enumerate(bins.atoms)
    ]
    free = width - np.array([len(values) for values in held] or 0, dtype=np.uint64)
    room = np.where(free > 0, free, width)[codes]
    place = np.minimum((_even(codes, rng) * room).astype(np.uint64), room - 1)
    for code in np.flatnonzero((free > 0) & (free < width)):
        before = held[code] - low[code] - np.arange(len(held[code]), dtype=np.uint64)
        rows = codes == code
        place[rows] += np.searchsorted(before, place[rows], side="right").astype(np.uint64)
    return (low[codes] + place).astype(np.int64)


def _finish(column: Column, values: pl.Series, missing: np.ndarray) -> pl.Series:
    """The column's own type, name and missing values."""
    if column.type == "datetime":
        values = values.cast(pl.Int64).cast(pl.Datetime("us"))
        if column.time_zone:
            values = values.dt.replace_time_zone("UTC").dt.convert_time_zone(column.time_zone)
    elif column.type == "date":
        values = values.cast(pl.Int32)
    values = values.cast(column.dtype).alias(column.name)
    return values.set(pl.Series(missing), None) if missing.any() else values
