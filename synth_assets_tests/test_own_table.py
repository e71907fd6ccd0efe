"""The page on a table of one's own, done as it says: its commands run, in a copy of the project."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml

from synth_assets_tests.project import ROOT, copied

PAGE = (ROOT / "docs" / "own_table.md").read_text(encoding="utf-8")
COMMANDS = [
    line.split()[1:]
    for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
]
RUN = "import sys; from synth_assets.cli import main; sys.exit(main())"
ROWS = 3_000


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, with the page's example of one's own code in it, and a file of one's own beside it."""
    root = copied(tmp_path_factory.mktemp("project"))
    for language, name in (("python", "clinic_visits.py"), ("yaml", "defs.yaml")):
        [text] = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
        path = root / "synth_assets" / "defs" / "clinic" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    people().write_csv(root / "visits.csv")
    return root


def people() -> pl.DataFrame:
    rng = np.random.default_rng(4)
    age = rng.integers(0, 95, ROWS)
    return pl.DataFrame(
        {
            "patient_id": [f"{row:06d}" for row in rng.permutation(ROWS)],
            "age": age,
            "sex": rng.choice(["F", "M"], ROWS),
            "ward": np.where(rng.random(ROWS) < 0.03, "?", np.array(["north", "south", "east"])[age * 3 // 95]),
            "cost": rng.gamma(2, 300, ROWS).round(2),
        }
    )


def command(project: Path, *arguments: str, code: int = 0) -> str:
    environment = {
        **{name: value for name, value in os.environ.items() if name not in {"DAGSTER_HOME", "SYNTH_ASSETS_DATA_DIR"}},
        "PYTHONPATH": str(project),
        "SYNTH_ASSETS_KEY": "a key for tests, of at least 32 characters",
        "DAGSTER_DISABLE_TELEMETRY": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        cwd=project,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def test_the_page_has_three_commands():
    assert [one[0] for one in COMMANDS] == ["new", "run", "release"]


def test_from_a_file_to_a_release_in_the_commands_of_the_page_and_one_edit(project: Path):
    new, run, release = COMMANDS
    assert "patient_id" in command(project, *new)
    path = project / "synth_assets" / "defs" / "visits" / "defs.yaml"
    drafted = path.read_text(encoding="utf-8")
    assert not any(value in drafted for value in people()["patient_id"].head(50))

    assert "15 of 15 assets made" in command(project, *run)
    assert "guesses that nobody has reviewed" in command(project, *release, code=1)

    path.write_text(drafted[: drafted.index("  # Take out what you have reviewed.")], encoding="utf-8")
    said = command(project, *release)
    [released] = (project / "data" / "published" / "visits").iterdir()
    digest = re.findall(r"--digest (\w+)", said)[0]
    table = pl.read_csv(released / "correlated_visits.csv")

    assert table.columns == ["age", "sex", "ward", "cost"]
    assert "?" not in table["ward"]
    verified = subprocess.run(
        [sys.executable, str(released / "verify.py"), "--digest", digest],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_ones_own_pandas_asset_is_a_source(project: Path):
    assert yaml.safe_load((project / "synth_assets" / "defs" / "clinic" / "defs.yaml").read_text(encoding="utf-8"))
    said = command(project, "run", "--select", "+key:correlated_clinic")
    assert re.search(r"clinic_visits +1,000", said)
    assert re.search(r"correlated_clinic +\d", said)


def test_several_datasets_stand_side_by_side(project: Path):
    said = command(project, "run", "--select", "nothing", code=1)
    for name in ("random_ae", "random_visits", "random_clinic", "ae_comparison", "visits_comparison", "source_visits"):
        assert name in said
