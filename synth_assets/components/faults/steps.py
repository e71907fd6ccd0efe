"""What can be wrong in a step by itself: its settings, and references that are not declared."""

from collections.abc import Iterator, Mapping
from typing import Any

from synth_assets.components.faults.columns import undeclared
from synth_assets.components.faults.fault import Problem, YamlPath
from synth_assets.components.faults.narrow import narrowed
from synth_assets.components.faults.said import Said
from synth_assets.errors import SynthAssetsError
from synth_assets.protect.catalogue import step_from_dict
from synth_assets.protect.steps import Step


def steps_of(said: Said) -> list[Step | None]:
    """The steps in order; ``None`` where one is not as it must be."""
    return [_step(said("steps", place)) for place in range(said.count("steps"))]


def step_problems(said: Said) -> Iterator[Problem]:
    """What is wrong in the steps, each by itself."""
    for place in range(said.count("steps")):
        path, entry = ("steps", place), said("steps", place)
        if entry is None:
            continue
        try:
            step_from_dict(entry)
        except SynthAssetsError as error:
            yield Problem(narrowed(path, entry, str(error)), str(error))
        yield from _references(said, path, entry)


def _step(entry: Mapping[str, Any] | None) -> Step | None:
    try:
        return None if entry is None else step_from_dict(entry)
    except SynthAssetsError:
        return None


def _references(said: Said, path: YamlPath, entry: Mapping[str, Any]) -> Iterator[Problem]:
    """Look-up tables that a step names, in ``reference`` or as the first word of ``known``."""
    files, assets = said("reference_files"), said("reference_assets")
    known = [*(files or {}), *(assets or [])]
    templated = any(said(key) is None and key in said.attributes for key in ("reference_files", "reference_assets"))
    listed = entry.get("known")
    named: dict[YamlPath, Any] = {(*path, "reference"): entry.get("reference")}
    if isinstance(listed, list) and listed:
        named[(*path, "known", 0)] = listed[0]
    for place, name in named.items():
        if isinstance(name, str) and name not in known and not templated:
            yield Problem(place, undeclared(name, known))
