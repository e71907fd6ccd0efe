"""An attacker who knows how domains and spikes are chosen bounds no small count; and where the promise ends, by test.

A test that is expected to fail shows a limit that ``docs/protection.md`` states.
"""

import math
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from synth_assets.constraints import Determined, Forbidden, Ordered
from synth_assets.describe import Description, NetworkRules, describe, tails
from synth_assets.describe.coded_table import coded_table
from synth_assets.describe.coding import Bins, CodedColumn
from synth_assets.schema import Categories, Column, ColumnType, Interval, Mode, Schema
from synth_assets_tests.describe.attacker import Informed
from synth_assets_tests.describe.test_attack import as_described, assert_nothing_small, small_counts
from synth_assets_tests.tables import categories, crossed, declared, rng

KEY = b"0123456789abcdef"

SEARCHED = settings(max_examples=min(settings().max_examples, 500))
"""Each example solves dozens of integer programs."""

ACROSS = "a stated limit: a constraint is public, and with the margins of its columns its zeros can tell a joint count"
ROUNDED = "a stated limit: one count is rounded anew in every cell that tells it under another name"


def informed(description: Description) -> Informed:
    """An attacker that knows what naming a value, a spike and a step tells."""
    attacker = Informed(description.to_json())
    attacker.know_named()
    attacker.know_spikes()
    attacker.know_steps()
    return attacker


def bounded(table: pl.DataFrame, description: Description, attacker: Informed) -> dict[object, float]:
    """The small counts that the attacker bounds, with the bounds."""
    found = {name: attacker.largest(*name) for name, _ in small_counts(table, description)}
    return {name: bound for name, bound in found.items() if bound < description.minimum_count}


def forbidden(**values: tuple[str, ...]) -> Forbidden:
    return Forbidden(tuple(values.items()))


@pytest.mark.xfail(reason=ACROSS, strict=True)
def test_a_forbidden_combination_tells_the_opposite_cell_of_an_independent_description():
    """Neither a0 nor b0: 53 rows less 20 less 30."""
    table = crossed([[0, 20], [30, 3]])
    schema = Schema(declared(a=2, b=2).columns, constraints=(forbidden(a=("a0",), b=("b0",)),))
    attacker = Informed(describe(table, schema, mode="independent").to_json())
    attacker.know_constraints("a", "b")
    assert attacker.largest("joint", ("a", "b"), (1, 1)) >= 5


@pytest.mark.xfail(reason=ACROSS, strict=True)
def test_forbidden_combinations_tell_a_pooled_value_of_an_independent_description():
    """Only b0 and b1 go with a1, which 9 rows have; 6 have b0."""
    table = crossed([[0, 0, 5, 34], [6, 3, 0, 0]])
    schema = Schema(declared(a=2, b=4).columns, constraints=(forbidden(a=("a0",), b=("b0", "b1")),))
    described = describe(table, schema, mode="independent")
    attacker = Informed(described.to_json())
    attacker.know_constraints("a", "b")
    assert bounded(table, described, attacker) == {}


@pytest.mark.xfail(reason=ACROSS, strict=True)
def test_that_both_of_two_ordered_columns_are_missing_cannot_be_worked_out():
    """20 rows have no start, and 17 have an end that lies above nothing: 3 have neither."""
    start = [None] * 20 + [place % 10 for place in range(60)]
    end = [None] * 3 + [50 + place for place in range(17)] + [20 + place % 10 for place in range(55)] + [None] * 5
    table = pl.DataFrame({"start": start, "end": end})
    columns = tuple(Column(name, "integer", domain=Interval(0, 100, 5), nullable=True) for name in table.columns)
    schema = Schema(columns, constraints=(Ordered(("start", "end")),))
    attacker = Informed(describe(table, schema, mode="independent").to_json())
    attacker.know_constraints("start", "end")
    neither = (5, 3)
    assert attacker.largest("joint", ("start", "end"), neither) >= 5


