"""Run config that is looked at before any step of its run: what is out of range rewrites nothing and spends nothing.

Dagster's Launchpad checks types, names and lists of allowed words, but no range.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from synth_assets.errors import SynthAssetsError


class CheckedConfig(dg.Config):
    """Config of an asset that says itself what is wrong with it."""

    def check(self) -> None:
        """Refuse what is out of range.

        Raises:
            SynthAssetsError: It names the value and what is allowed.
        """


_TAKEN: dict[str, type[CheckedConfig]] = {}
"""Which asset takes which config. Dagster tells a resource the config of a run, and not the classes behind it."""


def takes(asset: str, config: type[CheckedConfig]) -> None:
    """Have an asset's config checked before each run; its definition says so."""
    _TAKEN[asset] = config


def refuse_out_of_range(run_config: Mapping[str, Any]) -> None:
    """Refuse a run of which the config of any asset is out of range.

    Args:
        run_config: As Dagster has it.

    Raises:
        SynthAssetsError: It names the asset, the value, and what is allowed.
    """
    for asset, given in (run_config.get("ops") or {}).items():
        kind = _TAKEN.get(asset)
        if kind is None:
            continue
        try:
            kind(**(given or {}).get("config", {})).check()
        except SynthAssetsError as error:
            message = f"The config of {asset} cannot be used. {error} Nothing was started, and every table stands."
            raise SynthAssetsError(message) from None
