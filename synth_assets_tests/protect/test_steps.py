"""Each step of the catalogue: its bounds, what is missing, what it refuses, and the account of the whole."""

import datetime as dt
from typing import Any

import polars as pl
import pytest

from synth_assets.errors import ProtectionError
from synth_assets.protect import Tools, deidentify
from synth_assets.protect.catalogue import CATALOGUE, step_from_dict
from synth_assets.protect.coarsen import BandHours, BandNumbers, TruncateToDate
from synth_assets.protect.recode import KeepOnly
from synth_assets.protect.steps import Drop, LookUp, Pseudonymise, Step

WHY = "for a test"
POSTCODES = pl.DataFrame({"Postcode": ["E1 6AN", "E1 6AQ", "N1 9GU", None], "LSOA": ["L1", "L1", "L2", "L9"]})
HOSPITALS = pl.DataFrame({"Hospital": ["Barts", "Guy's", "St Mary's"]})
TOOLS = Tools(b"k" * 32, {"postcodes": POSTCODES, "hospitals": HOSPITALS})
AGES = BandNumbers("Age", "Age bracket", (0, 18, 25, 45, 65, 85), WHY)
LSOA = LookUp("Postcode", "postcodes", "Postcode", "LSOA", "LSOA", WHY)
HOSPITAL = Pseudonymise("Hospital", "Hospital ID", ("hospitals", "Hospital"), WHY)


def after(step: Step, **columns: Any) -> pl.DataFrame:  # noqa: ANN401 - values of every kind
    return step.apply(pl.DataFrame(columns), TOOLS)


# Bands.


@pytest.mark.parametrize(
    ("hour", "band"),
    [
        (0, "00-03"),
        (3, "00-03"),
        (4, "04-07"),
        (7, "04-07"),
        (8, "08-11"),
        (11, "08-11"),
        (12, "12-15"),
        (15, "12-15"),
        (16, "16-19"),
        (19, "16-19"),
        (20, "20-23"),
        (23, "20-23"),
    ],
)
def test_bands_of_hours_hold_both_named_hours(hour: int, band: str):
    last = dt.datetime(2019, 4, 7, hour, 59, 59, 999_999)  # noqa: DTZ001 - as in the source
    made = after(BandHours("at", "range", WHY), at=[last.replace(minute=0, second=0, microsecond=0), last, None])
    assert made["range"].to_list() == [band, band, None]


def test_the_bands_of_a_day():
    assert BandHours("at", "range", WHY).labels() == ["00-03", "04-07", "08-11", "12-15", "16-19", "20-23"]
    assert BandHours("at", "range", WHY, hours=12).labels() == ["00-11", "12-23"]


def test_hours_of_a_zone_are_its_local_hours():
    at = pl.Series([dt.datetime(2019, 7, 1, 3, 30)]).dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/London")  # noqa: DTZ001
    assert after(BandHours("at", "range", WHY), at=at)["range"].item() == "04-07"
    assert after(TruncateToDate("at", "day", WHY), at=at)["day"].item() == dt.date(2019, 7, 1)


@pytest.mark.parametrize("hours", [0, 5, 25, -4, True, "4", 4.5])
def test_bands_that_do_not_divide_the_day_are_refused(hours: Any):  # noqa: ANN401 - of every kind
    with pytest.raises(ProtectionError, match=r"does not divide the day. Allowed: 1, 2, 3, 4, 6, 8, 12, 24"):
        BandHours("at", "range", WHY, hours=hours)


@pytest.mark.parametrize(
    ("age", "bracket"),
    [
        (0, "0-17"),
        (17, "0-17"),
        (18, "18-24"),
        (24, "18-24"),
        (25, "25-44"),
        (44, "25-44"),
        (45, "45-64"),
        (64, "45-64"),
        (65, "65-84"),
        (84, "65-84"),
        (85, "85+"),
        (120, "85+"),
    ],
)
def test_bands_of_ages_hold_both_named_ages(age: int, bracket: str):
    made = after(AGES, Age=[age, None], Name=["x", "y"])
    assert made.columns == ["Name", "Age bracket"]
    assert made["Age bracket"].to_list() == [bracket, None]


