"""What a comparison of two tables leaves: measurements per column and per pair, and the counts behind the figures.

It holds counts and labels of the original, so it stays inside; it holds no row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from synth_assets.errors import MeasurementError
from synth_assets.frames import Frame, to_polars


@dataclass(frozen=True, eq=False)
class Comparison:
    """How close a synthetic table is to its original.

    Shares, distances and normalised mutual information (NMI) are from 0 to 1. A floor is what sampling alone gives on
    average (see ``Floor``); a ratio is a distance divided by its floor, missing where the floor is 0.

    Attributes:
        columns: One row a column, in the schema's order: ``column``, ``type``, ``tvd`` (total variation distance),
            ``floor``, ``floor_sd``, ``ratio``, ``fresh_floor``, ``missing_original``, ``missing_synthetic`` (shares),
            ``outside_synthetic`` (share of synthetic rows beyond the original's range, or with a value that no row of
            the original has).
        pairs: One row a pair of columns: ``column_a``, ``column_b``, ``tvd``, ``floor``, ``floor_sd``, ``ratio``,
            ``fresh_floor``; ``nmi_original``, ``nmi_synthetic`` (adjusted for chance), ``nmi_difference`` (synthetic
            less original), ``nmi_floor`` (the mean absolute difference between two samples of these sizes),
            ``nmi_original_error``, ``nmi_synthetic_error`` (standard errors), ``nmi_original_raw``,
            ``nmi_synthetic_raw`` (not adjusted).
        histograms: One row a bin or category of a column, then one for missing: ``column``, ``position`` (from 0),
            ``label``, ``original``, ``synthetic`` (rows), ``ordered``, ``missing``, ``declared`` (whether the schema
            names the label, so that it tells nothing of the original), ``lower``, ``upper`` (the bin's ends on the
            axis; see ``BinnedColumn.edges``; missing for categories). Text is only present or missing. Bins are those
            of ``shown_columns``, which are not those that are measured.
        crossed: Rows of the pairs that are worth a look (see ``told_pairs``): ``column_a``, ``column_b``,
            ``position_a``, ``position_b`` (as in ``histograms``), ``original``, ``synthetic``; cells without rows are
            not there.
        original_rows: Rows of the original.
        synthetic_rows: Rows of the synthetic table.
    """

    columns: pl.DataFrame
    pairs: pl.DataFrame
    histograms: pl.DataFrame
    crossed: pl.DataFrame
    original_rows: int
    synthetic_rows: int

    @property
    def mean_tvd_1(self) -> float:
        """Mean total variation distance over columns."""
        return self._mean("tvd_1", "value")

    @property
    def mean_tvd_2(self) -> float | None:
        """Mean total variation distance over pairs; ``None`` for a table of one column."""
        return self._mean("tvd_2", "value")

    @property
    def floor_1(self) -> float:
        """Mean floor over columns."""
        return self._mean("tvd_1", "floor")

    @property
    def floor_2(self) -> float | None:
        """Mean floor over pairs."""
        return self._mean("tvd_2", "floor")

    @property
    def nmi_error(self) -> float | None:
        """Mean absolute difference of adjusted NMI over pairs."""
        return self._mean("nmi_error", "value")

    @property
    def nmi_floor(self) -> float | None:
        """Mean floor of ``nmi_error``."""
        return self._mean("nmi_error", "floor")

    @property
    def nmi_error_raw(self) -> float | None:
        """Mean absolute difference of NMI that is not adjusted for chance."""
        difference = (self.pairs["nmi_synthetic_raw"] - self.pairs["nmi_original_raw"]).abs()
        return difference.mean()  # pyrefly: ignore[bad-return]  # the mean of a float column is a float

    @cached_property
    def measurements(self) -> pl.DataFrame:
        """Columns and pairs in one table, to be stored.

        ``ways`` is 1 or 2; ``column_b`` and the NMI columns are missing where it is 1, ``type`` and the shares of
        missing values where it is 2. ``original_rows`` and ``synthetic_rows`` are repeated in every row.
        """
        columns = self.columns.rename({"column": "column_a"}).with_columns(ways=pl.lit(1, pl.Int64))
        pairs = self.pairs.with_columns(ways=pl.lit(2, pl.Int64))
        rows = {
            "original_rows": pl.lit(self.original_rows, pl.Int64),
            "synthetic_rows": pl.lit(self.synthetic_rows, pl.Int64),
        }
        first = ["ways", "column_a", "column_b"]
        together = pl.concat([columns, pairs], how="diagonal").with_columns(**rows)
        return together.select(*first, pl.exclude(first))

    @cached_property
    def summary(self) -> pl.DataFrame:
        """The figures of the whole table; see ``summarise``."""
        return summarise(self.measurements)

    def _mean(self, measure: str, what: str) -> float:
        return self.summary.row(by_predicate=pl.col("measure") == measure, named=True)[what]


def summarise(measurements: Frame) -> pl.DataFrame:
    """The figures of a whole table, from its stored measurements.

    Args:
        measurements: As ``Comparison.measurements``.

    Returns:
        Three rows: ``measure`` (``tvd_1``: 1-way, over columns; ``tvd_2``: 2-way, over pairs; ``nmi_error``), ``value``
        and ``floor``, both means. The last two are missing for a table of one column.

    Raises:
        MeasurementError: The table lacks a column of measurements.
    """
    table = measurements_of(measurements, ("ways", "tvd", "floor", "nmi_difference", "nmi_floor"))
    figures = [
        _figure(table, "tvd_1", 1, "tvd", "floor"),
        _figure(table, "tvd_2", 2, "tvd", "floor"),
        _figure(table, "nmi_error", 2, "nmi_difference", "nmi_floor"),
    ]
    return pl.concat(figures)


def measurements_of(compared: Comparison | Frame, needed: Sequence[str]) -> pl.DataFrame:
    """The measurements of a comparison, or the same as they were stored.

    Args:
        compared: Either.
        needed: Columns that must be there.

    Raises:
        MeasurementError: One of them is not.
    """
    table = compared.measurements if isinstance(compared, Comparison) else to_polars(compared)
    lacking = [name for name in needed if name not in table.columns]
    if lacking:
        message = (
            f"These are not measurements of a comparison: column(s) {', '.join(lacking)} are missing. Give "
            "a comparison, or the table that was stored of its measurements."
        )
        raise MeasurementError(message)
    return table


def _figure(table: pl.DataFrame, measure: str, ways: int, value: str, floor: str) -> pl.DataFrame:
    return table.filter(pl.col("ways") == ways).select(
        measure=pl.lit(measure),
        value=pl.col(value).cast(pl.Float64).abs().mean(),
        floor=pl.col(floor).cast(pl.Float64).mean(),
    )
