"""The worked example on a real table that a package ships: it is off, and it works where it is switched on."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest
import yaml

from synth_assets.components.resources import Workplace
from synth_assets_tests.components.test_new import made, run, upto

FILE = Path(__file__).parents[2] / "synth_assets" / "defs" / "health_insurance" / "defs.yaml"
NAME = "health_insurance"


def attributes(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever YAML may hold
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))["attributes"] | changes


def test_it_is_off():
    assert attributes()["enabled"] is False


@pytest.mark.skipif(
    find_spec("statsmodels") is None, reason="statsmodels is not installed (pip install -e '.[example]')"
)
def test_switched_on_it_keeps_mixed_types_and_missing_values(workplace: Workplace, instance: dg.DagsterInstance):
    result = run(made(attributes(enabled=True)), instance, *upto(NAME))
    original, table = (workplace.warehouse.read(name) for name in (f"deidentified_{NAME}", f"correlated_{NAME}"))
    units = workplace.warehouse.read(f"deidentified_{NAME}_units", "_private")

    assert result.success
    assert len(original) == 20_190
    assert units["person"].n_unique() <= 5_912
    assert units.filter("described")["person"].is_duplicated().sum() == 0
    assert table.columns == original.columns
    assert len(table) == units["described"].sum()
    described = original.filter(units["described"])
    share = abs(table["ghindx"].null_count() - described["ghindx"].null_count()) / len(table)
    assert share < 4 * (0.25 / len(table)) ** 0.5
    assert (table["income"] % 1 == 0).all()
    assert table["num"].max() == 8
    assert set(table["site"]) == {"Dayton", "Seattle", "Fitchburg", "Franklin", "Charleston", "Georgetown"}
    assert table.schema["educdec"] == pl.Float64
