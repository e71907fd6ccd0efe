"""The releases of a dataset, and how one is withdrawn: its rows go, and a tombstone stays in their place.

A withdrawal cannot call back what was copied; it says so to who comes later.
"""

import hashlib
import json
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from synth_assets.errors import ReleaseError
from synth_assets.release.bundle import check_id, check_name
from synth_assets.release.files import flush, flush_names
from synth_assets.release.kept import keep, record_at, turn_at
from synth_assets.release.verifier import MANIFEST
from synth_assets.storage.files import remove_leftovers, temporary_folder
from synth_assets.storage.turn import turn

TOMBSTONE: Final = "WITHDRAWN.json"

_READY = ".tombstone"


@dataclass(frozen=True, slots=True)
class Released:
    """A release as it stands.

    Attributes:
        id: Of the release.
        path: Its folder.
        created: When, in UTC.
        manifest_digest: The SHA-256 of its manifest.
        withdrawn: Whether only the tombstone is left.
    """

    id: str
    path: Path
    created: datetime
    manifest_digest: str
    withdrawn: bool


def place_of(published: Path, dataset: str, release_id: str) -> Path:
    """Where a release is, or would be.

    Raises:
        ReleaseError: The dataset's name or the id cannot be one.
    """
    check_name("dataset", dataset)
    check_id(release_id)
    return published / dataset / release_id


def is_taken(place: Path) -> bool:
    """Whether there is a release or a tombstone in a place, or is about to be a tombstone."""
    return place.exists() or _ready(place).exists()


def releases(published: Path, dataset: str) -> list[Released]:
    """Every release of a dataset, withdrawn ones too, by id and so by time.

    A withdrawal that was killed between its two renames is brought to its end.

    Args:
        published: The folder of all releases.
        dataset: Whose.

    Raises:
        ReleaseError: A manifest cannot be read.
    """
    check_name("dataset", dataset)
    folder = published / dataset
    for ready in folder.glob(f".*{_READY}"):
        _put_tombstone(folder / ready.name.removeprefix(".").removesuffix(_READY))
    places = sorted(path for path in folder.glob("*") if path.is_dir() and not path.name.startswith("."))
    return [_released(place) for place in places]


def withdraw(  # noqa: PLR0913, PLR0917 - which, why, when, and where things are
    published: Path, dataset: str, release_id: str, reason: str, when: datetime, kept: Path
) -> Released:
    """Take a release's files away in one step, and leave ``WITHDRAWN.json`` and the old ``manifest.json``.

    It is recorded inside first, if it is not yet: what it told was public, and new releases are compared with it. The
    tombstone is made ready next. Then the release is renamed to a hidden name, at which its files are gone for
    readers, and the tombstone to the release's; a process killed in between leaves the second to ``releases`` or to
    another call. Last, the files are deleted. A release whose folder is gone gets its tombstone from its record, and
    one whose files were put back after a withdrawal is withdrawn again.

    Args:
        published: The folder of all releases.
        dataset: Whose.
        release_id: Which.
        reason: For people; it is published.
        when: With a zone.
        kept: The folder, inside, with the records of releases.

    Raises:
        ReleaseError: There is no such release, it was withdrawn already, the reason is empty, the time has no zone, or
            the folder cannot be written.
        StorageError: Another process releases or withdraws of the dataset, and does not come to an end.
    """
    place = place_of(published, dataset, release_id)
    if not reason.strip() or when.tzinfo is None:
        message = f"Release {release_id} was not withdrawn: a reason, and a time with a zone, are needed. Give both."
        raise ReleaseError(message)
    try:
        with turn(turn_at(kept, dataset), f"withdrawal of a release of {dataset!r}"):
            _withdraw(place, reason.strip(), when, kept)
    except OSError as error:
        message = (
            f"Cannot withdraw {place}: {error.strerror or type(error).__name__}. Let this user write there, and try "
            "again."
        )
        raise ReleaseError(message) from error
    return _released(place)


def _withdraw(place: Path, reason: str, when: datetime, kept: Path) -> None:
    remove_leftovers(place.parent)
    if not place.exists():
        _put_tombstone(place)
    own = record_at(kept, place)
    _refuse_unless_there(place, own)
    if place.exists():
        keep(place, place, kept)
    _make_ready(place, own, reason, when)
    _take_away(place)


def _refuse_unless_there(place: Path, own: Path) -> None:
    left = {path.name for path in place.glob("*")}
    if TOMBSTONE in left and left <= {TOMBSTONE, MANIFEST}:
        message = f"Release {place.name} was withdrawn already; see {place / TOMBSTONE}. Nothing is left to do."
        raise ReleaseError(message)
    if not (place / MANIFEST).is_file() and not (own / MANIFEST).is_file():
        known = sorted(path.name for path in place.parent.glob("*") if not path.name.startswith("."))
        message = f"There is no release {place.name} in {place.parent}. Allowed: {', '.join(known) or 'none'}."
        raise ReleaseError(message)


def _make_ready(place: Path, own: Path, reason: str, when: datetime) -> None:
    manifest, ready = (own / MANIFEST).read_bytes(), _ready(place)
    document = {
        "dataset": place.parent.name,
        "release": place.name,
        "withdrawn": f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "reason": reason,
        "manifest_digest": hashlib.sha256(manifest).hexdigest(),
    }
    shutil.rmtree(ready, ignore_errors=True)
    with temporary_folder(place) as folder:
        (folder / TOMBSTONE).write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        (folder / MANIFEST).write_bytes(manifest)
        flush(folder)
        folder.rename(ready)


def _take_away(place: Path) -> None:
    with temporary_folder(place) as gone:
        if place.exists():
            place.rename(gone)
        _put_tombstone(place)


def _put_tombstone(place: Path) -> None:
    """Move a tombstone that is ready to a place that is empty, and delete what was there before."""
    if not place.exists():
        with suppress(FileNotFoundError):
            _ready(place).rename(place)
            flush_names(place.parent)
            for rows in place.parent.glob(f".{place.name}.*.tmp"):
                shutil.rmtree(rows, ignore_errors=True)


def _ready(place: Path) -> Path:
    return place.with_name(f".{place.name}{_READY}")


def _released(place: Path) -> Released:
    try:
        content = (place / MANIFEST).read_bytes()
        created = datetime.fromisoformat(json.loads(content)["created"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = (
            f"The manifest of the release {place} cannot be read ({type(error).__name__}). Put back the folder as it "
            "was released."
        )
        raise ReleaseError(message) from error
    digest = hashlib.sha256(content).hexdigest()
    return Released(place.name, place, created, digest, (place / TOMBSTONE).exists())
