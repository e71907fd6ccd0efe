"""The tables of a release, copied once: what is judged is written, and what was described is attacked."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from synth_assets.components.dataset import Dataset
from synth_assets.components.protected import units_of
from synth_assets.components.resources import Workplace
from synth_assets.describe import Description
from synth_assets.schema import Mode
from synth_assets.storage.files import remove_leftovers, temporary_folder
from synth_assets.storage.parquet import write_parquet
from synth_assets.storage.warehouse import TableHandle

_OWN = 0o700


@dataclass(frozen=True)
class Held:
    """Copies of tables, as Parquet files.

    Attributes:
        tables: The synthetic ones, by mode.
        original_file: The table that was described; there only where some description asks for it.
        units_file: Whose rows they are, row by row; likewise.
    """

    tables: Mapping[Mode, pl.LazyFrame]
    original_file: Path
    units_file: Path

    @property
    def original(self) -> pl.LazyFrame:
        """The table that was described."""
        return pl.scan_parquet(self.original_file, glob=False)

    @property
    def units(self) -> pl.LazyFrame:
        """Whose rows they are."""
        return pl.scan_parquet(self.units_file, glob=False)


def asks_for_original(description: Description) -> bool:
    """Whether evidence on a description compares with the data: no noise covers what it read from them."""
    return description.privacy is None and (description.mode != "random" or bool(description.domains_from_data))


@contextmanager
def copied(dataset: Dataset, modes: Sequence[Mode], tables: Mapping[str, Any], workplace: Workplace) -> Generator[Held]:
    """The tables as files that only this user can read, gone at the end of the ``with`` block.

    Hold the dataset's turn to release: what other processes left is removed.

    Args:
        dataset: Whose tables they are.
        modes: Which of them.
        tables: As they are stored, by mode, and their descriptions.
        workplace: With the folder for them, and the original.

    Raises:
        SynthAssetsError: A table cannot be read, or the folder cannot be written.
    """
    place = workplace.folder.root / "spool" / dataset.release
    remove_leftovers(place.parent, place.name)
    with temporary_folder(place) as folder:
        folder.chmod(_OWN)
        held = {}
        for mode in modes:
            path = folder / f"{dataset.synthetic(mode)}.parquet"
            write_parquet(tables[mode], path)
            held[mode] = pl.scan_parquet(path, glob=False)
        files = Held(held, folder / "original.parquet", folder / "units.parquet")
        if any(asks_for_original(tables[f"{mode}_description"]) for mode in modes):
            units = units_of(dataset.original)
            write_parquet(TableHandle(workplace.warehouse, dataset.original), files.original_file)
            write_parquet(TableHandle(workplace.warehouse, units.name, units.schema), files.units_file)
        yield files
