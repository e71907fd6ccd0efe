"""Comparisons with the original, per mode and across modes, and the checks on dependence. All of it stays inside."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from synth_assets.components.clauses import correlation_clause
from synth_assets.components.dataset import Dataset
from synth_assets.components.drift import FLOOR, MEASURES, REGENERATION, drawings
from synth_assets.components.failure import say_what_to_do
from synth_assets.components.history import last_told
from synth_assets.components.inputs import gated
from synth_assets.components.metadata import figure, rounded, told_columns
from synth_assets.components.pages import Made, across_page, mode_page
from synth_assets.components.resources import Randomness, Workplace
from synth_assets.ledger.explain import explained
from synth_assets.measure import Comparison, compare
from synth_assets.measure.dependence import STANDARD_ERRORS, Dependence, dependence_kept
from synth_assets.measure.utility import utility
from synth_assets.policy import Rule
from synth_assets.report import mode_table, write_across_modes, write_comparison
from synth_assets.report.drift import drift_preview
from synth_assets.report.privacy_tables import Clause
from synth_assets.schema import Mode
from synth_assets.storage.sample import sample_of
from synth_assets.storage.warehouse import TableHandle

MEASUREMENT_COLUMNS = {
    "ways": ("integer", "1 for a column, 2 for a pair"),
    "column_a": ("text", "The column, or the pair's earlier one"),
    "column_b": ("text", "The pair's later column"),
    "type": ("text", "The column's type. From the schema"),
    "tvd": ("float", "Total variation distance, 0 to 1, on shared bins. From original and synthetic"),
    "floor": ("float", "What sampling alone gives on average. From the original"),
    "floor_sd": ("float", "Standard deviation of the floor"),
    "ratio": ("float", "tvd divided by floor"),
    "fresh_floor": ("float", "What two fresh samples give on average. From the original"),
    "missing_original": ("float", "Share of missing values. From the original"),
    "missing_synthetic": ("float", "Share of missing values. From the synthetic table"),
    "outside_synthetic": ("float", "Share of synthetic rows with a value that no row of the original has. From both"),
    "nmi_original": ("float", "Normalised mutual information, adjusted for chance. From the original"),
    "nmi_synthetic": ("float", "The same. From the synthetic table"),
    "nmi_difference": ("float", "Synthetic less original"),
    "nmi_floor": ("float", "Mean absolute difference between two samples of these sizes"),
    "nmi_original_error": ("float", "Standard error of nmi_original"),
    "nmi_synthetic_error": ("float", "Standard error of nmi_synthetic"),
    "nmi_original_raw": ("float", "nmi_original, not adjusted for chance"),
    "nmi_synthetic_raw": ("float", "nmi_synthetic, not adjusted for chance"),
    "original_rows": ("integer", "Rows of the original"),
    "synthetic_rows": ("integer", "Rows of the synthetic table"),
}
MODE_COLUMNS = {
    "mode": ("text", "The mode. From its comparison"),
    "measure": ("text", "1-way or 2-way total variation distance, or error of mutual information"),
    "value": ("float", "Mean over columns or pairs. From the mode's comparison"),
    "floor": ("float", "The same by sampling alone. From the mode's comparison"),
}
MOST_ROWS = 1_000_000
"""Of a larger table as many random rows are compared."""


def comparison_definitions(dataset: Dataset, mode: Mode) -> tuple[dg.AssetsDefinition, dg.AssetChecksDefinition]:
    """The asset ``<mode>_<name>_comparison`` and its check."""
    check = _correlation_preserved if mode == "correlated" else _correlation_absent
    return _comparison(dataset, mode), check(dataset, mode)


def _comparison(dataset: Dataset, mode: Mode) -> dg.AssetsDefinition:
    name = f"{dataset.synthetic(mode)}_comparison"

    @dg.asset(
        name=name,
        ins={
            "original": gated(dataset, dataset.original, TableHandle),
            "synthetic": gated(dataset, dataset.synthetic(mode), TableHandle),
            "risks": dg.AssetIn(dataset.risk(mode), dagster_type=pl.DataFrame),
        },
        group_name="reports",
        owners=[dataset.owner],
        kinds={"python", "matplotlib", "duckdb"},
        description=f"How close {dataset.synthetic(mode)} comes to the original. Reads both sides: it stays inside.",
        metadata={"dagster/column_schema": told_columns(MEASUREMENT_COLUMNS)},
        hooks={say_what_to_do},
    )
    def comparison(  # noqa: PLR0913, PLR0917 - Dagster gives each by name
        context: dg.AssetExecutionContext,
        workplace: Workplace,
        randomness: Randomness,
        original: TableHandle,
        synthetic: TableHandle,
        risks: pl.DataFrame,
    ) -> dg.Output[pl.DataFrame]:
        started = time.perf_counter()
        rng = randomness.rng(name)
        drawn = last_told(context.instance, dataset.synthetic(mode))
        context.log.info("Comparing %s rows with %s", f"{original.rows:,}", f"{synthetic.rows:,}")
        sides = [sample_of(table, MOST_ROWS, rng) for table in (original, synthetic)]
        schema = dataset.original_schema(workplace.folder.input, workplace.key, sides[0].schema)
        found = compare(sides[0], sides[1], schema, minimum_count=dataset.minimum_count)
        context.log.info("Measuring what the table is good for")
        measured = utility(sides[0], sides[1], schema, rng=rng)
        context.log.info("Drawing figures and the page")
        told = {REGENERATION: drawn[REGENERATION]} if REGENERATION in drawn else {}
        told |= rounded(_figures(found))
        pictures = _pictures(found, dataset.synthetic(mode), dataset, workplace.folder.reports / name)
        written = mode_page(
            Made(dataset, workplace, context),
            mode,
            found,
            measured,
            clause=_judged(dataset, mode, found.measurements),
            risks=risks,
            earlier=drawings(context.instance, dataset, mode, told),
            bound=told_bound(dataset, mode) | sampled(original.rows, synthetic.rows),
        )
        told |= pictures | told_bound(dataset, mode)
        told |= sampled(original.rows, synthetic.rows)
        told |= {"report": dg.MetadataValue.path(str(written))}
        told |= {"seconds": round(time.perf_counter() - started, 3)}
        return dg.Output(found.measurements, metadata=told)

    return comparison


def sampled(*rows: int) -> dict[str, str]:
    """What is said where not all rows are compared."""
    if max(rows) <= MOST_ROWS:
        return {}
    return {"sample": f"at most {MOST_ROWS:,} random rows of each table ({' and '.join(f'{one:,}' for one in rows)})"}


def told_bound(dataset: Dataset, mode: Mode) -> dict[str, Any]:
    """What differential privacy bounds for a mode's table, and for whom; that there is none where there is none."""
    privacy = dataset.privacy
    epsilon, delta = privacy.bound(mode)
    if mode == "random":
        return {"differential privacy": "none; no count is told, and no row read where every domain is declared"}
    if epsilon is None:
        return {"differential privacy": "none; this table is protected by hidden counts, and claims no epsilon"}
    return {
        "differential privacy": explained(epsilon, delta, unit=privacy.unit),
        "these figures": "compare with the original: they are not covered by epsilon, and stay inside",
    }


