from collections.abc import Callable

import dagster as dg
import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from synth_assets.components.dataset import Dataset
from synth_assets.components.resources import Randomness, Workplace
from synth_assets.components.snapshot import synthetic_tables
from synth_assets.components.synthetic import conformity_verdict, rows_wanted
from synth_assets.describe import Description, describe
from synth_assets.errors import GenerationError, SynthAssetsError
from synth_assets.generate import SyntheticRows, generate
from synth_assets.schema import MODES, Categories, Column, Interval, Mode, Schema
from synth_assets.storage.warehouse import Warehouse
from synth_assets_tests.components.clinic import clinic, declared, materialise, visits

SCHEMA = Schema(
    (
        Column("Sex", "category", domain=Categories(("F", "M"))),
        Column("Minutes", "integer", domain=Interval(0, 99, bins=10)),
        Column("Ward", "category", domain=Categories(("1", "2")), nullable=True),
    )
)
BRANCH = ["clinic", "deidentified_visits"]


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


@pytest.fixture(scope="module")
def description() -> Description:
    table = pl.DataFrame({"Sex": ["F", "M"] * 50, "Minutes": list(range(100)), "Ward": ["1", None] * 50})
    return describe(table, SCHEMA, mode="independent")


@pytest.fixture
def table(description: Description) -> pl.DataFrame:
    return generate(description, rows=40, rng=rng())


def test_a_table_drawn_from_the_description_conforms(table: pl.DataFrame, description: Description):
    verdict = conformity_verdict(table, description)

    assert verdict.passed
    assert verdict.severity == dg.AssetCheckSeverity.ERROR
    assert verdict.description == "All 40 rows of 3 columns fit."
    assert {key: value.value for key, value in verdict.metadata.items()} == {"departures": 0, "rows": 40, "columns": 3}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda table: table.select("Minutes", "Sex", "Ward"), "the columns are Minutes, Sex, Ward and should be Sex"),
        (lambda table: table.drop("Ward"), "the columns are Sex, Minutes and should be"),
        (lambda table: table.with_columns(More=1), "the columns are Sex, Minutes, Ward, More"),
        (lambda table: table.with_columns(pl.col("Minutes").cast(pl.Float64)), "'Minutes' is Float64"),
        (lambda table: table.with_columns(Sex=pl.Series(["X"] * 2 + ["F"] * 38)), "'Sex' has 2 values outside"),
        (lambda table: table.with_columns(Minutes=pl.Series([100] + [3] * 39)), "'Minutes' has 1 values outside"),
        (lambda table: table.with_columns(Minutes=pl.Series([-1] * 40)), "'Minutes' has 40 values outside"),
        (lambda table: table.with_columns(Sex=pl.Series([None] + ["F"] * 39)), "'Sex' has 1 missing"),
    ],
)
def test_a_table_that_departs_fails_and_says_where(
    table: pl.DataFrame,
    description: Description,
    change: Callable[[pl.DataFrame], pl.DataFrame],
    said: str,
):
    verdict = conformity_verdict(change(table), description)

    assert not verdict.passed
    assert verdict.severity == dg.AssetCheckSeverity.ERROR
    assert said in str(verdict.description)
    assert verdict.metadata["departures"].value == 1


def test_every_departure_is_told(table: pl.DataFrame, description: Description):
    worse = table.with_columns(Sex=pl.lit("X"), Minutes=pl.lit(-5, pl.Int64))

    assert conformity_verdict(worse, description).metadata["departures"].value == 2


@pytest.mark.parametrize(
    ("mode", "asked", "rows"),
    [("random", None, 50), ("random", 7, 7), ("independent", None, 100), ("independent", 1, 1)],
)
def test_rows_are_those_asked_for_else_declared_else_described(
    dataset: Dataset, description: Description, mode: Mode, asked: int | None, rows: int
):
    assert rows_wanted(dataset, mode, description, asked) == rows


def test_random_mode_without_any_number_makes_ten_thousand():
    undeclared = clinic(modes={"random": {}})
    blind = describe(pl.DataFrame(schema=SCHEMA.dtypes), SCHEMA, mode="random")

    assert blind.rows is None
    assert rows_wanted(undeclared, "random", blind, None) == 10_000


