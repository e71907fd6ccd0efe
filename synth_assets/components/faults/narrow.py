"""Which of several values a message is about."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from synth_assets.components.faults.fault import Problem, YamlPath

_PASSED_OVER = ("name", "type", "step", "reason", "description", "title")


def narrowed(path: YamlPath, value: object, message: str) -> YamlPath:
    """The path of the deepest value that a message names by its key or as it is written; the path itself if none."""
    children = list(_children(value))
    named = [
        (key, inner)
        for key, inner in children
        if isinstance(key, str) and key not in _PASSED_OVER and re.search(rf"\b{re.escape(key)}\b", message)
    ]
    told = [(key, inner) for key, inner in named or children if _tells(inner, message)]
    for key, inner in told or named:
        return narrowed((*path, key), inner, message)
    return path


def unknown(path: YamlPath, value: object, known: list[str], what: str) -> Iterator[Problem]:
    """A problem for each text that names no known column.

    Args:
        path: Of the value.
        value: Text, or lists of it.
        known: The columns.
        what: What the value is, for the message.
    """
    if isinstance(value, list):
        for place, item in enumerate(value):
            yield from unknown((*path, place), item, known, what)
    elif isinstance(value, str) and value not in known:
        yield Problem(path, unknown_column(value, known, what))


def unknown_column(name: str, known: list[str], what: str) -> str:
    """The message for a name that is no declared column."""
    return f"{what} names {name!r}, which is no declared column. {alternatives(name, known)}"


def alternatives(name: str, allowed: Sequence[str], *, none: str = "nothing") -> str:
    """What is allowed in place of a name, the one that is written almost like it first."""
    close = get_close_matches(name, allowed, n=1)
    meant = f"Did you mean {close[0]!r}? " if close else ""
    return f"{meant}Allowed: {', '.join(allowed) or none}."


def _children(value: Any) -> Iterator[tuple[str | int, object]]:  # noqa: ANN401 - whatever the YAML says
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _tells(value: object, message: str) -> bool:
    """Whether the message writes the value out."""
    if isinstance(value, Mapping | list):
        return any(_tells(inner, message) for _, inner in _children(value))
    return (
        value is not None
        and not isinstance(value, bool)
        and bool(re.search(rf"(?<![\w']){re.escape(repr(value))}(?![\w'])", message))
    )
