"""What is guessed of a table that nobody has declared."""

import numpy as np
import polars as pl
import pytest

from synth_assets.errors import ProtectionError, SchemaError
from synth_assets.protect.profile import COUNTED_VALUES, ColumnProfile, profile

ROWS = 2_000
RNG = np.random.default_rng(7)


def column(values: object, name: str = "a", *, batches: int = 700, minimum_count: int = 5) -> ColumnProfile:
    frame = pl.DataFrame({name: values})
    return profile(frame.iter_slices(batches), minimum_count=minimum_count).columns[0]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["x", "y"] * 1_000, "category"),
        ([f"note {row}" for row in range(ROWS)], "text"),
        ([1, 2] * 1_000, "integer"),
        ([0.5, 2.0] * 1_000, "float"),
        ([True, None] * 1_000, "boolean"),
        (pl.Series(["2024-01-01"] * ROWS).str.to_date(), "date"),
        (pl.Series(["2024-01-01 10:00"] * ROWS).str.to_datetime(), "datetime"),
        (pl.Series(["x", "y"] * 1_000, dtype=pl.Categorical), "category"),
        ([None] * ROWS, "text"),
    ],
)
def test_types_are_told_from_values(values: object, kind: str):
    assert column(values).type == kind


def test_batches_make_no_difference():
    frame = pl.DataFrame({"id": range(ROWS), "sex": ["F", "M", None, "F"] * 500, "cost": RNG.exponential(9, ROWS)})
    assert profile([frame], minimum_count=5) == profile(frame.iter_slices(37), minimum_count=5)


@pytest.mark.parametrize(
    ("name", "values", "why"),
    [
        ("NHS number", ["9434765919"] * ROWS, "named like a direct identifier"),
        ("home_postcode", ["a"] * ROWS, "named like a direct identifier"),
        ("x", ["a", "SW1A 1AA"] * 1_000, "values look like: postcode"),
        ("x", ["a", "write to me@example.org"] * 1_000, "values look like: e-mail address"),
        ("x", ["020 7946 0018", "+44 7700 900123", "(01632) 960001", None] * 500, "values look like: telephone number"),
        ("x", range(5_000, 5_000 + ROWS), "no two rows hold the same value"),
        ("x", [f"{row:07d}" for row in range(ROWS)], "no two rows hold the same value"),
        ("patient_no", RNG.integers(0, 900, ROWS), "named like a direct identifier"),
        ("pupil_ref", RNG.integers(0, 900, ROWS), "named like a person's number"),
        ("id", RNG.integers(0, 900, ROWS), "named like a person's number"),
    ],
)
def test_identifiers_are_found_by_name_value_and_uniqueness(name: str, values: object, why: str):
    found = column(values, name)
    assert (found.role, found.why) == ("direct_identifier", why)
    assert found.categories == ()


@pytest.mark.parametrize(
    "values",
    [
        np.unique(RNG.integers(0, 10**9, 30)),  # all differ, as so few of so many would by chance
        RNG.permutation(ROWS) / 7,  # no whole numbers
        [*range(ROWS - 1), 0],  # one is repeated
        [f"text {row}" for row in range(50)] * 40,
        ["0012", "0013", "2024-01-01 10:00", "020 7946 0018"] * 500,
    ],
)
def test_what_may_differ_by_chance_is_no_key(values: object):
    assert column(values).role != "direct_identifier"


def test_the_person_column_is_the_first_identifier_without_gaps():
    frame = pl.DataFrame({"case_no": [None, *range(1, ROWS)], "patient_id": [1, 2] * 1_000, "email": ["x"] * ROWS})
    assert profile([frame], minimum_count=5).person_column == "patient_id"
    assert profile([frame.select("email")], minimum_count=5).person_column is None


@pytest.mark.parametrize(
    ("name", "role"),
    [("age", "quasi_identifier"), ("MaritalStatus", "quasi_identifier"), ("icd10", "sensitive"), ("visits", "other")],
)
def test_roles_are_told_by_name(name: str, role: str):
    frame = pl.DataFrame({name: [1, 2] * 1_000, "sex": ["F", "M"] * 1_000})
    assert profile([frame], minimum_count=5).columns[0].role == role


def test_without_a_telling_name_every_category_is_a_quasi_identifier():
    found = profile([pl.DataFrame({"a": ["x", "y"] * 1_000, "b": [0.1, 0.2] * 1_000})], minimum_count=5)
    assert [one.role for one in found.columns] == ["quasi_identifier", "other"]


def test_only_categories_that_enough_rows_hold_are_kept():
    values = ["b"] * 1_000 + ["a"] * 995 + ["only four"] * 4 + [None]
    found = column(values, minimum_count=5)
    assert (found.categories, found.rare, found.missing) == (("a", "b"), True, 1 / ROWS)
    assert column(values, minimum_count=4).categories == ("a", "b", "only four")


def test_long_columns_are_not_counted_to_the_end():
    found = column([f"w{row}" for row in range(COUNTED_VALUES + 1)] * 2, batches=3_000)
    assert (found.type, found.categories, found.role) == ("text", (), "other")


def test_missing_numbers_are_counted_with_nan():
    assert column([1.0, float("nan"), None, 2.0] * 500).missing == 0.5


def test_a_table_without_rows_is_refused():
    with pytest.raises(ProtectionError, match="The table has no rows"):
        profile([pl.DataFrame({"a": []}, {"a": pl.Int64})], minimum_count=5)


def test_a_type_that_is_not_supported_is_refused():
    with pytest.raises(SchemaError, match="Column 'a' has type List"):
        column([[1], [2]])
