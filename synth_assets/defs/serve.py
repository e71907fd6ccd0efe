"""Start Dagster's UI and daemon, for this machine only, and end everything that they started."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress

from synth_assets.errors import SynthAssetsError
from synth_assets.storage.folders import PROJECT_ROOT

HOST = "127.0.0.1"
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE_S = 20.0
KILLING_S = 5.0


def serve(port: int, *, read_only: bool = False) -> int:
    """Run ``dg dev`` until it ends or this process is told to; its processes are a group that ends with it.

    A run that is in progress is interrupted, as its process belongs to the group. Tables stay whole.

    Args:
        port: Of the UI, on this machine only.
        read_only: Whether to run Dagster's web server alone, which then refuses to run, switch or report anything.

    Returns:
        0 when it was told to stop, 1 when it ended by itself.
    """
    kind = ["dagster_webserver", "--read-only"] if read_only else ["dagster_dg_cli.cli", "dev"]
    command = [sys.executable, "-m", *kind, "-w", "workspace.yaml"]
    group: list[int] = []
    told: list[int] = []

    def stop(number: int, _frame: object) -> None:
        told.append(number)
        for leader in group:
            _signal(leader, signal.SIGINT)

    for number in SIGNALS:
        signal.signal(number, stop)
    process = subprocess.Popen(  # noqa: S603 - our own interpreter
        [*command, "--host", HOST, "--port", str(port)], cwd=PROJECT_ROOT, stdin=subprocess.DEVNULL, process_group=0
    )
    group.append(process.pid)
    if told:
        stop(told[0], None)
    process.wait()
    _end(process.pid)
    return 0 if told else 1


def refuse_taken(port: int) -> None:
    """Refuse a port that cannot be listened on.

    Raises:
        SynthAssetsError: It is in use, or not allowed to this user.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            message = (
                f"Port {port} of {HOST} cannot be had: {error.strerror}. Is 'synth-assets up' running already? Stop "
                "what uses it, or choose another with --port."
            )
            raise SynthAssetsError(message) from error


def _end(group: int) -> None:
    """Wait until the group is empty; what does not go by itself is killed, and is gone afterwards."""
    if not _is_empty_within(group, PATIENCE_S):
        _signal(group, signal.SIGKILL)
        _is_empty_within(group, KILLING_S)


def _is_empty_within(group: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def _signal(group: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, number)
