"""Rounded counts: multiples, right on average, the same each time, and never a way back to the count."""

import json
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.describe import Description, describe
from synth_assets.describe.rounding import _Rounding
from synth_assets.errors import DescriptionError
from synth_assets.generate import generate
from synth_assets.measure import compare
from synth_assets.schema import Mode, Schema
from synth_assets_tests.strategies import chains
from synth_assets_tests.tables import rng

KEY = b"0123456789abcdef"


def numbers(document: object) -> list[int]:
    """Every count of a document's tables and exact values."""
    if isinstance(document, list):
        return [number for part in document for number in numbers(part)]
    return [document] if isinstance(document, int) else []


def told(description: Description) -> list[int]:
    document = json.loads(description.to_json())
    counts = [part for table in document["tables"] for part in (table["counts"], table["totals"])]
    atoms = [held for column in document["columns"] for held in column["domain"].get("atoms", [])]
    return [document["rows"], *numbers(counts), *(count for held in atoms for _, count in held)]


def example(rows: int = 3_000) -> pl.DataFrame:
    chance = rng(1)
    ages = chance.integers(0, 90, rows)
    return pl.DataFrame(
        {
            "age": ages,
            "group": [
                f"g{(age // 20 + int(noise)) % 6}" for age, noise in zip(ages, chance.random(rows) < 0.2, strict=True)
            ],
            "spent": np.where(chance.random(rows) < 0.6, 0.0, chance.exponential(40, rows).round(0)),
        }
    )


@pytest.mark.parametrize("mode", ["independent", "correlated"])
@pytest.mark.parametrize(("round_to", "minimum"), [(5, 5), (5, 8), (10, 5), (3, 10), (7, 1)])
def test_every_count_is_a_multiple_and_none_is_small(mode: Mode, round_to: int, minimum: int):
    table = example()
    described = describe(
        table, Schema.infer(table), mode=mode, minimum_count=minimum, round_to=round_to, key=KEY, max_parents=2
    )
    counts = told(described)
    assert len(counts) > 50
    assert all(count % round_to == 0 for count in counts)
    assert not any(0 < count < minimum for count in counts)
    assert Description.from_json(described.to_json()) == described


@given(made=chains(most_rows=60), round_to=st.sampled_from([2, 5, 10]), parents=st.integers(1, 2))
def test_any_rounded_description_can_be_read_and_drawn_from(made: tuple, round_to: int, parents: int):
    table, schema, _ = made
    described = describe(table, schema, mode="correlated", max_parents=parents, round_to=round_to, key=KEY)
    again = Description.from_json(described.to_json())
    assert again == described
    assert generate(again, rows=50, rng=rng(0)).schema == pl.Schema(schema.dtypes)


def test_the_same_count_is_always_rounded_the_same_way():
    table = example()
    first, second = (describe(table, Schema.infer(table), mode="correlated", round_to=5, key=KEY) for _ in range(2))
    other = describe(table, Schema.infer(table), mode="correlated", round_to=5, key=KEY[::-1])
    assert first == second
    assert first != other


def test_a_cell_is_rounded_alike_in_every_mode():
    table = example()
    independent, correlated = (
        describe(table, Schema.infer(table), mode=mode, round_to=5, key=KEY) for mode in ("independent", "correlated")
    )
    alone = {one.column: one for one in independent.tables}
    roots = [one for one in correlated.tables if not one.parents]
    assert roots
    for root in roots:
        assert np.array_equal(root.counts, alone[root.column].counts)


@pytest.mark.parametrize("count", [6, 13, 29, 1_001])
def test_rounding_is_right_on_average(count: int):
    rounding = _Rounding(5, 5, KEY)
    got = [rounding.one(f"cell {place}", count) for place in range(20_000)]
    assert set(got) == {count - count % 5, count - count % 5 + 5}
    assert abs(np.mean(got) - count) < 4 * 2.5 / np.sqrt(len(got))


def test_counts_that_differ_by_one_are_rounded_independently():
    """Else the step from one multiple to the next would tell the count."""
    rounding = _Rounding(10, 5, KEY)
    steps = [[rounding.one(f"cell {cell}", count) for count in range(20, 31)] for cell in range(200)]
    assert sum(any(low > high for low, high in pairwise(one)) for one in steps) > 100


def test_nothing_exact_is_left_beside_the_rounded_counts():
    """Two tables whose rounded counts are the same have the same description, the strengths of its edges too."""
    table = example()
    described = describe(table, Schema.infer(table), mode="correlated", round_to=5, key=KEY)
    exact = describe(table, Schema.infer(table), mode="correlated")
    assert [edge.mutual_information for edge in described.edges] != [edge.mutual_information for edge in exact.edges]


def test_what_it_costs_is_small():
    table = example(20_000)
    schema = Schema.infer(table)
    distances = []
    for round_to in (1, 5):
        described = describe(table, schema, mode="correlated", round_to=round_to, key=KEY)
        found = compare(table, generate(described, rng=rng(3)), schema)
        distances.append(found.mean_tvd_2 or 0.0)
    assert distances[1] < distances[0] + 0.01


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"round_to": 0, "key": KEY}, r"round_to is 0\. Allowed: whole numbers from 1"),
        ({"round_to": True, "key": KEY}, r"round_to is True"),
        ({"round_to": 2.5, "key": KEY}, r"round_to is 2\.5"),
        ({"round_to": 1_001, "key": KEY}, r"round_to is 1001"),
        ({"round_to": 5}, r"takes a key: at least 16 secret bytes"),
        ({"round_to": 5, "key": b"short"}, r"takes a key"),
    ],
)
def test_bad_settings_are_refused(settings: dict, match: str):
    table = example(100)
    with pytest.raises(DescriptionError, match=match):
        describe(table, Schema.infer(table), mode="independent", **settings)


def test_a_document_whose_counts_are_no_multiples_is_refused():
    table = example()
    document = json.loads(describe(table, Schema.infer(table), mode="correlated", round_to=5, key=KEY).to_json())
    document["round_to"] = 3
    with pytest.raises(DescriptionError, match="must be multiples of round_to"):
        Description.from_json(json.dumps(document))
