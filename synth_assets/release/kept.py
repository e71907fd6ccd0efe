"""What releases told, kept inside from the moment they are made: it still counts when their folders are gone.

A record holds a release's descriptions and its manifest, byte by byte, so that each can be held against the other.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from synth_assets.describe import Description
from synth_assets.errors import ReleaseError
from synth_assets.release.files import flush, flush_names, mark_of
from synth_assets.release.verifier import MANIFEST
from synth_assets.storage.files import temporary_folder

SUFFIX: Final = "_description.json"
"""How the name of a description's file ends."""


@dataclass(frozen=True, eq=False)
class Record:
    """What is kept of one release.

    Attributes:
        id: Of the release.
        digest: The SHA-256 of its manifest.
        descriptions: What it told.
        rows: Synthetic rows of its tables, random ones apart.
    """

    id: str
    digest: str
    descriptions: tuple[Description, ...]
    rows: int

    @classmethod
    def of(cls, place: Path, kept: Path) -> Self:
        """The record of a release.

        Args:
            place: Where the release is or was.
            kept: As for ``record_at``.

        Raises:
            ReleaseError: It is not whole.
            DescriptionError: As above.
        """
        own = record_at(kept, place)
        told = _manifest(own)
        held = {name: Description.from_json(file.read_text(encoding="utf-8")) for name, file in _files(own, told)}
        counted = [name for name, description in held.items() if description.rows is not None]
        rows = sum(int(told["rows"][name.removesuffix(SUFFIX)]) for name in counted)
        return cls(place.name, mark_of(own / MANIFEST).sha256, tuple(held.values()), rows)


def record_at(kept: Path, place: Path) -> Path:
    """Where the record of a release is.

    Args:
        kept: The folder for all records, inside.
        place: Where the release is, was or will be: a folder of its id in one of its dataset.
    """
    return kept / place.parent.name / place.name


def turn_at(kept: Path, dataset: str) -> Path:
    """The file that stands for the turn to release or withdraw of a dataset."""
    return kept / f".{dataset}.turn"


def recorded(kept: Path, dataset: str) -> list[str]:
    """The ids of a dataset's releases of which there is a record."""
    return sorted(path.name for path in (kept / dataset).glob("*") if not path.name.startswith("."))


def keep(files: Path, place: Path, kept: Path) -> bool:
    """Record a release, all of it or nothing; one that is recorded stays as it is.

    Args:
        files: The folder that its files are in now.
        place: Where the release is or will be.
        kept: As for ``record_at``.

    Returns:
        Whether there was no record before.

    Raises:
        OSError: It cannot be written.
    """
    own = record_at(kept, place)
    if own.exists():
        return False
    with temporary_folder(own) as folder:
        for file in [files / MANIFEST, *sorted(files.glob(f"*{SUFFIX}"))]:
            shutil.copyfile(file, folder / file.name)
        flush(folder)
        folder.rename(own)
        flush_names(own.parent)
    return True


def elsewhere(kept: Path, dataset: str) -> Iterator[Description]:
    """What releases of all other datasets told."""
    for file in sorted(kept.glob(f"[!.]*/[!.]*/*{SUFFIX}")):
        if file.parent.parent.name != dataset:
            yield Description.from_json(file.read_text(encoding="utf-8"))


def _manifest(own: Path) -> dict[str, Any]:
    try:
        return json.loads((own / MANIFEST).read_bytes())
    except (OSError, ValueError) as error:
        raise ReleaseError(_damaged(own.name, own / MANIFEST)) from error


def _files(own: Path, told: dict[str, Any]) -> Iterator[tuple[str, Path]]:
    for name in sorted(name for name in told["files"] if name.endswith(SUFFIX)):
        file = own / name
        if not file.is_file() or mark_of(file).sha256 != told["files"][name]["sha256"]:
            raise ReleaseError(_damaged(own.name, file))
        yield name, file


def _damaged(release: str, file: Path) -> str:
    return (
        f"What release {release} told is compared with every new one, but {file} is missing or not as it was released. "
        "Put it back from a backup or from a copy of the release."
    )
