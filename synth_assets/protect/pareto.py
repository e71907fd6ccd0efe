"""The nodes that no other beats in loss, suppression and k at once. It looks at points, not at tables."""

from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl

from synth_assets.protect.search import Point

_DIGITS = 12


def pareto(points: Iterable[Point], *, rows: int, columns: Sequence[str], chosen: Point) -> pl.DataFrame:
    """The points that no other beats in loss, suppression and k, and the chosen one.

    Args:
        points: Of the nodes looked at, at every k looked at.
        rows: Of the table before suppression.
        columns: The quasi-identifiers, as in the nodes.
        chosen: The node that was taken.

    Returns:
        By k, then suppression: ``k``, ``loss``, ``suppression`` (a share of rows), ``rows_suppressed``, ``levels`` (one
        a quasi-identifier, as text) and ``chosen``. Points that come to the same are there once.
    """
    left = sorted(
        (point for point in points if point.loss < np.inf), key=lambda point: (-point.k, point.suppressed, point)
    )
    front: list[Point] = []
    losses, gone = np.empty(0), np.empty(0)
    for point in left:
        loss = round(point.loss, _DIGITS)
        if point == chosen or not ((losses <= loss) & (gone <= point.suppressed)).any():
            front.append(point)
            losses, gone = np.append(losses, loss), np.append(gone, point.suppressed)
    return pl.DataFrame(
        [_row(point, rows, columns, point == chosen) for point in reversed(front)], _SCHEMA, orient="row"
    ).sort("k", "rows_suppressed", "loss")


_SCHEMA = {
    "k": pl.Int64,
    "loss": pl.Float64,
    "suppression": pl.Float64,
    "rows_suppressed": pl.Int64,
    "levels": pl.String,
    "chosen": pl.Boolean,
}


def _row(point: Point, rows: int, columns: Sequence[str], is_chosen: bool) -> tuple[object, ...]:  # noqa: FBT001 - one cell of the row
    levels = ", ".join(f"{column} {level}" for column, level in zip(columns, point.node, strict=True))
    return point.k, point.loss, point.suppressed / rows, point.suppressed, levels, is_chosen
