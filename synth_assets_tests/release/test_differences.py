"""Differences between releases, against true counts and by hand."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.describe import Description, NetworkRules, describe
from synth_assets.describe.coding import Bins, CodedColumn, Levels
from synth_assets.describe.privacy import Privacy
from synth_assets.release.alignment import MISSING, Pieces, aligned, partition
from synth_assets.release.differences import Differences, _tells, differences, within_caps
from synth_assets.release.told import ALL, Bounds, told
from synth_assets.schema import Categories, Column, Interval, Mode, Schema
from synth_assets_tests.tables import categories, crossed, declared, rng

KEY = b"0123456789abcdef"
COUNTS = [[40, 30, 20], [25, 35, 15]]


def of(counts: Sequence[Sequence[int]], mode: Mode = "correlated", round_to: int = 1, minimum: int = 5) -> Description:
    """A table of two columns with these counts, described."""
    table, schema = crossed([list(row) for row in counts]), declared(a=len(counts), b=len(counts[0]))
    network = NetworkRules.network({"b": ["a"]}) if mode == "correlated" else None
    return describe(table, schema, mode=mode, minimum_count=minimum, round_to=round_to, key=KEY, network=network)


def plus(*cells: tuple[int, int, int]) -> list[list[int]]:
    """``COUNTS`` with some cells raised."""
    changed = [list(row) for row in COUNTS]
    for row, column, more in cells:
        changed[row][column] += more
    return changed


def test_the_same_table_again_tells_nothing():
    found = differences(of(COUNTS), [of(COUNTS), of(COUNTS, "independent"), of(COUNTS, "random")], 5)
    assert found == Differences(compared=(1 + 2 + 3 + 6) + (1 + 2 + 3), failing=0)
    assert found.passed


@pytest.mark.parametrize(
    ("counts", "failing"),
    [
        (plus((0, 0, 1)), 4),
        (plus((0, 0, -4)), 4),
        (plus((0, 0, 5)), 0),
        (plus((0, 0, 9), (1, 0, -9)), 0),
        (plus((0, 0, 9), (1, 1, -8)), 1),
        (plus((0, 0, 1), (0, 1, -1)), 4),
    ],
)
def test_differences_by_hand(counts: list[list[int]], failing: int):
    found = differences(of(counts), [of(COUNTS)], 5)
    assert (found.compared, found.failing) == (12, failing)
    assert differences(of(COUNTS), [of(counts)], 5).failing == failing


def test_each_earlier_release_counts():
    before = [of(plus((0, 0, 20))), of(plus((0, 0, 1))), of(COUNTS)]
    assert differences(of(COUNTS), before, 5).failing == 4
    assert differences(of(COUNTS), [], 5) == Differences(0, 0)


def test_smallest_difference_is_the_argument():
    assert differences(of(plus((0, 0, 5))), [of(COUNTS)], 6).failing == 4
    assert differences(of(plus((0, 0, 1))), [of(COUNTS)], 1).failing == 0


def test_epsilon_is_passed_over():
    noisy = replace(of(COUNTS), privacy=Privacy(1.0, 0.0, "noise", 1))
    found = differences(of(plus((0, 0, 1))), [noisy, of(COUNTS)], 5)
    assert (found.compared, found.failing, found.passed_over) == (12, 4, 1)
    assert differences(noisy, [of(COUNTS)], 5) == Differences(0, 0, 1)
    assert "1 release(s) passed over" in str(found)


def test_rounding_covers_a_few_rows():
    before, after = of(COUNTS, "independent", 5), of(plus((0, 0, 1)), "independent", 5)
    assert differences(after, [before], 5).failing == 0
    assert differences(after, [of(COUNTS, "independent")], 5).failing == 0


def test_narrow_rounding_does_not():
    found = [
        differences(of(plus((0, 0, more)), "independent", 2), [of(COUNTS, "independent", 2)], 5) for more in (2, 3)
    ]
    assert all(one.failing for one in found)


def test_groups_are_matched_by_what_they_stand_for():
    schemas = [
        Schema((Column("a", "category", domain=Categories(values)),))
        for values in (("x", "y", "z"), ("z", "new", "x", "y"))
    ]
    counts: dict[str | None, int] = {"x": 30, "y": 20, "z": 10}
    tables = [categories("a", counts), categories("a", counts | {"new": 8})]
    first, second = (describe(table, schema, mode="independent") for table, schema in zip(tables, schemas, strict=True))
    assert differences(second, [first], 5) == Differences(compared=4, failing=0)


def test_pool_is_compared_with_the_sum_of_its_values():
    schema = declared(a=4)
    before = describe(categories("a", {"a0": 50, "a1": 30, "a2": 3, "a3": 4}), schema, mode="independent")
    after = describe(categories("a", {"a0": 50, "a1": 30, "a2": 5, "a3": 6}), schema, mode="independent")
    assert before.column("a").pool == (2, 3)
    assert after.column("a").pool == ()
    assert differences(after, [before], 5) == Differences(compared=4, failing=2)
    assert differences(before, [after], 5) == Differences(compared=4, failing=2)


def test_bins_are_compared_with_the_sum_of_finer_ones():
    tables = [
        pl.DataFrame({"n": np.repeat(np.arange(40), 10)}),
        pl.DataFrame({"n": [*np.repeat(np.arange(40), 10), 7]}),
    ]
    first, second = (
        describe(table, Schema((Column("n", "integer", domain=Interval(0, 39, bins)),)), mode="independent")
        for table, bins in zip(tables, (2, 4), strict=True)
    )
    found = differences(second, [first], 5)
    assert found.failing >= 2
    assert differences(first, [first], 5).failing == 0


def test_hidden_cells_are_compared_together():
    before, after = of([[100, 90, 3, 4], [80, 60, 50, 40]]), of([[110, 80, 4, 4], [80, 60, 50, 40]])
    assert not differences(after, [before], 5).passed
    lone = [((("a", frozenset({("value", "a0")})), ("b", frozenset({("value", "b2"), ("value", "b3")}))))]
    groups = {name: [frozenset({("value", f"{name}{place}")}) for place in range(4)] for name in "ab"}
    assert told(after, groups).cells[lone[0]] == Bounds(8, 8)


def test_columns_of_other_kinds_are_named():
    whole = pl.DataFrame({"n": [1, 2] * 50})
    first = describe(whole, Schema((Column("n", "integer", domain=Interval(1, 2)),)), mode="independent")
    second = describe(whole, Schema((Column("n", "integer", domain=Interval(0, 99, 3)),)), mode="independent")
    found = differences(second, [first], 5)
    assert found.not_compared == ("n",)
    assert found.compared == 1
    assert "n" in str(found)


def pieces(description: Description, name: str) -> list[list[Pieces]]:
    """What a column's groups stand for, once."""
    found = aligned(description.column(name), description.column(name))
    return [] if found is None else [found[0]]


