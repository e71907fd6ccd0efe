"""Which columns are furthest from the original, measured by what sampling alone would give."""

import polars as pl

from synth_assets.measure import Comparison


def furthest_first(comparison: Comparison) -> pl.DataFrame:
    """The columns by how many times their floor they are apart, with their place in the schema from 1."""
    times = pl.when(pl.col("tvd") > 0).then(pl.col("ratio").fill_null(float("inf"))).otherwise(0.0)
    ranked = comparison.columns.with_row_index("place", offset=1).with_columns(times=times)
    return ranked.sort("times", "place", descending=[True, False])


def furthest(comparison: Comparison, most: int) -> list[str]:
    """The columns whose distance is the most times its floor, in the schema's order.

    Args:
        comparison: Of the two tables.
        most: How many at most.
    """
    return list(furthest_first(comparison).head(most).sort("place")["column"])
