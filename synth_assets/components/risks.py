"""The risk of each synthetic table: attacks on rows that its description saw, and the same on rows held out."""

import math
import time
from collections.abc import Iterator
from typing import Any

import dagster as dg

from synth_assets.components.attacks import ATTACK_CHECK, COPY_CHECK, Measured, lines_of, measure_risk, sampled
from synth_assets.components.dataset import Dataset
from synth_assets.components.failure import say_what_to_do
from synth_assets.components.inputs import gated
from synth_assets.components.metadata import DECIMALS, rounded, told_columns
from synth_assets.components.portraits import of_attacks
from synth_assets.components.protected import units_of
from synth_assets.components.resources import Randomness, Workplace
from synth_assets.components.stored import stored_description
from synth_assets.measure.risk import Risks, Verdict
from synth_assets.policy import Rule
from synth_assets.schema import Mode
from synth_assets.storage.warehouse import TableHandle

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
                description="Asks that singling out, linking and guessing succeed on those described as on others.",
            ),
            dg.AssetCheckSpec(
                COPY_CHECK,
                asset=dataset.risk(mode),
                description="Asks that rows of those described are in the table no more often than rows of others.",
            ),
        ],
    )
    def measured(
        context: dg.AssetExecutionContext,
        workplace: Workplace,
        randomness: Randomness,
        original: TableHandle,
        synthetic: TableHandle,
    ) -> Iterator[Any]:
        started = time.perf_counter()
        rng = randomness.rng(dataset.risk(mode))
        held = units_of(dataset.original)
        units = TableHandle(workplace.warehouse, held.name, held.schema)
        told = stored_description(workplace.warehouse, dataset, mode)
        found = measure_risk(dataset, workplace, original, units, synthetic, told, rng, context.log.info)
        private = dataset.privacy.bound(mode)[0] is not None
        yield from verdicts(found, dataset, private=private)
        table = Risks((), (), (0, 0, 0)).table if found is None else found.risks.table
        told = figures(found) | sampled(synthetic.rows)
        told |= of_attacks(lines_of(dataset, mode, table), dataset.risk(mode), workplace.folder.reports)
        yield dg.Output(table, metadata=told | {"seconds": round(time.perf_counter() - started, 3)})

    return measured


def verdicts(found: Measured | None, dataset: Dataset, *, private: bool) -> Iterator[dg.AssetCheckResult]:
    """What the policy's limits make of the attacks; with epsilon they warn only, for its bound is what protects."""
    for check, rule in ((ATTACK_CHECK, dataset.policy.attack_risk), (COPY_CHECK, dataset.policy.copy_risk)):
        if found is None:
            yield _not_run(check)
        else:
            yield risk_verdict(check, rule, found.judged(rule, dataset.policy), dataset, private=private)


def risk_verdict(check: str, rule: Rule, verdict: Verdict, dataset: Dataset, *, private: bool) -> dg.AssetCheckResult:
    """Fails where the lower limit of any attack is above the policy's, or none was tried; else warns of lacks."""
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
        return f"{said}: no attack could be tried often enough (policy {policy}: {rule.words}).{_gaps(verdict)}"
    attack = verdict.attack
    name = f"{attack.name} ({attack.variant})" if attack.variant else attack.name
    told = (
        f"{said}. The worst attack is {name}: it succeeds on {attack.training_rate:.1%} of those described and on "
        f"{attack.control_rate:.1%} of others, an excess of {attack.excess:.3f} (from {verdict.lower:.3f} to "
        f"{verdict.upper:.3f}; policy {policy}: {rule.words})."
    )
    if verdict.outcome == "not enough evidence" and verdict.detectable is not None:
        told += f" Only an excess of {verdict.detectable:.2f} or more would have been found: hold more people out."
    return told + _gaps(verdict)


def _gaps(verdict: Verdict) -> str:
    return f" Not tried, and so not excluded: {'; '.join(verdict.gaps)}." if verdict.gaps else ""


def not_excluded(verdict: Verdict) -> str:
    """What the evidence leaves open, for readers of a release: in hundredths, rounded up."""
    upper = 1.0 if verdict.upper is None else math.ceil(verdict.upper * 100) / 100
    gaps = f"; not tried: {'; '.join(verdict.gaps)}" if verdict.gaps else ""
    return f"an excess of up to {upper:.2f}{gaps}"


def _told(verdict: Verdict, rule: Rule, policy: str) -> dict[str, Any]:
    numbers = {"lower limit of the excess": verdict.lower, "upper limit of the excess": verdict.upper}
    told = {
        "outcome": verdict.outcome,
        "limit": rule.words,
        "smallest excess to be found": "none" if verdict.detectable is None else f"{verdict.detectable:.4f}",
        "not tried": "; ".join(verdict.gaps) or "none",
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


def figures(measured: Measured | None) -> dict[str, Any]:
    """What is told of the attacks: the worst of each, and how many rows there were."""
    if measured is None:
        return {"attacks": "not run: nobody is held out"}
    found = measured.risks
    told: dict[str, Any] = {
        "rows": "{:,} described, {:,} held out, {:,} synthetic".format(*found.rows),
        "attacks": len(found.attacks),
    }
    for name in dict.fromkeys(attack.name for attack in found.attacks):
        excesses = [attack.excess for attack in found.attacks if attack.name == name]
        told[f"excess, {name} (worst)"] = round(float(max(excesses)), DECIMALS)
    if found.too_few:
        told["not tried often enough"] = ", ".join(f"{one.name} ({one.variant})" for one in found.too_few)
    if found.untried:
        told["families not tried"] = "; ".join(map(str, found.untried))
    return told
