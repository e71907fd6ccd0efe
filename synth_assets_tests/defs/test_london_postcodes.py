"""The asset tells where its postcodes come from, and each of its checks passes and fails with its figures."""

import gzip
import shutil
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest

from synth_assets.components.resources import Randomness, Workplace
from synth_assets.defs.ae.london_postcodes import (
    london_postcodes,
    postcodes_in_use_have_lsoa_and_imd,
    postcodes_well_formed,
)
from synth_assets.defs.io_manager import WarehouseIOManager

REAL = Path(__file__).parents[2] / ".." / "shared" / "data" / "London postcodes.csv.gz"
HEADER = "Postcode,In Use?,LSOA Code,Index of Multiple Deprivation"
GOOD = f"{HEADER}\nBR1 1AA,Yes,E01000675,24305\nBR1 1AB,No,E01000676,13716\n"
RANK = "Index of Multiple Deprivation"


def directory(rows: list[tuple[str | None, bool, str | None, int | None]]) -> pl.DataFrame:
    return pl.DataFrame(
        rows,
        schema={"Postcode": pl.String, "In Use?": pl.Boolean, "LSOA Code": pl.String, RANK: pl.Int64},
        orient="row",
    )


SOUND = directory([("BR1 1AA", True, "E01000675", 24305), ("BR1 1AB", False, None, None)])


def told(check: Any) -> dict[str, Any]:  # noqa: ANN401 - a check's result or its evaluation
    return {key: value.value for key, value in check.metadata.items()}


def materialise(workplace: Workplace, **config: Any) -> dg.ExecuteInProcessResult:  # noqa: ANN401 - any config
    resources = {
        "io_manager": WarehouseIOManager(workplace.warehouse),
        "workplace": workplace,
        "randomness": Randomness(),
    }
    return dg.materialize(
        [london_postcodes, postcodes_well_formed, postcodes_in_use_have_lsoa_and_imd],
        resources=resources,
        run_config={"ops": {"london_postcodes": {"config": config}}},
        raise_on_error=False,
    )


def test_well_formed_and_listed_once_passes():
    verdict: Any = postcodes_well_formed(SOUND)

    assert verdict.passed
    assert verdict.description == "0 malformed and 0 repeated among 2 postcodes."


@pytest.mark.parametrize(
    ("postcodes", "malformed", "repeated"),
    [
        (["BR11AA", "BR1 1AB"], 1, 0),
        (["br1 1aa", "BR1 1AC", None], 3, 0),
        (["BR1 1AA", "BR1 1AA", "BR1 1AB"], 0, 1),
        (["BR1 1AA", "BR1 1AA", "BR1 1AA", "nonsense"], 1, 2),
    ],
)
def test_malformed_and_repeated_postcodes_fail(postcodes: list[str | None], malformed: int, repeated: int):
    verdict: Any = postcodes_well_formed(directory([(postcode, True, "E01000675", 1) for postcode in postcodes]))

    assert not verdict.passed
    assert verdict.severity == dg.AssetCheckSeverity.ERROR
    assert f"{malformed} malformed and {repeated} repeated" in verdict.description
    assert told(verdict) == {"malformed": malformed, "repeated": repeated, "postcodes": len(postcodes)}


def test_only_postcodes_in_use_need_an_area():
    verdict: Any = postcodes_in_use_have_lsoa_and_imd(SOUND)

    assert verdict.passed
    assert told(verdict) == {"lacking": 0, "in use": 1}


@pytest.mark.parametrize(("lsoa", "rank"), [(None, 24305), ("E01000675", None), (None, None)])
def test_a_postcode_in_use_without_area_or_rank_warns(lsoa: str | None, rank: int | None):
    lacking = pl.concat([SOUND, directory([("BR1 1AD", True, lsoa, rank)])])
    verdict: Any = postcodes_in_use_have_lsoa_and_imd(lacking)

    assert not verdict.passed
    assert verdict.severity == dg.AssetCheckSeverity.WARN
    assert str(verdict.description).startswith(
        "1 of 2 postcodes in use lack an LSOA or a rank. The decile of patients "
    )
    assert told(verdict) == {"lacking": 1, "in use": 2}


def test_a_directory_with_no_postcode_in_use_is_an_error():
    verdict: Any = postcodes_in_use_have_lsoa_and_imd(SOUND.filter(~pl.col("In Use?")))

    assert not verdict.passed
    assert verdict.severity == dg.AssetCheckSeverity.ERROR


