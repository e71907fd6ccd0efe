"""What came of a run, gathered from its events. Nothing is run or printed here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import dagster as dg
from dagster_shared.error import SerializableErrorInfo

from synth_assets import errors

State = Literal["made", "failed", "skipped"]
Verdict = Literal["pass", "warn", "fail", "not run"]

OUR_ERRORS = frozenset(name for name in vars(errors) if name.endswith("Error"))
INTERRUPTED = "The run was interrupted. Every table is whole, the old one or the new one. Run it again."


@dataclass(frozen=True, slots=True)
class AssetResult:
    """One asset of a run.

    Attributes:
        name: The asset.
        state: ``skipped`` where something before it failed.
        rows: Rows of its table; ``None`` where it was not made.
        seconds: For its whole step; ``None`` where it did not end.
    """

    name: str
    state: State
    rows: int | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of a run.

    Attributes:
        asset: What was checked.
        name: The check.
        verdict: ``warn`` where a check of severity WARN did not pass; ``not run`` where it, or something before it,
            failed.
        figure: The sentence behind it; empty where it was not reached.
    """

    asset: str
    name: str
    verdict: Verdict
    figure: str


@dataclass(frozen=True)
class RunResult:
    """What came of a run.

    Attributes:
        run_id: Dagster's.
        assets: In flow order.
        checks: In the order of what they check.
        errors: What went wrong, for people.
    """

    run_id: str
    assets: tuple[AssetResult, ...]
    checks: tuple[CheckResult, ...]
    errors: tuple[str, ...]

    @property
    def succeeded(self) -> bool:
        """Whether nothing failed; warnings are no failures."""
        return not self.errors and not any(check.verdict == "fail" for check in self.checks)


@dataclass
class _Notes:
    """What the events said, by step or by check."""

    seconds: dict[str, float] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int | None] = field(default_factory=dict)
    steps: dict[str, str] = field(default_factory=dict)
    check_steps: dict[tuple[str, str], str] = field(default_factory=dict)
    checks: dict[tuple[str, str], CheckResult] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def take(self, event: dg.DagsterEvent) -> None:
        """Note one event."""
        step = str(event.step_key)
        data: Any = event.event_specific_data
        match event.event_type_value:
            case "ASSET_MATERIALIZATION_PLANNED":
                self.steps[event.asset_materialization_planned_data.asset_key.to_user_string()] = step
            case "ASSET_CHECK_EVALUATION_PLANNED":
                self.check_steps[data.asset_key.to_user_string(), data.check_name] = step
            case "STEP_SUCCESS":
                self.seconds[step] = event.step_success_data.duration_ms / 1000
            case "STEP_FAILURE":
                self.failed[step] = _why_step(event.step_failure_data)
                self.errors.append(f"{step}: {self.failed[step]}")
            case "ASSET_MATERIALIZATION":
                found = event.materialization.metadata.get("dagster/row_count")
                self.rows[event.materialization.asset_key.to_user_string()] = int(str(found.value)) if found else None
            case "ASSET_CHECK_EVALUATION":
                key = data.asset_key.to_user_string(), data.check_name
                self.checks[key] = CheckResult(*key, _verdict(data), data.description or "")
            case "HOOK_ERRORED":
                self.errors.append(f"after {step}: {why(event.hook_errored_data.error)}")
            case "PIPELINE_FAILURE" | "PIPELINE_CANCELED" if not self.failed:
                error = getattr(data, "error", None)
                self.errors.append(why(error) if error else event.message or "The run did not end.")
            case _:
                pass

    def check(self, asset: str, name: str) -> CheckResult:
        """The result of a planned check; one whose own step failed says why."""
        step = self.check_steps[asset, name]
        unrun = "" if step in self.steps.values() else self.failed.get(step, "")
        return self.checks.get((asset, name), CheckResult(asset, name, "not run", unrun))


def gather(run_id: str, events: Iterable[dg.DagsterEvent], order: Sequence[str]) -> RunResult:
    """The results in a run's events.

    Args:
        run_id: Dagster's.
        events: In the order in which they came.
        order: The names of the assets, in flow order.
    """
    notes = _Notes()
    for event in events:
        notes.take(event)
    planned = [name for name in order if name in notes.steps]
    return RunResult(
        run_id,
        assets=tuple(_asset(name, notes) for name in planned),
        checks=tuple(notes.check(*key) for key in sorted(notes.check_steps, key=lambda key: planned.index(key[0]))),
        errors=tuple(notes.errors),
    )


def told_of(instance: dg.DagsterInstance, run_id: str, asset: dg.AssetKey) -> dict[str, Any]:
    """The metadata with which a run made an asset; none where it did not.

    Args:
        instance: Where the run is recorded.
        run_id: Dagster's.
        asset: Which.
    """
    told: dict[str, Any] = {}
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION):
        made = entry.dagster_event.step_materialization_data.materialization if entry.dagster_event else None
        if made is not None and made.asset_key == asset:
            told |= {name: value.value for name, value in made.metadata.items()}
    return told


def why(error: SerializableErrorInfo) -> str:
    """The message of ours in a chain of errors, without its class's name; else the innermost message."""
    chain = [error]
    while chain[-1].cause is not None:
        chain.append(chain[-1].cause)
    if chain[-1].cls_name == "DagsterExecutionInterruptedError":
        return INTERRUPTED
    ours = [link for link in chain if link.cls_name in OUR_ERRORS]
    if not ours:
        return chain[-1].message.strip()
    return ours[0].message.partition(": ")[2].strip()


def _asset(name: str, notes: _Notes) -> AssetResult:
    step = notes.steps[name]
    state: State = "failed" if step in notes.failed else "made" if name in notes.rows else "skipped"
    return AssetResult(name, state, notes.rows.get(name), notes.seconds.get(step))


def _verdict(data: Any) -> Verdict:  # noqa: ANN401 - Dagster's evaluation
    if data.passed:
        return "pass"
    return "warn" if data.severity == dg.AssetCheckSeverity.WARN else "fail"


def _why_step(data: Any) -> str:  # noqa: ANN401 - Dagster's step failure
    """What the asset itself says of its failure, else the error behind it."""
    if data.user_failure_data and data.user_failure_data.description:
        return data.user_failure_data.description
    return why(data.error) if data.error else "unknown"
