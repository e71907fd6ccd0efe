"""The figures of pages: each small enough for a telephone, with words for those who do not see it."""

from synth_assets.measure import Comparison
from synth_assets.report.bars import Bar, Bars, bars
from synth_assets.report.canvas import FAINT, blank, finish, write
from synth_assets.report.column_panel import PANEL_WIDTH, draw_column, height_of, lying
from synth_assets.report.lettering import NAME_SIZE, fitted
from synth_assets.report.page import Cell, Drawing, Key, Table
from synth_assets.report.pair_cells import PairCells, pair_cells, said_class
from synth_assets.report.pair_panel import pair_figure
from synth_assets.report.precision import told, told_share
from synth_assets.report.vector import Vector

HIDDEN = "hidden"
_EDGE = 0.06
_LESS_FOOT = {True: 0.34, False: 0.16}
"""Of bars that lie, which have no title below their axis, and of upright ones."""

_TELLING = 3


def column_drawing(comparison: Comparison, column: str, place: int, minimum_count: int) -> Drawing:
    """One column of both tables, with the same in figures.

    Args:
        comparison: Of the two tables.
        column: Its name.
        place: Its place in the schema, from 1; part of the file's name.
        minimum_count: Original counts below it are not shown.
    """
    one = bars(comparison, column, minimum_count=minimum_count)
    table = Table(
        caption=f"{column}: shares of rows",
        head=("value", "original", "synthetic"),
        rows=tuple(_row(one, bar) for bar in one.bars),
        note=_said_hidden(one),
        folded=True,
    )
    return Drawing(
        vector=bars_vector(one),
        alt=_column_words(one),
        caption="" if fitted(column, PANEL_WIDTH, size=NAME_SIZE) == column else column,
        file=f"column_{place:03d}",
        table=table,
    )


def bars_vector(one: Bars, said: str = "") -> Vector:
    """A column's panel alone.

    Args:
        one: The column.
        said: Below its name, where there is no distance from another table to be told there.
    """
    height = height_of(one)
    figure = blank(PANEL_WIDTH + 2 * _EDGE, height + _EDGE - _LESS_FOOT[lying(one, PANEL_WIDTH)])
    draw_column(figure, one, (_EDGE, _EDGE, PANEL_WIDTH, height))
    if said:
        write(figure, _EDGE, _EDGE + 0.2, said, color=FAINT)
    return Vector.of(finish(figure))


def columns_key(comparison: Comparison, minimum_count: int) -> Key:
    """What the colours of columns mean."""
    return Key(
        (
            ("original", f"original ({comparison.original_rows:,} rows)"),
            ("synthetic", f"synthetic ({comparison.synthetic_rows:,} rows)"),
            ("missing", "missing values (hatched)"),
            ("hidden", f"original hidden: fewer than {minimum_count} rows, or protects such a count"),
        )
    )


def pair_drawing(comparison: Comparison, first: str, second: str, place: int, minimum_count: int) -> Drawing:
    """One pair of columns in both tables, with the same in figures; see ``pair_cells``."""
    cells = pair_cells(comparison, first, second, minimum_count)
    original, synthetic = (_nmi(value, comparison, minimum_count) for value in cells.dependence)
    words = f"{second} for each {first}, original beside synthetic. Mutual information {original} and {synthetic}."
    return Drawing(
        vector=Vector.of(pair_figure(cells)),
        alt=f"Heat maps of {words}",
        caption=f"{first} and {second}: mutual information {original} in the original, {synthetic} here.",
        file=f"pair_{place}",
        table=_pair_table(cells),
    )


def strongest_and_worst(comparison: Comparison) -> list[tuple[str, str]]:
    """The pairs that can be drawn, in order; see ``told_pairs``."""
    return comparison.crossed.select("column_a", "column_b").unique(maintain_order=True).rows()


def _nmi(value: float, comparison: Comparison, minimum_count: int) -> str:
    return told(value, comparison.original_rows, minimum_count)


def _pair_table(cells: PairCells) -> Table:
    first, second = cells.names
    rows = []
    for name, classes in (("original", cells.original), ("synthetic", cells.synthetic)):
        rows += [
            (Cell(label), Cell(name), *(Cell(said_class(int(one)), number=True) for one in line))
            for label, line in zip(cells.labels[0], classes, strict=True)
        ]
    return Table(
        caption=f"{second} for each {first}: shares of the row",
        head=(first, "table", *cells.labels[1]),
        rows=tuple(rows),
        folded=True,
    )


def _row(one: Bars, bar: Bar) -> tuple[Cell, ...]:
    return (
        Cell(bar.label),
        Cell(told_share(bar.original, one.original_rows, one.minimum_count), number=True),
        Cell(f"{bar.synthetic / one.synthetic_rows:.1%}", number=True),
    )


def _said_hidden(one: Bars) -> str:
    if all(bar.original is not None for bar in one.bars):
        return ""
    return f"Hidden: fewer than {one.minimum_count} rows of the original, or what would give such a count away."


def _column_words(one: Bars) -> str:
    """What a column's figure shows: its distance, and the values whose shares differ most."""
    tvd, floor = (told(figure, one.original_rows, one.minimum_count) for figure in (one.tvd, one.floor))
    known = [bar for bar in one.bars if bar.original is not None]
    gaps = sorted(known, key=lambda bar: -abs((bar.original or 0) / one.original_rows - _of_synthetic(one, bar)))
    named = "; ".join(
        f"{bar.label} {told_share(bar.original, one.original_rows, one.minimum_count)} and "
        f"{_of_synthetic(one, bar):.0%}"
        for bar in gaps[:_TELLING]
    )
    most = f" Furthest apart, original and synthetic: {named}." if named else ""
    return f"{one.column}: shares of {len(one.bars)} values. Distance {tvd}, by sampling alone {floor}.{most}"


def _of_synthetic(one: Bars, bar: Bar) -> float:
    return bar.synthetic / one.synthetic_rows
