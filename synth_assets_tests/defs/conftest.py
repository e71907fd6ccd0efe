"""What the tests of the code location share: a data folder of their own, and a Dagster that forgets."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from synth_assets.components.resources import Workplace
from synth_assets.definitions import defs


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SYNTH_ASSETS_KEY", "a key for tests, of at least 32 characters")
    return Workplace()


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


@pytest.fixture(scope="session")
def definitions() -> dg.Definitions:
    return defs()
