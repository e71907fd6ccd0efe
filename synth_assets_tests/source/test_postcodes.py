"""Reading postcode directories: the real one, small exact ones, and everything that can be wrong with one."""

import gzip
import random
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.errors import SourceError
from synth_assets.source.postcodes import POSTCODE_PATTERN, POSTCODE_SCHEMA, read_postcodes

Writer = Callable[..., Path]

HEADER = "Postcode,In Use?,LSOA Code,Index of Multiple Deprivation"
GOOD = f"{HEADER}\nBR1 1AA,Yes,E01000675,24305\nBR1 1AB,No,E01000676,13716\n"


@pytest.fixture
def written(tmp_path: Path) -> Writer:
    def write(text: str | bytes, name: str = "London postcodes.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


def test_the_real_file_loads_in_seconds(real_postcode_file: Path):
    started = time.monotonic()
    table = read_postcodes(real_postcode_file)
    assert time.monotonic() - started < 10
    assert table.schema == pl.Schema(POSTCODE_SCHEMA.dtypes)
    assert table.height == table["Postcode"].n_unique() == 326_610
    assert table["In Use?"].sum() == 180_237
    assert table["LSOA Code"].n_unique() == 4_835
    assert table["District Code"].n_unique() == 33
    assert table["Terminated"].null_count() == 180_237
    assert table.row(0) == (
        "BR1 1AA",
        True,
        "Bromley",
        "E09000006",
        "E01000675",
        "Bromley 018B",
        24305,
        date(2016, 5, 1),
        None,
    )


def test_the_real_file_is_refused_with_an_edition_that_ranks_fewer_areas(real_postcode_file: Path):
    with pytest.raises(SourceError, match=r"values are outside the ranks of IMD 2010 .* Allowed: 1 to 32,482"):
        read_postcodes(real_postcode_file, imd_edition="2010")


@given(st.randoms(use_true_random=False))
def test_columns_are_found_by_name_in_any_order(tmp_path_factory: pytest.TempPathFactory, shuffler: random.Random):
    columns = {
        "Postcode": ["BR1 1AA"],
        "In Use?": ["Yes"],
        "LSOA Code": ["E01000675"],
        "Index of Multiple Deprivation": ["24305"],
        "Introduced": ["2016-05-01"],
        "line": ["7"],
        "Latitude": ["51.4"],
        "Constituency": ['Bromley, "North"\nand South'],
    }
    names = list(columns)
    shuffler.shuffle(names)
    path = tmp_path_factory.mktemp("any") / "p.csv"
    pl.DataFrame(columns).select(names).write_csv(path)
    expected = ("BR1 1AA", True, None, None, "E01000675", None, 24305, date(2016, 5, 1), None)
    assert read_postcodes(path).rows() == [expected]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (GOOD, "a.csv"),
        ("\ufeff" + GOOD, "a.csv"),
        (GOOD.replace("\n", "\r\n"), "a.csv"),
        (GOOD.removesuffix("\n"), "a.csv"),
        (GOOD.replace(HEADER, f"{HEADER}\n\n") + "\n\n", "a.csv"),
        (GOOD.replace("BR1 1AA", " br11aa ").replace("BR1 1AB", "BR1  1AB"), "a.csv"),
        (GOOD.replace(",In Use?", ", In Use? ").replace("Yes", " Yes"), "a.csv"),
        (gzip.compress(GOOD.encode(), mtime=0), "a.csv.gz"),
        (gzip.compress(GOOD.encode(), mtime=0), "a.csv"),
        (GOOD, "[a] *.csv"),
    ],
)
def test_the_same_table_however_it_is_written(written: Writer, text: str | bytes, name: str):
    table = read_postcodes(written(text, name)).select("Postcode", "In Use?", "Index of Multiple Deprivation")
    assert table.rows() == [("BR1 1AA", True, 24305), ("BR1 1AB", False, 13716)]


