"""Commands of the documents that are other programs' than ours, each in a copy of the project."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from synth_assets.storage.warehouse import Warehouse
from synth_assets_tests.docs.commands import Documented
from synth_assets_tests.docs.project import Project, copied

FEW = '{"ops": {"mock_ae": {"config": {"rows": 300}}}}'


def warehouse(project: Project) -> Warehouse:
    return Warehouse(project.root / "data" / "warehouse.duckdb")


@pytest.mark.documented("dg launch --assets '*'")
def test_dagster_launches_everything_and_a_release_too(documented: Documented, tmp_path: Path):
    """Without a home, as anybody would who does not know ``synth-assets``; in one mode, which is enough."""
    project = copied(tmp_path)
    project.cut("ae")
    project.run(documented("dg launch --assets '*'"), "--config-json", FEW)

    assert warehouse(project).row_count("mock_ae") == 300
    assert warehouse(project).row_count("random_ae") == 300
    [release] = (project.root / "data" / "published" / "ae").iterdir()
    assert (release / "random_ae.csv").exists()


@pytest.mark.skipif(shutil.which("uv") is None, reason="uv is not installed")
@pytest.mark.documented("uv run synth-assets run")
def test_uv_runs_it(documented: Documented, tmp_path: Path):
    """In the environment of the tests, so that nothing is installed."""
    project = copied(tmp_path)
    words = documented("uv run synth-assets run")
    few = ("--rows", "40", "--select", "group:source")
    project.run(words, *few, UV_NO_SYNC="1", UV_OFFLINE="1", UV_PROJECT_ENVIRONMENT=sys.prefix)

    assert warehouse(project).row_count("mock_ae") == 40


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@pytest.mark.documented("git pull")
def test_a_clone_is_brought_up_to_date(documented: Documented, tmp_path: Path):
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    theirs.mkdir()

    def git(*words: str) -> None:
        author = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", "-C", str(theirs), *author, *words], check=True, capture_output=True)  # noqa: S607 - git is where PATH says

    for place, version in enumerate(("old", "new")):
        (theirs / "CHANGELOG.md").write_text(version, encoding="utf-8")
        git("init" if place == 0 else "status")
        git("add", ".")
        git("commit", "-m", version)
        if place == 0:
            git("clone", str(theirs), str(ours))
    Project(ours).run(documented("git pull"))

    assert (ours / "CHANGELOG.md").read_text(encoding="utf-8") == "new"
