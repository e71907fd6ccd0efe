"""One kind of table from many, and a clear word where there is none."""

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from synth_assets.errors import SchemaError
from synth_assets.frames import in_order, is_batched, to_polars

TABLE = pl.DataFrame({"n": [1, None, 3], "s": ["x", "é\n", None], "b": [True, False, None]})


class Stored:
    """A table that is read when asked for."""

    def read(self) -> pl.DataFrame:
        return TABLE


SAME: dict[str, Callable[[], object]] = {
    "polars": lambda: TABLE,
    "lazy": TABLE.lazy,
    "stored": Stored,
    "arrow-backed pandas": lambda: TABLE.to_pandas(use_pyarrow_extension_array=True),
    "duckdb": lambda: duckdb.sql(
        "select * from (values (1::bigint, 'x', true), (null, e'é\\n', false), (3, null, null)) t(n, s, b)"
    ),
}


@pytest.mark.parametrize("kind", SAME)
def test_every_kind_gives_the_same_table(kind: str):
    assert to_polars(SAME[kind]()).equals(TABLE)


def test_a_polars_frame_comes_back_itself():
    assert to_polars(TABLE) is TABLE


def test_what_pandas_calls_missing_is_missing_and_its_index_is_no_column():
    frame = pd.DataFrame(
        {"f": [1.5, np.nan], "t": [pd.Timestamp(2019, 4, 7), pd.NaT], "o": ["x", np.nan]}, index=[7, 9]
    )
    table = to_polars(frame)
    assert table.columns == ["f", "t", "o"]
    assert table.null_count().row(0) == (1, 1, 1)


def test_names_that_are_not_text_become_text():
    assert to_polars(pd.DataFrame({1: [1], ("a", 2): [2]})).columns == ["1", "('a', 2)"]


def test_an_empty_table_stays_empty():
    assert to_polars(pd.DataFrame()).shape == (0, 0)
    assert to_polars(TABLE.clear().lazy()).shape == (0, 3)


def test_repeated_names_are_named():
    frame = pd.DataFrame([[1, 2, 3]], columns=pd.Index(["a", "b", "a"]))
    with pytest.raises(SchemaError, match=r"more than one column called a\. Give every column its own name"):
        to_polars(frame)
    with pytest.raises(SchemaError, match="more than one column called 1"):
        to_polars(pd.DataFrame([[1, 2]], columns=pd.Index([1, "1"])))


@pytest.mark.parametrize("thing", [None, 3, "table", {"a": [1]}, [1], np.zeros(3), TABLE["n"]])
def test_what_is_no_table_is_refused_by_its_type(thing: object):
    with pytest.raises(SchemaError, match=r"Cannot read a .* as a table\. Allowed: a polars DataFrame or LazyFrame"):
        to_polars(thing)


def test_an_open_file_is_no_table(tmp_path: Path):
    path = tmp_path / "table.csv"
    path.write_text("a\n1\n")
    with path.open() as file, pytest.raises(SchemaError, match=r"Cannot read a _io\.TextIOWrapper"):
        to_polars(file)


UNREADABLE: dict[str, tuple[Callable[[], object], str]] = {
    "mixed": (lambda: pd.DataFrame({"ok": [1, 2], "bad": [1, "secret"]}), r"column\(s\) bad"),
    "objects": (lambda: pd.DataFrame({"bad": [object(), object()]}), r"column\(s\) bad"),
    "complex": (lambda: pd.DataFrame({"bad": [1j, 2j]}), r"column\(s\) bad"),
    "twice": (lambda: duckdb.sql("select 1 as a, 2 as a"), "its columns"),
    "interval": (lambda: duckdb.sql("select interval 1 day as a"), "its columns"),
    "conversion": (lambda: duckdb.sql("select cast(a as integer) as a from (values ('secret')) t(a)"), "its columns"),
    "lazy": (lambda: pl.LazyFrame({"a": ["secret"]}).cast(pl.Int64), "its columns"),
    "no file": (lambda: pl.scan_csv("/nowhere/at/all.csv"), "its columns"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_cannot_be_read_is_said_without_a_value(kind: str):
    make, where = UNREADABLE[kind]
    with pytest.raises(SchemaError, match=f"cannot be read as a table .*{where}") as caught:
        to_polars(make())
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__


class Batched:
    """A table that comes in batches of two rows."""

    rows = 3

    def batches(self) -> Iterator[pl.DataFrame]:
        yield from TABLE.iter_slices(2)


def test_only_what_comes_in_batches_by_itself_is_batched():
    lookalike = pd.DataFrame({"rows": [1], "batches": [2]})
    assert is_batched(Batched())
    assert not any(map(is_batched, (TABLE, TABLE.lazy(), lookalike, duckdb.sql("select 1 as batches"), Path("x"), 3)))


def test_every_kind_is_read_in_its_order(tmp_path: Path):
    table = pl.select(n=pl.int_range(400_000).reverse())
    table.write_parquet(tmp_path / "t.parquet")
    with duckdb.connect() as connection:
        connection.register("t", table)
        kinds = (table, table.lazy(), table.to_pandas(), connection.sql("from t"), tmp_path / "t.parquet")
        for kind in kinds:
            found = list(in_order(kind))
            assert pl.concat(found).equals(table)
            assert max(map(len, found)) <= 200_000


def test_a_table_without_rows_is_one_batch_and_batches_are_passed_on():
    for empty in (TABLE.clear(), TABLE.clear().lazy(), TABLE.clear().to_pandas()):
        assert [batch.shape for batch in in_order(empty)] == [(0, 3)]
    assert [len(batch) for batch in in_order(Batched())] == [2, 1]


def test_what_is_no_table_is_refused_in_batches_too():
    with pytest.raises(SchemaError, match="Allowed: a polars DataFrame or LazyFrame"):
        list(in_order({"a": 1}))
