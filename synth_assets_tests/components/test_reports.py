"""The verdicts on dependence, and what a comparison leaves: a table, files, previews."""

import re
from typing import Any

import dagster as dg
import numpy as np
import polars as pl
import pytest

from synth_assets.components.dataset import Dataset
from synth_assets.components.reports import MEASUREMENT_COLUMNS, MODE_COLUMNS, absent_verdict, preserved_verdict
from synth_assets.components.resources import Workplace
from synth_assets.measure import compare
from synth_assets.measure.dependence import Dependence, PairDependence, dependence_kept
from synth_assets.schema import MODES, Categories, Column, Schema
from synth_assets_tests.components.clinic import KEY, materialise, visits

SCHEMA = Schema(tuple(Column(name, "category", domain=Categories(("x", "y"))) for name in ("one", "two", "three")))
ROWS = 2_000


def table(seed: int, *, together: float) -> pl.DataFrame:
    """Three columns; the second is the first in a share of ``together`` of the rows, the third is on its own."""
    rng = np.random.Generator(np.random.PCG64(seed))
    one, other, three = (rng.integers(2, size=ROWS) for _ in range(3))
    two = np.where(rng.random(ROWS) < together, one, other)
    return pl.DataFrame(
        {name: pl.Series(["x", "y"])[codes] for name, codes in (("one", one), ("two", two), ("three", three))}
    )


def found(original: pl.DataFrame, synthetic: pl.DataFrame) -> Dependence | None:
    return dependence_kept(compare(original, synthetic, SCHEMA).measurements)


def told(verdict: dg.AssetCheckResult) -> dict[str, Any]:
    return {key: value.value for key, value in verdict.metadata.items()}


def test_preserved_passes_where_it_was_kept(dataset: Dataset):
    verdict = preserved_verdict(found(table(1, together=0.8), table(2, together=0.8)), dataset)

    assert verdict.passed
    assert "for one and two" in str(verdict.description)
    assert "1 of 3 pairs depend on each other in the original" in str(verdict.description)
    assert told(verdict)["limit"] == "at most 0.02"
    assert "house rule" in told(verdict)["source of the limit"]


def test_noise_is_allowed_for_but_no_more_than_three_standard_errors(dataset: Dataset):
    def pair(difference: float) -> Dependence:
        one = PairDependence("one", "two", 0.5, 0.5 + difference, original_error=0.003, synthetic_error=0.004)
        return Dependence(one, one, one, one, dependent_pairs=1, pairs=1)

    assert preserved_verdict(pair(0.0349), dataset).passed
    assert not preserved_verdict(pair(0.0351), dataset).passed
    assert not preserved_verdict(pair(-0.0351), dataset).passed
    assert absent_verdict(pair(0.0319 - 0.5), dataset).passed
    assert not absent_verdict(pair(0.0321 - 0.5), dataset).passed


@pytest.mark.parametrize(("original", "synthetic"), [(0.8, 0.0), (0.8, 0.5), (0.0, 0.8)])
def test_preserved_warns_where_it_was_lost_weakened_or_made_up(dataset: Dataset, original: float, synthetic: float):
    verdict = preserved_verdict(found(table(1, together=original), table(2, together=synthetic)), dataset)

    assert not verdict.passed
    assert verdict.severity == dg.AssetCheckSeverity.WARN
    assert "The largest change is " + ("+" if synthetic > original else "-") in str(verdict.description)
    assert told(verdict)["largest change"] > 0.02


def test_absent_passes_where_no_pair_depends(dataset: Dataset):
    verdict = absent_verdict(found(table(1, together=0.8), table(2, together=0.0)), dataset)

    assert verdict.passed
    assert "1 of 3 pairs depend on each other; this mode leaves that out" in str(verdict.description)
    assert told(verdict)["strongest"] <= 0.02


