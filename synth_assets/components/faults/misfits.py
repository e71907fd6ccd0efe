"""Where attributes do not have the form that the JSON schema asks for, in words."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeAlias

from synth_assets.components.faults.fault import Problem, YamlPath
from synth_assets.components.faults.json_schema import TEMPLATE
from synth_assets.components.faults.narrow import alternatives

ValidationError: TypeAlias = Any
"""jsonschema's, whose attributes may each be unset."""

_TYPES = {
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "boolean": "true or false",
    "array": "a list",
    "object": "keys with values",
    "null": "null",
}
_LONGEST = 60


def misfits(attributes: Any, schema: Mapping[str, Any]) -> Iterator[Problem]:  # noqa: ANN401 - whatever the YAML says
    """Each place where the attributes do not fit the schema, in the order of the file's keys.

    Args:
        attributes: As they were read.
        schema: See ``attributes_schema``.
    """
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - only where YAML is checked

    for error in Draft202012Validator(schema).iter_errors(attributes):
        yield from _problems(error)


def _problems(error: ValidationError) -> Iterator[Problem]:
    path: YamlPath = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        allowed = list(error.schema.get("properties", {}))
        for key in error.instance:
            if key not in allowed:
                yield Problem(
                    (*path, key), f"There is no key {key!r} here. {alternatives(str(key), allowed)}", at_key=True
                )
    elif error.validator == "required":
        key = next(key for key in error.validator_value if error.message.startswith(repr(key)))
        if not _misspelt(key, error):
            yield Problem(path, f"The key {key!r} lacks{_meaning(error.schema, key)}.", at_key=True)
    elif error.validator == "dependentRequired":
        for key, needed in error.validator_value.items():
            lacking = [other for other in needed if key in error.instance and other not in error.instance]
            if lacking and not _misspelt(lacking[0], error):
                problem = f"{key!r} stands without {_listed(lacking)}. Give both, or neither."
                yield Problem((*path, key), problem, at_key=True)
    else:
        yield Problem(path, f"{_called(path)} {_why(error)}")


def _misspelt(key: str, error: ValidationError) -> bool:
    """Whether an unknown key, which is a fault of its own, is meant to be this one."""
    unknown = [str(other) for other in error.instance if other not in error.schema.get("properties", {})]
    return bool(get_close_matches(key, unknown, n=1))


def _meaning(schema: Mapping[str, Any], key: str) -> str:
    said = schema.get("properties", {}).get(key, {}).get("description", "")
    return f": {said[:1].lower()}{said[1:].rstrip('.')}" if said else ""


def _called(path: YamlPath) -> str:
    """What a value is called: by its key, or as an item of its list."""
    if path and isinstance(path[-1], int):
        return f"Item {path[-1] + 1}" + (f" of {path[-2]!r}" if len(path) > 1 else "")
    return repr(path[-1]) if path else "The whole"


def _why(error: ValidationError) -> str:
    value, limit = error.instance, error.validator_value
    if error.validator == "enum":
        words = ["null" if word is None else str(word) for word in limit]
        return f"is {_told(value)}. {alternatives(str(value), words)}"
    if error.validator == "type" or (error.validator == "pattern" and limit == TEMPLATE):
        return _wrong_type(value, error.schema)
    if error.validator in {"minLength", "minItems", "minProperties", "maxItems", "maxLength"}:
        return f"holds {_count(value)}. Allowed: {'at least' if 'min' in error.validator else 'at most'} {limit}."
    allowed = {
        "minimum": f"{limit} or more",
        "exclusiveMinimum": f"more than {limit}",
        "maximum": f"{limit} or less",
        "exclusiveMaximum": f"less than {limit}",
        "pattern": "a number",
        "const": str(limit),
    }.get(str(error.validator), "what its description says")
    return f"is {_told(value)}. Allowed: {allowed}."


def _wrong_type(value: object, schema: Mapping[str, Any]) -> str:
    said = schema.get("type", [])
    types = (
        [said]
        if isinstance(said, str)
        else [name for name in said if schema.get("pattern") != TEMPLATE or name != "string"]
    )
    quoted = " Put it in quotes." if "string" in types and isinstance(value, bool | int | float) else ""
    return f"is {_told(value)}. Allowed: {' or '.join(_TYPES[name] for name in types)}.{quoted}"


def _count(value: Any) -> str:  # noqa: ANN401 - what has a length
    return "nothing" if not value else f"{len(value)} character(s)" if isinstance(value, str) else f"{len(value)}"


def _told(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "empty (null)", True: "true", False: "false"}[value]
    if isinstance(value, Mapping):
        return f"keys with values ({', '.join(map(str, value))})" if value else "an empty mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    told = repr(value)
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST]}..."


def _listed(names: Sequence[str]) -> str:
    return " and ".join(map(repr, names))
