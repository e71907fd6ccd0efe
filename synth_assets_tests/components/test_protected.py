import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from synth_assets.components.dataset import Dataset
from synth_assets.components.protected import anonymity_verdict, identifier_verdict, protected_definitions, rows_verdict
from synth_assets.components.resources import Workplace
from synth_assets.defs.io_manager import WarehouseIOManager
from synth_assets.protect import Outcome, direct_identifiers
from synth_assets.protect.spool import Spooled
from synth_assets.protect.steps import Tools
from synth_assets_tests.components.clinic import CLINIC, clinic, declared, materialise, source, visits

LEAKY = {
    **CLINIC,
    "columns": [*CLINIC["columns"], {"name": "Note", "type": "text", "description": "As in the source"}],
}


def noted(note: str) -> pl.DataFrame:
    return visits().with_columns(Note=pl.lit(note))


def told(check: dg.AssetCheckResult | dg.AssetCheckEvaluation) -> dict[str, Any]:
    return {key: value.value for key, value in check.metadata.items()}


def outcome(rows_in: int, rows_out: int, *, removes: bool) -> Outcome:
    return Outcome("keep only", "others are rare", rows_in, rows_out, removes, (), ())


def test_the_asset_leaves_the_declared_columns_and_accounts_for_every_step(
    workplace: Workplace, instance: dg.DagsterInstance
):
    result = materialise(visits(), ["clinic", "deidentified_visits"], instance)
    table = workplace.warehouse.read("deidentified_visits")
    [event] = result.asset_materializations_for_node("deidentified_visits")
    told: Any = event.metadata["steps"]
    steps = told.records

    assert result.success
    assert table.columns == ["Sex", "Age band", "Ward ID"]
    assert (event.metadata["rows in"].value, event.metadata["rows out"].value) == (FEW_MORE, 196)
    assert [record.data["step"] for record in steps] == ["drop", "keep only", "band numbers", "pseudonymise"]
    assert [record.data["rows removed"] for record in steps] == ["0", "fewer than 5", "0", "0"]
    assert steps[0].data["columns"] == "- Patient"
    assert "+ Ward ID" in steps[3].data["columns"]
    assert {check.check_name: check.passed for check in result.get_asset_check_evaluations()} == {
        "no_direct_identifier": True,
        "no_row_lost_without_reason": True,
        "minimum_k_anonymity": True,
    }


def test_its_data_version_follows_the_data_and_the_key_and_nothing_else(
    workplace: Workplace, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
):
    def version(table: pl.DataFrame) -> str:
        [event] = materialise(table, ["clinic", "deidentified_visits"], instance).asset_materializations_for_node(
            "deidentified_visits"
        )
        return (event.tags or {})["dagster/data_version"]

    first, again, other = version(visits()), version(visits()), version(visits(210))
    monkeypatch.setenv("SYNTH_ASSETS_KEY", "another key, also of 32 characters or more")

    assert first == again != other
    assert version(visits()) != first
    assert workplace.warehouse.row_count("deidentified_visits") == 196


@pytest.mark.parametrize(
    ("privacy", "pinned"),
    [
        ({}, "c372d6d94430d15d4fca4d9fdedf638b4320aa61faf8a822903efb18d95c952c"),
        ({"person_column": "Patient"}, "5f0b9814001b989a763a31396a89bf90888f731f2f1777c07c39293ec251cc4a"),
        (
            {"person_column": "Patient", "max_rows_per_person": 2},
            "8c1f6533452e5cb58fd246a39c1b73c35066d58fed2bfae272cdec09c2a04c0c",
        ),
    ],
)
def test_the_same_data_have_the_version_that_they_always_had(
    workplace: Workplace, instance: dg.DagsterInstance, privacy: Mapping[str, Any], pinned: str
):
    """Another one would be described, and paid for, anew."""
    table = pl.concat([visits(), visits(150), visits(30)])
    dataset = declared(privacy=privacy, hold_out=0.2)
    result = materialise(table, ["clinic", "deidentified_visits"], instance, dataset=dataset)
    [event] = result.asset_materializations_for_node("deidentified_visits")
    assert (event.tags or {})["dagster/data_version"] == pinned
    assert workplace.warehouse.row_count("deidentified_visits_units", "_private") == 372