def test_absent_warns_where_one_does_although_the_original_does_as_much(dataset: Dataset):
    verdict = absent_verdict(found(table(1, together=0.8), table(2, together=0.8)), dataset)

    assert not verdict.passed
    assert verdict.severity == dg.AssetCheckSeverity.WARN
    assert "for one and two (limit 0.02 and 3 standard errors of 0.0" in str(verdict.description)
    assert told(verdict)["strongest"] > 0.3


def test_one_column_depends_on_nothing(dataset: Dataset):
    schema = Schema(SCHEMA.columns[:1])
    alone = table(1, together=0).select("one")
    nothing = dependence_kept(compare(alone, alone, schema).measurements)

    assert nothing is None
    assert preserved_verdict(nothing, dataset).passed
    assert absent_verdict(nothing, dataset).passed


def plain(result: dg.ExecuteInProcessResult, asset: str) -> dict[str, Any]:
    """What an asset told, as plain values."""
    [event] = result.asset_materializations_for_node(asset)
    return {name: value.value for name, value in event.metadata.items()}


def test_comparisons_leave_tables_figures_and_previews(workplace: Workplace, instance: dg.DagsterInstance):
    comparisons = [f"{mode}_visits_comparison" for mode in MODES]
    chain = [name for mode in MODES for name in (f"{mode}_visits_description", f"{mode}_visits")]
    risks = [f"{mode}_visits_risk" for mode in MODES]
    chosen = ["clinic", "deidentified_visits", *chain, *comparisons, *risks, "visits_comparison"]
    result = materialise(visits(1_500), chosen, instance)
    folder = workplace.folder.reports
    assert result.success

    for name in comparisons:
        told = plain(result, name)
        assert workplace.warehouse.read(name).columns == list(MEASUREMENT_COLUMNS)
        assert workplace.warehouse.row_count(name) == 3 + 3
        for figure in ("histograms", "mutual information"):
            text = told[figure]
            assert len(text) < 100_000
            assert re.fullmatch(r"!\[[^\]]+\]\(data:image/png;base64,[A-Za-z0-9+/=]+\)", text)
            assert (folder / name / f"{figure.replace(' ', '_')}.png").read_bytes().startswith(b"\x89PNG")
        assert told["report"] == str(folder / f"{name}.html")
        page = (folder / f"{name}.html").read_text(encoding="utf-8")
        assert 'href="visits_comparison.html"' in page
        assert "20190401" in page, "the seed that the table was drawn with"
        assert KEY not in page
        assert (folder / name / "column_001.svg").is_file()
        assert told["1-way"] >= 0
        assert told["1-way by sampling alone"] > 0

    across = plain(result, "visits_comparison")
    assert workplace.warehouse.read("visits_comparison").columns == list(MODE_COLUMNS)
    assert (folder / "visits_comparison" / "across_modes.png").is_file()
    assert across["across modes"].startswith("![")
    assert across["report"] == str(folder / "visits_comparison.html")
    page = (folder / "visits_comparison.html").read_text(encoding="utf-8")
    assert "not run" in page, "nobody is held out"
    assert all((folder / target).is_file() for target in re.findall(r'href="([a-z_]+\.html)"', page))
    for mode in MODES:
        name = f"{mode}_visits_description"
        assert plain(result, name)["report"] == str(folder / f"{name}.html")
    figures = {name: value for name, value in across.items() if ": " in name}
    assert set(figures) == {f"{mode}: {measure}" for mode in MODES for measure in ("1-way", "2-way", "NMI error")}
    assert figures["correlated: NMI error"] < figures["independent: NMI error"]

    verdicts = {
        check.asset_key.to_user_string(): (check.check_name, check.passed)
        for check in result.get_asset_check_evaluations()
        if check.check_name.startswith("correlation")
    }
    assert verdicts == {
        "random_visits_comparison": ("correlation_absent", True),
        "independent_visits_comparison": ("correlation_absent", True),
        "correlated_visits_comparison": ("correlation_preserved", True),
    }
