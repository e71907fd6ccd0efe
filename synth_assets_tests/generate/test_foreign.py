"""Tables drawn from DataSynthesizer's descriptions: the columns, types and dependences that the file tells of."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from synth_assets.describe.interchange import ForeignDescription, read_datasynthesizer
from synth_assets.errors import GenerationError
from synth_assets.generate import generate, generate_batches
from synth_assets_tests.tables import rng

FOLDER = Path(__file__).resolve().parent.parent / "describe"
MODES = ("random", "independent", "correlated", "two_parents")


def described(mode: str) -> ForeignDescription:
    return read_datasynthesizer((FOLDER / f"datasynthesizer_{mode}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("mode", MODES)
def test_a_table_has_the_columns_and_types_of_the_description(mode: str):
    description = described(mode)
    table = generate(description, rng=rng(1))
    assert len(table) == description.rows
    assert dict(table.schema) == {coded.column.name: coded.column.dtype for coded in description.columns}


@pytest.mark.parametrize("mode", MODES)
def test_columns_are_drawn_by_their_weights(mode: str):
    """Margins follow from the conditionals by adding up over the parents, who come first."""
    description, rows = described(mode), 40_000
    table = generate(description, rows=rows, rng=rng(2))
    for coded, conditional in zip(
        description.columns,
        (next(one for one in description.conditionals if one.column == name) for name in description.names),
        strict=True,
    ):
        if conditional.parents or not coded.column.nullable:
            continue
        share = conditional.weights[0, -1] / conditional.weights.sum()
        assert abs(table[coded.column.name].null_count() / rows - share) < 0.01


def test_the_same_seed_gives_the_same_table_in_batches_too():
    description = described("correlated")
    whole = generate(description, rows=500, rng=rng(3))
    assert pl.concat(generate_batches(description, rows=500, rng=rng(3)).batches()).equals(whole)


def test_children_follow_their_parents():
    """In the correlated file the weights of some child differ between configurations, and so do the rows."""
    description = described("correlated")
    table = generate(description, rows=20_000, rng=rng(4))
    checked = 0
    for conditional in description.conditionals:
        if len(conditional.parents) != 1:
            continue
        parent, child = (
            next(coded for coded in description.columns if coded.column.name == name)
            for name in (conditional.parents[0], conditional.column)
        )
        if parent.coding.kind == "levels" and child.coding.kind == "levels":
            shares = conditional.weights / conditional.weights.sum(axis=1, keepdims=True)
            for place, value in enumerate(parent.coding.values):
                held = table.filter(pl.col(parent.column.name) == value)[child.column.name]
                if len(held) > 200:
                    drawn = np.array([(held == one).sum() for one in child.coding.values]) / len(held)
                    assert np.abs(drawn - shares[place, : len(drawn)]).max() < 0.02
                    checked += 1
    assert checked > 0


def test_values_can_be_given_where_the_network_allows_it():
    description = described("independent")
    column = next(coded for coded in description.columns if coded.column.type == "category")
    value = column.coding.values[0] if column.coding.kind == "levels" else None
    table = generate(description, rows=50, rng=rng(5), given={column.column.name: value})
    assert table[column.column.name].unique().to_list() == [value]


def test_a_network_whose_parents_stand_apart_takes_no_given_values():
    description = described("two_parents")
    apart = any(
        len(one.parents) > 1
        and not any(
            set(one.parents) <= set(other.family) for other in description.conditionals if other.column in one.parents
        )
        for one in description.conditionals
    )
    column = next(coded for coded in description.columns if coded.column.type == "category")
    given = {column.column.name: column.coding.values[0]} if column.coding.kind == "levels" else {}
    if apart:
        with pytest.raises(GenerationError, match="parents of a column do not stand together"):
            generate(description, rows=5, rng=rng(6), given=given)
    else:
        assert len(generate(description, rows=5, rng=rng(6), given=given)) == 5
