"""How close a synthetic table is to its original, in words that can be read out. What passes is not decided here."""

from dataclasses import dataclass

import polars as pl

from synth_assets.measure import Comparison
from synth_assets.report.page import Cell, Tone
from synth_assets.report.precision import decimals, told
from synth_assets.report.ranking import furthest_first
from synth_assets.schema import Mode

AS_SAMPLING = 1.5
"""Times the sampling floor, up to which a distance is about what a fresh sample would have."""

UNTOLD = "\N{EN DASH}"
"""In the place of a multiple that cannot be had, or would tell too exactly."""

NEAR = 4.0
"""Times the floor, up to which it is near."""

MEASURES = {
    "tvd_1": ("Each column: distance", "0 to 1", 1.0),
    "tvd_2": ("Pairs of columns: distance", "0 to 1", 1.0),
    "tvd_3": ("Sets of three columns: distance", "0 to 1", 1.0),
    "k_marginal_2": ("Pairs of columns: score", "0 to 1000, more is closer", 1000.0),
    "k_marginal_3": ("Sets of three columns: score", "0 to 1000, more is closer", 1000.0),
    "nmi_error": ("Dependence of each pair: error of mutual information", "0 to 1", 1.0),
    "ks": ("Numbers and dates: Kolmogorov-Smirnov distance", "0 to 1", 1.0),
    "wasserstein": ("Numbers and dates: Wasserstein distance", "standard deviations", 1.0),
    "pmse": ("Told apart by a model: propensity score", "0 to 0.25", 1.0),
    "pmse_ratio": ("Told apart by a model: score over its floor", "times", 1.0),
    "tstr_accuracy": ("Trained on synthetic, tested on real: accuracy", "0 to 1, more is better", 1.0),
    "tstr_log_loss": ("Trained on synthetic, tested on real: log loss", "nats", 1.0),
}
"""What each figure of utility is, its scale in words, and what it would be if all rows were concerned."""


@dataclass(frozen=True, slots=True)
class Closeness:
    """What is said of a comparison.

    Attributes:
        verdict: In a few words.
        tone: Of it.
        sentences: Two: on columns, and on what they tell of each other.
    """

    verdict: str
    tone: Tone
    sentences: tuple[str, ...]


def closeness(comparison: Comparison, mode: Mode, minimum_count: int, utility: pl.DataFrame | None = None) -> Closeness:
    """The verdict on one table.

    Args:
        comparison: With its original.
        mode: In which it was made, for what a mode leaves out is no fault.
        minimum_count: The smallest count that may be told.
        utility: As ``Utility.summary``, of which the Kolmogorov-Smirnov distance counts too: bins of equal width cannot
            see how numbers lie within one of them. ``None`` where it was not measured.
    """
    if decimals(comparison.original_rows, minimum_count) is None:
        said = f"The original has {comparison.original_rows} rows, so few that any figure would tell of some of them."
        return Closeness("Too few rows to tell", "unsure", (said, "So no distance and no dependence is told."))
    columns = times(comparison.mean_tvd_1, comparison.floor_1)
    verdict, tone = _verdict(columns, _of_numbers(utility), comparison, mode)
    return Closeness(
        verdict, tone, (_of_columns(comparison, columns, minimum_count), _of_pairs(comparison, minimum_count))
    )


def _of_numbers(utility: pl.DataFrame | None) -> float | None:
    """The Kolmogorov-Smirnov distance as a multiple of its floor; ``None`` where there is none."""
    found = [] if utility is None else utility.filter(measure="ks").select("value", "floor").rows()
    return times(*found[0]) if found else None


def times(value: float | None, floor: float | None) -> float | None:
    """A distance as a multiple of its sampling floor; ``None`` where that is 0 or there is none."""
    return None if value is None or not floor else value / floor


