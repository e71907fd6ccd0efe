"""A column of a description as bars: the groups that it counts, on their axis, or the most frequent ones first."""

from synth_assets.report.bars import LONGEST_LIST, Bar, Bars
from synth_assets.report.drawings import bars_vector
from synth_assets.report.page import Drawing, Table
from synth_assets.report.published import Published


def published_drawing(one: Published, rows: int, minimum_count: int, table: Table) -> Drawing:
    """The bars of one column, with the same in figures below; of a list longer than ``LONGEST_LIST`` the most frequent.

    Args:
        one: The column.
        rows: That were described, at least 1.
        minimum_count: The smallest count that is told.
        table: The same in figures.
    """
    names, ordered = one.starts or one.labels, bool(one.starts)
    bars = [Bar(name, count, 0) for name, count in zip(names, one.counts, strict=True)]
    lost = [Bar(bar.label, bar.original, 0, missing=True) for bar in bars[len(bars) - one.missing :]]
    present = bars[: len(bars) - one.missing]
    said = f"share of rows in each of {len(present)} groups{', by where it begins' if ordered else ''}"
    if not ordered and len(present) > LONGEST_LIST:
        said = f"share of rows; the {LONGEST_LIST} most frequent of {len(present)}"
        present = sorted(present, key=lambda bar: -(bar.original or 0))[:LONGEST_LIST]
    shown = (*present, *lost)
    drawn = Bars(one.name, one.type, ordered, shown, rows, 0, 0.0, 0.0, minimum_count, open_ended=False)
    words = "; ".join(
        f"{bar.label}: {'not told' if bar.original is None else f'{bar.original / rows:.1%}'}" for bar in shown
    )
    return Drawing(bars_vector(drawn, said), f"{one.name}, {said}. {words}.", table=table)
