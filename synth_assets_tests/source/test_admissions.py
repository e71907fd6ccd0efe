"""The mock admissions: shapes of the tutorial, no spikes, patients who keep what is theirs, and repeatable columns."""

import re
import time
from datetime import date, datetime
from pathlib import Path

import nhs_number
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from synth_assets.errors import SourceError
from synth_assets.schema import Categories, Interval
from synth_assets.source import admissions
from synth_assets.source.admissions import mock_admissions, mock_ae_schema
from synth_assets.source.mock_postcodes import mock_postcodes
from synth_assets.source.postcodes import read_postcodes
from synth_assets.source.references import References

LISTS = References(("A", "B", "C"), ("x", "y"), ("Not Known", "Male", "Female"), (0.1, 0.4, 0.5))
PERSONAL = ["Age", "Gender", "Postcode"]
TIME = "Time in A&E (mins)"


def generator(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


POSTCODES = mock_postcodes(generator(), rows=500)


def mock(seed: int = 1, lists: References = LISTS, **options: int) -> pl.DataFrame:
    return mock_admissions(POSTCODES, lists, generator(seed), **options)


@pytest.fixture(scope="module")
def large(references: References) -> pl.DataFrame:
    return mock(lists=references, rows=300_000)


def test_the_columns_are_the_tutorials_in_order(references: References):
    table = mock(lists=references)
    assert table.height == 10_000
    assert table.schema == pl.Schema(
        {
            "Health Service ID": pl.String,
            "Age": pl.Int64,
            "Time in A&E (mins)": pl.Int64,
            "Hospital": pl.String,
            "Arrival Time": pl.Datetime("us"),
            "Treatment": pl.String,
            "Gender": pl.String,
            "Postcode": pl.String,
        }
    )
    assert table.null_count().row(0) == (0,) * 8


def test_a_million_rows_from_the_real_directory_take_seconds(real_postcode_file: Path, references: References):
    postcodes = read_postcodes(real_postcode_file)
    started = time.monotonic()
    table = mock_admissions(postcodes, references, generator(), rows=1_000_000)
    assert time.monotonic() - started < 10
    assert table.height == 1_000_000
    in_use = postcodes.filter("In Use?")["Postcode"]
    assert table["Postcode"].is_in(in_use.implode()).all()
    assert table["Postcode"].n_unique() > 0.99 * len(in_use)


def test_age_and_time_follow_the_truncated_bivariate_normal(large: pl.DataFrame):
    """Against a plain rejection sample of the pair: means, spreads and correlation within four standard errors."""
    covariance = [[400.0, 380.0], [380.0, 400.0]]
    pairs = generator(9).multivariate_normal([41, 60], covariance, size=1_000_000)
    inside = ((pairs > -0.5) & (pairs < [110.5, 180.5])).all(axis=1)
    age, minutes = np.rint(pairs[inside]).T
    error = 4 * 19 / np.sqrt(large.height)
    assert large["Age"].mean() == pytest.approx(age.mean(), abs=error)
    assert large[TIME].mean() == pytest.approx(minutes.mean(), abs=error)
    assert large["Age"].std() == pytest.approx(age.std(), abs=error)
    assert large[TIME].std() == pytest.approx(minutes.std(), abs=error)
    correlation = large.select(pl.corr("Age", TIME)).item()
    assert correlation == pytest.approx(np.corrcoef(age, minutes)[0, 1], abs=0.002)
    assert 0.94 < correlation < 0.95


@pytest.mark.parametrize("column", ["Age", TIME])
def test_no_value_is_a_spike_beside_its_neighbours(large: pl.DataFrame, column: str):
    counts = np.bincount(large[column], minlength=182).astype(float)
    neighbours = (counts[:-2] + counts[2:]) / 2
    assert (counts[1:-1] < neighbours + 6 * np.sqrt(neighbours + 1)).all()
    assert counts[0] < counts[1:4].mean() + 4 * np.sqrt(counts[1:4].mean())
    assert (large[column] >= 0).all()


def test_age_zero_is_as_wide_as_any_other_age(large: pl.DataFrame):
    """The density falls by 10 % a year there; half a bin at the edge would halve the count."""
    counts = large["Age"].value_counts().sort("Age")["count"]
    assert counts[0] / counts[1] == pytest.approx(0.90, abs=0.12)


def test_narrow_bounds_cut_the_distribution_without_piling_up_at_them(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(admissions, "AGES", (30, 50))
    monkeypatch.setattr(admissions, "MINUTES", (50, 70))
    table = mock(rows=100_000, patients=5_000)
    for column, (low, high) in (("Age", (30, 50)), (TIME, (50, 70))):
        counts = np.bincount(table[column])[low:]
        assert len(counts) == high - low + 1
        assert counts[0] < 1.2 * counts[1]
        assert counts[-1] < 1.2 * counts[-2]


def test_hospitals_and_treatments_are_uneven_and_all_there(large: pl.DataFrame, references: References):
    for column, values in (("Hospital", references.hospitals), ("Treatment", references.treatments)):
        shares = large[column].value_counts()["count"].to_numpy() / large.height
        assert set(large[column].unique()) == set(values)
        assert shares.max() / shares.min() > 3
        assert shares.max() < 0.2


def test_days_have_their_weights_and_hours_a_peak_of_their_own(large: pl.DataFrame):
    days = large["Arrival Time"].dt.date()
    assert days.min() == date(2019, 4, 1)
    assert days.max() == date(2019, 4, 7)
    shares = days.value_counts().sort("Arrival Time")["count"] / large.height
    weights = np.array([0.5, 0.6, 0.7, 0.8, 0.9, 1, 1])
    assert shares.to_numpy() == pytest.approx(weights / weights.sum(), abs=4 / np.sqrt(large.height))
    peaks = large.group_by(days.alias("day")).agg(pl.col("Arrival Time").dt.hour().mode().first()).sort("day")
    assert peaks["Arrival Time"].n_unique() >= 4


def test_the_time_of_day_is_triangular():
    """Mean of a triangle on 0 to 24 hours is (24 + peak) / 3, so it lies between 8 and 16 hours; ends are empty."""
    table = mock(rows=200_000).select(
        pl.col("Arrival Time").dt.day().alias("day"),
        ((pl.col("Arrival Time") - pl.col("Arrival Time").dt.truncate("1d")).dt.total_seconds() / 3600).alias("hour"),
    )
    means = table.group_by("day").agg(pl.col("hour").mean(), pl.col("hour").var().alias("variance"))
    assert means["hour"].is_between(8, 16).all()
    peaks = 3 * means["hour"] - 24
    expected = (24**2 + peaks**2 - 24 * peaks) / 18
    assert means["variance"].to_numpy() == pytest.approx(expected.to_numpy(), rel=0.03)


def test_genders_have_their_shares(large: pl.DataFrame, references: References):
    shares = large["Gender"].value_counts()
    found = {gender: count / large.height for gender, count in shares.iter_rows()}
    expected = dict(zip(references.genders, references.gender_shares, strict=True))
    assert found == pytest.approx(expected, abs=4 * 0.5 / np.sqrt(large.height))


def test_postcodes_are_in_use_and_equally_likely(large: pl.DataFrame):
    in_use = POSTCODES.filter("In Use?")["Postcode"]
    counts = large["Postcode"].value_counts()
    assert set(counts["Postcode"]) == set(in_use)
    expected = large.height / len(in_use)
    assert counts["count"].min() > expected - 5 * np.sqrt(expected)
    assert counts["count"].max() < expected + 5 * np.sqrt(expected)


def test_only_age_and_time_and_day_and_hour_are_related(large: pl.DataFrame):
    codes = large.select(
        "Age",
        TIME,
        *(pl.col(name).rank("dense").alias(name) for name in ("Hospital", "Treatment", "Gender", "Postcode")),
        pl.col("Arrival Time").dt.day().alias("day"),
        pl.col("Arrival Time").dt.hour().alias("hour"),
    )
    correlation = np.abs(np.corrcoef(codes.to_numpy().T)) - np.eye(codes.width)
    correlation[0, 1] = correlation[1, 0] = correlation[6, 7] = correlation[7, 6] = 0
    assert correlation.max() < 5 / np.sqrt(large.height)


def test_by_default_every_row_is_another_patient_with_a_valid_number():
    numbers = mock(rows=3_000)["Health Service ID"]
    assert numbers.n_unique() == 3_000
    assert all(nhs_number.is_valid(number, for_region=nhs_number.REGION_SYNTHETIC) for number in numbers)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 400), st.data())
