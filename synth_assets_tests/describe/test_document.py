"""The document: it comes back as it was, keeps its published JSON Schema, and nothing else is taken for one."""

import copy
import json
import math
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import jsonschema
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.describe import Description, describe
from synth_assets.describe.description import FORMAT, VERSION
from synth_assets.describe.document import MOST_COUNT
from synth_assets.describe.network import MOST_PARENTS
from synth_assets.errors import DescriptionError
from synth_assets.generate import generate
from synth_assets.schema import MODES, Mode, Schema
from synth_assets_tests.strategies import chains, tables
from synth_assets_tests.tables import crossed, declared, every_type, rng

SCHEMA = json.loads(files("synth_assets.describe").joinpath("description.schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
PUBLISHED: list[Description] = [
    describe(every_type(400), Schema.infer(every_type(400)), mode=mode, minimum_count=5) for mode in MODES
] + [describe(crossed([[3, 2, 40], [30, 25, 10]]), declared(a=2, b=3), mode="correlated")]


def as_document(number: int = -1) -> dict[str, Any]:
    return json.loads(PUBLISHED[number].to_json())


def refused(document: object, match: str) -> None:
    text = document if isinstance(document, str) else json.dumps(document)
    with pytest.raises(DescriptionError, match=match):
        Description.from_json(text)


def changed(number: int, *path: str | int, to: object) -> dict[str, Any]:
    """A document with one place changed."""
    document = as_document(number)
    place: Any = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return document


# Whole documents.


@pytest.mark.parametrize("mode", MODES)
@given(made=st.one_of(tables(), chains().map(lambda made: made[:2])))
def test_a_document_comes_back_as_it_was_and_keeps_its_schema(mode: Mode, made: tuple[pl.DataFrame, Schema]):
    described = describe(*made, mode=mode, minimum_count=3).with_provenance(original='é\n"', key="0a")
    text = described.to_json()
    VALIDATOR.validate(json.loads(text))
    assert Description.from_json(text) == described
    assert Description.from_json(text).to_json() == text
    assert hash(Description.from_json(text)) == hash(described)


def test_the_published_schema_is_itself_valid():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["format"]["const"] == FORMAT
    assert SCHEMA["properties"]["version"]["const"] == VERSION
    assert SCHEMA["properties"]["max_parents"]["maximum"] == MOST_PARENTS
    assert SCHEMA["$defs"]["table"]["properties"]["parents"]["maxItems"] == MOST_PARENTS
    assert SCHEMA["$defs"]["count"]["maximum"] == MOST_COUNT


@pytest.mark.parametrize("described", PUBLISHED, ids=lambda described: described.mode)
def test_a_document_that_was_cut_off_is_refused(described: Description):
    text = described.to_json()
    for length in {*range(0, len(text), max(1, len(text) // 300)), len(text) - 1}:
        refused(text[:length], "not whole JSON")


@pytest.mark.parametrize("described", PUBLISHED, ids=lambda described: described.mode)
def test_keys_that_are_not_known_are_passed_over(described: Description):
    document = json.loads(described.to_json())
    document["later"] = {"a": 1}
    for part in (*document["columns"], *document["tables"], *document["network"]):
        part["later"] = [1]
    for column in document["columns"]:
        column["domain"]["later"] = None
    VALIDATOR.validate(document)
    assert Description.from_json(json.dumps(document)) == described


@pytest.mark.parametrize(
    "text", ["", "null", "3", "[]", '"a"', "{}", "{]", "\x00", "[" * 100_000, '{"format": NaN}', "1" * 9_999]
)
def test_other_texts_are_no_descriptions(text: str):
    refused(text, "not whole JSON|contradicts itself")


@pytest.mark.parametrize("text", [None, 3, b"\xff", [], {}])
def test_what_is_no_text_is_no_description(text: Any):  # noqa: ANN401 - of every kind
    with pytest.raises(DescriptionError, match=r"not whole JSON|contradicts itself"):
        Description.from_json(text)


# Single faults.


@pytest.mark.parametrize(
    ("path", "to", "match"),
    [
        (("format",), "other", "format must be"),
        (("version",), 2, "version is 2; this program reads 1"),
        (("mode",), "median", "mode is 'median'; allowed: random"),
        (("mode",), "independent", "max_parents must be 0"),
        (("mode",), "random", "max_parents must be 0"),
        (("epsilon",), 1.0, "epsilon and delta must be those of privacy"),
        (("rows",), None, "rows must be a whole number above 0"),
        (("rows",), 109, "must be those of its parent"),
        (("rows",), 110.0, "must be whole numbers"),
        (("rows",), True, "must be whole numbers"),
        (("rows",), 10**12, "must be whole numbers"),
        (("minimum_count",), 0, "minimum_count must be 1 or more"),
        (("minimum_count",), 11, "must not be from 1 to minimum_count - 1"),
        (("max_parents",), 5, "max_parents must be 4 or less"),
        (("max_parents",), 0, "more than max_parents parents"),
        (("provenance",), {"a": 1}, "must be text"),
        (("ledger",), None, "ledger must be 'none'"),
        (("columns",), [], "columns must be there"),
        (("columns", 1, "name"), "a", "names of their own"),
        (("columns", 0, "type"), "number", "has type 'number'"),
        (("columns", 0, "type"), "integer", "values must be numbers"),
        (("columns", 0, "name"), "\ud800", "Unicode"),
        (("columns", 0, "nullable"), True, "must be of shape"),
        (("columns", 0, "pool"), [9], "codes that do not exist"),
        (("columns", 0, "pool"), [1, 0], "must be in order"),
        (("columns", 0, "pool"), ["0"], "must be whole numbers"),
        (("columns", 0, "pool_mode"), 0, "pool_mode of 'a' must be in the pool"),
        (("columns", 0, "domain", "kind"), "bins", "cannot be"),
        (("columns", 0, "domain", "kind"), "presence", "cannot be"),
        (("columns", 0, "domain", "values", 0), "a1", "values must differ"),
        (("columns", 0, "domain", "values", 0), "\udc00", "surrogates"),
        (("columns", 0, "domain", "values"), [], "must have a value or be nullable"),
        (("columns", 0, "domain", "other"), 0, "must be true or false"),
        (("network",), [], "network and the tables' parents must be the same"),
        (("network", 0, "parent"), "b", "network and the tables' parents must be the same"),
        (("network", 0, "mutual_information"), "0", "mutual_information must be a number"),
        (("tables", 0, "column"), "z", "columns that do not exist"),
        (("tables",), [], "one table for each column"),
        (("tables", 1, "parents"), ["b"], "must be of shape|must come before it"),
        (("tables", 1, "parents"), ["a", "a"], "must be of shape"),
        (("tables", 1, "totals", 0), None, "must be those of its parent"),
        (("tables", 1, "totals", 0), 46, "must be those of its parent"),
        (("tables", 1, "counts", 0, 2), 41, "what the table of 'b' hides"),
        (("tables", 1, "counts", 0, 2), 46, "must add up"),
        (("tables", 1, "counts", 0, 0), 3, "must not be from 1"),
        (("tables", 1, "counts", 0, 0), 5, "must not hide one count alone"),
        (("tables", 1, "counts", 0, 0), -1, "must be whole numbers"),
        (("tables", 1, "counts", 0), [45], "inhomogeneous|must be of shape"),
        (("tables", 0, "counts"), [[45] * 3], "must be of shape"),
        (("tables", 0, "counts", 0, 0), 44, "must add up"),
    ],
)
def test_a_document_with_one_fault_is_refused_with_its_reason(path: tuple[str | int, ...], to: object, match: str):
    refused(changed(-1, *path, to=to), match)


NUMBERS = {
    "kind": "bins",
    "edges": [0, 10, 20, 30],
    "atoms": [[[3, 20], [5, 30]], [], []],
    "clamp": False,
    "spikes": [25],
    "step": None,
}


def with_numbers(**changes: object) -> dict[str, Any]:
    """A description of one column of numbers: 30 rows hold 5, 20 hold 3, 20 lie from 10 to 19, and 40 hold 25."""
    table = pl.DataFrame({"n": [5] * 30 + [3] * 20 + list(range(10, 20)) * 2 + [25] * 40})
    text = "{columns: [{name: n, type: integer, domain: {minimum: 0, maximum: 29, bins: 3}}]}"
    document = json.loads(describe(table, Schema.from_yaml(text), mode="independent").to_json())
    assert document["columns"][0]["domain"] == NUMBERS
    document["columns"][0]["domain"] = copy.deepcopy(NUMBERS) | changes
    return document


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"edges": [0, 20, 10, 30]}, "edges must increase"),
        ({"edges": [0, 0, 20, 30]}, "edges must increase"),
        ({"edges": [0]}, "edges must increase"),
        ({"edges": [0, 30]}, "atoms must be given for every bin"),
        ({"edges": [0, 10.5, 20, 30]}, "values must be numbers"),
        ({"edges": [0, 10, 20, 2**63]}, "values must be numbers"),
        ({"edges": [False, 10, 20, 30]}, "values must be numbers"),
        ({"atoms": [[[3, 20], [5, 31]], [], []]}, "must leave none, or minimum_count rows"),
        ({"atoms": [[[3, 20], [5, 26]], [], []]}, "must leave none, or minimum_count rows"),
        ({"atoms": [[[5, 4]], [], []]}, "must have minimum_count rows"),
        ({"atoms": [[[5, 25], [5, 25]], [], []]}, "exact values must increase"),
        ({"atoms": [[[15, 30]], [], []]}, "exact values must lie in their bin"),
        ({"atoms": [[[5, 30.0]], [], []]}, "must be whole numbers"),
        ({"atoms": [[[5]], [], []]}, "not enough values"),
        ({"clamp": None}, "must be true or false"),
        ({"spikes": [31]}, "spikes must lie between"),
        ({"spikes": [25, 24]}, "spikes must increase"),
        ({"spikes": [5]}, "a spike is no exact value of a bin"),
        ({"spikes": [24, 25]}, "must be of shape"),
        ({"spikes": [25.5]}, "values must be numbers"),
        ({"step": 0.3}, r"step is 0\.3; allowed"),
        ({"step": "minute"}, "step is 'minute'; allowed"),
    ],
)
def test_a_fault_in_bins_is_refused_with_its_reason(changes: dict[str, object], match: str):
    refused(with_numbers(**changes), match)


def test_a_table_too_large_for_memory_is_refused_before_it_is_made():
    document = as_document()
    values = [f"v{place}" for place in range(9_000)]
    for column in document["columns"]:
        column["domain"]["values"] = values
    document["tables"][0]["counts"] = [[0] * 9_000]
    refused(document, "more than 50000000 cells")


def test_random_mode_tells_no_counts():
    document = as_document(0)
    assert document["mode"] == "random"
    for column in document["columns"]:
        if column["domain"]["kind"] == "bins":
            column["domain"]["atoms"] = [[] for _ in column["domain"]["edges"][1:]]
            column["domain"]["atoms"][0] = [[column["domain"]["edges"][0], 9]]
            break
    refused(document, "random mode counts nothing")


# Any number, anywhere.


def numeric_places(document: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:  # noqa: ANN401 - JSON
    parts = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, part in parts:
        yield from numeric_places(part, (*path, key))
    if document is None or (isinstance(document, (int, float)) and not isinstance(document, bool)):
        yield path


CHANGES: list[Callable[[Any], object]] = [
    lambda held: (held or 0) + 1,
    lambda held: (held or 0) - 1,
    lambda held: -(held or 1),
    lambda held: (held or 0) + 0.5,
    lambda _: 10**30,
    lambda _: -(10**30),
    lambda _: 1e308,
    lambda _: None,
    str,
    lambda _: [],
    lambda _: True,
]


@pytest.mark.parametrize("number", range(len(PUBLISHED)))
@given(data=st.data())
def test_a_number_that_was_changed_is_refused_or_leaves_a_description(number: int, data: st.DataObject):
    document = as_document(number)
    path = data.draw(st.sampled_from(list(numeric_places(document))))
    held: Any = document
    for key in path:
        held = held[key]
    to = data.draw(st.sampled_from(CHANGES))(held)
    try:
        description = Description.from_json(json.dumps(changed(number, *path, to=to)))
    except DescriptionError:
        return
    assert Description.from_json(description.to_json()) == description
    VALIDATOR.validate(json.loads(description.to_json()))
    made = generate(description, rows=7, rng=rng())
    assert made.shape == (7, len(description.columns))


@given(data=st.data())
def test_a_part_that_is_of_another_kind_or_missing_is_refused_or_leaves_a_description(data: st.DataObject):
    document = as_document(data.draw(st.integers(0, len(PUBLISHED) - 1)))
    place: Any = document
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], (dict, list)) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    if data.draw(st.booleans()):
        del place[key]
    else:
        place[key] = data.draw(st.sampled_from([None, 0, -1, 1.5, "", "x", [], {}, [None], [[]], True, math.pi]))
    try:
        description = Description.from_json(json.dumps(document))
    except DescriptionError:
        return
    assert generate(description, rows=3, rng=rng()).height == 3


def test_unknown_columns_are_named():
    with pytest.raises(DescriptionError, match=r"no column 'z'. Allowed: a, b\."):
        PUBLISHED[-1].column("z")


def test_the_share_hidden_is_that_of_the_rows_in_told_configurations():
    described = describe(crossed([[3, 2, 40], [30, 25, 10]]), declared(a=2, b=3), mode="independent")
    assert described.share_hidden == 0.0
    assert PUBLISHED[-1].share_hidden == pytest.approx(5 / (110 + 110))
