"""Keys, text and direct identifiers: unique, obviously fake, missing as often, and never copied."""

from importlib import import_module

import polars as pl
import pytest

from synth_assets.describe import Description, describe
from synth_assets.errors import SchemaError
from synth_assets.generate import generate, streams
from synth_assets.measure.conformity import departures
from synth_assets.schema import MODES, Column, Mode, Schema
from synth_assets_tests.tables import rng

ROWS = 400
PATIENTS = pl.DataFrame(
    {
        "nhs": [f"secret {number}" if number % 4 else None for number in range(ROWS)],
        "number": [7 * number + 1 if number % 5 else None for number in range(ROWS)],
        "note": [f"note {number % 3}" if number % 2 else None for number in range(ROWS)],
        "name": [f"Name {number % 50}" for number in range(ROWS)],
        "sex": ["F", "M"] * (ROWS // 2),
    }
)
FORM = Schema(
    (
        Column("nhs", "text", unique=True, nullable=True),
        Column("number", "integer", unique=True, nullable=True),
        Column("note", "text", nullable=True),
        Column("name", "text", role="direct_identifier"),
        Column("sex", "category"),
    )
)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", ["nhs", "number"])
def test_a_key_is_unique_fake_and_of_its_own_type(mode: Mode, name: str):
    described = describe(PATIENTS, FORM, mode=mode)
    synthetic = generate(described, rows=3 * ROWS, rng=rng())
    present = synthetic[name].drop_nulls()
    assert present.n_unique() == len(present) > 0
    assert not set(present) & set(PATIENTS[name].drop_nulls())
    assert dict(synthetic.schema) == FORM.dtypes
    assert departures(synthetic, described) == []


@pytest.mark.parametrize("mode", ["independent", "correlated"])
def test_keys_and_text_are_missing_as_often_as_in_the_original(mode: Mode):
    synthetic = generate(describe(PATIENTS, FORM, mode=mode), rng=rng())
    for name in FORM.names:
        assert abs(synthetic[name].null_count() - PATIENTS[name].null_count()) <= 1


def test_whether_a_key_is_missing_depends_on_what_it_depended_on():
    table = PATIENTS.select("nhs", sex=pl.when(pl.col("nhs").is_null()).then(pl.lit("M")).otherwise(pl.lit("F")))
    schema = Schema((FORM["nhs"], FORM["sex"]))
    synthetic = generate(describe(table, schema, mode="correlated"), rng=rng())
    assert (synthetic["nhs"].is_null() == (synthetic["sex"] == "M")).all()


@pytest.mark.parametrize("mode", MODES)
def test_no_value_of_a_key_text_or_identifier_is_in_a_description_or_a_synthetic_table(mode: Mode):
    described = describe(PATIENTS, FORM, mode=mode)
    synthetic = generate(described, rows=200, rng=rng())
    for name in ("nhs", "note", "name"):
        assert synthetic[name].drop_nulls().str.starts_with("synthetic text ").all()
        assert not any(value in described.to_json() for value in PATIENTS[name].drop_nulls())
    assert Description.from_json(described.to_json()) == described


@pytest.mark.parametrize("mode", MODES)
def test_keys_stay_unique_over_blocks_of_rows_and_keep_their_numbers(mode: Mode, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(streams, "BLOCK_ROWS", 50)
    monkeypatch.setattr(import_module("synth_assets.generate.sampler"), "BLOCK_ROWS", 50)
    synthetic = generate(describe(PATIENTS, FORM, mode=mode), rows=330, rng=rng())
    for name in ("nhs", "number"):
        assert synthetic[name].drop_nulls().n_unique() == 330 - synthetic[name].null_count()
    numbers = synthetic.with_row_index().drop_nulls("number")
    assert (numbers["number"] == -(numbers["index"].cast(pl.Int64) + 1)).all()


@pytest.mark.parametrize(
    ("rows", "missing", "unique"), [(99, 0, False), (100, 0, True), (120, 21, False), (120, 20, True)]
)
def test_a_key_is_inferred_from_a_hundred_rows_with_a_value_on(rows: int, missing: int, *, unique: bool):
    held = [None] * missing + list(range(rows - missing))
    table = pl.DataFrame({"n": held, "t": [None if n is None else f"t{n}" for n in held]})
    schema = Schema.infer(table)
    assert [column.unique for column in schema] == [unique, unique]
    assert (schema["n"].domain is None) == unique


def test_what_repeats_once_is_no_key():
    table = pl.DataFrame({"n": [*range(500), 0], "f": [n / 7 for n in range(501)]})
    assert not any(column.unique for column in Schema.infer(table))


@pytest.mark.parametrize("mode", ["independent", "correlated"])
def test_a_repeated_key_is_an_error_that_counts_and_tells_no_value(mode: Mode):
    table = PATIENTS.with_columns(nhs=pl.lit("secret"), number=pl.lit(123_456))
    with pytest.raises(SchemaError, match=r"'nhs' has 399 value\(s\) that repeat another.*'number' has 399") as caught:
        describe(table, FORM, mode=mode)
    assert "secret" not in str(caught.value)
    assert "123" not in str(caught.value)


@pytest.mark.parametrize("kind", ["float", "category", "boolean", "date", "datetime"])
def test_only_text_and_integers_can_be_unique(kind):  # noqa: ANN001 - any type
    with pytest.raises(SchemaError, match=r"is declared unique\. Allowed for: integer, text"):
        Column("a", kind, unique=True)
