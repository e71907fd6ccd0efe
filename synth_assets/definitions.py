"""The code location: what is under ``defs``, in flow order source > protected > descriptions > synthetic > reports."""

import warnings
from pathlib import Path

import dagster as dg

from synth_assets.defs.ae import london_postcodes, mock_ae


@dg.definitions
def defs() -> dg.Definitions:
    """Everything that the UI and the daemon see."""
    warnings.simplefilter("ignore", dg.BetaWarning)  # code references, and Dagster's own calls now and later
    declared = dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
    modules = [london_postcodes, mock_ae]
    sources = dg.Definitions(
        assets=dg.with_source_code_references(dg.load_assets_from_modules(modules)),
        asset_checks=dg.load_asset_checks_from_modules(modules),
    )
    return dg.Definitions.merge(declared, sources)