@pytest.mark.parametrize("asked", [0, -1, 10**10])
def test_rows_out_of_range_are_refused(dataset: Dataset, description: Description, asked: int):
    with pytest.raises(GenerationError, match=rf"synthetic rows is {asked}. Allowed"):
        rows_wanted(dataset, "independent", description, asked)


def test_assets_and_regenerations_never_share_a_stream():
    draws = {
        (name, number): Randomness(seed=5, regeneration=number).rng(name).integers(2**62)
        for name in ("random_ae", "independent_ae", "correlated_ae", "mock_ae")
        for number in (0, 1, 2)
    }

    assert len(set(draws.values())) == len(draws)
    assert Randomness(seed=5).rng("random_ae").integers(2**62) == draws["random_ae", 0]
    assert Randomness(seed=6).rng("random_ae").integers(2**62) != draws["random_ae", 0]


def test_the_stream_is_the_one_that_the_design_writes_down():
    place = 0x8322917A  # the first four bytes of SHA-256 of "random_ae"
    sequence = np.random.SeedSequence(20190401, spawn_key=(place, 3))
    expected = np.random.Generator(np.random.PCG64(sequence)).integers(2**62, size=4)

    assert Randomness(regeneration=3).rng("random_ae").integers(2**62, size=4).tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("randomness", "message"),
    [
        ({"seed": -1}, "The seed is -1. Allowed: whole numbers from 0"),
        ({"seed": 2**63}, "The seed is 9223372036854775808"),
        ({"regeneration": -1}, "The regeneration number is -1"),
        ({"regeneration": 2**32}, "The regeneration number is 4294967296"),
    ],
)
def test_numbers_that_cannot_seed_a_stream_are_refused(randomness: dict[str, int], message: str):
    with pytest.raises(SynthAssetsError, match=message):
        Randomness(**randomness).rng("random_ae")


def test_every_mode_is_drawn_checked_and_told(workplace: Workplace, instance: dg.DagsterInstance):
    names = [f"{mode}_visits" for mode in MODES]
    config = {"resources": {"randomness": {"config": {"seed": 11, "regeneration": 2}}}}
    chosen = [*BRANCH, *names, *(f"{name}_description" for name in names)]
    result = materialise(visits(), chosen, instance, run_config=config)
    [event] = result.asset_materializations_for_node("correlated_visits")
    told = {key: value.value for key, value in event.metadata.items()}
    checks = {check.asset_key.to_user_string(): check.passed for check in result.get_asset_check_evaluations()}

    assert result.success
    assert (told["mode"], told["rows"], told["seed"], told["regeneration"]) == ("correlated", 196, "11", 2)
    assert told["dagster/row_count"] == 196
    assert str(told["preview (synthetic rows)"]).startswith("| Sex | Age band | Ward ID |")
    assert {name: workplace.warehouse.row_count(name) for name in names} == {
        "random_visits": 50,
        "independent_visits": 196,
        "correlated_visits": 196,
    }
    assert all(checks[name] for name in names)


def test_a_synthetic_table_needs_nothing_but_its_description(workplace: Workplace, instance: dg.DagsterInstance):
    chosen = [*BRANCH, "independent_visits_description", "independent_visits"]
    assert materialise(visits(), chosen, instance).success
    first = workplace.warehouse.read("independent_visits")
    for lost in BRANCH:
        workplace.warehouse.write(lost, pl.DataFrame({"gone": []}))

    assert materialise(visits(), ["independent_visits"], instance).success
    assert_frame_equal(workplace.warehouse.read("independent_visits"), first)


def test_the_snapshot_holds_the_synthetic_tables_and_no_other(workplace: Workplace, instance: dg.DagsterInstance):
    chosen = [*BRANCH, "random_visits_description", "random_visits"]
    assert materialise(visits(), chosen, instance).success
    workplace.warehouse.write("random_visits_comparison", pl.DataFrame({"a": [1]}))
    workplace.warehouse.write("random_notes", pl.DataFrame({"a": [1]}))
    snapshot = Warehouse(workplace.folder.snapshot)

    assert synthetic_tables(workplace.warehouse, {"random_visits", "correlated_visits"}) == ["random_visits"]
    assert synthetic_tables(workplace.warehouse, {"clinic"}) == []
    assert [(table.name, table.rows) for table in snapshot.tables()] == [("random_visits", 50)]
    assert_frame_equal(snapshot.read("random_visits"), workplace.warehouse.read("random_visits"))


