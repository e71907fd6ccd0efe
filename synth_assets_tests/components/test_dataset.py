"""Bad configuration is refused while definitions load, with a message that says what is allowed."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest
from dagster.components.resolved.errors import ResolutionException
from pydantic import ValidationError

from synth_assets.components.dataset import Dataset
from synth_assets.components.resources import Workplace
from synth_assets.describe import NetworkRules
from synth_assets.errors import DescriptionError, ProtectionError, SchemaError, SourceError, SynthAssetsError
from synth_assets.policy import Rule
from synth_assets.schema import Categories, Mode
from synth_assets_tests.components.clinic import CLINIC, KEY, WARDS, clinic, declared, definitions, visits


def with_domain(domain: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever YAML may hold
    return {"columns": [*CLINIC["columns"][:2], {**CLINIC["columns"][2], "domain": domain}]}


@pytest.mark.parametrize(
    "name",
    ["random_ae", "independent_x", "correlated", "random", "ae_description", "x_comparison", "x_risk", "x_release"],
)
def test_names_that_would_clash_with_other_assets_are_refused(name: str):
    with pytest.raises(SchemaError, match=rf"cannot be called '{name}'.*not starting with a mode"):
        clinic(name=name)


@pytest.mark.parametrize("name", ["Visits", "1st", "a b", "é", "a-b", ""])
def test_names_that_are_no_asset_names_are_refused(name: str):
    with pytest.raises(SchemaError, match="small letters, digits and _"):
        clinic(name=name)


@pytest.mark.parametrize("name", ["adult", "randomised_trial", "a1", "correlated2"])
def test_other_names_are_fine(name: str):
    assert clinic(name=name).deidentified == f"deidentified_{name}"


@pytest.mark.parametrize("limit", ["minimum_count", "minimum_k"])
def test_limits_below_the_policy_are_refused_and_higher_ones_are_not(limit: str):
    with pytest.raises(
        SchemaError, match=rf"sets {limit} to 4. Policy 'internal' asks for at least 5 \(.*may only ask"
    ):
        clinic(**{limit: 4})
    assert getattr(clinic(**{limit: 5}), limit) == 5
    assert getattr(clinic(**{limit: 11}), limit) == 11


def test_counts_are_exact_where_the_policy_lets_them_and_nobody_says_otherwise():
    assert clinic().round_to == 1
    assert clinic(round_to=5).round_to == 5
    policy = replace(clinic().policy, round_to=Rule("round_to", 5, "a source"))
    with pytest.raises(SchemaError, match=r"sets round_to to 1\. Policy 'internal' asks for at least 5 \(a source\)"):
        replace(clinic(), policy=policy)


def test_a_policy_that_there_is_not_is_refused():
    with pytest.raises(SynthAssetsError, match=r"no policy 'strict'\. Allowed: ema_0070, internal"):
        clinic(policy="strict")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"quasi_identifiers": ["Sex", "Height"]}, r"Quasi-identifier\(s\) Height are not declared.*Allowed: Sex, Age"),
        ({"quasi_identifiers": []}, "has no quasi-identifier"),
        ({"modes": {}}, "names no mode.*random, independent, correlated"),
        ({"columns": []}, "at least one column"),
        ({"columns": [{"name": "Sex", "type": "words"}]}, "words"),
        ({"columns": [{"name": "Sex", "type": "category", "colour": "red"}]}, "colour"),
        ({"columns": [CLINIC["columns"][0]] * 2}, "more than once: Sex"),
        (with_domain({"categories_from": "wards"}), r"'Ward ID' refers to 'wards'. Allowed: \[reference file's name"),
        (with_domain({"categories_from": ["beds", "Bed"]}), "list 'beds'.*Allowed: wards"),
        (with_domain({"pseudonyms_from": "Bed"}), "No step of dataset 'visits' makes pseudonyms called 'Bed'"),
        (with_domain({"minimum": 3, "maximum": 1}), "domain of column 'Ward ID'"),
        (with_domain({"categories": []}), "at least one"),
        ({"reference_files": {}}, "list 'wards'.*none is declared"),
    ],
)
def test_what_contradicts_itself_is_refused(changes: dict[str, Any], message: str):
    with pytest.raises(SchemaError, match=message):
        clinic(**changes)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"forbidden": {"Sex": "F", "Height": "1"}}, "no column 'Height'. Allowed: Sex, Age band, Ward ID"),
        ({"forbidden": {"Sex": "X", "Age band": "65+"}}, "gives 'Sex' the value 'X'. Allowed: F, M, null"),
        ({"forbid": {"Sex": "F"}}, "Allowed: 'forbidden: {column: value"),
        ({"ordered": ["Sex", "Age band"]}, "names 'Sex', of type category"),
        ({"determined": "Sex", "by": ["Sex"]}, "a column decides itself"),
    ],
)
def test_constraints_that_cannot_be_are_refused(rule: dict[str, Any], message: str):
    with pytest.raises(SchemaError, match=re.escape(message)):
        clinic(constraints=[rule])


@pytest.mark.parametrize(
    ("network", "message"),
    [
        ({"force": [["Sex", "Height"]]}, "column(s) 'Height' are not in the table"),
        ({"force": [["Sex"]]}, "each entry of force must be a list [parent, child]"),
        ({"force": [["Sex", "Age band"], ["Ward ID", "Age band"]]}, "max_parents is 1"),
        ({"network": {"Sex": ["Age band"], "Age band": ["Sex"]}}, "form a cycle"),
        ({"network": {}, "force": [["Sex", "Age band"]]}, "network and force are both given"),
    ],
)
def test_rules_for_a_network_that_cannot_be_are_refused(network: dict[str, Any], message: str):
    with pytest.raises(DescriptionError, match=re.escape(message)):
        clinic(modes={"correlated": {"network": network}})


def test_constraints_and_rules_are_taken_as_they_are_written(workplace: Workplace):
    (workplace.folder.input / "wards.csv").write_text("Ward\nNorth\n", encoding="utf-8")
    rule = {"forbidden": {"Sex": "F", "Age band": ["0-17", None]}}
    made = clinic(constraints=[rule], modes={"correlated": {"network": {"force": [["Sex", "Age band"]]}}})
    rules = NetworkRules(force=(("Sex", "Age band"),))

    assert [held.to_dict() for held in made.schema(workplace.folder.input, workplace.key).constraints] == [
        {"forbidden": {"Sex": ["F"], "Age band": ["0-17", None]}}
    ]
    assert made.network("correlated") == rules
    assert clinic().network("correlated") is None


def test_text_in_quotes_stays_text_and_templates_are_filled_in(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WORDS", "from the register")
    column = {**CLINIC["columns"][2], "domain": {"categories": ["1", "2", "None"]}, "description": "{{ env.WORDS }}"}
    rule = {"forbidden": {"Sex": "F", "Ward ID": "1"}}
    made = clinic(columns=[*CLINIC["columns"][:2], column], constraints=[rule])

    assert made.columns[2]["domain"] == {"categories": ["1", "2", "None"]}
    assert made.columns[2]["description"] == "from the register"
    assert made.constraints == (rule,)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ({"step": "shuffle", "reason": "x"}, "no step 'shuffle'. Allowed: drop, look_up"),
        ({"reason": "x"}, "no step None"),
        ({"step": "drop", "columns": ["Patient"]}, "lacks reason"),
        ({"step": "drop", "columns": ["Patient"], "reason": ""}, "lacks reason"),
        ({"step": "drop", "columns": ["Patient"], "reason": "x", "why": "y"}, r"unknown setting\(s\) why"),
    ],
)
def test_unknown_steps_and_settings_are_refused(step: dict[str, Any], message: str):
    with pytest.raises(ProtectionError, match=message):
        clinic(steps=[*CLINIC["steps"], step])


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"frequency": 3}, "frequency"),
        ({"minimum_k": "many"}, "minimum_k"),
        ({"modes": {"telepathic": {}}}, "telepathic"),
        ({"modes": {"random": {"rows": 0}}}, "rows"),
        ({"modes": {"random": {"rows": "many"}}}, "rows"),
        ({"modes": {"random": {"max_parents": 1}}}, "max_parents"),
        ({"modes": {"correlated": {"max_parents": 5}}}, "max_parents"),
        ({"modes": {"correlated": {"network": {"forced": []}}}}, "forced"),
        ({"modes": {"correlated": {"network": {"force": [[1, 2]]}}}}, "force"),
        ({"modes": {"random": {"network": {}}}}, "network"),
        ({"constraints": ["Sex"]}, "constraints"),
        ({"constraints": {"ordered": ["Sex"]}}, "constraints"),
        ({"columns": ["Sex"]}, "columns"),
        ({"title": 7}, "title"),
    ],
)
def test_unknown_keys_and_wrong_types_are_refused_with_their_place(changes: dict[str, Any], place: str):
    with pytest.raises((ValidationError, ResolutionException), match=place):
        declared(**changes)


@pytest.mark.parametrize("schedule", ["every monday", "* * *", "61 * * * *"])
def test_a_schedule_that_is_no_cron_is_refused(schedule: str):
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="cron"):
        declared(schedule=schedule).build_defs(None)  # pyrefly: ignore[bad-argument-type]  # the context is not used


@pytest.mark.usefixtures("workplace")
def test_without_a_schedule_nothing_is_scheduled_and_nothing_grows_stale():
    made = definitions(visits())

    assert list(made.schedules or ()) == []
    assert [job.name for job in made.jobs or ()] == ["regenerate_visits", "release_visits"]
    assert all(spec.freshness_policy is None for spec in made.resolve_all_asset_specs())


@pytest.mark.usefixtures("workplace")
def test_only_the_modes_that_are_named_are_made():
    made = definitions(visits(), declared(modes={"independent": {}}))
    names = {spec.key.to_user_string() for spec in made.resolve_all_asset_specs()}

    assert names == {
        "clinic",
        "deidentified_visits",
        "independent_visits_description",
        "independent_visits",
        "independent_visits_comparison",
        "independent_visits_risk",
        "visits_release",
        "visits_comparison",
    }


def test_domains_that_refer_to_lists_are_looked_up(dataset: Dataset, tmp_path: Path):
    (tmp_path / "wards.csv").write_text("Ward\nNorth\nSouth\nEast\n", encoding="utf-8")
    schema = dataset.schema(tmp_path, KEY.encode())
    domain = schema["Ward ID"].domain
    listed = clinic(**with_domain({"categories_from": ["wards", "Ward"]})).schema(tmp_path, KEY.encode())

    assert isinstance(domain, Categories)
    assert len(domain.values) == len(WARDS)
    assert list(domain.values) == sorted(domain.values), "the order must not tell which ward is which"
    assert all(len(value) == 6 and value.isdigit() for value in domain.values)
    assert listed["Ward ID"].domain == Categories(WARDS)


def test_the_domain_of_pseudonyms_follows_the_key(dataset: Dataset, tmp_path: Path):
    (tmp_path / "wards.csv").write_text("Ward\nNorth\nSouth\nEast\n", encoding="utf-8")
    one, two = (dataset.schema(tmp_path, key)["Ward ID"].domain for key in (b"a" * 32, b"b" * 32))

    assert one != two


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "'wards' cannot be read from .*wards.csv: No such file"),
        (b"", "'wards' cannot be read"),
        (b"Ward\n\xff\xfe\n", "'wards' cannot be read.*UTF-8"),
    ],
)
def test_a_reference_file_that_cannot_be_read_is_named(
    dataset: Dataset, tmp_path: Path, content: bytes | None, message: str
):
    if content is not None:
        (tmp_path / "wards.csv").write_bytes(content)
    with pytest.raises(SourceError, match=message):
        dataset.schema(tmp_path, KEY.encode())


def test_a_reference_file_without_the_column_is_named(dataset: Dataset, tmp_path: Path):
    (tmp_path / "wards.csv").write_text("Name\nNorth\n", encoding="utf-8")
    with pytest.raises(ProtectionError, match=r"'wards' has no column Ward\. It has: Name"):
        dataset.schema(tmp_path, KEY.encode())


def test_the_fingerprint_follows_what_a_description_depends_on(dataset: Dataset, workplace: Workplace):
    (workplace.folder.input / "wards.csv").write_text("Ward\nNorth\n", encoding="utf-8")
    schema = dataset.schema(workplace.folder.input, workplace.key)
    first = dataset.fingerprint(schema, "correlated")
    modes = CLINIC["modes"]
    fewer = clinic(modes={**modes, "correlated": {"max_parents": 0}})
    more_rows = clinic(modes={**modes, "correlated": {"max_parents": 1, "rows": 7}})

    assert first == clinic(minimum_k=9).fingerprint(schema, "correlated")
    assert first == more_rows.fingerprint(schema, "correlated"), "rows are generated, not described"
    assert len({first, dataset.fingerprint(schema, "independent"), fewer.fingerprint(schema, "correlated")}) == 3
    assert first != clinic(minimum_count=6).fingerprint(schema, "correlated")
    assert first != clinic(round_to=5).fingerprint(schema, "correlated")


def test_the_fingerprint_follows_constraints_and_the_rules_for_the_network(dataset: Dataset, workplace: Workplace):
    (workplace.folder.input / "wards.csv").write_text("Ward\nNorth\n", encoding="utf-8")

    def printed(mode: Mode = "correlated", **changes: Any) -> str:  # noqa: ANN401 - whatever YAML may hold
        made = clinic(**changes)
        return made.fingerprint(made.schema(workplace.folder.input, workplace.key), mode)

    def ruled(**network: Any) -> str:  # noqa: ANN401 - as above
        return printed(modes={"correlated": {"network": network}})

    first = dataset.fingerprint(dataset.schema(workplace.folder.input, workplace.key), "correlated")
    rules = [{"forbidden": {"Sex": "F", "Age band": "65+"}}, {"determined": "Ward ID", "by": ["Age band"]}]
    assert ruled() == ruled(force=[]) == first
    assert ruled(network={"Sex": [], "Age band": ["Sex"]}) == ruled(network={"Age band": ["Sex"]})
    assert (
        len(
            {
                first,
                printed(constraints=rules),
                printed(constraints=rules[:1]),
                ruled(force=[["Sex", "Age band"]]),
                ruled(forbid=[["Sex", "Age band"]]),
                ruled(network={"Age band": ["Sex"]}),
            }
        )
        == 6
    )
    assert printed("random") != printed("random", constraints=rules)


def test_given_tables_come_beside_the_files(dataset: Dataset, tmp_path: Path):
    (tmp_path / "wards.csv").write_text("Ward\nNorth\n", encoding="utf-8")
    tools = dataset.tools(tmp_path, KEY.encode(), {"towns": pl.DataFrame({"Town": ["Ely"]})})

    assert tools.reference("wards", "Ward")["Ward"].to_list() == ["North"]
    assert tools.reference("towns", "Town")["Town"].to_list() == ["Ely"]
