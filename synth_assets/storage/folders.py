"""Where things are in the data folder. Nothing is read or written here but the reference lists, once."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from synth_assets.errors import StorageError
from synth_assets.storage.files import create_once

DATA_VARIABLE = "SYNTH_ASSETS_DATA_DIR"
PROJECT_ROOT = Path(__file__).resolve().parents[2]
REFERENCE_LISTS = ("hospitals.csv", "treatments.csv", "genders.csv")


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The data folder and the names inside it.

    Attributes:
        root: The folder itself, absolute.
    """

    root: Path

    @classmethod
    def from_environment(cls) -> Self:
        """The folder that ``SYNTH_ASSETS_DATA_DIR`` names, else ``data`` in the project's root.

        Raises:
            StorageError: The variable is set but empty.
        """
        given = os.environ.get(DATA_VARIABLE)
        if given is None:
            return cls(PROJECT_ROOT / "data")
        if not given.strip():
            message = f"{DATA_VARIABLE} is set but empty. Name a folder, or unset it to use {PROJECT_ROOT / 'data'}."
            raise StorageError(message)
        return cls(Path(given).expanduser().absolute())

    @property
    def input(self) -> Path:
        """What the user drops in, and the reference lists."""
        return self.root / "input"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file with a table an asset."""
        return self.root / "warehouse.duckdb"

    @property
    def reports(self) -> Path:
        """Figures and pages; they compare with the original and stay inside."""
        return self.root / "reports"

    @property
    def dagster_home(self) -> Path:
        """Dagster's own database and logs."""
        return self.root / "dagster_home"

    @property
    def state(self) -> Path:
        """The key, the privacy-budget ledger and what releases told; never rebuilt."""
        return self.root / "state"

    @property
    def ledger(self) -> Path:
        """The privacy-budget ledger: an SQLite file."""
        return self.state / "ledger.sqlite"

    @property
    def released(self) -> Path:
        """What each release told, withdrawn ones too: new ones are compared with it."""
        return self.state / "released"

    @property
    def published(self) -> Path:
        """Releases; append-only."""
        return self.root / "published"

    @property
    def snapshot(self) -> Path:
        """The DuckDB file with the synthetic tables, for readers outside."""
        return self.root / "snapshot" / "synthetic.duckdb"

    def prepare(self) -> Self:
        """Make the folders, and copy the project's reference lists where the user has none; no file is overwritten.

        Returns:
            The same folder.

        Raises:
            StorageError: A folder or file cannot be made.
        """
        try:
            for folder in (self.input, self.reports, self.dagster_home, self.published):
                folder.mkdir(parents=True, exist_ok=True)
            self.state.mkdir(mode=0o700, exist_ok=True)
            self._copy_reference_lists()
        except OSError as error:
            message = (
                f"Cannot prepare the data folder {self.root}: {error.strerror} ({error.filename}). Let this user write "
                f"there, or name another folder in {DATA_VARIABLE}."
            )
            raise StorageError(message) from error
        return self

    def _copy_reference_lists(self) -> None:
        source = PROJECT_ROOT / "data" / "input"
        for name in REFERENCE_LISTS:
            if (source / name).exists() and not (self.input / name).exists():
                create_once(self.input / name, (source / name).read_bytes())
