"""Run the main job in this process, and gather what came of it. Printing is the caller's."""

import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import dagster as dg
from dagster import DagsterInstance

from synth_assets.errors import SynthAssetsError

JOB = "everything"
Verdict = Literal["pass", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class AssetResult:
    """One asset of a run.

    Attributes:
        name: The asset.
        rows: Rows of its table; ``None`` where it was not made.
        seconds: For its whole step; ``None`` where it did not end.
        failed: Whether its step failed.
    """

    name: str
    rows: int | None
    seconds: float | None
    failed: bool


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of a run.

    Attributes:
        asset: What was checked.
        name: The check.
        verdict: ``warn`` where a check of severity WARN did not pass.
        figure: The sentence behind it.
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
        assets: In the order in which they ended.
        checks: In the order in which they ended.
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


def select(definitions: dg.Definitions, selection: str | None) -> list[dg.AssetKey]:
    """The assets that Dagster's selection syntax names, in flow order, without releases.

    Raises:
        SynthAssetsError: The selection does not parse or names nothing.
    """
    graph = definitions.resolve_asset_graph()
    try:
        chosen = dg.AssetSelection.from_string(selection) if selection else dg.AssetSelection.all()
        keys = (chosen - dg.AssetSelection.groups("releases")).resolve(graph)
    except (dg.DagsterError, ValueError) as error:
        message = f"The selection {selection!r} cannot be read: {error}. Use Dagster's syntax, e.g. +random_ae."
        raise SynthAssetsError(message) from error
    if not keys:
        message = f"The selection {selection!r} names no asset. Allowed: {_names(definitions)}."
        raise SynthAssetsError(message)
    return [key for key in graph.toposorted_asset_keys if key in keys]


def run_config(keys: list[dg.AssetKey], definitions: dg.Definitions, sizes: Mapping[str, Any]) -> dict[str, Any]:
    """Run config for the sizes that were asked for; for the others the assets' own defaults hold.

    Args:
        keys: The assets of the run.
        definitions: With all assets.
        sizes: ``rows``, ``synthetic_rows``, ``seed``; missing or ``None`` where not asked for.
    """
    graph, names = definitions.resolve_asset_graph(), {key.to_user_string() for key in keys}
    ops: dict[str, Any] = {}
    if sizes.get("rows") is not None and "mock_ae" in names:
        ops["mock_ae"] = {"config": {"rows": sizes["rows"]}}
    if sizes.get("synthetic_rows") is not None:
        synthetic = [key for key in keys if graph.get(key).group_name == "synthetic"]
        ops |= {key.to_user_string(): {"config": {"rows": sizes["synthetic_rows"]}} for key in synthetic}
    config: dict[str, Any] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}, "ops": ops}
    if sizes.get("seed") is not None:
        config["resources"] = {"randomness": {"config": {"seed": sizes["seed"]}}}
    return config


def run(
    definitions: dg.Definitions,
    instance: DagsterInstance,
    keys: list[dg.AssetKey],
    config: Mapping[str, Any],
    progress: Callable[[str, str], None],
) -> RunResult:
    """Run the assets and their checks, in this process.

    Args:
        definitions: The code location.
        instance: Where the run is recorded.
        keys: Which assets.
        config: Run config.
        progress: Called with an event (``start``, ``done``, ``failed``) and the step's name.
    """
    run_id = str(uuid.uuid4())
    events: list[dg.DagsterEvent] = []

    def hear(entry: Any) -> None:  # noqa: ANN401 - Dagster's log entry
        event = entry.dagster_event
        if event is not None:
            events.append(event)
            word = {"STEP_START": "start", "STEP_SUCCESS": "done", "STEP_FAILURE": "failed"}.get(event.event_type_value)
            if word:
                progress(word, str(event.step_key))

    instance.add_event_listener(run_id, hear)
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    definitions.resolve_job_def(JOB).execute_in_process(
        run_config=config, instance=instance, asset_selection=keys, run_id=run_id, raise_on_error=False
    )
    return gather(run_id, events)


def gather(run_id: str, events: list[dg.DagsterEvent]) -> RunResult:
    """The results in a run's events."""
    seconds: dict[str, float] = {}
    failed: dict[str, str] = {}
    made: dict[str, tuple[str, int | None]] = {}
    checks: list[CheckResult] = []
    for event in events:
        step = str(event.step_key)
        if event.event_type_value == "STEP_SUCCESS":
            seconds[step] = event.step_success_data.duration_ms / 1000
        elif event.event_type_value == "STEP_FAILURE":
            failed[step] = _why(event)
        elif event.event_type_value == "ASSET_MATERIALIZATION":
            found = event.materialization.metadata.get("dagster/row_count")
            made[step] = (event.materialization.asset_key.to_user_string(), int(str(found.value)) if found else None)
        elif event.event_type_value == "ASSET_CHECK_EVALUATION":
            checks.append(_check(event.asset_check_evaluation_data))
    assets = [AssetResult(name, rows, seconds.get(step), failed=step in failed) for step, (name, rows) in made.items()]
    assets += [AssetResult(step, None, None, failed=True) for step in failed if step not in made and ":" not in step]
    errors = [f"{step}: {why}" for step, why in failed.items()]
    return RunResult(run_id, tuple(assets), tuple(checks), tuple(errors))


def _check(data: Any) -> CheckResult:  # noqa: ANN401 - Dagster's evaluation
    warns = data.severity == dg.AssetCheckSeverity.WARN
    verdict: Verdict = "pass" if data.passed else "warn" if warns else "fail"
    return CheckResult(data.asset_key.to_user_string(), data.check_name, verdict, data.description or "")


def _why(event: dg.DagsterEvent) -> str:
    """The innermost message that is ours, else the innermost at all."""
    data = event.step_failure_data
    if data.user_failure_data and data.user_failure_data.description:
        return data.user_failure_data.description
    error = data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message.strip() if error else "unknown"


def _names(definitions: dg.Definitions) -> str:
    return ", ".join(key.to_user_string() for key in definitions.resolve_asset_graph().toposorted_asset_keys)
