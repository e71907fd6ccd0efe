"""Losses against slow loops over rows, at the bottom and the top, and by hand."""

from collections import Counter
from math import log2

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.errors import ProtectionError
from synth_assets.protect.hierarchy import hierarchies_from_dict
from synth_assets.protect.lattice import Lattice, lattice
from synth_assets.protect.loss import check_measure
from synth_assets.protect.search import losses

HIERARCHIES = hierarchies_from_dict(
    {
        "age": {"intervals": [2, 4], "any": True},
        "group": {"tree": [{"ab": ["a", "b"], "c": ["c"]}], "any": True},
        "sex": "any",
    }
)
NODES = st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 1))


@st.composite
def tables(draw: st.DrawFn) -> pl.DataFrame:
    rows = draw(st.integers(1, 15))
    one = st.tuples(
        st.integers(0, 7) | st.none(), st.sampled_from(["a", "b", "c", None]), st.sampled_from(["f", "m", None])
    )
    return pl.DataFrame(
        draw(st.lists(one, min_size=rows, max_size=rows)),
        {"age": pl.Int64, "group": pl.String, "sex": pl.String},
        orient="row",
    )


def shown(table: pl.DataFrame, node: tuple[int, ...]) -> list[list[object]]:
    """The table at a node, column by column."""
    columns: list[list[object]] = []
    for (name, hierarchy), level in zip(HIERARCHIES.items(), node, strict=True):
        values = table[name].to_list()
        columns.append([*hierarchy.labels(values, name)[level - 1]] if level else values)
    return columns


def slow(table: pl.DataFrame, node: tuple[int, ...], k: int) -> dict[str, float]:
    """All measures, cell by cell as they are defined."""
    columns = shown(table, node)
    classes = Counter(zip(*columns, strict=True))
    stays = [classes[row] >= k for row in zip(*columns, strict=True)]
    heights, rows = (3, 2, 1), len(table)
    metric = precision = lost = most = 0.0
    for place, name in enumerate(HIERARCHIES):
        values, labels = table[name].to_list(), columns[place]
        present = {value for value in values if value is not None}
        for value, label, stay in zip(values, labels, stays, strict=True):
            alike = {other for other, its in zip(values, labels, strict=True) if its == label and other is not None}
            whole = max(present) - min(present) if name == "age" and present else len(present) - 1
            part = max(alike) - min(alike) if name == "age" and alike else len(alike) - 1
            span = 1.0 if label == "*" else 0.0 if value is None or whole <= 0 else part / whole
            metric += span if stay else 1.0
            precision += node[place] / heights[place] if stay else 1.0
            gone = -log2(values.count(value) / rows)
            lost += -log2(values.count(value) / labels.count(label)) if stay else gone
            most += gone
    left = [size for size in classes.values() if size >= k]
    suppressed = rows - sum(left)
    return {
        "loss_metric": metric / rows / 3,
        "precision": precision / rows / 3,
        "entropy": lost / most if most else 0.0,
        "discernibility": sum(size**2 for size in left) + suppressed * rows,
        "average_class_size": sum(left) / len(left) / k if left else float("inf"),
    }


def coded(table: pl.DataFrame) -> Lattice:
    return lattice(table, HIERARCHIES, {})[0]


@given(tables(), NODES, st.integers(1, 4))
def test_it_agrees_with_a_slow_sum_over_cells(table: pl.DataFrame, node: tuple[int, ...], k: int):
    made = coded(table)
    grouping = made.grouping(node)
    stay = (grouping.class_rows >= k)[grouping.classes]
    if stay.any():
        found = losses(made, node, stay, k)
        for name, value in slow(table, node, k).items():
            assert getattr(found, name) == pytest.approx(value, abs=1e-9), name


@given(tables())
def test_nothing_is_lost_at_the_bottom_and_all_at_the_top(table: pl.DataFrame):
    made = coded(table)
    everything = np.ones(len(made.rows), dtype=bool)
    bottom, top = (losses(made, node, everything, 1) for node in ((0, 0, 0), made.heights))
    assert (bottom.loss_metric, bottom.precision, bottom.entropy) == pytest.approx((0, 0, 0), abs=1e-12)
    assert (top.loss_metric, top.precision) == pytest.approx((1, 1))
    told = any(table[name].n_unique() > 1 for name in table.columns)
    assert top.entropy == pytest.approx(float(told), abs=1e-12)
    assert top.discernibility == len(table) ** 2
    assert top.average_class_size == len(table)


@given(tables(), NODES, st.integers(0, 2))
def test_losses_by_cell_never_fall_as_a_level_rises(table: pl.DataFrame, node: tuple[int, ...], place: int):
    made = coded(table)
    higher = tuple(min(level + (at == place), made.heights[at]) for at, level in enumerate(node))
    everything = np.ones(len(made.rows), dtype=bool)
    low, high = (losses(made, one, everything, 1) for one in (node, higher))
    assert low.loss_metric <= high.loss_metric + 1e-12
    assert low.precision <= high.precision + 1e-12
    assert low.entropy <= high.entropy + 1e-12


def test_a_table_worked_out_by_hand():
    """Ages 0, 1, 3, 7 in pairs span 1, 1, 0 and 0 of 7; the rest is as it was."""
    table = pl.DataFrame({"age": [0, 1, 3, 7], "group": ["a", "b", "c", "c"], "sex": ["f"] * 4})
    made = coded(table)
    found = losses(made, (1, 0, 0), np.ones(4, dtype=bool), 1)
    assert found.loss_metric == pytest.approx((1 / 7 + 1 / 7) / 12)
    assert found.precision == pytest.approx(1 / 3 / 3)
    assert found.entropy == pytest.approx(2 / (4 * 2 + 4 * 1.5))


def test_a_measure_that_does_not_exist_is_refused():
    with pytest.raises(ProtectionError, match=r"The measure of loss is 'ncp'\. Allowed: loss_metric, precision"):
        check_measure("ncp")
