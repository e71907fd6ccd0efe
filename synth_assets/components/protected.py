"""Asset and checks of the de-identified table."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from synth_assets.components.dataset import Dataset
from synth_assets.components.failure import say_what_to_do
from synth_assets.components.metadata import DECIMALS, declared_columns, rounded, steps_taken
from synth_assets.components.portraits import of_inside
from synth_assets.components.progress import Watched
from synth_assets.components.resources import Workplace
from synth_assets.components.uniqueness import special_unique_figures
from synth_assets.components.versions import versioned
from synth_assets.frames import BatchedTable, Frame
from synth_assets.protect import Finding, anonymity
from synth_assets.protect.removals import few, told_removals
from synth_assets.protect.spool import Spooled, spool
from synth_assets.protect.units import units
from synth_assets.storage.beside import PRIVATE, WithBeside
from synth_assets.storage.files import temporary_sibling
from synth_assets.storage.fingerprint import fingerprint
from synth_assets.storage.key import keyed_hash
from synth_assets.storage.parquet import ParquetFile, write_parquet
from synth_assets.storage.tables import TableName
from synth_assets.storage.warehouse import TableHandle

IDENTIFIER_CHECK = "no_direct_identifier"
ROWS_CHECK = "no_row_lost_without_reason"
ANONYMITY_CHECK = "minimum_k_anonymity"


def protected_definitions(dataset: Dataset) -> tuple[dg.AssetsDefinition, dg.AssetChecksDefinition]:
    """The asset ``deidentified_<name>`` and its k-anonymity check."""
    return _deidentified(dataset), _minimum_k_anonymity(dataset)


def _deidentified(dataset: Dataset) -> dg.AssetsDefinition:
    inputs = {"source": dg.AssetIn(dataset.source_name, dagster_type=TableHandle)} if dataset.source_asset else {}
    inputs |= {name: dg.AssetIn(name, dagster_type=pl.DataFrame) for name in dataset.reference_assets}

    @dg.asset(
        name=dataset.deidentified,
        ins=inputs,
        deps=[] if dataset.source_asset else [dataset.source_name],
        group_name="protected",
        owners=[dataset.owner],
        kinds={"python", "polars", "duckdb"},
        description=f"{dataset.title}, de-identified step by step. Internal: for descriptions and comparisons only.",
        metadata={"dagster/column_schema": declared_columns(dataset.columns)},
        hooks={say_what_to_do},
        check_specs=[
            dg.AssetCheckSpec(
                IDENTIFIER_CHECK,
                asset=dataset.deidentified,
                blocking=True,
                description="Asks that no column is named like an identifier or holds an NHS number or a postcode.",
            ),
            dg.AssetCheckSpec(
                ROWS_CHECK,
                asset=dataset.deidentified,
                blocking=True,
                description="Asks that every row that is gone was removed by a step that says so.",
            ),
        ],
    )
    def deidentified(
        context: dg.AssetExecutionContext,
        workplace: Workplace,
        **tables: Any,  # noqa: ANN401 - tables, by name
    ) -> Iterator[Any]:
        folder, key = workplace.folder, workplace.key
        source = tables.pop("source") if dataset.source_asset else dataset.table_source(folder.input).table()
        spools = (folder.root / "spool" / f"{name}.parquet" for name in (dataset.deidentified, f"{dataset.name}_units"))
        with temporary_sibling(next(spools)) as path, temporary_sibling(next(spools)) as held:
            result = spool(
                Watched(source, "De-identifying", context.log.info),
                dataset.steps,
                dataset.tools(folder.input, key, tables),
                [column["name"] for column in dataset.columns],
                dataset.privacy.person_column,
                path,
            )
            least = dataset.minimum_count
            yield from _refused_or_passed(result, least)
            most, aside = dataset.privacy.rows_per_person, dataset.hold_out
            write_parquet(units(result.batches, result.rows, result.persons, most=most, hold_out=aside, key=key), held)
            result = replace(result, persons=None)  # large, and of no more use
            told = rows_told(result, least) | {"steps": steps_taken(result.outcomes, least)}
            schema = dataset.schema(folder.input, key)
            told |= of_inside(result, schema, least, dataset.deidentified, folder.reports)
            yield versioned(
                WithBeside(result, {units_of(dataset.deidentified): ParquetFile(held)}),
                version=table_version(result, ParquetFile(held), key),
                metadata=told | _contributions(held, dataset),
            )

    return deidentified


def _refused_or_passed(result: Spooled, least: int) -> Iterator[dg.AssetCheckResult]:
    """The verdicts; nothing is written where one fails."""
    verdicts = [identifier_verdict(result.findings), rows_verdict(result, least)]
    yield from verdicts
    if not all(verdict.passed for verdict in verdicts):
        raise dg.Failure(
            description="Nothing was written: " + " ".join(str(verdict.description) for verdict in verdicts),
            allow_retries=False,
        )


def units_of(table: str) -> TableName:
    """The table that says of each row of a protected one whose it is; never exported."""
    return TableName(f"{table}_units", PRIVATE)


def table_version(table: Frame | BatchedTable, held: Frame | BatchedTable, key: bytes) -> str:
    """A keyed hash of the de-identified table and of whose rows they are."""
    return keyed_hash(key, "data version", fingerprint(table, key) + fingerprint(held, key)).hex()


def told_version(version: str, key: bytes) -> str:
    """A version, hashed again, so that a description that leaves cannot be matched with Dagster's history."""
    return keyed_hash(key, "version that is told", version).hex()


