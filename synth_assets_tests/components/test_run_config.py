"""Bad run config is refused before anything is rewritten or spent, with a sentence of its own in the run's log."""

from pathlib import Path
from typing import Any, get_args

import dagster as dg
import pytest

import synth_assets.policy
from synth_assets.components.release import ReleaseConfig
from synth_assets.components.resources import Workplace
from synth_assets.components.run_config import refuse_out_of_range
from synth_assets.definitions import defs
from synth_assets.errors import SynthAssetsError
from synth_assets_tests.components.clinic import materialise, visits

CHAIN = ["clinic", "deidentified_visits", "correlated_visits_description", "correlated_visits"]


def given(asset: str, **config: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever may be given
    return {"ops": {asset: {"config": config}}}


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (given("correlated_visits", rows=-5), "The number of synthetic rows is -5. Allowed: whole numbers from 1 to"),
        (given("correlated_visits_description", redescribe=True), "redescribe is true without a reason"),
        ({"resources": {"randomness": {"config": {"seed": -1}}}}, "The seed is -1. Allowed: whole numbers from 0 to"),
    ],
)
def test_a_run_with_bad_config_rewrites_nothing(
    workplace: Workplace, instance: dg.DagsterInstance, config: dict[str, Any], said: str
):
    assert materialise(visits(300), CHAIN, instance).success
    before = workplace.warehouse.path.read_bytes()
    result = materialise(visits(400), CHAIN, instance, run_config=config)

    assert not result.success
    assert not result.all_node_events, "no step was started"
    assert workplace.warehouse.path.read_bytes() == before
    log = [entry.user_message for entry in instance.all_logs(result.run_id) if not entry.dagster_event]
    assert any(said in line for line in log)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (given("mock_ae", rows=0), "The config of mock_ae cannot be used. A mock table of 0 rows was asked for."),
        (given("mock_ae", rows=10, patients=11), "11 patients were asked for. Allowed: 1 to 10"),
        (given("london_postcodes", mock_rows=0), "A mock postcode directory of 0 rows was asked for."),
        (given("independent_ae", rows=0), "The config of independent_ae cannot be used."),
    ],
)
def test_every_range_of_the_code_location_is_looked_at(config: dict[str, Any], said: str):
    defs()
    with pytest.raises(SynthAssetsError) as refused:
        refuse_out_of_range(config)
    assert said in str(refused.value)
    assert str(refused.value).endswith("Nothing was started, and every table stands.")


def test_config_in_range_and_that_of_others_passes():
    defs()
    refuse_out_of_range({"ops": {"random_ae": {"config": {"rows": 1}}, "theirs": {"config": {"rows": -1}}, "x": None}})
    refuse_out_of_range({})


def test_the_launchpad_offers_every_policy():
    shipped = {path.stem for path in Path(synth_assets.policy.__file__).parent.glob("*.yaml")}
    assert set(get_args(ReleaseConfig.model_fields["policy"].annotation)) == shipped
