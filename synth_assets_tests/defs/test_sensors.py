"""The sensor asks for one run per new or changed postcode file."""

import os
from typing import Any

import dagster as dg
import pytest

from synth_assets.components.resources import Workplace
from synth_assets.defs.sensors import new_postcode_file, state_of_files


def look(workplace: Workplace, cursor: str | None) -> dg.SensorResult | dg.SkipReason:
    context = dg.build_sensor_context(cursor=cursor)
    result: Any = new_postcode_file(context, workplace=workplace)
    return result


def test_without_a_file_it_waits(workplace: Workplace):
    result = look(workplace, None)

    assert isinstance(result, dg.SkipReason)
    assert "There is no London postcodes.csv or London postcodes.csv.gz" in str(result.skip_message)


@pytest.mark.parametrize("name", ["London postcodes.csv", "London postcodes.csv.gz"])
def test_a_new_file_asks_for_one_run(workplace: Workplace, name: str):
    (workplace.folder.input / name).write_text("Postcode\n", encoding="utf-8")
    first = look(workplace, None)

    assert isinstance(first, dg.SensorResult)
    [request] = first.run_requests or []
    assert request.run_key == first.cursor == state_of_files(workplace)
    again = look(workplace, first.cursor)
    assert isinstance(again, dg.SkipReason)
    assert "seen last" in str(again.skip_message)


def test_a_changed_file_asks_again_with_another_key(workplace: Workplace):
    path = workplace.folder.input / "London postcodes.csv"
    path.write_text("Postcode\n", encoding="utf-8")
    first = look(workplace, None)
    assert isinstance(first, dg.SensorResult)
    path.write_text("Postcode\nBR1 1AA\n", encoding="utf-8")
    longer = look(workplace, first.cursor)
    assert isinstance(longer, dg.SensorResult)
    os.utime(path, ns=(1, 1))
    touched = look(workplace, longer.cursor)
    assert isinstance(touched, dg.SensorResult)

    keys = [result.run_requests[0].run_key for result in (first, longer, touched) if result.run_requests]
    assert len(set(keys)) == 3


def test_a_file_that_goes_away_is_no_new_file(workplace: Workplace):
    path = workplace.folder.input / "London postcodes.csv"
    path.write_text("Postcode\n", encoding="utf-8")
    first = look(workplace, None)
    assert isinstance(first, dg.SensorResult)
    path.unlink()

    assert isinstance(look(workplace, first.cursor), dg.SkipReason)


def test_other_files_are_none_of_its_business(workplace: Workplace):
    (workplace.folder.input / "Paris postcodes.csv").write_text("Postcode\n", encoding="utf-8")

    assert isinstance(look(workplace, None), dg.SkipReason)
