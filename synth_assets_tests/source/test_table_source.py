"""Tables of the user's own: what is read of each kind of place, and what is said where that cannot be."""

import datetime as dt
import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from synth_assets.errors import SourceError
from synth_assets.frames import BATCH_ROWS
from synth_assets.source import TableSource, source_from_dict
from synth_assets.source.text_faults import first_fault


def written(folder: Path, text: str | bytes, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def source(folder: Path, **entry: Any) -> TableSource:  # noqa: ANN401 - whatever YAML may hold
    return source_from_dict(entry, folder)


def read(found: TableSource) -> pl.DataFrame:
    table = pl.concat(found.table().batches())
    assert table.schema == found.columns()
    assert len(table) == found.table().rows
    return table


@pytest.mark.parametrize(
    ("values", "dtype", "first"),
    [
        (["1", "-20", "+3"], pl.Int64, 1),
        (["1", "2.5"], pl.Float64, 1.0),
        (["1e3", ".5"], pl.Float64, 1000.0),
        (["true", "FALSE"], pl.Boolean, True),
        (["2024-02-29", "1900-01-01"], pl.Date, dt.date(2024, 2, 29)),
        (["2024-02-29 23:59", "1900-01-01T00:00:01.5"], pl.Datetime, dt.datetime.fromisoformat("2024-02-29 23:59")),
        (["0012", "0013"], pl.String, "0012"),
        (["+447700", "+447701"], pl.String, "+447700"),
        (["2E5", "117"], pl.String, "2E5"),
        (["2.5E5", "1e-7"], pl.Float64, 250_000.0),
        (["1", "0013"], pl.String, "1"),
        (["12345678901234567890", "1"], pl.String, "12345678901234567890"),
        (["1", "x"], pl.String, "1"),
        (["2023-02-29", "2024-01-01"], pl.String, "2023-02-29"),
        (["01/02/2024", "02/02/2024"], pl.String, "01/02/2024"),
        (["2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"], pl.String, "2024-01-01T00:00:00Z"),
        (["inf", "1"], pl.String, "inf"),
    ],
)
def test_types_of_text_are_told_from_all_values(tmp_path: Path, values: list[str], dtype: Any, first: object):  # noqa: ANN401 - a polars type
    written(tmp_path, "\n".join(["a", *values]) + "\n")
    table = read(source(tmp_path, file="t.csv"))
    assert table.schema["a"] == dtype
    assert table["a"][0] == first


def test_one_odd_value_at_the_end_is_enough(tmp_path: Path):
    written(tmp_path, "a\n" + "1\n" * 30_000 + "007\n")
    assert source(tmp_path, file="t.csv").columns()["a"] == pl.String


def test_what_stands_for_missing_is_declared(tmp_path: Path):
    written(tmp_path, "a,b\n1,?\nNA,x\n,\n")
    plain = read(source(tmp_path, file="t.csv"))
    assert plain.to_dict(as_series=False) == {"a": ["1", "NA", None], "b": ["?", "x", None]}
    told = read(source(tmp_path, file="t.csv", missing=["", "?", "NA"]))
    assert told.to_dict(as_series=False) == {"a": [1, None, None], "b": [None, "x", None]}


def test_spaces_go_where_that_is_asked_for(tmp_path: Path):
    written(tmp_path, "a,b\n 1, x y \n2,  ?\n")
    assert read(source(tmp_path, file="t.csv"))["b"].to_list() == [" x y ", "  ?"]
    told = read(source(tmp_path, file="t.csv", trim=True, missing=["?"]))
    assert told.to_dict(as_series=False) == {"a": [1, 2], "b": ["x y", None]}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found(tmp_path: Path, delimiter: str):
    written(tmp_path, f'a{delimiter}b\n1{delimiter}"x{delimiter}y"\n2{delimiter}z\n')
    assert read(source(tmp_path, file="t.csv"))["b"].to_list() == [f"x{delimiter}y", "z"]


def test_declared_types_hold(tmp_path: Path):
    written(tmp_path, "id,n\n0012,1\n0013,2\n")
    table = read(source(tmp_path, file="t.csv", types={"id": "text", "n": "float"}))
    assert table.schema == {"id": pl.String, "n": pl.Float64}


def test_a_value_that_is_not_of_its_type_is_named_by_its_row_and_not_told(tmp_path: Path):
    written(tmp_path, "n\n" + "1\n" * (BATCH_ROWS + 5) + "Strahovski\n")
    found = source(tmp_path, file="t.csv", types={"n": "integer"})
    with pytest.raises(
        SourceError, match=rf"Column 'n' .* is to be integer, but row {BATCH_ROWS + 6:,} of t\.csv is not"
    ) as told:
        list(found.table().batches())
    assert "Strahovski" not in str(told.value)


def test_such_values_are_counted_in_each_file(tmp_path: Path):
    written(tmp_path, "n\n1\nStrahovski\n", "a.csv")
    written(tmp_path, "n\n1\n2\n", "b.csv")
    written(tmp_path, "n\n\nStrahovski\n1\n" + "Strahovski\n" * 2_000, "c.csv")
    said = r"2 of a\.csv is not; row 2 and 2,000 more of c\.csv are not\. Correct"
    with pytest.raises(SourceError, match=rf"Column 'n' of 3 files \*\.csv is to be integer, but row {said}") as told:
        list(source(tmp_path, file="*.csv", types={"n": "integer"}).table().batches())
    assert "Strahovski" not in str(told.value)


def test_a_fault_is_found_in_its_file_and_its_line(tmp_path: Path):
    written(tmp_path, "a,b\n1,2\n", "1.csv")
    written(tmp_path, "a,b\n1,2\nStrahovski,2,3\n", "2.csv")
    with pytest.raises(SourceError, match=r"2\.csv of 2 files \*\.csv: a line has .* \(line 3\)") as told:
        read(source(tmp_path, file="*.csv"))
    assert "Strahovski" not in str(told.value)
    written(tmp_path, b"a,b\n1,2\n3," + b"\xe9" * 3, "2.csv")
    with pytest.raises(SourceError, match=r"2\.csv: it is not in UTF-8; line 3 \(byte 11 of the text\)"):
        read(source(tmp_path, file="*.csv"))


def test_the_place_of_another_encoding_is_found_far_down(tmp_path: Path):
    path = written(tmp_path, gzip.compress(("é" * 700_000 + "\n").encode() * 2 + b"x\xff"), "t.csv.gz")
    assert first_fault(path) == (3, 2 * 1_400_001 + 2)
    assert first_fault(written(tmp_path, "é\n" * 9)) is None


def test_a_name_over_two_lines_is_refused_and_loses_no_row(tmp_path: Path):
    written(tmp_path, 'a,"b\nc"\r\n1,2\r\n3,4\r\n')
    with pytest.raises(SourceError, match="a name that goes over two lines"):
        read(source(tmp_path, file="t.csv"))


@pytest.mark.parametrize("value", ["1.5", "1e3", "", "99999999999999999999"])
def test_no_number_is_rounded_into_an_integer(tmp_path: Path, value: str):
    written(tmp_path, f'n\n1\n"{value}"\n')
    found = source(tmp_path, file="t.csv", types={"n": "integer"})
    if value:
        with pytest.raises(SourceError, match=r"row 2 of t\.csv is not"):
            list(found.table().batches())
    else:
        assert read(found)["n"].to_list() == [1, None]


def test_several_files_come_in_the_order_of_their_names(tmp_path: Path):
    for name in ("b", "a", "c"):
        written(tmp_path, f"x\n{name}\n", f"{name}.csv")
    assert read(source(tmp_path, file="*.csv"))["x"].to_list() == ["a", "b", "c"]


def test_compressed_files_are_read(tmp_path: Path):
    written(tmp_path, gzip.compress(b"x\n1\n"), "t.csv.gz")
    assert read(source(tmp_path, file="t.csv.gz"))["x"].to_list() == [1]


def test_parquet_keeps_its_types_and_its_rows_in_order(tmp_path: Path):
    table = pl.DataFrame({"n": range(300_000), "d": [dt.date(2024, 1, 1)] * 300_000, "c": ["x", None] * 150_000})
    table.write_parquet(tmp_path / "t.parquet")
    assert_frame_equal(read(source(tmp_path, file="t.parquet")), table)


def test_tables_and_views_of_duckdb_are_read(tmp_path: Path):
    with duckdb.connect(tmp_path / "x.duckdb") as connection:
        connection.execute("create schema s; create table s.t as select 1 as a; create view v as select 2 as a")
    assert read(source(tmp_path, duckdb="x.duckdb", table="s.t"))["a"].to_list() == [1]
    assert read(source(tmp_path, duckdb="x.duckdb", table="v"))["a"].to_list() == [2]


def test_a_file_of_an_installed_package_is_read(tmp_path: Path):
    found = source(tmp_path, package="matplotlib", file="mpl-data/sample_data/msft.csv")
    assert "Volume" in found.columns()


@pytest.mark.parametrize("text", ["\ufeffa,b\r\n1,2\r\n", "a,b\r1,2\r", "a,b\n\n1,2\n\n", '"a","b"\n"1","2"'])
def test_marks_line_ends_and_quotes_are_not_part_of_values(tmp_path: Path, text: str):
    written(tmp_path, text)
    assert read(source(tmp_path, file="t.csv")).to_dicts() == [{"a": 1, "b": 2}]


def test_lines_within_quotes_and_comments_are_values(tmp_path: Path):
    written(tmp_path, 'a,b\n"x\ny",#2\n#z,3\n')
    assert read(source(tmp_path, file="t.csv"))["a"].to_list() == ["x\ny", "#z"]


def test_empty_tables_keep_their_columns(tmp_path: Path):
    written(tmp_path, "a,b\n")
    assert read(source(tmp_path, file="t.csv")).columns == ["a", "b"]
    assert read(source(tmp_path, file="t.csv")).is_empty()


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({}, "source has no place. Allowed: exactly one of 'file', 'duckdb', 'postgres'."),
        ({"file": "a.csv", "duckdb": "b"}, "source has 'file', 'duckdb'. Allowed: exactly one"),
        ({"file": "no.csv"}, "There is no file .*no.csv. Put it there"),
        ({"file": "*.pq"}, r"No file matches .*\*.pq"),
        ({"file": "t.xlsx"}, "names t.xlsx. Allowed: files of one kind, ending in .csv"),
        ({"file": "t.*"}, "names t.csv, t.parquet, t.xlsx. Allowed: files of one kind"),
        ({"file": "t.csv", "table": "x"}, "A source with 'file' has 'table' too"),
        ({"file": "t.csv", "types": {"a": "number"}}, "types are .* Allowed: columns, each with one of integer, float"),
        (
            {"file": "t.csv", "types": {"z": "text"}},
            "declares types for z, which the file t.csv does not have. It has: a",
        ),
        ({"file": "t.csv", "missing": "NA"}, "missing is 'NA'. Allowed: a list of texts"),
        ({"file": "t.csv", "trim": "yes"}, "trim is 'yes'. Allowed: true or false"),
        ({"file": "t.csv", "delimiter": "||"}, "delimiter is '||'. Allowed: one character"),
        (
            {"file": "t.parquet", "types": {"a": "text"}},
            "is Parquet, which knows its types: types are for text files. Remove",
        ),
        ({"file": "empty.csv"}, "empty.csv is empty. The first line must name the columns"),
        ({"file": "quote.csv"}, r"a quote is opened and not closed \(line 2\)"),
        ({"file": "twice.csv"}, "has more than one column called A, a. Give every column a name"),
        ({"file": "unnamed.csv"}, r"has no name for column\(s\) 1. Give"),
        ({"file": "latin.csv"}, r"it is not in UTF-8; line 2 \(byte 6 of the text\) .* Save it in that encoding"),
        ({"file": "ragged.csv"}, r"a line has too many or too few values \(line 7\)"),
        ({"file": "ends.csv"}, "its lines end in different ways"),
        ({"file": "short.csv"}, r"a line has too many or too few values \(line 3\)"),
        ({"file": "broken.parquet"}, "it is not a whole Parquet file"),
        ({"file": "part_*.csv"}, "part_2.csv has other columns than part_1.csv: a, b"),
        ({"file": "x.csv", "package": "no_such_package"}, "There is no package 'no_such_package'"),
        ({"duckdb": "no.duckdb", "table": "t"}, "There is no DuckDB file"),
        ({"duckdb": "t.csv", "table": "t"}, "it is no DuckDB file"),
        ({"duckdb": "x.duckdb"}, "The source's 'table' is None. Give text"),
        ({"duckdb": "x.duckdb", "table": "u"}, "There is no table 'u' in .*x.duckdb. It has: t"),
        ({"postgres": "NO_SUCH_VARIABLE", "table": "t"}, "The environment variable 'NO_SUCH_VARIABLE' is not set"),
        ({"postgres": "A"}, "The source's 'table' is None"),
        ({"file": "t.csv", "sheet": 1}, "A source with 'file' has 'sheet' too"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(tmp_path: Path, entry: Mapping[str, Any], said: str):
    written(tmp_path, "a\n1\n")
    written(tmp_path, "a\n1\n", "t.xlsx")
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "t.parquet")
    written(tmp_path, "", "empty.csv")
    written(tmp_path, "a\ncaf\xe9\n".encode("latin-1"), "latin.csv")
    written(tmp_path, "a,b\n1,2\n" * 3 + "3,4,5,6\n", "ragged.csv")
    written(tmp_path, "a,b\n1,2\n3\n", "short.csv")
    written(tmp_path, "a,b\n1,2\r\n3,4\n", "ends.csv")
    written(tmp_path, 'a,b\n1,"x\n2,3\n', "quote.csv")
    written(tmp_path, "A,a\n1,2\n", "twice.csv")
    written(tmp_path, ",b\n1,2\n", "unnamed.csv")
    written(tmp_path, "no parquet", "broken.parquet")
    written(tmp_path, "a\n1\n", "part_1.csv")
    written(tmp_path, "b\n1\n", "part_2.csv")
    with duckdb.connect(tmp_path / "x.duckdb") as connection:
        connection.execute("create table t as select 1 as a")
    with pytest.raises(SourceError, match=said):
        read(source_from_dict(entry, tmp_path))


def test_an_entry_that_is_no_mapping_is_refused(tmp_path: Path):
    with pytest.raises(SourceError, match="Allowed: the name of an asset, or keys and values"):
        source_from_dict(["t.csv"], tmp_path)  # pyrefly: ignore[bad-argument-type]  # as YAML may have it
