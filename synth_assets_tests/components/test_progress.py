"""Long work says how far it is, and what is in the run's log is of no row."""

import dagster as dg
import polars as pl
import pytest

from synth_assets.components import progress
from synth_assets.components.progress import Watched
from synth_assets.components.resources import Workplace
from synth_assets.frames import BATCH_ROWS
from synth_assets_tests.components.clinic import declared, materialise, visits


def test_a_table_says_how_far_it_is_and_changes_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(progress, "EVERY_S", 0)
    table = pl.DataFrame({"x": range(2 * BATCH_ROWS + 7)})
    lines: list[str] = []
    watched = Watched(table, "Reading", lines.append, of=len(table))

    assert watched.rows == len(table)
    assert pl.concat(watched.batches()).equals(table)
    assert lines[0] == "Reading: 131,072 of 262,151 rows"
    assert lines[-1] == "Reading: 262,151 of 262,151 rows"


def test_short_work_says_nothing():
    lines: list[str] = []
    list(Watched(pl.DataFrame({"x": [1]}), "Reading", lines.append).batches())
    assert lines == []


def test_the_log_of_a_run_tells_what_goes_on(
    workplace: Workplace, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(progress, "EVERY_S", 0)
    assert workplace.folder.root
    chain = [
        "deidentified_visits",
        *(f"correlated_visits{what}" for what in ("_description", "", "_risk", "_comparison")),
    ]
    result = materialise(visits(1_500), ["clinic", *chain], instance, dataset=declared(hold_out=0.2))
    assert result.success
    said = [entry.user_message for entry in instance.all_logs(result.run_id) if not entry.dagster_event]

    for line in (
        "De-identifying: 1,500 rows",
        "Describing 1,470 rows in correlated mode",
        "Attacking: singling out",
        "Attacking: copies",
        "Measuring what the table is good for",
        "Drawing figures and the page",
    ):
        assert line in said
    assert any(line.startswith("Drawing: ") for line in said)
    assert any(line.startswith("Described in ") for line in said)
    assert not any(f"P{number}" in " ".join(said) for number in range(100, 1_500))
