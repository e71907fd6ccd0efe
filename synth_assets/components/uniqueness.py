"""Special uniques as the k-anonymity check shows them: numbers of rows, and no row."""

from math import comb
from typing import Any

from synth_assets.components.dataset import Dataset
from synth_assets.frames import Frame
from synth_assets.protect import special_uniques
from synth_assets.protect.removals import few
from synth_assets.protect.special_uniques import MOST_TOGETHER

MOST_WORK = 20_000_000
"""Rows times sets of quasi-identifiers up to which special uniques are counted; about a second."""

_COUNT, _SHARE = "special uniques", "share special unique"


def special_unique_figures(table: Frame, rows: int, dataset: Dataset, most_work: int = MOST_WORK) -> dict[str, Any]:
    """How many rows are alone by a few quasi-identifiers already, or why that was not counted.

    Args:
        table: With the dataset's quasi-identifiers.
        rows: How many it has, at least 1.
        dataset: A number from 1 to below its ``minimum_count`` is not told.
        most_work: Rows times sets of up to ``MOST_TOGETHER`` quasi-identifiers, inclusive.
    """
    columns = dataset.quasi_identifiers
    together = min(MOST_TOGETHER, len(columns))
    sets = sum(comb(len(columns), size) for size in range(1, together + 1))
    if rows * sets > most_work:
        return {_COUNT: f"not counted: {rows:,} rows x {sets:,} sets of columns are more than {most_work:,}"}
    found = special_uniques(table, quasi_identifiers=columns)
    words = {"a special unique is": f"alone by at most {together} of the {len(columns)} quasi-identifiers (SUDA)"}
    told = few(found.special, dataset.minimum_count)
    share = {_SHARE: found.share_special} if told == found.special else {}
    return {_COUNT: told} | share | words
