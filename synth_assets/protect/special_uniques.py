"""Special uniques: rows that are alone already by a few quasi-identifiers. It tells numbers of rows, and no row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod

import numpy as np
import polars as pl

from synth_assets.errors import ProtectionError
from synth_assets.frames import Frame
from synth_assets.protect.cells import Cells, count_cells, numbered

MOST_TOGETHER = 3
"""Subsets of up to so many quasi-identifiers are looked at unless told otherwise."""

_DENSE = 2**22


@dataclass(frozen=True, eq=False)
class SpecialUniques:
    """Rows that few quasi-identifiers single out (Elliot, Manning and Ford 2002; Elliot et al. 2005, SUDA).

    A set of quasi-identifiers in which a row is alone, and in no smaller part of it, is a minimal sample unique of that
    row.

    Attributes:
        rows: How many rows the table has.
        quasi_identifiers: The columns compared.
        most_together: The largest subsets looked at.
        uniques: Rows that are alone by all quasi-identifiers together.
        special: Those of them that have a minimal sample unique of at most ``most_together`` columns.
        subsets: One row a subset: its ``columns``, joined by " + ", its ``size``, the rows ``alone`` in it, and those
            of which it is a ``minimal`` sample unique.
        scores: How many ``rows`` have each SUDA ``score``, ascending, 0 for rows without a minimal sample unique. A row
            gets, for each of its minimal sample uniques of size s, the product of (q - i) over i from s to m, where q
            is the number of quasi-identifiers and m the lesser of ``most_together`` and q - 1. Where all sizes are
            looked at, that is sdcMicro's ``suda2`` with ``original_scores``.
    """

    rows: int
    quasi_identifiers: tuple[str, ...]
    most_together: int
    uniques: int
    special: int
    subsets: pl.DataFrame
    scores: pl.DataFrame

    @property
    def share_special(self) -> float:
        """The share of all rows that are special uniques."""
        return self.special / self.rows


def special_uniques(
    frame: Frame, *, quasi_identifiers: Sequence[str], most_together: int = MOST_TOGETHER
) -> SpecialUniques:
    """Count special uniques over all subsets of up to a number of quasi-identifiers.

    Args:
        frame: A polars DataFrame or LazyFrame, a pandas DataFrame, a DuckDB relation, a ``StoredTable``, or the path of
            a Parquet file.
        quasi_identifiers: Columns that others may know of a person; at least one.
        most_together: At least 1; more than there are quasi-identifiers means all of them.

    Raises:
        ProtectionError: A column is not in the table, named twice, or none is named; the table is empty; or
            ``most_together`` is below 1.
    """
    if not quasi_identifiers:
        message = "No quasi-identifier is named. Name at least one column that others may know of a person."
        raise ProtectionError(message)
    if most_together < 1:
        message = f"most_together is {most_together}. Allowed: 1 or more quasi-identifiers."
        raise ProtectionError(message)
    cells = count_cells(frame, quasi_identifiers)
    most = min(most_together, len(quasi_identifiers))
    scores = np.zeros(int((cells.rows == 1).sum()), dtype=np.int64)
    subsets = []
    for subset, alone, minimal in _sample_uniques(cells, most):
        scores += minimal * _weight(len(subset), most, len(quasi_identifiers))
        names = " + ".join(quasi_identifiers[place] for place in subset)
        subsets.append((names, len(subset), int(alone.sum()), int(minimal.sum())))
    rows = int(cells.rows.sum())
    return SpecialUniques(
        rows=rows,
        quasi_identifiers=tuple(quasi_identifiers),
        most_together=most,
        uniques=len(scores),
        special=int((scores > 0).sum()),
        subsets=pl.DataFrame(subsets, _SUBSETS, orient="row"),
        scores=_distribution(scores, rows),
    )


_SUBSETS = {"columns": pl.String, "size": pl.Int64, "alone": pl.Int64, "minimal": pl.Int64}


def _sample_uniques(cells: Cells, most: int) -> Iterator[tuple[tuple[int, ...], np.ndarray, np.ndarray]]:
    """Every subset, smallest first, with the rows alone in it and those in no smaller part of it.

    Only rows alone by all columns can be alone by some of them; both arrays are over those. Whoever is alone by a set
    is alone by every larger one, so the parts that are smaller by one tell whether it is minimal.
    """
    single = cells.rows == 1
    codes, sizes = cells.codes, cells.sizes
    smaller: dict[tuple[int, ...], np.ndarray] = {}
    for size in range(1, most + 1):
        found = {}
        for subset in combinations(range(len(codes)), size):
            alone = _alone([codes[place] for place in subset], [sizes[place] for place in subset], cells.rows, single)
            below = np.zeros(len(alone), dtype=bool)
            for part in combinations(subset, size - 1):
                below |= smaller.get(part, np.False_)
            yield subset, alone, alone & ~below
            if size < most:
                found[subset] = alone
        smaller = found


def _alone(codes: list[np.ndarray], sizes: list[int], rows: np.ndarray, single: np.ndarray) -> np.ndarray:
    """Which of the single rows share their codes with no other row."""
    flat = numbered(codes, sizes)
    if prod(sizes) > max(_DENSE, 2 * len(flat)):
        _, flat = np.unique(flat, return_inverse=True)
    return np.bincount(flat, weights=rows)[flat[single]] == 1


def _weight(size: int, most: int, columns: int) -> int:
    return prod(columns - place for place in range(size, min(most, columns - 1) + 1))


def _distribution(scores: np.ndarray, rows: int) -> pl.DataFrame:
    values, counts = np.unique(scores, return_counts=True)
    found = dict(zip(values.tolist(), counts.tolist(), strict=True))
    found[0] = found.get(0, 0) + rows - len(scores)
    kept = sorted((score, count) for score, count in found.items() if count)
    return pl.DataFrame(kept, {"score": pl.Int64, "rows": pl.Int64}, orient="row")
