"""The privacy budget in the pipeline: spent once, reused free, refused when it is gone, and never twice by accident."""

import json
from typing import Any

import dagster as dg
import polars as pl
import pytest
import yaml

from synth_assets.components import SyntheticDataset
from synth_assets.components.resources import Workplace
from synth_assets.describe import Description
from synth_assets.describe.privacy import LedgerMark
from synth_assets.ledger import Ledger
from synth_assets_tests.components.clinic import CLINIC, declared, materialise, visits

NAME = "correlated_visits_description"
BRANCH = ["clinic", "deidentified_visits", NAME]
PRIVATE: dict[str, Any] = {"privacy": {"epsilon": 1.0, "delta": 1e-6, "budget": 2.0}}


def describe(
    instance: dg.DagsterInstance,
    table: pl.DataFrame | None = None,
    names: list[str] | None = None,
    config: dict[str, Any] | None = None,
    **changes: Any,  # noqa: ANN401 - YAML
) -> dg.ExecuteInProcessResult:
    run_config = None if config is None else {"ops": {NAME: {"config": config}}}
    private = {**PRIVATE, **changes}
    return materialise(
        visits() if table is None else table,
        names or BRANCH,
        instance,
        dataset=declared(**private),
        run_config=run_config,
    )


def told(result: dg.ExecuteInProcessResult, node: str = NAME) -> dict[str, Any]:
    assert result.success
    [event] = result.asset_materializations_for_node(node)
    return {key: value.value for key, value in event.metadata.items()}


def refusal(result: dg.ExecuteInProcessResult) -> str:
    assert not result.success
    [failure] = [event for event in result.all_events if event.is_step_failure]
    return str(failure.step_failure_data.error)


def document(workplace: Workplace) -> str:
    return workplace.warehouse.read(NAME)["document"][0]


def ledger(workplace: Workplace) -> Ledger:
    return Ledger(workplace.folder.ledger, workplace.key)


def test_a_description_is_booked_and_says_so(workplace: Workplace, instance: dg.DagsterInstance):
    shown = told(describe(instance))
    made = Description.from_json(document(workplace))
    [opened, spent] = ledger(workplace).entries("visits")

    assert (made.epsilon, made.delta) == (1.0, 1e-6)
    assert isinstance(made.ledger, LedgerMark)
    assert (made.ledger.sequence, made.ledger.digest) == (spent.sequence, spent.digest)
    assert (opened.kind, spent.kind, spent.mode, spent.units) == ("open", "spend", "correlated", made.privacy.units)  # pyrefly: ignore[missing-attribute]  # told by epsilon above
    assert spent.cumulative_epsilon == pytest.approx(1.0, rel=1e-6)
    assert (shown["epsilon"], shown["reused"], shown["ledger row"]) == (1.0, False, 2)
    assert "one row" in shown["differential privacy"]
    assert "73.2%" in shown["differential privacy"]
    assert "smaller is more private" in shown["what an attacker can learn"]
    assert made.provenance["original_version"] == spent.data_version


def test_unchanged_data_spend_nothing_and_draw_from_the_same_description(
    workplace: Workplace, instance: dg.DagsterInstance
):
    describe(instance)
    before = document(workplace)

    assert told(describe(instance))["reused"] is True
    assert told(describe(instance, names=[NAME]))["reused"] is True
    assert document(workplace) == before
    assert len(ledger(workplace).entries()) == 2


def test_other_words_about_a_column_spend_nothing_and_are_told(workplace: Workplace, instance: dg.DagsterInstance):
    columns = [{**column, "description": f"Now: {column['name']}", "unit": "new"} for column in CLINIC["columns"]]
    describe(instance)
    before = json.loads(document(workplace))

    assert told(describe(instance, columns=columns))["reused"] is True
    after = json.loads(document(workplace))
    assert [one["description"] for one in after["columns"]] == ["Now: Sex", "Now: Age band", "Now: Ward ID"]
    assert [one["unit"] for one in after["columns"]] == ["new"] * 3
    assert after["tables"] == before["tables"]
    assert len(ledger(workplace).entries()) == 2

    assert told(describe(instance, columns=columns))["reused"] is True
    assert json.loads(document(workplace)) == after


