"""DataSynthesizer's files are read as it would draw them, and whatever else is in such a file is refused in words.

The files beside this one were written by DataSynthesizer 0.1.13 with epsilon 0, five bins and at most eight categories,
from the made-up table that is there too: with one parent, and with two (of five of the columns).
"""

import copy
import json
import math
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.describe.coding import Bins, CodedColumn, Levels, Presence, encode
from synth_assets.describe.interchange import ForeignDescription, read_datasynthesizer
from synth_assets.errors import DescriptionError

FILES = {
    name: (Path(__file__).parent / f"datasynthesizer_{name}.json").read_text()
    for name in ("table", "random", "independent", "correlated", "two_parents")
}
KINDS = ("random", "independent", "correlated", "two_parents")
MIDNIGHT = 1_704_067_200.0
DELETED = object()


def table() -> pl.DataFrame:
    """The table that the files describe."""
    days, minutes = pl.col("seen", "month").str.to_date(), pl.col("arrived").str.to_datetime("%Y-%m-%d %H:%M")
    return pl.DataFrame(json.loads(FILES["table"])).with_columns(days, minutes, pl.col("visits").cast(pl.Int64))


def coded(description: ForeignDescription, name: str) -> CodedColumn:
    return description.columns[description.names.index(name)]


def codes(description: ForeignDescription, name: str) -> np.ndarray:
    return encode(table()[name], coded(description, name))


def margins(description: ForeignDescription) -> dict[str, np.ndarray]:
    """The distribution of each column that the conditionals imply, where none has two parents."""
    found: dict[str, np.ndarray] = {}
    for one in description.conditionals:
        before = found[one.parents[0]] if one.parents else np.ones(1)
        found[one.column] = before @ one.weights
    return found


def changed(kind: str, *path: str | int, value: object = DELETED) -> str:
    """A file with one node replaced, or left out."""
    document = json.loads(FILES[kind])
    parent = document
    for step in path[:-1]:
        parent = parent[step]
    if value is DELETED:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    return json.dumps(document)


def attribute(kind: str, name: str, /, **values: object) -> str:
    """A file with some values of one attribute replaced."""
    entry = json.loads(FILES[kind])["attribute_description"][name]
    return changed(kind, "attribute_description", name, value=entry | values)


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("random", "random"), ("independent", "independent"), ("correlated", "correlated"), ("two_parents", "correlated")],
)
def test_each_mode_is_known(kind: str, mode: str):
    description = read_datasynthesizer(FILES[kind])
    assert (description.mode, description.rows, description.source) == (mode, 120, "DataSynthesizer")
    assert description.names == json.loads(FILES[kind])["meta"]["all_attributes"]
    assert sorted(one.column for one in description.conditionals) == sorted(description.names)


def test_types_domains_and_keys():
    description = read_datasynthesizer(FILES["independent"])
    types = {one.column.name: one.column.type for one in description.columns}
    assert types == {
        "id": "integer",
        "note": "text",
        "sex": "category",
        "ward": "category",
        "visits": "integer",
        "weight": "float",
        "decile": "integer",
        "grade": "integer",
        "flat": "integer",
        "dose": "float",
        "seen": "date",
        "arrived": "datetime",
        "month": "date",
        "ssn": "text",
    }
    assert [one.column.name for one in description.columns if one.column.unique] == ["id"]
    assert [one.column.name for one in description.columns if one.column.nullable] == ["note", "sex", "visits", "seen"]
    presence = [one.column.name for one in description.columns if isinstance(one.coding, Presence)]
    assert presence == ["id", "note", "ssn"]
    assert coded(description, "visits").coding == Bins((0, 8, 16, 24, 32, 41))
    assert coded(description, "weight").coding == Bins((35.2, 49.940000000000005, 64.68, 79.42, 94.16, 108.9))
    assert coded(description, "flat").coding == Levels((7,))
    assert coded(description, "dose").coding == Levels((0.5, 1.0, 2.5))


