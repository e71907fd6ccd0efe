"""Descriptions are made anew when the data, the schema, the key or the parameters changed, and only then."""

import re
from typing import Any

import dagster as dg
import polars as pl
import pytest

from synth_assets.components.resources import Workplace
from synth_assets.describe import Description
from synth_assets_tests.components.clinic import CLINIC, declared, materialise, visits

NAME = "correlated_visits_description"
BRANCH = ["clinic", "deidentified_visits", NAME]


def describe(
    instance: dg.DagsterInstance,
    table: pl.DataFrame,
    names: list[str] | None = None,
    **changes: Any,  # noqa: ANN401 - YAML
) -> dict[str, Any]:
    """What the UI is told of the description after a run."""
    result = materialise(table, names or BRANCH, instance, dataset=declared(**changes))
    assert result.success
    [event] = result.asset_materializations_for_node(NAME)
    return {key: value.value for key, value in event.metadata.items()}


def document(workplace: Workplace) -> str:
    return workplace.warehouse.read(NAME)["document"][0]


def test_the_first_is_made_and_told(workplace: Workplace, instance: dg.DagsterInstance):
    told = describe(instance, visits())
    made = Description.from_json(document(workplace))

    assert told["reused"] is False
    assert (told["mode"], told["rows described"], told["minimum count"]) == ("correlated", 196, 5)
    assert "Age band → Ward ID" in told["network"] or "Ward ID → Age band" in told["network"]
    assert 0 <= told["share hidden"] <= 1
    assert "off" in told["differential privacy"]
    assert made.mode == "correlated"
    assert made.provenance["original"] == "deidentified_visits"


def test_a_network_is_shown_as_a_picture_beside_its_edges(workplace: Workplace, instance: dg.DagsterInstance):
    told = describe(instance, visits())
    image = re.fullmatch(r"!\[Network of ([^\]]+)\]\(data:image/png;base64,[A-Za-z0-9+/=]+\)", told["network drawn"])
    file = workplace.folder.reports / NAME / "network.png"

    assert image is not None
    assert image[1].startswith(f"{NAME}: 2 of 3 columns are joined to another")
    assert told["figure"] == str(file)
    assert file.read_bytes().startswith(b"\x89PNG")
    assert told["network"].count("→") == 1


def test_a_network_of_an_unchanged_description_is_shown_again(workplace: Workplace, instance: dg.DagsterInstance):
    before = describe(instance, visits())["network drawn"]
    (workplace.folder.reports / NAME / "network.png").unlink()

    assert describe(instance, visits())["network drawn"] == before
    assert (workplace.folder.reports / NAME / "network.png").exists()


@pytest.mark.parametrize("mode", ["random", "independent"])
def test_other_modes_show_their_columns_and_no_network(workplace: Workplace, instance: dg.DagsterInstance, mode: str):
    name = f"{mode}_visits_description"
    result = materialise(visits(), [*BRANCH[:2], name], instance)
    [event] = result.asset_materializations_for_node(name)

    assert "network drawn" not in event.metadata
    assert str(event.metadata["at a glance"].value).startswith("![")
    assert event.metadata["network"].value == "no edges"
    assert [path.name for path in (workplace.folder.reports / name).glob("*.png")] == ["at_a_glance.png"]


def test_unchanged_data_reuse_it_byte_for_byte(workplace: Workplace, instance: dg.DagsterInstance):
    describe(instance, visits())
    before = document(workplace)

    assert describe(instance, visits())["reused"] is True
    assert document(workplace) == before
    assert describe(instance, visits(), [NAME])["reused"] is True


@pytest.mark.parametrize(
    "changes",
    [
        {"minimum_count": 6},
        {"round_to": 5},
        {"modes": {**CLINIC["modes"], "correlated": {"max_parents": 0}}},
        {"columns": [{**CLINIC["columns"][0], "nullable": True}, *CLINIC["columns"][1:]]},
    ],
)
def test_other_parameters_make_another(workplace: Workplace, instance: dg.DagsterInstance, changes: dict[str, Any]):
    describe(instance, visits())
    before = document(workplace)

    assert describe(instance, visits(), **changes)["reused"] is False
    assert document(workplace) != before


def test_rounded_counts_are_multiples_and_the_same_each_time(workplace: Workplace, instance: dg.DagsterInstance):
    shown = describe(instance, visits(), round_to=5)
    first = document(workplace)
    describe(instance, visits())
    describe(instance, visits(), round_to=5)

    made = Description.from_json(first)
    assert shown["counts"] == "rounded at random to multiples of 5"
    assert made.round_to == 5
    assert all((table.seen % 5 == 0).all() for table in made.tables)
    assert Description.from_json(document(workplace)).tables[0].counts.tolist() == made.tables[0].counts.tolist()


@pytest.mark.parametrize("changes", [{"minimum_k": 6}, {"title": "Visits to a clinic"}])
def test_what_a_description_does_not_depend_on_changes_nothing(
    workplace: Workplace, instance: dg.DagsterInstance, changes: dict[str, Any]
):
    describe(instance, visits())
    before = document(workplace)

    assert describe(instance, visits(), **changes)["reused"] is True
    assert document(workplace) == before


def test_other_data_make_another(workplace: Workplace, instance: dg.DagsterInstance):
    describe(instance, visits())
    before = document(workplace)

    assert describe(instance, visits(210))["reused"] is False
    assert document(workplace) != before


