"""Hierarchies from plain data: what values become, that levels are nested, and what is refused."""

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.errors import ProtectionError
from synth_assets.protect import Hierarchy, hierarchies_from_dict
from synth_assets.protect.ladder import ladder

DECLARED = """
age: {intervals: [5, 10, 20], any: true}
decile: {intervals: [2], start: 1}
postcode: {prefixes: [4, 2], any: true}
arrival: {dates: [month, year]}
bracket:
  tree:
    - {under 25: [0-17, 18-24], 25 and over: [25-44, 45+]}
    - {under 25: all ages, 25 and over: all ages}
hospital: any
gender: {}
"""


def labels(column: str, value: object) -> list[str | None]:
    hierarchy = hierarchies_from_dict(yaml.safe_load(DECLARED))[column]
    return [level[0] for level in hierarchy.labels([value], column)]


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("age", 24, ["20-24", "20-29", "20-39", "*"]),
        ("age", -3, ["-5 to -1", "-10 to -1", "-20 to -1", "*"]),
        ("age", 24.5, ["20 to <25", "20 to <30", "20 to <40", "*"]),
        ("age", Decimal("24.5"), ["20 to <25", "20 to <30", "20 to <40", "*"]),
        ("age", None, [None, None, None, "*"]),
        ("decile", 2, ["1-2"]),
        ("postcode", "SW1A 1AA", ["SW1A*", "SW*", "*"]),
        ("postcode", "N1", ["N1", "N1", "*"]),
        ("arrival", dt.date(2019, 4, 7), ["2019-04", "2019"]),
        ("arrival", dt.datetime(2019, 4, 7, 23, 59), ["2019-04", "2019"]),  # noqa: DTZ001 - a table's own
        ("bracket", "18-24", ["under 25", "all ages"]),
        ("hospital", "003695", ["*"]),
        ("gender", "x", []),
    ],
)
def test_what_a_value_becomes(column: str, value: object, expected: list[str | None]):
    assert labels(column, value) == expected


def test_a_width_that_no_float_holds_exactly():
    """0.3 is below 3 * 0.1 in floating point, and 0.6 / 0.3 and 0.6 / 0.1 round to different sides."""
    hierarchy = Hierarchy.from_dict({"intervals": [0.1, 0.3]}, "x")
    assert hierarchy.labels([0.3, 0.6], "x") == [["0.3 to <0.4", "0.6 to <0.7"], ["0.3 to <0.6", "0.6 to <0.9"]]


def test_a_tree_s_keys_are_compared_as_text():
    hierarchy = Hierarchy.from_dict({"tree": [{"low": [1, 2], "high": [3]}]}, "decile")
    assert hierarchy.labels([1, 2, 3, None], "decile") == [["low", "low", "high", None]]


@given(
    st.lists(st.integers(-200, 200) | st.none(), min_size=1, max_size=30),
    st.sampled_from([[5, 10, 20], [1, 7], [3]]),
    st.integers(-5, 5),
)
def test_intervals_are_nested_and_hold_their_values(values: list[int | None], widths: list[int], start: int):
    made, places = ladder(
        pl.Series("x", values, dtype=pl.Int64),
        Hierarchy.from_dict({"intervals": widths, "start": start, "any": True}, "x"),
    )
    assert made.values[places].to_list() == values
    for fine, coarse in zip(made.levels, made.levels[1:], strict=False):
        assert len(set(zip(fine, coarse, strict=True))) == len(set(fine))
    for width, shown in zip(widths, made.labels, strict=False):
        for value, label in zip(made.values, shown, strict=True):
            if value is not None:
                low, high = map(int, label.split(" to ") if " to " in label else label.split("-"))
                assert low <= value <= high
                assert high - low == width - 1
            else:
                assert label is None


