"""From a file to compared synthetic tables: the draft, the source's asset, and what changes in the source mean."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import polars as pl
import pytest
import yaml

from synth_assets.components import SyntheticDataset
from synth_assets.components.faults import report
from synth_assets.components.faults.checks import faults
from synth_assets.components.new import new_dataset, where
from synth_assets.components.resources import Randomness, Workplace
from synth_assets.defs.io_manager import WarehouseIOManager
from synth_assets.errors import SchemaError, SourceError
from synth_assets.schema import MODES
from synth_assets_tests.components.clinic import declared, visits


def people(rows: int = 400) -> pl.DataFrame:
    return visits(rows).with_columns(
        pl.int_range(rows).add(7_000).alias("id"),
        (pl.int_range(rows) % 40).cast(pl.String).str.zfill(4).alias("area"),
        pl.when(pl.int_range(rows) % 9 == 0).then(pl.lit("?")).otherwise("Ward").alias("Ward"),
    )


@pytest.fixture
def file(workplace: Workplace) -> Path:
    path = workplace.folder.input / "people.csv"
    people().write_csv(path)
    return path


def attributes(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))["attributes"]


def made(said: Mapping[str, Any]) -> dg.Definitions:
    workplace = Workplace()
    resources = {
        "io_manager": WarehouseIOManager(workplace.warehouse),
        "workplace": workplace,
        "randomness": Randomness(),
    }
    component = SyntheticDataset.resolve_from_yaml(yaml.safe_dump(dict(said), sort_keys=False))
    own = dg.Definitions(resources=resources, executor=dg.in_process_executor)
    return dg.Definitions.merge(component.build_defs(None), own)  # pyrefly: ignore[bad-argument-type]  # the context is not used


def run(definitions: dg.Definitions, instance: dg.DagsterInstance, *names: str) -> dg.ExecuteInProcessResult:
    return definitions.resolve_implicit_global_asset_job_def().execute_in_process(
        instance=instance, asset_selection=[dg.AssetKey(name) for name in names], raise_on_error=False
    )


def upto(name: str = "people") -> list[str]:
    made_of = [f"{mode}_{name}{what}" for mode in MODES for what in ("_description", "")]
    return [f"source_{name}", f"deidentified_{name}", *made_of]


def test_a_draft_runs_as_it_is(workplace: Workplace, file: Path, tmp_path: Path, instance: dg.DagsterInstance):
    drafted = new_dataset(
        "people", where(str(file), None, None, workplace.folder.input), workplace.folder.input, tmp_path
    )
    said = attributes(drafted.path)

    assert report(faults(drafted.path)) == ""
    assert said["source"]["file"] == "people.csv"
    assert said["source"]["missing"] == ["", "?"]
    assert said["source"]["types"]["area"] == "text"
    assert said["privacy"]["person_column"] == "Patient"
    assert {one for step in said["steps"] for one in step["columns"]} == {"Patient", "id"}

    result = run(made(said), instance, *upto())
    table = workplace.warehouse.read("correlated_people")
    assert result.success
    assert set(table.columns) == {"Sex", "Age", "Ward", "area"}
    assert "?" not in table["Ward"]
    assert table["area"].str.len_chars().unique().to_list() == [4]
    assert all(check.passed for check in result.get_asset_check_evaluations() if check.blocking)


def test_the_source_is_looked_at_and_not_copied(
    workplace: Workplace, file: Path, tmp_path: Path, instance: dg.DagsterInstance
):
    drafted = new_dataset("people", {"file": str(file)}, workplace.folder.input, tmp_path)
    result = run(made(attributes(drafted.path)), instance, "source_people", "deidentified_people")
    [event] = result.asset_materializations_for_node("source_people")
    assert "data:image/png" in str(event.metadata["at a glance"].value)
    told = {name: value.value for name, value in event.metadata.items()}

    assert told["rows"] == 400
    assert [column.name for column in told["dagster/column_schema"].columns] == people().columns  # pyrefly: ignore[missing-attribute]  # a table schema
    assert {table.name for table in workplace.warehouse.tables()} == {
        "deidentified_people",
        "deidentified_people_units",
    }
    assert not list((workplace.folder.root / "spool").iterdir()), "nothing stays on the way"


def test_a_changed_source_is_read_again_and_described_anew(
    workplace: Workplace, file: Path, tmp_path: Path, instance: dg.DagsterInstance
):
    drafted = new_dataset("people", {"file": "people.csv"}, workplace.folder.input, tmp_path)
    definitions = made(attributes(drafted.path))
    first, again = (run(definitions, instance, *upto()) for _ in range(2))
    people(500).write_csv(file)
    changed = run(definitions, instance, *upto())

    def reused(result: dg.ExecuteInProcessResult) -> object:
        return result.asset_materializations_for_node("independent_people_description")[0].metadata["reused"].value

    assert (reused(first), reused(again), reused(changed)) == (False, True, False)
    assert workplace.warehouse.row_count("deidentified_people") == 500


CHANGES: Mapping[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
    "file people.csv does not have": lambda table: table.drop("Sex"),
    "there are columns that are not declared: new": lambda table: table.with_columns(new=1),
    "Column 'Age' of the file people.csv is to be integer": lambda table: table.with_columns(Age=pl.lit("old")),
    "for Patient, which the file": lambda table: table.drop("Patient"),
}


@pytest.mark.parametrize("said", CHANGES)
@pytest.mark.usefixtures("file")
def test_a_source_that_no_longer_fits_leaves_the_old_table(
    workplace: Workplace, tmp_path: Path, instance: dg.DagsterInstance, said: str
):
    drafted = new_dataset("people", {"file": "people.csv"}, workplace.folder.input, tmp_path)
    definitions = made(attributes(drafted.path))
    assert run(definitions, instance, *upto()).success
    before = workplace.warehouse.read("deidentified_people")
    CHANGES[said](people()).write_csv(workplace.folder.input / "people.csv")
    result = run(definitions, instance, *upto())
    errors = " ".join(str(event.step_failure_data.error) for event in result.all_events if event.is_step_failure)

    assert not result.success
    assert said in errors
    assert workplace.warehouse.read("deidentified_people").equals(before)


def test_a_duckdb_table_is_a_source_too(workplace: Workplace, tmp_path: Path, instance: dg.DagsterInstance):
    path, table = tmp_path / "theirs.duckdb", people()
    with duckdb.connect(path) as connection:
        connection.register("held", table)
        connection.execute("create schema s; create table s.people as select * from held")
    drafted = new_dataset(
        "people", where(str(path), "s.people", None, workplace.folder.input), workplace.folder.input, tmp_path / "defs"
    )
    assert run(made(attributes(drafted.path)), instance, "source_people", "deidentified_people").success
    assert workplace.warehouse.row_count("deidentified_people") == 400


@pytest.mark.parametrize(
    ("path", "table", "postgres"),
    [(None, None, None), ("x.csv", None, "VARIABLE"), (None, None, "VARIABLE"), ("x.csv", "t", None)],
)
def test_what_names_no_table_is_refused(path: str | None, table: str | None, postgres: str | None):
    with pytest.raises(SourceError):
        where(path, table, postgres, Path("/nowhere"))


def test_a_dataset_that_is_there_is_not_written_over(workplace: Workplace, file: Path, tmp_path: Path):
    (tmp_path / "people").mkdir()
    with pytest.raises(SourceError, match="There is a dataset 'people' already"):
        new_dataset("people", {"file": str(file)}, workplace.folder.input, tmp_path)


@pytest.mark.parametrize("name", ["random_x", "x_risk", "X", "1x", "correlated", "a-b"])
def test_a_name_that_would_clash_is_refused_before_anything_is_read(workplace: Workplace, tmp_path: Path, name: str):
    with pytest.raises(SchemaError, match="cannot be called"):
        new_dataset(name, {"file": "no.csv"}, workplace.folder.input, tmp_path)
    assert list(tmp_path.glob("defs*")) == []


def test_a_table_that_cannot_be_read_leaves_no_folder(workplace: Workplace, tmp_path: Path):
    with pytest.raises(SourceError, match="There is no file"):
        new_dataset("people", {"file": "no.csv"}, workplace.folder.input, tmp_path)
    assert not (tmp_path / "people").exists()


def test_a_disabled_dataset_makes_nothing():
    definitions = declared(enabled=False).build_defs(None)  # pyrefly: ignore[bad-argument-type]  # the context is not used
    assert list(definitions.resolve_all_asset_specs()) == []
