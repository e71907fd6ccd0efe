"""How many rows of each table hold each value of a column with an axis: what distances without bins are made from."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from synth_assets.measure.binning import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class AxisCounts:
    """The distinct values of both tables and their counts.

    Attributes:
        values: Ascending, no two the same, shape (values,).
        original: Rows of the original with each, at least one row in all.
        synthetic: Rows of the synthetic table with each, at least one row in all.
    """

    values: FloatArray
    original: IntArray
    synthetic: IntArray

    @property
    def shares_up_to(self) -> tuple[FloatArray, FloatArray]:
        """Both cumulative frequencies at each value; the last is 1."""
        original, synthetic = (np.cumsum(counts) / counts.sum() for counts in (self.original, self.synthetic))
        return original, synthetic

    def finite(self) -> "AxisCounts | None":
        """The same without infinite values; ``None`` where that leaves a table without rows."""
        kept = np.isfinite(self.values)
        original, synthetic = self.original[kept], self.synthetic[kept]
        if not original.any() or not synthetic.any():
            return None
        return AxisCounts(self.values[kept], original, synthetic)


def axis_counts(original: pl.Series, synthetic: pl.Series) -> AxisCounts:
    """Count the values of a column.

    Args:
        original: Integers or floats, none missing, at least one.
        synthetic: The same of the synthetic table.
    """
    found = [np.unique(values.to_numpy(), return_counts=True) for values in (original, synthetic)]
    values = np.union1d(found[0][0], found[1][0])
    counts = [_counts(values, *one) for one in found]
    return AxisCounts(values.astype(float), counts[0], counts[1])


def _counts(values: npt.NDArray[np.generic], held: npt.NDArray[np.generic], rows: npt.NDArray[np.integer]) -> IntArray:
    counts = np.zeros(len(values), dtype=np.int64)
    counts[np.searchsorted(values, held)] = rows
    return counts
