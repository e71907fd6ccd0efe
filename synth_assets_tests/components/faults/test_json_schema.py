"""The schema of a dataset's attributes: every field is explained, and every step is in it without being listed."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

import polars as pl
from dagster.components.list import list_all_components_schema
from dagster_shared.yaml_utils import safe_load_yaml
from jsonschema import Draft202012Validator

from synth_assets.components import SyntheticDataset
from synth_assets.components.faults.dialect import checking_schema
from synth_assets.components.faults.json_schema import attributes_schema
from synth_assets.components.faults.misfits import misfits
from synth_assets.components.faults.step_forms import steps_form
from synth_assets.protect.catalogue import CATALOGUE
from synth_assets.protect.steps import Tools
from synth_assets_tests.components.faults.written import changed


@dataclass(frozen=True)
class Shift:
    """Move dates.

    Attributes:
        column: The date.
        days: By how many days,
            forwards.
        reason: Why.
    """

    column: str
    days: int
    reason: str
    labels: tuple[str, ...] = ()

    def apply(self, table: pl.DataFrame, tools: Tools) -> pl.DataFrame:
        del tools
        return table

    def after(self, columns: Mapping[str, str]) -> dict[str, str]:
        return dict(columns)


def explained(schema: Any, path: str = "") -> Iterator[tuple[str, bool]]:  # noqa: ANN401 - JSON
    """Each property, and whether it has a description."""
    if isinstance(schema, Mapping):
        for name, inner in schema.get("properties", {}).items():
            if "const" not in inner:
                yield f"{path}.{name}", bool(inner.get("description"))
        for key, inner in schema.items():
            yield from explained(inner, f"{path}.{key}") if key != "if" else ()
    elif isinstance(schema, list):
        for number, inner in enumerate(schema):
            yield from explained(inner, f"{path}.{number}")


def test_every_field_is_explained():
    found = dict(explained(attributes_schema(SyntheticDataset)))

    assert len(found) > 60
    assert [path for path, has in found.items() if not has] == []


def test_every_step_and_setting_is_in_the_schema():
    items = attributes_schema(SyntheticDataset)["properties"]["steps"]["items"]
    forms = {kind["if"]["properties"]["step"]["const"]: kind["then"]["properties"] for kind in items["allOf"]}

    assert list(forms) == list(CATALOGUE)
    for name, kind in CATALOGUE.items():
        assert list(forms[name]) == ["step", *(field.name for field in fields(kind))]  # pyrefly: ignore[bad-argument-type]


def test_a_new_step_needs_no_list():
    form = steps_form({"shift": Shift})
    settings = form["items"]["allOf"][0]["then"]

    assert settings["required"] == ["step", "column", "days", "reason"]
    assert settings["properties"]["days"]["description"] == "By how many days, forwards."
    assert [one.message for one in misfits([{"step": "shift", "column": "d", "days": "1", "reason": "x"}], form)] == [
        "'days' is '1'. Allowed: a whole number."
    ]


def test_editors_are_told_of_every_setting_of_all_components():
    schema = list_all_components_schema(entry_points=False, extra_modules=("synth_assets.components",))
    told = schema["$defs"]["Attributes"]

    assert told["properties"].keys() == attributes_schema(SyntheticDataset)["properties"].keys()
    assert told["properties"]["steps"] == attributes_schema(SyntheticDataset)["properties"]["steps"]


def test_who_does_not_know_our_dialect_still_checks_the_form():
    schema = checking_schema(SyntheticDataset)
    plain = {key: value for key, value in schema["$defs"]["Dataset"].items() if key != "$schema"}

    assert json.loads(json.dumps(schema)) == schema
    assert list(misfits({"name": 3}, plain)) == list(misfits({"name": 3}, attributes_schema(SyntheticDataset)))
    assert all(said["description"] for said in schema["properties"].values())


def test_in_our_dialect_form_and_meaning_are_told_at_once():
    schema = checking_schema(SyntheticDataset)
    attributes = safe_load_yaml(changed(("minimum_k: 5", "minimum_k: 1"), ("rows: 50", "rows: 0")))["attributes"]
    found = sorted(Draft202012Validator(schema).iter_errors(attributes), key=lambda error: error.message)

    assert [(list(error.absolute_path), error.message[:22]) for error in found] == [
        (["minimum_k"], "'minimum_k' is 1. Poli"),
        (["modes", "random", "rows"], "'rows' is 0. Allowed: "),
    ]
