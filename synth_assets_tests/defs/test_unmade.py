"""Tables of datasets that are gone: they are said, they are dropped on request alone, and readers find none of them."""

from collections.abc import Sequence
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from synth_assets.cli import main
from synth_assets.components.resources import Workplace
from synth_assets.defs.unmade import forget, tidy_snapshot, unmade
from synth_assets.errors import StorageError
from synth_assets.storage.beside import PRIVATE
from synth_assets.storage.dropping import drop_tables
from synth_assets.storage.tables import TableName
from synth_assets.storage.warehouse import Warehouse
from synth_assets_tests.components.clinic import declared, materialise, visits
from synth_assets_tests.components.clinic import definitions as clinic_with

TABLE = pl.DataFrame({"a": [1, 2]})
GONE = ["deidentified_old", "random_old", "random_old_description"]
BRANCH = ["clinic", "deidentified_visits", "random_visits_description", "random_visits"]


@pytest.fixture
def location(workplace: Workplace) -> dg.Definitions:
    """The clinic, beside the tables of a dataset that is gone."""
    for name in GONE:
        workplace.warehouse.write(name, TABLE)
    workplace.warehouse.write("deidentified_old_units", TABLE, PRIVATE)
    return clinic_with(visits())


def names(workplace: Workplace) -> list[str]:
    return [str(TableName(table.name, table.schema)) for table in workplace.warehouse.tables()]


def read_by_others(workplace: Workplace) -> list[str]:
    return [table.name for table in Warehouse(workplace.folder.snapshot).tables()]


def test_tables_that_no_asset_makes_are_known(workplace: Workplace, location: dg.Definitions):
    workplace.warehouse.write("random_visits", TABLE)
    workplace.warehouse.write("clinic", TABLE)

    assert unmade(location, workplace.warehouse) == GONE


def test_without_a_warehouse_there_are_none(workplace: Workplace, definitions: dg.Definitions):
    assert unmade(definitions, workplace.warehouse) == []
    tidy_snapshot(definitions, workplace)


def test_a_forgotten_table_goes_with_what_stands_beside_it_and_nothing_else(
    workplace: Workplace, location: dg.Definitions
):
    (workplace.folder.published / "old").mkdir(parents=True)
    workplace.folder.ledger.parent.mkdir(parents=True, exist_ok=True)
    workplace.folder.ledger.write_bytes(b"as it was")

    assert list(map(str, forget(location, workplace, ["deidentified_old"]))) == [
        "deidentified_old",
        "_private.deidentified_old_units",
    ]
    assert names(workplace) == ["random_old", "random_old_description"]
    assert workplace.folder.ledger.read_bytes() == b"as it was"
    assert (workplace.folder.published / "old").is_dir()


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        (["random_visits"], "The asset 'random_visits' makes the table 'random_visits', so it is not forgotten"),
        (["random_old", "random_visits"], "is not forgotten: the next run would make it again"),
        (["nothing"], "There is no table 'nothing' to forget.*Allowed: deidentified_old, random_old, random_old_desc"),
        (["deidentified_old_units"], "There is no table 'deidentified_old_units' to forget"),
    ],
)
def test_what_an_asset_makes_and_what_is_not_there_is_refused(
    workplace: Workplace, location: dg.Definitions, tables: Sequence[str], said: str
):
    workplace.warehouse.write("random_visits", TABLE)
    before = names(workplace)

    with pytest.raises(StorageError, match=said):
        forget(location, workplace, tables)
    assert names(workplace) == before


@pytest.mark.usefixtures("location")
def test_a_run_leaves_tables_of_a_dataset_that_is_gone_out_of_the_snapshot(
    workplace: Workplace, instance: dg.DagsterInstance
):
    assert materialise(visits(), BRANCH, instance).success

    assert read_by_others(workplace) == ["random_visits"]
    assert "random_old" in names(workplace)


def test_the_snapshot_follows_a_dataset_that_is_renamed(workplace: Workplace, instance: dg.DagsterInstance):
    assert materialise(visits(), BRANCH, instance).success
    renamed = declared(name="stays", formerly=["visits"])
    location = clinic_with(visits(), renamed)

    tidy_snapshot(location, workplace)
    assert not workplace.folder.snapshot.exists()

    chosen = [name.replace("visits", "stays") for name in BRANCH]
    assert materialise(visits(), chosen, instance, dataset=renamed).success
    assert read_by_others(workplace) == ["random_stays"]
    tidy_snapshot(location, workplace)
    assert read_by_others(workplace) == ["random_stays"]
    assert unmade(location, workplace.warehouse) == BRANCH[1:2] + sorted(BRANCH[2:])


def test_the_command_drops_and_says_what_may_be_dropped(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))
    workplace.warehouse.write("random_old", TABLE)
    workplace.warehouse.write("mock_ae", TABLE)

    assert main(["forget", "mock_ae"]) == 1
    assert "The asset 'mock_ae' makes the table" in capsys.readouterr().err
    assert main(["forget", "random_old"]) == 0
    assert "Dropped random_old. The ledger and releases stand" in capsys.readouterr().out
    assert main(["forget", "random_old"]) == 1
    assert "Allowed: none; every table is made by an asset" in capsys.readouterr().err
    assert names(workplace) == ["mock_ae"]


def test_a_run_says_what_no_asset_makes(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))
    workplace.warehouse.write("random old", TABLE)

    assert main(["run", "--rows", "50", "--select", "key:london_postcodes"]) == 0
    told = capsys.readouterr().out
    assert "No asset makes these tables any more: random old" in told
    assert "synth-assets forget 'random old'" in told


def test_several_are_dropped_together_or_not_at_all(workplace: Workplace, location: dg.Definitions):
    assert location is not None
    drop_tables(workplace.warehouse, [])
    drop_tables(workplace.warehouse, [TableName("nothing"), TableName("random_old")])

    assert "random_old" not in names(workplace)
    drop_tables(Warehouse(workplace.folder.root / "none.duckdb"), [TableName("nothing")])
    assert not (workplace.folder.root / "none.duckdb").exists()
