"""The reference of a dataset's YAML, written from the form that is checked.

python -m synth_assets.components.reference > docs/yaml.md
"""

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from synth_assets.components.faults.json_schema import attributes_schema
from synth_assets.components.synthetic_dataset import SyntheticDataset

Form: TypeAlias = Mapping[str, Any]

HEAD = """\
# Keys of a dataset's YAML

Written from the form that `dg check yaml` and `synth-assets check` hold a file to; do not edit. Keys stand under
`attributes` in `synth_assets/defs/<name>/defs.yaml`, beside `type: synth_assets.components.SyntheticDataset`. Where a
value may be given, so may a template in double braces, as in every component of Dagster. [steps.md](steps.md) has an
example of each step.
"""


def reference() -> str:
    """The page, in Markdown."""
    return "\n".join([HEAD, *_section("attributes", attributes_schema(SyntheticDataset))])


def _section(name: str, form: Form) -> Iterator[str]:
    """A table of an object's keys, then the sections of those that are objects themselves."""
    yield f"## `{name}`\n"
    yield f"{form.get('description', '')}\n"
    if "properties" in form:
        yield from _table(form)
    inner = [(f"{name}.{key}", part) for key, one in form.get("properties", {}).items() for part in _objects(one)]
    for place, part in inner:
        yield from _section(place.removeprefix("attributes."), part)
    for choice in form.get("allOf", []):
        if "const" in choice.get("if", {}).get("properties", {}).get("step", {}):
            yield from _step(choice["then"])


def _table(form: Form) -> Iterator[str]:
    yield "| key | value | if not given | meaning |"
    yield "|---|---|---|---|"
    needed = form.get("required", [])
    for key, one in form["properties"].items():
        default = "needed" if key in needed else _default(one)
        yield f"| `{key}` | {_kind(one)} | {default} | {_cell(one.get('description', ''))} |"
    yield ""


def _step(form: Form) -> Iterator[str]:
    name = form["properties"]["step"]["const"]
    yield f"### `step: {name}`\n"
    yield f"{form.get('description', '')}\n"
    without = {key: one for key, one in form["properties"].items() if key != "step"}
    yield from _table({**form, "properties": without})


def _objects(form: Form) -> Iterator[Form]:
    """The objects that a value is, or is a list of."""
    for part in _parts(form):
        if "properties" in part or "allOf" in part:
            yield part
        elif isinstance(part.get("items"), Mapping):
            yield from _objects(part["items"])


def _parts(form: Form) -> Iterator[Form]:
    """The alternatives of a value; templates, which may stand everywhere, are none."""
    if "else" in form:
        yield from _parts(form["else"])
    elif "anyOf" in form:
        for part in form["anyOf"]:
            yield from _parts(part)
    else:
        yield form


def _kind(form: Form) -> str:
    return " or ".join(dict.fromkeys(_word(part) for part in _parts(form) if part)) or "any"


_WORDS = {
    "object": "keys and values",
    "array": "list",
    "string": "text",
    "integer": "whole number",
    "boolean": "true or false",
}


def _word(form: Form) -> str:
    if "enum" in form:
        return ", ".join(f"`{_written(one)}`" for one in form["enum"])
    named = form.get("type", "any")
    types = [named] if isinstance(named, str) else list(named)
    templated = len(types) > 1 and form.get("pattern", "").endswith(("\\{\\{", "|^\\{"))
    words = [_WORDS.get(one, one) for one in types if one != "null" and not (templated and one == "string")]
    return " or ".join(words) + _bounds(form)


def _bounds(form: Form) -> str:
    said = {"minimum": "from", "exclusiveMinimum": "above", "maximum": "to", "exclusiveMaximum": "below"}
    return "".join(f" {word} {form[key]}" for key, word in said.items() if key in form)


def _default(form: Form) -> str:
    default = form.get("default")
    return "-" if default in (None, "", [], {}) else f"`{_written(default)}`"


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


if __name__ == "__main__":
    sys.stdout.write(reference())
