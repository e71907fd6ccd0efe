"""Constraints: said, counted, written and read back, and refused where they cannot be about a schema."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.constraints import (
    Constraint,
    Determined,
    Forbidden,
    Ordered,
    constraint_from_dict,
    violations,
)
from synth_assets.errors import SchemaError
from synth_assets.schema import Categories, Column, Interval, Schema

ROWS = [
    {"sex": "M", "pregnant": True, "start": 1, "middle": None, "end": 3},
    {"sex": "M", "pregnant": False, "start": 3, "middle": None, "end": 1},
    {"sex": "F", "pregnant": True, "start": 2, "middle": 1, "end": 2},
    {"sex": None, "pregnant": True, "start": None, "middle": 5, "end": 4},
    {"sex": "F", "pregnant": None, "start": None, "middle": None, "end": None},
    {"sex": "M", "pregnant": None, "start": 7, "middle": 7, "end": 7},
]
TABLE = pl.DataFrame(ROWS)
NEVER = Forbidden((("sex", ("M",)), ("pregnant", (True,))))
SMALL = st.one_of(st.none(), st.integers(0, 2))
FORM = (
    Column("sex", "category", domain=Categories(("F", "M")), nullable=True),
    Column("pregnant", "boolean", nullable=True),
    Column("start", "integer", domain=Interval(0, 9), nullable=True),
    Column("end", "integer", domain=Interval(0, 9), nullable=True),
    Column("cost", "float", domain=Interval(0.0, 9.0)),
    Column("born", "date", domain=Interval(dt.date(1900, 1, 1), dt.date(2020, 1, 1))),
    Column("at", "datetime", domain=Interval(dt.date(1900, 1, 1), dt.date(2020, 1, 1))),
    Column("zoned", "datetime", time_zone="Europe/London"),
    Column("key", "integer", unique=True),
    Column("note", "text"),
)


def small_tables(names: str) -> st.SearchStrategy[pl.DataFrame]:
    """Small whole numbers and missing values, so that combinations repeat."""
    rows = st.lists(st.tuples(*[SMALL] * len(names)), max_size=12)
    return rows.map(lambda held: pl.DataFrame(held, schema=dict.fromkeys(names, pl.Int64), orient="row"))


# How many rows break a rule.


def test_forbidden_counts_rows_that_hold_every_part():
    assert violations(TABLE, NEVER) == 1
    assert violations(TABLE, Forbidden((("sex", ("M", None)), ("pregnant", (True, None))))) == 3
    assert violations(TABLE, Forbidden((("sex", (None,)), ("end", (1, 4))))) == 1
    assert violations(TABLE, Forbidden((("sex", ("other",)), ("end", (1, 4))))) == 0


def test_ordered_counts_a_row_once_and_looks_past_what_is_missing():
    assert violations(TABLE, Ordered(("start", "middle", "end"))) == 3
    assert violations(TABLE, Ordered(("start", "end"))) == 1
    assert violations(TABLE.clear(), Ordered(("start", "end"))) == 0


def test_determined_counts_rows_unlike_the_first_of_their_kind():
    table = pl.DataFrame(
        {"by": ["x", "x", "x", None, None, "y", "y"], "held": ["p", None, "q", "p", "q", None, "r"]},
    )
    assert violations(table, Determined("held", ("by",))) == 1


@given(table=small_tables("abc"))
def test_ordered_counts_as_an_obvious_count_does(table: pl.DataFrame):
    wrong = sum(
        any(low is not None and high is not None and low > high for low, high in combinations(row, 2))
        for row in table.iter_rows()
    )
    assert violations(table, Ordered(("a", "b", "c"))) == wrong


@given(table=small_tables("abc"))
def test_forbidden_counts_as_an_obvious_count_does(table: pl.DataFrame):
    wrong = sum(row[0] in (0, None) and row[2] in (1, 2) for row in table.iter_rows())
    assert violations(table, Forbidden((("a", (0, None)), ("c", (1, 2))))) == wrong


@given(table=small_tables("abc"))
def test_determined_is_broken_exactly_where_two_rows_contradict_each_other(table: pl.DataFrame):
    seen: dict[tuple[Any, ...], Any] = {}
    wrong = sum(None not in row and seen.setdefault(row[:2], row[2]) != row[2] for row in table.iter_rows())
    assert violations(table, Determined("c", ("a", "b"))) == wrong


# Words and plain values.


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (NEVER, "never sex = M with pregnant = True"),
        (Forbidden((("sex", ("M", None)), ("end", (1,)))), "never sex = M or missing with end = 1"),
        (Ordered(("start", "middle", "end")), "start <= middle <= end"),
        (Determined("end", ("sex", "start")), "end is determined by sex, start"),
    ],
)
def test_a_rule_is_said_as_a_sentence_and_comes_back_from_its_plain_form(rule: Constraint, said: str):
    assert str(rule) == said
    assert constraint_from_dict(json.loads(json.dumps(rule.to_dict()))) == rule


def test_yaml_may_give_one_value_or_name_without_a_list():
    text = """
columns: [{name: sex, type: category}, {name: pregnant, type: boolean}, {name: n, type: integer}]
constraints:
  - forbidden: {sex: M, pregnant: [true, null]}
  - {determined: n, by: sex}
