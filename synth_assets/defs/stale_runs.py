"""Runs whose process was killed: Dagster would count them as in progress for ever, and start no other from the UI."""

import os
from pathlib import Path

from dagster import DagsterEventType, DagsterInstance, DagsterRunStatus, RunsFilter

IN_PROGRESS = [DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]
WHY = "Its process {pid} was killed, or the machine stopped. Every table is whole; run it again."


def end_stale_runs(instance: DagsterInstance) -> list[str]:
    """Mark the runs that are in progress, but whose process is gone, as failed.

    Returns:
        Their ids.
    """
    ended = []
    for run in instance.get_runs(RunsFilter(statuses=IN_PROGRESS)):
        pid = _process(instance, run.run_id)
        if pid is not None and not _is_alive(pid):
            instance.report_run_failed(run, WHY.format(pid=pid))
            ended.append(run.run_id)
    return ended


def _process(instance: DagsterInstance, run_id: str) -> int | None:
    """The process that executes the steps, as the run itself has said; ``None`` before it did."""
    said = [
        entry.dagster_event.engine_event_data.metadata["pid"].value
        for entry in instance.all_logs(run_id, of_type=DagsterEventType.ENGINE_EVENT)
        if entry.dagster_event and "pid" in entry.dagster_event.engine_event_data.metadata
    ]
    return int(str(said[-1])) if said else None


def _is_alive(pid: int) -> bool:
    """Whether there is such a process and it runs Python: numbers are given again after the machine stopped."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    command = Path("/proc") / str(pid) / "cmdline"
    return not command.exists() or b"python" in command.read_bytes() or b"synth-assets" in command.read_bytes()