@pytest.mark.xfail(reason=ACROSS, strict=True)
def test_a_decided_column_tells_no_small_part_of_what_decides_it():
    """37 of the 40 rows with a0 can only have c0: 3 have none."""
    rows = [("a0", "c0")] * 37 + [("a0", None)] * 3 + [("a1", "c1")] * 28 + [("a1", None)] * 2
    table = pl.DataFrame(rows, schema=["a", "c"], orient="row")
    decided = Column("c", "category", domain=Categories(("c0", "c1")), nullable=True)
    schema = Schema((*declared(a=2).columns, decided), constraints=(Determined("c", ("a",)),))
    attacker = Informed(describe(table, schema, mode="independent").to_json())
    attacker.know_constraints("a", "c")
    assert attacker.largest("joint", ("a", "c"), (0, 2)) >= 5


@pytest.mark.xfail(reason=ACROSS, strict=True)
def test_forbidden_combinations_across_a_chain_tell_no_hidden_cell():
    """Of rows with b0, 8 have c1 and so a0 or a2; 5 have a2: 3 have a0. The network may be learned as well as given."""
    rows = [("a0", "b0", "c1")] * 3 + [("a2", "b0", "c1")] * 5 + [("a1", "b0", "c0")] * 30
    rows += [("a0", "b1", "c1")] * 40 + [("a1", "b1", "c0")] * 20 + [("a2", "b1", "c1")] * 20
    table = pl.DataFrame(rows, schema=["a", "b", "c"], orient="row")
    rules = (forbidden(a=("a0", "a2"), c=("c0",)), forbidden(a=("a1",), c=("c1",)))
    schema = Schema(declared(a=3, b=2, c=2).columns, constraints=rules)
    chain = NetworkRules.network({"b": ["a"], "c": ["b"]})
    described = describe(table, schema, mode="correlated", network=chain)
    assert_nothing_small(table, described)
    attacker = Informed(described.to_json())
    attacker.know_constraints("a", "b", "c")
    assert bounded(table, described, attacker) == {}


@pytest.mark.xfail(reason=ACROSS, strict=True)
def test_forbidden_combinations_tell_no_hidden_cell_of_a_learned_network():
    held = {
        "a0": {"b0c1": 19, "b0c2": 16, "b1c0": 4, "b1c1": 1, "b1c2": 1, "b2c0": 7},
        "a1": {"b0c1": 5, "b1c1": 42, "b1c2": 5, "b2c1": 1},
        "a2": {"b0c2": 1, "b2c0": 4, "b2c2": 12},
    }
    rows = [(a, bc[:2], bc[2:]) for a, cells in held.items() for bc, times in cells.items() for _ in range(times)]
    table = pl.DataFrame(rows, schema=["a", "b", "c"], orient="row")
    rules = (forbidden(b=("b0",), c=("c0",)), forbidden(a=("a2",), c=("c1",)), forbidden(a=("a1",), c=("c0",)))
    described = describe(table, Schema(declared(a=3, b=3, c=3).columns, constraints=rules), mode="correlated")
    attacker = Informed(described.to_json())
    attacker.know_constraints("a", "b", "c")
    assert bounded(table, described, attacker) == {}


def test_a_category_from_data_that_is_named_tells_no_cell_beside_it():
    """b0 is named, so 5 rows have it, all with a0; of the 8 hidden rows of a0, 3 are left for b1."""
    table = crossed([[5, 3, 40], [0, 37, 20]])
    described = describe(table, Schema.infer(table), mode="correlated")
    assert [edge.child for edge in described.edges] == ["b"]
    assert bounded(table, described, informed(described)) == {}


def test_other_and_missing_pooled_alone_tell_no_small_count():
    """Both are there, and 5 rows have one or the other: neither has 5."""
    table = categories("a", {"v0": 30, "v1": 20, "x": 4, None: 1})
    described = describe(table, Schema.infer(table), mode="independent")
    assert bounded(table, described, informed(described)) == {}


