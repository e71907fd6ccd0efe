from pathlib import Path

import pytest

from synth_assets.components.resources import Workplace
from synth_assets.errors import StorageError


def test_the_workplace_is_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path / "here"))
    workplace = Workplace()
    assert workplace.warehouse.path == tmp_path / "here" / "warehouse.duckdb"
    assert not (tmp_path / "here").exists(), "the warehouse is asked for while definitions load"

    assert (workplace.folder.input / "hospitals.csv").is_file()
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path / "there"))
    assert workplace.warehouse.path == tmp_path / "there" / "warehouse.duckdb"


def test_the_key_is_made_once_and_the_environments_goes_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("SYNTH_ASSETS_KEY", raising=False)
    made = Workplace().key
    assert Workplace().key == made
    assert (tmp_path / "state" / "key").stat().st_mode & 0o777 == 0o600

    monkeypatch.setenv("SYNTH_ASSETS_KEY", "k" * 32)
    assert Workplace().key == b"k" * 32


@pytest.mark.parametrize(("given", "seconds"), [(None, 120.0), ("0", 0.0), ("1.5", 1.5)])
def test_the_wait_for_the_lock_is_what_the_environment_says(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch, given: str | None, seconds: float
):
    if given is not None:
        monkeypatch.setenv("SYNTH_ASSETS_LOCK_TIMEOUT_S", given)
    assert workplace.warehouse.lock_timeout_s == seconds


@pytest.mark.parametrize("given", ["soon", "", "-1", "nan"])
def test_a_wait_that_is_no_number_of_seconds_is_refused(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch, given: str
):
    monkeypatch.setenv("SYNTH_ASSETS_LOCK_TIMEOUT_S", given)
    with pytest.raises(StorageError, match=r"(?i)lock_timeout_s is .*Allowed: "):
        _ = workplace.warehouse
