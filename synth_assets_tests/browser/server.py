"""``synth-assets up`` in a process of its own, and ways to ask what it does."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from synth_assets_tests.docs.commands import ROOT

PROGRAM = (sys.executable, "-c", "import sys; from synth_assets.cli import main; sys.exit(main())")
PLACE = {"repositoryLocationName": "synth_assets", "repositoryName": "__repository__"}
LOADED = "{repositoriesOrError {... on RepositoryConnection {nodes {name}}}}"
LISTENING = "0A"


@dataclass
class Server:
    """The UI and the daemon over a data folder.

    Attributes:
        data: The data folder.
        port: Of the UI, on 127.0.0.1.
        log: What the server prints.
        project: The folder of the code: the project's own, or a copy.
        options: Of ``synth-assets up``, besides the port.
        process: ``synth-assets up``; ``None`` before and after.
        seen: Every process that it was seen to have started, with its command line.
    """

    data: Path
    port: int
    log: Path
    project: Path = ROOT
    options: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    seen: dict[int, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Of the UI."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """Of every process over this data folder."""
        return {
            **os.environ,
            "PYTHONPATH": str(self.project),
            "SYNTH_ASSETS_DATA_DIR": str(self.data),
            "DAGSTER_HOME": str(self.data / "dagster_home"),
            "SYNTH_ASSETS_KEY": "a key for tests, of at least 32 characters",
        }

    def command(self, *arguments: str) -> None:
        """Do what ``synth-assets`` does with these arguments, in a process of its own, which has to succeed."""
        done = subprocess.run(
            [*PROGRAM, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd=self.project,
            env=self.environment,
            timeout=500,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    @property
    def arguments(self) -> list[str]:
        """Of the command ``synth-assets``."""
        return ["up", "--port", str(self.port), *self.options]

    def start(self) -> None:
        """Start it and wait until the code location is loaded."""
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*PROGRAM, *self.arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=self.log.parent,
                env=self.environment,
            )
        self.until(lambda: self.ask(LOADED)["repositoriesOrError"].get("nodes"), 120)
        self.look()

    def stop(self, number: int = signal.SIGTERM) -> int | None:
        """Stop it as a person or the machine would; its exit code, or ``None`` where it had been stopped before."""
        if self.process is None:
            return None
        self.look()
        self.process.send_signal(number)
        code = self.process.wait(90)
        self.process = None
        return code

    def look(self) -> None:
        """Note the processes that descend from it."""
        if self.process is not None:
            self.seen |= descendants(self.process.pid)

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:  # noqa: ANN401 - GraphQL
        """The data in the answer to a GraphQL query."""
        return json.loads(self.post("/graphql", query=query, variables=variables)[1])["data"]

    def post(self, path: str, **said: Any) -> tuple[int, bytes]:  # noqa: ANN401 - JSON
        """Status and body of the answer to what is posted."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with closing(connection):
            connection.request("POST", path, json.dumps(said).encode(), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read()

    def until(self, what: Callable[[], Any], seconds: float) -> Any:  # noqa: ANN401 - whatever is waited for
        """The first true value of a function, asked again and again."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if found := what():
                    return found
            except OSError:
                pass
            time.sleep(0.3)
        return pytest.fail(f"not within {seconds} s; the log ends: {self.log.read_text(encoding='utf-8')[-3000:]}")

    def runs(self, **tags: str) -> Sequence[dg.DagsterRun]:
        """The runs with these tags, the latest first."""
        with dg.DagsterInstance.from_config(str(self.data / "dagster_home")) as instance:
            return instance.get_runs(dg.RunsFilter(tags=tags))

    def finished(self, run_id: str, seconds: float = 120) -> dg.DagsterRun:
        """A run, once it has ended."""
        with dg.DagsterInstance.from_config(str(self.data / "dagster_home")) as instance:

            def ended() -> dg.DagsterRun | None:
                run = instance.get_run_by_id(run_id)
                return run if run is not None and run.is_finished else None

            return self.until(ended, seconds)

    def told(self, run_id: str, asset: str) -> dict[str, Any]:
        """The metadata of an asset that a run materialised."""
        with dg.DagsterInstance.from_config(str(self.data / "dagster_home")) as instance:
            entries = instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
        events = [entry.asset_materialization for entry in entries]
        [event] = [event for event in events if event and event.asset_key == dg.AssetKey(asset)]
        return {name: value.value for name, value in event.metadata.items()}


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def descendants(pid: int) -> dict[int, str]:
    """The processes that descend from one, with their command lines."""
    listed = subprocess.run(["ps", "-ewwo", "pid=,ppid=,args="], capture_output=True, text=True, check=True)  # noqa: S607 - ps is where PATH says
    rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
    found: dict[int, str] = {}
    wanted = [pid]
    while wanted:
        parent = wanted.pop()
        children = {int(row[0]): row[2] for row in rows if int(row[1]) == parent and len(row) > 2}
        found |= children
        wanted += children
    return found


def survivors(seen: Mapping[int, str]) -> dict[int, str]:
    """Those processes that are still there; a number that was given again, and a zombie, do not count."""
    listed = subprocess.run(["ps", "-ewwo", "pid=,stat=,args="], capture_output=True, text=True, check=True)  # noqa: S607 - ps is where PATH says
    rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
    now = {int(row[0]): row[2] for row in rows if len(row) > 2 and "Z" not in row[1]}
    return {pid: command for pid, command in seen.items() if now.get(pid) == command}


def listening(port: int) -> set[str]:
    """The addresses that anything listens on at a port, in hexadecimal as the kernel has them."""
    files = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
    rows = [line.split() for file in files if file.exists() for line in file.read_text("ascii").splitlines()[1:]]
    return {row[1].split(":")[0] for row in rows if row[3] == LISTENING and int(row[1].split(":")[1], 16) == port}
