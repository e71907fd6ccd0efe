"""Any table of any schema, in every mode, from the table through JSON to a synthetic table."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.describe import Description, describe
from synth_assets.describe.conform import conform
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