"""
    held = Schema.from_yaml(text)
    assert held.constraints == (
        Forbidden((("sex", ("M",)), ("pregnant", (True, None)))),
        Determined("n", ("sex",)),
    )
    assert Schema.from_dict(held.to_dict()) == held


@pytest.mark.parametrize(
    ("document", "match"),
    [
        (None, "A constraint is None. Allowed: 'forbidden"),
        ({}, "A constraint is"),
        ({"forbidden": ["sex"]}, "A constraint is"),
        ({"ordered": ["a", "b"], "by": "c"}, "A constraint is"),
        ({"determined": ["a"], "by": "c"}, "A constraint is"),
        ({"forbidden": {"a": 1}}, "Allowed: 2 or more columns' names"),
        ({"forbidden": {"a": [], "b": 1}}, "Forbidden values of a, b"),
        ({"forbidden": {"a": 1.5, "b": 1}}, r"hold \[1.5\]. Allowed: text, whole numbers, true, false, null"),
        ({"forbidden": {3: 1, "b": 1}}, "names, each once"),
        ({"ordered": ["a"]}, "ordered .* Allowed: 2 or more columns' names, each once"),
        ({"ordered": ["a", "a"]}, "each once"),
        ({"ordered": "a"}, "2 or more"),
        ({"determined": "a", "by": []}, "1 or more"),
        ({"determined": "a", "by": ["b", "b"]}, "each once"),
    ],
)
def test_a_rule_of_another_form_is_refused(document: object, match: str):
    with pytest.raises(SchemaError, match=match):
        constraint_from_dict(document)


# Rules and schemas.


@pytest.mark.parametrize(
    ("rules", "match"),
    [
        ([Ordered(("start", "gone"))], "There is no column 'gone'. Allowed: sex"),
        ([Determined("gone", ("sex",))], "There is no column 'gone'"),
        ([Ordered(("start", "sex"))], "names 'sex', of type category. Allowed: integer, float, date, datetime"),
        ([Ordered(("start", "key"))], "names 'key', a key or direct identifier"),
        ([Ordered(("start", "cost"))], "compares columns of several types"),
        ([Ordered(("born", "at"))], "compares columns of several types"),
        ([Ordered(("at", "zoned"))], "compares columns of several types"),
        ([Forbidden((("sex", ("M",)), ("cost", (1,))))], "names 'cost', of type float. Allowed: category, boolean"),
        ([Forbidden((("sex", ("X",)), ("end", (1,))))], "gives 'sex' the value 'X'. Allowed: F, M, null"),
        ([Forbidden((("sex", ("M",)), ("end", (True,))))], "gives 'end' the value True. Allowed: a value of type int"),
        (
            [Forbidden((("sex", ("M",)), ("pregnant", (1,))))],
            "gives 'pregnant' the value 1. Allowed: a value of type b",
        ),
        ([Determined("sex", ("sex",))], "a column decides itself. Allowed: other columns"),
        ([Determined("key", ("sex",))], "a key or direct identifier"),
        ([Determined("sex", ("end",)), Determined("sex", ("start",))], r"Column\(s\) sex are decided by more than one"),
        ([Determined("sex", ("end",)), Determined("end", ("sex",))], "decided or ordered in a circle"),
        ([Ordered(("start", "end")), Ordered(("end", "start"))], "decided or ordered in a circle"),
        ([Ordered(("start", "end")), Determined("end", ("sex",))], "both decided and ordered"),
        ([Ordered(("start", "end")), Determined("start", ("sex",))], "both decided and ordered"),
        ([Ordered(("start", "end")), Determined("sex", ("end",))], "or decide another and lie above one"),
    ],
)
def test_a_rule_that_a_schema_cannot_keep_is_refused_with_a_remedy(rules: list[Constraint], match: str):
    with pytest.raises(SchemaError, match=match):
        Schema(FORM, constraints=tuple(rules))


def test_a_forbidden_value_outside_a_declared_range_is_harmless():
    rule = Forbidden((("sex", ("M",)), ("end", (77,))))
    assert Schema(FORM, constraints=(rule,)).constraints == (rule,)


def test_constraints_are_part_of_a_schemas_plain_form():
    held = Schema(FORM, constraints=(NEVER, Ordered(("start", "end"))))
    assert Schema.from_dict(json.loads(json.dumps(held.to_dict()))) == held
    assert replace(held, constraints=()) != held
    with pytest.raises(SchemaError, match=r"constraints is 3\. Allowed: a list"):
        Schema.from_dict({**held.to_dict(), "constraints": 3})


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: Ordered(("start",)), r"ordered \('start',\)\. Allowed: 2 or more columns' names, each once"),
        (lambda: Ordered(()), "ordered"),
        (lambda: Ordered(("start", "start")), "each once"),
        (lambda: Ordered("ab"), "ordered 'ab'"),  # pyrefly: ignore[bad-argument-type]  # what a caller may give
        (lambda: Forbidden(()), "forbidden"),
        (lambda: Forbidden((("end", ()), ("sex", ("M",)))), "one or more of text"),
        (lambda: Forbidden((("end", (1,)), ("end", (2,)))), "each once"),
        (lambda: Forbidden((("end", (1.5,)), ("sex", ("M",)))), r"hold \[1\.5\]"),  # pyrefly: ignore[bad-argument-type]  # as above
        (lambda: Determined("end", ()), "by"),
        (lambda: Determined("end", ("sex", "sex")), "each once"),
    ],
)
def test_a_rule_made_in_python_of_a_shape_that_yaml_could_not_have_is_refused(
    make: Callable[[], Constraint], match: str
):
    with pytest.raises(SchemaError, match=match):
        make()


@pytest.mark.parametrize(
    "rule",
    [
        Determined("note", ("sex",)),
        Ordered(("start", "person")),
        Forbidden((("sex", ("M",)), ("person", (0,)))),
    ],
)
def test_a_rule_about_a_column_of_which_nothing_is_described_is_refused(rule: Constraint):
    with pytest.raises(SchemaError):
        Schema((*FORM, Column("person", "integer", role="direct_identifier")), constraints=(rule,))
