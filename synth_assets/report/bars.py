"""From the counts of a column to the bars that may be drawn: long lists folded, small original counts left out.

A figure goes where a count of few people must not: this is the last place where such a count exists.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from synth_assets.errors import MeasurementError
from synth_assets.measure import Comparison
from synth_assets.measure.compare import MINIMUM_COUNT

LONGEST_LIST = 15
OTHER = "all other"


@dataclass(frozen=True, slots=True)
class Bar:
    """A category or bin in both tables.

    Attributes:
        label: What it is called.
        original: Rows of the original; ``None`` where the number is not to be shown.
        synthetic: Rows of the synthetic table.
        missing: Whether it stands for missing values.
        lower: Where its bin begins on the axis; ``None`` for a category.
        upper: Where its bin ends.
    """

    label: str
    original: int | None
    synthetic: int
    missing: bool = False
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True, slots=True)
class Bars:
    """A column as it is drawn.

    Attributes:
        column: Its name.
        type: Its type in the schema.
        ordered: Whether the bars have an order of their own; else they are ranked, or in the declared order.
        bars: At least one; missing, where there is any, is the last.
        original_rows: Rows of the whole original.
        synthetic_rows: Rows of the whole synthetic table.
        tvd: Total variation distance of the column.
        floor: Its sampling floor.
        minimum_count: The smallest original count that is shown.
        open_ended: Whether the end bars also hold what lies beyond the axis.
    """

    column: str
    type: str
    ordered: bool
    bars: tuple[Bar, ...]
    original_rows: int
    synthetic_rows: int
    tvd: float
    floor: float
    minimum_count: int
    open_ended: bool


def bars(comparison: Comparison, column: str, *, minimum_count: int = MINIMUM_COUNT) -> Bars:
    """The bars of one column.

    Categories without an order are ranked by the original where they are more than ``LONGEST_LIST``, and the rest is
    one bar. A category that the schema does not declare and that fewer than ``minimum_count`` original rows hold is not
    named.

    Args:
        comparison: Of the two tables.
        column: Its name.
        minimum_count: The smallest original count that may be shown, at least 1.

    Raises:
        MeasurementError: There is no such column, or ``minimum_count`` is below 1.
    """
    if minimum_count < 1:
        message = f"minimum_count is {minimum_count}. Allowed: 1 or more; {MINIMUM_COUNT} is usual."
        raise MeasurementError(message)
    measured = comparison.columns.filter(pl.col("column") == column)
    if not measured.height:
        message = f"There is no column {column!r}. Allowed: {', '.join(comparison.columns['column'])}."
        raise MeasurementError(message)
    ordered, counts = _drawn(comparison.histograms.filter(pl.col("column") == column), minimum_count)
    return Bars(
        column=column,
        type=measured["type"].item(),
        ordered=ordered,
        bars=_shown(counts, minimum_count),
        original_rows=comparison.original_rows,
        synthetic_rows=comparison.synthetic_rows,
        tvd=measured["tvd"].item(),
        floor=measured["floor"].item(),
        minimum_count=minimum_count,
        open_ended=bool((counts["lower"].is_not_null() & ~counts["declared"]).any()),
    )


def bars_of(counts: pl.DataFrame, minimum_count: int, longest: int = LONGEST_LIST) -> tuple[bool, tuple[Bar, ...]]:
    """The bars of one column of one table, and whether they have an order of their own.

    Args:
        counts: See ``column_counts``; of one column.
        minimum_count: The smallest count that may be shown; 1 for a table that may be shown whole.
        longest: Categories of a longer list are ranked, and the rest is one bar.
    """
    ordered, drawn = _drawn(counts, minimum_count, longest)
    return ordered, _shown(drawn, minimum_count)


def _drawn(counts: pl.DataFrame, minimum_count: int, longest: int = LONGEST_LIST) -> tuple[bool, pl.DataFrame]:
    """Whether the bars have an order, and the counts that become one, in theirs."""
    present = counts.filter(~pl.col("missing") | (pl.col("original") + pl.col("synthetic") > 0))
    ordered = bool(present["ordered"].any()) or present["lower"].is_not_null().any()
    return ordered, _on_axis(present, minimum_count) if ordered else _folded(present, minimum_count, longest)


def hidden(counts: np.ndarray, minimum_count: int) -> np.ndarray:
    """Which counts must not be shown, their total being known.

    Those below ``minimum_count``, zeros among them; and where they hold a row at all, the next smallest join until at
    least two are hidden that hold at least ``minimum_count`` rows together, so that none can be found by subtraction.

    Args:
        counts: At least 0, shape (k,).
        minimum_count: The smallest count that may be shown.

    Returns:
        True for hidden ones, shape (k,).
    """
    order = np.argsort(counts, kind="stable")
    ascending = counts[order]
    small = ascending < minimum_count
    if not ascending[small].sum():
        return np.zeros(len(counts), dtype=bool)
    before = np.cumsum(ascending) - ascending
    result = np.empty(len(counts), dtype=bool)
    result[order] = small | (before < minimum_count) | (np.arange(len(counts)) < 2)  # noqa: PLR2004 - at least two
    return result


def _on_axis(counts: pl.DataFrame, minimum_count: int) -> pl.DataFrame:
    """Bins in order; "below" and "above" a constant only where they hold something.

    Where fewer than ``minimum_count`` original rows have a value, its place on the axis is not shown either.
    """
    bins = counts.filter(~pl.col("missing"))
    if bins["original"].sum() < minimum_count and not bins["declared"].any():
        return pl.concat([_together(bins, "any value"), counts.filter("missing")])
    bare = pl.col("lower").is_null() & ~pl.col("declared")
    return counts.filter(~bare | (pl.col("original") + pl.col("synthetic") > 0))


def _together(counts: pl.DataFrame, label: str) -> pl.DataFrame:
    """One bar for all of these; none where they hold nothing."""
    total = counts.select(pl.col("original", "synthetic").sum()).row(0)
    one = counts.head(1 if sum(total) else 0)
    rows = {"original": pl.lit(total[0], pl.Int64), "synthetic": pl.lit(total[1], pl.Int64)}
    place = {end: pl.lit(None, pl.Float64) for end in ("lower", "upper")}
    return one.with_columns(label=pl.lit(label), **rows, **place)


def _folded(counts: pl.DataFrame, minimum_count: int, longest: int) -> pl.DataFrame:
    """Categories in the order in which they are drawn, then what is folded, then missing.

    Which category with original rows is folded does not depend on the synthetic table: else two figures of one original
    would tell, by their difference, what both hide.
    """
    missing = counts.filter("missing")
    invented = (pl.col("original") == 0) & (pl.col("synthetic") > 0)
    named = ~pl.col("missing") & (pl.col("declared") | (pl.col("original") >= minimum_count) | invented)
    listed, rest = counts.filter(named), counts.filter(~named & ~pl.col("missing"))
    if listed.height > longest:
        shown = pl.when(pl.col("original") >= minimum_count).then("original").otherwise(0)
        listed = listed.sort(shown, "position", descending=[True, False])
        rest = pl.concat([rest, listed.slice(longest)])
        listed = listed.head(longest)
    return pl.concat([listed, _together(rest, OTHER), missing])


def _shown(counts: pl.DataFrame, minimum_count: int) -> tuple[Bar, ...]:
    without = hidden(counts["original"].to_numpy(), minimum_count)
    return tuple(
        Bar(
            label=row["label"],
            original=None if secret else row["original"],
            synthetic=row["synthetic"],
            missing=row["missing"],
            lower=row["lower"],
            upper=row["upper"],
        )
        for row, secret in zip(counts.iter_rows(named=True), without, strict=True)
    )