def test_parts_of_a_year_belong_to_the_year_and_not_a_number_is_missing():
    assert after(AGES, Age=[17.99, 18.0, float("nan")])["Age bracket"].to_list() == ["0-17", "18-24", None]


def test_a_single_start_keeps_missing_numbers_missing():
    assert after(BandNumbers("Age", "Age", (0,), WHY), Age=[3, None])["Age"].to_list() == ["0+", None]


def test_a_band_of_one_number_is_called_by_it():
    assert BandNumbers("n", "n", (0, 1, 5), WHY).labels() == ["0", "1-4", "5+"]


def test_a_band_may_take_the_columns_own_name_and_place():
    made = after(BandNumbers("Age", "Age", (0, 18), WHY), Age=[3, 30], Name=["x", "y"])
    assert made.rows() == [("0-17", "x"), ("18+", "y")]


@pytest.mark.parametrize("starts", [(), (18, 0), (0, 0), (0, 1.5), (0, "18"), (True, 2)])
def test_starts_that_are_not_ascending_whole_numbers_are_refused(starts: Any):  # noqa: ANN401 - of every kind
    with pytest.raises(ProtectionError, match="Allowed: whole numbers, ascending, at least one"):
        BandNumbers("Age", "bracket", starts, WHY)


def test_numbers_below_the_first_band_are_counted_and_not_told():
    with pytest.raises(ProtectionError, match=r"2 row\(s\) have a 'Age' below 0") as caught:
        after(AGES, Age=[-77, -1, 30])
    assert "77" not in str(caught.value)


# Look-ups.


def test_a_look_up_keeps_every_row_in_its_order_and_leaves_the_unmatched_missing():
    made = after(LSOA, Postcode=["N1 9GU", "ZZ1 1ZZ", "E1 6AN", None, "E1 6AQ", "N1 9GU"], row=range(6))
    assert made["row"].to_list() == list(range(6))
    assert made["LSOA"].to_list() == ["L2", None, "L1", None, "L1", "L2"]


def test_unmatched_rows_are_removed_where_that_is_declared():
    step = LookUp("Postcode", "postcodes", "Postcode", "LSOA", "LSOA", WHY, unmatched="remove")
    assert after(step, Postcode=["N1 9GU", "ZZ1 1ZZ", None, "E1 6AN"])["LSOA"].to_list() == ["L2", "L1"]


def test_unmatched_rows_are_an_error_where_that_is_declared():
    step = LookUp("Postcode", "postcodes", "Postcode", "LSOA", "LSOA", WHY, unmatched="error")
    with pytest.raises(ProtectionError, match=r"2 row\(s\) have a 'Postcode' that .* does not hold") as caught:
        after(step, Postcode=["N1 9GU", "ZZ1 1ZZ", None])
    assert "ZZ1" not in str(caught.value)


def test_a_reference_table_that_contradicts_itself_is_refused():
    twice = Tools(b"", {"postcodes": pl.concat([POSTCODES, POSTCODES])})
    assert LSOA.apply(pl.DataFrame({"Postcode": ["E1 6AN"]}), twice)["LSOA"].item() == "L1"
    other = Tools(b"", {"postcodes": pl.DataFrame({"Postcode": ["E1 6AN"] * 2, "LSOA": ["L1", "L2"]})})
    with pytest.raises(ProtectionError, match="gives more than one 'LSOA' for one 'Postcode'"):
        LSOA.apply(pl.DataFrame({"Postcode": ["E1 6AN"]}), other)


def test_a_look_up_in_an_empty_table_leaves_all_missing():
    empty = Tools(b"", {"postcodes": POSTCODES.clear()})
    made = LSOA.apply(pl.DataFrame({"Postcode": ["E1 6AN"]}), empty)
    assert made["LSOA"].to_list() == [None]
    assert made["LSOA"].dtype == pl.String


def test_a_look_up_across_types_is_refused():
    with pytest.raises(ProtectionError, match="Column 'Postcode' holds Int64, but 'Postcode' of the reference table"):
        after(LSOA, Postcode=[1])


