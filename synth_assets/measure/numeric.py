"""Kolmogorov-Smirnov and Wasserstein distance of numbers, dates and datetimes, on their own axis; no bins."""

from dataclasses import dataclass

import polars as pl

from synth_assets.frames import Frame
from synth_assets.measure.axis import axis_counts
from synth_assets.measure.floor import Distance
from synth_assets.measure.kolmogorov_smirnov import kolmogorov_smirnov
from synth_assets.measure.pairing import paired
from synth_assets.measure.wasserstein import wasserstein
from synth_assets.schema import ORDERED_TYPES, Schema

_COLUMN_SCHEMA: dict[str, pl.DataType] = {
    "column": pl.String(),
    "type": pl.String(),
    **{
        f"{measure}{what}": pl.Float64()
        for measure in ("ks", "wasserstein", "wasserstein_scaled")
        for what in ("", "_floor", "_floor_sd", "_fresh_floor", "_error")
    },
    "missing_original": pl.Float64(),
    "missing_synthetic": pl.Float64(),
}


@dataclass(frozen=True, eq=False)
class NumericDistances:
    """Distances of the columns that have an axis.

    Attributes:
        columns: One row a number, date or datetime, in the schema's order: ``column``, ``type``; ``ks`` (the largest
            difference of the two cumulative frequencies, 0 to 1), ``wasserstein`` (1-Wasserstein: how far values have
            to move on average; in the column's units, days, or microseconds for datetimes), ``wasserstein_scaled``
            (the same in standard deviations of the original: unlike its range, they are not decided by one row), each
            with ``_floor``, ``_floor_sd``, ``_fresh_floor`` (see ``Floor``) and ``_error`` (standard error over draws
            of the synthetic table; an upper bound near the floor, see ``Marginals.error``); ``missing_original`` and
            ``missing_synthetic`` (shares of rows). Distances are between values that are not missing; infinite ones
            count for ``ks`` only. Missing where a table has no value, and ``wasserstein_scaled`` also where the
            original has one value only.
    """

    columns: pl.DataFrame

    def mean(self, name: str) -> float | None:
        """The mean of a column of ``columns`` over those that have it; ``None`` where none has."""
        return self.columns[name].mean()  # pyrefly: ignore[bad-return]  # the mean of a float column is a float


def numeric_distances(frame: Frame, table: Frame, schema: Schema) -> NumericDistances:
    """Distances of every number, date and datetime.

    Args:
        frame: The original.
        table: The synthetic table.
        schema: Of both.

    Raises:
        MeasurementError: The tables cannot be compared; the message lists every reason.

    >>> frame = pl.DataFrame({"minutes": [0, 10]})
    >>> numeric_distances(frame, frame + 5, Schema.infer(frame)).columns["wasserstein"].item()
    5.0
    """
    return measure_numbers(*paired(frame, table, schema), schema)


def measure_numbers(original: pl.DataFrame, synthetic: pl.DataFrame, schema: Schema) -> NumericDistances:
    """As ``numeric_distances``, of plain values (see ``paired``)."""
    rows = [
        {
            "column": column.name,
            "type": column.type,
            **_distances(original[column.name].drop_nulls(), synthetic[column.name].drop_nulls()),
            "missing_original": original[column.name].null_count() / original.height,
            "missing_synthetic": synthetic[column.name].null_count() / synthetic.height,
        }
        for column in schema
        if column.type in ORDERED_TYPES
    ]
    return NumericDistances(pl.DataFrame(rows, schema=_COLUMN_SCHEMA, orient="row"))


def _distances(original: pl.Series, synthetic: pl.Series) -> dict[str, float]:
    if original.is_empty() or synthetic.is_empty():
        return {}
    counts = axis_counts(original, synthetic)
    figures = _figures("ks", kolmogorov_smirnov(counts))
    finite = counts.finite()
    if finite is None:
        return figures
    moved, scaled = wasserstein(finite)
    return {**figures, **_figures("wasserstein", moved), **_figures("wasserstein_scaled", scaled)}


def _figures(measure: str, distance: Distance | None) -> dict[str, float]:
    if distance is None:
        return {}
    return {
        measure: distance.value,
        f"{measure}_floor": distance.floor.mean,
        f"{measure}_floor_sd": distance.floor.standard_deviation,
        f"{measure}_fresh_floor": distance.floor.fresh,
        f"{measure}_error": distance.error,
    }