@pytest.mark.parametrize(
    "changes",
    [
        {"privacy": {"epsilon": 0.5, "delta": 1e-6, "budget": 2.0}},
        {"modes": {"correlated": {"max_parents": 0}}},
        {"minimum_count": 7},
        {"columns": [{**column, "nullable": True} for column in CLINIC["columns"]]},
    ],
)
def test_other_parameters_spend_again(workplace: Workplace, instance: dg.DagsterInstance, changes: dict[str, Any]):
    describe(instance)

    assert told(describe(instance, **changes))["reused"] is False
    assert [entry.kind for entry in ledger(workplace).entries()] == ["open", "spend", "spend"]


def test_other_data_spend_until_the_budget_is_gone(workplace: Workplace, instance: dg.DagsterInstance):
    results = [describe(instance, visits(200 + extra)) for extra in range(8)]
    made = [result.success for result in results]
    spent = ledger(workplace).entries("visits")[-1]
    before = document(workplace)

    assert made == sorted(made, reverse=True)
    assert 2 <= sum(made) < 8
    assert spent.cumulative_units <= spent.budget_units
    assert spent.cumulative_epsilon <= 2.0
    assert "does not bear this description" in refusal(results[-1])
    assert "--reason" in refusal(results[-1])
    assert document(workplace) == before


def test_a_refusal_comes_before_the_data_are_read(
    workplace: Workplace, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
):
    small = {"privacy": {"epsilon": 1.0, "delta": 1e-6, "budget": 0.5}}
    read: list[str] = []
    monkeypatch.setattr(
        "synth_assets.components.descriptions.table_version", lambda *_: read.append("read") or "version"
    )

    assert "does not bear" in refusal(describe(instance, **small))
    assert read == []
    assert ledger(workplace).entries() == []


def test_spending_again_on_the_same_data_takes_a_word_and_a_reason(workplace: Workplace, instance: dg.DagsterInstance):
    describe(instance)
    before = document(workplace)

    refused = describe(instance, names=[NAME], config={"redescribe": True})
    assert not refused.success
    assert not [event for event in refused.all_events if event.is_step_start]
    assert document(workplace) == before
    again = told(describe(instance, names=[NAME], config={"redescribe": True, "reason": "the first was a rehearsal"}))
    assert again["reused"] is False
    assert document(workplace) != before
    assert ledger(workplace).entries()[-1].reason == "the first was a rehearsal"


def test_a_description_that_was_lost_is_not_paid_for_again_by_itself(
    workplace: Workplace, instance: dg.DagsterInstance
):
    describe(instance)
    workplace.warehouse.write(NAME, pl.DataFrame({"nothing": [1]}))

    said = refusal(describe(instance, names=[NAME]))
    assert "row 2 has spent epsilon 1 for just this description" in said
    assert "redescribe: true" in said
    assert len(ledger(workplace).entries()) == 2


def test_a_ledger_that_was_deleted_stops_everything(workplace: Workplace, instance: dg.DagsterInstance):
    describe(instance)
    for file in workplace.folder.state.glob("ledger*"):
        file.unlink()

    assert "not as it was written" in refusal(describe(instance, names=[NAME]))
    assert "not as it was written" in refusal(describe(instance, visits(210)))


def test_a_ledger_put_back_from_an_earlier_day_stops_everything(workplace: Workplace, instance: dg.DagsterInstance):
    describe(instance)
    files = {file: file.read_bytes() for file in workplace.folder.state.glob("ledger*")}
    describe(instance, visits(210))
    for file, content in files.items():
        file.write_bytes(content)

    assert "is remembered elsewhere" in refusal(describe(instance, visits(220)))


def test_an_earlier_ledger_and_warehouse_together_are_told_by_dagsters_history(
    workplace: Workplace, instance: dg.DagsterInstance
):
    describe(instance)
    files = {file: file.read_bytes() for file in [*workplace.folder.state.glob("ledger*"), workplace.folder.warehouse]}
    describe(instance, visits(210))
    for file, content in files.items():
        file.write_bytes(content)

    assert "is remembered elsewhere" in refusal(describe(instance, visits(220)))


def test_data_that_are_not_what_dagster_knows_are_refused_and_cost_nothing(
    workplace: Workplace, instance: dg.DagsterInstance
):
    assert describe(instance, names=BRANCH[:2]).success
    with dg.DagsterInstance.ephemeral() as other:
        assert describe(other, visits(210), BRANCH[:2]).success

    assert "Nothing was spent" in refusal(describe(instance, names=[NAME]))
    assert ledger(workplace).entries() == []


