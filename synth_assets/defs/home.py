"""Dagster's own home in the data folder: a lasting one, without telemetry, one run at a time."""

import os
from pathlib import Path

from synth_assets.storage.folders import DataFolder

SETTINGS = """\
# Written once by synth-assets; yours to edit.
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
freshness:
  enabled: true
"""


def prepare_home(folder: DataFolder) -> Path:
    """Make the home, write its settings where there are none, and point this process at it.

    ``DAGSTER_HOME`` from outside is left as it is: who sets it keeps their own history and settings.
    """
    folder.prepare()
    given = os.environ.get("DAGSTER_HOME")
    home = Path(given) if given else folder.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    settings = home / "dagster.yaml"
    if not settings.exists():
        settings.write_text(SETTINGS, encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(home.resolve())
    return home
