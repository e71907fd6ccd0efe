"""Faults in a YAML file, and how they are shown: file, line, what is wrong, and the lines with a caret."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from synth_assets.errors import SynthAssetsError

YamlPath: TypeAlias = tuple[str | int, ...]
"""Keys and places in lists, from the top of a document."""

_LINES_BEFORE = 2
_LINES_AFTER = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and of what.

    Attributes:
        path: Below ``attributes``.
        message: For people.
        at_key: Whether it is the key that is wrong, not its value.
    """

    path: YamlPath
    message: str
    at_key: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """A problem where it stands in a file.

    Attributes:
        file: The file.
        line: From 1.
        column: From 1.
        path: Keys and places in lists, from the top of the document.
        message: What is wrong, what is allowed and what to do.
    """

    file: Path
    line: int
    column: int
    path: YamlPath
    message: str

    def __str__(self) -> str:
        """As ``report`` shows it, without the lines."""
        told = ".".join(map(str, self.path))
        return f"{_shown(self.file)}:{self.line} - {told}{': ' if told else ''}{self.message}"


class FaultsError(SynthAssetsError):
    """Faults in YAML files, with the lines that hold them.

    It has no traceback: where in the program a fault was found says nothing about where in the YAML it is.
    """

    @property
    def __traceback__(self) -> None:  # pyrefly: ignore[bad-override]  # hides the interpreter's, as meant
        """None, whatever the interpreter keeps."""
        return

    @__traceback__.setter
    def __traceback__(self, value: object) -> None:
        """Nothing is kept."""


def report(faults: Iterable[Fault]) -> str:
    """The faults one after another, each with the lines around it and a caret below its place."""
    return "\n\n".join(f"{fault}\n{_snippet(fault)}".rstrip() for fault in faults)


def _snippet(fault: Fault) -> str:
    if not fault.file.is_file():
        return ""
    lines = fault.file.read_text(encoding="utf-8", errors="replace").splitlines() or [""]
    first = max(fault.line - _LINES_BEFORE, 1)
    last = min(fault.line + _LINES_AFTER, len(lines))
    width = len(str(last))
    shown = [f"{number:>{width}} | {lines[number - 1]}".rstrip() for number in range(first, last + 1)]
    shown.insert(fault.line - first + 1, f"{'':>{width}} | {'':>{fault.column - 1}}^")
    return "\n".join(shown)


def _shown(path: Path) -> str:
    """From the folder that the command was given in, where it is inside that."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
