"""What can be wrong in the declared columns: types, domains, roles, references and hierarchies."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from synth_assets.components.dataset import without_references
from synth_assets.components.faults.fault import Problem, YamlPath
from synth_assets.components.faults.narrow import alternatives, narrowed, unknown
from synth_assets.components.faults.said import Said
from synth_assets.errors import SynthAssetsError
from synth_assets.protect import Hierarchy
from synth_assets.schema import Categories, Column, Interval

HIERARCHY = "hierarchy"
_MOST_TRIED = 10_000
"""Of longer ranges of numbers or dates not every value is tried."""


def column_problems(said: Said) -> Iterator[Problem]:
    """What is wrong in the declared columns and the choice of quasi-identifiers."""
    for place, name in enumerate(said.names):
        if name is not None and name in said.names[:place]:
            message = f"Column {name!r} is declared more than once. Declare each once."
            yield Problem(("columns", place, "name"), message)
        column = said("columns", place)
        if column is not None:
            yield from _column(said, place, column)
    if said.all_names is not None:
        listed = said("quasi_identifiers")
        yield from unknown(("quasi_identifiers",), listed, said.all_names, "'quasi_identifiers'")
        if not said.quasi_identifiers:
            message = "No column has the role quasi_identifier. Give it to each that others could know of a person."
            yield Problem(("columns",) if listed is None else ("quasi_identifiers",), message, at_key=True)
    yield from _hierarchies(said)


def parsed(column: Mapping[str, Any]) -> Column:
    """A column as the schema has it, without a domain where that refers to a list.

    Raises:
        SchemaError: It cannot be.
    """
    plain = {key: value for key, value in column.items() if key != HIERARCHY}
    return Column.from_dict(without_references(plain))


def _column(said: Said, place: int, column: Mapping[str, Any]) -> Iterator[Problem]:
    path: YamlPath = ("columns", place)
    try:
        parsed(column)
    except SynthAssetsError as error:
        yield Problem(narrowed(path, column, str(error)), str(error))
    if column.get("role") == "direct_identifier":
        message = (
            f"Column {column.get('name')!r} is a direct_identifier, and still there after the steps. Drop or "
            "pseudonymise it in a step, or give what is left of it another role."
        )
        yield Problem((*path, "role"), message)
    domain = column.get("domain")
    if isinstance(domain, Mapping):
        yield from _domain(said, (*path, "domain"), domain, column)


def _domain(said: Said, path: YamlPath, domain: Mapping[str, Any], column: Mapping[str, Any]) -> Iterator[Problem]:
    listed, made = domain.get("categories_from"), domain.get("pseudonyms_from")
    files = said("reference_files") or {}
    for key in ("categories_from", "pseudonyms_from"):
        if key in domain and (len(domain) > 1 or column.get("type") != "category"):
            message = f"{key!r} stands alone in the domain of a category; this column is of type {column.get('type')}."
            yield Problem((*path, key), message, at_key=True)
    if isinstance(listed, list) and listed and listed[0] not in files:
        yield Problem((*path, "categories_from", 0), undeclared(listed[0], list(files)))
    if isinstance(made, str):
        steps = [said("steps", number) or {} for number in range(said.count("steps"))]
        known = [step.get("into") for step in steps if step.get("step") == "pseudonymise"]
        if made not in known and all(steps):
            message = (
                f"No step makes pseudonyms called {made!r}. Name a pseudonymise step's 'into': "
                f"{', '.join(map(str, known)) or 'there is none'}."
            )
            yield Problem((*path, "pseudonyms_from"), message)


def undeclared(name: object, known: list[str]) -> str:
    """The message for a reference list that is not declared."""
    return f"{name!r} is no declared reference. {alternatives(str(name), known, none='none is declared')}"


def _hierarchies(said: Said) -> Iterator[Problem]:
    fit = (
        said.all_names is not None
        and bool(said.quasi_identifiers)
        and set(said.quasi_identifiers) <= set(said.all_names)
    )
    declared = {place for place in range(said.count("columns")) if HIERARCHY in (said("columns", place) or {})}
    for place, name in enumerate(said.names):
        if name is None or not declared:
            continue
        if fit and place not in declared and name in said.quasi_identifiers and said("columns", place) is not None:
            message = (
                f"Quasi-identifier {name!r} has no hierarchy, but others have. Give it one: 'any' suppresses it, {{}} "
                "leaves it as it is."
            )
            yield Problem(("columns", place, "name"), message)
        if fit and place in declared and name not in said.quasi_identifiers:
            message = f"Column {name!r} has a hierarchy, but is no quasi-identifier. Remove it, or give it that role."
            yield Problem(("columns", place, HIERARCHY), message, at_key=True)
        if place in declared:
            yield from _hierarchy(said, place, name)
    if not declared and said("start_from") == "anonymised":
        message = (
            "'start_from' is 'anonymised', but no column has a hierarchy. Declare them, or start from 'deidentified'."
        )
        yield Problem(("start_from",), message)


def _hierarchy(said: Said, place: int, name: str) -> Iterator[Problem]:
    path: YamlPath = ("columns", place, HIERARCHY)
    value = said(*path)
    try:
        hierarchy = Hierarchy.from_dict(value, name)
        values = _values(parsed(said("columns", place)))
    except SynthAssetsError as error:
        if "hierarchy" in str(error):
            yield Problem(narrowed(path, value, str(error)), str(error))
        return
    for depth in range(1, len(hierarchy.levels) + 1):
        shorter = Hierarchy(hierarchy.levels[:depth])
        lacking = [value for value in values if not _covers(shorter, value, name)]
        if lacking:
            shown = ", ".join(map(str, lacking[:5])) + (", ..." if len(lacking) > 5 else "")  # noqa: PLR2004 - enough to see
            message = (
                f"The hierarchy of column {name!r} does not cover {shown} at level {depth}. Add them there, or use "
                "levels that suit its type."
            )
            tree = ("tree", depth - 1) if isinstance(value, Mapping) and isinstance(value.get("tree"), list) else ()
            yield Problem((*path, *tree), message)
            return


def _covers(hierarchy: Hierarchy, value: Any, name: str) -> bool:  # noqa: ANN401 - a value of any column
    try:
        hierarchy.labels([value], name)
    except SynthAssetsError:
        return False
    return True


def _values(column: Column) -> list[Any]:
    """The values that the declared domain holds, where they are few enough to go through."""
    domain = column.domain
    if isinstance(domain, Categories):
        return list(domain.values)
    if not isinstance(domain, Interval):
        return []
    low, high = domain.minimum, domain.maximum
    if column.type == "integer" and isinstance(low, int) and isinstance(high, int):
        return list(range(low, high + 1)[:_MOST_TRIED])
    if column.type == "date" and isinstance(low, date) and isinstance(high, date):
        days = range(min(high.toordinal() - low.toordinal() + 1, _MOST_TRIED))
        return [low + timedelta(days=day) for day in days]
    return [low]
