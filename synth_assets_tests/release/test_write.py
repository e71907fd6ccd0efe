"""A release is whole or absent: what is in it, and what a writer that dies leaves."""

import datetime as dt
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from synth_assets.describe import Description
from synth_assets.describe.privacy import Privacy
from synth_assets.errors import ReleaseError, SynthAssetsError
from synth_assets.generate import generate
from synth_assets.release import Made, ReleasedTable, Verdict, files, release_id, write
from synth_assets.release.card import MOCK_STAMP, card
from synth_assets.release.datapackage import field
from synth_assets.schema import Mode
from synth_assets.storage.fingerprint import fingerprint
from synth_assets_tests.release.bundles import ID, VERDICTS, WHEN, bundle, described, drawn, released, write_release
from synth_assets_tests.tables import rng


def test_files_are_those_of_the_manifest(tmp_path: Path):
    written = write_release(tmp_path, bundle(released("random"), released()))
    manifest = json.loads((written.path / "manifest.json").read_bytes())
    names = {path.name for path in written.path.iterdir()}
    tables = [f"{mode}_ae{ending}" for mode in ("random", "independent") for ending in (".csv", ".parquet")]
    assert written.path == tmp_path / "ae" / ID
    assert names == {*manifest["files"], "manifest.json"} == set(written.files)
    assert names >= {*tables, "README.md", "datapackage.json", "verify.py", "independent_ae_description.json"}
    for name, mark in manifest["files"].items():
        content = (written.path / name).read_bytes()
        assert mark == {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    digest = hashlib.sha256((written.path / "manifest.json").read_bytes()).hexdigest()
    assert written.manifest_digest == digest == written.files["manifest.json"].sha256
    assert manifest["inputs"] == {"ae": "ab" * 32}
    assert manifest["created"] == "2026-11-26T13:00:00Z"
    assert set(manifest["libraries"]) >= {"python", "duckdb", "polars"}
    assert [path.name for path in (tmp_path / "ae").iterdir()] == [ID]


def test_rows_are_those_of_the_table(tmp_path: Path):
    path = write_release(tmp_path, bundle()).path
    assert_frame_equal(pl.read_parquet(path / "independent_ae.parquet"), drawn("independent"))
    table, kinds = drawn("independent"), dict(drawn("independent").schema)
    read = pl.read_csv(path / "independent_ae.csv", infer_schema=False)
    moments = read["seen"].str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%z", time_zone="UTC", time_unit="us")
    flags = read["died"].replace_strict({"true": True, "false": False}, return_dtype=pl.Boolean)
    days = [read[name].str.to_date() for name in ("start", "end")]
    same = read.with_columns(moments.dt.convert_time_zone("Europe/London"), flags, *days).cast({**kinds})
    assert_frame_equal(same, table)
    assert "" in table["ward"].to_list()
    assert None in table["ward"].to_list()


def test_description_is_as_it_is(tmp_path: Path):
    path = write_release(tmp_path, bundle()).path
    assert (path / "independent_ae_description.json").read_text("utf-8") == described("independent").to_json()


def test_table_in_batches_is_written_once_through(tmp_path: Path):
    class Batches:
        rows = 300

        def batches(self) -> Iterator[pl.DataFrame]:
            yield from drawn("independent").iter_slices(7)

    path = write_release(tmp_path, bundle(replace(released(), table=Batches()))).path
    assert_frame_equal(pl.read_parquet(path / "independent_ae.parquet"), drawn("independent"))
    assert (path / "independent_ae.csv").read_text("utf-8").count("sex,ward") == 1


def test_id_that_exists_is_refused(tmp_path: Path):
    before = write_release(tmp_path, bundle())
    with pytest.raises(ReleaseError, match="already"):
        write_release(tmp_path, bundle(released("random")))
    assert (before.path / "independent_ae.csv").exists()
    assert len(list((tmp_path / "ae").iterdir())) == 1


def test_two_writers_of_one_id_leave_one_release(tmp_path: Path):
    class Slow:
        rows = 300

        def batches(self) -> Iterator[pl.DataFrame]:
            if not (tmp_path / "ae" / ID).exists():
                write_release(tmp_path, bundle(released("random")))
            yield drawn("independent")

    with pytest.raises(ReleaseError, match="already"):
        write_release(tmp_path, bundle(replace(released(), table=Slow())))
    assert (tmp_path / "ae" / ID / "random_ae.csv").exists()


def test_exception_half_way_leaves_nothing(tmp_path: Path):
    class Broken:
        rows = 300

        def batches(self) -> Iterator[pl.DataFrame]:
            yield drawn("independent").head(100)
            message = "no more rows"
            raise SynthAssetsError(message)

    with pytest.raises(SynthAssetsError, match="no more rows"):
        write_release(tmp_path, bundle(released("random"), replace(released(), table=Broken())))
    assert list((tmp_path / "ae").iterdir()) == []


def test_killed_writer_leaves_no_release_and_its_folder_goes_after_an_hour(tmp_path: Path):
    program = (
        "import os, signal, sys, pathlib\n"
        "from dataclasses import replace\n"
        "from synth_assets_tests.release.bundles import bundle, drawn, released, write_release\n"
        "class Killed:\n"
        "    rows = 300\n"
        "    def batches(self):\n"
        "        yield drawn('independent').head(100)\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "write_release(pathlib.Path(sys.argv[1]), bundle(released('random'), replace(released(), table=Killed())))\n"
    )
    root = Path(__file__).parents[2]
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], check=False, env={**os.environ, "PYTHONPATH": str(root)}
    )
    assert ended.returncode == -signal.SIGKILL
    (left,) = (tmp_path / "ae").iterdir()
    assert left.name.startswith(".")
    write_release(tmp_path, bundle(identifier="2026-11-26T1300Z-0001"))
    assert left.exists()
    for path in (left, *left.iterdir()):
        os.utime(path, (time.time() - 4_000,) * 2)
    write_release(tmp_path, bundle(identifier="2026-11-26T1300Z-0002"))
    assert not left.exists()


