"""All checks in ``dg check yaml``, which knows JSON schema alone: the schema is of a dialect of ours, that runs them.

JSON schema lets a part of a schema name its dialect, and jsonschema lets a program register one. Who does not know ours
(editors, other validators) takes the part as an ordinary schema, which it is.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any

import dagster as dg
from pydantic import BaseModel

from synth_assets.components.faults.json_schema import attributes_schema

DIALECT = "urn:synth-assets:dataset"
KEYWORD = "datasetProblems"
DEFINITION = "Dataset"


def checking_schema(kind: type[dg.Model]) -> dict[str, Any]:
    """The schema of a component's attributes, under which a validator also checks what values say together.

    Args:
        kind: ``SyntheticDataset``, or a class that is written like it.
    """
    _register()
    schema = attributes_schema(kind)
    told = {name: {"description": said["description"]} for name, said in schema["properties"].items()}
    return {
        "title": schema.get("title", kind.__name__),
        "description": schema.get("description", ""),
        "properties": told,  # for those who show the top alone
        "$ref": f"#/$defs/{DEFINITION}",
        "$defs": {DEFINITION: {**schema, "$schema": DIALECT, KEYWORD: True}},
    }


def with_schema(model: type[BaseModel], kind: type[dg.Model]) -> type[BaseModel]:
    """The model that Dagster reads attributes with, telling our schema in the place of its own.

    Args:
        model: Dagster's.
        kind: The component, see ``attributes_schema``.
    """

    class Attributes(model):  # pyrefly: ignore[invalid-inheritance]  # a class that Dagster makes
        __doc__ = model.__doc__

        @classmethod
        def model_json_schema(cls, *_: Any, **__: Any) -> dict[str, Any]:  # noqa: ANN401 - pydantic's arguments
            """For ``dg check yaml`` and the documentation."""
            return deepcopy(checking_schema(kind))

        @classmethod
        def __get_pydantic_json_schema__(cls, *_: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
            """For editors, as a part of the schema of all components (``dg utils configure-editor``)."""
            return deepcopy(attributes_schema(kind))

    return Attributes


@cache
def _register() -> None:
    """Tell jsonschema of the dialect: of a schema in it, only our own checks are made, form and meaning at once."""
    from jsonschema import validators as library  # noqa: PLC0415 - only where YAML is checked

    validators: Any = library  # its types know of no keywords but its own
    made = validators.create(
        meta_schema={"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": DIALECT},
        validators={KEYWORD: _problems},
        type_checker=validators.Draft202012Validator.TYPE_CHECKER,
    )
    validators.validates(DIALECT)(made)


def _problems(validator: object, value: object, instance: Any, schema: Mapping[str, Any]) -> Iterator[Exception]:  # noqa: ANN401 - whatever the YAML says
    """The keyword: what is wrong in attributes, as jsonschema tells it."""
    from jsonschema import ValidationError  # noqa: PLC0415 - as above

    from synth_assets.components.faults.checks import problems  # noqa: PLC0415 - they check this class

    del validator, value, schema
    for problem in problems(instance):
        yield ValidationError(problem.message, path=deque(problem.path))
