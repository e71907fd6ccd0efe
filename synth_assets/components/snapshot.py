"""Keep the readers' copy of the synthetic tables fresh: it never blocks a run and holds no original row."""

import dagster as dg

from synth_assets.components.resources import Workplace
from synth_assets.schema import MODES
from synth_assets.storage.snapshot import publish_snapshot
from synth_assets.storage.warehouse import Warehouse


@dg.success_hook(name="refresh_snapshot", required_resource_keys={"workplace"})
def refresh_snapshot(context: dg.HookContext) -> None:
    """After a synthetic table is written: copy all of them to ``data/snapshot/synthetic.duckdb``."""
    workplace: Workplace = context.resources.workplace
    folder = workplace.folder
    publish_snapshot(workplace.warehouse, synthetic_tables(workplace.warehouse), folder.snapshot)
    context.log.info("Readers find the synthetic tables in %s", folder.snapshot)


def synthetic_tables(warehouse: Warehouse) -> list[str]:
    """The tables that were made from a description of their own: named after a mode, with that description beside."""
    names = {table.name for table in warehouse.tables() if table.schema == "main"}
    prefixes = tuple(f"{mode}_" for mode in MODES)
    return sorted(name for name in names if name.startswith(prefixes) and f"{name}_description" in names)