def test_without_a_recorded_version_nothing_is_booked(workplace: Workplace, instance: dg.DagsterInstance):
    with dg.DagsterInstance.ephemeral() as other:
        assert describe(other, names=BRANCH[:2]).success

    assert "never ran to its end" in refusal(describe(instance, names=[NAME]))
    assert ledger(workplace).entries() == []


def test_a_table_that_does_not_fit_costs_nothing(workplace: Workplace, instance: dg.DagsterInstance):
    columns = declared().columns
    wrong = [
        {**columns[0], "domain": {"categories": ["F", "M", "X"]}},
        *columns[1:2],
        {**columns[2], "nullable": False},
    ]
    narrow = [*wrong[:1], {**wrong[1], "domain": {"categories": ["0-17", "18-64"]}}, wrong[2]]

    assert "outside its domain" in refusal(describe(instance, columns=narrow))
    assert ledger(workplace).entries() == []


def test_random_mode_spends_nothing(workplace: Workplace, instance: dg.DagsterInstance):
    name = "random_visits_description"
    result = describe(instance, names=[*BRANCH[:2], name])

    assert told(result, name)["differential privacy"] == "no row is read: nothing is spent"
    assert ledger(workplace).entries() == []


def test_independent_mode_may_have_a_pure_bound_of_its_own(workplace: Workplace, instance: dg.DagsterInstance):
    name = "independent_visits_description"
    modes = {"independent": {"epsilon": 0.2, "delta": 0}}
    result = describe(instance, names=[*BRANCH[:2], name], modes=modes)

    assert told(result, name)["mechanism"] == "discrete Laplace, pure epsilon"
    assert ledger(workplace).entries()[-1].units == 20_000_000_001


def test_of_each_person_only_so_many_rows_are_described(workplace: Workplace, instance: dg.DagsterInstance):
    table = pl.concat([visits(), visits(), visits(60)])
    privacy = {**PRIVATE["privacy"], "person_column": "Patient", "max_rows_per_person": 2}
    result = describe(instance, table, privacy=privacy)
    units = workplace.warehouse.read("deidentified_visits_units", "_private")
    source = told(result, "deidentified_visits")
    made = Description.from_json(document(workplace))

    assert len(units) == workplace.warehouse.row_count("deidentified_visits")
    assert units.filter("described").group_by("person").len()["len"].max() == 2
    assert units["described"].sum() == 392
    assert source["rows beyond the most of one person, not described"] == 58
    assert told(result)["unit of privacy"] == "one person, with up to 2 rows"
    assert made.privacy is not None
    assert (made.privacy.unit, made.privacy.rows_per_unit) == ("person", 2)
    assert not set(units["person"]) & set(visits()["Patient"])


def test_small_numbers_of_left_out_rows_are_not_told(workplace: Workplace, instance: dg.DagsterInstance):
    table = pl.concat([visits(), visits(3)])
    privacy = {**PRIVATE["privacy"], "person_column": "Patient"}
    source = told(describe(instance, table, privacy=privacy), "deidentified_visits")

    assert source["rows beyond the most of one person, not described"] == "fewer than 5"
    assert workplace.warehouse.row_count("deidentified_visits") > 0


def test_without_epsilon_counts_are_of_persons(workplace: Workplace, instance: dg.DagsterInstance):
    table = pl.concat([visits(), visits()])
    result = materialise(
        table, BRANCH, instance, dataset=declared(privacy={"person_column": "Patient", "max_rows_per_person": 2})
    )
    made = Description.from_json(document(workplace))

    assert told(result)["differential privacy"].startswith("off")
    assert made.minimum_count == 10
    assert all(count == 0 or count >= 10 or count == -1 for table in made.tables for count in table.counts.ravel())


def test_the_ledger_is_an_asset_with_a_plot_and_a_check(workplace: Workplace, instance: dg.DagsterInstance):
    result = describe(instance, names=[*BRANCH, "visits_ledger"])
    shown = told(result, "visits_ledger")
    [check] = [event for event in result.get_asset_check_evaluations() if event.check_name == "ledger_intact"]

    assert shown["epsilon spent"] == pytest.approx(1.0, abs=1e-3)
    assert shown["correlated descriptions left"] >= 1
    assert shown["cumulative epsilon"].startswith("![Privacy budget]")
    assert workplace.warehouse.read("visits_ledger")["kind"].to_list() == ["open", "spend"]
    assert check.passed
    assert "All 2 rows are chained" in str(check.description)