def test_few_rows_above_nothing_are_not_pooled_with_an_end_bin_alone():
    """The last bin has 5 rows, as end bins do; of the 9 in the pool, 4 are left for those above nothing."""
    end = [5, 6, 7, *rng(1).integers(0, 50, 54).tolist(), 96, 97, 98, 99, 97, 96]
    table = pl.DataFrame({"start": [None] * 3 + [0] * 60, "end": end})
    columns = (
        Column("start", "integer", domain=Interval(0, 100, 5), nullable=True),
        Column("end", "integer", domain=Interval(0, 100)),
    )
    schema = Schema(columns, constraints=(Ordered(("start", "end")),))
    described = describe(table, schema, mode="independent")
    assert bounded(as_described(table, schema), described, informed(described)) == {}


def test_few_missing_values_are_not_pooled_with_a_spike_alone():
    """A spike has 20 rows; of the 24 in the pool, 4 are left for missing."""
    table = pl.DataFrame({"n": [0] * 21 + [None] * 3 + list(range(20, 60)) * 5})
    schema = Schema((Column("n", "integer", domain=Interval(0, 59, 3), nullable=True),))
    described = describe(table, schema, mode="independent")
    assert bounded(table, described, informed(described)) == {}


def test_a_spike_tells_no_cell_of_the_other_value_of_its_bin():
    """24 rows hold 0; were 12 or more to hold 1, that would be no spike; 8 are told, so a0 has 3 at most."""
    cells = {"a0": {0: 12, 1: 3, 2: 3, 3: 3}, "a1": {0: 12, 1: 8, 2: 10, 3: 10}}
    rows = [(a, n) for a, held in cells.items() for n, times in held.items() for _ in range(times)]
    table = pl.DataFrame(rows, schema=["a", "n"], orient="row")
    schema = Schema((*declared(a=2).columns, Column("n", "integer", domain=Interval(0, 7, 4))))
    described = describe(table, schema, mode="correlated", network=NetworkRules.network({"n": ["a"]}))
    assert bounded(table, described, informed(described)) == {}


@pytest.mark.parametrize(("first", "spike"), [(0, 0), (0, 1), (2, 3), (4, 5), (4, 4)])
def test_a_spike_on_a_step_tells_no_cell_of_the_other_step_of_its_bin(first: int, spike: int):
    """The same of whole numbers in a column of floats, where a bin, the last with its end, has room for two of them."""
    other = 2 * first + 1 - spike
    cells = {"a0": {spike: 12, other: 3, 6 - first: 3}, "a1": {spike: 12, other: 8, 6 - first: 20}}
    rows = [(a, float(n)) for a, held in cells.items() for n, times in held.items() for _ in range(times)]
    table = pl.DataFrame(rows, schema=["a", "x"], orient="row")
    schema = Schema((*declared(a=2).columns, Column("x", "float", domain=Interval(0.0, 6.0, 3))))
    described = describe(table, schema, mode="correlated", network=NetworkRules.network({"x": ["a"]}))
    assert bounded(table, described, informed(described)) == {}


def test_few_missing_values_are_not_pooled_with_a_spike_of_hardly_two_percent():
    """It has 41 of 2,003 rows, and 41 at least; of the 44 in the pool, 3 would be left for missing."""
    table = pl.DataFrame({"n": [0] * 41 + [None] * 3 + list(range(20, 60)) * 49})
    schema = Schema((Column("n", "integer", domain=Interval(0, 59, 3), nullable=True),))
    described = describe(table, schema, mode="independent")
    assert bounded(table, described, informed(described)) == {}


def test_a_spike_at_minus_one_is_known_to_have_rows_as_any_other():
    """What lies above nothing is written as -1 too, and is known to have none."""
    table = pl.DataFrame({"n": [-1] * 21 + [None] * 3 + list(range(20, 60)) * 5})
    schema = Schema((Column("n", "integer", domain=Interval(-5, 59, 3), nullable=True),))
    described = describe(table, schema, mode="independent")
    assert bounded(table, described, informed(described)) == {}


