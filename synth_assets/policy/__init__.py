"""The rules that checks apply: limits with their sources, kept as YAML beside this file. Nothing is measured here."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

import yaml

from synth_assets.errors import SynthAssetsError

__all__ = ["OBJECTS", "Policy", "Rule", "load_policy", "stricter"]

Object: TypeAlias = Literal["description", "anonymised table", "comparison", "synthetic table", "releases"]

OBJECTS: Mapping[str, Object] = {
    "minimum_count": "description",
    "round_to": "description",
    "minimum_k": "anonymised table",
    "minimum_l": "anonymised table",
    "most_suppressed": "anonymised table",
    "correlation_tolerance": "comparison",
    "attack_risk": "synthetic table",
    "copy_risk": "synthetic table",
    "least_held_out": "synthetic table",
    "most_not_excluded": "synthetic table",
    "most_releases": "releases",
    "most_rows_per_row": "releases",
}
"""What each rule is about."""

AT_LEAST = frozenset({"minimum_count", "round_to", "minimum_k", "minimum_l", "least_held_out"})
"""Rules whose figure must not be below the limit; of the others it must not be above."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A limit.

    Attributes:
        name: What is limited.
        limit: The number.
        source: Who says so.
    """

    name: str
    limit: float
    source: str

    @property
    def object(self) -> Object:
        """What it is about."""
        return OBJECTS[self.name]

    @property
    def words(self) -> str:
        """The limit with its direction.

        >>> Rule("minimum_k", 5, "house rule").words
        'at least 5'
        """
        return f"{'at least' if self.name in AT_LEAST else 'at most'} {self.limit:g}"

    def allows(self, figure: float) -> bool:
        """Whether a figure keeps the limit."""
        return figure >= self.limit if self.name in AT_LEAST else figure <= self.limit


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one policy.

    Attributes:
        name: Of the policy.
        minimum_count: The smallest count that a description may tell.
        round_to: Every count that a description tells is rounded at random to a multiple of it; 1 for exact counts.
            Both
            are about exact counts: with epsilon counts are noisy.
        minimum_k: Rows that must be alike in the quasi-identifiers.
        minimum_l: Distinct values of every sensitive column among those rows.
        most_suppressed: The share of rows that may be removed to get there.
        correlation_tolerance: How far normalised mutual information may be from what it should be.
        attack_risk: How much more often an attack may succeed on those described than on others, as a share of what is
            left to gain.
        copy_risk: The same for rows that stand in the synthetic table as they are.
        least_held_out: Persons that no description sees, against whom attacks are measured.
        most_not_excluded: Of ``attack_risk`` and ``copy_risk``, how many may be released with too little evidence.
        most_releases: Releases of one dataset that may be out at a time.
        most_rows_per_row: Synthetic rows per row described, over all of them.
    """

    name: str
    minimum_count: Rule
    round_to: Rule
    minimum_k: Rule
    minimum_l: Rule
    most_suppressed: Rule
    correlation_tolerance: Rule
    attack_risk: Rule
    copy_risk: Rule
    least_held_out: Rule
    most_not_excluded: Rule
    most_releases: Rule
    most_rows_per_row: Rule

    @property
    def rules(self) -> list[Rule]:
        """All of them."""
        return [getattr(self, name) for name in OBJECTS]


@cache
def load_policy(name: str) -> Policy:
    """A policy that is shipped with the project.

    Raises:
        SynthAssetsError: There is none of that name, or its file is not of the form.
    """
    folder = Path(__file__).parent
    allowed = sorted(path.stem for path in folder.glob("*.yaml"))
    if name not in allowed:
        message = f"There is no policy {name!r}. Allowed: {', '.join(allowed)}."
        raise SynthAssetsError(message)
    return policy_from_dict(yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8")))


def policy_from_dict(document: Mapping[str, Any]) -> Policy:
    """A policy from its plain form: its name, and every rule with limit and source.

    Raises:
        SynthAssetsError: It names a rule that no check applies, or lacks one.
    """
    wanted = [field.name for field in fields(Policy)]
    unknown = [key for key in document if key not in wanted]
    missing = [key for key in wanted if key not in document]
    if unknown or missing:
        message = (
            f"Policy {document.get('name')!r} names rules that no check applies ({', '.join(unknown) or 'none'}) or "
            f"lacks some ({', '.join(missing) or 'none'}). Allowed, and needed: {', '.join(wanted)}."
        )
        raise SynthAssetsError(message)
    rules = {key: _rule(key, value) for key, value in document.items() if key != "name"}
    return Policy(name=document["name"], **rules)


def _rule(key: str, value: Any) -> Rule:  # noqa: ANN401 - whatever the YAML says
    fits = isinstance(value, Mapping) and set(value) == {"limit", "source"}
    if not fits or isinstance(value["limit"], bool) or not isinstance(value["limit"], int | float):
        message = f"The policy's rule {key!r} is {value!r}. Allowed: a limit, which is a number, and its source."
        raise SynthAssetsError(message)
    return Rule(key, value["limit"], str(value["source"]))


def stricter(one: Policy, other: Policy) -> Policy:
    """Of each rule the stricter one; the name says both where they differ."""
    rules = {name: _stricter(getattr(one, name), getattr(other, name)) for name in OBJECTS}
    name = other.name if rules == {key: getattr(other, key) for key in OBJECTS} else f"{one.name} and {other.name}"
    return Policy(name=name, **rules)


def _stricter(one: Rule, other: Rule) -> Rule:
    higher = other.limit >= one.limit
    return other if higher == (one.name in AT_LEAST) or one.limit == other.limit else one
