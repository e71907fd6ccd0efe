"""An attacker who knows how domains and spikes are chosen bounds no small count; and where the promise ends, by test.

A test that is expected to fail shows a limit that ``docs/protection.md`` states.
"""

import numpy as np
import polars as pl
import pytest

from synth_assets.constraints import Determined, Forbidden, Ordered
from synth_assets.describe import Description, NetworkRules, describe
from synth_assets.schema import Categories, Column, Interval, Schema
from synth_assets_tests.describe.attacker import Informed
from synth_assets_tests.describe.test_attack import as_described, assert_nothing_small, small_counts
from synth_assets_tests.tables import categories, crossed, declared, rng

KEY = b"0123456789abcdef"

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
