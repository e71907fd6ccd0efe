"""Planted changes: each is found, and a release as it was written has none."""

import datetime as dt
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from synth_assets.release.files import write_csv
from synth_assets.release.verifier import problems
from synth_assets.release.write import Written
from synth_assets_tests.release.bundles import bundle, drawn, released, write_release

NAME = "correlated_ae"
FILES = [f"{NAME}.parquet", f"{NAME}.csv", f"{NAME}_description.json", "README.md", "datapackage.json", "verify.py"]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return write_release(tmp_path, bundle(released("correlated")))


def reseal(folder: Path) -> None:
    """What a forger does who knows how the manifest is made."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for name in manifest["files"]:
        content = (folder / name).read_bytes()
        manifest["files"][name] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def replant(folder: Path, table: pl.DataFrame) -> None:
    """Other rows in both files, and a manifest that says so."""
    table.write_parquet(folder / f"{NAME}.parquet")
    write_csv(folder / f"{NAME}.parquet", folder / f"{NAME}.csv")
    reseal(folder)


def test_release_is_whole(written: Written):
    assert problems(written.path, written.manifest_digest) == []
    replant(written.path, drawn("correlated"))
    assert problems(written.path) == []


@pytest.mark.parametrize("name", FILES)
def test_flipped_byte(written: Written, name: str):
    content = bytearray((written.path / name).read_bytes())
    content[len(content) // 2] ^= 1
    (written.path / name).write_bytes(content)
    assert f"{name} is not as it was written" in problems(written.path)


@pytest.mark.parametrize("name", FILES)
def test_missing_file(written: Written, name: str):
    (written.path / name).unlink()
    assert f"{name} is missing" in problems(written.path)


@pytest.mark.parametrize("name", ["extra.csv", ".hidden", "folder/extra.csv"])
def test_extra_file(written: Written, name: str):
    (written.path / name).parent.mkdir(exist_ok=True)
    (written.path / name).write_text("")
    assert f"{name} is not in the manifest" in problems(written.path)


def test_link_in_place_of_a_file(written: Written, tmp_path: Path):
    (written.path / "README.md").rename(tmp_path / "elsewhere")
    (written.path / "README.md").symlink_to(tmp_path / "elsewhere")
    assert problems(written.path) == ["README.md is not a file of its own"]


def test_changed_manifest_is_seen_by_its_digest_alone(written: Written):
    path = written.path / "manifest.json"
    path.write_text(path.read_text("utf-8").replace('"internal"', '"public_release"'), "utf-8")
    assert problems(written.path) == []
    assert problems(written.path, written.manifest_digest) == ["manifest.json is not the one whose digest was given"]


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"files": {}, "tables": 1}'])
def test_manifest_that_is_none(written: Written, content: str | None):
    path = written.path / "manifest.json"
    path.unlink() if content is None else path.write_text(content)
    assert any("manifest.json cannot be read" in problem for problem in problems(written.path))


def lit(**values: object) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """The first row with other values."""

    def change(table: pl.DataFrame) -> pl.DataFrame:
        first = pl.int_range(pl.len()) == 0
        return table.with_columns(
            pl.when(first).then(pl.lit(value, table.schema[name])).otherwise(pl.col(name)).alias(name)
            for name, value in values.items()
        )

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lit(sex="x"), "'sex' has 1 values outside"),
        (lit(age=100), "'age' has 1 values outside"),
        (lit(age=-1), "'age' has 1 values outside"),
        (lit(age=None), "'age' has 1 missing values"),
        (lit(cost=10.5), "'cost' has 1 values outside"),
        (lit(cost=float("nan")), "'cost' has 1 values outside"),
        (lit(start=dt.date(1999, 1, 1)), "'start' has 1 values outside"),
        (lit(seen=dt.datetime(2021, 1, 1, tzinfo=dt.UTC)), "'seen' has 1 values outside"),
        (lit(note="943 476 5919"), "'note' has 1 values outside"),
        (lit(number=943_476_5919), "'number' has 1 values outside"),
        (lit(number=-2), "'number' has 1 values that repeat"),
        (lit(sex="m", ward='a, "b"\nc', area="north"), 'a constraint is broken in 1 rows or groups: {"forbidden"'),
        (lit(start=dt.date(2020, 2, 1), end=dt.date(2020, 1, 1)), 'broken in 1 rows or groups: {"ordered"'),
        (lambda table: table.with_columns(area=pl.col("area").shuffle(3)), 'groups: {"determined"'),
        (lambda table: table.select(*table.columns[1:], "sex"), "columns of the Parquet file are not those"),
        (lambda table: table.rename({"age": "cost", "cost": "age"}), "columns of the CSV file are not those"),
        (lambda table: table.drop("note"), "columns of the Parquet file are not those"),
        (lambda table: table.with_columns(pl.col("age").cast(pl.Int32)), "types of the Parquet file are not those"),
        (
            lambda table: table.with_columns(pl.col("seen").dt.replace_time_zone(None)),
            "types of the Parquet file are not those",
        ),
    ],
)
def test_forged_rows(written: Written, change: Callable[[Any], Any], words: str):
    replant(written.path, change(drawn("correlated")))
    assert any(words in problem for problem in problems(written.path)), problems(written.path)


@pytest.mark.parametrize("change", [lambda lines: lines[:-1], lambda lines: [*lines[1:], lines[0]]])
def test_csv_of_other_rows(written: Written, tmp_path: Path, change: Callable[[Any], Any]):
    table = drawn("correlated")
    table[change(list(range(len(table))))].write_parquet(tmp_path / "other")
    write_csv(tmp_path / "other", written.path / f"{NAME}.csv")
    reseal(written.path)
    (problem,) = problems(written.path)
    assert "differ in" in problem or "has 300 rows and the CSV file 299" in problem


def test_statistics_of_the_file_hide_no_value(written: Written):
    last = pl.int_range(pl.len()) == pl.len() - 1
    odd = pl.when(last).then(-1.0).when(pl.int_range(pl.len()) < 2).then(float("nan")).otherwise(5.0)
    replant(written.path, drawn("correlated").with_columns(cost=odd))
    assert problems(written.path) == [f"{NAME}: 'cost' has 3 values outside its domain"]


def test_csv_cell_that_is_no_number(written: Written):
    path = written.path / f"{NAME}.csv"
    head, rest = path.read_text("utf-8").split("\n", 1)
    path.write_text(f"{head}\n" + rest.replace(",f,", ",x,", 1).replace("true", "maybe", 1), "utf-8")
    reseal(written.path)
    assert problems(written.path) == [f"{NAME}: the Parquet file and the CSV file differ in 1 rows"]


@pytest.mark.parametrize("key", ["name", "type", "constraints"])
def test_fields_of_the_data_package(written: Written, key: str):
    path = written.path / "datapackage.json"
    package = json.loads(path.read_bytes())
    package["resources"][0]["schema"]["fields"][0][key] = {} if key == "constraints" else "date"
    path.write_text(json.dumps(package), "utf-8")
    reseal(written.path)
    assert problems(written.path) == [f"{NAME}: the fields in datapackage.json are not those of the description"]


def test_domain_that_was_narrowed(written: Written):
    path = written.path / f"{NAME}_description.json"
    document = json.loads(path.read_bytes())
    document["columns"][0]["domain"]["values"] = ["f"]
    path.write_text(json.dumps(document), "utf-8")
    reseal(written.path)
    assert any("fields in datapackage.json" in problem for problem in problems(written.path))


def test_program_runs_alone_from_any_folder(written: Written, tmp_path: Path):
    odd = tmp_path / "a [1]*'b?"
    written.path.rename(odd)
    command = [sys.executable, "-I", str(odd / "verify.py")]
    run = subprocess.run(
        [*command, "--digest", written.manifest_digest], cwd="/", capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout) == (0, "The release is whole (against the digest).\n")
    assert "synth_assets" not in (odd / "verify.py").read_text("utf-8")
    (odd / "README.md").unlink()
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stdout.splitlines()[0] == "README.md is missing"
    assert run.stdout.splitlines()[1].startswith("1 problem(s) (without a digest")
