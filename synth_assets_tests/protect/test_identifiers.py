"""Direct identifiers that are still in a table: found however they are written, and not seen where there are none."""

import datetime as dt
from typing import Any

import polars as pl
import pytest
from nhs_number import generate as nhs_numbers

from synth_assets.protect import direct_identifiers
from synth_assets.protect.identifiers import valid_nhs_numbers
from synth_assets_tests.tables import admissions, every_type, rng


def kinds(value: Any) -> list[str]:  # noqa: ANN401 - of every kind
    return [finding.kind for finding in direct_identifiers(pl.DataFrame({"note": [value, None]}))]


@pytest.mark.parametrize(
    "text",
    [
        "9434765919",
        "943 476 5919",
        "943-476-5919",
        "943.476.5919",
        "943  476  5919",
        "943\u00a0476\u00a05919",
        "943\t476\t5919",
        "943_476_5919",
        "９４３４７６５９１９",  # noqa: RUF001 - full-width digits are the point
        "NHS9434765919",
        "9434765919x",
        "id_9434765919_a",
        "seen (943 476 5919), sent home",
        "tel 0201234567, NHS 9434765919",
        "1234567890 9434765919",
        "943 476 5919 1234567890",
        "12 9434765919",
        "1-943 476 5919",
        "9434765919\nnext line",
    ],
)
def test_an_nhs_number_is_found_however_it_is_written(text: str):
    assert kinds(text) == ["NHS number"]


@pytest.mark.parametrize("value", [9_434_765_919, 9_434_765_919.0, ["9434765919"], {"id": "943 476 5919"}])
def test_an_nhs_number_is_found_in_numbers_lists_and_records(value: object):
    assert kinds(value) == ["NHS number"]


@pytest.mark.parametrize(
    "text",
    [
        "9434765918",
        "94347659190",
        "19434765919",
        "943476591",
        "2019-04-07 12:30",
        "2019-04-07",
        "020 7946 0958",
        "",
        "-",
    ],
)
def test_other_digits_are_no_nhs_number(text: str):
    assert kinds(text) == []


def test_every_number_that_the_library_makes_is_valid_and_with_another_last_digit_none_is():
    made = pl.Series([str(number) for number in nhs_numbers(quantity=300)])
    assert valid_nhs_numbers(made).all()
    other = made.str.slice(0, 9) + ((made.str.slice(9).cast(pl.Int64) + 1) % 10).cast(pl.String)
    assert not valid_nhs_numbers(other).any()


@pytest.mark.parametrize(
    "text",
    [
        "SW1A 1AA",
        "sw1a1aa",
        "M1 1AA",
        "B33 8TH",
        "CR2 6XH",
        "DN55 1PT",
        "EC1A 1BB",
        "W1A 0AX",
        "GIR 0AA",
        "E1   6AN",
        "SW1A\xa01AA",
        "SW1A-1AA",
        "SW1A_1AA",
        "lives at e1 6an.",
        "postcode=EC1A1BB;",
        "(N1 9GU)",
    ],
)
def test_a_postcode_is_found_however_it_is_written(text: str):
    assert kinds(text) == ["postcode"]


@pytest.mark.parametrize("text", ["SW1A", "E1 6", "E1 6CI", "A09", "2 5AA", "00-03", "E01000001", "85+", "C3PO"])
def test_other_codes_are_no_postcodes(text: str):
    assert kinds(text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("write to a.b@example.co.uk", "e-mail address"),
        ("AB 12 34 56 C", "National Insurance number"),
        ("ab123456c", "National Insurance number"),
    ],
)
def test_other_identifiers_are_found(text: str, kind: str):
    assert kinds(text) == [kind]


@pytest.mark.parametrize(
    "name",
    [
        "Health Service ID",
        "HealthServiceID",
        "NHS Number",
        "nhs_number",
        "nhsNumber",
        "NHS no.",
        "patient_id",
        "PatientName",
        "Name",
        "name",
        "Names",
        "first_name",
        "FirstName",
        "Surname",
        "forename",
        "Full Name",
        "maiden-name",
        "next of kin name",
        "Postcode",
        "Post code",
        "post_code",
        "PCD",
        "pcds",
        "Address",
        "Address line 1",
        "email",
        "E-mail",
        "phone",
        "Telephone",
        "Mobile",
        "DOB",
        "date_of_birth",
        "birthDate",
        "Passport",
        "NINO",
        "MRN",
        "Hospital number",
        "latitude",
        "UPRN",
        "IP address",
    ],
)
def test_a_column_named_like_an_identifier_is_found(name: str):
    assert [finding.kind for finding in direct_identifiers(pl.DataFrame({name: [None]}))] == ["name"]


@pytest.mark.parametrize(
    "name",
    [
        "Treatment",
        "Female",
        "filename",
        "Hospital Name",
        "Ward name",
        "Product name",
        "remaining",
        "mobility",
        "LSOA Code",
        "streetlight",
        "Telephoto",
        "zipper",
        "Age",
        "record",
        "Patients",
        "Phase",
    ],
)
def test_other_names_are_none(name: str):
    assert direct_identifiers(pl.DataFrame({name: [None]})) == []


def test_the_columns_of_de_identified_admissions_are_clean():
    table, _ = admissions(5_000)
    assert direct_identifiers(table) == []
    assert direct_identifiers(table.with_columns(pl.col("Hospital ID").cast(pl.Categorical))) == []


def test_other_types_and_empty_tables_hold_none():
    assert direct_identifiers(every_type(200)) == []
    assert direct_identifiers(pl.DataFrame()) == []
    assert direct_identifiers(pl.DataFrame({"a": []}, {"a": pl.String})) == []
    moments = pl.DataFrame({"a": [dt.datetime(2019, 4, 7)], "b": [dt.time(3)], "c": [b"x"], "d": [True]})  # noqa: DTZ001
    assert direct_identifiers(moments) == []


def test_rows_are_counted_and_values_never_told():
    table = pl.DataFrame({"note": ["9434765919"] * 3 + ["see 9434765919"] * 2 + ["E1 6AN"] + [None], "Name": ["x"] * 7})
    found = [str(finding) for finding in direct_identifiers(table)]
    assert found == [
        "column 'note' holds a NHS number in 5 row(s)",
        "column 'note' holds a postcode in 1 row(s)",
        "column 'Name' is named like a direct identifier",
    ]


def test_about_one_in_eleven_numbers_of_ten_digits_passes():
    table = pl.DataFrame({"n": rng().integers(10**9, 10**10, 20_000)})
    assert direct_identifiers(table)[0].rows == pytest.approx(20_000 / 11, rel=0.1)
