"""The form of each de-identification step, taken from its class: settings, types, defaults and what each means."""

import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from inspect import cleandoc
from typing import Any, get_type_hints

from pydantic import TypeAdapter

from synth_assets.protect.steps import Step

_ATTRIBUTE = re.compile(r"^ {4}(\w+): (.+?)(?=^ {4}\w+: |^\S|\Z)", re.MULTILINE | re.DOTALL)
_REASON = "Why the step is taken, for people."


def steps_form(catalogue: Mapping[str, type[Step]]) -> dict[str, Any]:
    """The JSON schema of a list of steps; each step's settings are those of its class."""
    kinds = [
        {"if": {"properties": {"step": {"const": name}}, "required": ["step"]}, "then": _step_form(name, kind)}
        for name, kind in catalogue.items()
    ]
    step = {"type": "string", "enum": list(catalogue), "description": "Which step it is."}
    item = {"type": "object", "properties": {"step": step}, "required": ["step"], "allOf": kinds}
    return {"type": "array", "items": item}


def _step_form(name: str, kind: Any) -> dict[str, Any]:  # noqa: ANN401 - a step's class, which is a dataclass
    said = _descriptions(kind)
    hints = get_type_hints(kind)
    summary = cleandoc(kind.__doc__ or "").split("\n\n", maxsplit=1)[0]
    settings = {
        field.name: _setting_form(field, hints[field.name]) | {"description": said.get(field.name, summary)}
        for field in fields(kind)
    }
    return {
        "type": "object",
        "description": summary,
        "properties": {"step": {"const": name, "description": summary}, **settings},
        "required": ["step", *(field.name for field in fields(kind) if _needed(field))],
        "additionalProperties": False,
    }


def _needed(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _setting_form(field: Field[Any], hint: Any) -> dict[str, Any]:  # noqa: ANN401 - any annotation
    form = TypeAdapter(hint).json_schema()
    if _needed(field) and form.get("type") == "string":
        form["minLength"] = 1
    if _needed(field) and form.get("type") == "array":
        form.setdefault("minItems", 1)
    return form


def _descriptions(kind: type) -> dict[str, str]:
    """What the class's docstring says of each attribute."""
    _, _, listed = cleandoc(kind.__doc__ or "").partition("Attributes:\n")
    found = {name: " ".join(text.split()) for name, text in _ATTRIBUTE.findall(listed)}
    return {"reason": _REASON, "column": "The column.", **found}
