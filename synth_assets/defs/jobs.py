"""The main job: every asset but releases, which are earned and made on their own."""

import dagster as dg

from synth_assets.components.failure import say_what_to_do

everything = dg.define_asset_job(
    "everything",
    selection=dg.AssetSelection.all() - dg.AssetSelection.groups("releases"),
    description="Every asset and every check, in one process. Never makes a release.",
    hooks={say_what_to_do},
)
