"""The faults of a file or of a folder of datasets: its form first, then what its values say together."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import dagster as dg
from pydantic import ValidationError

from synth_assets.components.faults.budget import budget_problems
from synth_assets.components.faults.columns import column_problems
from synth_assets.components.faults.document import Document, read_documents
from synth_assets.components.faults.fault import Fault, FaultsError, Problem, report
from synth_assets.components.faults.flow import flow_problems
from synth_assets.components.faults.general import fallback_problem, general_problems
from synth_assets.components.faults.json_schema import attributes_schema
from synth_assets.components.faults.misfits import misfits
from synth_assets.components.faults.narrow import alternatives
from synth_assets.components.faults.rules import rule_problems
from synth_assets.components.faults.said import Said
from synth_assets.components.faults.steps import step_problems
from synth_assets.components.synthetic_dataset import SyntheticDataset
from synth_assets.errors import SynthAssetsError

COMPONENT = "synth_assets.components.SyntheticDataset"
_WRITTEN = (COMPONENT, f"{SyntheticDataset.__module__}.{SyntheticDataset.__name__}")
NAMES = ("defs.yaml", "defs.yml", "component.yaml")
"""The files that Dagster reads."""

_TOP_KEYS = ("type", "attributes", "requirements", "template_vars_module", "post_processing")


def faults(file: Path) -> list[Fault]:
    """Everything that is wrong in a file, in the order of its lines; nothing is looked for in other components.

    Args:
        file: A dataset's YAML, of one or several documents.
    """
    documents, found = read_documents(file)
    if not documents and not found:
        found = [Fault(file, 1, 1, (), f"The file is empty. A dataset's YAML starts with 'type: {COMPONENT}'.")]
    if not found:
        found = [fault for document in documents for fault in _of_document(document)]
    return sorted(found, key=lambda fault: (fault.line, fault.column))


def faults_of(paths: Iterable[Path]) -> tuple[list[Path], list[Fault]]:
    """The files of datasets, and their faults; two datasets of one name are one, and one that was the other before.

    Args:
        paths: Files, or folders in which all are looked for.
    """
    files = list(dict.fromkeys(chain.from_iterable(map(_files, paths))))
    found = list(chain.from_iterable(map(faults, files)))
    named: dict[str, Path] = {}
    for document in chain.from_iterable(read_documents(file)[0] for file in files):
        name = _name(document)
        if name in named:
            message = f"There is another dataset {name!r}, in {named[name]}. Give one of the two another name."
            found.append(document.fault(("attributes", "name"), message))
        elif name is not None:
            named[name] = document.file
    found += list(_still_there(named, files))
    return files, found


def _still_there(named: Mapping[str, Path], files: Iterable[Path]) -> Iterator[Fault]:
    """Former names under which there is a dataset now: a budget goes on in one only."""
    for document in chain.from_iterable(read_documents(file)[0] for file in files):
        if _name(document) is None:
            continue
        formerly = document.value["attributes"].get("formerly")
        for place, former in enumerate(formerly if isinstance(formerly, list) else ()):
            if former in named and former != _name(document):
                message = (
                    f"There is a dataset {former!r} now, in {named[former]}, and a budget goes on in one dataset only. "
                    "Take the name off, or remove that dataset."
                )
                yield document.fault(("attributes", "formerly", place), message)


def _files(path: Path) -> list[Path]:
    return sorted(file for name in NAMES for file in path.rglob(name)) if path.is_dir() else [path]


def refuse(found: list[Fault]) -> None:
    """Nothing where there are no faults.

    Raises:
        FaultsError: There are; it shows each.
    """
    if found:
        message = f"{len(found)} fault(s) in the YAML of datasets.\n\n{report(found)}\n"
        raise FaultsError(message)


def _name(document: Document) -> str | None:
    value = document.value
    attributes = value.get("attributes") if isinstance(value, Mapping) and value.get("type") in _WRITTEN else None
    name = attributes.get("name") if isinstance(attributes, Mapping) else None
    return name if isinstance(name, str) and "{{" not in name else None


def _of_document(document: Document) -> Iterator[Fault]:
    value = document.value
    if not isinstance(value, Mapping) or not isinstance(value.get("type"), str):
        message = f"The key 'type' lacks. A dataset's YAML starts with 'type: {COMPONENT}'."
        yield document.fault((), message, at_key=True)
        return
    kind = value["type"]
    if kind not in _WRITTEN:
        if kind.startswith("synth_assets.components.") or kind == SyntheticDataset.__name__:
            yield document.fault(("type",), f"There is no component {kind!r}. Allowed: {COMPONENT}.")
        return
    for key in value:
        if key not in _TOP_KEYS:
            message = f"There is no key {key!r} here. {alternatives(str(key), list(_TOP_KEYS))}"
            yield document.fault((key,), message, at_key=True)
    attributes = value.get("attributes")
    if not isinstance(attributes, Mapping):
        yield document.fault(
            ("attributes",), "'attributes' holds nothing. Allowed: keys with values (name, title, ...)."
        )
        return
    for problem in problems(attributes):
        yield document.fault(("attributes", *problem.path), problem.message, at_key=problem.at_key)


def problems(attributes: Mapping[str, Any]) -> list[Problem]:
    """What is wrong in a dataset's attributes."""
    found = list(misfits(attributes, attributes_schema(SyntheticDataset)))
    said = Said(attributes, tuple(found))
    for check in (
        general_problems,
        column_problems,
        step_problems,
        flow_problems,
        rule_problems,
        budget_problems,
    ):
        found += check(said)
    return found or list(_refused(said))


def _refused(said: Said) -> Iterator[Problem]:
    """What the dataset itself refuses and none of the checks before has found."""
    if said() is None:
        return
    try:
        model = SyntheticDataset.model().model_validate(dict(said.attributes))
        SyntheticDataset.resolve_from_model(dg.ResolutionContext.default(), model).dataset()
    except ValidationError as error:
        for one in error.errors():
            yield Problem(tuple(one["loc"]), f"{one['msg']}.")
    except SynthAssetsError as error:
        yield fallback_problem(said, error)
