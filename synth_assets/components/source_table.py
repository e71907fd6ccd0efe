"""The asset of a source that stands elsewhere: what it holds is looked at, and nothing is copied."""

import time
from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl

from synth_assets.components.dataset import Dataset
from synth_assets.components.failure import say_what_to_do
from synth_assets.components.metadata import DECIMALS
from synth_assets.components.portraits import of_source
from synth_assets.components.resources import Workplace

COLUMNS_CHECK = "columns_as_expected"


def source_asset(dataset: Dataset) -> dg.AssetsDefinition:
    """The asset ``source_<name>``."""

    @dg.asset(
        name=dataset.source_name,
        group_name="source",
        owners=[dataset.owner],
        kinds={dataset.source_kind},
        description=f"Where {dataset.title} stands, as it was when last looked at. Nothing is copied.",
        hooks={say_what_to_do},
        check_specs=[
            dg.AssetCheckSpec(
                COLUMNS_CHECK,
                asset=dataset.source_name,
                blocking=True,
                description="Asks that the source has the columns that the steps need, and no undeclared one is left.",
            )
        ],
    )
    def source(workplace: Workplace) -> Iterator[Any]:
        started = time.perf_counter()
        found = dataset.table_source(workplace.folder.input)
        columns = found.columns()
        verdict = columns_verdict(dataset, columns)
        yield verdict
        if not verdict.passed:
            raise dg.Failure(description=f"Nothing is made from it: {verdict.description}", allow_retries=False)
        rows = found.table().rows
        told = {"place": found.place, "rows": rows, "dagster/column_schema": _schema(columns)}
        told |= of_source(_words(dataset, columns), rows, dataset.source_name, workplace.folder.reports)
        yield dg.Output(None, metadata=told | {"seconds": round(time.perf_counter() - started, DECIMALS)})

    return source


def columns_verdict(dataset: Dataset, columns: pl.Schema) -> dg.AssetCheckResult:
    """Passes where the steps lead from these columns to those that are declared."""
    fault = dataset.source_fault(columns)
    return dg.AssetCheckResult(
        check_name=COLUMNS_CHECK,
        passed=fault is None,
        description=fault or f"All {len(columns)} columns are as the steps need them.",
        metadata={"columns": len(columns)},
    )


def _words(dataset: Dataset, columns: pl.Schema) -> dict[str, str]:
    """Of each column the type, and whether it is among those that are declared, or goes in a step."""
    kept = {column["name"] for column in dataset.columns}
    return {
        name: f"{dtype.base_type()}; {'stays' if name in kept else 'goes in a step'}" for name, dtype in columns.items()
    }


def _schema(columns: pl.Schema) -> dg.TableSchema:
    return dg.TableSchema([dg.TableColumn(name, str(dtype.base_type())) for name, dtype in columns.items()])
