"""Steps that keep less of a value, or put another in its place: what comes out, what stays missing, what is refused."""

import datetime as dt
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from synth_assets.errors import ProtectionError
from synth_assets.protect import Tools
from synth_assets.protect.catalogue import step_from_dict
from synth_assets.protect.columns import kind_of
from synth_assets.protect.steps import Step

TOOLS = Tools(b"k" * 32, {"known": pl.DataFrame({"name": ["x", "y"]})})
DAY, MOMENT = dt.date(2024, 5, 16), dt.datetime.fromisoformat("2024-05-16 23:59:59")


def step(kind: str, **settings: Any) -> Step:  # noqa: ANN401 - whatever YAML may hold
    return step_from_dict({"step": kind, "column": "a", "reason": "for a test", **settings})


def made(one: Step, values: Any, dtype: Any = None) -> pl.Series:  # noqa: ANN401 - values of every kind
    table = pl.DataFrame({"a": pl.Series(values, dtype=dtype), "b": 1})
    after = one.apply(table, TOOLS)
    assert list(one.after({"a": kind_of(table["a"].dtype), "b": "integer"})) == after.columns
    return after[next(name for name in after.columns if name != "b")]


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("day", dt.date(2024, 5, 16)),
        ("week", dt.date(2024, 5, 13)),
        ("month", dt.date(2024, 5, 1)),
        ("quarter", dt.date(2024, 4, 1)),
        ("year", dt.date(2024, 1, 1)),
    ],
)
@pytest.mark.parametrize("value", [DAY, MOMENT])
def test_dates_and_moments_are_truncated(to: str, expected: dt.date, value: dt.date):
    found = made(step("truncate", to=to), [value, None])
    assert found.to_list() == [expected, None]
    assert found.dtype == pl.Date


@pytest.mark.parametrize(
    ("to", "values", "expected"),
    [
        (10, [4, 5, 14, 15, -5, -4, None], [0, 10, 10, 20, -10, 0, None]),
        (3, [1, 2, 7], [0, 3, 6]),
        (0.5, [0.2, 0.25, -0.25, None], [0.0, 0.5, -0.5, None]),
        (0.1, [0.1 + 0.2, float("nan")], [0.3, None]),
        (1000, [499.9, 500.0], [0.0, 1000.0]),
    ],
)
def test_numbers_are_rounded_halves_away_from_zero(to: float, values: list[Any], expected: list[Any]):
    found = made(step("round", to=to), values)
    assert found.to_list() == expected
    assert kind_of(found.dtype) == kind_of(pl.Series(values).dtype)


def test_bounds_take_the_place_of_what_is_beyond_them():
    assert made(step("top_code", at=90), [89, 90, 91, None]).to_list() == [89, 90, 90, None]
    assert made(step("bottom_code", at=18), [17.0, 18.5, None]).to_list() == [18.0, 18.5, None]
    for bound in (DAY, "2024-05-16"):
        assert made(step("top_code", at=bound), [DAY, dt.date(2030, 1, 1)]).to_list() == [DAY, DAY]


@pytest.mark.parametrize(
    ("others", "expected"), [("missing", ["one", None, None]), ("keep", ["one", "2", None]), ("remove", ["one", None])]
)
def test_codes_become_labels(others: str, expected: list[str | None]):
    found = made(step("map_categories", mapping={1: "one"}, others=others), [1, 2, None])
    assert found.to_list() == expected


def test_booleans_and_text_become_labels_under_a_new_name():
    assert made(step("map_categories", mapping={True: "yes", False: "no"}), [True, False, None]).to_list() == [
        "yes",
        "no",
        None,
    ]
    renamed = step("map_categories", mapping={"x": "y"}, into="label").apply(pl.DataFrame({"a": ["x"]}), TOOLS)
    assert_frame_equal(renamed, pl.DataFrame({"label": ["y"]}))


def test_values_without_a_label_are_counted_and_not_told():
    with pytest.raises(ProtectionError, match=r"2 row\(s\) have a 'a' that is not in the mapping") as told:
        made(step("map_categories", mapping={"x": "y"}), ["x", "Strahovski", "Strahovski", None])
    assert "Strahovski" not in str(told.value)


