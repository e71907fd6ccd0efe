"""The asset with the anonymised table: made only where it reaches the policy's k and l, and with the least loss."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from synth_assets.components.dataset import Dataset
from synth_assets.components.failure import say_what_to_do
from synth_assets.components.inputs import gated
from synth_assets.components.metadata import declared_columns, figure, rounded
from synth_assets.components.protected import table_version, units_of
from synth_assets.components.resources import Workplace
from synth_assets.components.versions import versioned
from synth_assets.errors import ProtectionError
from synth_assets.policy import Rule
from synth_assets.protect import Protected, generalise
from synth_assets.protect.removals import few
from synth_assets.report.trade_off import write_trade_off
from synth_assets.storage.beside import PRIVATE, WithBeside

_ROW = "the row's place in the de-identified table"
K_CHECK, L_CHECK, SUPPRESSION_CHECK = "minimum_k", "minimum_l", "most_suppressed"


def anonymised_asset(dataset: Dataset) -> dg.AssetsDefinition:
    """The asset ``anonymised_<name>``, with its checks: nothing is written where one fails."""
    checks = {
        K_CHECK: f"Asks that at least {dataset.minimum_k} rows are alike in {', '.join(dataset.hierarchies)}.",
        SUPPRESSION_CHECK: f"Asks that at most {dataset.policy.most_suppressed.limit:.0%} of the rows are removed.",
    }
    if dataset.sensitive:
        checks[L_CHECK] = f"Asks that rows alike have several values of {', '.join(dataset.sensitive)}."

    @dg.asset(
        name=dataset.anonymised,
        ins={"original": gated(dataset, dataset.deidentified, pl.DataFrame)},
        group_name="protected",
        owners=[dataset.owner],
        kinds={"python", "polars", "duckdb"},
        description=(
            f"{dataset.title}, generalised and suppressed to k = {dataset.minimum_k} with the least loss. "
            "Internal until somebody signs for it."
        ),
        metadata={"dagster/column_schema": declared_columns(_generalised(dataset))},
        hooks={say_what_to_do},
        check_specs=[
            dg.AssetCheckSpec(name, asset=dataset.anonymised, blocking=True, description=said)
            for name, said in checks.items()
        ],
    )
    def anonymised(workplace: Workplace, original: pl.DataFrame) -> Iterator[Any]:
        started = time.perf_counter()
        held = workplace.warehouse.read(units_of(dataset.deidentified).name, PRIVATE)
        try:
            made = anonymise(dataset, original.with_columns(held["row"].alias(_ROW)))
        except ProtectionError as error:
            yield dg.AssetCheckResult(check_name=K_CHECK, passed=False, description=str(error))
            raise dg.Failure(description=f"Nothing was written: {error}", allow_retries=False) from error
        yield from verdicts(made, dataset)
        told = _figures(made, dataset) | _picture(made, dataset, workplace.folder.reports / dataset.anonymised)
        told |= {"seconds": round(time.perf_counter() - started, 3)}
        table, stay = made.table.drop(_ROW), held[made.table[_ROW]]
        yield versioned(
            WithBeside(table, {units_of(dataset.anonymised): stay}),
            version=table_version(table, stay, workplace.key),
            metadata=told,
        )

    return anonymised


def _generalised(dataset: Dataset) -> Iterator[dict[str, Any]]:
    """The columns as the YAML has them, and that some may be generalised."""
    for column in dataset.columns:
        words = f"{column.get('description') or column['name']}. From {dataset.deidentified}"
        if column["name"] in dataset.hierarchies:
            words += ", generalised as far as it takes; then it is text"
        yield {**column, "description": words}


def anonymise(dataset: Dataset, original: pl.DataFrame) -> Protected:
    """The table at the policy's k and l.

    Raises:
        ProtectionError: It cannot get there within the policy's limit of suppressed rows.
    """
    return generalise(
        original,
        dataset.hierarchies,
        k=dataset.minimum_k,
        l=int(dataset.policy.minimum_l.limit) if dataset.sensitive else None,
        sensitive=dataset.sensitive,
        suppression_limit=dataset.policy.most_suppressed.limit,
    )


def verdicts(made: Protected, dataset: Dataset) -> Iterator[dg.AssetCheckResult]:
    """One a rule, each with its figure, limit and source."""
    policy, found = dataset.policy, made.anonymity
    k = Rule(policy.minimum_k.name, dataset.minimum_k, policy.minimum_k.source)
    yield _verdict(k, found.k, f"k = {found.k}: at least so many rows are alike", dataset)
    suppression = policy.most_suppressed
    yield _verdict(suppression, made.suppression, f"A share of {made.suppression:.4f} of the rows was removed", dataset)
    if found.l is not None:
        said = f"l = {found.l}: among rows alike there are so many values of a sensitive column"
        yield _verdict(policy.minimum_l, found.l, said, dataset)


def _verdict(rule: Rule, figure: float, said: str, dataset: Dataset) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=rule.name,
        passed=rule.allows(figure),
        description=f"{said} (policy {dataset.policy.name}: {rule.words}).",
        metadata=rounded(
            {
                "figure": figure,
                "limit": rule.words,
                "rule": rule.name,
                "policy": dataset.policy.name,
                "object": rule.object,
                "source of the limit": rule.source,
            }
        ),
    )


def _figures(made: Protected, dataset: Dataset) -> dict[str, Any]:
    levels = "\n".join(f"- {column}: level {level}" for column, level in made.levels.items())
    return rounded(
        {
            "levels": dg.MetadataValue.md(levels),
            "rows in": made.rows_in,
            "rows suppressed": few(made.suppressed, dataset.minimum_count),
            "loss (LM, 0 to 1)": made.losses.loss_metric,
            "loss (precision)": made.losses.precision,
            "loss (entropy)": made.losses.entropy,
            "average class size over k": made.losses.average_class_size,
            "discernibility": made.losses.discernibility,
            "k": made.anonymity.k,
            "nodes of the lattice": made.search.nodes,
            "search": "the optimum is proved" if made.search.optimal else "not exhaustive: a better one may be missed",
        }
    )


def _picture(made: Protected, dataset: Dataset, folder: Path) -> dict[str, Any]:
    limit = dataset.policy.most_suppressed.limit
    picture = write_trade_off(made.front, folder, limit=limit, title=f"What anonymity of {dataset.title} costs")
    return figure("loss against suppression", picture)
