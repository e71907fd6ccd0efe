"""What an asset reads, with the checks that must stand before it is given: an input carries them wherever it is run."""

from typing import Any

import dagster as dg

from synth_assets.components.dataset import Dataset

GATES = "synth_assets/gates"
"""The metadata of an input that names the checks."""


def gated(dataset: Dataset, asset: str, kind: type[Any]) -> dg.AssetIn:
    """An input of a type; of a guarded table with its checks.

    A run of a part of the graph knows nothing of the checks on what it only reads; so the input itself says them.

    Args:
        dataset: Whose asset it is.
        asset: Its name.
        kind: What the parameter is to be.
    """
    gates = gates_of(dataset).get(asset, [])
    return dg.AssetIn(asset, dagster_type=kind, metadata={GATES: gates} if gates else None)


def gates_of(dataset: Dataset) -> dict[str, list[str]]:
    """The checks that guard each table of a dataset."""
    synthetic = {dataset.synthetic(mode): ["matches_schema_and_domain"] for mode in dataset.modes}
    anonymised = ["minimum_k", "most_suppressed", *(["minimum_l"] if dataset.sensitive else [])]
    return synthetic | {
        dataset.deidentified: ["no_direct_identifier", "no_row_lost_without_reason"],
        dataset.anonymised: anonymised,
    }
