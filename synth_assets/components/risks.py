"""The risk of each synthetic table: attacks on rows that its description saw, and the same on rows held out."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

import dagster as dg
import numpy as np
import polars as pl

from synth_assets.components.dataset import Dataset
from synth_assets.components.failure import say_what_to_do
from synth_assets.components.inputs import gated
from synth_assets.components.metadata import DECIMALS, rounded, told_columns
from synth_assets.components.protected import units_of
from synth_assets.components.resources import Randomness, Workplace
from synth_assets.components.stored import stored_description
from synth_assets.frames import Frame, in_order
from synth_assets.measure.risk import Attack, Risks, Verdict, decide, risk
from synth_assets.measure.risk.copies import NAME as COPIES
from synth_assets.measure.risk.lookalikes import lookalikes
from synth_assets.policy import Rule
from synth_assets.schema import Mode, Schema
from synth_assets.storage.sample import Flags, rows_of, rows_where, some_of
from synth_assets.storage.tables import TableName
from synth_assets.storage.warehouse import TableHandle

ATTACK_CHECK, COPY_CHECK = "attack_risk", "copy_risk"
ATTACKS = 2_000
"""Of each kind on either side, if there are as many rows held out."""

MOST_ROWS = 100_000
"""Described, held out and synthetic rows that attacks work on, each; of more a random sample."""

RISK_COLUMNS = {
    "name": ("text", "The attack"),
    "variant": ("text", "Its parameters"),
    "attacks": ("integer", "How often it was tried, on either side"),
    "training_rate": ("float", "Successes on rows that the description saw. From the original"),
    "control_rate": ("float", "Successes on rows held out from it. From the original"),
    "guesses": ("float", "Successes by guessing; for information only"),
    "excess": ("float", "What the table adds: (training - control) / (1 - control)"),
    "lower": ("float", "Its lower limit, for all attacks together but for a chance of 0.1 %"),
    "upper": ("float", "Its upper limit, likewise"),
    "detectable": ("float", "The smallest excess that would have been told from 0 with a chance of 80 %"),
}


def risk_asset(dataset: Dataset, mode: Mode) -> dg.AssetsDefinition:
    """The asset ``<mode>_<name>_risk``, with its two checks."""

    @dg.asset(
        name=dataset.risk(mode),
        ins={
            "original": gated(dataset, dataset.original, TableHandle),
            "synthetic": gated(dataset, dataset.synthetic(mode), TableHandle),
        },
        group_name="reports",
        owners=[dataset.owner],
        kinds={"python", "numpy", "duckdb"},
        description=f"What {dataset.synthetic(mode)} tells of those it was made from, by attacks. Stays inside.",
        metadata={"dagster/column_schema": told_columns(RISK_COLUMNS)},
        hooks={say_what_to_do},
        check_specs=[
            dg.AssetCheckSpec(
                ATTACK_CHECK,
                asset=dataset.risk(mode),
                description="Singling out, linking and guessing succeed on those described no more than on others.",
            ),
            dg.AssetCheckSpec(
                COPY_CHECK,
                asset=dataset.risk(mode),
                description="Rows of those described are in the table no more often than rows of others.",
            ),
        ],
    )
    def measured(
        workplace: Workplace, randomness: Randomness, original: TableHandle, synthetic: TableHandle
    ) -> Iterator[Any]:
        started = time.perf_counter()
        rng = randomness.rng(dataset.risk(mode))
        found = measure_risk(dataset, mode, workplace, original, synthetic, rng)
        private = dataset.privacy.bound(mode)[0] is not None
        yield from verdicts(found, dataset, private=private)
        told = figures(found) | sampled(synthetic.rows) | {"seconds": round(time.perf_counter() - started, 3)}
        yield dg.Output(Risks((), (), (0, 0, 0)).table if found is None else found.table, metadata=told)

    return measured


def measure_risk(  # noqa: PLR0913, PLR0917 - whose table, where it is, and what it is compared with
    dataset: Dataset,
    mode: Mode,
    workplace: Workplace,
    original: TableHandle,
    synthetic: Frame,
    rng: np.random.Generator,
) -> Risks | None:
    """Attacks on rows described and rows held out; ``None`` where nothing is held out.

    Of more than ``MOST_ROWS`` rows on a side the attacker has a random sample; copies are looked for in all of them.

    Raises:
        MeasurementError: The tables do not fit each other.
    """
    described, control = _sides(workplace, units_of(dataset.original))
    if not control.any() or not described.any():
        return None
    schema: Schema = dataset.original_schema(workplace.folder.input, workplace.key, original.lazy().collect_schema())
    training, held = (rows_where(original, some_of(side, MOST_ROWS, rng)) for side in (described, control))
    many = rows_of(synthetic)
    made = rows_where(synthetic, some_of(np.ones(many, dtype=np.bool_), MOST_ROWS, rng))
    alike = None
    if many > MOST_ROWS:
        with closing(in_order(synthetic)) as batches:
            alike = lookalikes(batches, pl.concat([training, held]), schema)
    told = stored_description(workplace.warehouse, dataset, mode)
    return risk(training, held, made, schema, attacks=ATTACKS, rng=rng, description=told, alike=alike)


def sampled(rows: int) -> dict[str, str]:
    """What is said where the attacker has but a sample of the table."""
    if rows <= MOST_ROWS:
        return {}
    return {"sample": f"the attacker has {MOST_ROWS:,} random rows of {rows:,}; copies are looked for in all of them"}


def _sides(workplace: Workplace, units: TableName) -> tuple[Flags, Flags]:
    """Which rows are described, and which are held out and of those that would be."""
    with TableHandle(workplace.warehouse, units.name, units.schema).relation() as relation:
        flags = relation.project("described, held_out and counted as control").fetchnumpy()
    return np.asarray(flags["described"], dtype=np.bool_), np.asarray(flags["control"], dtype=np.bool_)


def split(found: Risks) -> tuple[list[Attack], list[Attack]]:
    """Attacks that learn something, and copies."""
    copies = [attack for attack in found.attacks if attack.name == COPIES]
    return [attack for attack in found.attacks if attack.name != COPIES], copies


def verdicts(found: Risks | None, dataset: Dataset, *, private: bool) -> Iterator[dg.AssetCheckResult]:
    """What the policy's limits make of the attacks; with epsilon they warn only, for its bound is what protects."""
    attacks, copied = ([], []) if found is None else split(found)
    for check, rule, some in (
        (ATTACK_CHECK, dataset.policy.attack_risk, attacks),
        (COPY_CHECK, dataset.policy.copy_risk, copied),
    ):
        if found is None:
            yield _not_run(check)
        else:
            yield risk_verdict(check, rule, some, dataset, private=private)


