"""Datasets and columns come, go and are renamed: budgets go on, nothing old is released, what is out stays valid."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from synth_assets.components.resources import Workplace
from synth_assets.describe import Description
from synth_assets.errors import SchemaError
from synth_assets.ledger import Ledger
from synth_assets.release.withdraw import releases
from synth_assets_tests.components.clinic import CLINIC, clinic, declared, materialise, visits
from synth_assets_tests.components.test_privacy_budget import PRIVATE, refusal
from synth_assets_tests.components.test_privacy_budget import told as shown
from synth_assets_tests.components.test_release_gate import MODES, people

RENAMED: dict[str, Any] = {"name": "stays", "formerly": ["visits"]}
CORRELATED = {"modes": {"correlated": {"max_parents": 1}}}
STEPS, COLUMNS = CLINIC["steps"], CLINIC["columns"]
WITHOUT_WARD: dict[str, Any] = {
    "steps": [{**STEPS[0], "columns": ["Patient", "Ward"]}, *STEPS[1:3]],
    "columns": COLUMNS[:2],
    "reference_files": {},
}
WITH_WARD = {key: CLINIC[key] for key in WITHOUT_WARD}
UNIT: dict[str, Any] = {
    **WITH_WARD,
    "steps": [*STEPS[:3], {**STEPS[3], "into": "Unit"}],
    "columns": [*COLUMNS[:2], {**COLUMNS[2], "name": "Unit", "domain": {"pseudonyms_from": "Unit"}}],
}


def make(
    instance: dg.DagsterInstance,
    last: Sequence[str],
    table: pl.DataFrame | None = None,
    **changes: Any,  # noqa: ANN401 - YAML
) -> dg.ExecuteInProcessResult:
    """Run these endings of names of the dataset ('' is the synthetic table itself, '<' the chain up to it)."""
    name = changes.get("name", "visits")
    chain = ["clinic", f"deidentified_{name}"]
    names = [made for ending in last for made in (chain if ending == "<" else [f"correlated_{name}{ending}"])]
    return materialise(visits() if table is None else table, names, instance, dataset=declared(**changes))


def release(instance: dg.DagsterInstance, table: pl.DataFrame, **changes: Any) -> dg.ExecuteInProcessResult:  # noqa: ANN401 - YAML
    return materialise(table, [f"{changes.get('name', 'visits')}_release"], instance, dataset=declared(**changes))


def document(workplace: Workplace, name: str) -> Description:
    return Description.from_json(workplace.warehouse.read(f"correlated_{name}_description")["document"][0])


def counts(description: Description) -> dict[str, Any]:
    """What a description tells, without where it comes from."""
    return {key: value for key, value in json.loads(description.to_json()).items() if key != "provenance"}


# Datasets that are renamed.


def test_a_new_name_gets_no_new_budget(workplace: Workplace, instance: dg.DagsterInstance):
    assert make(instance, ["<", "_description"], **PRIVATE).success
    ledger = Ledger(workplace.folder.ledger, workplace.key)
    before = ledger.entries()

    said = refusal(make(instance, ["<", "_description"], **PRIVATE, name="stays"))
    assert "The data of 'stays' are those of 'visits', on which row 2 of the ledger has spent" in said
    assert "declare formerly: [visits] in the YAML of 'stays'" in said
    assert ledger.entries() == before
    assert not workplace.warehouse.exists("correlated_stays_description")


def test_a_renamed_dataset_keeps_its_description_and_goes_on_with_its_budget(
    workplace: Workplace, instance: dg.DagsterInstance
):
    assert make(instance, ["<", "_description"], **PRIVATE).success
    ledger = Ledger(workplace.folder.ledger, workplace.key)
    node = "correlated_stays_description"

    assert shown(make(instance, ["<", "_description"], **PRIVATE, **RENAMED), node)["reused"] is True
    assert len(ledger.entries()) == 2
    assert counts(document(workplace, "stays")) == counts(document(workplace, "visits"))
    assert document(workplace, "stays").provenance["original"] == "deidentified_stays"

    assert shown(make(instance, ["<", "_description"], visits(210), **PRIVATE, **RENAMED), node)["reused"] is False
    assert [row.kind for row in ledger.entries()] == ["open", "spend", "rename", "spend"]
    assert ledger.entries()[-1].cumulative_units == 2 * ledger.entries()[1].units
    assert "goes on as that of 'stays'" in refusal(make(instance, ["<", "_description"], visits(220), **PRIVATE))


def test_a_ledger_that_was_cut_off_is_noticed_under_the_new_name_too(
    workplace: Workplace, instance: dg.DagsterInstance
):
    assert make(instance, ["<", "_description"], **PRIVATE).success
    for file in workplace.folder.ledger.parent.glob("ledger.*"):
        file.unlink()

    assert "remembered elsewhere" in refusal(make(instance, ["<", "_description"], **PRIVATE, **RENAMED))


def test_counts_are_rounded_under_the_first_name(workplace: Workplace, instance: dg.DagsterInstance):
    rounding: dict[str, Any] = {**CORRELATED, "round_to": 10}
    for name in ({}, RENAMED, {"name": "beds"}):
        assert make(instance, ["<", "_description"], people(), **rounding, **name).success
    first, renamed, other = (counts(document(workplace, name)) for name in ("visits", "stays", "beds"))

    assert renamed == first
    assert other != first
    assert clinic(name="c", formerly=["a", "b"]).first_name == "a"


@pytest.mark.parametrize("formerly", [["visits"], ["stays", "stays"], ["Stays"], ["a b"], [""]])
def test_former_names_that_cannot_be_are_refused(formerly: list[str]):
    with pytest.raises(SchemaError, match=r"has formerly: .*Allowed: names that this dataset had before, each once"):
        clinic(formerly=formerly)


def test_releases_under_a_former_name_count_and_are_compared(workplace: Workplace, instance: dg.DagsterInstance):
    table, changes = people(), {**CORRELATED, "hold_out": 0.2}
    assert make(instance, ["<", "_description", ""], table, **changes).success
    assert release(instance, table, **changes).success

    fewer = table.filter(pl.col("Patient") != "P5")
    assert make(instance, ["<", "_description", ""], fewer, **changes, **RENAMED).success
    result = release(instance, fewer, **changes, **RENAMED)
    verdicts = {check.check_name: check for check in result.get_asset_check_evaluations()}

    assert not verdicts["no_difference_tells"].passed
    assert str(verdicts["within_caps"].description).startswith("This is release 2 of")
    assert releases(workplace.folder.published, "stays") == []
    assert len(releases(workplace.folder.published, "visits")) == 1


# Columns that come, go and are renamed.


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (WITHOUT_WARD, WITH_WARD, "counts were compared"),
        (WITH_WARD, WITHOUT_WARD, "counts were compared"),
        (WITH_WARD, UNIT, "Counts of Unit, Ward ID are grouped otherwise"),
    ],
    ids=["added", "removed", "renamed"],
)
def test_after_a_change_of_columns_nothing_old_is_released_and_what_is_out_stays_valid(
    workplace: Workplace, instance: dg.DagsterInstance, before: dict[str, Any], after: dict[str, Any], told: str
):
    table = people()
    common: dict[str, Any] = {**CORRELATED, "hold_out": 0.2, "privacy": {"person_column": "Patient"}}
    old, new = {**common, **before}, {**common, **after}
    assert make(instance, ["<", "_description", ""], table, **old).success
    assert release(instance, table, **old).success
    drawn = workplace.warehouse.read("correlated_visits")
    [out] = releases(workplace.folder.published, "visits")

    assert "made_as_declared: The description is NOT made with the schema" in refusal(release(instance, table, **new))
    made = make(instance, ["<", "_description"], table, **new)
    assert shown(made, "correlated_visits_description")["reused"] is False
    assert document(workplace, "visits").names == [column["name"] for column in after["columns"]]
    assert_frame_equal(workplace.warehouse.read("correlated_visits"), drawn)
    assert "made_from_description_alone" in refusal(release(instance, table, **new))

    assert make(instance, [""], table, **new).success
    assert workplace.warehouse.read("correlated_visits").columns == [column["name"] for column in after["columns"]]
    assert "told by other columns" in refusal(release(instance, table, **new))

    later = people(1_800, seed=2)
    assert make(instance, ["<", "_description", ""], later, **new).success
    result = release(instance, later, **new)
    verdicts = {check.check_name: str(check.description) for check in result.get_asset_check_evaluations()}
    assert result.success == (told == "counts were compared")
    assert told in verdicts["no_difference_tells"]
    assert not verdicts["no_difference_tells"].startswith("0 counts")
    assert verified(out.path, out.manifest_digest)
    assert out in releases(workplace.folder.published, "visits")


def test_a_table_of_older_columns_is_not_described_as_one_of_the_new(instance: dg.DagsterInstance):
    assert make(instance, ["<"], people(), **CORRELATED, **WITHOUT_WARD).success

    said = refusal(make(instance, ["_description"], people(), **CORRELATED, **WITH_WARD))
    assert "Ward ID" in said


def test_a_column_that_is_renamed_costs_a_new_description(workplace: Workplace, instance: dg.DagsterInstance):
    assert make(instance, ["<", "_description"], **PRIVATE, **MODES).success
    renamed: dict[str, Any] = {**PRIVATE, **MODES, **UNIT}
    assert make(instance, ["<", "_description"], **renamed).success

    kinds = [row.kind for row in Ledger(workplace.folder.ledger, workplace.key).entries()]
    assert kinds == ["open", "spend", "spend"]


def verified(path: Path, digest: str) -> bool:
    """Whether the release's own verifier passes it."""
    command = [sys.executable, str(path / "verify.py"), "--digest", digest]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode == 0
