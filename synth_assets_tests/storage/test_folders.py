import os
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from synth_assets.errors import StorageError
from synth_assets.storage import folders
from synth_assets.storage.files import create_once, temporary_sibling
from synth_assets.storage.folders import PROJECT_ROOT, DataFolder


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own, with two of the three reference lists."""
    root = tmp_path / "project"
    (root / "data" / "input").mkdir(parents=True)
    for name in ("hospitals.csv", "treatments.csv"):
        (root / "data" / "input" / name).write_text(f"{name} of the project\n")
    monkeypatch.setattr(folders, "PROJECT_ROOT", root)
    return root


def test_the_folder_is_the_projects_own_unless_the_environment_names_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("SYNTH_ASSETS_DATA_DIR", raising=False)
    assert DataFolder.from_environment().root == PROJECT_ROOT / "data"
    assert (PROJECT_ROOT / "synth_assets" / "storage" / "folders.py").exists()
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path))
    assert DataFolder.from_environment().root == tmp_path
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", "my data")
    assert DataFolder.from_environment().root == tmp_path / "my data"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", "~/d")
    assert DataFolder.from_environment().root == tmp_path / "d"


@pytest.mark.parametrize("given", ["", "  "])
def test_an_empty_name_is_refused(monkeypatch: pytest.MonkeyPatch, given: str):
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", given)
    with pytest.raises(StorageError, match="SYNTH_ASSETS_DATA_DIR is set but empty"):
        DataFolder.from_environment()


def test_everything_is_where_the_design_says(tmp_path: Path):
    folder = DataFolder(tmp_path)
    places = (folder.warehouse, folder.reports, folder.dagster_home, folder.state, folder.published, folder.input)
    names = ["warehouse.duckdb", "reports", "dagster_home", "state", "published", "input"]
    assert [str(place.relative_to(tmp_path)) for place in places] == names
    assert folder.snapshot == tmp_path / "snapshot" / "synthetic.duckdb"


def test_preparing_makes_folders_and_copies_the_lists_that_are_missing(project: Path, tmp_path: Path):
    folder = DataFolder(tmp_path / "elsewhere")
    folder.input.mkdir(parents=True)
    (folder.input / "hospitals.csv").write_text("mine")
    assert folder.prepare() == folder
    folder.prepare()
    assert (folder.input / "hospitals.csv").read_text() == "mine"
    assert (folder.input / "treatments.csv").read_bytes() == (project / "data/input/treatments.csv").read_bytes()
    assert sorted(file.name for file in folder.input.iterdir()) == ["hospitals.csv", "treatments.csv"]
    assert all(place.is_dir() for place in (folder.reports, folder.dagster_home, folder.published))
    assert stat.S_IMODE(folder.state.stat().st_mode) == 0o700
    assert not folder.warehouse.exists()


def test_the_projects_own_folder_keeps_its_lists(project: Path):
    before = {file.name: file.read_text() for file in (project / "data" / "input").iterdir()}
    DataFolder(project / "data").prepare()
    assert {file.name: file.read_text() for file in (project / "data" / "input").iterdir()} == before


@pytest.mark.usefixtures("project")
def test_a_folder_that_cannot_be_is_named(tmp_path: Path):
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StorageError, match=r"Cannot prepare the data folder .*data.*SYNTH_ASSETS_DATA_DIR"):
        DataFolder(tmp_path / "data").prepare()


def test_a_file_is_created_once_and_whole(tmp_path: Path):
    path = tmp_path / "new" / "file"
    contents = [bytes([number]) * 100_000 for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda content: create_once(path, content), contents))
    assert path.read_bytes() in contents
    assert [file.name for file in path.parent.iterdir()] == ["file"]


def test_a_temporary_file_goes_away_and_takes_old_ones_along(tmp_path: Path):
    path = tmp_path / "file"
    old, young, other = (tmp_path / name for name in (".file.aa.tmp", ".file.bb.tmp", ".files.aa.tmp"))
    for leftover in (old, young, other):
        leftover.touch()
    os.utime(old, (time.time() - 7200,) * 2)
    os.utime(other, (time.time() - 7200,) * 2)
    with pytest.raises(ZeroDivisionError), temporary_sibling(path) as temporary:  # noqa: PT012 - two steps, one failure
        temporary.write_text("half")
        raise ZeroDivisionError
    assert sorted(tmp_path.iterdir()) == sorted([young, other])
