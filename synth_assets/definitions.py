"""The code location: what is under ``defs``, in flow order source > protected > descriptions > synthetic > reports."""

import warnings
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import dagster as dg

from synth_assets.components.faults.checks import faults_of, refuse


@dg.definitions
def defs() -> dg.Definitions:
    """Everything that the UI and the daemon see."""
    warnings.simplefilter("ignore", dg.BetaWarning)  # code references, and Dagster's own calls now and later
    refuse(faults_of([Path(__file__).parent / "defs"])[1])
    declared = dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
    modules = list(_beside_datasets(Path(__file__).parent / "defs"))
    sources = dg.Definitions(
        assets=dg.with_source_code_references(dg.load_assets_from_modules(modules)),
        asset_checks=dg.load_asset_checks_from_modules(modules),
    )
    return dg.Definitions.merge(declared, sources)


def _beside_datasets(folder: Path) -> Iterator[ModuleType]:
    """The modules beside a dataset's YAML, which Dagster leaves alone: assets that it is made from."""
    for path in sorted(folder.glob("*/*.py")):
        if path.stem != "__init__" and (path.parent / "defs.yaml").exists():
            yield import_module(f"{__package__}.defs.{path.parent.name}.{path.stem}")