@pytest.mark.parametrize(
    ("note", "kind"), [("seen as 999 000 0018 before", "NHS number"), ("lives at SW1A 1AA", "postcode")]
)
def test_an_identifier_that_is_left_writes_nothing_and_the_old_table_stands(
    workplace: Workplace, instance: dg.DagsterInstance, note: str, kind: str
):
    names, leaky = ["clinic", "deidentified_visits", "random_visits_description"], declared(**LEAKY)
    assert materialise(noted("fine"), names, instance, dataset=leaky).success
    before = workplace.warehouse.read("deidentified_visits")

    result = materialise(noted(note), names, instance, dataset=leaky)
    verdicts = {check.check_name: check for check in result.get_asset_check_evaluations()}
    [failure] = [event for event in result.all_events if event.is_step_failure]

    assert not result.success
    assert not verdicts["no_direct_identifier"].passed
    assert verdicts["no_direct_identifier"].severity == dg.AssetCheckSeverity.ERROR
    assert f"column 'Note' holds a {kind}" in str(verdicts["no_direct_identifier"].description)
    assert verdicts["no_row_lost_without_reason"].passed
    said = str(getattr(failure.step_failure_data.user_failure_data, "description", None))
    assert "Nothing was written" in said
    assert "Add a step that removes them" in said
    assert_frame_equal(workplace.warehouse.read("deidentified_visits"), before)
    assert result.asset_materializations_for_node("deidentified_visits") == []
    assert result.asset_materializations_for_node("random_visits_description") == []


def test_no_value_of_the_table_is_in_what_is_told(workplace: Workplace, instance: dg.DagsterInstance):
    leaky = declared(**LEAKY)
    table = noted("lives at SW1A 1AA")
    result = materialise(table, ["clinic", "deidentified_visits"], instance, dataset=leaky)
    said = " ".join(str(entry.user_message) + str(entry.dagster_event) for entry in instance.all_logs(result.run_id))

    assert "no_direct_identifier" in said
    assert "SW1A" not in said
    assert "P199" not in said
    assert not workplace.warehouse.exists("deidentified_visits")


FEW_MORE = "fewer than 5 more than came out"


@dataclasses.dataclass(frozen=True)
class LosesRows:
    """A step with a fault: rows go and nobody says so."""

    reason: str = "none"

    def apply(self, table: pl.DataFrame, tools: Tools) -> pl.DataFrame:  # noqa: ARG002 - as every step
        return table.head(len(table) - 3)

    def after(self, columns: Mapping[str, str]) -> dict[str, str]:
        return dict(columns)


def test_a_row_that_is_lost_writes_nothing(workplace: Workplace, instance: dg.DagsterInstance):
    sound = clinic()
    faulty = dataclasses.replace(sound, steps=(*sound.steps, LosesRows()))
    assert materialise(visits(), ["clinic", "deidentified_visits"], instance).success
    before = workplace.warehouse.read("deidentified_visits")

    asset, _ = protected_definitions(faulty)
    resources: Mapping[str, object] = {
        "workplace": workplace,
        "io_manager": WarehouseIOManager(workplace.warehouse),
    }
    result = dg.materialize([source(visits()), asset], instance=instance, resources=resources, raise_on_error=False)
    verdicts = {check.check_name: check for check in result.get_asset_check_evaluations()}

    assert not result.success
    assert verdicts["no_direct_identifier"].passed
    assert not verdicts["no_row_lost_without_reason"].passed
    said = str(verdicts["no_row_lost_without_reason"].description)
    assert said.startswith("Rows went or came, and no step says so: fewer than 5. Mend the step")
    assert_frame_equal(workplace.warehouse.read("deidentified_visits"), before)


def spooled(*outcomes: Outcome) -> Spooled:
    return Spooled(Path("nowhere"), outcomes[-1].rows_out, outcomes[0].rows_in, outcomes, (), None)