def test_patients_all_come_and_keep_what_is_theirs(rows: int, data: st.DataObject):
    patients = data.draw(st.integers(1, rows))
    table = mock(data.draw(st.integers(0, 2**32)), rows=rows, patients=patients)
    people = table.group_by("Health Service ID").agg(pl.col(PERSONAL).n_unique())
    assert people.height == patients
    assert people.select(pl.max_horizontal(pl.col(PERSONAL).max())).item() == 1
    assert table.height == rows


def test_the_time_of_a_patient_who_comes_back_varies_around_what_the_age_says():
    table = mock(rows=200_000, patients=2_000)
    assert table.select(pl.corr("Age", TIME)).item() == pytest.approx(0.945, abs=0.01)
    spread = table.group_by("Health Service ID").agg(pl.col(TIME).std())[TIME].mean()
    assert spread == pytest.approx(20 * np.sqrt(1 - 0.95**2), rel=0.05)


def test_beyond_the_test_range_patients_come_back():
    table = mock(rows=920_000)
    people = table.group_by("Health Service ID").agg(pl.col(PERSONAL).n_unique())
    assert people.height == 909_091
    assert people.select(pl.max_horizontal(pl.col(PERSONAL).max())).item() == 1


def test_the_same_seed_gives_the_same_table_and_another_seed_another():
    assert_frame_equal(mock(7), mock(7))
    assert all((mock(7)[name] != mock(8)[name]).any() for name in mock(7).columns)