def test_a_failed_drawing_leaves_table_and_snapshot_as_they_were(workplace: Workplace, instance: dg.DagsterInstance):
    chosen = [*BRANCH, "random_visits_description", "random_visits"]
    assert materialise(visits(), chosen, instance).success
    before = workplace.warehouse.read("random_visits")
    config = {"ops": {"random_visits": {"config": {"rows": 0}}}}

    assert not materialise(visits(), ["random_visits"], instance, run_config=config).success
    assert_frame_equal(workplace.warehouse.read("random_visits"), before)
    assert_frame_equal(Warehouse(workplace.folder.snapshot).read("random_visits"), before)


RULED = {
    "constraints": [
        {"forbidden": {"Sex": "F", "Age band": ["65+", "0-17"]}},
        {"determined": "Ward ID", "by": "Age band"},
    ],
    "modes": {
        "correlated": {
            "max_parents": 2,
            "network": {"forbid": [["Ward ID", "Age band"]], "order": [["Age band", "Sex"]]},
        }
    },
}


def test_constraints_and_rules_for_the_network_hold_from_yaml_to_table(
    workplace: Workplace, instance: dg.DagsterInstance
):
    table = visits(2_000).filter((pl.col("Sex") != "F") | pl.col("Age").is_between(18, 64))
    names = [*BRANCH, "correlated_visits_description", "correlated_visits"]
    config = {"ops": {"correlated_visits": {"config": {"rows": 5_000}}}}
    result = materialise(table, names, instance, dataset=declared(**RULED), run_config=config)
    checks = {check.asset_key.to_user_string(): check for check in result.get_asset_check_evaluations()}
    drawn = workplace.warehouse.read("correlated_visits")
    made = Description.from_json(workplace.warehouse.read("correlated_visits_description").item())

    assert result.success
    assert checks["correlated_visits"].passed
    assert drawn.filter((pl.col("Sex") == "F") & (pl.col("Age band") != "18-64")).is_empty()
    assert drawn.group_by("Age band").agg(pl.col("Ward ID").n_unique())["Ward ID"].to_list() == [1, 1, 1]
    edges = {(edge.parent, edge.child) for edge in made.edges}
    assert not {("Ward ID", "Age band"), ("Sex", "Age band")} & edges


def test_an_original_that_breaks_a_constraint_fails_and_says_so(workplace: Workplace, instance: dg.DagsterInstance):
    names = [*BRANCH, "correlated_visits_description"]
    result = materialise(visits(), names, instance, dataset=declared(**RULED))
    [event] = [event for event in result.all_events if event.is_step_failure]

    assert "never Sex = F with Age band = 65+ or 0-17' is broken in" in str(event.step_failure_data.error)
    assert not workplace.warehouse.exists("correlated_visits_description")


def test_a_synthetic_table_is_drawn_written_and_checked_in_batches(
    workplace: Workplace, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
):
    names = ["random_visits_description", "random_visits"]
    assert materialise(visits(), [*BRANCH, *names], instance).success
    read = Warehouse.read

    def read_others(warehouse: Warehouse, name: str, schema: str = "main") -> pl.DataFrame:
        return pytest.fail("read whole") if name == "random_visits" else read(warehouse, name, schema)

    config = {"ops": {"random_visits": {"config": {"rows": 300_000}}}}
    with monkeypatch.context() as patched:
        patched.setattr(SyntheticRows, "read", lambda _: pytest.fail("drawn whole"))
        patched.setattr(Warehouse, "read", read_others)
        result = materialise(visits(), names[1:], instance, run_config=config)
    description = Description.from_json(workplace.warehouse.read(names[0]).item())

    assert result.success
    [event] = result.asset_materializations_for_node("random_visits")
    told = {key: value.value for key, value in event.metadata.items()}
    drawn = generate(description, rows=300_000, rng=Randomness().rng("random_visits"))
    assert_frame_equal(workplace.warehouse.read("random_visits"), drawn)
    assert (told["rows"], told["dagster/row_count"]) == (300_000, 300_000)
    assert float(str(told["seconds"])) > 0
    assert [row.split(" | ")[0].strip("| ") for row in str(told["preview (synthetic rows)"]).splitlines()[2:]] == drawn[
        "Sex"
    ].head(5).to_list()