@pytest.mark.parametrize(
    ("declared", "match"),
    [
        ("anything", "it is 'anything'. Allowed: 'any', or a mapping"),
        ({"interval": [5]}, "it has interval"),
        ({"intervals": [5], "prefixes": [1]}, "it has intervals, prefixes"),
        ({"start": 1}, "it has start"),
        ({"any": "yes"}, "it has any"),
        ({"intervals": []}, "intervals is empty"),
        ({"intervals": [0]}, "widths above 0"),
        ({"intervals": ["5"]}, "widths above 0"),
        ({"intervals": [5], "start": float("inf")}, "a finite start"),
        ({"intervals": [5, 7]}, "each a multiple of the one before"),
        ({"intervals": [10, 5]}, "widths that ascend"),
        ({"prefixes": [2, 4]}, "descending"),
        ({"prefixes": [0]}, "at least 1"),
        ({"dates": ["week", "month"]}, "a week can be in two months"),
        ({"dates": ["day"]}, "week alone"),
        ({"tree": [{}]}, "a level of its tree is no mapping"),
        ({"tree": ["x"]}, "a level of its tree is no mapping"),
        ({"tree": [{"a": ["x"], "b": ["x"]}]}, "'x' is in two groups"),
    ],
)
def test_what_is_no_hierarchy_is_refused(declared: Any, match: str):  # noqa: ANN401 - what YAML may hold
    with pytest.raises(ProtectionError, match=match) as refused:
        hierarchies_from_dict({"age": declared})
    assert "column 'age'" in str(refused.value)


@pytest.mark.parametrize(
    ("values", "declared", "match"),
    [
        (["secret", "a", "b"], {"tree": [{"a": "x"}]}, r"does not cover 2 of its values at level 1 \(branch\)"),
        (["secret"], {"intervals": [5]}, r"does not cover 1 of its values at level 1 \(interval\)"),
        ([1.0, float("inf")], {"intervals": [5]}, "does not cover 1 of its values"),
        ([1, 2], {"prefixes": [1]}, "does not cover 2 of its values"),
        (["secret"], {"dates": ["year"]}, "does not cover 1 of its values"),
        (["a"], {"tree": [{"a": "x"}, {"y": "z"}]}, r"at level 2 \(branch\)"),
    ],
)
def test_a_value_that_is_not_covered_is_refused_and_not_told(values: list[Any], declared: Any, match: str):  # noqa: ANN401 - as above
    with pytest.raises(ProtectionError, match=match) as refused:
        ladder(pl.Series("age", values), Hierarchy.from_dict(declared, "age"))
    assert "secret" not in str(refused.value)


def test_levels_that_are_not_nested_are_refused():
    from synth_assets.protect.levels import Branch, Prefix  # noqa: PLC0415 - only here made by hand

    odd = Hierarchy((Prefix(1), Branch({"a*": "x"}), Prefix(2)))
    with pytest.raises(ProtectionError, match="values alike at level 2 differ at level 3"):
        ladder(pl.Series("x", ["abc", "acd"]), odd)


def test_a_column_of_lists_has_no_order():
    with pytest.raises(ProtectionError, match="Column 'x' holds List"):
        ladder(pl.Series("x", [[1]]), Hierarchy())


def test_every_type_of_column_can_be_coded():
    frame = pl.DataFrame(
        {
            "boolean": [True, None, False],
            "category": pl.Series(["b", None, "a"], dtype=pl.Categorical),
            "enum": pl.Series(["b", None, "a"], dtype=pl.Enum(["b", "a"])),
            "decimal": pl.Series([Decimal("1.5"), None, Decimal("0.5")]),
            "float": [1.5, float("nan"), 0.5],
            "time": [dt.time(2), None, dt.time(1)],
            "date": [dt.date(2020, 1, 2), None, dt.date(2020, 1, 1)],
        }
    )
    for column in frame.get_columns():
        assert ladder(column, Hierarchy())[1].tolist() == [2, 0, 1]
    nothing, places = ladder(pl.Series("null", [None, None]), Hierarchy())
    assert (places.tolist(), nothing.rows.tolist()) == ([0, 0], [2])