def test_each_column_has_a_stream_of_its_own():
    """Other lists and other postcodes change their own column and no other."""
    other = References(("D", "E"), *(LISTS.treatments, LISTS.genders, LISTS.gender_shares))
    assert_frame_equal(mock().drop("Hospital"), mock(lists=other).drop("Hospital"))
    homes = mock_admissions(mock_postcodes(generator(5), rows=50), LISTS, generator())
    assert_frame_equal(mock().drop("Postcode"), homes.drop("Postcode"))


def test_a_stream_added_at_the_end_changes_no_column(monkeypatch: pytest.MonkeyPatch):
    before = mock()
    monkeypatch.setattr(admissions, "_STREAMS", (*admissions._STREAMS, "triage"))
    assert_frame_equal(before, mock())


@pytest.mark.parametrize("rows", [0, -1, 100_000_001, 10**10])
def test_rows_out_of_range_are_refused(rows: int):
    with pytest.raises(SourceError, match=re.escape(f"of {rows:,} rows was asked for. Allowed: 1 to 100,000,000")):
        mock(rows=rows)


@pytest.mark.parametrize(
    ("rows", "patients", "most"), [(10, 0, 10), (10, -1, 10), (10, 11, 10), (10**6, 909_092, 909_091)]
)
def test_patients_out_of_range_are_refused(rows: int, patients: int, most: int):
    text = f"{patients:,} patients were asked for. Allowed: 1 to {most:,}, as there are {rows:,} rows"
    with pytest.raises(SourceError, match=re.escape(text)):
        mock(rows=rows, patients=patients)


@pytest.mark.parametrize("postcodes", [POSTCODES.filter(~pl.col("In Use?")), POSTCODES.clear()])
def test_without_a_postcode_in_use_there_is_no_table(postcodes: pl.DataFrame):
    with pytest.raises(SourceError, match=r"None of the \d+ postcodes is in use"):
        mock_admissions(postcodes, LISTS, generator())


def test_one_row_is_a_table():
    assert mock(rows=1).height == 1


def test_the_schema_holds_every_value_and_says_where_it_comes_from(large: pl.DataFrame, references: References):
    schema = mock_ae_schema(references)
    assert schema.names == large.columns
    assert schema.dtypes == dict(large.schema)
    assert all(column.description for column in schema)
    assert schema.with_role("direct_identifier") == ["Health Service ID"]
    assert schema.with_role("sensitive") == ["Treatment"]
    for column in schema:
        match column.domain:
            case Categories(values=values):
                assert set(large[column.name].unique()) <= set(values)
            case Interval(minimum=low, maximum=high):
                assert large[column.name].is_between(low, high).all()
            case _:
                assert column.type == "text"
    first, last = datetime.fromisoformat("2019-04-01"), datetime.fromisoformat("2019-04-07T23:59:59")
    assert schema["Arrival Time"].domain == Interval(first, last, 42)
