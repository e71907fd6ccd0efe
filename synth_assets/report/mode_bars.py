"""The modes beside each other on a page: one small figure a measure; see ``across_modes``."""

from collections.abc import Mapping
from functools import partial

import polars as pl

from synth_assets.report.across_modes import MEASURES, draw_modes, mode_table
from synth_assets.report.canvas import FAINT, blank, finish, panel, write
from synth_assets.report.lettering import NAME_SIZE, inches
from synth_assets.report.page import Drawing
from synth_assets.report.precision import decimals, told
from synth_assets.report.vector import Vector
from synth_assets.schema import Mode

_WIDTH, _TOP, _SLOT, _FOOT = 4.4, 0.58, 0.36, 0.3


def mode_bars(measurements: Mapping[Mode, pl.DataFrame], minimum_count: int) -> tuple[Drawing, ...]:
    """One figure a measure, with a line where sampling alone would be; none of too few rows to tell.

    Args:
        measurements: Of each mode; see ``mode_table``.
        minimum_count: The smallest count that may be told.
    """
    rows = int(next(iter(measurements.values()))["original_rows"][0])
    places = decimals(rows, minimum_count)
    if places is None:
        return ()
    table = mode_table({str(mode): one for mode, one in measurements.items()}).drop_nulls("value")
    table = table.with_columns(pl.col("value", "floor").round(places))
    return tuple(
        _drawing(measure, figures, rows, minimum_count)
        for measure in MEASURES
        if (figures := table.filter(pl.col("measure") == measure)).height
    )


def _drawing(measure: str, figures: pl.DataFrame, rows: int, minimum_count: int) -> Drawing:
    name, unit = MEASURES[measure]
    say = partial(told, rows=rows, minimum_count=minimum_count)
    modes = figures["mode"].to_list()
    indent = inches(modes) + 0.12
    figure = blank(_WIDTH, _TOP + _SLOT * len(modes) + _FOOT)
    write(figure, 0, 0.04, name, size=NAME_SIZE, weight="bold")
    write(figure, 0, 0.26, f"{unit}; line: by sampling alone", color=FAINT)
    axes = panel(figure, (indent, _TOP, _WIDTH - indent - 0.1, _SLOT * len(modes)))
    draw_modes(axes, figures, say)
    axes.set_yticks(range(len(modes)), labels=modes)
    words = "; ".join(
        f"{mode} {say(value)}, by sampling alone {say(floor)}"
        for mode, value, floor in figures.select("mode", "value", "floor").iter_rows()
    )
    return Drawing(Vector.of(finish(figure)), f"{name}, {unit}: {words}.", file=f"modes_{measure}")
