"""The asset ``mock_ae`` and its checks. The table stands for a sensitive one, and is treated as such."""

import time
from typing import Any

import dagster as dg
import polars as pl
from pydantic import Field

from synth_assets.components.failure import say_what_to_do
from synth_assets.components.metadata import column_schema
from synth_assets.components.portraits import of_inside
from synth_assets.components.resources import Randomness, Workplace
from synth_assets.components.run_config import CheckedConfig, takes
from synth_assets.defs.ae.london_postcodes import OWNER
from synth_assets.describe.conform import conform
from synth_assets.errors import SchemaError
from synth_assets.measure.compare import MINIMUM_COUNT
from synth_assets.protect.identifiers import valid_nhs_numbers
from synth_assets.source.admissions import MAXIMUM_ROWS, mock_admissions, mock_ae_schema, number_of_patients
from synth_assets.source.references import References, read_references

IN_FILES = References(("hospitals.csv",), ("treatments.csv",), ("genders.csv",), (1.0,))
"""Stands for the lists where only names and words of columns are wanted: the files are read when the asset runs."""


class AdmissionsConfig(CheckedConfig):
    """The size of the mock table."""

    rows: int = Field(default=10_000, description=f"Admissions: 1 to {MAXIMUM_ROWS:,}.")
    patients: int | None = Field(default=None, description="People; if not given, one an admission. At most the rows.")

    def check(self) -> None:
        """Refuse sizes that cannot be drawn.

        Raises:
            SourceError: See ``number_of_patients``.
        """
        number_of_patients(self.rows, self.patients)


takes("mock_ae", AdmissionsConfig)


@dg.asset(
    group_name="source",
    owners=[OWNER],
    kinds={"python", "numpy", "duckdb"},
    description="Mock A&E admissions in London, 1-7 April 2019, in the shapes of the ODI tutorial. No person is real.",
    metadata={"dagster/column_schema": column_schema(mock_ae_schema(IN_FILES))},
    hooks={say_what_to_do},
)
def mock_ae(
    config: AdmissionsConfig, workplace: Workplace, randomness: Randomness, london_postcodes: pl.DataFrame
) -> dg.Output[pl.DataFrame]:
    """Draw the admissions."""
    started = time.perf_counter()
    references = read_references(workplace.folder.input)
    rng = randomness.rng("mock_ae")
    table = mock_admissions(london_postcodes, references, rng, rows=config.rows, patients=config.patients)
    told: dict[str, Any] = {
        "rows": len(table),
        "patients": table["Health Service ID"].n_unique(),
        "seed": str(randomness.seed),
        "mock": "every row is made up; hospitals and treatments are real names",
    }
    told |= of_inside(table, mock_ae_schema(references), MINIMUM_COUNT, "mock_ae", workplace.folder.reports)
    return dg.Output(table, metadata=told | {"seconds": round(time.perf_counter() - started, 3)})


@dg.asset_check(
    asset=mock_ae, blocking=True, description="Asks that the eight columns have their types, ranges and listed values."
)
def schema_and_ranges(workplace: Workplace, admissions: pl.DataFrame) -> dg.AssetCheckResult:
    """Compares the table with its schema."""
    schema = mock_ae_schema(read_references(workplace.folder.input))
    try:
        conform(admissions, schema)
        problem = None
    except SchemaError as error:
        problem = str(error)
    return dg.AssetCheckResult(
        passed=problem is None,
        description=problem or f"{len(admissions):,} rows of {admissions.width} columns fit.",
        metadata={"rows": len(admissions), "columns": admissions.width},
    )


@dg.asset_check(
    asset=mock_ae,
    blocking=True,
    description="Asks that every Health Service ID is of the test range 999, valid by modulus 11: nobody's own.",
)
def health_service_ids_are_test_numbers(admissions: pl.DataFrame) -> dg.AssetCheckResult:
    """Counts IDs that could be somebody's."""
    numbers = admissions["Health Service ID"]
    wrong = len(numbers) - int((valid_nhs_numbers(numbers) & numbers.str.starts_with("999 ")).sum())
    return dg.AssetCheckResult(
        passed=wrong == 0,
        description=f"{wrong} of {len(numbers):,} IDs are not valid test numbers.",
        metadata={"wrong": wrong, "patients": numbers.n_unique()},
    )