def test_a_keyed_hash_is_the_same_for_the_same_value_and_unlinkable_elsewhere():
    values = ["p1", "p2", "p1", None]
    one = made(step("keyed_hash"), values)
    assert one[0] == one[2] != one[1]
    assert one[3] is None
    assert one.str.len_chars().drop_nulls().unique().to_list() == [16]
    assert made(step("keyed_hash", length=64), values)[0][:16] == one[0]
    assert made(step("keyed_hash", into="other"), values)[0] != one[0]
    other_key = step("keyed_hash").apply(pl.DataFrame({"a": values}), Tools(b"o" * 32, {}))
    assert other_key["a"][0] != one[0]
    assert made(step("keyed_hash"), [17, None]).to_list()[0] == made(step("keyed_hash"), ["17", "x"])[0]


def test_rows_are_kept_by_numbers_and_booleans_too():
    assert made(step("keep_only", values=[1, 3]), [1, 2, 3, None]).to_list() == [1, 3]
    assert made(step("keep_only", values=[True]), [True, False, None]).to_list() == [True]


def test_large_whole_numbers_are_rounded_exactly_and_not_beyond_64_bits():
    assert made(step("round", to=10), [2**60 + 7]).to_list() == [2**60 + 4]
    assert made(step("round", to=100), [250], pl.UInt8).to_list() == [300]
    assert made(step("top_code", at=5), [2**64 - 1, 2], pl.UInt64).to_list() == [5, 2]
    with pytest.raises(ProtectionError, match="Column 'a' would hold whole numbers of more than 64 bits"):
        made(step("round", to=1000), [2**63 - 1])


def test_floats_too_large_to_round_stay():
    assert made(step("round", to=0.1), [1e300, float("inf"), -1e17]).to_list() == [1e300, float("inf"), -1e17]


def test_bounds_may_be_out_of_the_range_of_a_columns_type():
    assert made(step("top_code", at=1000), [5, 100], pl.Int8).to_list() == [5, 100]
    assert made(step("bottom_code", at=-5), [5, 100], pl.UInt8).to_list() == [5, 100]
    assert made(step("top_code", at=90.0), [5, 100], pl.Int8).to_list() == [5, 90]
    assert made(step("top_code", at=5), [float("nan"), float("inf")]).to_list() == [None, 5.0]


def test_a_date_may_be_written_as_text_for_so_dagster_reads_it():
    found = made(step("bottom_code", at="2024-05-16", into="born"), [dt.date(1920, 1, 1), None, dt.date(2030, 1, 1)])
    assert found.to_list() == [DAY, None, dt.date(2030, 1, 1)]
    assert found.name == "born"


@pytest.mark.parametrize(("values", "bound"), [([1], "2024-05-16"), ([DAY], 5), ([0.5], DAY)])
def test_a_bound_of_another_kind_is_refused(values: list[Any], bound: Any):  # noqa: ANN401 - of every kind
    with pytest.raises(ProtectionError, match=r"Column 'a' holds .*, and the bound is .* Allowed: a "):
        made(step("top_code", at=bound), values)


@pytest.mark.parametrize(
    ("values", "mapping", "said"),
    [
        (
            ["Yes"],
            {True: "y"},
            "holds text, and never True, which the step names. .*put quotes",
        ),
        ([True], {"yes": "y"}, "holds boolean, and never 'yes'"),
        ([1], {"one": "y"}, "holds integer, and never 'one'"),
        ([1], {1.5: "y"}, "holds integer, and never 1.5"),
        ([1], {1: "x", "01": "y"}, "names 1 twice"),
    ],
)
def test_a_mapping_of_values_that_cannot_occur_is_refused(values: list[Any], mapping: dict[Any, str], said: str):
    with pytest.raises(ProtectionError, match=said):
        made(step("map_categories", mapping=mapping, others="missing"), values)


