"""Counts of both tables per cell of a few pairs of columns: those that depend most, and those that were kept worst."""

from collections.abc import Iterable, Sequence

import polars as pl

from synth_assets.measure.binning import BinnedColumn
from synth_assets.measure.counting import count

MOST_PAIRS = 2
"""Of either kind."""

LEAST = 0.01
"""Of normalised mutual information: less is not worth a look."""

CROSSED_SCHEMA: dict[str, pl.DataType] = {
    "column_a": pl.String(),
    "column_b": pl.String(),
    "position_a": pl.Int64(),
    "position_b": pl.Int64(),
    "original": pl.Int64(),
    "synthetic": pl.Int64(),
}


def told_pairs(pairs: pl.DataFrame) -> list[tuple[str, str]]:
    """The pairs whose dependence in the original is strongest, then those whose dependence changed most; none twice.

    The strongest is always there, others only from ``LEAST`` on.

    Args:
        pairs: As ``Comparison.pairs``.
    """
    ranked = pairs.sort("nmi_original", descending=True, maintain_order=True).with_row_index("rank")
    strongest = ranked.filter((pl.col("nmi_original") >= LEAST) | (pl.col("rank") == 0)).head(MOST_PAIRS)
    change = pl.col("nmi_difference").abs()
    changed = pairs.filter(change >= LEAST).sort(change, descending=True, maintain_order=True)
    worst = changed.join(strongest, on=["column_a", "column_b"], how="anti", maintain_order="left").head(MOST_PAIRS)
    return [pair for some in (strongest, worst) for pair in some.select("column_a", "column_b").iter_rows()]


def crossed(pairs: Iterable[tuple[str, str]], columns: Sequence[BinnedColumn]) -> pl.DataFrame:
    """The cells of some pairs that at least one table occupies; see ``Comparison.crossed``.

    Args:
        pairs: Names of two columns each.
        columns: All columns, on axes that may be shown.
    """
    by_name = {one.column.name: one for one in columns}
    frames = [_cells(by_name[first], by_name[second]) for first, second in pairs]
    return pl.concat([pl.DataFrame(schema=CROSSED_SCHEMA), *frames])


def _cells(first: BinnedColumn, second: BinnedColumn) -> pl.DataFrame:
    cells = count([first, second])
    rows, columns = cells.codes
    found = {
        "column_a": pl.repeat(first.column.name, len(rows), eager=True),
        "column_b": pl.repeat(second.column.name, len(rows), eager=True),
        "position_a": rows,
        "position_b": columns,
        "original": cells.original,
        "synthetic": cells.synthetic,
    }
    return pl.DataFrame(found, schema=CROSSED_SCHEMA)
