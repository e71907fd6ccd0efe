"""How a fault reaches a person: Dagster prints the message, and no frames of the program below it."""

from pathlib import Path

import pytest
from dagster._utils.error import serializable_error_info_from_exc_info

from synth_assets.components.faults import Fault, FaultsError
from synth_assets.components.faults.checks import faults, refuse
from synth_assets_tests.components.faults.written import changed, write


def _wrapped(found: list[Fault]) -> None:
    """Refuse as Dagster does: in an error of its own."""
    try:
        refuse(found)
    except FaultsError as error:
        raise RuntimeError from error


def test_dagster_prints_no_stack_of_it(tmp_path: Path):
    found = faults(write(tmp_path, changed(("minimum_k: 5", "minimum_k: 1"))))
    with pytest.raises(RuntimeError) as caught:
        _wrapped(found)
    told = serializable_error_info_from_exc_info((caught.type, caught.value, caught.tb))

    assert told.cause is not None
    assert told.cause.stack == []
    assert "'minimum_k' is 1." in told.cause.message


def test_without_faults_nothing_is_refused():
    refuse([])


def test_all_faults_are_in_one_error(tmp_path: Path):
    found = faults(write(tmp_path, changed(("minimum_k: 5", "minimum_k: 1"), ("rows: 50", "rows: 0"))))

    with pytest.raises(FaultsError, match=r"^2 fault\(s\) in the YAML of datasets\.\n\n") as caught:
        refuse(found)

    assert str(caught.value).count("^") == 2
