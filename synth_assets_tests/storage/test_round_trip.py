import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from polars.testing import assert_frame_equal
from polars.testing.parametric import series

from synth_assets.storage.fingerprint import fingerprint
from synth_assets.storage.tables import as_pandas
from synth_assets.storage.warehouse import Warehouse

KEY = b"k" * 32
DTYPES = [
    *(pl.Boolean(), pl.String(), pl.Binary(), pl.Null(), pl.Decimal(12, 3), pl.Float32(), pl.Float64()),
    *(pl.Int8(), pl.Int16(), pl.Int32(), pl.Int64(), pl.UInt8(), pl.UInt16(), pl.UInt32(), pl.UInt64()),
    *(pl.Date(), pl.Time(), pl.Datetime("ms"), pl.Datetime("us"), pl.Datetime("ns")),
    *(pl.Datetime("ms", "Asia/Tokyo"), pl.Datetime("us", "Europe/London"), pl.Datetime("ns", "America/Sao_Paulo")),
    *(pl.List(pl.Int64()), pl.List(pl.String()), pl.Struct({"a": pl.Int64(), "b": pl.String()})),
]
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)


@st.composite
def frames(draw: DrawFn) -> pl.DataFrame:
    names = draw(st.lists(NAMES, min_size=1, max_size=5, unique_by=str.lower))
    height = draw(st.integers(0, 12))
    columns = (
        series(name=name, dtype=draw(st.sampled_from(DTYPES)), min_size=height, max_size=height) for name in names
    )
    return pl.DataFrame([draw(column) for column in columns])


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return Warehouse(tmp_path_factory.mktemp("round_trip") / "warehouse.duckdb")


@settings(max_examples=50, deadline=None)
@given(frame=frames())
def test_what_is_read_is_what_was_written(warehouse: Warehouse, frame: pl.DataFrame):
    warehouse.write("t", frame)
    back = warehouse.read("t")
    assert_frame_equal(back, frame, check_exact=True)
    assert fingerprint(back, KEY) == fingerprint(frame, KEY)


@pytest.mark.parametrize("dtype", [pl.Categorical(), pl.Enum(["y", "x"])])
def test_categories_come_back_as_text(warehouse: Warehouse, dtype: pl.DataType):
    frame = pl.DataFrame({"c": pl.Series(["x", None, "y"], dtype=dtype)})
    warehouse.write("t", frame)
    assert_frame_equal(warehouse.read("t"), frame.cast(pl.String))


@settings(max_examples=20, deadline=None)
@given(frame=frames())
def test_pandas_frames_come_back_as_polars_sees_them(warehouse: Warehouse, frame: pl.DataFrame):
    table = frame.select(pl.col(pl.Int8, pl.Int64, pl.UInt64, pl.Boolean, pl.Float64, pl.Datetime("us"), pl.String))
    if table.width == 0:
        return
    warehouse.write("t", as_pandas(table))
    expected = table.with_columns(pl.col(pl.Float64).fill_nan(None))
    assert_frame_equal(warehouse.read("t"), expected, check_exact=True)


def test_missing_values_do_not_turn_integers_into_floats():
    frame = as_pandas(pl.DataFrame({"n": [2**53 + 1, None], "b": [True, None], "x": [0.5, None], "whole": [1, 2]}))
    assert [str(dtype) for dtype in frame.dtypes] == ["Int64", "boolean", "float64", "int64"]
    assert frame["n"][0] == 2**53 + 1
