from typing import Any

import dagster as dg
import numpy as np
import polars as pl
import pytest

from synth_assets.components.resources import Randomness, Workplace
from synth_assets.defs.ae.mock_ae import health_service_ids_are_test_numbers, mock_ae, schema_and_ranges
from synth_assets.defs.io_manager import WarehouseIOManager
from synth_assets.source.admissions import mock_admissions
from synth_assets.source.mock_postcodes import mock_postcodes
from synth_assets.source.references import read_references

POSTCODES = mock_postcodes(np.random.Generator(np.random.PCG64(1)), rows=400)


@pytest.fixture
def admissions(workplace: Workplace) -> pl.DataFrame:
    rng = np.random.Generator(np.random.PCG64(2))
    return mock_admissions(POSTCODES, read_references(workplace.folder.input), rng, rows=300)


def told(check: Any) -> dict[str, Any]:  # noqa: ANN401 - a check's result
    return {key: value.value for key, value in check.metadata.items()}


def first(column: str, value: object) -> pl.Expr:
    """The column with another value in its first row."""
    return pl.when(pl.int_range(pl.len()) == 0).then(pl.lit(value)).otherwise(pl.col(column)).alias(column)


def materialise(workplace: Workplace, **config: int) -> dg.ExecuteInProcessResult:
    workplace.warehouse.write("london_postcodes", POSTCODES)
    resources = {
        "io_manager": WarehouseIOManager(workplace.warehouse),
        "workplace": workplace,
        "randomness": Randomness(),
    }
    return dg.materialize(
        [dg.AssetSpec("london_postcodes"), mock_ae, schema_and_ranges, health_service_ids_are_test_numbers],
        resources=resources,
        run_config={"ops": {"mock_ae": {"config": config}}},
        raise_on_error=False,
    )


def test_a_mock_table_fits_its_schema(workplace: Workplace, admissions: pl.DataFrame):
    verdict: Any = schema_and_ranges(workplace, admissions)

    assert verdict.passed
    assert verdict.description == "300 rows of 8 columns fit."
    assert told(verdict) == {"rows": 300, "columns": 8}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (first("Age", 111), "'Age' has 1 value(s) outside"),
        (first("Time in A&E (mins)", -1), "'Time in A&E (mins)' has 1 value(s) outside"),
        (first("Hospital", "St Elsewhere"), "'Hospital' has 1 value(s) outside"),
        (first("Treatment", None), "'Treatment' has 1 missing"),
        (pl.col("Arrival Time") + pl.duration(days=7), "'Arrival Time' has"),
        (pl.col("Age").cast(pl.String), "'Age' holds String"),
        (pl.lit(1).alias("Extra"), "not in the schema: Extra"),
    ],
)
def test_ranges_lists_and_types_are_checked(workplace: Workplace, admissions: pl.DataFrame, change: pl.Expr, said: str):
    verdict: Any = schema_and_ranges(workplace, admissions.with_columns(change))

    assert not verdict.passed
    assert verdict.severity == dg.AssetCheckSeverity.ERROR
    assert said in verdict.description


def test_a_missing_column_is_named(workplace: Workplace, admissions: pl.DataFrame):
    verdict: Any = schema_and_ranges(workplace, admissions.drop("Gender"))

    assert not verdict.passed
    assert "Gender" in verdict.description


def test_drawn_numbers_are_test_numbers(admissions: pl.DataFrame):
    verdict: Any = health_service_ids_are_test_numbers(admissions)

    assert verdict.passed
    assert told(verdict) == {"wrong": 0, "patients": 300}


@pytest.mark.parametrize(
    "number",
    ["999 000 0019", "943 476 5919", "9990000018", "999-000-0018", "nobody", "", None],
    ids=["check digit", "somebody's", "not 3 3 4", "dashes", "words", "empty", "missing"],
)
def test_a_number_that_could_be_somebodys_or_is_none_fails(admissions: pl.DataFrame, number: str | None):
    verdict: Any = health_service_ids_are_test_numbers(admissions.with_columns(first("Health Service ID", number)))

    assert not verdict.passed
    assert verdict.severity == dg.AssetCheckSeverity.ERROR
    assert "1 of 300 IDs are not valid test numbers" in verdict.description
    assert told(verdict)["wrong"] == 1


def test_no_number_is_told(admissions: pl.DataFrame):
    verdict: Any = health_service_ids_are_test_numbers(
        admissions.with_columns(first("Health Service ID", "943 476 5919"))
    )

    assert "943" not in verdict.description


def test_the_asset_makes_what_was_asked_for_and_tells_it(workplace: Workplace):
    result = materialise(workplace, rows=250, patients=40)
    [event] = result.asset_materializations_for_node("mock_ae")
    table = workplace.warehouse.read("mock_ae")

    assert result.success
    assert all(check.passed for check in result.get_asset_check_evaluations())
    assert (told(event)["rows"], told(event)["patients"]) == (250, 40)
    assert (table.height, table["Health Service ID"].n_unique()) == (250, 40)
    assert set(table["Postcode"]) <= set(POSTCODES.filter(pl.col("In Use?"))["Postcode"])


def test_nothing_of_a_row_is_shown(workplace: Workplace):
    result = materialise(workplace, rows=250)
    [event] = result.asset_materializations_for_node("mock_ae")
    shown = " ".join(str(value.value) for value in event.metadata.values())

    assert not any(number in shown for number in workplace.warehouse.read("mock_ae")["Health Service ID"])
    assert "preview" not in " ".join(event.metadata)


@pytest.mark.parametrize("config", [{"rows": 0}, {"rows": -1}, {"rows": 10**10}, {"rows": 5, "patients": 6}])
def test_sizes_that_cannot_be_are_refused_and_the_old_table_stands(workplace: Workplace, config: dict[str, int]):
    assert materialise(workplace, rows=10).success
    result = materialise(workplace, **config)
    [failure] = [event for event in result.all_events if event.is_job_failure]

    assert not result.all_node_events, "no step was started"
    assert "Allowed: 1 to" in str(failure.job_failure_data.error)
    assert workplace.warehouse.row_count("mock_ae") == 10


def test_one_row_is_a_table(workplace: Workplace):
    assert materialise(workplace, rows=1).success
    assert workplace.warehouse.row_count("mock_ae") == 1
