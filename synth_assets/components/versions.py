"""Data versions: how an asset tells that its data changed, and how the next one learns it without reading them."""

import warnings
from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster import BetaWarning, DagsterInstance

_VERSION_TAG = "dagster/data_version"


def versioned(value: Any, *, version: str, metadata: Mapping[str, Any]) -> dg.Output[Any]:  # noqa: ANN401 - any table
    """An output that carries its data version, a keyed hash."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", BetaWarning)
        return dg.Output(value, metadata=metadata, data_version=dg.DataVersion(version))


def latest_version(instance: DagsterInstance, asset: str) -> str | None:
    """The data version of an asset's latest materialization; ``None`` where there is none."""
    event = instance.get_latest_materialization_event(dg.AssetKey(asset))
    materialization = event.asset_materialization if event else None
    return (materialization.tags or {}).get(_VERSION_TAG) if materialization else None
