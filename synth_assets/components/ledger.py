"""The privacy budget in the UI: an asset with the ledger's rows, and the check that nobody changed them."""

from typing import Any

import dagster as dg
import polars as pl

from synth_assets.components.dataset import Dataset
from synth_assets.components.failure import say_what_to_do
from synth_assets.components.metadata import DECIMALS, figure, told_columns
from synth_assets.components.resources import Workplace
from synth_assets.components.spending import known_anchors
from synth_assets.describe.private import Request
from synth_assets.ledger import Ledger, Status, ledger_table
from synth_assets.report.budget import write_budget

INTACT_CHECK = "ledger_intact"
LEDGER_COLUMNS = {
    "row": ("integer", "The row's number in the ledger, from 1"),
    "kind": (
        "text",
        "open: the budget was set; spend: a description was made; raise: it was raised; rename: it goes on",
    ),
    "mode": ("text", "Of the description"),
    "mechanism": ("text", "Where its noise came from"),
    "epsilon": ("float", "Of this description alone"),
    "delta": ("float", "The chance with which that may not hold"),
    "rho_units": ("integer", "What it cost, in units of 1e-12 rho, rounded up"),
    "spent_units": ("integer", "All that was spent up to this row"),
    "spent_epsilon": ("float", "The same as epsilon, at the budget's delta"),
    "budget_epsilon": ("float", "The budget at this row"),
    "time": ("text", "UTC"),
    "run_id": ("text", "The Dagster run"),
    "reason": ("text", "Why the budget was raised, or spent again on the same data"),
}


def ledger_definitions(dataset: Dataset) -> tuple[dg.AssetsDefinition, dg.AssetChecksDefinition]:
    """The asset ``<name>_ledger`` and its check."""
    return _ledger(dataset), _ledger_intact(dataset)


def _ledger(dataset: Dataset) -> dg.AssetsDefinition:
    @dg.asset(
        name=dataset.ledger,
        deps=[f"{dataset.synthetic(mode)}_description" for mode in dataset.private_modes],
        group_name="reports",
        owners=[dataset.owner],
        kinds={"python", "sqlite", "duckdb"},
        description=f"The privacy budget of {dataset.title}: every spend, what is left, and for how many more.",
        metadata={"dagster/column_schema": told_columns(LEDGER_COLUMNS)},
        hooks={say_what_to_do},
    )
    def ledger(context: dg.AssetExecutionContext, workplace: Workplace) -> dg.Output[pl.DataFrame]:
        kept, privacy = Ledger(workplace.folder.ledger, workplace.key), dataset.privacy
        known = known_anchors(dataset, workplace.warehouse, context.instance)
        status = kept.status(
            dataset.name, budget=(privacy.budget or 0.0, privacy.delta), known=known, formerly=dataset.formerly
        )
        table = ledger_table(kept.of_names(dataset.name, dataset.formerly))
        picture = write_budget(
            table, workplace.folder.reports / dataset.ledger, title=f"Privacy budget of {dataset.title}"
        )
        return dg.Output(table, metadata=figure("cumulative epsilon", picture) | _figures(status, dataset))

    return ledger


def _figures(status: Status, dataset: Dataset) -> dict[str, Any]:
    told: dict[str, Any] = {
        "epsilon spent": round(status.spent_epsilon, DECIMALS),
        "epsilon budget": round(status.budget_epsilon, DECIMALS),
        "share of the budget spent": round(status.spent_units / max(status.budget_units, 1), DECIMALS),
        "delta": dataset.privacy.delta,
        "unit of privacy": dataset.privacy.unit,
    }
    for mode in dataset.private_modes:
        epsilon, delta = dataset.privacy.bound(mode)
        told[f"{mode} descriptions left"] = status.remaining(Request(float(epsilon or 0), delta).units)
    return told


def _ledger_intact(dataset: Dataset) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=dataset.ledger,
        name=INTACT_CHECK,
        blocking=True,
        description="Asks that no row of the ledger was changed, removed or cut off since it was written.",
    )
    def ledger_intact(context: dg.AssetCheckExecutionContext, workplace: Workplace) -> dg.AssetCheckResult:
        kept = Ledger(workplace.folder.ledger, workplace.key)
        known = known_anchors(dataset, workplace.warehouse, context.instance)
        return intact_verdict(kept.verify(known), rows=len(kept.entries()), remembered=len(known))

    return ledger_intact


def intact_verdict(faults: list[str], *, rows: int, remembered: int) -> dg.AssetCheckResult:
    """Passes where no fault was found."""
    said = "; ".join(faults)
    return dg.AssetCheckResult(
        passed=not faults,
        description=said or f"All {rows} rows are chained, and hold the {remembered} that descriptions remember.",
        metadata={"faults": len(faults), "rows": rows, "rows that descriptions remember": remembered},
    )
