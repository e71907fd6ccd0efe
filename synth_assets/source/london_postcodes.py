"""Find a directory of London postcodes: the user's file, else a download, else a mock.

It decides between them and says which it was. It must not judge whether a mock will do.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
import polars as pl

from synth_assets.errors import SourceError
from synth_assets.source.download import Progress, download
from synth_assets.source.mock_postcodes import mock_postcodes
from synth_assets.source.postcodes import read_postcodes

Origin: TypeAlias = Literal["file", "download", "mock"]

FILE_NAMES = ("London postcodes.csv", "London postcodes.csv.gz")
"""What the user's file may be called in the input folder; a download gets the first name."""


@dataclass(frozen=True)
class LondonPostcodes:
    """A postcode directory and where it came from.

    Attributes:
        table: With the columns and types of ``POSTCODE_SCHEMA``.
        origin: ``file`` was there, ``download`` was fetched just now, ``mock`` is made up.
        path: The file that was read; ``None`` for a mock.
        sha256: Of that file, in hexadecimal; ``None`` for a mock.
    """

    table: pl.DataFrame
    origin: Origin
    path: Path | None
    sha256: str | None

    @property
    def rows(self) -> int:
        """How many postcodes there are."""
        return self.table.height


def find_postcodes(  # noqa: PLR0913 - each is a setting of the asset, given by name
    input_folder: Path,
    rng: np.random.Generator,
    *,
    download_url: str | None = None,
    imd_edition: str = "2019",
    mock_rows: int = 20_000,
    time_limit_s: float = 900.0,
    size_limit_bytes: int = 1_000_000_000,
    progress: Progress = lambda _done, _total: None,
) -> LondonPostcodes:
    """The postcode directory to use, in this order.

    1. ``London postcodes.csv`` or ``London postcodes.csv.gz`` in the input folder. With both there it is not guessed
       which is meant: that is an error.
    2. A download, when an address is given. It is read and checked first, and then takes the first name in the input
       folder, so that it is used from then on. When it fails that is an error, not a reason for a mock; what arrived
       but is no directory stays beside it as ``London postcodes.csv.unchecked``.
    3. A mock.

    Args:
        input_folder: Where the user puts files.
        rng: For the mock; otherwise not drawn from.
        download_url: Where to fetch a directory from, e.g. ``LONDON_POSTCODES_URL``; ``None`` for no download.
        imd_edition: The edition of the Index of Multiple Deprivation that the ranks are from.
        mock_rows: Size of the mock.
        time_limit_s: For the download, in seconds.
        size_limit_bytes: For the download.
        progress: Called during the download with the bytes so far and in all, the latter ``None`` where not known.

    Raises:
        SourceError: Two files are there, the file is no directory, or the download failed.
    """
    present = [input_folder / name for name in FILE_NAMES if (input_folder / name).exists()]
    if len(present) > 1:
        message = f"{input_folder} holds both {' and '.join(FILE_NAMES)}. Remove the one that is not meant."
        raise SourceError(message)
    if present:
        table = read_postcodes(present[0], imd_edition=imd_edition)
        return LondonPostcodes(table, "file", present[0], _sha256(present[0]))
    if download_url is None:
        return LondonPostcodes(mock_postcodes(rng, rows=mock_rows, imd_edition=imd_edition), "mock", None, None)
    destination = input_folder / FILE_NAMES[0]
    arrived = download(
        download_url,
        destination.with_name(f"{destination.name}.unchecked"),
        time_limit_s=time_limit_s,
        size_limit_bytes=size_limit_bytes,
        progress=progress,
    )
    table = read_postcodes(arrived.path, imd_edition=imd_edition)
    arrived.path.replace(destination)
    return LondonPostcodes(table, "download", destination, arrived.sha256)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
