"""Whether the steps lead to the declared columns: columns are followed from the source through each step."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from synth_assets.components.faults.columns import parsed
from synth_assets.components.faults.fault import Problem, YamlPath
from synth_assets.components.faults.said import Said
from synth_assets.components.faults.steps import steps_of
from synth_assets.errors import SynthAssetsError
from synth_assets.schema import KEY_TYPES

_ANY = "any"
_FITS: Mapping[str, tuple[str, ...]] = {
    "category": ("text",),
    "text": ("text",),
    "integer": ("integer", "float"),
    "float": ("float", "integer"),
    "boolean": ("boolean",),
    "date": ("date", "datetime"),
    "datetime": ("datetime",),
}
"""What may be converted without loss, as far as types tell; see ``describe.conform``."""


@dataclass
class _Course:
    """The columns as they are after some steps.

    Attributes:
        kinds: Of those that are known to be there; ``any`` where the source does not say.
        gone: Those that are not there any more, with what took them.
        made: Those that a step made.
        told: Where the YAML speaks of each.
    """

    kinds: dict[str, str]
    told: dict[str, YamlPath]
    gone: dict[str, str] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)


def flow_problems(said: Said) -> Iterator[Problem]:
    """Steps that do not fit the columns that they find, and declared columns that are not what is left."""
    steps = steps_of(said)
    source = said("source", "types") if isinstance(said("source"), Mapping) else {}
    course = _Course(dict(source or {}), {name: ("source", "types", name) for name in source or {}})
    for place, step in enumerate(steps):
        if step is None:
            return
        problems = list(_taken(course, place, step))
        yield from problems
        if problems:
            return
    if said("steps") is not None and said.all_names is not None:
        yield from _lead_elsewhere(said, course)


def _taken(course: _Course, place: int, step: Any) -> Iterator[Problem]:  # noqa: ANN401 - a step of any class
    """Take a step; what keeps it from being taken."""
    path: YamlPath = ("steps", place)
    several = hasattr(step, "columns")
    taken = _inputs(step)
    for number, name in enumerate(taken):
        where = (*path, "columns", number) if several else (*path, "column")
        if name in course.gone and name not in course.kinds:
            yield Problem(where, f"There is no column {name!r} any more: {course.gone[name]} took it away.")
            return
        if name in taken[:number]:
            yield Problem(where, f"Column {name!r} is listed twice. List each once.")
            return
        course.kinds.setdefault(name, _ANY)
        course.told[name] = where
    try:
        left = step.after(course.kinds)
    except SynthAssetsError as error:
        yield Problem((*path, "columns") if several else _blamed(path, step, str(error)), str(error))
        return
    for name in set(course.kinds) - set(left):
        course.gone[name] = f"step {place + 1}"
        course.made.discard(name)
    if hasattr(step, "into"):
        made = step.into or step.column
        course.made.add(made)
        course.told[made] = (*path, "into" if step.into else "column")
    course.kinds = left


def _inputs(step: Any) -> list[str]:  # noqa: ANN401 - a step of any class
    """The columns that a step takes, by its settings ``column`` and ``columns``."""
    return list(step.columns) if hasattr(step, "columns") else [step.column] if hasattr(step, "column") else []


def _blamed(path: YamlPath, step: object, message: str) -> YamlPath:
    """The new name where it is taken already, else the column that does not fit."""
    into = getattr(step, "into", None)
    return (*path, "into") if into is not None and "already" in message else (*path, "column")


def _lead_elsewhere(said: Said, course: _Course) -> Iterator[Problem]:
    person = said("privacy", "person_column")
    for place, name in enumerate(said.all_names or ()):
        path: YamlPath = ("columns", place)
        if name in course.gone and name not in course.kinds:
            message = f"Column {name!r} is declared, but {course.gone[name]} takes it away. Leave out one of the two."
            yield Problem((*path, "name"), message)
        elif name == person and name not in course.made:
            message = (
                f"Column {name!r} is the person_column, which says whose row it is, and is still there after the "
                "steps. Drop it in a step; persons are told apart before the first step."
            )
            yield Problem((*path, "name"), message)
        else:
            yield from _type(path, name, said, course.kinds.get(name, _ANY))
    for name in course.kinds:
        if name not in (said.all_names or ()):
            message = (
                f"Column {name!r} is left after the steps, but not declared. Drop it in a step, or declare it under "
                "'columns'."
            )
            yield Problem(course.told.get(name, ("columns",)), message)


def _parses(column: Mapping[str, Any]) -> bool:
    """Whether the column has no fault of its own."""
    try:
        parsed(column)
    except SynthAssetsError:
        return False
    return True


def _type(path: YamlPath, name: str, said: Said, held: str) -> Iterator[Problem]:
    column = said(*path) or {}
    wanted = _FITS.get(str(column.get("type")))
    if column.get("role") == "direct_identifier" and column.get("type") in KEY_TYPES:
        return
    if wanted is not None and held not in {*wanted, _ANY} and _parses(column):
        message = (
            f"Column {name!r} is declared as {column['type']}, but the steps leave {held}. "
            "Declare what is left, or change the step."
        )
        yield Problem((*path, "type"), message)