def test_a_mock_is_labelled_and_warned_of(workplace: Workplace):
    result = materialise(workplace, mock_rows=700)
    [event] = result.asset_materializations_for_node("london_postcodes")
    verdicts = {check.check_name: check for check in result.get_asset_check_evaluations()}
    figures = told(event)

    assert result.success
    assert figures["origin"].startswith("MOCK")
    assert figures["file"] == "none"
    assert figures["postcodes"] == workplace.warehouse.row_count("london_postcodes") == 700
    assert not verdicts["postcodes_are_real"].passed
    assert verdicts["postcodes_are_real"].severity == dg.AssetCheckSeverity.WARN
    assert "Put 'London postcodes.csv' into data/input" in str(verdicts["postcodes_are_real"].description)
    assert verdicts["postcodes_well_formed"].passed
    assert verdicts["postcodes_in_use_have_lsoa_and_imd"].passed


def test_a_file_is_told_with_its_hash_and_counts_as_real(workplace: Workplace):
    path = workplace.folder.input / "London postcodes.csv"
    path.write_text(GOOD, encoding="utf-8")
    result = materialise(workplace)
    [event] = result.asset_materializations_for_node("london_postcodes")
    figures = told(event)

    assert result.success
    assert (figures["origin"], figures["file"]) == ("file", str(path))
    assert len(figures["SHA-256 of the file"]) == 64
    assert (figures["postcodes"], figures["in use"], figures["LSOAs"]) == (2, 1, 2)
    assert all(check.passed for check in result.get_asset_check_evaluations())


def test_deciles_are_national_unless_the_config_says_london(workplace: Workplace):
    (workplace.folder.input / "London postcodes.csv").write_text(GOOD, encoding="utf-8")
    deciles = {}
    for over in ("national", "london"):
        assert materialise(workplace, deciles_over=over).success
        deciles[over] = workplace.warehouse.read("london_postcodes")["Index of Multiple Deprivation Decile"].to_list()

    assert deciles["national"] == [8, 5], "24,305 and 13,716 of 32,844"
    assert deciles["london"] != deciles["national"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Postcode,In Use?\nBR1 1AA,Yes\n", "Missing columns: LSOA Code, Index of Multiple Deprivation"),
        (f"{HEADER}\nBR1 1AA,Yes,E01000675,32845\n", "outside the ranks of IMD 2019"),
        (f"{HEADER}\nBR1 1AA,Yes,E01000675,1\nBR1 1AA,Yes,E01000675,1\n", "the postcode of an earlier row (line 3"),
        ("", "is empty"),
    ],
)
def test_a_file_that_is_none_fails_with_its_faults_and_the_old_table_stands(
    workplace: Workplace, content: str, said: str
):
    path = workplace.folder.input / "London postcodes.csv"
    path.write_text(GOOD, encoding="utf-8")
    assert materialise(workplace).success
    path.write_text(content, encoding="utf-8")
    result = materialise(workplace)
    [failure] = [event for event in result.all_events if event.is_step_failure]

    assert said in str(failure.step_failure_data.error)
    assert workplace.warehouse.row_count("london_postcodes") == 2


@pytest.mark.parametrize(
    "config", [{"imd_edition": "2018"}, {"deciles_over": "paris"}, {"mock_rows": "many"}, {"path": "/etc/passwd"}]
)
def test_config_that_is_not_allowed_is_refused_before_the_run(workplace: Workplace, config: dict[str, Any]):
    with pytest.raises(dg.DagsterInvalidConfigError, match=next(iter(config))):
        materialise(workplace, **config)


@pytest.mark.parametrize("rows", [0, -1, 10**10])
def test_a_mock_of_a_size_that_cannot_be_is_refused(workplace: Workplace, rows: int):
    result = materialise(workplace, mock_rows=rows)
    [failure] = [event for event in result.all_events if event.is_job_failure]

    assert not result.all_node_events, "no step was started"
    assert "Allowed: 1 to 200,000" in str(failure.job_failure_data.error)


@pytest.mark.skipif(not REAL.exists(), reason="the real postcode file is not there (../shared/data)")
@pytest.mark.parametrize("packed", [True, False])
def test_the_real_directory_passes_every_check(workplace: Workplace, packed: bool):  # noqa: FBT001 - a parameter
    name = "London postcodes.csv.gz" if packed else "London postcodes.csv"
    with REAL.open("rb") if packed else gzip.open(REAL) as real, (workplace.folder.input / name).open("wb") as file:
        shutil.copyfileobj(real, file)
    result = materialise(workplace)
    [event] = result.asset_materializations_for_node("london_postcodes")

    assert result.success
    assert all(check.passed for check in result.get_asset_check_evaluations())
    assert (told(event)["postcodes"], told(event)["in use"], told(event)["LSOAs"]) == (326_610, 180_237, 4_835)
