"""The de-identified A&E table that both sides are given, made by the project's own code, and its schema.

Hospital IDs are written as H013855: DataSynthesizer fails on IDs of digits only, and would drop their leading zeros.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml

from synth_assets.components import SyntheticDataset
from synth_assets.components.dataset import Dataset
from synth_assets.protect import deidentify
from synth_assets.schema import Schema
from synth_assets.source.admissions import mock_admissions
from synth_assets.source.deprivation import DECILE, LSOA_CODE, lsoa_deprivation
from synth_assets.source.mock_postcodes import mock_postcodes
from synth_assets.source.references import read_references
from synth_assets.storage.folders import PROJECT_ROOT

DECLARATION = PROJECT_ROOT / "synth_assets" / "defs" / "ae" / "defs.yaml"
INPUT = PROJECT_ROOT / "data" / "input"
KEY = b"the benchmark's key, which keeps nothing secret"
PREFIXED = "Hospital ID"
PREFIX = "H"


def ae_table(rows: int, seed: int) -> tuple[pl.DataFrame, Schema]:
    """The table and its schema, over mock postcodes.

    Args:
        rows: Of the mock admissions; removing two rare genders leaves about 1 % fewer.
        seed: The same seed gives the same table.
    """
    postcode_rng, admission_rng = np.random.Generator(np.random.PCG64(seed)).spawn(2)
    postcodes = mock_postcodes(postcode_rng)
    postcodes = postcodes.join(lsoa_deprivation(postcodes).select(LSOA_CODE, DECILE), on=LSOA_CODE, how="left")
    admissions = mock_admissions(postcodes, read_references(INPUT), admission_rng, rows=rows)
    dataset = _declared()
    schema = dataset.schema(INPUT, KEY)
    tools = dataset.tools(INPUT, KEY, {"london_postcodes": postcodes})
    table = deidentify(admissions, dataset.steps, tools, columns=schema.names).table
    prefixed = schema.to_dict() | {"columns": [_prefixed(column) for column in schema.to_dict()["columns"]]}
    return table.with_columns((PREFIX + pl.col(PREFIXED)).alias(PREFIXED)), Schema.from_dict(prefixed)


def write_ae_table(rows: int, seed: int, folder: Path) -> None:
    """Write ``original.csv`` and ``schema.json`` into a folder."""
    table, schema = ae_table(rows, seed)
    table.write_csv(folder / "original.csv")
    (folder / "schema.json").write_text(json.dumps(schema.to_dict()), encoding="utf-8")


def _declared() -> Dataset:
    attributes = yaml.safe_load(DECLARATION.read_text(encoding="utf-8"))["attributes"]
    return SyntheticDataset.resolve_from_dict(attributes).dataset()


def _prefixed(column: dict[str, Any]) -> dict[str, Any]:
    if column["name"] != PREFIXED:
        return column
    categories = [PREFIX + value for value in column["domain"]["categories"]]
    return column | {"domain": column["domain"] | {"categories": categories}}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    write_ae_table(given.rows, given.seed, given.folder)
