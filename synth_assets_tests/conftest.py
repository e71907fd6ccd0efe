"""What all tests share. Hypothesis profiles: ``quick`` by default, ``thorough`` with SYNTH_ASSETS_TESTS=thorough."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from synth_assets_tests.docs.commands import MARK, Documented

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile("quick", max_examples=25, derandomize=True, deadline=None, suppress_health_check=SLOW)
settings.register_profile("thorough", max_examples=2_000, deadline=None, suppress_health_check=SLOW)
settings.load_profile(os.environ.get("SYNTH_ASSETS_TESTS", "quick"))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Postgres server without tables of anybody's; for tests that are marked with ``NEEDED``."""
    from synth_assets_tests.source.postgres import running  # noqa: PLC0415 - few tests need a server

    root = os.getuid() == 0
    folder = Path("/tmp") / f"pg{os.getpid()}" if root else tmp_path_factory.mktemp("pg")  # noqa: S108 - pytest's own folder is closed to other users
    with running(folder) as address:
        yield address


@pytest.fixture
def documented(request: pytest.FixtureRequest) -> Documented:
    """The commands of the documents that the test is marked with."""
    return Documented(_marks(request.node))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail a test that is marked with a command of the documents, and passes without having asked for it."""
    yield
    asked = getattr(item, "funcargs", {}).get(MARK, Documented(_marks(item)))
    assert asked.left == [], f"Marked with commands that it does not run: {asked.left}"


def _marks(item: pytest.Item) -> list[str]:
    return [str(command) for mark in item.iter_markers(MARK) for command in mark.args]
