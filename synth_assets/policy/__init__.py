"""The rules that checks apply: limits with their sources, kept as YAML beside this file. Nothing is measured here."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from synth_assets.errors import SynthAssetsError

__all__ = ["Policy", "Rule", "load_policy"]


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


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one policy.

    Attributes:
        name: Of the policy.
        minimum_count: The smallest count that a description may tell.
        round_to: Every count that a description tells is rounded at random to a multiple of it; 1 for exact counts.
        minimum_k: Rows that must be alike in the quasi-identifiers.
        correlation_tolerance: How far normalised mutual information may be from what it should be.
    """

    name: str
    minimum_count: Rule
    round_to: Rule
    minimum_k: Rule
    correlation_tolerance: Rule


@cache
def load_policy(name: str) -> Policy:
    """A policy that is shipped with the project.

    Raises:
        SynthAssetsError: There is none of that name.
    """
    folder = Path(__file__).parent
    allowed = sorted(path.stem for path in folder.glob("*.yaml"))
    if name not in allowed:
        message = f"There is no policy {name!r}. Allowed: {', '.join(allowed)}."
        raise SynthAssetsError(message)
    document: dict[str, Any] = yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
    rules = {key: Rule(key, **value) for key, value in document.items() if key != "name"}
    return Policy(name=document["name"], **rules)
