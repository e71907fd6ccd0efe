"""``describe`` as a whole: what it refuses and how it says so, exact small tables, and atoms."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from synth_assets.describe import Description, describe
from synth_assets.describe.coding import Bins
from synth_assets.errors import DescriptionError, SchemaError
from synth_assets.schema import Categories, Column, Interval, Mode, Schema
from synth_assets_tests.tables import admissions, categories, crossed, declared, every_type, rng

TWENTY = pl.DataFrame({"a": ["a0"] * 8 + ["a1"] * 12})
SCHEMA = declared(a=2)


def with_rows(table: pl.DataFrame, *columns: Column, mode: Mode = "independent", minimum: int = 5) -> Description:
    return describe(table, Schema(columns), mode=mode, minimum_count=minimum)


# Arguments.


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"mode": "corelated"}, "mode is 'corelated'. Allowed: random, independent, correlated"),
        ({"mode": ["random"]}, "mode is"),
        ({"max_parents": 5}, "max_parents is 5. Allowed: whole numbers from 0 to 4"),
        ({"max_parents": -1}, "max_parents is -1"),
        ({"max_parents": True}, "max_parents is True"),
        ({"minimum_count": 0}, "minimum_count is 0. Allowed: whole numbers from 1"),
        ({"minimum_count": 5.0}, "minimum_count is 5.0"),
        ({"minimum_count": False}, "minimum_count is False"),
        ({"epsilon": 0}, "epsilon is 0"),
        ({"epsilon": -1.0}, "epsilon is -1.0"),
        ({"epsilon": float("nan")}, "epsilon is nan"),
        ({"epsilon": float("inf")}, "epsilon is inf"),
        ({"epsilon": True}, "epsilon is True"),
        ({"epsilon": "1"}, "epsilon is '1'"),
        ({"epsilon": 1.0, "delta": 1.0}, "delta is 1.0"),
        ({"epsilon": 1.0, "delta": -1e-9}, "delta is -1e-09"),
        ({"epsilon": 1.0, "delta": 0, "mode": "correlated"}, "delta is 0 in correlated mode"),
        ({"epsilon": 1.0, "round_to": 5, "key": b"k" * 16}, "round_to is 5 with epsilon. Allowed: 1"),
        ({"person_column": "p", "key": b"k" * 16}, "person_column is given without max_rows_per_person"),
        ({"person_column": "p", "max_rows_per_person": 1}, "person_column is 'p', which takes a key"),
    ],
)
def test_an_argument_out_of_range_is_refused(arguments: dict[str, Any], match: str):
    given: dict[str, Any] = {"mode": "independent", **arguments}
    with pytest.raises(DescriptionError, match=match):
        describe(TWENTY, SCHEMA, **given)


@pytest.mark.parametrize("mode", ["independent", "correlated"])
@pytest.mark.parametrize("rows", [0, 1, 4])
def test_a_table_of_fewer_rows_than_the_minimum_is_refused(rows: int, mode: Mode):
    with pytest.raises(DescriptionError, match=r"The table has (no|too few) rows\. .* at least minimum_count = 5"):
        describe(TWENTY.head(rows), SCHEMA, mode=mode)


def test_a_table_of_just_the_minimum_is_described_as_one_group():
    described = describe(TWENTY.sample(5, seed=3), SCHEMA, mode="correlated")
    assert described.tables[0].counts.tolist() == [[5]]


@pytest.mark.parametrize("rows", [0, 1, 4])
def test_random_mode_reads_an_open_domain_even_from_few_rows_and_names_nothing(rows: int):
    table = pl.DataFrame({"a": ["secret"] * rows, "b": [77] * rows}, {"a": pl.String, "b": pl.Int64})
    schema = Schema((Column("a", "category"), Column("b", "integer")))
    text = describe(table, schema, mode="random").to_json()
    assert "secret" not in text
    assert "77" not in text


def test_random_mode_with_a_declared_schema_never_opens_the_table():
    described = describe(object(), SCHEMA, mode="random")
    assert described.rows is None
    assert described.tables == ()


# Tables that do not fit.


def test_every_disagreement_is_listed_with_its_count_and_without_a_value():
    table = pl.DataFrame(
        {
            "number": [1, 2, 987_654, 876_543],
            "name": ["x", "y", "secret", None],
            "when": [dt.date(2019, 1, 1)] * 3 + [dt.date(2077, 7, 7)],
            "size": [0.5, float("inf"), float("nan"), None],
            "extra": [1] * 4,
        }
    )
    schema = Schema(
        (
            Column("number", "integer", domain=Interval(0, 9)),
            Column("name", "category", domain=Categories(("x", "y"))),
            Column("when", "date", domain=Interval(dt.date(2019, 1, 1), dt.date(2020, 1, 1))),
            Column("size", "float"),
            Column("absent", "integer"),
        )
    )
    with pytest.raises(SchemaError) as caught:
        describe(table, schema, mode="independent")
    said = str(caught.value)
    for part in (
        "column(s) missing from the table: absent",
        "column(s) not in the schema: extra",
        "column 'number' has 2 value(s) outside its domain",
        "column 'name' has 1 missing value(s), and the schema says it is not nullable",
        "column 'name' has 1 value(s) outside its domain",
        "column 'when' has 1 value(s) outside its domain",
        "column 'size' has 2 missing value(s)",
        "column 'size' has 1 value(s) that are infinite",
    ):
        assert part in said
    for value in ("secret", "987", "876", "2077", "inf,"):
        assert value not in said


LOSSY: list[tuple[pl.Series, Column]] = [
    (pl.Series("a", [1.5, 2.0]), Column("a", "integer")),
    (pl.Series("a", [2**64 - 1], dtype=pl.UInt64), Column("a", "integer")),
    (pl.Series("a", [2**60 + 1]), Column("a", "float")),
    (pl.Series("a", [1, 2]).cast(pl.Datetime("ns")), Column("a", "datetime")),
]


@pytest.mark.parametrize(("values", "column"), LOSSY)
def test_a_conversion_that_would_lose_something_is_refused(values: pl.Series, column: Column):
    with pytest.raises(SchemaError, match=r"value\(s\) cannot be converted without loss"):
        describe(values.to_frame(), Schema((column,)), mode="independent")


WRONG_KIND: list[tuple[pl.Series, Column]] = [
    (pl.Series("a", ["1"]), Column("a", "integer")),
    (pl.Series("a", [1]), Column("a", "category")),
    (pl.Series("a", [1]), Column("a", "boolean")),
    (pl.Series("a", [dt.datetime(2019, 1, 1, 9)]), Column("a", "date")),  # noqa: DTZ001
    (pl.Series("a", [dt.date(2019, 1, 1)]), Column("a", "datetime")),
    (pl.Series("a", [dt.datetime(2019, 1, 1)]), Column("a", "datetime", time_zone="UTC")),  # noqa: DTZ001
    (pl.Series("a", [[1]]), Column("a", "integer")),
    (pl.Series("a", [{"b": 1}]), Column("a", "text")),
    (pl.Series("a", [b"x"]), Column("a", "text")),
    (pl.Series("a", [object()], dtype=pl.Object), Column("a", "text")),
    (pl.Series("a", [dt.time(1)]), Column("a", "datetime")),
]


@pytest.mark.parametrize(("values", "column"), WRONG_KIND)
def test_a_column_of_another_kind_is_refused_by_its_type(values: pl.Series, column: Column):
    with pytest.raises(SchemaError, match=r"column 'a' holds .*, the schema says"):
        describe(values.to_frame(), Schema((column,)), mode="independent")


# Tables that fit, of every kind.

SAME: dict[str, Callable[[], object]] = {
    "lazy": TWENTY.lazy,
    "pandas": TWENTY.to_pandas,
    "pandas categories": lambda: TWENTY.to_pandas().astype("category"),
    "pandas with an index": lambda: TWENTY.to_pandas().set_index(pd.Index(range(20, 40))),
    "categorical": lambda: TWENTY.cast(pl.Categorical),
    "enum": lambda: TWENTY.cast(pl.Enum(["a1", "a0", "a7"])),
    "duckdb": lambda: duckdb.sql("select case when i < 8 then 'a0' else 'a1' end as a from range(20) t(i)"),
}


@pytest.mark.parametrize("kind", SAME)
def test_every_kind_of_frame_gives_the_same_description(kind: str):
    assert describe(SAME[kind](), SCHEMA, mode="independent") == describe(TWENTY, SCHEMA, mode="independent")


def test_missing_values_of_pandas_are_missing():
    frame = pd.DataFrame({"a": [1.0, np.nan] * 10, "b": ["x", None] * 10})
    described = describe(frame, Schema.infer(frame), mode="independent")
    assert [table.counts[0].tolist() for table in described.tables] == [[10, 10], [10, 10]]


def test_decimals_and_small_integers_are_numbers():
    table = pl.DataFrame({"a": [Decimal("1.50"), Decimal("2.25")] * 10, "b": pl.Series([1, 2] * 10, dtype=pl.UInt8)})
    described = describe(table, Schema.infer(table), mode="independent")
    assert [coded.column.type for coded in described.columns] == ["float", "integer"]
    assert "[[1.5,10]" in described.to_json()


def test_the_callers_frame_is_not_altered():
    table = every_type(200)
    before = table.clone()
    describe(table, Schema.infer(table), mode="correlated")
    assert table.equals(before)


def test_the_description_does_not_depend_on_the_order_of_the_rows():
    table, schema = admissions(3_000)
    shuffled = table.sample(fraction=1.0, shuffle=True, seed=5)
    assert describe(table, schema, mode="correlated") == describe(shuffled, schema, mode="correlated")


def test_the_reason_for_a_public_domain_is_repeated():
    schema = Schema.infer(TWENTY).assert_public_domain(reason="printed on the form")
    described = describe(TWENTY, schema, mode="independent")
    assert described.public_domain_reason == "printed on the form"
    assert described.columns[0].column.domain_source == "asserted"


# Exact small tables.


def test_independent_counts_with_a_pool():
    described = with_rows(
        categories("a", {"a0": 40, "a1": 2, "a2": 9, "a3": 0, "a4": 30}),
        Column("a", "category", domain=Categories(("a0", "a1", "a2", "a3", "a4"))),
    )
    assert described.columns[0].pool == (1, 2, 3)
    assert described.columns[0].pool_mode == 2
    assert described.tables[0].counts.tolist() == [[40, 30, 11]]


def test_correlated_counts_hide_small_cells_and_the_totals_that_would_tell_them():
    described = describe(crossed([[3, 2, 40], [30, 25, 10]]), declared(a=2, b=3), mode="correlated")
    assert [(edge.parent, edge.child) for edge in described.edges] == [("a", "b")]
    root, child = described.tables
    assert root.counts.tolist() == [[45, 65]]
    assert child.counts.tolist() == [[-1, -1, 40], [30, 25, 10]]
    assert child.totals.tolist() == [45, 65]
    assert child.hidden_groups.tolist() == [True, True, False]


def test_a_rare_missing_value_is_pooled_and_a_frequent_one_counted():
    column = Column("a", "category", domain=Categories(("a0", "a1")), nullable=True)
    rare = with_rows(categories("a", {"a0": 40, "a1": 20, None: 3}), column)
    assert (rare.columns[0].pool, rare.columns[0].pool_mode) == ((1, 2), 1)
    frequent = with_rows(categories("a", {"a0": 40, "a1": 20, None: 9}), column)
    assert frequent.tables[0].counts.tolist() == [[40, 20, 9]]


def test_text_is_present_or_missing_and_no_word_of_it_is_told():
    table = pl.DataFrame({"a": [f"secret {place}" for place in range(20)] + [None] * 10})
    described = with_rows(table, Column("a", "text", nullable=True))
    assert described.tables[0].counts.tolist() == [[20, 10]]
    assert "secret" not in described.to_json()


def test_a_minimum_of_one_hides_nothing():
    described = describe(crossed([[1, 2, 40], [30, 25, 1]]), declared(a=2, b=3), mode="correlated", minimum_count=1)
    assert all((table.counts >= 0).all() for table in described.tables)
    assert all(not coded.pool for coded in described.columns)


# Exact values.


def atoms(values: list[int], *, most: int = 9, bins: int = 1) -> tuple[tuple[tuple[float, int], ...], ...]:
    described = with_rows(pl.DataFrame({"a": values}), Column("a", "integer", domain=Interval(0, most, bins)))
    coding = described.columns[0].coding
    assert isinstance(coding, Bins)
    return coding.atoms


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([1] * 9 + [2] * 6, ((1, 9), (2, 6))),
        ([1] * 9 + [2] * 6 + [3] * 3 + [4] * 2, ((1, 9), (2, 6))),
        ([1] * 9 + [2] * 6 + [3] * 4, ((1, 9),)),
        ([1] * 9 + [2] * 4, ()),
        ([1] * 9, ((1, 9),)),
        ([1, 2, 3, 4, 5, 6], ()),
    ],
)
def test_exact_values_leave_none_or_enough_rows_of_their_bin(values: list[int], told: tuple[tuple[float, int], ...]):
    assert atoms(values) == (told,)


def test_what_is_left_of_a_bin_is_never_one_value_alone():
    """Of 0 and 1 alone, to name 0 would tell the count of 1; of 0 to 9 two values stay together."""
    assert atoms([0] * 9 + [1] * 4 + [5] * 20, most=5, bins=3)[0] == ()
    filled = [value for value in range(9) for _ in range(6)] + [9] * 4
    assert atoms(filled) == (tuple((value, 6) for value in range(1, 9)),)


def test_the_bins_of_a_pool_name_no_exact_value():
    chance = rng(1)
    values = [*chance.integers(0, 10, 200).tolist(), *[55] * 3, *[15] * 6]
    described = with_rows(pl.DataFrame({"a": values}), Column("a", "integer", domain=Interval(0, 99, 10)))
    coded = described.columns[0]
    assert isinstance(coded.coding, Bins)
    assert coded.pool
    assert all(coded.coding.atoms[place] == () for place in coded.pool)
