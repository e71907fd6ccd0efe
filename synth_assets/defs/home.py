"""Dagster's own home in the data folder: a lasting one, without telemetry, one run at a time."""

import os
from pathlib import Path

from synth_assets.errors import StorageError
from synth_assets.storage.files import create_once
from synth_assets.storage.folders import DATA_VARIABLE, DataFolder

HOME_VARIABLE = "DAGSTER_HOME"
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
    """Make the home, write its settings where there are none, and point this process and its children at both folders.

    ``DAGSTER_HOME`` from outside is left as it is: who sets it keeps their own history and settings.

    Raises:
        StorageError: A folder or the settings cannot be made.
    """
    folder.prepare()
    home = Path(os.environ.get(HOME_VARIABLE) or folder.dagster_home).expanduser().absolute()
    try:
        home.mkdir(parents=True, exist_ok=True)
        create_once(home / "dagster.yaml", SETTINGS.encode())
    except OSError as error:
        message = (
            f"Cannot make Dagster's home {home}: {error.strerror}. Let this user write there, or name another folder "
            f"in {HOME_VARIABLE}."
        )
        raise StorageError(message) from error
    os.environ[HOME_VARIABLE] = str(home)
    os.environ[DATA_VARIABLE] = str(folder.root)
    return home
