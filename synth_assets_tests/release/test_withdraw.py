"""A withdrawn release is a tombstone, whenever the process dies."""

import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from synth_assets.errors import ReleaseError
from synth_assets.release.earlier import Earlier
from synth_assets.release.withdraw import releases, withdraw
from synth_assets.release.write import Written
from synth_assets_tests.release.bundles import ID, WHEN, bundle, write_release

OTHER = "2026-11-27T1300Z-0000"


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return write_release(tmp_path, bundle())


def test_tombstone_is_all_that_is_left(tmp_path: Path, written: Written):
    manifest = (written.path / "manifest.json").read_bytes()
    gone = withdraw(tmp_path, "ae", ID, " wrong dates ", WHEN, tmp_path / "kept")
    assert {path.name for path in written.path.iterdir()} == {"WITHDRAWN.json", "manifest.json"}
    assert (written.path / "manifest.json").read_bytes() == manifest
    assert json.loads((written.path / "WITHDRAWN.json").read_bytes()) == {
        "dataset": "ae",
        "release": ID,
        "withdrawn": "2026-11-26T13:00:00Z",
        "reason": "wrong dates",
        "manifest_digest": written.manifest_digest,
    }
    assert gone.withdrawn
    assert [path.name for path in (tmp_path / "ae").iterdir()] == [ID]


def test_what_a_withdrawn_release_told_is_kept_inside(tmp_path: Path, written: Written):
    (standing,) = Earlier.of(tmp_path, "ae", tmp_path / "kept").descriptions
    told = (written.path / "independent_ae_description.json").read_bytes()
    withdraw(tmp_path, "ae", ID, "wrong", WHEN, tmp_path / "kept")

    kept = tmp_path / "kept" / "ae" / ID
    assert (kept / "independent_ae_description.json").read_bytes() == told
    assert {path.name for path in kept.iterdir()} == {"independent_ae_description.json", "manifest.json"}
    earlier = Earlier.of(tmp_path, "ae", tmp_path / "kept")
    assert earlier.descriptions == (standing,)
    assert (earlier.count, earlier.rows) == (1, 300)


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_text("{}")])
def test_what_a_withdrawn_release_told_has_to_be_there_as_it_was(tmp_path: Path, damage: Callable[[Path], object]):
    withdraw(tmp_path, "ae", ID, "wrong", WHEN, tmp_path / "kept")
    damage(tmp_path / "kept" / "ae" / ID / "independent_ae_description.json")
    with pytest.raises(ReleaseError, match=rf"What release {ID} told.*missing or not as it was released\. Put it back"):
        Earlier.of(tmp_path, "ae", tmp_path / "kept")


def test_releases_are_listed_by_time(tmp_path: Path, written: Written):
    write_release(tmp_path, bundle(identifier=OTHER))
    withdraw(tmp_path, "ae", ID, "wrong", WHEN, tmp_path / "kept")
    assert [(one.id, one.withdrawn, one.created) for one in releases(tmp_path, "ae")] == [
        (ID, True, WHEN),
        (OTHER, False, WHEN),
    ]
    assert releases(tmp_path, "ae")[0].manifest_digest == written.manifest_digest
    assert releases(tmp_path, "other") == []


def test_id_of_a_withdrawn_release_is_not_used_again(tmp_path: Path, written: Written):
    withdraw(tmp_path, "ae", ID, "wrong", WHEN, tmp_path / "kept")
    with pytest.raises(ReleaseError, match="already"):
        write_release(tmp_path, bundle())
    with pytest.raises(ReleaseError, match="was withdrawn already"):
        withdraw(tmp_path, "ae", ID, "again", WHEN, tmp_path / "kept")
    assert json.loads((written.path / "WITHDRAWN.json").read_bytes())["reason"] == "wrong"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ((OTHER, "wrong", WHEN), f"no release {OTHER}.*Allowed: {ID}"),
        (("../ae", "wrong", WHEN), "no release's id"),
        ((ID, "  ", WHEN), "a reason"),
        ((ID, "wrong", WHEN.replace(tzinfo=None)), "a time with a zone"),
    ],
)
def test_withdrawal_that_cannot_be(tmp_path: Path, written: Written, asked: tuple[str, str, dt.datetime], message: str):
    with pytest.raises(ReleaseError, match=message):
        withdraw(tmp_path, "ae", *asked, tmp_path / "kept")
    assert (written.path / "independent_ae.csv").exists()


@pytest.mark.parametrize("renames", [0, 1, 2])
def test_killed_before_each_rename(tmp_path: Path, written: Written, monkeypatch: pytest.MonkeyPatch, renames: int):
    rename, done = Path.rename, []

    def killed(path: Path, target: Path) -> Path:
        if len(done) == renames:
            raise KeyboardInterrupt
        done.append(target)
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", killed)
    with pytest.raises(KeyboardInterrupt):
        withdraw(tmp_path, "ae", ID, "wrong", WHEN, tmp_path / "kept")
    monkeypatch.undo()
    (found,) = releases(tmp_path, "ae")
    assert found.withdrawn == (renames == 2)
    assert (written.path / "independent_ae.csv").exists() == (renames < 2)
    assert len(Earlier.of(tmp_path, "ae", tmp_path / "kept").descriptions) == 1
    if renames < 2:
        assert withdraw(tmp_path, "ae", ID, "once more", WHEN, tmp_path / "kept").withdrawn
    assert not list(tmp_path.rglob("*.csv"))


