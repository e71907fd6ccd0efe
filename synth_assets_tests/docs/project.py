"""A copy of the project in which commands of the documents run as a shell would run them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from synth_assets_tests.docs.commands import ROOT

KEY = "a key for tests, of at least 32 characters"
OURS = {"DAGSTER_HOME", "SYNTH_ASSETS_DATA_DIR"}


@dataclass(frozen=True)
class Project:
    """The copy.

    Attributes:
        root: Its folder; its data are in ``data``.
    """

    root: Path

    @property
    def defs(self) -> Path:
        """Where datasets are declared."""
        return self.root / "synth_assets" / "defs"

    def cut(self, dataset: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever YAML may hold
        """Leave a dataset three columns and one mode, so that few pictures are drawn; what its YAML then says."""
        path = self.defs / dataset / "defs.yaml"
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
        attributes = said["attributes"]
        columns, others = attributes["columns"][:3], [column["name"] for column in attributes["columns"][3:]]
        attributes["steps"].append({"step": "drop", "columns": others, "reason": "Pictures take long to draw"})
        attributes |= {"columns": columns, "modes": {"random": {"rows": 300}}, **changes}
        path.write_text(yaml.safe_dump(said, sort_keys=False), encoding="utf-8")
        return attributes

    def run(self, words: Sequence[str], *more: str, code: int = 0, **environment: str) -> str:
        """Run a command; what it printed.

        Args:
            words: The command's, with its program as a person would type it.
            more: Options that make it smaller than the documents have it.
            code: What it is to end with.
            environment: Variables besides those of this process.
        """
        folder = Path(sys.executable).parent
        done = subprocess.run(
            [*words, *more],
            cwd=self.root,
            env={
                **{name: value for name, value in os.environ.items() if name not in OURS},
                "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
                "PYTHONPATH": str(self.root),
                "SYNTH_ASSETS_KEY": KEY,
                "DAGSTER_DISABLE_TELEMETRY": "1",
                **environment,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr


def copied(root: Path) -> Project:
    """The project without tests and data, in an empty folder.

    Args:
        root: The folder. What Python compiled is copied too, which saves compiling it again.
    """
    shutil.copytree(ROOT / "synth_assets", root / "synth_assets")
    for name in ("pyproject.toml", "workspace.yaml", "README.md"):
        shutil.copy2(ROOT / name, root / name)
    (root / "data" / "input").mkdir(parents=True)
    for name in ("hospitals.csv", "treatments.csv", "genders.csv"):
        shutil.copy(ROOT / "data" / "input" / name, root / "data" / "input" / name)
    return Project(root)
