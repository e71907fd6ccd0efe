"""A YAML file's documents, read as Dagster reads them, with the place of each key and value."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from dagster_shared.yaml_utils import DagsterYamlLoader

from synth_assets.components.faults.fault import Fault, YamlPath


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands; lines and columns count from 1.

    Attributes:
        key: Line and column of its key, or of itself where it is in a list.
        value: Line and column of the value; of its key where it is empty or starts on a later line.
    """

    key: tuple[int, int]
    value: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file.

    Attributes:
        file: The file.
        value: What it holds.
        places: Of every value in it, by its path.
    """

    file: Path
    value: Any
    places: dict[YamlPath, Place]

    def fault(self, path: YamlPath, message: str, *, at_key: bool = False) -> Fault:
        """A fault at a path, or where nothing stands there, at the nearest thing above it."""
        stands = next(path[:length] for length in range(len(path), -1, -1) if path[:length] in self.places)
        place = self.places[stands]
        line, column = place.key if at_key else place.value
        return Fault(self.file, line, column, path, message)


def read_documents(file: Path) -> tuple[list[Document], list[Fault]]:
    """A file's documents, and what keeps it from being read: broken YAML, and keys that are written twice."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"It cannot be read: {error}. It must be a file of text in UTF-8."
        return [], [Fault(file, 1, 1, (), message)]
    documents: list[Document] = []
    faults: list[Fault] = []
    try:
        loader = DagsterYamlLoader(text)
        while loader.check_node():
            node = loader.get_node() or yaml.ScalarNode("tag:yaml.org,2002:null", "")
            repeated = list(_repeated(node, ()))
            value = loader.construct_document(node)
            document = Document(file, value, dict(_places(node, (), loader, None)))
            documents.append(document)
            faults += [Fault(file, *place, path, _twice(path)) for path, place in repeated]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        why = ", ".join(part for part in (error.context, error.problem) if part)
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        faults.append(Fault(file, line, column, (), f"This is not YAML: {why}. Correct the line, or quote the text."))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        faults.append(Fault(file, 1, 1, (), f"This is not YAML: {error}."))
    return documents, faults


def _twice(path: YamlPath) -> str:
    return f"The key {path[-1]!r} is written twice; only the second counts. Remove one."


def _at(mark: yaml.Mark) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1


def _repeated(node: yaml.Node, path: YamlPath) -> Iterator[tuple[YamlPath, tuple[int, int]]]:
    """Keys that stand twice in a mapping, each at its second place."""
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _repeated(item, (*path, number))
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen and isinstance(key, yaml.ScalarNode):
                yield (*path, name), _at(key.start_mark)
            seen.add(name)
            yield from _repeated(value, (*path, name))


def _places(
    node: yaml.Node, path: YamlPath, loader: DagsterYamlLoader, key: yaml.Node | None
) -> Iterator[tuple[YamlPath, Place]]:
    start, own = _at((key or node).start_mark), _at(node.start_mark)
    beside = own[0] == start[0] and own != _at(node.end_mark)
    yield path, Place(start, own if beside else start)
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _places(item, (*path, number), loader, None)
    elif isinstance(node, yaml.MappingNode):
        for inner, value in node.value:
            yield from _places(value, (*path, loader.construct_object(inner, deep=True)), loader, inner)
