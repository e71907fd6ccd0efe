"""A new dataset: its table is read and profiled, and the draft of its YAML is put where Dagster finds it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from synth_assets.components.dataset import check_name
from synth_assets.components.draft import draft
from synth_assets.errors import SourceError
from synth_assets.policy import load_policy
from synth_assets.protect.columns import kind_of
from synth_assets.protect.profile import Profile, profile
from synth_assets.source import TableSource, source_from_dict
from synth_assets.source.files import is_text
from synth_assets.storage.files import create_once

POLICY = "internal"
MISSING_WORDS = ("?", "NA", "N/A", "#N/A", "NULL", "null", "NaN", "nan", "None", ".", "-")
"""What text files write for a missing value, where a column holds it besides other values."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft that was written.

    Attributes:
        path: The YAML.
        found: What the table seemed to hold.
    """

    path: Path
    found: Profile


def where(path: str | None, table: str | None, postgres: str | None, input_folder: Path) -> dict[str, Any]:
    """What the YAML says of where a table is.

    Args:
        path: A file, several with * in the name, or a DuckDB file; ``None`` for Postgres.
        table: In a database.
        postgres: The environment variable with the connection.
        input_folder: Paths inside it are written from there on, so that the project can move.

    Raises:
        SourceError: The arguments do not name one table.
    """
    if (path is None) == (postgres is None) or (postgres and not table):
        message = "Name one table: a file; a DuckDB file and --table; or --postgres VARIABLE and --table."
        raise SourceError(message)
    if path is None:
        return {"postgres": postgres, "table": table}
    full = Path(path).expanduser().absolute()
    said = str(full.relative_to(input_folder)) if full.is_relative_to(input_folder) else str(full)
    if full.suffix.lower() not in {".duckdb", ".ddb", ".db"}:
        if table:
            message = f"--table is {table!r}, but {path} is no database. Give it with a DuckDB file, or Postgres."
            raise SourceError(message)
        return {"file": said}
    return {"duckdb": said} | ({"table": table} if table else {})


def new_dataset(name: str, entry: Mapping[str, Any], input_folder: Path, defs: Path) -> Drafted:
    """Profile a table and write the draft of its YAML to ``<defs>/<name>/defs.yaml``.

    Args:
        name: The dataset's.
        entry: Where the table is; see ``where``.
        input_folder: Where relative paths start.
        defs: The folder of all datasets.

    Raises:
        SynthAssetsError: The name is not allowed or taken, or the table cannot be read.
    """
    check_name(name)
    path = defs / name / "defs.yaml"
    if path.parent.exists():
        message = f"There is a dataset {name!r} already, in {path.parent}. Choose another name, or remove that folder."
        raise SourceError(message)
    said = as_found(entry, input_folder)
    source = source_from_dict(said, input_folder)
    found = profile(source.table().batches(), minimum_count=int(load_policy(POLICY).minimum_count.limit))
    path.parent.mkdir(parents=True)
    create_once(path, draft(name, said, found, place=source.place).encode())
    return Drafted(path, found)


def as_found(entry: Mapping[str, Any], input_folder: Path) -> dict[str, Any]:
    """The same; of a text file with the words for missing values and the types that are found in it."""
    if not is_text(str(entry.get("file", ""))):
        return dict(entry)
    words, padded = _oddities(source_from_dict(entry, input_folder))
    said = dict(entry) | ({"trim": True} if padded else {}) | ({"missing": ["", *words]} if words else {})
    columns = source_from_dict(said, input_folder).columns()
    return said | {"types": {name: kind_of(dtype) for name, dtype in columns.items()}}


def _oddities(source: TableSource) -> tuple[list[str], bool]:
    """The words for missing values that a text file uses, and whether it has spaces around values."""
    found: set[str] = set()
    padded = False
    for values in _texts(source):
        bare = values.str.strip_chars()
        padded = padded or bool((bare != values).any())
        found |= set(bare.filter(bare.is_in(MISSING_WORDS)).unique().to_list())
    return [word for word in MISSING_WORDS if word in found], padded


def _texts(source: TableSource) -> Iterator[pl.Series]:
    for batch in source.table().batches():
        yield from (values.drop_nulls() for values in batch.get_columns() if values.dtype == pl.String)