def test_the_check_fails_on_a_row_that_was_changed(workplace: Workplace, instance: dg.DagsterInstance):
    import sqlite3  # noqa: PLC0415 - to do what nobody should

    describe(instance)
    with sqlite3.connect(workplace.folder.ledger) as connection:
        connection.execute("drop trigger no_update")
        connection.execute("update ledger set units = 1 where sequence = 2")
    faults = ledger(workplace).verify()

    assert any("row 2 was changed" in fault for fault in faults)
    assert "row 2 was changed" in refusal(describe(instance, visits(210)))


def test_a_dataset_without_epsilon_has_no_ledger():
    keys = {key.to_user_string() for asset in declared().build_defs(None).assets or [] for key in asset.keys}  # pyrefly: ignore[bad-argument-type, missing-attribute]  # the context is not used

    assert not [key for key in keys if key.endswith("_ledger")]


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"privacy": {"epsilon": 1.0}}, "asks for epsilon without a budget"),
        ({"privacy": {"epsilon": 1.0, "budget": 2.0, "max_rows_per_person": 5_000}}, "max_rows_per_person is 5000"),
        ({"modes": {"correlated": {"epsilon": 1.0, "delta": 0}}, "privacy": {"budget": 1.0}}, "delta is 0"),
    ],
)
def test_a_declaration_that_cannot_be_is_refused(changes: dict[str, Any], match: str):
    from synth_assets.errors import SynthAssetsError  # noqa: PLC0415 - beside its use

    with pytest.raises(SynthAssetsError, match=match):
        declared(**changes).dataset()


def test_epsilon_without_a_declared_domain_lists_the_columns():
    from synth_assets.errors import SynthAssetsError  # noqa: PLC0415 - beside its use

    columns = json.loads(json.dumps([dict(column) for column in declared().columns]))
    del columns[0]["domain"]
    with pytest.raises(SynthAssetsError, match="these columns declare no domain: Sex"):
        declared(columns=columns, **PRIVATE).dataset()


@pytest.mark.parametrize("written", ["1e-9", "1.0e-9", "0.000000001"])
def test_a_small_number_may_be_written_as_people_do(written: str):
    text = yaml.safe_dump({**CLINIC, "privacy": {"budget": 2.0, "epsilon": 1}}, sort_keys=False)
    text = text.replace("  epsilon: 1\n", f"  epsilon: 1\n  delta: {written}\n")

    assert SyntheticDataset.resolve_from_yaml(text).dataset().privacy.delta == 1e-9


@pytest.mark.parametrize("privacy", ["epsilon: -1", "epsilon: 0", "delta: 1.5", "budget: none", "epsilom: 1"])
def test_what_can_be_no_bound_is_refused_with_its_place(privacy: str):
    text = yaml.safe_dump(dict(CLINIC), sort_keys=False) + f"privacy: {{{privacy}}}\n"

    with pytest.raises(Exception, match=privacy.split(":", maxsplit=1)[0]):
        SyntheticDataset.resolve_from_yaml(text)


def test_pages_tell_what_epsilon_bounds_and_where_it_is_booked(workplace: Workplace, instance: dg.DagsterInstance):
    chain = [f"correlated_visits{what}" for what in ("_description", "", "_risk", "_comparison")]
    result = materialise(
        visits(1_500), ["clinic", "deidentified_visits", *chain], instance, dataset=declared(**PRIVATE)
    )
    assert result.success
    comparison, description = (
        (workplace.folder.reports / f"correlated_visits_{page}.html").read_text(encoding="utf-8")
        for page in ("comparison", "description")
    )

    assert "Differential privacy: epsilon 1, delta 1e-06, for one row" in comparison
    assert "from a belief of 50 % they get no further than 73.2%, but for a chance of 1e-06" in comparison
    assert "they are not covered by epsilon, and stay inside" in comparison
    assert "Booked as row 2 of the ledger of visits: epsilon 1 spent in all by then." in comparison
    assert "What a belief of 50% can become" in description
    assert "nearly 100%" in description
    assert "Booked as row 2 of the ledger of visits" in description