def test_bins_without_a_whole_number_join_the_next():
    entry = json.loads(FILES["independent"])["attribute_description"]["grade"]
    assert entry["distribution_bins"] == [1.0, 1.4, 1.8, 2.2, 2.6]
    description = read_datasynthesizer(FILES["independent"])
    assert coded(description, "grade").coding == Bins((1, 2, 3, 4))
    shares = [0.1, 0.2, 0.3, 0.15, 0.25]
    noisy = read_datasynthesizer(attribute("independent", "grade", distribution_probabilities=shares))
    assert margins(noisy)["grade"] == pytest.approx([[0.1, 0.5, 0.4]][0])


@pytest.mark.parametrize("kind", ["independent", "correlated"])
def test_implied_margins_are_those_of_the_table(kind: str):
    description = read_datasynthesizer(FILES[kind])
    for name, implied in margins(description).items():
        size = coded(description, name).size
        assert implied.ravel() == pytest.approx(np.bincount(codes(description, name), minlength=size) / 120), name


@pytest.mark.parametrize("kind", ["correlated", "two_parents"])
def test_conditionals_are_those_of_the_table(kind: str):
    description = read_datasynthesizer(FILES[kind])
    for one in description.conditionals:
        counts = np.zeros(one.sizes)
        np.add.at(counts, tuple(codes(description, name) for name in one.family), 1)
        counts = counts.reshape(one.weights.shape)
        seen = counts.sum(axis=1) > 0
        expected = counts[seen] / counts[seen].sum(axis=1, keepdims=True)
        assert np.allclose(one.weights[seen], expected, atol=1e-12), one.column


def test_random_mode_is_even_and_complete():
    description = read_datasynthesizer(FILES["random"])
    assert not any(one.column.nullable for one in description.columns)
    assert all(np.ptp(one.weights) == 0 for one in description.conditionals)
    assert coded(description, "visits").coding == Bins((0, 41))
    assert coded(description, "weight").coding == Bins((35.2, 108.9))
    assert coded(description, "ward").coding == Levels(("North", "South", "West"))


def test_files_of_the_tutorial_s_age_are_read():
    numbers = {"distribution_bins": [768173, 59503, 828832], "distribution_probabilities": [0, 0, 0]}
    document = json.loads(attribute("random", "ward", **numbers))
    document["meta"] = {"num_tuples": 9886}
    description = read_datasynthesizer(json.dumps(document))
    assert coded(description, "ward").coding == Levels(("768173", "59503", "828832"))
    assert coded(description, "ward").column.type == "category"
    below = attribute("independent", "weight", distribution_bins=[35.1263, 49.94, 64.68, 79.42, 94.16])
    assert coded(read_datasynthesizer(below), "weight").coding == Bins((35.2, 49.94, 64.68, 79.42, 94.16, 108.9))
    del document["meta"]
    assert read_datasynthesizer(json.dumps(document)).rows is None


def test_a_configuration_that_is_not_there_is_backed_off():
    text = changed("correlated", "conditional_probabilities", "ward", "[0]")
    ward = next(one for one in read_datasynthesizer(text).conditionals if one.column == "ward")
    shares = json.loads(FILES["correlated"])["attribute_description"]["ward"]["distribution_probabilities"]
    assert ward.weights[0] == pytest.approx(shares)


def test_candidate_keys_that_are_floats_are_drawn_as_numbers():
    document = json.loads(attribute("independent", "weight", is_candidate_key=True))
    document["meta"]["candidate_keys"] = ["id", "weight", "not in the table"]
    weight = coded(read_datasynthesizer(json.dumps(document)), "weight")
    assert not weight.column.unique
    assert isinstance(weight.coding, Bins)