def test_rows_that_a_killed_withdrawal_left_are_deleted(tmp_path: Path, written: Written):
    withdraw(tmp_path, "ae", ID, "wrong", WHEN, tmp_path / "kept")
    written.path.rename(tmp_path / "ae" / f".{ID}.tombstone")
    hidden = tmp_path / "ae" / f".{ID}.0123456789abcdef.tmp"
    hidden.mkdir()
    (hidden / "independent_ae.csv").write_text("rows")
    assert [one.withdrawn for one in releases(tmp_path, "ae")] == [True]
    assert [path.name for path in (tmp_path / "ae").iterdir()] == [ID]


def test_pending_tombstone_keeps_its_place(tmp_path: Path, written: Written):
    written.path.rename(tmp_path / "ae" / f".{ID}.tombstone")
    with pytest.raises(ReleaseError, match="already"):
        write_release(tmp_path, bundle())


def test_damaged_manifest_is_told(tmp_path: Path, written: Written):
    (written.path / "manifest.json").write_text("{")
    with pytest.raises(ReleaseError, match="cannot be read"):
        releases(tmp_path, "ae")


def test_a_release_that_is_not_recorded_yet_is_when_it_is_next_looked_at(tmp_path: Path, written: Written):
    shutil.rmtree(tmp_path / "kept")
    assert Earlier.of(tmp_path, "ae", tmp_path / "kept").rows == 300
    shutil.rmtree(written.path)
    with pytest.raises(ReleaseError, match="is gone"):
        Earlier.of(tmp_path, "ae", tmp_path / "kept")


def test_a_release_whose_folder_is_gone_is_put_back_or_withdrawn(tmp_path: Path, written: Written):
    written.path.rename(tmp_path / "away")
    with pytest.raises(ReleaseError, match=rf"Put the folder back.*synth-assets withdraw ae {ID} --reason"):
        Earlier.of(tmp_path, "ae", tmp_path / "kept")
    (tmp_path / "away").rename(written.path)
    assert Earlier.of(tmp_path, "ae", tmp_path / "kept").count == 1

    written.path.rename(tmp_path / "away")
    gone = withdraw(tmp_path, "ae", ID, "the folder is lost", WHEN, tmp_path / "kept")
    assert (gone.withdrawn, gone.manifest_digest) == (True, written.manifest_digest)
    assert len(Earlier.of(tmp_path, "ae", tmp_path / "kept").descriptions) == 1


def test_a_release_that_only_another_history_knows_is_missed(tmp_path: Path, written: Written):
    made = {ID: written.manifest_digest, OTHER: "00"}
    with pytest.raises(ReleaseError, match=f"{OTHER} of 'ae' was made.*Nor is its record"):
        Earlier.of(tmp_path, "ae", tmp_path / "kept", made)
    with pytest.raises(ReleaseError, match="is not the one that was recorded"):
        Earlier.of(tmp_path, "ae", tmp_path / "kept", {ID: "00"})


def test_a_manifest_that_changed_is_told(tmp_path: Path, written: Written):
    manifest = written.path / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"internal"', '"other"'))
    with pytest.raises(ReleaseError, match="is not the one that was recorded"):
        Earlier.of(tmp_path, "ae", tmp_path / "kept")


@pytest.mark.parametrize("replaced", [True, False])
def test_files_that_were_put_back_are_withdrawn_again(tmp_path: Path, written: Written, *, replaced: bool):
    shutil.copytree(written.path, tmp_path / "backup")
    withdraw(tmp_path, "ae", ID, "wrong", WHEN, tmp_path / "kept")
    if replaced:
        shutil.rmtree(written.path)
    shutil.copytree(tmp_path / "backup", written.path, dirs_exist_ok=True)

    assert withdraw(tmp_path, "ae", ID, "wrong, and it was put back", WHEN, tmp_path / "kept").withdrawn
    assert {path.name for path in written.path.iterdir()} == {"WITHDRAWN.json", "manifest.json"}


def test_what_a_killed_writer_left_is_deleted_at_once(tmp_path: Path, written: Written):
    hidden = tmp_path / "ae" / ".2026-11-26T1301Z-0000.0123456789abcdef.tmp"
    hidden.mkdir()
    (hidden / "independent_ae.csv").write_text("rows")
    withdraw(tmp_path, "ae", ID, "wrong", WHEN, tmp_path / "kept")
    assert [path.name for path in written.path.parent.iterdir()] == [ID]
