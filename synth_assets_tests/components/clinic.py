"""A second dataset, small enough to read: visits to a clinic. It shows that any table joins with one YAML file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import yaml

from synth_assets.components import SyntheticDataset
from synth_assets.components.dataset import Dataset
from synth_assets.components.resources import Randomness, Workplace
from synth_assets.defs.io_manager import WarehouseIOManager

KEY = "a key for tests, of at least 32 characters"
AE = Path(__file__).parents[2] / "synth_assets" / "defs" / "ae" / "defs.yaml"
CLINIC: Mapping[str, Any] = {
    "name": "visits",
    "title": "Clinic visits",
    "source": "clinic",
    "reference_files": {"wards": "wards.csv"},
    "steps": [
        {"step": "drop", "columns": ["Patient"], "reason": "names the patient"},
        {"step": "keep_only", "column": "Sex", "values": ["F", "M"], "reason": "others are rare"},
        {"step": "band_numbers", "column": "Age", "into": "Age band", "starts": [0, 18, 65], "reason": "bands"},
        {
            "step": "pseudonymise",
            "column": "Ward",
            "into": "Ward ID",
            "known": ["wards", "Ward"],
            "reason": "a ward's name places its patients",
        },
    ],
    "columns": [
        {
            "name": "Sex",
            "type": "category",
            "role": "quasi_identifier",
            "domain": {"categories": ["F", "M"]},
            "description": "As in the source",
        },
        {
            "name": "Age band",
            "type": "category",
            "role": "quasi_identifier",
            "domain": {"categories": ["0-17", "18-64", "65+"], "ordered": True},
            "description": "From Age",
        },
        {
            "name": "Ward ID",
            "type": "category",
            "role": "sensitive",
            "domain": {"pseudonyms_from": "Ward ID"},
            "description": "From Ward",
        },
    ],
    "hold_out": 0,
    "modes": {"random": {"rows": 50}, "independent": {}, "correlated": {"max_parents": 1}},
}
WARDS = ("North", "South", "East")


def declared(**changes: Any) -> SyntheticDataset:  # noqa: ANN401 - whatever YAML may hold
    """The clinic's component, read from YAML text, with other attributes where given."""
    return SyntheticDataset.resolve_from_yaml(yaml.safe_dump({**CLINIC, **changes}, sort_keys=False))


def clinic(**changes: Any) -> Dataset:  # noqa: ANN401 - whatever YAML may hold
    """The clinic's dataset."""
    return declared(**changes).dataset()


def accident_and_emergency() -> Dataset:
    """The project's own dataset, from its YAML."""
    attributes = yaml.safe_load(AE.read_text(encoding="utf-8"))["attributes"]
    return SyntheticDataset.resolve_from_yaml(yaml.safe_dump(attributes, sort_keys=False)).dataset()


def visits(rows: int = 200) -> pl.DataFrame:
    """The sensitive table: the young go North, the old South, the others East; a few of another sex."""
    numbers = pl.int_range(rows, eager=True)
    ages = numbers * 7 % 90
    place = (ages >= 18).cast(pl.Int64) + (ages >= 65).cast(pl.Int64)
    return pl.DataFrame(
        {
            "Patient": "P" + numbers.cast(pl.String),
            "Sex": pl.Series(["F", "M"])[numbers % 2].set(numbers % 50 == 0, "X"),
            "Age": ages,
            "Ward": pl.Series(["North", "East", "South"])[place],
        }
    )


def source(table: pl.DataFrame) -> dg.AssetsDefinition:
    """The asset that holds the sensitive table."""

    @dg.asset(name="clinic")
    def clinic_source() -> pl.DataFrame:
        return table

    return clinic_source


def definitions(table: pl.DataFrame, dataset: SyntheticDataset | None = None) -> dg.Definitions:
    """The clinic's code location, over the data folder that the environment names."""
    workplace = Workplace()
    wards = workplace.folder.input / "wards.csv"
    if not wards.exists():
        wards.write_text("Ward\n" + "\n".join(WARDS) + "\n", encoding="utf-8")
    resources = {
        "io_manager": WarehouseIOManager(workplace.warehouse),
        "workplace": workplace,
        "randomness": Randomness(),
    }
    made = (dataset or declared()).build_defs(None)  # pyrefly: ignore[bad-argument-type]  # the context is not used
    own = dg.Definitions(assets=[source(table)], resources=resources, executor=dg.in_process_executor)
    return dg.Definitions.merge(made, own)


def materialise(
    table: pl.DataFrame,
    names: Sequence[str],
    instance: dg.DagsterInstance,
    *,
    dataset: SyntheticDataset | None = None,
    run_config: Mapping[str, Any] | None = None,
) -> dg.ExecuteInProcessResult:
    """Materialise some assets of the clinic, with their checks, as the UI's button does."""
    job = definitions(table, dataset).get_repository_def().get_job("__ASSET_JOB")
    return job.execute_in_process(
        run_config=run_config,
        instance=instance,
        asset_selection=[dg.AssetKey(name) for name in names],
        raise_on_error=False,
    )