def _contributions(held: Path, dataset: Dataset) -> dict[str, Any]:
    """How many rows descriptions leave out because their person has more; small numbers are not told."""
    flags = pl.scan_parquet(held).select(pl.col("held_out").mean(), (~pl.col("counted")).sum()).collect()
    share, left_out = flags.row(0)
    aside: dict[str, Any] = {"share held out from descriptions": round(share or 0.0, DECIMALS)}
    if dataset.privacy.person_column is None:
        return aside | {"whose rows": "every row counts as somebody else's: no person_column is declared"}
    return aside | {
        "rows beyond the most of one person, not described": few(left_out, dataset.minimum_count),
        "rows of one person": dataset.privacy.rows_per_person,
    }


def identifier_verdict(findings: Sequence[Finding]) -> dg.AssetCheckResult:
    """Passes where nothing was found."""
    said = "; ".join(str(finding) for finding in findings)
    return dg.AssetCheckResult(
        check_name=IDENTIFIER_CHECK,
        passed=not findings,
        description=f"Direct identifiers remain: {said}. Add a step that removes them." if said else "None found.",
        metadata={"findings": len(findings)},
    )


def rows_told(result: Spooled, least: int) -> dict[str, int | str]:
    """Rows before and after; where both would tell a number of removed rows below ``least``, not how many before."""
    removed = few(result.rows_in - result.rows, least)
    before = result.rows_in if isinstance(removed, int) else f"{removed} more than came out"
    return {"rows in": before, "rows out": result.rows, "rows removed": removed}


def rows_verdict(result: Spooled, least: int) -> dg.AssetCheckResult:
    """Passes where every row is accounted for."""
    lost = few(result.rows_lost_without_reason, least)
    figures = rows_told(result, least)
    counts = told_removals(result.outcomes, least)
    by_step = [
        f"{count} by '{outcome.step}' ({outcome.reason})"
        for outcome, count in zip(result.outcomes, counts, strict=True)
        if outcome.removes_rows
    ]
    verdict = (
        "Every row that is gone was removed by a step that says so."
        if lost == 0
        else f"Rows went or came, and no step says so: {lost}. Mend the step, or declare that it removes rows."
    )
    removed = str(figures["rows removed"]).capitalize()
    said = (
        f"{verdict} {removed} rows were removed, {result.rows} are left{': ' if by_step else ''}{'; '.join(by_step)}."
    )
    return dg.AssetCheckResult(
        check_name=ROWS_CHECK,
        passed=lost == 0,
        description=said,
        metadata=figures | {"rows lost": lost},
    )


def _minimum_k_anonymity(dataset: Dataset) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=dataset.deidentified,
        name=ANONYMITY_CHECK,
        description=f"Asks that at least {dataset.minimum_k} rows are alike in {', '.join(dataset.quasi_identifiers)}.",
    )
    def minimum_k_anonymity(table: TableHandle) -> dg.AssetCheckResult:
        return anonymity_verdict(table, dataset)

    return minimum_k_anonymity


def anonymity_verdict(table: Frame, dataset: Dataset) -> dg.AssetCheckResult:
    """Passes where the smallest class has ``minimum_k`` rows; else a warning, for this table stays inside."""
    found = anonymity(table, quasi_identifiers=dataset.quasi_identifiers)
    below = found.share_below(dataset.minimum_k)
    remedy = (
        f"{dataset.anonymised} has its rows, generalised and suppressed until it is."
        if dataset.hierarchies
        else "Declare hierarchies to have it generalised until it is, or coarsen the quasi-identifiers in steps."
    )
    return dg.AssetCheckResult(
        passed=found.k >= dataset.minimum_k,
        severity=dg.AssetCheckSeverity.WARN,
        description=(
            f"k = {found.k} (limit {dataset.minimum_k}); {found.share_unique:.1%} of rows are unique, {below:.1%} are "
            f"in classes below {dataset.minimum_k}, by {len(dataset.quasi_identifiers)} quasi-identifiers. "
            + ("" if found.k >= dataset.minimum_k else f"This table is not anonymous: it stays inside. {remedy}")
        ),
        metadata=rounded(
            {
                "k": found.k,
                "limit": f"at least {dataset.minimum_k}",
                "share unique": found.share_unique,
                f"share below {dataset.minimum_k}": below,
                "classes": found.classes,
                "rows": found.rows,
                "quasi-identifiers": ", ".join(dataset.quasi_identifiers),
                "source of the limit": dataset.policy.minimum_k.source,
            }
            | special_unique_figures(table, found.rows, dataset)
        ),
    )