def _figures(found: Comparison) -> dict[str, Any]:
    """Each measure with the sampling floor beside it."""
    told: dict[str, Any] = {"rows compared": f"{found.original_rows:,} and {found.synthetic_rows:,}"}
    for row in found.summary.iter_rows(named=True):
        if row["value"] is not None:
            told[f"{MEASURES[row['measure']]}"] = float(row["value"])
            told[f"{MEASURES[row['measure']]}{FLOOR}"] = float(row["floor"])
    return told


def _pictures(found: Comparison, name: str, dataset: Dataset, folder: Path) -> dict[str, Any]:
    """Figures as files, and as previews."""
    written = write_comparison(found, folder, name=name, minimum_count=dataset.minimum_count)
    told = {what.replace("_", " "): dg.MetadataValue.md(picture.preview) for what, picture in written.items()}
    return told | {"figures": dg.MetadataValue.path(str(folder))}


def _correlation_preserved(dataset: Dataset, mode: Mode) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=f"{dataset.synthetic(mode)}_comparison",
        name="correlation_preserved",
        description="Asks that columns which depend on each other still do, and as much, and that no others do.",
    )
    def correlation_preserved(measurements: pl.DataFrame) -> dg.AssetCheckResult:
        return preserved_verdict(dependence_kept(measurements), dataset)

    return correlation_preserved


def correlation_verdict(dataset: Dataset, mode: Mode, measurements: pl.DataFrame) -> dg.AssetCheckResult:
    """What the mode's check makes of its measurements."""
    verdict = preserved_verdict if mode == "correlated" else absent_verdict
    return verdict(dependence_kept(measurements), dataset)


def _judged(dataset: Dataset, mode: Mode, measurements: pl.DataFrame) -> Clause:
    return correlation_clause(mode, measurements, correlation_verdict(dataset, mode, measurements), dataset)