def risk_verdict(
    check: str, rule: Rule, attacks: Sequence[Attack], dataset: Dataset, *, private: bool
) -> dg.AssetCheckResult:
    """Fails where the lower limit of any attack is above the policy's; warns where an upper one is."""
    verdict = decide(attacks, rule.limit)
    failed = verdict.outcome == "fail" and not private
    return dg.AssetCheckResult(
        check_name=check,
        passed=verdict.outcome == "pass",
        severity=dg.AssetCheckSeverity.ERROR if failed else dg.AssetCheckSeverity.WARN,
        description=risk_sentence(verdict, rule, dataset.policy.name),
        metadata=_told(verdict, rule, dataset.policy.name),
    )


def risk_sentence(verdict: Verdict, rule: Rule, policy: str) -> str:
    """The verdict as a person reads it out."""
    said = {"pass": "Kept", "fail": "NOT kept", "not enough evidence": "Not enough evidence"}[verdict.outcome]
    if verdict.attack is None or verdict.lower is None or verdict.upper is None:
        return f"{said}: no attack could be tried often enough (policy {policy}: {rule.words})."
    attack = verdict.attack
    name = f"{attack.name} ({attack.variant})" if attack.variant else attack.name
    told = (
        f"{said}. The worst attack is {name}: it succeeds on {attack.training_rate:.1%} of those described and on "
        f"{attack.control_rate:.1%} of others, an excess of {attack.excess:.3f} (from {verdict.lower:.3f} to "
        f"{verdict.upper:.3f}; policy {policy}: {rule.words})."
    )
    if verdict.outcome == "not enough evidence" and verdict.detectable is not None:
        told += (
            f" An excess of {verdict.detectable:.2f} or more would have been found; hold more people out to see less."
        )
    return told


def _told(verdict: Verdict, rule: Rule, policy: str) -> dict[str, Any]:
    numbers = {"lower": verdict.lower, "upper": verdict.upper, "detectable": verdict.detectable}
    told = {
        "outcome": verdict.outcome,
        "limit": float(rule.limit),
        "rule": rule.name,
        "policy": policy,
        "object": rule.object,
        "source of the limit": rule.source,
    }
    return rounded(told | {name: number for name, number in numbers.items() if number is not None})


def _not_run(check: str) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=check,
        passed=False,
        severity=dg.AssetCheckSeverity.WARN,
        description=(
            "Not run: nobody is held out from the descriptions, so there is nothing to compare with. Set hold_out, "
            "e.g. 0.2. Without this evidence nothing is released, unless epsilon protects it."
        ),
        metadata={"outcome": "not run"},
    )


def figures(found: Risks | None) -> dict[str, Any]:
    """What is told of the attacks: the worst of each, and how many rows there were."""
    if found is None:
        return {"attacks": "not run: nobody is held out"}
    told: dict[str, Any] = {
        "rows": "{:,} described, {:,} held out, {:,} synthetic".format(*found.rows),
        "attacks": len(found.attacks),
    }
    for name in dict.fromkeys(attack.name for attack in found.attacks):
        excesses = [attack.excess for attack in found.attacks if attack.name == name]
        told[f"excess, {name} (worst)"] = round(float(max(excesses)), DECIMALS)
    if found.too_few:
        told["not tried often enough"] = ", ".join(f"{one.name} ({one.variant})" for one in found.too_few)
    return told
