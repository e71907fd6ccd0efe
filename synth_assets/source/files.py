"""Tables in files: which files a path names, and of which kind they are. Their contents are read elsewhere."""

import glob
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from synth_assets.errors import SourceError
from synth_assets.source.parquet_files import ParquetFiles
from synth_assets.source.table_source import TableSource, text
from synth_assets.source.text_files import TYPES, TextFiles

TEXT_ENDINGS = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
PARQUET_ENDINGS = (".parquet", ".pq")
_TEXT_ONLY = ("types", "missing", "trim", "delimiter")


def is_text(name: str) -> bool:
    """Whether a file of this name is a text file."""
    return name.lower().endswith(TEXT_ENDINGS)


def file_source(entry: Mapping[str, Any], folder: Path) -> TableSource:
    """The files that ``file`` names, in the order of their names.

    Raises:
        SourceError: There is none, they are of no kind or of two, or a setting does not fit.
    """
    said = text(entry, "file")
    paths = _paths(said, folder if entry.get("package") is None else _inside(text(entry, "package")))
    if all(is_text(path.name) for path in paths):
        return _text_files(entry, paths, said)
    if not all(path.name.lower().endswith(PARQUET_ENDINGS) for path in paths):
        allowed = ", ".join(TEXT_ENDINGS + PARQUET_ENDINGS)
        message = f"The source {said!r} names {_names(paths)}. Allowed: files of one kind, ending in {allowed}."
        raise SourceError(message)
    odd = [key for key in _TEXT_ONLY if entry.get(key) is not None]
    if odd:
        message = (
            f"The source {said!r} is Parquet, which knows its types: {', '.join(odd)} are for text files. Remove them."
        )
        raise SourceError(message)
    return ParquetFiles(tuple(paths), said)


def _inside(package: str) -> Path:
    """The folder of an installed package, which is not imported."""
    try:
        found = find_spec(package)
    except (ImportError, ValueError):
        found = None
    if found is None or found.origin is None:
        message = (
            f"There is no package {package!r} here to read a file of. Install it, for instance: pip install {package}."
        )
        raise SourceError(message)
    return Path(found.origin).parent


def _paths(said: str, folder: Path) -> list[Path]:
    full = folder / Path(said).expanduser()
    if not any(sign in said for sign in "*?["):
        if not full.is_file():
            message = f"There is no file {full}. Put it there, or correct the source's 'file'."
            raise SourceError(message)
        return [full]
    found = sorted(Path(name) for name in glob.glob(str(full), recursive=True) if Path(name).is_file())  # noqa: PTH207 - of any folder
    if not found:
        message = f"No file matches {full}. Put one there, or correct the source's 'file'."
        raise SourceError(message)
    return found


def _text_files(entry: Mapping[str, Any], paths: list[Path], said: str) -> TextFiles:
    types, missing = entry.get("types") or {}, entry.get("missing")
    if not isinstance(types, Mapping) or not set(types.values()) <= set(TYPES):
        message = f"The source's types are {types!r}. Allowed: columns, each with one of {', '.join(TYPES)}."
        raise SourceError(message)
    words = [""] if missing is None else missing
    if not isinstance(words, list | tuple) or not all(isinstance(word, str) for word in words):
        message = f"The source's missing is {missing!r}. Allowed: a list of texts, such as ['', 'NA']; quote numbers."
        raise SourceError(message)
    trim, delimiter = entry.get("trim") or False, entry.get("delimiter")
    if not isinstance(trim, bool):
        message = f"The source's trim is {trim!r}. Allowed: true or false."
        raise SourceError(message)
    if delimiter is not None and (not isinstance(delimiter, str) or len(delimiter) != 1):
        message = f"The source's delimiter is {delimiter!r}. Allowed: one character; left out, it is found."
        raise SourceError(message)
    return TextFiles(tuple(paths), said, dict(types), tuple(words), trim=trim, delimiter=delimiter)


def _names(paths: list[Path]) -> str:
    return ", ".join(path.name for path in paths[:3]) + (", ..." if len(paths) > 3 else "")  # noqa: PLR2004 - enough to see
