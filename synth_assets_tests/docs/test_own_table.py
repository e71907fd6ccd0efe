"""The page on a table of one's own, done as it says: its commands run, in a copy of the project."""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest
import yaml

from synth_assets.components.faults import report
from synth_assets.components.faults.checks import faults
from synth_assets_tests.docs.commands import ROOT, Documented, blocks
from synth_assets_tests.docs.project import Project, copied
from synth_assets_tests.source.postgres import NEEDED

PAGE = (ROOT / "docs" / "own_table.md").read_text(encoding="utf-8")
ROWS = 3_000


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the project, with the page's example of one's own code in it, and a file of one's own beside it."""
    project = copied(tmp_path_factory.mktemp("project"))
    for language, name in (("python", "clinic_visits.py"), ("yaml", "defs.yaml")):
        [text] = [block for found, block in blocks(PAGE) if found == language]
        path = project.defs / "clinic" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    people().write_csv(project.root / "visits.csv")
    return project


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


@pytest.mark.documented("synth-assets new visits visits.csv", "synth-assets run visits", "synth-assets release visits")
def test_from_a_file_to_a_release_in_the_commands_of_the_page_and_one_edit(project: Project, documented: Documented):
    assert "patient_id" in project.run(documented("synth-assets new visits visits.csv"))
    path = project.defs / "visits" / "defs.yaml"
    drafted = path.read_text(encoding="utf-8")
    assert not any(value in drafted for value in people()["patient_id"].head(50))

    assert "15 of 15 assets made" in project.run(documented("synth-assets run visits"))
    release = documented("synth-assets release visits")
    assert "guesses that nobody has reviewed" in project.run(release, code=1)

    path.write_text(drafted[: drafted.index("  # Take out what you have reviewed.")], encoding="utf-8")
    said = project.run(release)
    [released] = (project.root / "data" / "published" / "visits").iterdir()
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


def test_ones_own_pandas_asset_is_a_source(project: Project):
    assert yaml.safe_load((project.defs / "clinic" / "defs.yaml").read_text(encoding="utf-8"))
    said = project.run(["synth-assets", "run", "--select", "+key:correlated_clinic"])
    assert re.search(r"clinic_visits +1,000", said)
    assert re.search(r"correlated_clinic +\d", said)


def test_several_datasets_stand_side_by_side(project: Project):
    said = project.run(["synth-assets", "run", "--select", "nothing"], code=1)
    for name in ("random_ae", "random_visits", "random_clinic", "ae_comparison", "visits_comparison", "source_visits"):
        assert name in said


def drafted(project: Project) -> dict[str, Any]:
    """What the draft says, which has no fault."""
    path = project.defs / "visits" / "defs.yaml"
    assert report(faults(path)) == ""
    return yaml.safe_load(path.read_text(encoding="utf-8"))["attributes"]


@pytest.mark.documented("synth-assets new visits theirs.duckdb --table visits")
def test_a_table_of_a_duckdb_file_is_drafted(documented: Documented, tmp_path: Path):
    project, table = copied(tmp_path), people()
    with duckdb.connect(tmp_path / "theirs.duckdb") as connection:
        connection.register("held", table)
        connection.execute("create table visits as from held")
    said = project.run(documented("synth-assets new visits theirs.duckdb --table visits"))

    assert re.search(r"patient_id +text +direct_identifier", said)
    assert drafted(project)["source"] == {"duckdb": str(tmp_path / "theirs.duckdb"), "table": "visits"}


@NEEDED
@pytest.mark.documented("synth-assets new visits --postgres VISITS_DATABASE --table public.visits")
def test_a_table_of_postgres_is_drafted_and_its_connection_written_nowhere(
    documented: Documented, postgres: str, tmp_path: Path
):
    from adbc_driver_postgresql import dbapi  # noqa: PLC0415 - only where there is a server

    with dbapi.connect(postgres, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("create database theirs")
    address = postgres.removesuffix("postgres") + "theirs"
    with dbapi.connect(address) as connection, connection.cursor() as cursor:
        cursor.adbc_ingest("visits", people().to_arrow(), mode="create")
        connection.commit()
    project = copied(tmp_path)
    words = documented("synth-assets new visits --postgres VISITS_DATABASE --table public.visits")
    said = project.run(words, VISITS_DATABASE=address)

    assert re.search(r"patient_id +text +direct_identifier", said)
    assert drafted(project)["source"] == {"postgres": "VISITS_DATABASE", "table": "public.visits"}
    assert "secret-word" not in said + (project.defs / "visits" / "defs.yaml").read_text(encoding="utf-8")


@pytest.mark.skipif(
    find_spec("statsmodels") is None, reason="statsmodels is not installed (pip install -e '.[example]')"
)
@pytest.mark.documented("synth-assets run health_insurance")
def test_the_worked_example_runs_once_it_is_switched_on(documented: Documented, tmp_path: Path):
    """With the first rows of the real table, three columns and one mode: all of it is in test_health_insurance."""
    project = copied(tmp_path)
    file = project.cut("health_insurance", enabled=True)["source"]["file"]
    few = tmp_path / "statsmodels" / file
    few.parent.mkdir(parents=True)
    (tmp_path / "statsmodels" / "__init__.py").touch()
    [place] = getattr(find_spec("statsmodels"), "submodule_search_locations", None) or []
    lines = (Path(place) / file).read_text(encoding="utf-8").splitlines(keepends=True)
    few.write_text("".join(lines[:1_000]), encoding="utf-8")

    assert "7 of 7 assets made" in project.run(documented("synth-assets run health_insurance"))