def test_table_that_is_not_as_described_is_refused(tmp_path: Path):
    wrong = drawn("independent").with_columns(age=pl.lit(100, pl.Int64))
    with pytest.raises(ReleaseError, match="'age' has 300 values outside its domain"):
        write_release(tmp_path, bundle(replace(released(), table=wrong)))
    assert list((tmp_path / "ae").iterdir()) == []


def test_folder_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "ae").write_text("a file")
    with pytest.raises(ReleaseError, match="Cannot write the release"):
        write_release(tmp_path, bundle())


def test_card_stamps_mock_in_its_first_lines():
    assert MOCK_STAMP in card(bundle()).splitlines()[:3]
    assert "MOCK" not in card(bundle(mock=False))


def test_card_shows_no_figure_that_compares_with_the_original():
    text = card(bundle())
    assert "| attack | linkability | synthetic table | kept inside | 0.25 | passed | house rule |" in text
    assert "| counts | minimum_count | description | 5 | 5 | passed | NHS \\| pilot |" in text
    assert "0.125" not in text


def test_card_with_epsilon_lists_only_what_is_open():
    private = described_privately()
    sneaky = Verdict("sneaky", "rule", "description", 0.375, None, passed=False, sentence="", source="")
    table = replace(released("random"), description=private, verdicts=(*VERDICTS, sneaky))
    text = card(bundle(table))
    assert [verdict.check for verdict in table.told] == ["counts"]
    assert "attack" not in text
    assert "sneaky" not in text


def described_privately() -> Description:
    return replace(described("random"), privacy=Privacy.without_reading())


@pytest.mark.parametrize("mode", ["random", "independent", "correlated"])
def test_tables_with_epsilon_are_released(tmp_path: Path, mode: Mode):
    private = described(mode, 2.0)
    table = ReleasedTable(mode, "private", generate(private, rows=200, rng=rng(3)), private, VERDICTS)
    text = (write_release(tmp_path, bundle(table)).path / "README.md").read_text("utf-8")
    assert ("no row of the original was read" if mode == "random" else "with epsilon = 2 ") in text
    assert "linkability" not in text


@pytest.mark.parametrize(
    ("mode", "words"),
    [("random", "synthetic structural"), ("independent", "univariate"), ("correlated", "multivariate plausible")],
)
def test_card_says_where_a_mode_stands(mode: Mode, words: str):
    text = card(bundle(released(mode)))
    assert words in text
    assert "no differential privacy" in text
    assert "ONS methodology working paper series number 16" in text
    assert "&lt;admissions>" in text


def test_card_says_epsilon_and_for_whom():
    privacy = Privacy(1.5, 1e-9, "noise", 10, "person", 3)
    text = card(bundle(replace(released(), description=replace(described("independent"), privacy=privacy))))
    assert "epsilon = 1.5 and delta = 1e-09, for one person, with up to 3 rows" in text


