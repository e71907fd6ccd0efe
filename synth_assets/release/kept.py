"""Descriptions of withdrawn releases, kept inside: what they told was public once, and still counts beside new ones.

The copies are those that were released, byte by byte; the manifest that stays beside a tombstone says so.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from synth_assets.errors import ReleaseError
from synth_assets.release.files import flush, flush_names, mark_of
from synth_assets.release.verifier import MANIFEST
from synth_assets.storage.files import temporary_folder

SUFFIX: Final = "_description.json"
"""How the name of a description's file ends."""


def kept_at(kept: Path, place: Path) -> Path:
    """Where the descriptions of a release are kept once it is withdrawn.

    Args:
        kept: The folder for all of them, inside.
        place: Where the release is or was: a folder of its id in one of its dataset.
    """
    return kept / place.parent.name / place.name


def keep(place: Path, kept: Path) -> None:
    """Copy a release's descriptions, all of them or none; once they are there, nothing is done.

    Args:
        place: The release.
        kept: As for ``kept_at``.

    Raises:
        OSError: They cannot be written.
    """
    own = kept_at(kept, place)
    if own.exists():
        return
    with temporary_folder(own) as folder:
        for file in sorted(place.glob(f"*{SUFFIX}")):
            shutil.copyfile(file, folder / file.name)
        flush(folder)
        folder.rename(own)
        flush_names(own.parent)


def kept_descriptions(place: Path, kept: Path) -> Iterator[Path]:
    """The files with a withdrawn release's descriptions.

    Args:
        place: The release's folder, with the tombstone and the old manifest.
        kept: As for ``kept_at``.

    Raises:
        ReleaseError: One is missing or is not as it was released.
    """
    own = kept_at(kept, place)
    told = json.loads((place / MANIFEST).read_bytes())["files"]
    for name in sorted(name for name in told if name.endswith(SUFFIX)):
        file = own / name
        if not file.is_file() or mark_of(file).sha256 != told[name]["sha256"]:
            message = (
                f"Release {place.name} was withdrawn, and what it told is compared with every new one, but {file} is "
                "missing or not as it was released. Put it back from a backup or from a copy of the release."
            )
            raise ReleaseError(message)
        yield file