def test_what_may_become_of_unmatched_rows_is_named():
    with pytest.raises(ProtectionError, match=r"unmatched is 'drop'. Allowed: missing, remove, error"):
        LookUp("Postcode", "postcodes", "Postcode", "LSOA", "LSOA", WHY, unmatched="drop")  # pyrefly: ignore[bad-argument-type]  # what is tested


# Pseudonyms, rows and columns.


def test_a_hospital_has_the_same_number_whichever_others_occur():
    known = HOSPITAL.numbers(TOOLS)
    made = after(HOSPITAL, Hospital=["Guy's", None, "Barts", "Guy's"])
    assert made.columns == ["Hospital ID"]
    assert made["Hospital ID"].to_list() == [known["Guy's"], None, known["Barts"], known["Guy's"]]


def test_a_hospital_that_is_not_known_gets_a_number_and_moves_no_other():
    made = after(HOSPITAL, Hospital=["Barts", "New one"])["Hospital ID"].to_list()
    assert made[0] == HOSPITAL.numbers(TOOLS)["Barts"]
    assert made[1] not in HOSPITAL.numbers(TOOLS).values()


def test_names_in_categories_and_none_at_all_have_numbers_too():
    named = pl.Series(["Barts"]).cast(pl.Categorical)
    assert after(HOSPITAL, Hospital=named)["Hospital ID"].to_list() == [HOSPITAL.numbers(TOOLS)["Barts"]]
    assert after(HOSPITAL, Hospital=pl.Series([None, None], dtype=pl.String))["Hospital ID"].null_count() == 2


def test_only_rows_with_a_named_value_are_kept():
    made = after(KeepOnly("g", ("M", "F"), WHY), g=["M", "X", None, "F", "M"], row=range(5))
    assert made["row"].to_list() == [0, 3, 4]
    categories = pl.Series(["M", "X", None]).cast(pl.Categorical)
    assert after(KeepOnly("g", ("M",), WHY), g=categories)["g"].to_list() == ["M"]


def test_dropped_columns_are_gone():
    assert after(Drop(("a", "c"), WHY), a=[1], b=[2], c=[3]).columns == ["b"]


@pytest.mark.parametrize(
    ("step", "match"),
    [
        (Drop(("z",), WHY), "The table has no column z. It has: a, n"),
        (KeepOnly("z", ("M",), WHY), "no column z"),
        (KeepOnly("n", ("M",), WHY), "Column 'n' holds integer, and never 'M', which the step names"),
        (BandHours("a", "b", WHY), "Column 'a' holds String. Allowed: a datetime"),
        (TruncateToDate("a", "b", WHY), "Column 'a' holds String. Allowed: a datetime"),
        (BandNumbers("a", "b", (0,), WHY), "Column 'a' holds String. Allowed: numbers"),
        (BandNumbers("n", "a", (0,), WHY), "The table has a column 'a' already"),
        (LookUp("a", "postcodes", "Postcode", "LSOA", "n", WHY), "The table has a column 'n' already"),
        (
            LookUp("a", "wards", "Postcode", "LSOA", "b", WHY),
            "no reference table 'wards'. Allowed: postcodes, hospitals",
        ),
        (LookUp("a", "postcodes", "Postcode", "Ward", "b", WHY), "reference table 'postcodes' has no column Ward"),
        (Pseudonymise("n", "b", ("hospitals", "Hospital"), WHY), "Column 'n' holds Int64. Allowed: names, as text"),
        (Pseudonymise("a", "b", ("hospitals", "Ward"), WHY), "has no column Ward"),
    ],
)
def test_a_step_that_cannot_be_taken_says_why(step: Step, match: str):
    with pytest.raises(ProtectionError, match=match):
        after(step, a=["x"], n=[1])


@pytest.mark.parametrize("known", ["hospitals", ("hospitals",), ()])
def test_known_names_a_table_and_a_column(known: Any):  # noqa: ANN401 - of every kind
    with pytest.raises(ProtectionError, match=r"known is .* the name of a reference table and of its column"):
        Pseudonymise("a", "b", known, WHY)