def test_another_key_makes_another(workplace: Workplace, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch):
    describe(instance, visits())
    before = document(workplace)
    monkeypatch.setenv("SYNTH_ASSETS_KEY", "another key, also of 32 characters or more")

    assert describe(instance, visits())["reused"] is False
    assert document(workplace) != before


@pytest.mark.parametrize("stored", ["{}", "not JSON", '{"format": "synth-assets/description", "version": 0}'])
def test_one_that_cannot_be_read_is_made_anew(workplace: Workplace, instance: dg.DagsterInstance, stored: str):
    describe(instance, visits())
    before = document(workplace)
    workplace.warehouse.write(NAME, pl.DataFrame({"document": [stored]}))

    assert describe(instance, visits(), [NAME])["reused"] is False
    assert document(workplace) == before


@pytest.mark.parametrize("stored", [pl.DataFrame({"document": []}, {"document": pl.String}), pl.DataFrame({"a": [1]})])
def test_a_table_that_holds_no_document_is_replaced(
    workplace: Workplace, instance: dg.DagsterInstance, stored: pl.DataFrame
):
    describe(instance, visits())
    workplace.warehouse.write(NAME, stored)

    assert describe(instance, visits(), [NAME])["reused"] is False


def test_what_another_dagster_wrote_is_noticed(workplace: Workplace, instance: dg.DagsterInstance):
    describe(instance, visits())
    before = document(workplace)
    with dg.DagsterInstance.ephemeral() as other:
        assert not materialise(visits(), [NAME], other).success  # no check of the table is known there
        assert materialise(visits(210), BRANCH[:2], other).success

    assert describe(instance, visits(), [NAME])["reused"] is False
    assert document(workplace) != before
    assert describe(instance, visits())["reused"] is False
    assert document(workplace) == before


def test_random_mode_opens_no_table_so_other_data_change_nothing(workplace: Workplace, instance: dg.DagsterInstance):
    name = "random_visits_description"
    assert materialise(visits(), [*BRANCH[:2], name], instance).success
    before = workplace.warehouse.read(name).item()
    workplace.warehouse.write("deidentified_visits", pl.DataFrame({"nothing": ["of use"]}))
    result = materialise(visits(), [name], instance)
    [event] = result.asset_materializations_for_node(name)

    assert event.metadata["reused"].value is True
    assert event.metadata["rows described"].value == "none: no row was read"
    assert workplace.warehouse.read(name).item() == before
    assert "original_version" not in Description.from_json(before).provenance


def test_provenance_holds_no_hash_that_could_be_guessed(workplace: Workplace, instance: dg.DagsterInstance):
    describe(instance, visits())
    version = instance.get_latest_materialization_event(dg.AssetKey("deidentified_visits"))
    provenance = Description.from_json(document(workplace)).provenance

    assert version is not None
    assert version.asset_materialization is not None
    assert (version.asset_materialization.tags or {})["dagster/data_version"] not in document(workplace)
    assert set(provenance) == {"original", "original_version", "parameters"}


def test_too_few_rows_are_refused_and_the_old_description_stands(workplace: Workplace, instance: dg.DagsterInstance):
    describe(instance, visits())
    before = document(workplace)
    result = materialise(visits(4), BRANCH, instance)
    [failure] = [event for event in result.all_events if event.is_step_failure]

    assert failure.step_key == NAME
    assert "at least minimum_count = 5" in str(failure.step_failure_data.error)
    assert document(workplace) == before


OPEN = [{**CLINIC["columns"][0], "domain": None, "domain_source": "data"}, *CLINIC["columns"][1:]]


def test_a_random_domain_read_from_the_data_is_read_again_when_they_change(
    workplace: Workplace, instance: dg.DagsterInstance
):
    name = "random_visits_description"

    def told(table: pl.DataFrame, *names: str) -> dict[str, Any]:
        result = materialise(table, [*names, name], instance, dataset=declared(columns=OPEN))
        assert result.success
        [event] = result.asset_materializations_for_node(name)
        return {key: value.value for key, value in event.metadata.items()}

    first = told(visits(), *BRANCH[:2])
    assert (first["reused"], first["domains read from the data"]) == (False, "Sex")
    assert first["rows described"] == "not told: rows were read for domains alone"
    assert told(visits())["reused"] is True
    assert told(visits().filter(pl.col("Sex") != "M"), *BRANCH[:2])["reused"] is False
    made = Description.from_json(workplace.warehouse.read(name).item())
    assert made.domains_from_data == ["Sex"]
    assert '"M"' not in made.to_json()


def test_a_random_domain_read_from_the_data_counts_persons_as_other_modes_do(
    workplace: Workplace, instance: dg.DagsterInstance
):
    """Two persons with five rows each are ten rows, and still two persons."""
    table = pl.DataFrame(
        {
            "Patient": [f"P{place}" for place in range(60)] + ["A"] * 5 + ["B"] * 5,
            "Sex": ["F"] * 60 + ["M"] * 10,
            "Age": [30] * 70,
            "Ward": ["North"] * 70,
        }
    )
    name = "random_visits_description"
    privacy = {"person_column": "Patient", "max_rows_per_person": 5}
    dataset = declared(columns=OPEN, privacy=privacy)
    assert materialise(table, [*BRANCH[:2], name], instance, dataset=dataset).success
    assert '"M"' not in workplace.warehouse.read(name).item()
