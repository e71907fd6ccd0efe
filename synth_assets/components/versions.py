"""Data versions: how an asset tells Dagster that its data changed."""

import warnings
from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster import BetaWarning


def versioned(value: Any, *, version: str, metadata: Mapping[str, Any]) -> dg.Output[Any]:  # noqa: ANN401 - any table
    """An output that carries its data version, a keyed hash."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", BetaWarning)
        return dg.Output(value, metadata=metadata, data_version=dg.DataVersion(version))
