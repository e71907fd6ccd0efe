"""Bundle -> folder: a release is written beside its place, verified there, and renamed to it as one step.

Releases are append-only: none is ever written over. Whether a table may leave is not decided here.
"""

import hashlib
import json
import platform
import shutil
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any, Final

from synth_assets.errors import ReleaseError
from synth_assets.release.bundle import Bundle, ReleasedTable
from synth_assets.release.card import card
from synth_assets.release.datapackage import datapackage
from synth_assets.release.files import FileMark, content_of, flush, flush_names, marks_of, write_csv
from synth_assets.release.kept import keep, record_at
from synth_assets.release.verifier import MANIFEST, PACKAGE, problems
from synth_assets.release.withdraw import is_taken, place_of
from synth_assets.storage.files import temporary_folder
from synth_assets.storage.parquet import ParquetFile, write_parquet

FORMAT: Final = "synth-assets/release"
VERSION: Final = 1
LIBRARIES: Final = ("duckdb", "numpy", "opendp", "polars", "pyarrow")


@dataclass(frozen=True, slots=True)
class Written:
    """A release that stands.

    Attributes:
        path: Its folder.
        manifest_digest: The SHA-256 of ``manifest.json``, in hexadecimal: to be kept elsewhere, and told to readers.
        files: Every file with its mark, the manifest's included.
    """

    path: Path
    manifest_digest: str
    files: Mapping[str, FileMark]


def write_release(published: Path, bundle: Bundle, kept: Path) -> Written:
    """Write a release to ``published/<dataset>/<release id>/``: whole, or not at all.

    It is recorded inside right before it appears. A process killed in between leaves a record of a release that is not
    there, which has to be withdrawn: better than one that is out and not recorded.

    Args:
        published: The folder of all releases; created.
        bundle: What to write.
        kept: The folder, inside, with the records of releases; created.

    Raises:
        ReleaseError: There is a release of that id, the tables are not as they are described, or the folder cannot be
            written. Nothing stays of it.
        SynthAssetsError: A table cannot be read, or its rows cannot be made; as above.
    """
    place = place_of(published, bundle.dataset, bundle.release_id)
    try:
        with temporary_folder(place) as folder:
            _refuse_existing(place)
            _fill(folder, bundle)
            digest = _seal(folder, bundle)
            _refuse_other_rows(folder, bundle)
            _check(folder, digest, bundle)
            files = marks_of(folder)
            flush(folder)
            with _recorded(folder, place, kept):
                folder.rename(place)
            flush_names(place.parent)
    except OSError as error:
        _refuse_existing(place)
        message = (
            f"Cannot write the release {place}: {error.strerror or type(error).__name__}. Let this user write there, "
            "and see that the disk has room."
        )
        raise ReleaseError(message) from error
    return Written(place, digest, files)


@contextmanager
def _recorded(folder: Path, place: Path, kept: Path) -> Generator[None]:
    """Keep the record if the release comes to stand."""
    new = keep(folder, place, kept)
    try:
        yield
    except BaseException:
        if new:
            shutil.rmtree(record_at(kept, place), ignore_errors=True)
        raise


def _refuse_existing(place: Path) -> None:
    if is_taken(place):
        message = (
            f"There is a release {place.name} in {place.parent} already. Releases are only added: make one with an id "
            "of its own, and withdraw the old one if it must go."
        )
        raise ReleaseError(message)


def _fill(folder: Path, bundle: Bundle) -> None:
    """Write everything but the manifest."""
    for table in bundle.tables:
        _write_table(folder, table)
    package = datapackage(bundle, marks_of(folder))
    (folder / PACKAGE).write_text(_as_json(package), encoding="utf-8")
    (folder / "README.md").write_text(card(bundle), encoding="utf-8")
    verifier = package_files("synth_assets.release").joinpath("verifier.py")
    (folder / "verify.py").write_bytes(verifier.read_bytes())


def _write_table(folder: Path, table: ReleasedTable) -> None:
    parquet = folder / f"{table.name}.parquet"
    write_parquet(table.table, parquet)
    write_csv(parquet, folder / f"{table.name}.csv")
    (folder / f"{table.name}_description.json").write_text(table.description.to_json(), encoding="utf-8")


def _seal(folder: Path, bundle: Bundle) -> str:
    """Write the manifest; its digest."""
    rows = {table.name: ParquetFile(folder / f"{table.name}.parquet").rows for table in bundle.tables}
    content = _as_json(manifest(bundle, marks_of(folder), rows)).encode()
    (folder / MANIFEST).write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def manifest(bundle: Bundle, files: Mapping[str, FileMark], rows: Mapping[str, int]) -> dict[str, Any]:
    """What the manifest says, as plain values.

    Args:
        bundle: The release.
        files: All of its files but the manifest.
        rows: Of each table.
    """
    return {
        "format": FORMAT,
        "version": VERSION,
        "dataset": bundle.dataset,
        "release": bundle.release_id,
        "title": bundle.title,
        "created": f"{bundle.created_utc:%Y-%m-%dT%H:%M:%SZ}",
        "mock": bundle.mock,
        "policy": bundle.policy,
        "contact": bundle.contact,
        "code_version": bundle.code_version,
        "config": dict(bundle.config),
        "inputs": dict(bundle.inputs),
        "libraries": {"python": platform.python_version()} | {name: version(name) for name in LIBRARIES},
        "tables": [table.name for table in bundle.tables],
        "rows": dict(rows),
        "not_excluded": {table.name: table.not_excluded for table in bundle.tables if table.not_excluded},
        "files": {name: {"sha256": mark.sha256, "bytes": mark.size} for name, mark in files.items()},
    }


def _refuse_other_rows(folder: Path, bundle: Bundle) -> None:
    """The rows that were written are those that were drawn, in both files; their marks are in the manifest by now."""
    marks = json.loads((folder / MANIFEST).read_bytes())["files"]
    for table in bundle.tables:
        if table.made is None:
            continue
        rows, text = content_of(folder / f"{table.name}.parquet", table.made.key)
        if rows != table.made.fingerprint or text != marks[f"{table.name}.csv"]["sha256"]:
            message = (
                f"The release {bundle.release_id} was not written: what came to be in the files of {table.name!r} is "
                "not what its description and seed give. See that no other program writes in the data folder, and "
                "try again."
            )
            raise ReleaseError(message)


def _check(folder: Path, digest: str, bundle: Bundle) -> None:
    found = problems(folder, digest)
    if found:
        message = (
            f"The release {bundle.release_id} was not written, for it would not pass its own verification: "
            f"{'; '.join(found)}. Make the tables again from their descriptions."
        )
        raise ReleaseError(message)


def _as_json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