def said_times(multiple: float | None, floor: float | None, rows: int, minimum_count: int) -> str:
    """A multiple of the floor, no more exactly than a few rows would not change.

    Args:
        multiple: Of the floor.
        floor: The floor.
        rows: Of the original.
        minimum_count: The smallest count that may be told.

    >>> [said_times(one, 0.02, 10_000, 5) for one in (1.234, 23.4, None)]
    ['1.2', '23', '\N{EN DASH}']
    >>> [said_times(one, 0.02, 300, 5) for one in (1.234, 0.4)]
    ['1', 'under 1']
    """
    if multiple is None or not floor:
        return UNTOLD
    step = minimum_count / rows / floor
    if step > 1 or decimals(rows, minimum_count) is None:
        return UNTOLD
    if multiple < 10 and step <= 0.1:  # noqa: PLR2004 - two digits
        return f"{multiple:.1f}"
    return f"{multiple:.0f}" if round(multiple) else "under 1"


def times_cell(multiple: float | None, floor: float | None, rows: int, minimum_count: int) -> Cell:
    """``said_times`` in a table: good up to ``AS_SAMPLING``, unsure up to ``NEAR``, and without a tone where untold."""
    words = said_times(multiple, floor, rows, minimum_count)
    return Cell(words, number=True, tone="plain" if words == UNTOLD else tone_of(multiple))


def tone_of(multiple: float | None) -> Tone:
    """Good up to ``AS_SAMPLING``, unsure up to ``NEAR``."""
    if multiple is None:
        return "plain"
    return "good" if multiple <= AS_SAMPLING else "unsure" if multiple <= NEAR else "bad"


def _verdict(columns: float | None, numbers: float | None, comparison: Comparison, mode: Mode) -> tuple[str, Tone]:
    pairs = times(comparison.nmi_error, comparison.nmi_floor)
    if numbers is not None and numbers > NEAR and mode != "random" and (columns or 0) <= NEAR:
        return "Each column is close on the bins shown; how numbers lie within them is lost in part", "unsure"
    if columns is not None and columns > NEAR:
        if mode == "random":
            return "Far from the original, as random mode promises: it never saw a row", "plain"
        return "Far from the original", "bad"
    if pairs is not None and pairs > NEAR:
        if mode == "correlated":
            return "Each column is close; part of what columns tell of each other is lost", "unsure"
        return f"Each column is close; what columns tell of each other is left out, as {mode} mode promises", "unsure"
    near = max(columns or 0, pairs or 0, numbers or 0) <= AS_SAMPLING
    return ("As close to the original as a fresh sample would be" if near else "Close to the original"), "good"


def _of_columns(comparison: Comparison, columns: float | None, minimum_count: int) -> str:
    rows = comparison.original_rows
    tvd, floor = (told(figure, rows, minimum_count) for figure in (comparison.mean_tvd_1, comparison.floor_1))
    worst = furthest_first(comparison)["column"][0]
    multiple = said_times(columns, comparison.floor_1, rows, minimum_count)
    apart = columns is not None and columns >= AS_SAMPLING and multiple != UNTOLD
    many = f", which is {multiple} times as much" if apart else ""
    return (
        f"On average a column's distance from the original is {tvd}, where sampling alone would give {floor}{many}; "
        f"relative to sampling {worst} is furthest away."
    )


def _of_pairs(comparison: Comparison, minimum_count: int) -> str:
    if not comparison.pairs.height:
        return "With one column there is nothing that columns could tell of each other."
    rows = comparison.original_rows
    strongest = comparison.pairs.sort("nmi_original", descending=True, maintain_order=True).row(0, named=True)
    worst = comparison.pairs.sort(pl.col("nmi_difference").abs(), descending=True, maintain_order=True).row(
        0, named=True
    )
    words = f"The columns that tell most of each other, {_kept(strongest, rows, minimum_count)}"
    if (worst["column_a"], worst["column_b"]) == (strongest["column_a"], strongest["column_b"]):
        return f"{words}; no other pair changes more."
    return f"{words}; the pair that changes most, {_kept(worst, rows, minimum_count)}."


def _kept(pair: dict, rows: int, minimum_count: int) -> str:
    before, after = (told(pair[side], rows, minimum_count) for side in ("nmi_original", "nmi_synthetic"))
    return f"{pair['column_a']} and {pair['column_b']}, go from {before} to {after} of 1"