def test_field_of_each_kind():
    columns = {coded.column.name: field(coded) for coded in described("random").columns}
    assert columns["age"] == {
        "name": "age",
        "type": "integer",
        "description": "at arrival",
        "unit": "years",
        "constraints": {"required": True, "minimum": 0, "maximum": 99},
    }
    assert columns["ward"]["constraints"] == {"enum": ['a, "b"\nc', "", "d|e"]}
    assert columns["cost"]["constraints"] == {"minimum": 0.0, "maximum": 10.0}
    assert columns["start"]["constraints"] == {"required": True, "minimum": "2020-01-01", "maximum": "2020-03-01"}
    assert columns["seen"]["constraints"]["minimum"] == "2020-01-01T00:00:00+00:00"
    assert columns["number"]["constraints"] == {"required": True, "unique": True}
    assert columns["died"] == {"name": "died", "type": "boolean", "constraints": {}}


@pytest.mark.filterwarnings("ignore")
def test_data_package_is_valid_by_its_own_library(tmp_path: Path):
    frictionless = pytest.importorskip("frictionless")
    path = write_release(tmp_path, bundle(*map(released, ("random", "independent", "correlated")))).path
    report = frictionless.Package(path / "datapackage.json").validate()
    assert report.valid, report.flatten(["type", "message"])
    assert [task.stats["rows"] for task in report.tasks] == [300] * 3
    csv = path / "random_ae.csv"
    csv.write_text(re.sub(r"^([^\n]*\n)", r"\1x", csv.read_text("utf-8")), "utf-8")
    assert not frictionless.Package(path / "datapackage.json").validate().valid


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dataset": "../ae"}, "dataset to release"),
        ({"release_id": "latest"}, "no release's id"),
        ({"tables": ()}, "none"),
        ({"tables": (released(), released())}, "name of its own"),
        ({"created": WHEN.replace(tzinfo=None)}, "no zone"),
        ({"config": {"a": {1, 2}}}, "JSON"),
        ({"config": {"a": float("nan")}}, "JSON"),
    ],
)
def test_bundle_that_cannot_be(change: dict[str, Any], message: str):
    with pytest.raises(ReleaseError, match=message):
        replace(bundle(), **change)


@pytest.mark.parametrize(("mode", "name"), [("random", "x"), ("independent", "a/b"), ("independent", "")])
def test_table_that_cannot_be(mode: Mode, name: str):
    with pytest.raises(ReleaseError):
        replace(released(), mode=mode, name=name)


def test_release_id_is_in_utc():
    zone = dt.timezone(dt.timedelta(hours=2))
    assert release_id(dt.datetime(2026, 1, 1, 1, 30, tzinfo=zone), "00ff") == "2025-12-31T2330Z-00ff"


@pytest.mark.parametrize("suffix", ["", "3F2A", "../..", "3f2"])
def test_suffix_that_cannot_be(suffix: str):
    with pytest.raises(ReleaseError, match="4 to 16 of 0-9, a-f"):
        release_id(WHEN, suffix)


KEY = b"0123456789abcdef0123456789abcdef"


def test_what_is_written_is_what_was_drawn(tmp_path: Path):
    made = Made(fingerprint(drawn("independent"), KEY), KEY)
    assert write_release(tmp_path, bundle(replace(released(), made=made))).path.exists()


def other_rows(parquet: Path) -> None:
    pl.read_parquet(parquet).reverse().write_parquet(parquet)


def other_text(parquet: Path) -> None:
    csv = parquet.with_suffix(".csv")
    csv.write_text(csv.read_text("utf-8").replace(",f,", ",m,", 1).replace("f,", "m,", 1), "utf-8")


@pytest.mark.parametrize("tamper", [other_rows, other_text])
def test_rows_that_got_in_while_it_was_written_keep_it_in(
    tmp_path: Path, tamper: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
):
    def tampered(parquet: Path, path: Path) -> None:
        if tamper is other_rows:
            tamper(parquet)
        files.write_csv(parquet, path)
        if tamper is other_text:
            tamper(parquet)

    monkeypatch.setattr(write, "write_csv", tampered)
    made = Made(fingerprint(drawn("independent"), KEY), KEY)
    with pytest.raises(ReleaseError, match="is not what its description and seed give"):
        write_release(tmp_path, bundle(replace(released(), made=made)))
    assert list((tmp_path / "ae").iterdir()) == []
    assert not (tmp_path / "kept").exists()


def test_a_release_that_cannot_stand_is_not_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    rename = Path.rename

    def full(path: Path, target: Path) -> Path:
        if target.parent == tmp_path / "ae":
            raise OSError(28, "No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(ReleaseError, match="No space left"):
        write_release(tmp_path, bundle())
    assert list((tmp_path / "kept" / "ae").iterdir()) == []
