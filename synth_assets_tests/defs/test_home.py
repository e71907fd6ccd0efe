import os
from pathlib import Path

import pytest
import yaml

from synth_assets.defs.home import prepare_home
from synth_assets.errors import StorageError
from synth_assets.storage.folders import DataFolder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DAGSTER_HOME", "to be forgotten after the test")
    monkeypatch.delenv("DAGSTER_HOME")
    return DataFolder.from_environment()


def test_the_home_is_in_the_data_folder_and_this_process_points_at_it(folder: DataFolder):
    home = prepare_home(folder)

    assert home == folder.root / "dagster_home"
    assert os.environ["DAGSTER_HOME"] == str(home)
    assert (folder.input / "hospitals.csv").is_file()


def test_telemetry_and_the_first_page_modal_are_off_and_one_run_goes_at_a_time(folder: DataFolder):
    settings = yaml.safe_load((prepare_home(folder) / "dagster.yaml").read_text(encoding="utf-8"))

    assert settings["telemetry"] == {"enabled": False}
    assert settings["nux"] == {"enabled": False}
    assert settings["concurrency"] == {"runs": {"max_concurrent_runs": 1}}


def test_settings_are_the_users_once_they_are_there(folder: DataFolder):
    settings = prepare_home(folder) / "dagster.yaml"
    settings.write_text("telemetry: {enabled: true}\n", encoding="utf-8")

    assert prepare_home(folder) / "dagster.yaml" == settings
    assert settings.read_text(encoding="utf-8") == "telemetry: {enabled: true}\n"


def test_a_home_from_outside_is_kept(folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "own"))

    assert prepare_home(folder) == tmp_path / "own"
    assert (tmp_path / "own" / "dagster.yaml").is_file()


def test_folders_relative_to_here_are_the_same_from_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", "mine")
    monkeypatch.setenv("DAGSTER_HOME", "home")
    prepare_home(DataFolder.from_environment())
    monkeypatch.chdir(tmp_path / "elsewhere")

    assert DataFolder.from_environment().root == tmp_path / "mine"
    assert os.environ["DAGSTER_HOME"] == str(tmp_path / "home")


def test_a_home_that_cannot_be_made_is_named(folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "file" / "home"))

    with pytest.raises(StorageError, match=r"Cannot make Dagster's home .*file/home: Not a directory.*DAGSTER_HOME"):
        prepare_home(folder)
