"""Keep the readers' copy of the synthetic tables fresh: it never blocks a run and holds no original row."""

from collections.abc import Collection, Iterator
from contextlib import suppress

import dagster as dg
from dagster import JobDefinition
from dagster_shared.check import CheckError

from synth_assets.components.resources import Workplace
from synth_assets.schema import MODES
from synth_assets.storage.snapshot import publish_snapshot
from synth_assets.storage.warehouse import Warehouse


@dg.success_hook(name="refresh_snapshot", required_resource_keys={"workplace"})
def refresh_snapshot(context: dg.HookContext) -> None:
    """After a synthetic table is written: copy all that assets make to ``data/snapshot/synthetic.duckdb``."""
    workplace: Workplace = context.resources.workplace
    refresh(workplace, set(_made(context)))
    context.log.info("Readers find the synthetic tables in %s", workplace.folder.snapshot)


def refresh(workplace: Workplace, made: Collection[str]) -> None:
    """Make the snapshot anew; without any synthetic table it goes.

    Args:
        workplace: The data folder.
        made: The tables that assets make: others, of datasets that are gone, do not get into it.

    Raises:
        StorageError: It cannot be written. The old one stands.
    """
    tables, destination = synthetic_tables(workplace.warehouse, made), workplace.folder.snapshot
    if tables:
        publish_snapshot(workplace.warehouse, tables, destination)
    else:
        destination.unlink(missing_ok=True)


def snapshot_is_of(workplace: Workplace, made: Collection[str]) -> bool:
    """Whether there is no snapshot, or one that holds only tables that assets make.

    Args:
        workplace: The data folder.
        made: The tables that assets make.
    """
    return all(table.name in made for table in Warehouse(workplace.folder.snapshot).tables())


def synthetic_tables(warehouse: Warehouse, made: Collection[str]) -> list[str]:
    """The tables that were made from a description of their own: named after a mode, with that description beside.

    Args:
        warehouse: Where they are.
        made: The tables that assets make; others are left out.
    """
    names = {table.name for table in warehouse.tables() if table.schema == "main"}
    prefixes = tuple(f"{mode}_" for mode in MODES)
    return sorted(name for name in names & set(made) if name.startswith(prefixes) and f"{name}_description" in names)


def _made(context: dg.HookContext) -> Iterator[str]:
    """What the code location's assets make; and the whole job's, for a run in this process alone has no location."""
    step = context._step_execution_context  # noqa: SLF001  # pyrefly: ignore[missing-attribute]  # hooks are told of no graph
    job: JobDefinition = step.job_def
    while job.asset_selection_data:
        job = job.asset_selection_data.parent_job_def
    graphs = [job.asset_layer.asset_graph]
    with suppress(CheckError):
        graphs.append(step.repository_def.asset_graph)
    yield from (key.path[-1] for graph in graphs for key in graph.get_all_asset_keys())