@pytest.mark.parametrize(
    ("values", "kind", "levels"),
    [
        (["2024-01-01 07:30", "2024-01-01 08:00"], "datetime", (1_704_094_200_000_000, 1_704_096_000_000_000)),
        (["2024-01-01T07:30:05", "2024-01-02T00:00:00"], "datetime", (1_704_094_205_000_000, 1_704_153_600_000_000)),
        (["2024-01-01", "1 Feb 2024"], "category", ("2024-01-01", "1 Feb 2024")),
        (["2024-01-01T07:30:05+01:00", "x"], "category", ("2024-01-01T07:30:05+01:00", "x")),
        (["20240101", "20240102"], "category", ("20240101", "20240102")),
    ],
)
def test_dates_and_times_as_categories(values: list[str], kind: str, levels: tuple[object, ...]):
    text = attribute("independent", "month", distribution_bins=values, distribution_probabilities=[0.5, 0.5])
    month = coded(read_datasynthesizer(text), "month")
    assert (month.column.type, month.coding) == (kind, Levels(levels))  # pyrefly: ignore[bad-argument-type]  # as given


NETWORK = ["bayesian_network"]
TABLES = ["conditional_probabilities"]
BAD = [
    ("", "not whole JSON"),
    (FILES["correlated"][:-3], "not whole JSON"),
    ("[" * 100_000, "not whole JSON"),
    ('{"a": ' + "9" * 5000 + "}", "not whole JSON"),
    ("[]", r"The document .* has the value \[\]. Allowed: a JSON object"),
    ('{"a": 1, "a": 2}', "'a' twice in one object"),
    ("{}", "no attribute_description"),
    ('{"attribute_description": {}}', "no attribute in attribute_description"),
    (changed("random", "meta", value=3), "meta 3. Allowed: an object"),
    (changed("random", "meta", "num_tuples", value=1.5), "num_tuples 1.5. Allowed: a whole number"),
    (changed("random", "meta", "num_tuples", value=-1), "num_tuples -1"),
    (changed("random", "meta", "all_attributes", 0), "all_attributes"),
    (changed("random", "meta", "all_attributes", 0, value="sex"), "all_attributes .* each once"),
    (changed("random", "meta", "candidate_keys", value=["sex"]), "is_candidate_key .* both agree"),
    (changed("random", "attribute_description", "sex", value=[]), "'sex' .* the description"),
    (changed("random", "attribute_description", "sex", "min"), "Attribute 'sex' .* has no min. Allowed: a number"),
    (attribute("independent", "sex", name="Sex"), "'sex' .* has name 'Sex'"),
    (attribute("independent", "sex", data_type="Boolean"), "'sex' .* data_type 'Boolean'. Allowed: Integer, Float"),
    (attribute("independent", "sex", is_categorical=1), "is_categorical 1. Allowed: true or false"),
    (attribute("independent", "sex", missing_rate=1.01), "missing_rate 1.01. Allowed: a number from 0 to 1"),
    (attribute("independent", "sex", missing_rate=math.nan), "NaN, which is not JSON"),
    (attribute("independent", "weight", max=math.inf), "Infinity, which is not JSON"),
    (attribute("independent", "weight", max=10**400), "'weight' .* has max 10000"),
    (attribute("independent", "weight", min=200), "'weight' .* min 200 and max 108.9"),
    (attribute("independent", "weight", min=30), "'weight' .* min 30 and a first bin from 35.2"),
    (attribute("independent", "weight", max=90), "'weight' .* max 90 and a bin from 94.16"),
    (attribute("independent", "visits", min=0.5), "'visits' .* min 0.5 and max 40. Allowed: whole numbers"),
    (attribute("independent", "id", max=2**70), "'id' .* can hold"),
    (
        attribute("independent", "arrived", min=-1e300, max=1.0, distribution_bins=[-1e300, 1.0]),
        "'arrived' .* can hold",
    ),
    (attribute("independent", "weight", distribution_bins=[35.2, 40, 39, 41, 42]), "'weight' .* do not increase"),
    (attribute("independent", "weight", distribution_bins=[35.2, 40, "x", 41, 42]), "'weight' .* 'x' among its"),
    (attribute("independent", "decile", distribution_bins=[1, 2, 3, 4, 5, 5.0]), "'decile' .* listed twice"),
    (attribute("independent", "decile", distribution_bins=[1, 2, 3, 4, 5, 6.5]), "'decile' .* 6.5 among its"),
    (attribute("independent", "sex", distribution_bins=["Female", None]), "'sex' .* None among its distribution_bins"),
    (attribute("independent", "sex", distribution_bins=["\ud800", "Male"]), "'sex' .* among its distribution_bins"),
    (attribute("independent", "sex", distribution_bins=[]), "distribution_bins \\[\\]. Allowed: a list that is not"),
    (attribute("independent", "sex", distribution_probabilities=[1.0]), "1 distribution_prob.* list of 2 prob"),
    (attribute("independent", "sex", distribution_probabilities=[0.5, 0.4]), "add up to 0.9. Allowed: a sum of 1"),
    (attribute("independent", "sex", distribution_probabilities=[-0.5, 1.5]), "-0.5 among its .* from 0 to 1"),
    (attribute("independent", "sex", distribution_probabilities=[1.5, -0.5]), "1.5 among its .* from 0 to 1"),
    (attribute("independent", "sex", distribution_probabilities=["0.5", 0.5]), "'0.5' among its"),
    (changed("correlated", *TABLES), "both bayesian_network and conditional_probabilities"),
    (changed("correlated", *NETWORK), "both bayesian_network and conditional_probabilities"),
    (changed("correlated", *NETWORK, value=[]), "both bayesian_network and conditional_probabilities"),
    (changed("correlated", *NETWORK, 0, value=["sex", []]), 'the entry .*"child"'),
    (changed("correlated", *NETWORK, 0, value=["sex", ["flat", "visits"]]), "'sex' with the parents .*without cycles"),
    (changed("correlated", *NETWORK, 0, value=["flat", ["flat"]]), "'flat' with the parents .*without cycles"),
    (changed("correlated", *NETWORK, 1, value=["visits", ["decile"]]), "'visits' with the parents .*without cycles"),
    (changed("correlated", *NETWORK, 1, value=["sex", ["flat"]]), "'sex' with the parents .* each attribute once"),
    (changed("correlated", *NETWORK, 1, value=["visits", ["height"]]), "the unknown attribute 'height'"),
    (changed("correlated", *NETWORK, 1), "the unknown attribute|without cycles"),
    (changed("correlated", *TABLES, value=[]), "conditional_probabilities \\[\\]. Allowed: an object"),
    (changed("correlated", *TABLES, "sex"), "not all of 'sex'"),
    (changed("correlated", *TABLES, "id", value=[1.0]), "not all of 'id'"),
    (changed("correlated", *TABLES, "sex", value={}), "'sex' .* conditional_probabilities {}. Allowed: an object"),
    (changed("correlated", *TABLES, "flat", value={}), "'flat' .* conditional_probabilities of"),
    (changed("correlated", *TABLES, "sex", "[0]", value=[0.5, 0.5]), "'sex' .* list of 3 probabilities"),
    (changed("correlated", *TABLES, "sex", "[0]", value=[0.5, 0.5, 0.1]), "'sex' .* add up to 1.1"),
    (changed("correlated", *TABLES, "sex", "[3]", value=[0.5, 0.5, 0]), r"'\[3\]'. Allowed: .* below 3"),
    (changed("correlated", *TABLES, "sex", "[-1]", value=[0.5, 0.5, 0]), r"the configuration '\[-1\]'"),
    (changed("correlated", *TABLES, "sex", "[true]", value=[0.5, 0.5, 0]), r"the configuration '\[true\]'"),
    (changed("correlated", *TABLES, "sex", "[0, 0]", value=[0.5, 0.5, 0]), r"the configuration '\[0, 0\]'"),
    (changed("correlated", *TABLES, "sex", "[ 0]", value=[0.5, 0.5, 0]), r"the configuration \[ 0\] twice"),
    (changed("correlated", *TABLES, "sex", "print(1)", value=[0.5, 0.5, 0]), r"the configuration 'print\(1\)'"),
    (attribute("correlated", "sex", missing_rate=0.0), "'sex' .* list of 1 to 2 probabilities"),
]