@dataclass
class Splits:
    """The stretches of the one long tail of a table that were split, for the attacker.

    Attributes:
        wanted: How many bins of equal width were wanted.
        stretches: From where to where each is, and more than how many shares of the rows it has.
        uneven: See ``Informed.know_uneven``.
    """

    wanted: int = 1
    stretches: list[tuple[float, float, int]] = field(default_factory=list)
    uneven: list[tuple[float, float, float, float]] = field(default_factory=list)

    @contextmanager
    def noted(self, present: int) -> Iterator[None]:
        """Filled in by what is described inside, which has so many values."""
        crowded, splits = tails._crowded, tails._splits

        def fullest(edges: Sequence[float], rows: np.ndarray, crowd: tails.Crowd) -> list[tuple[float, float]]:
            if not self.stretches:
                place = int(rows.argmax())
                self.stretches.append((edges[place], edges[place + 1], 5))
            self.wanted = round(present / crowd.share)
            return crowded(edges, rows, crowd)

        def split(stretches: Any, crowd: tails.Crowd, kind: ColumnType) -> Iterator[Any]:  # noqa: ANN401 - passed on
            for one in splits(stretches, crowd, kind):
                self.stretches.append((one.edges[0], one.edges[-1], 1))
                parts = np.arange(1, len(one.edges) - 1) / len(one.rows)
                off = np.cumsum(one.rows)[:-1] - one.rows.sum() * parts
                place = int(np.abs(off).argmax())
                if abs(off[place]) > 0.4 * crowd.share and not len(crowd.heavy.rows):
                    cut = one.edges[0], one.edges[place + 1], one.edges[-1]
                    self.uneven.append((*cut, math.copysign(parts[place], off[place])))
                yield one

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tails, "_crowded", fullest)
            patch.setattr(tails, "_splits", split)
            yield


def bounded_in_tail(table: pl.DataFrame, mode: Mode, minimum: int) -> dict[object, float]:
    """The small counts that an attacker bounds who is told what was split in the column ``x``."""
    splits, network = Splits(), None if mode == "independent" else NetworkRules.network({"x": ["a"]})
    with splits.noted(len(table) - table["x"].null_count()):
        described = describe(table, Schema.infer(table), mode=mode, minimum_count=minimum, network=network)
    attacker = informed(described)
    attacker.know_tails("x", splits.wanted, splits.stretches)
    attacker.know_uneven("x", splits.wanted, splits.uneven)
    return bounded(table, described, attacker)


def just_split() -> pl.DataFrame:
    """The first bin holds just above 5 shares of 214 rows, and one of its parts is the rarest code but missing."""
    first = [np.linspace(low, low + 1.9, rows) for low, rows in zip(range(0, 10, 2), (34, 5, 5, 5, 5), strict=True)]
    rest = [np.linspace(low, low + 9.5, 8) for low in range(10, 210, 10)]
    return pl.DataFrame({"a": ["a0"] * 215, "x": [*np.concatenate([*first, *rest]), None]})


def test_a_bin_that_was_only_just_split_is_not_pooled_with_few_missing_values_alone():
    """54 rows at least are in its parts, of which 49 are told; of the 6 that are left, 1 at most would be missing."""
    assert bounded_in_tail(just_split(), "independent", 2) == {}


def test_it_would_be_were_its_rows_not_counted_as_known(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tails, "MOVED", 0)
    assert bounded_in_tail(just_split(), "independent", 2)


@pytest.mark.parametrize("mode", ["independent", "correlated"])
@SEARCHED
@given(
    seed=st.integers(0, 2**32),
    spread=st.sampled_from([1.0, 2.5, 4.0]),
    missing=st.integers(0, 4),
    minimum=st.integers(2, 5),
    kind=st.sampled_from(["float", "integer", "zeros", "both sides"]),
)
def test_no_small_count_of_a_long_tail_is_bounded(  # noqa: PLR0913, PLR0917 - drawn by hypothesis
    seed: int, spread: float, missing: int, minimum: int, kind: str, mode: Mode
):
    assert bounded_in_tail(long_tailed(seed, spread, missing, kind), mode, minimum) == {}