def preserved_verdict(found: Dependence | None, dataset: Dataset) -> dg.AssetCheckResult:
    """Passes where the largest change of a pair's dependence is within the tolerance, or within noise of it."""
    if found is None:
        return _nothing_to_compare()
    worst, rule = found.worst, dataset.policy.correlation_tolerance
    return dg.AssetCheckResult(
        passed=abs(worst.difference) <= rule.limit + STANDARD_ERRORS * worst.difference_error,
        severity=dg.AssetCheckSeverity.WARN,
        description=(
            f"The largest change is {worst.difference:+.3f} for {worst} ({worst.original:.3f} → {worst.synthetic:.3f}; "
            f"{_limit(rule, worst.difference_error)}). "
            f"{found.dependent_pairs} of {found.pairs} pairs depend on each other in the original."
        ),
        metadata=rounded({"largest change": abs(worst.difference), **_told(rule, worst.difference_error)}),
    )


def _correlation_absent(dataset: Dataset, mode: Mode) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=f"{dataset.synthetic(mode)}_comparison",
        name="correlation_absent",
        description=f"Asks that no two columns of the {mode} table depend on each other, as its mode promises.",
    )
    def correlation_absent(measurements: pl.DataFrame) -> dg.AssetCheckResult:
        return absent_verdict(dependence_kept(measurements), dataset)

    return correlation_absent


def absent_verdict(found: Dependence | None, dataset: Dataset) -> dg.AssetCheckResult:
    """Passes where the strongest dependence of a synthetic pair is within the tolerance, or within noise of it."""
    if found is None:
        return _nothing_to_compare()
    strongest, rule = found.strongest, dataset.policy.correlation_tolerance
    return dg.AssetCheckResult(
        passed=strongest.synthetic <= rule.limit + STANDARD_ERRORS * strongest.synthetic_error,
        severity=dg.AssetCheckSeverity.WARN,
        description=(
            f"The strongest dependence is {strongest.synthetic:.3f} for {strongest} "
            f"({_limit(rule, strongest.synthetic_error)}). In the original {found.dependent_pairs} of {found.pairs} "
            "pairs depend on each other; this mode leaves that out."
        ),
        metadata=rounded({"strongest": strongest.synthetic, **_told(rule, strongest.synthetic_error)}),
    )


def _nothing_to_compare() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True, description="One column: nothing depends on anything.")


def _limit(rule: Rule, error: float) -> str:
    return f"limit {rule.limit:g} and {STANDARD_ERRORS:g} standard errors of {error:.3f}"


def _told(rule: Rule, error: float) -> dict[str, Any]:
    return {"limit": rule.words, "standard error": f"{error:.4f}", "source of the limit": rule.source}


def across_modes_asset(dataset: Dataset) -> dg.AssetsDefinition:
    """The asset ``<name>_comparison``."""
    modes = {f"{dataset.synthetic(mode)}_comparison": mode for mode in dataset.modes}
    risks = {dataset.risk(mode): mode for mode in dataset.modes}

    @dg.asset(
        name=dataset.comparison,
        ins={asset: dg.AssetIn(asset, dagster_type=pl.DataFrame) for asset in (*modes, *risks)},
        group_name="reports",
        owners=[dataset.owner],
        kinds={"python", "matplotlib", "duckdb"},
        description=f"How close each mode comes to {dataset.title}, beside what sampling alone gives. Stays inside.",
        metadata={"dagster/column_schema": told_columns(MODE_COLUMNS)},
        hooks={say_what_to_do},
    )
    def comparison(
        context: dg.AssetExecutionContext, workplace: Workplace, **tables: pl.DataFrame
    ) -> dg.Output[pl.DataFrame]:
        started = time.perf_counter()
        by_mode = {mode: tables[asset] for asset, mode in modes.items()}
        named: dict[str, pl.DataFrame] = {mode: table for mode, table in by_mode.items()}  # noqa: C416 - of plain names
        picture = write_across_modes(named, workplace.folder.reports / dataset.comparison)
        clauses = tuple(_judged(dataset, mode, table) for mode, table in by_mode.items())
        earlier = pl.concat(drawings(context.instance, dataset, mode) for mode in by_mode)
        attacked = {mode: tables[asset] for asset, mode in risks.items()}
        written = across_page(Made(dataset, workplace, context), by_mode, attacked, clauses, earlier)
        table = mode_table(named)
        drift = drift_preview(earlier)
        told: dict[str, Any] = {} if drift is None else {"drift": dg.MetadataValue.md(drift)}
        told |= figure("across modes", picture) | {"report": dg.MetadataValue.path(str(written))}
        told |= rounded(_by_mode(table)) | {"seconds": round(time.perf_counter() - started, 3)}
        return dg.Output(table, metadata=told)

    return comparison


def _by_mode(table: pl.DataFrame) -> Mapping[str, float]:
    return {
        f"{row['mode']}: {MEASURES[row['measure']]}": float(row["value"])
        for row in table.iter_rows(named=True)
        if row["value"] is not None
    }
