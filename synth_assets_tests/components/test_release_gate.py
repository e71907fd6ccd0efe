"""The gate: what is clean is released, and every planted defect keeps everything in."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np
import polars as pl
import pytest

from synth_assets.components import evidence
from synth_assets.components.evidence import Candidate
from synth_assets.components.resources import Workplace
from synth_assets.defs.results import told_of
from synth_assets.describe import Description
from synth_assets.errors import SchemaError
from synth_assets.generate import generate
from synth_assets.release import Verdict
from synth_assets.release.kept import turn_at
from synth_assets.release.withdraw import releases, withdraw
from synth_assets.storage.turn import turn
from synth_assets_tests.components.clinic import CLINIC, KEY, declared, definitions, materialise

CLEAN_RUNS = int(os.environ.get("SYNTH_ASSETS_CLEAN_RUNS", "3"))
"""In full: 30."""

MODES = {"modes": {"independent": {}, "correlated": {"max_parents": 1}}}
CHAIN = ["clinic", "deidentified_visits"]
COUNTING = [f"{mode}_visits{what}" for mode in ("independent", "correlated") for what in ("_description", "")]
TABLE, DOCUMENT = "correlated_visits", "correlated_visits_description"


def people(rows: int = 900, seed: int = 1) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    ages = rng.integers(0, 90, rows)
    ward = np.where(rng.random(rows) < 0.8, np.digitize(ages, [18, 65]), rng.integers(0, 3, rows))
    return pl.DataFrame(
        {
            "Patient": [f"P{place}" for place in range(rows)],
            "Sex": rng.choice(["F", "M"], rows),
            "Age": ages,
            "Ward": np.array(["North", "East", "South"])[ward],
        }
    )


@dataclass(frozen=True)
class Site:
    """A data folder, its Dagster, and what is declared."""

    workplace: Workplace
    instance: dg.DagsterInstance
    changes: dict[str, Any]

    def make(self, names: Sequence[str], table: pl.DataFrame | None = None, **config: Any) -> dg.ExecuteInProcessResult:  # noqa: ANN401 - run config
        source = people() if table is None else table
        run_config = {"ops": {"visits_release": {"config": config}}} if config else None
        dataset = declared(**{**MODES, "hold_out": 0.2, **self.changes})
        return materialise(source, names, self.instance, dataset=dataset, run_config=run_config)

    def release(self, **config: Any) -> dg.ExecuteInProcessResult:  # noqa: ANN401 - run config
        return self.make(["visits_release"], **config)

    def read(self, name: str = TABLE) -> pl.DataFrame:
        return self.workplace.warehouse.read(name)

    def write(self, table: pl.DataFrame, name: str = TABLE) -> None:
        self.workplace.warehouse.write(name, table)

    @property
    def released(self) -> list[Path]:
        return [one.path for one in releases(self.workplace.folder.published, "visits")]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which everything is made but the release."""
    root = tmp_path_factory.mktemp("prepared")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYNTH_ASSETS_DATA_DIR", str(root / "data"))
        patch.setenv("SYNTH_ASSETS_KEY", KEY)
        (root / "home").mkdir()
        with dg.DagsterInstance.local_temp(str(root / "home")) as instance:
            assert Site(Workplace(), instance, {}).make([*CHAIN, *COUNTING]).success
    return root


@pytest.fixture
def site(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    shutil.copytree(prepared, tmp_path / "site")
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path / "site" / "data"))
    monkeypatch.setenv("SYNTH_ASSETS_KEY", KEY)
    with dg.DagsterInstance.local_temp(str(tmp_path / "site" / "home")) as instance:
        yield Site(Workplace(), instance, {})


def refused(result: dg.ExecuteInProcessResult) -> str:
    assert not result.success
    failures = [event for event in result.all_events if event.is_step_failure]
    return " ".join(str(failure.step_failure_data.error) for failure in failures)


# What is clean is released.