# The catalogue and the account.


def test_every_step_can_be_written_down():
    step = step_from_dict(
        {
            "step": "band_numbers",
            "column": "Age",
            "into": "Age bracket",
            "starts": [0, 18, 25, 45, 65, 85],
            "reason": WHY,
        }
    )
    assert step == AGES
    assert len(CATALOGUE) == 13


@pytest.mark.parametrize(
    ("entry", "match"),
    [
        ({"step": "delete"}, "There is no step 'delete'. Allowed: drop, look_up"),
        ({"step": ["drop"]}, "There is no step"),
        ("drop", "A step is written as keys and values"),
        ({"step": "drop", "columns": ["a"]}, "lacks reason"),
        ({"step": "drop", "columns": [], "reason": WHY}, "lacks columns"),
        ({"step": "drop", "columns": ["a"], "reason": WHY, "row": 1}, r"unknown setting\(s\) row"),
        ({"step": "drop", "columns": "Name", "reason": WHY}, "Step 'drop' has columns: 'Name'. Allowed: a list"),
        ({"step": "truncate", "column": 3, "to": "day", "reason": WHY}, "has column: 3. Allowed: text"),
        ({"step": "band_hours", "column": "a", "into": "b", "hours": 5, "reason": WHY}, "does not divide the day"),
    ],
)
def test_a_step_that_is_written_wrongly_is_refused(entry: Any, match: str):  # noqa: ANN401 - of every kind
    with pytest.raises(ProtectionError, match=match):
        step_from_dict(entry)


def test_the_account_of_rows_and_columns():
    table = pl.DataFrame({"Postcode": ["E1 6AN", "ZZ1 1ZZ", "N1 9GU"], "Age": [3, 30, 90], "Gender": ["M", "F", "X"]})
    steps = [LSOA, Drop(("Postcode",), WHY), KeepOnly("Gender", ("M", "F"), WHY), AGES]
    made = deidentify(table, steps, TOOLS, columns=["Age bracket", "Gender", "LSOA"])
    assert made.table.rows() == [("0-17", "M", "L1"), ("25-44", "F", None)]
    assert [(o.step, o.rows_in, o.rows_out, o.removes_rows, o.removed, o.added) for o in made.outcomes] == [
        ("look up", 3, 3, False, (), ("LSOA",)),
        ("drop", 3, 3, False, ("Postcode",), ()),
        ("keep only", 3, 2, True, (), ()),
        ("band numbers", 2, 2, False, ("Age",), ("Age bracket",)),
    ]
    assert (made.rows_in, made.rows_lost_without_reason) == (3, 0)


@pytest.mark.parametrize(
    ("columns", "match"),
    [
        (["a"], "Not declared: b; declared but not there: -"),
        (["a", "b", "c"], "Not declared: -; declared but not there: c"),
        (["a", "b", "b"], "each once"),
    ],
)
def test_exactly_the_declared_columns_are_left(columns: list[str], match: str):
    with pytest.raises(ProtectionError, match=match):
        deidentify(pl.DataFrame({"a": [1], "b": [2]}), [], TOOLS, columns=columns)


def test_a_step_that_does_not_fit_is_named_before_any_is_taken():
    steps = [LSOA, Drop(("Age",), WHY), AGES]
    table = pl.DataFrame({"Postcode": [1], "Age": [3]})
    with pytest.raises(ProtectionError, match=r"Step 3 \(BandNumbers\) cannot be taken. The table has no column Age"):
        deidentify(table, steps, TOOLS, columns=["Postcode"])


def test_no_steps_and_no_rows():
    made = deidentify(pl.DataFrame({"b": [2], "a": [1]}), [], TOOLS, columns=["a", "b"])
    assert (made.table.rows(), made.rows_in) == ([(1, 2)], 1)
    empty = pl.DataFrame({"Postcode": [], "Age": []}, {"Postcode": pl.String, "Age": pl.Int64})
    assert deidentify(empty, [LSOA, AGES], TOOLS, columns=["Postcode", "LSOA", "Age bracket"]).table.is_empty()
