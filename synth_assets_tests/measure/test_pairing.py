"""Two tables become plain and alike, or one message says everything that is wrong."""

from datetime import UTC, date, datetime

import duckdb
import pandas as pd
import polars as pl
import pytest

from synth_assets.errors import MeasurementError
from synth_assets.measure.pairing import paired
from synth_assets.schema import Column, ColumnType, Schema

SCHEMA = Schema((Column("age", "integer"), Column("sex", "category")))
TABLE = pl.DataFrame({"age": [30, 40], "sex": ["F", "M"]})


def test_columns_come_in_the_order_of_the_schema():
    original, synthetic = paired(TABLE, TABLE.select("sex", "age"), SCHEMA)
    assert original.columns == synthetic.columns == ["age", "sex"]
    assert synthetic.equals(TABLE)


def test_every_kind_of_frame_is_read():
    for frame in (TABLE.lazy(), TABLE.to_pandas(), duckdb.sql("select 30 as age, 'F' as sex union all select 40, 'M'")):
        original, _ = paired(frame, TABLE, SCHEMA)
        assert original.equals(TABLE)


def test_every_problem_is_in_one_message():
    synthetic = pl.DataFrame({"age": ["30"], "colour": ["red"]})
    with pytest.raises(MeasurementError) as failure:
        paired(TABLE.clear(), synthetic, SCHEMA)
    message = str(failure.value)
    for part in (
        "the original has no rows",
        "the synthetic table lacks column(s) 'sex'",
        "the synthetic table has column(s) that the schema does not name: 'colour'",
        "column 'age' of the synthetic table holds String, but the schema says integer (allowed: numbers)",
        "Both need the schema's columns",
    ):
        assert part in message


def test_a_message_holds_no_value():
    secret = pl.DataFrame({"age": ["secret value"], "sex": ["hidden"]})
    with pytest.raises(MeasurementError) as failure:
        paired(secret, secret, SCHEMA)
    assert "secret" not in str(failure.value)
    assert "hidden" not in str(failure.value)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("integer", [date(2020, 1, 1)]),
        ("category", [1]),
        ("boolean", [1]),
        ("date", [datetime(2020, 1, 1, 9, tzinfo=UTC)]),
        ("datetime", [date(2020, 1, 1)]),
        ("text", [True]),
        ("float", ["1"]),
    ],
)
def test_a_column_of_another_type_is_refused(kind: ColumnType, values: list):
    table = pl.DataFrame({"x": values})
    with pytest.raises(MeasurementError, match=f"but the schema says {kind}"):
        paired(table, table, Schema((Column("x", kind),)))


def test_a_column_without_values_fits_every_type():
    for kind in ("integer", "float", "category", "text", "boolean", "date", "datetime"):
        nothing = pl.DataFrame({"x": [None, None]})
        original, synthetic = paired(nothing, nothing, Schema((Column("x", kind),)))
        assert original["x"].null_count() == synthetic["x"].null_count() == 2


def test_numbers_dates_and_times_become_plain():
    moment = datetime(2020, 1, 2, 1, tzinfo=UTC)
    table = pl.DataFrame(
        {"n": [1.5, float("nan")], "d": [date(1970, 1, 3), None], "t": [moment, None], "b": [True, None]}
    )
    schema = Schema((Column("n", "float"), Column("d", "date"), Column("t", "datetime"), Column("b", "boolean")))
    original, _ = paired(table, table, schema)
    assert original.rows() == [(1.5, 2, int(moment.timestamp() * 1e6), "true"), (None, None, None, None)]


def test_midnights_are_dates():
    days = pl.DataFrame({"x": [date(2020, 1, 1), None]})
    original, synthetic = paired(days.to_pandas(), days, Schema((Column("x", "date"),)))
    assert original.equals(synthetic)


def test_one_moment_in_two_zones_is_one_value():
    moments = pl.Series([datetime(2020, 7, 1, 12, tzinfo=UTC)])
    london = pl.DataFrame({"t": moments.dt.convert_time_zone("Europe/London")})
    original, synthetic = paired(london, pl.DataFrame({"t": moments.dt.cast_time_unit("ns")}), _times())
    assert original.equals(synthetic)


def _times() -> Schema:
    return Schema((Column("t", "datetime", time_zone="UTC"),))


def test_whole_numbers_too_large_for_int64_are_floats():
    original, _ = paired(pl.DataFrame({"x": pl.Series([2**63], dtype=pl.UInt64)}), pd.DataFrame({"x": [1]}), _numbers())
    assert original["x"].to_list() == [2.0**63]


def _numbers() -> Schema:
    return Schema((Column("x", "integer"),))