def test_what_passed_is_released_with_its_evidence(site: Site):
    result = site.release()
    [path] = site.released
    [event] = result.asset_materializations_for_node("visits_release")
    told = {key: value.value for key, value in event.metadata.items()}
    names = sorted(file.name for file in path.iterdir())

    assert result.success
    assert "correlated_visits.parquet" in names
    assert "independent_visits.parquet" not in names
    assert json.loads((path / "manifest.json").read_text())["policy"] == "internal"
    assert len(str(told["manifest digest (SHA-256)"])) == 64
    assert not site.read("visits_release").filter(verdict="not passed").height
    assert Path(str(told["figure"])).exists()
    assert "data:image/png" in str(told["at a glance"])
    assert {check.check_name for check in result.get_asset_check_evaluations() if check.passed} >= {
        "evidence_passes",
        "no_difference_tells",
        "within_caps",
    }


@pytest.mark.parametrize("seed", range(CLEAN_RUNS))
def test_clean_runs_raise_no_alarm(workplace: Workplace, instance: dg.DagsterInstance, seed: int):
    site = Site(workplace, instance, {})

    assert site.make([*CHAIN, *COUNTING], people(seed=seed + 100)).success
    assert site.release().success


def test_a_run_is_asked_for_its_own_release(site: Site):
    runs = [site.release(), site.release()]
    asked = [told_of(site.instance, run.run_id, dg.AssetKey("visits_release")) for run in runs]
    mark = [hashlib.sha256((path / "manifest.json").read_bytes()).hexdigest() for path in site.released]

    assert len(set(mark)) == len(runs)
    assert {told["released to"]: told["manifest digest (SHA-256)"] for told in asked} == dict(
        zip(map(str, site.released), mark, strict=True)
    )
    assert told_of(site.instance, runs[0].run_id, dg.AssetKey("other")) == {}


def test_the_other_mode_may_be_asked_for(site: Site):
    assert site.release(mode="independent").success
    assert (site.released[0] / "independent_visits.parquet").exists()


# Every planted defect keeps everything in.


