"""Counted combinations of codes: the same as a group-by, from any table, with numbers that fit."""

import datetime as dt

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import given

from synth_assets.errors import ProtectionError
from synth_assets.protect.cells import count_cells, numbered
from synth_assets_tests.strategies import tables


@given(tables(least_rows=1))
def test_it_counts_what_a_group_by_counts(drawn: tuple[pl.DataFrame, object]):
    table = drawn[0]
    cells = count_cells(table, table.columns)
    alike = table.rename({name: str(place) for place, name in enumerate(table.columns)})
    counts = alike.group_by(alike.columns).len("rows")["rows"]
    assert sorted(cells.rows.tolist()) == sorted(counts.to_list())
    for codes, name in zip(cells.codes, table.columns, strict=True):
        values = table[name].drop_nulls()
        assert sorted(set(codes.tolist()) - {0}) == list(range(1, values.n_unique() + 1))
        assert (0 in codes) == bool(table[name].null_count())


def test_codes_ascend_with_the_values_and_missing_is_apart():
    table = pl.DataFrame(
        {"a": [30.0, None, 10.0, float("nan"), 20.0], "d": [dt.date(2020, 1, day) for day in range(1, 6)]}
    )
    cells = count_cells(table, ["a", "d"])
    by_day = cells.codes[0][np.argsort(cells.codes[1])]
    assert by_day.tolist() == [3, 0, 1, 0, 2]


def test_numbers_stay_apart_where_the_product_of_sizes_is_too_large():
    codes = [np.array([0, 2**31 - 2, 5, 5]), np.array([1, 0, 2**31 - 2, 3]), np.array([0, 0, 1, 1])]
    flat = numbered(codes, [2**31 - 1] * 3)
    assert len(set(flat.tolist())) == 4
    assert np.argsort(flat).tolist() == [0, 3, 2, 1]


def test_no_table_of_the_caller_s_connection_is_in_the_way_or_left_behind():
    connection = duckdb.connect()
    for name in ("cells", "t", "given", "dc0"):
        connection.execute(f"create table {name} as select range % 2 as c0, range as c1 from range(10)")  # noqa: S608 - names of the test
        assert count_cells(connection.table(name), ["c0"]).rows.tolist() == [5, 5]
    assert connection.sql("select count(*) from duckdb_views() where not internal").fetchall() == [(0,)]


def test_the_library_s_failure_is_told_in_our_words():
    connection = duckdb.connect()
    relation = connection.sql("select cast(b as integer) as a from (values ('1'), ('secret')) as t(b)")
    with pytest.raises(ProtectionError, match="DuckDB cannot count rows that are alike in a") as refused:
        count_cells(relation, ["a"])
    assert "secret" not in str(refused.value)