def test_rows_verdict_counts_what_was_declared_and_what_was_not():
    declared_loss = rows_verdict(spooled(outcome(29, 20, removes=True)), 5)
    silent_loss = rows_verdict(spooled(outcome(29, 22, removes=True), outcome(22, 15, removes=False)), 5)

    assert declared_loss.passed
    assert str(declared_loss.description).endswith(
        " 9 rows were removed, 20 are left: 9 by 'keep only' (others are rare)."
    )
    assert told(declared_loss) == {"rows in": 29, "rows out": 20, "rows removed": 9, "rows lost": 0}
    assert not silent_loss.passed
    assert told(silent_loss) == {"rows in": 29, "rows out": 15, "rows removed": 14, "rows lost": 7}


def test_a_step_that_removes_a_few_rows_is_not_counted_nor_worked_out():
    verdict = rows_verdict(spooled(outcome(60, 57, removes=True), outcome(57, 40, removes=True)), 5)
    alone = rows_verdict(spooled(outcome(43, 40, removes=True)), 5)

    assert "20 rows were removed" in str(verdict.description)
    assert "a number not told by 'keep only' (others are rare); a number not told by" in str(verdict.description)
    assert told(alone) == {"rows in": FEW_MORE, "rows out": 40, "rows removed": "fewer than 5", "rows lost": 0}
    assert "3" not in str(alone.description)


def test_rows_that_appear_are_as_bad_as_rows_that_go():
    more = rows_verdict(spooled(outcome(3, 5, removes=False)), 5)

    assert not more.passed


def test_identifier_verdict_names_column_and_kind():
    found = direct_identifiers(pl.DataFrame({"Postcode": ["SW1A 1AA"], "Size": [3]}))
    verdict = identifier_verdict(found)

    assert not verdict.passed
    assert "'Postcode'" in str(verdict.description)
    assert told(verdict)["findings"] == len(found) >= 2
    assert identifier_verdict([]).passed
    assert identifier_verdict([]).description == "None found."


CLASSES = pl.DataFrame(
    {"Sex": ["F"] * 6 + ["M"] * 9 + ["F"], "Age band": ["0-17"] * 15 + ["65+"], "Ward ID": ["1"] * 16}
)


@dataclasses.dataclass(frozen=True)
class Case:
    quasi_identifiers: list[str]
    minimum_k: int
    k: int
    unique: float
    below: float


CASES = [
    Case(["Sex", "Age band"], minimum_k=5, k=1, unique=1 / 16, below=1 / 16),
    Case(["Sex"], minimum_k=5, k=7, unique=0, below=0),
    Case(["Sex"], minimum_k=7, k=7, unique=0, below=0),
    Case(["Sex"], minimum_k=8, k=7, unique=0, below=7 / 16),
    Case(["Ward ID"], minimum_k=16, k=16, unique=0, below=0),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_k_anonymity_with_chosen_quasi_identifiers_and_k(case: Case):
    chosen = clinic(quasi_identifiers=case.quasi_identifiers, minimum_k=case.minimum_k)
    verdict = anonymity_verdict(CLASSES, chosen)
    figures = told(verdict)

    assert verdict.passed == (case.k >= case.minimum_k)
    assert verdict.severity == dg.AssetCheckSeverity.WARN
    assert f"k = {case.k} (limit {case.minimum_k})" in str(verdict.description)
    assert ("stays inside" in str(verdict.description)) == (not verdict.passed)
    assert (figures["k"], figures["limit"], figures["rows"]) == (case.k, f"at least {case.minimum_k}", 16)
    assert figures["share unique"] == pytest.approx(case.unique)
    assert figures[f"share below {case.minimum_k}"] == pytest.approx(case.below)
    assert figures["quasi-identifiers"] == ", ".join(case.quasi_identifiers)
    assert "house rule" in figures["source of the limit"]


def test_by_default_the_columns_of_that_role_are_the_quasi_identifiers(dataset: Dataset, ae: Dataset):
    assert dataset.quasi_identifiers == ("Sex", "Age band")
    assert len(ae.quasi_identifiers) == 6
