"""A copy of the project, in which a test may put or change datasets as a user would."""

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[1]
SETTINGS = ("pyproject.toml", "workspace.yaml")
LISTS = ("hospitals.csv", "treatments.csv", "genders.csv")


def copied(root: Path) -> Path:
    """The same folder, in which code, settings and reference lists of the project are now."""
    shutil.copytree(ROOT / "synth_assets", root / "synth_assets", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "data" / "input").mkdir(parents=True)
    for name in (*SETTINGS, *(f"data/input/{name}" for name in LISTS)):
        shutil.copy(ROOT / name, root / name)
    return root
