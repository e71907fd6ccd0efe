"""Any table of any schema, in every mode, from the table through JSON to a synthetic table."""

import random
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from synth_assets.constraints import Constraint, Determined, Forbidden, Ordered
from synth_assets.describe import Description, describe
from synth_assets.describe.conform import conform
from synth_assets.errors import SchemaError, SynthAssetsError
from synth_assets.generate import generate
from synth_assets.measure.conformity import departures
from synth_assets.schema import MODES, Mode, Schema
from synth_assets_tests.strategies import chains, tables
from synth_assets_tests.tables import rng

TABLES = st.one_of(tables(), chains().map(lambda made: made[:2]))


@pytest.mark.parametrize("mode", MODES)
@given(made=TABLES, rows=st.integers(1, 50), minimum=st.sampled_from([1, 2, 5]))
def test_a_synthetic_table_has_the_rows_columns_types_and_domain_of_its_description(
    mode: Mode, made: tuple[pl.DataFrame, Schema], rows: int, minimum: int
):
    table, schema = made
    described = describe(table, schema, mode=mode, minimum_count=minimum)
    read = Description.from_json(described.to_json())
    synthetic = generate(read, rows=rows, rng=rng(1))
    assert read == described
    assert synthetic.shape == (rows, len(schema))
    assert dict(synthetic.schema) == schema.dtypes
    assert departures(synthetic, read) == []


@pytest.mark.parametrize("mode", MODES)
@given(made=TABLES)
def test_with_a_declared_domain_the_synthetic_table_fits_the_schema(mode: Mode, made: tuple[pl.DataFrame, Schema]):
    table, schema = made
    public = [column for column in schema if column.domain is not None and column.domain_source == "declared"]
    if public:
        schema = Schema(tuple(public))
        declared = pl.DataFrame({name: table[name] for name in schema.names})
        synthetic = generate(describe(declared, schema, mode=mode), rows=30, rng=rng(2))
        assert conform(synthetic, schema).equals(synthetic)


@given(made=TABLES, seed=st.integers(0, 2**64))
def test_the_same_seed_gives_the_same_table_and_the_order_of_the_rows_does_not_matter(
    made: tuple[pl.DataFrame, Schema], seed: int
):
    table, schema = made
    described = describe(table, schema, mode="correlated")
    shuffled = describe(table.sample(fraction=1.0, shuffle=True, seed=seed % 1_000), schema, mode="correlated")
    assert shuffled == described
    assert generate(described, rng=rng(seed)).equals(generate(shuffled, rng=rng(seed)))


@st.composite
def constrained(draw: st.DrawFn) -> tuple[pl.DataFrame, Schema]:
    """A table and a schema with constraints that it keeps, for rows that break them are left out."""
    table, schema = draw(TABLES)
    rules: list[Constraint] = []
    for _ in range(draw(st.integers(0, 2))):
        first, second = draw(st.tuples(st.sampled_from(schema.names), st.sampled_from(schema.names)))
        kind = draw(st.sampled_from(["ordered", "determined", "forbidden"]))
        try:
            rule: Constraint = Ordered((first, second))
            if kind == "determined":
                rule = Determined(first, (second,))
            elif kind == "forbidden":
                rule = Forbidden(((first, (table[first][0],)), (second, (table[second][0],))))
            schema = replace(schema, constraints=(*rules, rule))
        except SchemaError:
            continue
        rules.append(rule)
    for _ in range(3):
        for rule in rules:
            table = table.filter(~rule.broken())
    return table, schema


@pytest.mark.parametrize("mode", MODES)
@given(
    made=constrained(),
    parents=st.integers(0, 4),
    minimum=st.sampled_from([1, 2, 5]),
    round_to=st.sampled_from([1, 1, 5, 7]),
    rows=st.integers(1, 60),
    asked=st.randoms(use_true_random=False),
)
def test_any_settings_and_constraints_give_a_table_that_fits_or_an_error_in_words(  # noqa: PLR0913, PLR0917 - all that can be set
    mode: Mode,
    made: tuple[pl.DataFrame, Schema],
    parents: int,
    minimum: int,
    round_to: int,
    rows: int,
    asked: random.Random,
):
    table, schema = made
    try:
        described = describe(
            table, schema, mode=mode, max_parents=parents, minimum_count=minimum, round_to=round_to, key=b"k" * 16
        )
        read = Description.from_json(described.to_json())
        assert read == described
        synthetic = generate(read, rows=rows, rng=rng(1))
        assert synthetic.shape == (rows, len(schema))
        assert dict(synthetic.schema) == schema.dtypes
        assert departures(synthetic, read) == []
        name = asked.choice(synthetic.columns)
        value = synthetic[name][asked.randrange(rows)]
        again = generate(read, rows=rows, rng=rng(2), given={name: value})
        assert again[name].eq_missing(pl.Series([value], dtype=again[name].dtype)).all()
        assert departures(again, read) == []
    except SynthAssetsError as error:
        event(type(error).__name__)
