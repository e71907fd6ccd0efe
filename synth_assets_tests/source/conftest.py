"""What the source tests share: the real postcode file, the reference lists, and a web server that misbehaves."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from synth_assets.source.references import References, read_references

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def real_postcode_file() -> Path:
    path = PROJECT / ".." / "shared" / "data" / "London postcodes.csv.gz"
    if not path.exists():
        pytest.skip("the real postcode file is not there (../shared/data/London postcodes.csv.gz)")
    return path


@pytest.fixture(scope="session")
def references() -> References:
    return read_references(PROJECT / "data" / "input")


@dataclass
class Site:
    """A server on 127.0.0.1 that gives its answers in turn, the last one for ever, and remembers what was asked."""

    url: str
    answers: list[Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=list)
    requests: list[dict[str, str]] = field(default_factory=list)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("synth_assets.source.download._PAUSES_S", (0.01, 0.01, 0.01))
    state = Site("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = state.answers[min(len(state.requests), len(state.answers) - 1)]
            state.requests.append(dict(self.headers))
            answer(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.url = f"http://127.0.0.1:{server.server_port}/London%20postcodes.csv"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield state
        server.shutdown()
        thread.join()