def test_codes_of_digits_may_be_written_as_numbers():
    assert made(step("map_categories", mapping={1: "one", "02": "two"}), ["1", "02"]).to_list() == ["one", "two"]
    assert made(step("map_categories", mapping={"1": "one", "02": "two"}), [1, 2]).to_list() == ["one", "two"]


def test_true_among_the_values_to_keep_of_a_text_is_refused():
    with pytest.raises(ProtectionError, match=r"never True, .*quotes around yes and no"):
        made(step("keep_only", values=[True]), ["true"])


def test_a_column_without_any_value_fits_every_step():
    for one in STEPS[:-1]:
        assert made(one, [None, None]).to_list() == [None, None]
    assert made(STEPS[-1], [None, None]).to_list() == []


STEPS = [
    step("truncate", to="month"),
    step("round", to=5),
    step("top_code", at=3),
    step("bottom_code", at=3),
    step("map_categories", mapping={"x": "y"}, others="remove"),
    step("keyed_hash"),
    step("keep_only", values=["x"]),
]
FITTING = [[DAY, None], [3, None], [4, None], [1, None], ["x", "z"], ["x", None], ["x", "z"]]


@pytest.mark.parametrize(("one", "values"), list(zip(STEPS, FITTING, strict=True)))
def test_a_batch_comes_out_as_a_part_of_the_whole(one: Step, values: list[Any]):
    table = pl.DataFrame({"a": values * 5})
    whole = one.apply(table, TOOLS)
    assert_frame_equal(pl.concat([one.apply(part, TOOLS) for part in table.iter_slices(3)]), whole)
    assert one.apply(table.clear(), TOOLS).schema == whole.schema


@pytest.mark.parametrize(
    ("one", "wrong"),
    [*zip(STEPS[:6], ["integer", "text", "text", "boolean", "date", "float"], strict=True), (STEPS[6], "float")],
)
def test_what_does_not_fit_is_refused_before_and_while_it_runs(one: Step, wrong: str):
    values = {"integer": 1, "text": "x", "boolean": True, "date": DAY, "float": 0.5}
    with pytest.raises(ProtectionError, match=rf"Column 'a' holds {wrong}. Allowed:"):
        one.after({"a": wrong})
    with pytest.raises(ProtectionError, match=r"Column 'a' holds .* Allowed:"):
        one.apply(pl.DataFrame({"a": [values[wrong]]}), TOOLS)
    with pytest.raises(ProtectionError, match="The table has no column a"):
        one.after({"b": "text"})


@pytest.mark.parametrize(
    ("kind", "settings", "said"),
    [
        ("truncate", {"to": "decade"}, "to is 'decade'. Allowed: day, week, month, quarter, year"),
        ("round", {"to": 0}, "to is 0. Allowed: a number above 0"),
        ("round", {"to": "10"}, "to is '10'. Allowed"),
        ("round", {"to": True}, "to is True. Allowed"),
        ("top_code", {"at": "90"}, "at is '90'. Allowed: a number, or a date"),
        ("bottom_code", {"at": MOMENT}, "Allowed: a number, or a date"),
        ("map_categories", {"mapping": {1: 2}}, "Allowed: values with texts"),
        (
            "map_categories",
            {"mapping": {"a": "b"}, "others": "drop"},
            "others is 'drop'. Allowed: missing, keep, remove",
        ),
        ("keyed_hash", {"length": 7}, "length is 7. Allowed: whole numbers from 8 to 64"),
        ("keyed_hash", {"length": 16.0}, "length is 16.0. Allowed"),
    ],
)
def test_settings_that_cannot_be_are_refused(kind: str, settings: dict[str, Any], said: str):
    with pytest.raises(ProtectionError, match=said):
        step(kind, **settings)


@pytest.mark.parametrize(("kind", "settings"), [("round", {"to": 2.5}), ("top_code", {"at": 1.5})])
def test_whole_numbers_do_not_become_fractions(kind: str, settings: dict[str, Any]):
    with pytest.raises(ProtectionError, match=r"Column 'a' holds integer.* a whole number"):
        step(kind, **settings).after({"a": "integer"})
    with pytest.raises(ProtectionError, match=r"a whole number"):
        made(step(kind, **settings), [1, 2])
