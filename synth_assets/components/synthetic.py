"""A synthetic table per mode, made from its description and from nothing else; and the check that it fits."""

import dagster as dg
from pydantic import Field

from synth_assets.components.dataset import Dataset
from synth_assets.components.failure import say_what_to_do
from synth_assets.components.metadata import declared_columns, preview
from synth_assets.components.portraits import of_synthetic
from synth_assets.components.progress import Watched
from synth_assets.components.resources import Randomness, Workplace
from synth_assets.components.run_config import CheckedConfig, takes
from synth_assets.components.snapshot import refresh_snapshot
from synth_assets.describe import Description
from synth_assets.frames import Frame
from synth_assets.generate import MOST_ROWS, check_rows, generate_batches
from synth_assets.measure.conformity import conformity
from synth_assets.schema import Mode
from synth_assets.storage.sample import first_rows
from synth_assets.storage.warehouse import TableHandle

CONFORMITY_CHECK = "matches_schema_and_domain"
DEFAULT_RANDOM_ROWS = 10_000


class Rows(CheckedConfig):
    """How many rows to generate."""

    rows: int | None = Field(
        default=None,
        description=(
            f"1 to {MOST_ROWS:,}; if not given, what the dataset's YAML says, else as many as were described, else "
            f"{DEFAULT_RANDOM_ROWS:,}."
        ),
    )

    def check(self) -> None:
        """Refuse a number that cannot be generated.

        Raises:
            GenerationError: See ``check_rows``.
        """
        if self.rows is not None:
            check_rows(self.rows)


def synthetic_definitions(dataset: Dataset, mode: Mode) -> tuple[dg.AssetsDefinition, dg.AssetChecksDefinition]:
    """The asset ``<mode>_<name>`` and its check."""
    return _synthetic(dataset, mode), _conformity(dataset, mode)


def _synthetic(dataset: Dataset, mode: Mode) -> dg.AssetsDefinition:
    name = dataset.synthetic(mode)
    takes(name, Rows)

    @dg.asset(
        name=name,
        ins={"description": dg.AssetIn(f"{name}_description", dagster_type=Description)},
        group_name="synthetic",
        owners=[dataset.owner],
        kinds={"python", "polars", "duckdb"},
        description=f"Synthetic {dataset.title}, drawn from its {mode} description and nothing else.",
        metadata={"dagster/column_schema": declared_columns(dataset.columns, drawn_from=f"{name}_description")},
        hooks={refresh_snapshot, say_what_to_do},
        freshness_policy=dataset.freshness,
    )
    def synthetic(
        context: dg.AssetExecutionContext,
        config: Rows,
        workplace: Workplace,
        randomness: Randomness,
        description: Description,
    ) -> dg.Output[Watched]:
        rows = rows_wanted(dataset, mode, description, config.rows)
        table = generate_batches(description, rows=rows, rng=randomness.rng(name))
        first = first_rows(table)  # made for this, and once more when the table is written
        return dg.Output(
            Watched(table, "Drawing", context.log.info, of=rows),
            metadata={
                "mode": mode,
                "rows": rows,
                "seed": str(randomness.seed),
                "regeneration": randomness.regeneration,
                "preview (synthetic rows)": preview(first),
            }
            | of_synthetic(first, description, rows, name, workplace.folder.reports),
        )

    return synthetic


def rows_wanted(dataset: Dataset, mode: Mode, description: Description, asked: int | None) -> int:
    """What was asked for, else what the dataset declares, else as many as were described."""
    declared = dataset.modes[mode].get("rows")
    choices = (asked, declared, description.rows, DEFAULT_RANDOM_ROWS)
    rows = next(choice for choice in choices if choice is not None)
    check_rows(rows)
    return rows


def _conformity(dataset: Dataset, mode: Mode) -> dg.AssetChecksDefinition:
    name = dataset.synthetic(mode)

    @dg.asset_check(
        asset=name,
        name=CONFORMITY_CHECK,
        blocking=True,
        additional_ins={"description": dg.AssetIn(f"{name}_description", dagster_type=Description)},
        description=(
            "Asks that columns, order and types are the description's, every value lies inside its domain, and no "
            "constraint is broken."
        ),
    )
    def matches_schema_and_domain(table: TableHandle, description: Description) -> dg.AssetCheckResult:
        return conformity_verdict(table, description)

    return matches_schema_and_domain


def conformity_verdict(table: Frame, description: Description) -> dg.AssetCheckResult:
    """Passes where nothing departs from the description."""
    found = conformity(table, description)
    said = "; ".join(found.departures)
    return dg.AssetCheckResult(
        passed=not found.departures,
        description=said or f"All {found.rows:,} rows of {found.columns} columns fit.",
        metadata={"departures": len(found.departures), "rows": found.rows, "columns": found.columns},
    )