def copied_rows(site: Site) -> None:
    original = site.read("deidentified_visits")
    table = site.read()
    site.write(pl.concat([original.head(len(table) // 20), table.slice(len(table) // 20)]))


def one_real_row(site: Site) -> None:
    table, original = site.read(), site.read("deidentified_visits")
    other = next(place for place in range(len(original)) if original.row(place) != table.row(-1))
    site.write(pl.concat([table.head(-1), original[other]]))


def a_row_more(site: Site) -> None:
    site.write(pl.concat([site.read(), site.read().head(1)]))


def another_order(site: Site) -> None:
    site.write(site.read().reverse())


def swapped_columns(site: Site) -> None:
    site.write(site.read().rename({"Age band": "Ward ID", "Ward ID": "Age band"}).select(site.read().columns))


def columns_in_another_order(site: Site) -> None:
    site.write(site.read().select(reversed(site.read().columns)))


def a_column_renamed(site: Site) -> None:
    site.write(site.read().rename({"Sex": "Gender"}))


def a_value_outside(site: Site) -> None:
    site.write(site.read().with_columns(Sex=pl.when(pl.int_range(pl.len()) == 3).then(pl.lit("X")).otherwise("Sex")))


def an_nhs_number(site: Site) -> None:
    place = pl.int_range(pl.len()) == 3
    site.write(site.read().with_columns(Sex=pl.when(place).then(pl.lit("999 000 0018")).otherwise("Sex")))


def a_missing_value(site: Site) -> None:
    site.write(site.read().with_columns(Sex=pl.when(pl.int_range(pl.len()) > 3).then("Sex")))


def the_other_modes_rows(site: Site) -> None:
    site.write(site.read("independent_visits"))


def a_seed_that_is_another_modes(site: Site) -> None:
    from synth_assets.components.resources import Randomness  # noqa: PLC0415 - only here

    description = Description.from_json(site.read(DOCUMENT).item())
    site.write(generate(description, rng=Randomness().rng("independent_visits")))


def the_other_modes_description(site: Site) -> None:
    site.write(site.read("independent_visits_description"), DOCUMENT)


def a_count_in_the_description(site: Site) -> None:
    document = json.loads(site.read(DOCUMENT).item())
    document["provenance"]["note"] = "changed by hand"
    site.write(pl.DataFrame({"document": [json.dumps(document)]}), DOCUMENT)


def a_small_count_in_the_description(site: Site) -> None:
    document = json.loads(site.read(DOCUMENT).item())
    document["tables"][0]["counts"][0][0] = 2
    site.write(pl.DataFrame({"document": [json.dumps(document)]}), DOCUMENT)


def a_description_that_is_none(site: Site) -> None:
    site.write(pl.DataFrame({"document": ["{}"]}), DOCUMENT)


def a_table_that_is_gone(site: Site) -> None:
    site.write(pl.DataFrame({"nothing": [1]}))


def other_data_since(site: Site) -> None:
    assert site.make(CHAIN, people(910)).success


def a_table_without_its_check(site: Site) -> None:
    job = _definitions(site).get_repository_def().get_job("__ASSET_JOB")
    result = job.get_subset(asset_selection={dg.AssetKey(TABLE)}, asset_check_selection=set())
    assert result.execute_in_process(instance=site.instance).success


def a_forged_check(site: Site) -> None:
    a_value_outside(site)
    site.instance.report_runless_asset_event(
        dg.AssetCheckEvaluation(dg.AssetKey(TABLE), "matches_schema_and_domain", passed=True, metadata={})
    )


def _definitions(site: Site) -> dg.Definitions:
    from synth_assets_tests.components.clinic import definitions  # noqa: PLC0415 - only here

    return definitions(people(), declared(**{**MODES, "hold_out": 0.2, **site.changes}))


DEFECTS = [
    (copied_rows, "NOT the same"),
    (one_real_row, "NOT the same"),
    (a_row_more, "NOT the same"),
    (another_order, "NOT the same"),
    (swapped_columns, "outside"),
    (columns_in_another_order, "the columns are"),
    (a_column_renamed, "the columns are"),
    (a_value_outside, "outside"),
    (an_nhs_number, "NHS number|outside"),
    (a_missing_value, "missing"),
    (the_other_modes_rows, "NOT the same"),
    (a_seed_that_is_another_modes, "NOT the same"),
    (the_other_modes_description, "is NOT the one that was made|mode"),
    (a_count_in_the_description, "is NOT the one that was made"),
    (a_small_count_in_the_description, "contradicts itself"),
    (a_description_that_is_none, "contradicts itself"),
    (a_table_that_is_gone, "columns are"),
    (other_data_since, "is NOT of the data"),
    (a_table_without_its_check, "never ran to its end|older than the data"),
    (a_forged_check, "reported from outside"),
]


@pytest.mark.parametrize(("plant", "match"), DEFECTS, ids=lambda part: getattr(part, "__name__", ""))
def test_a_planted_defect_keeps_everything_in(site: Site, plant: Callable[[Site], None], match: str):
    import re  # noqa: PLC0415 - only here

    plant(site)
    said = refused(site.release(mode="correlated"))

    assert re.search(match, said), said[-1_500:]
    assert site.released == []


def test_where_nothing_passes_what_goes_by_what_passed_says_that_it_was_not_run(site: Site):
    a_value_outside(site)
    result = site.release()
    verdicts = {check.check_name: check for check in result.get_asset_check_evaluations()}

    for name in ("no_difference_tells", "within_caps"):
        assert not verdicts[name].passed
        assert verdicts[name].severity == dg.AssetCheckSeverity.WARN
        assert str(verdicts[name].description).startswith("Not run: no mode may be released (see evidence_passes)")
    assert "Not run" not in refused(result)


@pytest.mark.parametrize(
    ("changes", "config", "match"),
    [
        ({"unreviewed": ["role of Ward ID"]}, {}, "nobody has reviewed: role of Ward ID"),
        ({}, {"policy": "public_release"}, "No count of fewer than 5 persons is told"),
        ({}, {"policy": "nhs_small_numbers"}, "at least 8"),
        ({"minimum_count": 4}, {}, "asks for at least 5"),
    ],
)
def test_a_declaration_or_policy_that_does_not_allow_it_keeps_everything_in(
    site: Site, changes: dict[str, Any], config: dict[str, Any], match: str
):
    stricter = Site(site.workplace, site.instance, changes)
    if "minimum_count" in changes:
        with pytest.raises(Exception, match=match):
            stricter.release(**config)
    else:
        assert match in refused(stricter.release(**config))
    assert site.released == []


def test_a_policy_that_there_is_not_starts_nothing(site: Site):
    with pytest.raises(dg.DagsterInvalidConfigError, match=r"'public_release'.* got lenient"):
        site.release(policy="lenient")
    assert site.released == []


def test_without_a_hold_out_nothing_is_released(workplace: Workplace, instance: dg.DagsterInstance):
    site = Site(workplace, instance, {"hold_out": 0})

    assert site.make([*CHAIN, *COUNTING]).success
    assert "nobody is held out" in refused(site.release())
    assert site.released == []


def test_a_release_that_differs_by_one_person_is_refused(site: Site):
    assert site.release().success
    more = pl.concat(
        [people(), people(905, seed=1).tail(5).with_columns(Ward=pl.lit("North"), Age=pl.lit(3, pl.Int64))]
    )
    assert site.make([*CHAIN, *COUNTING], more).success

    assert "differ from what is or was out by so little" in refused(site.release())
    assert len(site.released) == 1


def test_the_same_data_in_the_other_mode_are_refused_even_where_the_first_is_withdrawn(site: Site):
    assert site.release().success
    assert "in another mode" in refused(site.release(mode="independent"))
    [first] = site.released
    folder = site.workplace.folder
    withdraw(folder.published, "visits", first.name, "a rehearsal", datetime.now(UTC), folder.released)

    assert "or were until withdrawn" in refused(site.release(mode="independent"))
    assert site.release(mode="correlated").success


def test_counts_of_a_withdrawn_release_are_compared(site: Site):
    assert site.release().success
    [first], folder = site.released, site.workplace.folder
    withdraw(folder.published, "visits", first.name, "a rehearsal", datetime.now(UTC), folder.released)
    more = pl.concat(
        [people(), people(905, seed=1).tail(5).with_columns(Ward=pl.lit("North"), Age=pl.lit(3, pl.Int64))]
    )
    assert site.make([*CHAIN, *COUNTING], more).success
    assert "differ from what is or was out by so little" in refused(site.release())

    shutil.rmtree(folder.released)
    assert "Put it back from a backup" in refused(site.release())
    assert site.released == [first]


def test_a_private_release_needs_its_ledger(workplace: Workplace, instance: dg.DagsterInstance):
    private = {"privacy": {"epsilon": 1.0, "delta": 1e-6, "budget": 4.0}, "hold_out": 0}
    site = Site(workplace, instance, private)
    assert site.make([*CHAIN, *COUNTING]).success
    kept = {file: file.read_bytes() for file in workplace.folder.state.glob("ledger*")}
    for file in kept:
        file.unlink()

    assert "ledger_booked" in refused(site.release())
    for file, content in kept.items():
        file.write_bytes(content)
    assert site.release().success
    card = (site.released[0] / "README.md").read_text(encoding="utf-8")
    assert "epsilon" in card
    assert "attack_risk" not in card


@pytest.mark.parametrize(
    ("hierarchy", "minimum_k", "said"),
    [
        ({}, 500, "What would reach it: "),
        ({}, 5_000, "k is 5000, but the table has 900 rows"),
        ({"tree": [{"F": "any sex"}]}, 5, "column 'Sex' does not cover 1 of its values at level 1"),
    ],
)
def test_a_hierarchy_or_k_that_cannot_be_writes_nothing_and_says_why(
    workplace: Workplace, instance: dg.DagsterInstance, hierarchy: dict[str, Any], minimum_k: int, said: str
):
    columns = [
        {**CLINIC["columns"][0], "hierarchy": hierarchy},
        {**CLINIC["columns"][1], "hierarchy": {}},
        CLINIC["columns"][2],
    ]
    site = Site(workplace, instance, {"columns": columns, "minimum_k": minimum_k})
    result = site.make([*CHAIN, "anonymised_visits"])
    [check] = [one for one in result.get_asset_check_evaluations() if one.check_name == "minimum_k"]

    assert "Nothing was written" in refused(result)
    assert not check.passed
    assert said in str(check.description)
    assert not workplace.warehouse.exists("anonymised_visits")


def test_a_release_may_start_from_the_anonymised_table(workplace: Workplace, instance: dg.DagsterInstance):
    columns = [
        {**CLINIC["columns"][0], "hierarchy": "any"},
        {**CLINIC["columns"][1], "hierarchy": "any"},
        CLINIC["columns"][2],
    ]
    site = Site(workplace, instance, {"columns": columns, "start_from": "anonymised", "minimum_k": 160})
    assert site.make([*CHAIN, "anonymised_visits", *COUNTING]).success

    assert site.release().success
    assert "minimum_k" in site.read("visits_release")["check"].to_list()


# What other processes do meanwhile.


def test_rows_that_are_swapped_while_they_are_judged_do_not_leave(site: Site, monkeypatch: pytest.MonkeyPatch):
    drawn, judge = site.read(), Candidate.verdicts

    def swapped(candidate: Candidate) -> Iterator[Verdict]:
        for place, verdict in enumerate(judge(candidate)):
            if place == 1:
                one_real_row(site)
            yield verdict

    monkeypatch.setattr(Candidate, "verdicts", swapped)
    assert site.release(mode="correlated").success
    [path] = site.released
    assert not site.read().equals(drawn)
    assert pl.read_parquet(path / "correlated_visits.parquet").equals(drawn)
    assert pl.read_csv(path / "correlated_visits.csv", infer_schema=False).rows() == drawn.rows()
    assert not list((site.workplace.folder.root / "spool").iterdir())


def test_the_data_that_are_attacked_are_those_described(site: Site, monkeypatch: pytest.MonkeyPatch):
    attack, current, seen = evidence.measure_risk, Candidate._current, []

    def watched(*arguments: Any) -> Any:  # noqa: ANN401 - passed on
        seen.append(arguments[2].collect())
        return attack(*arguments)

    def swapped(candidate: Candidate) -> Iterator[Verdict]:
        yield from current(candidate)
        site.write(before.reverse(), "deidentified_visits")

    before = site.read("deidentified_visits")
    monkeypatch.setattr(evidence, "measure_risk", watched)
    monkeypatch.setattr(Candidate, "_current", swapped)
    assert site.release().success
    assert seen[0].equals(before)


def test_one_release_at_a_time(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNTH_ASSETS_LOCK_TIMEOUT_S", "0")
    with turn(turn_at(site.workplace.folder.released, "visits"), "release"):
        assert "another process has been at it" in refused(site.release())
    assert site.released == []


def test_what_a_killed_release_left_is_deleted_by_the_next(site: Site):
    folder = site.workplace.folder
    left = [
        folder.published / "visits" / ".2026-11-26T1300Z-3f2a.0123456789abcdef.tmp",
        folder.root / "spool" / ".visits_release.0123456789abcdef.tmp",
    ]
    for hidden in left:
        hidden.mkdir(parents=True)
        (hidden / "correlated_visits.parquet").write_text("rows")
    assert site.release().success
    assert not [hidden for hidden in left if hidden.exists()]
    assert len(site.released) == 1


# What is declared, and what was told before.


@pytest.mark.parametrize(
    "changes",
    [
        {"privacy": {"epsilon": 1.0, "delta": 1e-6, "budget": 4.0}, "hold_out": 0},
        {"modes": {"independent": {}, "correlated": {"max_parents": 2}}},
    ],
)
def test_what_is_declared_since_needs_a_new_run(site: Site, changes: dict[str, Any]):
    changed = Site(site.workplace, site.instance, changes)
    assert "is NOT made with the schema and settings that are declared now" in refused(changed.release())
    assert site.released == []


def test_other_parents_are_another_way_to_tell_the_same(site: Site):
    assert site.release().success
    changed = Site(site.workplace, site.instance, {"modes": {"independent": {}, "correlated": {"max_parents": 0}}})
    assert changed.make(COUNTING).success
    assert "The same data are out already" in refused(changed.release())
    assert len(site.released) == 1


def test_a_release_that_was_moved_away_is_missed(site: Site):
    assert site.release().success
    [path], folder = site.released, site.workplace.folder
    shutil.rmtree(folder.published)
    assert "is gone. What it told stays told" in refused(site.release())
    shutil.move(folder.released, folder.root / "away")
    assert "Nor is its record in" in refused(site.release())

    shutil.rmtree(folder.released)
    shutil.move(folder.root / "away", folder.released)
    withdraw(folder.published, "visits", path.name, "lost", datetime.now(UTC), folder.released)
    assert "The same data are out already" in refused(site.release(mode="independent"))
    assert site.release().success


# On a schedule.


def scheduled(site: Site, **changes: Any) -> dg.ExecuteInProcessResult:  # noqa: ANN401 - whatever YAML may hold
    made = declared(**{**MODES, "hold_out": 0.2, "schedule": "0 3 * * 1", "release_on_schedule": True, **changes})
    job = definitions(people(), made).resolve_job_def("regenerate_visits")
    return job.execute_in_process(
        instance=site.instance,
        run_config={"resources": {"randomness": {"config": {"regeneration": 1}}}},
        raise_on_error=False,
    )


def test_a_scheduled_run_releases_the_table_that_it_drew(site: Site):
    assert scheduled(site).success
    [path] = site.released
    assert pl.read_parquet(path / "correlated_visits.parquet").equals(site.read())


def test_a_scheduled_run_that_may_not_release_says_why_and_keeps_the_table(site: Site):
    before = site.read()
    assert "guesses that nobody has reviewed: the roles" in refused(scheduled(site, unreviewed=["the roles"]))
    assert not site.released
    assert not site.read().equals(before)


def test_without_being_asked_a_scheduled_run_releases_nothing(site: Site):
    assert scheduled(site, release_on_schedule=False).success
    assert not site.released


def test_release_on_schedule_takes_a_schedule():
    with pytest.raises(SchemaError, match="has release_on_schedule, but no schedule"):
        declared(release_on_schedule=True).dataset()


# Evidence that is too weak is no pass.

TINY = 0.004


def verdicts_of(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    return {one.check_name: one for one in result.get_asset_check_evaluations()}


def test_a_hold_out_of_a_few_persons_is_no_evidence(workplace: Workplace, instance: dg.DagsterInstance):
    site = Site(workplace, instance, {"hold_out": TINY})
    made = site.make([*CHAIN, *COUNTING, "correlated_visits_risk"])
    checks = verdicts_of(made)

    assert made.success
    assert not checks["attack_risk"].passed
    assert not checks["copy_risk"].passed
    for check in ("attack_risk", "copy_risk"):
        told = str(checks[check].metadata["not tried"].value)
        assert "100 persons held out" in told
    assert "linkability" in str(checks["attack_risk"].description)
    said = refused(site.release())
    assert "Too few persons are held out" in said
    assert "copies (tried fewer than 20 times)" in said
    assert site.released == []


def test_a_release_without_enough_evidence_says_what_is_not_excluded(site: Site):
    """Of 180 held-out rows the limits are too wide for any policy, and no attack finds anything."""
    result = site.release()
    [path] = site.released
    card, manifest = (path / "README.md").read_text("utf-8"), json.loads((path / "manifest.json").read_text())
    told = site.read("visits_release").filter(pl.col("check") == "copy_risk")

    assert "not excluded: an excess of up to 0." in card
    assert "**Not excluded** is no pass" in card
    assert any(one.startswith("copy_risk: an excess of up to") for one in manifest["not_excluded"][TABLE])
    assert told["passed"].to_list() == [False]
    assert told["verdict"].item().startswith("not excluded")
    assert "Not excluded, correlated: " in str(verdicts_of(result)["evidence_passes"].description)
    done = subprocess.run([sys.executable, path / "verify.py"], capture_output=True, text=True, check=True)
    assert f"{TABLE}: not excluded, says the publisher: " in done.stdout


@pytest.mark.parametrize("policy", ["public_release", "ons_10_5", "nhs_small_numbers", "ema_0070"])
def test_without_enough_evidence_nothing_leaves_the_house(
    workplace: Workplace, instance: dg.DagsterInstance, policy: str
):
    site = Site(workplace, instance, {"policy": "public_release", "minimum_count": 12, "round_to": 5})
    assert site.make([*CHAIN, *COUNTING], people(2_500)).success

    said = refused(site.release(policy=policy))
    assert "most_not_excluded" in said
    assert "minimum_count" not in said
    assert site.released == []


def test_no_description_leaves_leave_one_out_untried_by_name(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("synth_assets.components.risks.stored_description", lambda *_: None)
    checks = verdicts_of(site.make(["correlated_visits_risk"]))

    assert "membership by leave one out (no description is given)" in str(checks["attack_risk"].description)


# Random mode reads domains that nobody declared.

OPEN = [{**CLINIC["columns"][0], "domain": None, "domain_source": "data"}, *CLINIC["columns"][1:]]
RANDOM = {"columns": OPEN, "modes": {"random": {"rows": 400}}}
RANDOM_CHAIN = [*CHAIN, "random_visits_description", "random_visits"]


def test_a_random_domain_from_data_is_judged_as_counts_are(workplace: Workplace, instance: dg.DagsterInstance):
    site = Site(workplace, instance, RANDOM)
    assert site.make(RANDOM_CHAIN).success

    said = refused(site.release(policy="ons_10_5"))
    assert "no value of fewer than 5 persons is named" in said
    assert site.released == []
    assert site.release().success
    checks = site.read("visits_release")["check"].to_list()
    assert {"minimum_count", "attack_risk", "copy_risk", "description_is_current", "least_held_out"} <= set(checks)
    card = (site.released[0] / "README.md").read_text("utf-8")
    assert "The domains of Sex were read from the original" in card
    assert "no row was read" not in card.lower()


def test_a_random_domain_from_data_needs_a_hold_out_and_a_declared_one_none(
    workplace: Workplace, instance: dg.DagsterInstance
):
    site = Site(workplace, instance, {**RANDOM, "hold_out": 0})
    assert site.make(RANDOM_CHAIN).success
    assert "nobody is held out" in refused(site.release())

    declared_site = Site(workplace, instance, {"modes": RANDOM["modes"], "hold_out": 0})
    assert declared_site.make(RANDOM_CHAIN).success
    assert declared_site.release().success
    assert "attack_risk" not in site.read("visits_release")["check"].to_list()


def test_a_random_domain_from_other_data_is_old(workplace: Workplace, instance: dg.DagsterInstance):
    site = Site(workplace, instance, RANDOM)
    assert site.make(RANDOM_CHAIN).success
    assert site.make(CHAIN, people(910)).success

    assert "is NOT of the data" in refused(site.release())


# What is reported from outside a run counts for nothing, neither for nor against.


@pytest.mark.parametrize("asset", [TABLE, DOCUMENT, "deidentified_visits"])
def test_a_materialisation_reported_from_outside_a_run_stops_no_release(site: Site, asset: str):
    for _ in range(30):
        forged = {"document hash": "forged", "seed": "1", "rows": 3, "regeneration": 9}
        site.instance.report_runless_asset_event(dg.AssetMaterialization(asset, metadata=forged))

    assert site.release().success
    assert len(site.released) == 1
