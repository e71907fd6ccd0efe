"""What the documents say to do with what a run left: release it, verify it, withdraw it, forget it, and its budget."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
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

DIGEST = re.compile(r"^Digest +([0-9a-f]{64})$", re.MULTILINE)
WITHDRAW = "synth-assets withdraw NAME RELEASE --reason WHY"
OF_PAGE = "synth-assets withdraw ae 2026-11-26T1300Z-3f2a --reason 'a column should not have been there'"
RAISE = "synth-assets budget ae --epsilon 5 --reason 'a second cohort consented'"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "data" / "dagster_home"))
    monkeypatch.setenv("SYNTH_ASSETS_KEY", KEY)
    return DataFolder.from_environment().prepare()


@pytest.mark.documented(
    "synth-assets release",
    "synth-assets release NAME",
    "synth-assets release ae --policy ons_10_5",
    "synth-assets release ae --mode independent",
    "python verify.py --digest HEX",
    "synth-assets withdraw NAME RELEASE --reason WHY",
    "synth-assets withdraw ae 2026-11-26T1300Z-3f2a --reason 'a column should not have been there'",
)
def test_releases_are_made_verified_and_withdrawn(
    folder: DataFolder, documented: Documented, capsys: pytest.CaptureFixture[str]
):
    def said(words: list[str]) -> str:
        assert main(words[1:]) == 0, capsys.readouterr().err
        return capsys.readouterr().out

    said(["synth-assets", "run", "--rows", "600", "--select", "+group:synthetic"])
    assert "May be released: random, correlated (policy internal)" in (first := said(documented("synth-assets release")))
    [path] = (folder.published / "ae").iterdir()
    digest = DIGEST.findall(first)[0]
    verify = documented("python verify.py --digest HEX", {"HEX": digest})
    assert "correlated_ae" in Project(path).run(verify)
    Project(path).run([*verify[:-1], "0" * 64], code=1)

    under = said(documented("synth-assets release ae --policy ons_10_5"))
    assert "May be released: random (policy ons_10_5). Left out, correlated: minimum_count" in under
    other = said(documented("synth-assets release ae --mode independent"))
    assert re.search(r"May be released: random.*Left out, independent: ", other)
    again = documented("synth-assets release NAME", {"NAME": "ae"})
    assert "May be released: random, correlated" in said(again)

    for command, values in ((OF_PAGE, {"2026-11-26T1300Z-3f2a": path.name}), (WITHDRAW, {"NAME": "ae"})):
        left = next(one for one in (folder.published / "ae").iterdir() if (one / "verify.py").exists())