def test_an_area_or_rank_may_be_missing(written: Writer):
    table = read_postcodes(written(f'{HEADER}\nBR1 1AA,Yes,,\nBR1 1AB,Yes,"",5\n'))
    assert table["LSOA Code"].to_list() == [None, None]
    assert table["Index of Multiple Deprivation"].to_list() == [None, 5]


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (
            "BR1 1AA,Yes,E01000675,1\nbr11aa,No,E01000675,1",
            r"1 value is the postcode of an earlier row \(line 3 'BR1 1AA",
        ),
        ("XX,Yes,E01000675,1", r"Postcode: 1 value is not a postcode \(line 2 'XX'\)\. Allowed: the form AA9A 9AA"),
        ("BR1 1AC,Yes,E01000675,1", r"1 value is not a postcode \(line 2 'BR1 1AC'"),
        (",Yes,E01000675,1", r"1 value is not a postcode \(line 2 \(empty\)\)"),
        ("BR1 1AA,Yes,E01000675,0", r"1 value is outside the ranks of IMD 2019 \(line 2 '0'\)\. Allowed: 1 to 32,844"),
        ("BR1 1AA,Yes,E01000675,-3", r"outside the ranks of IMD 2019 \(line 2 '-3'\)"),
        ("BR1 1AA,Yes,E01000675,32845", r"outside the ranks .*if the file has another edition's ranks, say which"),
        ("BR1 1AA,Yes,E01000675,5.5", r"1 value is not a rank \(line 2 '5\.5'\)\. Allowed: a whole number or nothing"),
        ("BR1 1AA,Yes,E01000675,99999999999999999999", r"1 value is not a rank"),
        ("BR1 1AA,yes,E01000675,1", r"In Use\?: 1 value is neither Yes nor No \(line 2 'yes'\)\. Allowed: Yes or No"),
        ("BR1 1AA,,E01000675,1", r"In Use\?: 1 value is neither Yes nor No \(line 2 \(empty\)\)"),
        ("BR1 1AA,Yes,W01000675,1", r"LSOA Code: 1 value is not an LSOA code of England \(line 2 'W01000675'\)"),
        (
            "BR1 1AA,Yes,E01000675,1\nBR1 1AB,Yes,E01000675,2",
            r"1 LSOA has more than one rank \('E01000675' from line 2 \('1', '2'\)\)\. Allowed: one rank an LSOA",
        ),
        ("", r"There are no rows under the header"),
        ("BR1 1AA,Yes,E01000675,1,5", r"has a line with more fields than the header"),
        ('BR1 1AA,Yes,"E01000675,1', r"cannot be read as CSV"),
        ("\0" * 99, r"line 2 '\\x00\\x00.*\.\.\.'"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(written: Writer, rows: str, text: str):
    with pytest.raises(SourceError, match=text):
        read_postcodes(written(f"{HEADER}\n{rows}\n"))


def test_every_problem_is_listed_at_once_with_counts_and_the_first_lines(written: Writer):
    rows = "".join(f"BAD{i},Yes,E01000675,1\n" for i in range(5)) + "BR1 1AA,Maybe,E01,40000\n"
    with pytest.raises(SourceError) as caught:
        read_postcodes(written(f"{HEADER}\n{rows}"))
    text = str(caught.value)
    assert text.count("\n- ") == 4
    assert text.endswith("\nCorrect the file, or fetch it again.")
    for problem in (
        "Postcode: 5 values are not a postcode (line 2 'BAD0', line 3 'BAD1', line 4 'BAD2', ...). Allowed: the form",
        "In Use?: 1 value is neither Yes nor No (line 7 'Maybe'). Allowed: Yes or No.",
        "LSOA Code: 1 value is not an LSOA code of England (line 7 'E01'). Allowed: E01 and six digits.",
        "Index of Multiple Deprivation: 1 value is outside the ranks of IMD 2019 (line 7 '40000'). Allowed: 1 to",
    ):
        assert f"\n- {problem}" in text


def test_missing_columns_are_named_beside_those_that_are_there(written: Writer):
    with pytest.raises(
        SourceError, match=r"Missing columns: In Use\?, LSOA Code, .* The file has: 'Postcode', 'Lat'\."
    ):
        read_postcodes(written("Postcode,Lat\nBR1 1AA,1\n"))


def test_a_column_that_is_there_twice_is_not_guessed(written: Writer):
    with pytest.raises(SourceError, match=r"Columns that are there more than once: In Use\?\. Allowed: each once"):
        read_postcodes(written(f"{HEADER},In Use?\nBR1 1AA,Yes,E01000675,1,No\n"))


def test_a_date_in_another_form_is_an_error(written: Writer):
    with pytest.raises(SourceError, match=r"Introduced: 1 value is not a date \(line 2 '01/05/2016'\)"):
        read_postcodes(written(f"{HEADER},Introduced\nBR1 1AA,Yes,E01000675,1,01/05/2016\n"))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", r"is empty\. Allowed: a CSV file with a header"),
        (b"\n\n", r"is empty"),
        (
            f"{HEADER}\nBR1 1AA,Yes,E01000675,caf\u00e9\n".encode("latin-1"),
            r"is not in UTF-8\. Save it as CSV in UTF-8",
        ),
        (GOOD.encode("utf-16"), r"UTF-8|Missing columns"),
        (b"<!DOCTYPE html><html>Sorry, gone</html>", r"Missing columns: Postcode"),
        (bytes(range(256)) * 20, r"is not in UTF-8|Missing columns"),
        (gzip.compress(GOOD.encode(), mtime=0)[:-9], r"is cut short"),
        (gzip.compress(GOOD.encode() * 9, mtime=0)[:40], r"is cut short"),
    ],
)
def test_what_is_not_a_csv_file_is_refused(written: Writer, content: bytes, text: str):
    with pytest.raises(SourceError, match=text):
        read_postcodes(written(content, "a.csv.gz"))


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(SourceError, match=r"There is no file .*Put the postcode directory there"):
            read_postcodes(path)


def test_an_unknown_edition_is_an_error(written: Writer):
    with pytest.raises(SourceError, match=r"no IMD edition '1999'\. Allowed: 2004, 2007, 2010, 2015, 2019, 2025"):
        read_postcodes(written(GOOD), imd_edition="1999")


@pytest.mark.parametrize("postcode", ["M1 1AA", "M60 1NW", "CR2 6XH", "DN55 1PT", "W1A 1HQ", "EC1A 1BB"])
def test_the_pattern_takes_the_six_forms_of_uk_postcodes(postcode: str):
    assert pl.Series([postcode]).str.contains(POSTCODE_PATTERN).all()
    assert (
        not pl.Series([postcode.replace(" ", ""), f"{postcode}A", f"1{postcode}"]).str.contains(POSTCODE_PATTERN).any()
    )


def test_every_column_says_where_it_comes_from():
    assert all(column.description for column in POSTCODE_SCHEMA)
