"""What Dagster's history tells of earlier drawings, and that pages do not tell of attacks on another drawing."""

import re

import dagster as dg
import polars as pl

from synth_assets.components.clauses import attack_lines, risk_clauses
from synth_assets.components.dataset import Dataset
from synth_assets.components.drift import drawings
from synth_assets.components.history import is_of_present
from synth_assets.components.regeneration import run_config
from synth_assets.components.resources import Workplace
from synth_assets_tests.components.clinic import clinic, declared, materialise, visits

PROTECTED = ["clinic", "deidentified_visits", "correlated_visits_description"]
DRAWN = ["correlated_visits"]
LOOKED_AT = ["correlated_visits_risk", "correlated_visits_comparison"]


def told(found: pl.DataFrame) -> list[tuple]:
    return found.filter(measure="tvd_2").select("drawing", "regeneration", "changed").rows()


def test_each_drawing_is_told_once_and_a_changed_original_is_noticed(
    workplace: Workplace, instance: dg.DagsterInstance
):
    dataset = clinic(hold_out=0.2)
    page = workplace.folder.reports / "correlated_visits_comparison.html"

    def run(rows: int, chosen: list[str], number: int) -> None:
        assert materialise(
            visits(rows), chosen, instance, dataset=declared(hold_out=0.2), run_config=run_config(regeneration=number)
        ).success

    run(1_500, [*PROTECTED, *DRAWN, *LOOKED_AT], 0)
    assert "Drawn once so far." in page.read_text(encoding="utf-8")
    run(1_500, [*DRAWN, *LOOKED_AT], 1)
    run(1_500, LOOKED_AT, 1)
    assert told(drawings(instance, dataset, "correlated")) == [(1, 0, None), (2, 1, False)]
    assert "2 drawings" in page.read_text(encoding="utf-8")
    run(1_400, [*PROTECTED, *DRAWN, *LOOKED_AT], 2)
    found = drawings(instance, dataset, "correlated")
    assert told(found) == [(1, 0, None), (2, 1, False), (3, 2, True)]
    assert found.filter(measure="tvd_2")["value"].is_between(0, 1).all()
    text = page.read_text(encoding="utf-8")
    assert "the original changed once" in text
    assert re.search(r"Every drawing that was compared", text)


def test_attacks_on_an_earlier_drawing_are_not_told_of_this_one(workplace: Workplace, instance: dg.DagsterInstance):
    dataset = clinic(hold_out=0.2)
    assert materialise(
        visits(1_500), [*PROTECTED, *DRAWN, LOOKED_AT[0]], instance, dataset=declared(hold_out=0.2)
    ).success
    risks = workplace.warehouse.read("correlated_visits_risk")
    assert outcomes(instance, dataset, risks) != ["not run", "not run"]
    lines = attack_lines(instance, dataset, "correlated", risks)
    for clause in risk_clauses(instance, dataset, "correlated", risks):
        assert clause.lower is not None
        assert (clause.lower, clause.upper) in {(one.lower, one.upper) for one in lines if one.limit == clause.limit}
    assert is_of_present(instance, "correlated_visits_risk", "correlated_visits", dataset.original)

    assert materialise(
        visits(1_500), DRAWN, instance, dataset=declared(hold_out=0.2), run_config=run_config(regeneration=1)
    ).success
    assert outcomes(instance, dataset, risks) == ["not run", "not run"]
    [attack, _] = risk_clauses(instance, dataset, "correlated", risks)
    assert "another drawing of correlated_visits" in attack.sentence
    assert "Materialise correlated_visits_risk again" in attack.sentence
    assert attack_lines(instance, dataset, "correlated", risks) == []


def outcomes(instance: dg.DagsterInstance, dataset: Dataset, risks: pl.DataFrame) -> list[str]:
    return [one.outcome for one in risk_clauses(instance, dataset, "correlated", risks)]
