"""What can be wrong in constraints between columns, and in what must hold of a network."""

from collections.abc import Iterator, Mapping
from typing import Any

from synth_assets.components.dataset import DEFAULT_MAX_PARENTS
from synth_assets.components.faults.columns import parsed
from synth_assets.components.faults.fault import Problem, YamlPath
from synth_assets.components.faults.narrow import narrowed, unknown, unknown_column
from synth_assets.components.faults.said import Said
from synth_assets.constraints import Constraint, constraint_from_dict
from synth_assets.describe import NetworkRules
from synth_assets.errors import SchemaError, SynthAssetsError
from synth_assets.schema import Column
from synth_assets.schema.agreement import check_constraint, check_together

_NETWORK: YamlPath = ("modes", "correlated", "network")


def rule_problems(said: Said) -> Iterator[Problem]:
    """What is wrong in constraints and networks."""
    if said.all_names is None:
        return
    kept: list[Constraint] = []
    for place in range(said.count("constraints")):
        rule = said("constraints", place)
        if rule is None:
            continue
        path: YamlPath = ("constraints", place)
        problems = list(_wrong_names(path, rule, said.all_names))
        yield from problems or _constraint(said, path, rule, kept)
    try:
        check_together(kept)
    except SynthAssetsError as error:
        yield Problem(("constraints",), str(error))
    yield from _network(said, said.all_names)


def _wrong_names(path: YamlPath, rule: Mapping[str, Any], names: list[str]) -> Iterator[Problem]:
    for key in ("ordered", "determined", "by"):
        yield from unknown((*path, key), rule.get(key), names, "The constraint")
    forbidden = rule.get("forbidden")
    for name in forbidden if isinstance(forbidden, Mapping) else ():
        if name not in names:
            message = unknown_column(str(name), names, "The constraint")
            yield Problem((*path, "forbidden", name), message, at_key=True)


def _constraint(said: Said, path: YamlPath, rule: Mapping[str, Any], kept: list[Constraint]) -> Iterator[Problem]:
    """Its problem, if any; if none, it is added to those that are kept."""
    try:
        constraint = constraint_from_dict(rule)
        check_constraint(constraint, lambda name: _column_of(said, name))
        kept.append(constraint)
    except _UnknownColumnError:
        return
    except SynthAssetsError as error:
        yield Problem(narrowed(path, rule, _quoted(str(error))), str(error))


def _quoted(message: str) -> str:
    """The message without the constraint itself, in which every value is named."""
    before, _, rest = message.partition("The constraint '")
    return before + rest.partition("' ")[2] if rest else message


class _UnknownColumnError(SchemaError):
    """Of this column nothing can be said, for it is wrong itself."""


def _column_of(said: Said, name: str) -> Column:
    column = said("columns", said.names.index(name))
    if column is None:
        raise _UnknownColumnError(name)
    try:
        return parsed(column)
    except SchemaError as error:
        raise _UnknownColumnError(name) from error


def _network(said: Said, names: list[str]) -> Iterator[Problem]:
    rules = said(*_NETWORK)
    if not isinstance(rules, Mapping):
        return
    problems = []
    for key in ("force", "forbid", "order"):
        problems += unknown((*_NETWORK, key), rules.get(key), names, "The network")
    whole = rules.get("network")
    for child, parents in whole.items() if isinstance(whole, Mapping) else ():
        problems += unknown((*_NETWORK, "network", child), parents, names, "The network")
        if child not in names:
            message = unknown_column(str(child), names, "The network")
            problems.append(Problem((*_NETWORK, "network", child), message, at_key=True))
    if problems:
        yield from problems
        return
    most = said("modes", "correlated", "max_parents")
    try:
        NetworkRules.from_dict(rules).check(names, None, DEFAULT_MAX_PARENTS if most is None else most)
    except SynthAssetsError as error:
        yield Problem(narrowed(_NETWORK, rules, str(error)), str(error))