def long_tailed(seed: int, spread: float, missing: int, kind: str) -> pl.DataFrame:
    chance = rng(seed)
    a = chance.integers(0, 3, 150)
    values = np.exp(chance.normal(a / 2, spread))
    values = np.where(chance.random(150) < 0.3, 0.0, values) if kind == "zeros" else values
    values = values * chance.choice([-1, 1], 150) if kind == "both sides" else values
    x = np.floor(values).astype(np.int64).tolist() if kind == "integer" else values.tolist()
    return pl.DataFrame({"a": [f"a{code}" for code in a], "x": [*[None] * missing, *x[missing:]]})


@pytest.mark.parametrize("mode", ["independent", "correlated"])
@SEARCHED
@example(seed=2_103_387, missing=1, minimum=3)
@given(seed=st.integers(0, 2**32), missing=st.integers(0, 4), minimum=st.integers(2, 5))
def test_none_is_where_the_fullest_bin_is_only_just_full(seed: int, missing: int, minimum: int, mode: Mode):
    """The attacker is told how many rows the fullest bin has, for with one fewer none would be split."""
    table, told = long_tailed(seed, 2.5, missing, "float"), []

    def just_full(coded: CodedColumn, bin_rows: np.ndarray, crowd: tails.Crowd, minimum: int) -> Any:  # noqa: ANN401 - passed on
        place, most = int(bin_rows.argmax()), int(bin_rows.max())
        assert isinstance(coded.coding, Bins)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tails, "_FULL", (most - 0.5) / crowd.share)
            found = tails.finer(coded, bin_rows, crowd, minimum)
        told.append((*coded.coding.edges[place : place + 2], most) if found[0] is not coded else None)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules[coded_table.__module__], "finer", just_full)
        network = None if mode == "independent" else NetworkRules.network({"x": ["a"]})
        described = describe(table, Schema.infer(table), mode=mode, minimum_count=minimum, network=network)
    attacker, coding = informed(described), described.column("x").coding
    for low, high, most in filter(None, told):
        edges = coding.edges if isinstance(coding, Bins) else ()
        inside = [place for place in range(len(edges) - 1) if edges[place] < high and low < edges[place + 1]]
        attacker._limit({("code", "x", place): 1 for place in inside}, most, math.inf)
    assert bounded(table, described, attacker) == {}


def test_a_step_tells_no_count_of_the_rows_off_it():
    """1.5 lies in a bin without a whole number."""
    table = pl.DataFrame({"x": [0.0] * 30 + [1.0] * 30 + [2.0] * 6 + [1.5] * 3})
    described = describe(table, Schema((Column("x", "float", domain=Interval(0.0, 3.0, 6)),)), mode="independent")
    assert bounded(table, described, informed(described)) == {}


@pytest.mark.xfail(reason=ROUNDED, strict=True)
def test_the_average_over_columns_does_not_bring_a_rounded_count_back():
    """40 columns that say what ``a`` says tell its 52 rows as 40 cells, each rounded apart, to 50 or 60."""
    held = [0] * 52 + [1] * 40
    names = ["a", *(f"x{place}" for place in range(40))]
    table = pl.DataFrame({name: [f"{name}{code}" for code in held] for name in names})
    described = describe(table, declared(**dict.fromkeys(names, 2)), mode="correlated", round_to=10, key=KEY)
    told = [int(one.counts[0, 0]) for one in described.tables]
    assert abs(np.mean(told) - 52) > 1


def test_the_error_for_a_short_table_tells_no_small_count():
    with pytest.raises(Exception, match="at least minimum_count") as raised:
        describe(pl.DataFrame({"a": ["a0"] * 3}), declared(a=1), mode="independent")
    assert "3 row" not in str(raised.value)
