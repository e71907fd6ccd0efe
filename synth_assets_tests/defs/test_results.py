"""What came of a run is read from its events: every asset and every check has a state, and every error its reason."""

import uuid
from typing import Any

import dagster as dg
import pytest
from dagster import DagsterInstance

from synth_assets.defs.results import RunResult, gather
from synth_assets.errors import SourceError


def run(instance: DagsterInstance, *assets: dg.AssetsDefinition, checks: tuple[Any, ...] = ()) -> RunResult:
    made = dg.Definitions(
        assets=assets, asset_checks=checks, jobs=[dg.define_asset_job("all")], executor=dg.in_process_executor
    )
    events: list[dg.DagsterEvent] = []
    run_id = str(uuid.uuid4())
    instance.add_event_listener(
        run_id, lambda entry: events.append(entry.dagster_event) if entry.dagster_event else None
    )
    made.resolve_job_def("all").execute_in_process(instance=instance, run_id=run_id, raise_on_error=False)
    return gather(run_id, events, [asset.key.to_user_string() for asset in assets])


def three(instance: DagsterInstance, *, fails: Exception | None = None, severity: str = "ERROR") -> RunResult:
    """Three assets in a row; the first one's check does not pass, and the second asset fails if asked to."""

    @dg.asset
    def first() -> dg.MaterializeResult:
        return dg.MaterializeResult(metadata={"dagster/row_count": 12})

    @dg.asset(deps=[first])
    def second() -> None:
        if fails is not None:
            raise fails

    @dg.asset(deps=[second])
    def third() -> None: ...

    @dg.asset_check(asset=first)
    def looks_right() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=False, severity=dg.AssetCheckSeverity(severity), description="7 of 12")

    @dg.asset_check(asset=third)
    def is_there() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=True)

    return run(instance, first, second, third, checks=(looks_right, is_there))


def from_a_library(message: str) -> Exception:
    """An error of ours with a library's behind it, as ``raise ... from error`` makes it."""
    error = SourceError(message)
    error.__cause__ = OSError("errno 7 in libfoo")
    return error


def test_what_was_made_has_rows_and_seconds(instance: DagsterInstance):
    result = three(instance, severity="WARN")

    assert [(asset.name, asset.state, asset.rows) for asset in result.assets] == [
        ("first", "made", 12),
        ("second", "made", None),
        ("third", "made", None),
    ]
    assert all(asset.seconds is not None and asset.seconds >= 0 for asset in result.assets)
    assert [(check.name, check.verdict, check.figure) for check in result.checks] == [
        ("looks_right", "warn", "7 of 12"),
        ("is_there", "pass", ""),
    ]
    assert result.errors == ()
    assert result.succeeded


def test_a_check_that_fails_is_no_success_although_dagster_calls_it_one(instance: DagsterInstance):
    result = three(instance)

    assert result.checks[0].verdict == "fail"
    assert result.errors == ()
    assert not result.succeeded


def test_what_comes_after_a_failure_is_skipped_and_its_check_not_run(instance: DagsterInstance):
    result = three(instance, fails=SourceError("The file is empty. Fetch it again."))

    assert [(asset.name, asset.state) for asset in result.assets] == [
        ("first", "made"),
        ("second", "failed"),
        ("third", "skipped"),
    ]
    assert (result.checks[1].verdict, result.checks[1].figure) == ("not run", "")
    assert result.errors == ("second: The file is empty. Fetch it again.",)
    assert not result.succeeded


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (from_a_library("It cannot be read. Put it back."), "second: It cannot be read. Put it back."),
        (dg.Failure("Nothing was written."), "second: Nothing was written."),
        (ZeroDivisionError("division by zero"), "second: ZeroDivisionError: division by zero"),
    ],
)
def test_an_error_is_our_sentence_where_there_is_one(instance: DagsterInstance, error: Exception, said: str):
    assert three(instance, fails=error).errors == (said,)


def test_a_check_that_breaks_says_why(instance: DagsterInstance):
    problem = SourceError("No list. Put it back.")

    @dg.asset
    def first() -> None: ...

    @dg.asset_check(asset=first)
    def breaks() -> dg.AssetCheckResult:
        raise problem

    result = run(instance, first, checks=(breaks,))

    assert [(asset.name, asset.state) for asset in result.assets] == [("first", "made")]
    assert [(check.verdict, check.figure) for check in result.checks] == [("not run", "No list. Put it back.")]
    assert result.errors == ("first_breaks: No list. Put it back.",)


def test_a_hook_that_breaks_is_an_error(instance: DagsterInstance):
    problem = SourceError("No room on the disk. Free some.")

    @dg.success_hook
    def publish(_context: dg.HookContext) -> None:
        raise problem

    @dg.asset(hooks={publish})
    def first() -> None: ...

    result = run(instance, first)

    assert result.assets[0].state == "made"
    assert result.errors == ("after first: No room on the disk. Free some.",)
    assert not result.succeeded
