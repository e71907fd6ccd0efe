"""What a policy's clauses make of each mode's table, from the tables that comparisons and risk assets left."""

from collections.abc import Sequence

import dagster as dg
import polars as pl
from dagster import DagsterInstance

from synth_assets.components.attacks import lines_of
from synth_assets.components.dataset import Dataset
from synth_assets.components.history import is_of_a_run, is_of_present, last_checked
from synth_assets.components.risks import ATTACK_CHECK, COPY_CHECK
from synth_assets.measure.dependence import STANDARD_ERRORS, dependence_kept
from synth_assets.measure.risk.copies import NAME as COPIES
from synth_assets.policy import Rule
from synth_assets.report.privacy_tables import AttackLine, Clause, Outcome
from synth_assets.schema import Mode

_OUTCOMES: dict[str, Outcome] = {"pass": "kept", "fail": "not kept", "not enough evidence": "not enough evidence"}


def correlation_clause(
    mode: Mode, measurements: pl.DataFrame, verdict: dg.AssetCheckResult, dataset: Dataset
) -> Clause:
    """What the policy makes of how columns go together in a mode's table."""
    rule = dataset.policy.correlation_tolerance
    found = dependence_kept(measurements)
    outcome: Outcome = "kept" if verdict.passed else "not kept"
    figure = error = None
    if found is not None:
        kept = mode == "correlated"
        figure = abs(found.worst.difference) if kept else found.strongest.synthetic
        error = STANDARD_ERRORS * (found.worst.difference_error if kept else found.strongest.synthetic_error)
    around = (None, None) if figure is None or error is None else (figure - error, figure + error)
    return Clause(
        mode, "use", _clause(rule), rule.source, rule.limit, figure, *around, outcome, str(verdict.description)
    )


def _clause(rule: Rule) -> str:
    return f"{rule.name.replace('_', ' ')}: {rule.words}"


def risk_clauses(instance: DagsterInstance, dataset: Dataset, mode: Mode, table: pl.DataFrame) -> list[Clause]:
    """What the policy makes of the attacks on a mode's table: the outcome that the check told, and the attack behind.

    Args:
        instance: Dagster's history, which knows what was not tried at all, and of what the attacks were.
        dataset: Whose.
        mode: Whose table.
        table: What its risk asset left.
    """
    policy, asset = dataset.policy, dg.AssetKey(dataset.risk(mode))
    judged = ((ATTACK_CHECK, policy.attack_risk, False), (COPY_CHECK, policy.copy_risk, True))
    if not _attacked(instance, dataset, mode):
        old = (
            f"Attacks were made on another drawing of {dataset.synthetic(mode)}, or beside another original. "
            f"Materialise {dataset.risk(mode)} again."
        )
        return [
            Clause(mode, "risk", _clause(rule), rule.source, rule.limit, None, None, None, "not run", old)
            for _, rule, _ in judged
        ]
    clauses = []
    for check, rule, copies in judged:
        figures = _deciding(lines_of(dataset, mode, table.filter((pl.col("name") == COPIES) == copies)))
        told = _told(instance, dg.AssetCheckKey(asset, check))
        clauses.append(Clause(mode, "risk", _clause(rule), rule.source, rule.limit, *figures, *told))
    return clauses


def _deciding(lines: Sequence[AttackLine]) -> tuple[float | None, float | None, float | None]:
    """Excess and its limits of the attack that ``decide`` goes by; none where there is no attack."""
    fails = any(one.outcome == "not kept" for one in lines)
    worst = max(lines, key=lambda one: one.lower if fails else one.upper, default=None)
    return (None, None, None) if worst is None else (worst.excess, worst.lower, worst.upper)


def _attacked(instance: DagsterInstance, dataset: Dataset, mode: Mode) -> bool:
    """Whether the attacks that are stored are on the present table, beside the present original."""
    return is_of_present(instance, dataset.risk(mode), dataset.synthetic(mode), dataset.original)


def _told(instance: DagsterInstance, check: dg.AssetCheckKey) -> tuple[Outcome, str]:
    """The outcome of a check and its sentence, as a run recorded them; not run where none did."""
    record = last_checked(instance, check)
    evaluation = record.evaluation if record and record.event and is_of_a_run(record.event) else None
    if evaluation is None:
        return "not run", f"{check.name} left no record."
    outcome = evaluation.metadata.get("outcome")
    return _OUTCOMES.get(str(outcome.value) if outcome else "", "not run"), str(evaluation.description)


def attack_lines(instance: DagsterInstance, dataset: Dataset, mode: Mode, table: pl.DataFrame) -> list[AttackLine]:
    """The attacks themselves, each with the policy's limit; none where they are of another drawing."""
    return lines_of(dataset, mode, table) if _attacked(instance, dataset, mode) else []
