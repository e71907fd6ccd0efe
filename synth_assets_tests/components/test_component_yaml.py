"""Dagster's own checks of a project that declares a dataset of its own: what they refuse, and how they say it."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from synth_assets_tests.components.clinic import CLINIC

ROOT = Path(__file__).parents[2]
PYPROJECT = """\
[tool.dg]
directory_type = "project"

[tool.dg.project]
root_module = "elsewhere"
registry_modules = ["synth_assets.components.*"]

[tool.dg.cli.telemetry]
enabled = false
"""
DEFINITIONS = """\
from pathlib import Path
import dagster as dg

@dg.definitions
def defs() -> dg.Definitions:
    @dg.asset
    def clinic() -> None: ...

    resources = {"io_manager": dg.mem_io_manager, "workplace": dg.ResourceDefinition.none_resource(),
                 "randomness": dg.ResourceDefinition.none_resource()}
    declared = dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
    return dg.Definitions.merge(declared, dg.Definitions(assets=[clinic], resources=resources))
"""


def check(tmp_path: Path, what: str, **changes: Any) -> subprocess.CompletedProcess[str]:  # noqa: ANN401 - any YAML
    """``dg check <what>`` in a project that declares the clinic, with changes."""
    folder = tmp_path / "elsewhere" / "defs" / "visits"
    folder.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (tmp_path / "elsewhere" / "definitions.py").write_text(DEFINITIONS, encoding="utf-8")
    for package in (tmp_path / "elsewhere", folder.parent):
        (package / "__init__.py").touch()
    document = {"type": "synth_assets.components.SyntheticDataset", "attributes": {**CLINIC, **changes}}
    (folder / "defs.yaml").write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    return subprocess.run(
        [sys.executable, "-m", "dagster_dg_cli.cli", "check", *what.split()],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path, "DAGSTER_HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_another_project_declares_a_dataset_with_one_file(tmp_path: Path):
    done = check(tmp_path, "defs")

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("changes", "where", "said"),
    [
        ({"frequency": 3}, "frequency", "There is no key 'frequency' here."),
        ({"modes": {"random": {"rows": 0}}}, "modes.random.rows", "'rows' is 0. Allowed: 1 or more."),
        (
            {"modes": {"random": {"rows": "many"}}},
            "modes.random.rows",
            "'rows' is 'many'. Allowed: a whole number or null.",
        ),
        (
            {"modes": {"correlated": {"network": {"forced": [["Sex", "Age band"]]}}}},
            "modes.correlated.network.forced",
            "There is no key 'forced' here. Did you mean 'force'?",
        ),
        ({"constraints": [3]}, "constraints.0", "Item 1 of 'constraints' is 3. Allowed: keys with values."),
        ({"columns": [{**CLINIC["columns"][0], "rôle": "x"}]}, "columns.0.rôle", "There is no key 'rôle' here."),
        ({"steps": [{"step": "drop", "column": "Patient"}]}, "steps.0.column", "There is no key 'column' here."),
        ({"steps": [{"step": "sort"}]}, "steps.0.step", "'step' is 'sort'. Allowed: drop"),
        ({"minimum_k": 2}, "minimum_k", "Policy 'internal' asks for at least 5"),
        ({"policy": "strict"}, "policy", "There is no policy 'strict'."),
        ({"privacy": {"epsilon": 1}}, "privacy.epsilon", "'epsilon' is asked for without a budget."),
        ({"formerly": ["visits"]}, "formerly.0", "Not allowed in it: visits."),
        (
            {"constraints": [{"ordered": ["Age", "Sex"]}]},
            "constraints.0.ordered.0",
            "'Age', which is no declared column",
        ),
        (
            {"steps": [*CLINIC["steps"], {"step": "drop", "columns": ["Patient"], "reason": "again"}]},
            "steps.4.columns.0",
            "There is no column 'Patient' any more: step 1 took it away.",
        ),
        (
            {"source": {"file": "x.csv", "tabel": "y"}},
            "source.tabel",
            "There is no key 'tabel' here. Did you mean 'table'?",
        ),
    ],
)
def test_dg_check_yaml_finds_every_fault_with_file_line_and_caret(
    tmp_path: Path, changes: dict[str, Any], where: str, said: str
):
    done = check(tmp_path, "yaml", **changes)
    output = done.stdout + done.stderr

    assert done.returncode == 1
    assert f"attributes.{where} " in output
    assert "defs.yaml:" in output
    assert re.search(rf"\^ .*{re.escape(said)}", output)
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"minimum_k": 2}, "'minimum_k' is 2. Policy 'internal' asks for at least 5"),
        ({"constraints": [{"ordered": ["Age", "Height"]}]}, "'Age', which is no declared column."),
        ({"modes": {"correlated": {"network": {"force": [["Sex", "Height"]]}}}}, "'Height', which is no declared"),
    ],
)
def test_loading_finds_it_too_with_file_line_and_caret(tmp_path: Path, changes: dict[str, Any], said: str):
    done = check(tmp_path, "defs --no-check-yaml", **changes)
    output = done.stdout + done.stderr

    assert done.returncode == 1
    assert re.search(rf"elsewhere/defs/visits/defs\.yaml:\d+ - attributes\..*{re.escape(said)}", output)
    assert re.search(r"^ +\| +\^$", output, flags=re.MULTILINE)
    assert "Traceback" not in output
