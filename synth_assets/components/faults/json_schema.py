"""The JSON schema of a dataset's attributes: what ``dg check yaml``, editors and our own checks go by.

Alternatives are merged into one schema wherever they can be, for a fault is then found at the key that holds it and
not at the alternatives as a whole.
"""

from collections.abc import Mapping, Sequence
from functools import cache, reduce
from operator import or_
from types import UnionType
from typing import Any, Union, get_args, get_origin

import dagster as dg
from pydantic import BaseModel, create_model
from pydantic.fields import FieldInfo

from synth_assets.components.faults.forms import ColumnForm, ConstraintForm
from synth_assets.components.faults.step_forms import steps_form
from synth_assets.protect.catalogue import CATALOGUE

TEMPLATE = r"\{\{"
"""Text that Dagster fills in when it loads the file; it is taken wherever it stands."""

_DROPPED = ("title", "ui:order", "$defs", "format")
_OF_SCHEMA = ("items", "additionalProperties", "if", "then", "else")
_OF_SCHEMAS = ("prefixItems", "allOf")


@cache
def attributes_schema(kind: type[dg.Model]) -> dict[str, Any]:
    """The schema of a component's attributes.

    Args:
        kind: ``SyntheticDataset``, or a class that is written like it.
    """
    schema = written_model(kind).model_json_schema()
    said = schema["properties"]
    for name, form in (("steps", steps_form(CATALOGUE)), ("columns", _list_of(ColumnForm))):
        said[name] = form | {"description": said[name]["description"], "minItems": int(name == "columns")}
    said["constraints"] = _list_of(ConstraintForm) | {"description": said["constraints"]["description"]}
    return _straight(schema, schema.get("$defs", {}), root=True)


def _list_of(form: type[BaseModel]) -> dict[str, Any]:
    """Their schema; its own definitions are put in where they are referred to."""
    schema = form.model_json_schema()
    return {"type": "array", "items": _straight(schema, schema.get("$defs", {}))}


def written_model(kind: type[dg.Model]) -> type[BaseModel]:
    """A component's or settings' class as YAML writes it: fields that are resolved have the type that is written."""
    written: dict[str, Any] = {name: (_written(_type_of(field)), field) for name, field in kind.model_fields.items()}
    return create_model(kind.__name__, __base__=dg.Model, __doc__=kind.__doc__, **written)


def _type_of(field: FieldInfo) -> Any:  # noqa: ANN401 - any annotation
    for extra in field.metadata:
        if isinstance(extra, dg.Resolver) and extra.model_field_type is not None:
            return extra.model_field_type
    return field.annotation


def _written(kind: Any) -> Any:  # noqa: ANN401 - any annotation
    if isinstance(kind, type) and issubclass(kind, dg.Model):
        return written_model(kind)
    if get_origin(kind) in {Union, UnionType}:
        return reduce(or_, map(_written, get_args(kind)))
    return kind


def _straight(schema: Any, known: Mapping[str, Any], *, root: bool = False) -> Any:  # noqa: ANN401 - JSON
    """The schema without references, and with alternatives merged."""
    if not isinstance(schema, Mapping):
        return schema
    if "$ref" in schema:
        named = known[str(schema["$ref"]).removeprefix("#/$defs/")]
        return _straight({**named, **{key: value for key, value in schema.items() if key != "$ref"}}, known, root=root)
    found = {key: value for key, value in schema.items() if key not in _DROPPED}
    for key in _OF_SCHEMA:
        if key in found:
            found[key] = _straight(found[key], known)
    for key in _OF_SCHEMAS:
        if key in found:
            found[key] = [_straight(part, known, root=True) for part in found[key]]
    if "properties" in found:
        found["properties"] = {name: _straight(part, known) for name, part in found["properties"].items()}
    if "anyOf" in found:
        parts = [_straight(part, known, root=True) for part in found.pop("anyOf")]
        return _or_template({**_merged(parts), **found})
    return found if root else _or_template(found)


def _types(schema: Mapping[str, Any]) -> list[str]:
    said = schema.get("type", [])
    return [said] if isinstance(said, str) else list(said)


def _merged(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One schema for alternatives of different types: each keyword acts on values of its own type only."""
    words = next((part for part in parts if "string" in _types(part) and ("enum" in part or "const" in part)), None)
    others = [part for part in parts if part is not words]
    if words is not None and all(_types(part) == ["null"] for part in others):
        return {"type": ["string", "null"], "enum": [*words.get("enum", [words.get("const")]), None]}
    if words is not None:
        return {"if": {"type": "string"}, "then": _or_template(words), "else": _merged(others)}
    types = list(dict.fromkeys(name for part in others for name in _types(part)))
    types = [name for name in types if name != "integer" or "number" not in types]
    found = {key: value for part in others for key, value in part.items() if key != "default"}
    return {**found, "type": types[0] if len(types) == 1 else types}


def _or_template(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The same or a template; only texts may be templates as they are."""
    types = _types(schema)
    words = "enum" in schema or "const" in schema
    if not types or ("string" in types and not words):
        return dict(schema)
    if {"object", "array"} & set(types):
        return {**schema, "type": [*types, "string"], "pattern": TEMPLATE}
    told = {key: schema[key] for key in ("description", "default") if key in schema}
    kept = {key: value for key, value in schema.items() if key not in told}
    return {**told, "if": {"type": "string", "pattern": TEMPLATE}, "else": kept}