@pytest.mark.parametrize(("text", "says"), BAD, ids=range(len(BAD)))
def test_bad_documents_are_refused_in_words(text: str, says: str):
    with pytest.raises(DescriptionError, match=says):
        read_datasynthesizer(text)


def test_tables_beyond_the_cell_budget_are_refused():
    document = json.loads(FILES["two_parents"])
    for name in ("decile", "grade", "visits", "sex"):
        values = [*range(400)] if name != "sex" else [str(value) for value in range(400)]
        entry = document["attribute_description"][name]
        entry.update(is_categorical=True, distribution_bins=values, distribution_probabilities=[1 / 400] * 400)
    document["conditional_probabilities"] |= {"grade": [1.0], "visits": {"[0]": [0.0] * 400 + [1.0]}}
    with pytest.raises(DescriptionError, match=r"'decile' .* a table of 64,160,000 probabilities. Allowed: at most"):
        read_datasynthesizer(json.dumps(document))


def test_names_and_values_stay_as_they_are():
    quoted = "it's \"x\"'] == 0) & __import__('os')"
    text = FILES["correlated"].replace('"sex"', json.dumps(quoted))
    assert quoted in read_datasynthesizer(text).names


def nodes(node: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths of all nodes of a document, itself left out."""
    items: Any = node.items() if isinstance(node, Mapping) else enumerate(node) if isinstance(node, list) else ()
    for key, below in items:
        yield (*path, key)
        yield from nodes(below, (*path, key))


PATHS = {kind: list(nodes(json.loads(FILES[kind]))) for kind in KINDS}
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from([0, 1, 0.5, -1, 10**400, 1e308, -1e308, 5e-324, MIDNIGHT, "sex", "id", "[0]", "Integer"])
    | st.sampled_from(["String", "Float", "DateTime", "SocialSecurityNumber"])
)
VALUES = st.recursive(
    LEAVES,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=3), below, max_size=3),
    max_leaves=8,
)


@st.composite
def mutants(draw: st.DrawFn) -> str:
    """A file in which one node is left out, replaced, moved or cut off."""
    kind = draw(st.sampled_from(KINDS))
    path = draw(st.sampled_from(PATHS[kind]))[: draw(st.integers(1, 5))]
    how = draw(st.sampled_from(["delete", "replace", "swap", "cut"]))
    if how == "cut":
        return FILES[kind][: draw(st.integers(0, len(FILES[kind]) - 1))]
    if how == "delete":
        return changed(kind, *path)
    other: Any = json.loads(FILES[kind])
    for step in draw(st.sampled_from(PATHS[kind])) if how == "swap" else ():
        other = other[step]
    return changed(kind, *path, value=copy.deepcopy(other) if how == "swap" else draw(VALUES))


@given(mutants())
def test_a_mutant_is_read_whole_or_refused(text: str):
    try:
        description = read_datasynthesizer(text)
    except DescriptionError:
        return
    sizes = {one.column.name: one.size for one in description.columns}
    drawn: list[str] = []
    for one in description.conditionals:
        assert set(one.parents) <= set(drawn)
        assert one.sizes == tuple(sizes[name] for name in one.family)
        assert one.weights.shape == (math.prod(one.sizes[:-1]), one.sizes[-1])
        assert (one.weights >= 0).all()
        assert one.weights.sum(axis=1) == pytest.approx(1, abs=1e-5)
        drawn.append(one.column)
    assert sorted(drawn) == sorted(sizes)
    for column in description.columns:
        edges = getattr(column.coding, "edges", ())
        assert all(low < high for low, high in pairwise(edges))
        assert all(isinstance(edge, float if column.column.type == "float" else int) for edge in edges)
