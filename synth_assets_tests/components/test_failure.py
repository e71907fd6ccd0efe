import dagster as dg
import polars as pl
import pytest

from synth_assets.components.failure import advice, say_what_to_do
from synth_assets.components.resources import Workplace
from synth_assets.errors import SourceError
from synth_assets_tests.components.clinic import declared, materialise, visits


def test_advice_says_what_stands_and_what_to_do():
    text = advice("mock_ae", SourceError("The file is empty. Fetch it again."))

    assert text.startswith("mock_ae failed and wrote no table: what it made before stands")
    assert text.endswith("re-run from this step: The file is empty. Fetch it again.")


def test_advice_after_a_failure_of_dagsters_kind_is_its_sentence():
    assert advice("x", dg.Failure("Nothing was written.")).endswith("re-run from this step: Nothing was written.")


def test_advice_after_an_error_that_nobody_foresaw():
    assert "not foreseen: read it above" in advice("x", None)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SourceError("No file."), "re-run from this step: No file."),
        (dg.Failure("Refused."), "re-run from this step: Refused."),
        (ZeroDivisionError("division"), "not foreseen"),
    ],
)
def test_the_hook_logs_the_advice_once(instance: dg.DagsterInstance, error: Exception, said: str):
    @dg.asset(hooks={say_what_to_do})
    def fails() -> None:
        raise error

    job = dg.define_asset_job("all", hooks={say_what_to_do})
    made = dg.Definitions(assets=[fails], jobs=[job], executor=dg.in_process_executor).resolve_job_def("all")
    result = made.execute_in_process(instance=instance, raise_on_error=False)
    logged = [entry.user_message for entry in instance.all_logs(result.run_id) if int(entry.level) >= 40]
    advised = [text for text in logged if "wrote no table: what it made before stands" in text]

    assert len(advised) == 1
    assert said in advised[0]


def test_assets_say_it_when_they_are_made_by_hand(workplace: Workplace, instance: dg.DagsterInstance):
    del workplace
    result = materialise(visits().drop("Ward"), ["clinic", "deidentified_visits"], instance)
    logged = " ".join(entry.user_message for entry in instance.all_logs(result.run_id))

    assert not result.success
    assert "deidentified_visits failed and wrote no table" in logged
    assert "has no column Ward" in logged


def test_a_missing_upstream_is_named(workplace: Workplace, instance: dg.DagsterInstance):
    workplace.warehouse.write("something", pl.DataFrame({"a": [1]}))
    result = materialise(visits(), ["random_visits"], instance, dataset=declared())
    logged = " ".join(entry.user_message for entry in instance.all_logs(result.run_id))

    assert not result.success
    assert "There is no table 'random_visits_description'" in logged
    assert "Materialise the asset 'random_visits_description' first" in logged
