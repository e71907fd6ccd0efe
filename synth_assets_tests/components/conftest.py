"""What the component tests share: a data folder of their own, a key, and a Dagster that forgets."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from synth_assets.components.dataset import Dataset
from synth_assets.components.resources import Workplace
from synth_assets_tests.components.clinic import KEY, accident_and_emergency, clinic


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SYNTH_ASSETS_KEY", KEY)
    return Workplace()


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    return clinic()


@pytest.fixture(scope="session")
def ae() -> Dataset:
    return accident_and_emergency()