@given(
    st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=2, max_size=3),
    st.sampled_from((1, 2, 5, 7)),
    st.sampled_from(("independent", "correlated")),
)
def test_true_counts_lie_within_their_bounds(counts: list[list[int]], round_to: int, mode: Mode):
    counts[0][0] += 20
    description = of(counts, mode, round_to)
    table = crossed(counts)
    groups = {name: own for name in "ab" for own in pieces(description, name)}
    known = told(description, groups)
    assert ALL in known.cells
    for cell, bounds in known.cells.items():
        held = [pl.col(name).is_in([piece[1] for piece in pieces]) for name, pieces in cell]
        true = len(table.filter(*held))
        assert bounds.low <= true <= bounds.high
        assert round_to > 1 or bounds.low == bounds.high


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 4), st.integers(0, 4), st.integers(1, 6))
def test_interval_against_all_pairs(low: int, other: int, width: int, room: int, minimum: int):
    after, before = Bounds(low, low + width), Bounds(other, other + room)
    possible = {x - y for x, y in product(range(low, low + width + 1), range(other, other + room + 1))}
    wanted = 0 not in possible and max(map(abs, possible)) < minimum
    assert _tells(after, before, minimum, same_rounding=False) == wanted


def test_counts_rounded_alike_that_differ_are_not_equal():
    after, before = Bounds(101, 103, 102), Bounds(99, 101, 100)
    assert not _tells(after, before, 5, same_rounding=False)
    assert _tells(after, before, 5, same_rounding=True)
    assert not _tells(after, before, 4, same_rounding=True)


def bins(*edges: float, **more: object) -> CodedColumn:
    """A column in bins."""
    return CodedColumn(Column("n", "float"), Bins(edges, **more))  # pyrefly: ignore[bad-argument-type]


def test_spike_belongs_to_the_bin_of_who_has_none():
    first, second = aligned(bins(0, 10, 20), bins(0, 10, 20, spikes=(10.0,))) or ([], [])
    assert partition(first[1], dict.fromkeys(second)) == [second[1], second[2]]
    assert first[0] == second[0]


def test_last_bin_holds_its_end():
    first, second = aligned(bins(0, 10), bins(0, 10, spikes=(10.0,))) or ([], [])
    assert first[0] == second[0] | second[1]


def test_clamped_ends_are_not_those_of_bounds():
    first, second = aligned(bins(0, 10, 20, clamp=True), bins(0, 10, 20)) or ([], [])
    assert first[0] > second[0]


def test_other_is_what_is_not_named():
    column = Column("a", "category", nullable=True)
    some = CodedColumn(column, Levels(("x", "other"), other=True))
    more = CodedColumn(column, Levels(("x", "y", "other"), other=True))
    first, second = aligned(some, more) or ([], [])
    assert first[0] == second[0]
    assert first[1] == second[1] | second[2]
    assert first[2] == second[3] == frozenset({MISSING})


def test_partition_is_whole_or_nothing():
    parts = {frozenset("a"): 1, frozenset("bc"): 2, frozenset("d"): 3}
    assert partition(frozenset("abc"), parts) == [frozenset("a"), frozenset("bc")]
    assert partition(frozenset("ab"), parts) == []


@pytest.mark.parametrize(
    ("released", "rows", "original", "passed"),
    [(3, 300, 100, True), (4, 300, 100, False), (3, 301, 100, False), (3, 10**9, None, True), (1, 5, 0, False)],
)
def test_caps(released: int, rows: int, original: int | None, *, passed: bool):
    assert within_caps(released, rows, original, most_releases=3, most_rows_per_row=3.0).passed == passed


def test_exact_values_are_told():
    numbers = rng(1).integers(0, 1_000, 400)
    schema = Schema((Column("n", "integer", domain=Interval(0, 999, 4)),))
    tables = [pl.DataFrame({"n": [*numbers.tolist(), *[77] * times]}) for times in (30, 42)]
    before, after = (describe(table, schema, mode="independent") for table in tables)
    assert differences(after, [before], 5).passed
    one_less = tables[1].with_columns(n=pl.when(pl.int_range(pl.len()) == 441).then(78).otherwise("n"))
    assert not differences(describe(one_less, schema, mode="independent"), [after], 5).passed
