"""What a dataset's YAML says, as far as it has the right form: what is written wrongly is not judged a second time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from synth_assets.components.faults.fault import Problem
from synth_assets.schema import MODES, Mode


@dataclass(frozen=True)
class Said:
    """A dataset's attributes.

    Attributes:
        attributes: As they were read.
        misfits: Where they do not have the right form.
    """

    attributes: Mapping[str, Any]
    misfits: Sequence[Problem] = ()

    def __call__(self, *path: str | int) -> Any:  # noqa: ANN401 - whatever the YAML says
        """The value at a path; ``None`` where there is none, or its form is wrong, or a template is in it."""
        value: Any = self.attributes
        for part in path:
            if isinstance(value, Mapping):
                value = value.get(part)
            elif isinstance(value, list) and isinstance(part, int) and part < len(value):
                value = value[part]
            else:
                return None
        return None if self.misfits_at(*path) or _templated(value) else value

    def misfits_at(self, *path: str | int) -> bool:
        """Whether something at a path, or below it, does not have the right form."""
        return any(problem.path[: len(path)] == path for problem in self.misfits)

    def count(self, key: str) -> int:
        """How many items a list has; 0 where it is none."""
        value = self.attributes.get(key)
        return len(value) if isinstance(value, list) else 0

    @cached_property
    def names(self) -> list[str | None]:
        """The declared columns' names; ``None`` where one is not known."""
        found = [self("columns", place, "name") for place in range(self.count("columns"))]
        return [name if isinstance(name, str) else None for name in found]

    @cached_property
    def all_names(self) -> list[str] | None:
        """The same; ``None`` unless all are known."""
        known = [name for name in self.names if name is not None]
        return known if known and len(known) == len(self.names) else None

    @property
    def modes(self) -> list[Mode]:
        """The modes that are made."""
        said = self.attributes.get("modes")
        return [mode for mode in MODES if isinstance(said, Mapping) and said.get(mode) is not None]

    @cached_property
    def quasi_identifiers(self) -> list[str]:
        """The columns that the k-anonymity check compares."""
        listed = self("quasi_identifiers")
        if listed is not None:
            return list(listed)
        return [
            name
            for place, name in enumerate(self.names)
            if name is not None and self("columns", place, "role") == "quasi_identifier"
        ]


def _templated(value: object) -> bool:
    """Whether Dagster fills something in."""
    if isinstance(value, Mapping):
        return any(map(_templated, value.values()))
    if isinstance(value, list):
        return any(map(_templated, value))
    return isinstance(value, str) and "{{" in value
