"""The code location as the UI sees it: exact keys, edges and words. Nothing is run here but Dagster's own commands."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import dagster as dg
import pytest
from syrupy.assertion import SnapshotAssertion

from synth_assets.definitions import defs
from synth_assets_tests.docs.commands import Documented

ROOT = Path(__file__).parents[1]
MODES = ("random", "independent", "correlated")
PARENTS: Mapping[str, set[str]] = {
    "london_postcodes": set(),
    "mock_ae": {"london_postcodes"},
    "deidentified_ae": {"mock_ae", "london_postcodes"},
    **{f"{mode}_ae_description": {"deidentified_ae"} for mode in MODES},
    **{f"{mode}_ae": {f"{mode}_ae_description"} for mode in MODES},
    **{f"{mode}_ae_comparison": {f"{mode}_ae", "deidentified_ae", f"{mode}_ae_risk"} for mode in MODES},
    "ae_comparison": {f"{mode}_ae_{what}" for mode in MODES for what in ("comparison", "risk")},
    "anonymised_ae": {"deidentified_ae"},
    **{f"{mode}_ae_risk": {f"{mode}_ae", "deidentified_ae"} for mode in MODES},
    "ae_release": {f"{mode}_ae{what}" for mode in MODES for what in ("", "_description", "_risk")},
}
CHECKS = {
    ("london_postcodes", "postcodes_well_formed"),
    ("london_postcodes", "postcodes_in_use_have_lsoa_and_imd"),
    ("london_postcodes", "postcodes_are_real"),
    ("mock_ae", "schema_and_ranges"),
    ("mock_ae", "health_service_ids_are_test_numbers"),
    ("deidentified_ae", "no_direct_identifier"),
    ("deidentified_ae", "no_row_lost_without_reason"),
    ("deidentified_ae", "minimum_k_anonymity"),
    *((f"{mode}_ae", "matches_schema_and_domain") for mode in MODES),
    ("random_ae_comparison", "correlation_absent"),
    ("independent_ae_comparison", "correlation_absent"),
    ("correlated_ae_comparison", "correlation_preserved"),
    *(("anonymised_ae", rule) for rule in ("minimum_k", "minimum_l", "most_suppressed")),
    *((f"{mode}_ae_risk", rule) for mode in MODES for rule in ("attack_risk", "copy_risk")),
    *(("ae_release", check) for check in ("evidence_passes", "no_difference_tells", "within_caps")),
}
BLOCKING = {
    ("london_postcodes", "postcodes_well_formed"),
    ("mock_ae", "schema_and_ranges"),
    ("mock_ae", "health_service_ids_are_test_numbers"),
    ("deidentified_ae", "no_direct_identifier"),
    ("deidentified_ae", "no_row_lost_without_reason"),
    *((f"{mode}_ae", "matches_schema_and_domain") for mode in MODES),
    *(("anonymised_ae", rule) for rule in ("minimum_k", "minimum_l", "most_suppressed")),
    *(("ae_release", check) for check in ("evidence_passes", "no_difference_tells", "within_caps")),
}
GROUPS = {
    "source": {"london_postcodes", "mock_ae"},
    "protected": {"deidentified_ae", "anonymised_ae"},
    "descriptions": {f"{mode}_ae_description" for mode in MODES},
    "synthetic": {f"{mode}_ae" for mode in MODES},
    "releases": {"ae_release"},
    "reports": {"ae_comparison", *(f"{mode}_ae_{what}" for mode in MODES for what in ("comparison", "risk"))},
}


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    return defs()


@pytest.fixture(scope="module")
def specs(definitions: dg.Definitions) -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}


def test_asset_keys_and_edges_are_exactly_those_of_the_design(specs: dict[str, dg.AssetSpec]):
    edges = {name: {dep.asset_key.to_user_string() for dep in spec.deps} for name, spec in specs.items()}

    assert edges == PARENTS


@pytest.mark.parametrize("mode", MODES)
def test_a_synthetic_table_has_one_parent_its_description(definitions: dg.Definitions, mode: str):
    node = definitions.resolve_asset_graph().get(dg.AssetKey(f"{mode}_ae"))
    check_inputs = node.assets_def.node_def.input_dict

    assert node.parent_keys == {dg.AssetKey(f"{mode}_ae_description")}
    assert list(check_inputs) == ["description"]


def test_check_keys_are_exactly_those_of_the_design(definitions: dg.Definitions):
    keys = {(key.asset_key.to_user_string(), key.name) for key in definitions.resolve_asset_graph().asset_check_keys}

    assert keys == CHECKS


def test_what_must_stop_the_run_blocks_and_what_warns_does_not(definitions: dg.Definitions):
    graph = definitions.resolve_asset_graph()
    checks = {key: graph.get_check_spec(key) for key in graph.asset_check_keys}
    blocking = {(key.asset_key.to_user_string(), key.name) for key, spec in checks.items() if spec.blocking}

    assert blocking == BLOCKING
    assert all(spec.description for spec in checks.values())


@pytest.mark.parametrize("mode", MODES)
def test_the_check_of_a_synthetic_table_reads_its_description_and_no_original(definitions: dg.Definitions, mode: str):
    checks = definitions.get_repository_def().asset_checks_defs_by_key
    check = checks[dg.AssetCheckKey(dg.AssetKey(f"{mode}_ae"), "matches_schema_and_domain")]

    assert {key.to_user_string() for key in check.keys_by_input_name.values()} == {
        f"{mode}_ae",
        f"{mode}_ae_description",
    }


def test_groups(specs: dict[str, dg.AssetSpec]):
    groups: dict[str, set[str]] = {}
    for name, spec in specs.items():
        groups.setdefault(str(spec.group_name), set()).add(name)

    assert groups == GROUPS


@pytest.mark.parametrize("name", sorted(PARENTS))
def test_every_asset_says_who_what_and_where(specs: dict[str, dg.AssetSpec], name: str):
    spec = specs[name]
    schema = spec.metadata["dagster/column_schema"]
    references = spec.metadata["dagster/code_references"].code_references
    files = [Path(reference.file_path) for reference in references]

    assert list(spec.owners) == ["team:data-stewards"]
    assert {"python", "duckdb"} < set(spec.kinds)
    assert len(spec.description or "") > 30
    assert schema.columns
    assert [column.name for column in schema.columns if not column.description] == []
    assert len({column.name for column in schema.columns}) == len(schema.columns)
    assert all(file.is_file() and file.is_relative_to(ROOT / "synth_assets") for file in files)
    assert any(file.suffix == ".py" for file in files)


def test_columns_of_the_deidentified_table_are_the_tutorials_in_order(specs: dict[str, dg.AssetSpec]):
    columns = [column.name for column in specs["deidentified_ae"].metadata["dagster/column_schema"].columns]

    assert columns == [
        "Time in A&E (mins)",
        "Treatment",
        "Gender",
        "Index of Multiple Deprivation Decile",
        "Hospital ID",
        "Arrival Date",
        "Arrival hour range",
        "Age bracket",
    ]
    for mode in MODES:
        assert [column.name for column in specs[f"{mode}_ae"].metadata["dagster/column_schema"].columns] == columns


def test_only_synthetic_tables_grow_stale(specs: dict[str, dg.AssetSpec]):
    assert {name for name, spec in specs.items() if spec.freshness_policy} == GROUPS["synthetic"]


def test_what_starts_by_itself_is_off(definitions: dg.Definitions):
    repository = definitions.get_repository_def()
    schedule = repository.get_schedule_def("regenerate_ae_schedule")
    sensor = repository.get_sensor_def("new_postcode_file")

    assert len(repository.schedule_defs) == len(repository.sensor_defs) == 1
    assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED
    assert sensor.default_status == dg.DefaultSensorStatus.STOPPED
    assert (schedule.job_name, schedule.cron_schedule) == ("regenerate_ae", "0 3 * * 1")
    assert sensor.job_name == "everything"


def test_jobs_cover_what_they_say(definitions: dg.Definitions):
    everything = definitions.resolve_job_def("everything")
    regenerate = definitions.resolve_job_def("regenerate_ae")

    release = definitions.resolve_job_def("release_ae")
    made = {check for check in CHECKS if check[0] not in GROUPS["releases"]}

    assert _assets(everything) == set(PARENTS) - GROUPS["releases"]
    assert _assets(regenerate) == set(PARENTS) - GROUPS["source"] - GROUPS["releases"]
    assert _assets(release) == GROUPS["releases"]
    assert len(everything.asset_layer.asset_graph.asset_check_keys) == len(made)


@pytest.mark.parametrize("job", ["everything", "regenerate_ae"])
def test_jobs_never_reach_releases(job: str):
    @dg.asset(group_name="releases", deps=["ae_comparison", "random_ae"])
    def other_release() -> None: ...

    with_release = dg.Definitions.merge(defs(), dg.Definitions(assets=[other_release]))

    assert "other_release" in {spec.key.to_user_string() for spec in with_release.resolve_all_asset_specs()}
    assert not {"ae_release", "other_release"} & _assets(with_release.resolve_job_def(job))


def test_every_run_is_one_process(definitions: dg.Definitions):
    assert definitions.resolve_job_def("everything").executor_def.name == "in_process"


def test_run_config_sets_the_seed_and_no_folder(definitions: dg.Definitions):
    job = definitions.resolve_job_def("everything")

    assert dg.validate_run_config(job, {"resources": {"randomness": {"config": {"seed": 1}}}})
    with pytest.raises(dg.DagsterInvalidConfigError, match="folder"):
        dg.validate_run_config(job, {"resources": {"workplace": {"config": {"folder": "elsewhere"}}}})


def test_graph(definitions: dg.Definitions, specs: dict[str, dg.AssetSpec], snapshot: SnapshotAssertion):
    order = [key.to_user_string() for key in definitions.resolve_asset_graph().toposorted_asset_keys]
    told = {
        name: {
            "group": spec.group_name,
            "kinds": sorted(spec.kinds),
            "parents": sorted(dep.asset_key.to_user_string() for dep in spec.deps),
            "description": spec.description,
            "columns": {
                column.name: [column.type, column.description]
                for column in spec.metadata["dagster/column_schema"].columns
            },
        }
        for name, spec in ((name, specs[name]) for name in order)
    }

    assert order == snapshot(name="keys")
    assert told == snapshot(name="specs")


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["check", "defs"], marks=pytest.mark.documented("dg check defs")),
        pytest.param(["check", "yaml"], marks=pytest.mark.documented("dg check yaml")),
        pytest.param(["list", "defs"], marks=pytest.mark.documented("dg list defs")),
    ],
)
def test_dagsters_own_commands_accept_the_project(command: list[str], documented: Documented, tmp_path: Path):
    environment = {**os.environ, "SYNTH_ASSETS_DATA_DIR": str(tmp_path / "data"), "DAGSTER_HOME": str(tmp_path)}
    words = documented(" ".join(["dg", *command]))
    done = subprocess.run(
        [sys.executable, "-m", "dagster_dg_cli.cli", *words[1:], *["--json"] * (command[0] == "list")],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Warning" not in done.stderr
    if command[0] == "list":
        assert all(name in done.stdout for name in PARENTS)
    assert not (tmp_path / "data").exists(), "looking at definitions makes nothing on the disk"


def _assets(job: dg.JobDefinition) -> set[str]:
    return {key.to_user_string() for key in job.asset_layer.selected_asset_keys}


def test_checks_say_what_they_ask_and_not_what_they_found():
    graph = defs().get_repository_def().asset_graph
    told = {key.to_user_string(): graph.get(key).description for key in graph.asset_check_keys}
    assert told
    assert {name: said for name, said in told.items() if not str(said).startswith("Asks ")} == {}
