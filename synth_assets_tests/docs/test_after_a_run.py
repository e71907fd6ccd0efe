"""What the documents say to do with what a run left: release it, verify it, withdraw it, forget it; and its budget."""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import pytest

from synth_assets.cli import main
from synth_assets.ledger import Ledger
from synth_assets.storage.folders import DataFolder
from synth_assets.storage.warehouse import Warehouse
from synth_assets_tests.docs.commands import Documented
from synth_assets_tests.docs.project import KEY, Project
from synth_assets_tests.ledger.test_ledger import REQUEST


@dataclass(frozen=True)
class Site:
    """A data folder, and ``synth-assets`` over it in this process."""

    folder: DataFolder
    capsys: pytest.CaptureFixture[str]

    def said(self, words: Sequence[str]) -> str:
        """What a command printed that ended well."""
        code, told = main(words[1:]), self.capsys.readouterr()
        assert code == 0, told.err
        return told.out


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Site:
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "data" / "dagster_home"))
    monkeypatch.setenv("SYNTH_ASSETS_KEY", KEY)
    return Site(DataFolder.from_environment().prepare(), capsys)


@pytest.mark.documented(
    "synth-assets release",
    "synth-assets release ae --policy ons_10_5",
    "synth-assets release ae --mode independent",
    "python verify.py --digest HEX",
    "synth-assets withdraw ae 2026-11-26T1300Z-3f2a --reason 'a column should not have been there'",
    "synth-assets withdraw NAME RELEASE --reason WHY",
)
def test_what_a_run_left_is_released_verified_and_withdrawn(
    site: Site, documented: Documented, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    site.said(["synth-assets", "run", "--rows", "600", "--select", "+group:synthetic"])
    shutil.copytree(site.folder.root, tmp_path / "beside")
    published = site.folder.published / "ae"
    first = site.said(documented("synth-assets release"))
    [release] = published.iterdir()
    assert "May be released: random, correlated (policy internal)" in first

    stricter = site.said(documented("synth-assets release ae --policy ons_10_5"))
    assert "May be released: random (policy ons_10_5). Left out, correlated: minimum_count: " in stricter

    [digest] = re.findall(r"^Digest +([0-9a-f]{64})$", first, re.MULTILINE)
    verify = documented("python verify.py --digest HEX", {"HEX": digest})
    assert "correlated_ae" in Project(release).run(verify)
    assert "digest" in Project(release).run([*verify[:-1], "0" * 64], code=1)

    page = "synth-assets withdraw ae 2026-11-26T1300Z-3f2a --reason 'a column should not have been there'"
    site.said(documented(page, {"2026-11-26T1300Z-3f2a": release.name}))
    [*_, last] = (path for path in published.iterdir() if (path / "verify.py").exists())
    short = "synth-assets withdraw NAME RELEASE --reason WHY"
    site.said(documented(short, {"NAME": "ae", "RELEASE": last.name, "WHY": "a test"}))
    assert not any((path / "verify.py").exists() for path in published.iterdir())

    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path / "beside"))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "beside" / "dagster_home"))
    other = site.said(documented("synth-assets release ae --mode independent"))
    assert "May be released: random, independent (policy internal)" in other


@pytest.mark.documented("synth-assets forget random_visits random_visits_description", "synth-assets forget TABLE")
def test_tables_of_a_dataset_that_is_gone_are_forgotten(site: Site, documented: Documented):
    warehouse = Warehouse(site.folder.warehouse)
    for name in ("random_visits", "random_visits_description", "random_stays", "mock_ae"):
        warehouse.write(name, pl.DataFrame({"a": [1]}))

    site.said(documented("synth-assets forget random_visits random_visits_description"))
    assert [table.name for table in warehouse.tables()] == ["mock_ae", "random_stays"]
    site.said(documented("synth-assets forget TABLE", {"TABLE": "random_stays"}))
    assert [table.name for table in warehouse.tables()] == ["mock_ae"]


@pytest.mark.documented(
    "synth-assets budget NAME", "synth-assets budget ae --epsilon 5 --reason 'a second cohort consented'"
)
def test_a_budget_is_shown_and_raised(site: Site, documented: Documented):
    Ledger(site.folder.ledger, KEY.encode()).spend(replace(REQUEST, dataset="ae"))

    shown = site.said(documented("synth-assets budget NAME", {"NAME": "ae"}))
    assert re.search(r"^ +2  spend +correlated +1 +1 +3  ", shown, re.MULTILINE)
    raised = site.said(documented("synth-assets budget ae --epsilon 5 --reason 'a second cohort consented'"))
    assert re.search(r"^ +3  raise +0 +1 +5  .* a second cohort consented$", raised, re.MULTILINE)
