"""A description per mode: made anew only when the data, the schema or the parameters changed."""

import time
from typing import Any

import dagster as dg
import polars as pl

from synth_assets.components.dataset import DEFAULT_MAX_PARENTS, Dataset
from synth_assets.components.failure import say_what_to_do
from synth_assets.components.metadata import DECIMALS, told_columns
from synth_assets.components.resources import Workplace
from synth_assets.describe import Description, describe
from synth_assets.errors import DescriptionError
from synth_assets.report.network import write_network
from synth_assets.schema import Mode
from synth_assets.storage.fingerprint import fingerprint
from synth_assets.storage.key import keyed_hash
from synth_assets.storage.warehouse import TableHandle, Warehouse

DOCUMENT_COLUMNS = {
    "document": ("text", "The description as JSON: domains and protected counts. From the de-identified table")
}
SAID = {
    "random": "the declared domains and nothing else",
    "independent": "each column's protected counts",
    "correlated": "a network between columns, and protected counts along its edges",
}


def description_asset(dataset: Dataset, mode: Mode) -> dg.AssetsDefinition:
    """The asset ``<mode>_<name>_description``."""
    name = f"{dataset.synthetic(mode)}_description"

    @dg.asset(
        name=name,
        ins={"original": dg.AssetIn(dataset.deidentified, dagster_type=TableHandle)},
        group_name="descriptions",
        owners=[dataset.owner],
        kinds={"python", "json", "duckdb"},
        description=f"What may be told of {dataset.title} in {mode} mode: {SAID[mode]}.",
        metadata={"dagster/column_schema": told_columns(DOCUMENT_COLUMNS)},
        hooks={say_what_to_do},
    )
    def description(workplace: Workplace, original: TableHandle) -> dg.Output[Description]:
        started = time.perf_counter()
        made, reused = describe_or_reuse(dataset, mode, original, workplace)
        told = _drawn(made, name, workplace) | _shown(made, reused=reused, seconds=time.perf_counter() - started)
        return dg.Output(made, metadata=told)

    return description


def describe_or_reuse(
    dataset: Dataset, mode: Mode, original: TableHandle, workplace: Workplace
) -> tuple[Description, bool]:
    """The stored description where it still holds, else a new one; and whether it was reused."""
    schema = dataset.schema(workplace.folder.input, workplace.key)
    provenance = {"original": dataset.deidentified, "parameters": dataset.fingerprint(schema, mode)}
    if mode != "random":
        provenance["original_version"] = _version(original, workplace.key)
    stored = _stored(workplace.warehouse, f"{dataset.synthetic(mode)}_description")
    if stored is not None and dict(stored.provenance) == provenance:
        return stored, True
    made = describe(
        original,
        schema,
        mode=mode,
        max_parents=dataset.modes[mode].get("max_parents", DEFAULT_MAX_PARENTS),
        minimum_count=dataset.minimum_count,
        round_to=dataset.round_to,
        key=keyed_hash(workplace.key, "rounding of counts", dataset.name),
        network=dataset.network(mode),
    )
    return made.with_provenance(**provenance), False


def _version(original: TableHandle, key: bytes) -> str:
    """A hash of what the table holds now, whoever wrote it; hashed again, so that it says nothing elsewhere."""
    return keyed_hash(key, "data version", fingerprint(original, key)).hex()


def _stored(warehouse: Warehouse, name: str) -> Description | None:
    """The description that the warehouse holds; what is none, or one of another version, is made anew."""
    table = warehouse.read(name) if warehouse.exists(name) else pl.DataFrame()
    if table.columns != list(DOCUMENT_COLUMNS) or len(table) != 1:
        return None
    try:
        return Description.from_json(table.item())
    except DescriptionError:
        return None


def _drawn(made: Description, name: str, workplace: Workplace) -> dict[str, Any]:
    """The network as a file, and as a preview; nothing in modes that have none."""
    if made.mode != "correlated":
        return {}
    picture = write_network(made, workplace.folder.reports / name, name=name)
    return {
        "network drawn": dg.MetadataValue.md(picture.preview),
        "figure": dg.MetadataValue.path(str(picture.path)),
    }


def _constraints(made: Description) -> str:
    """What every row keeps, and that saying so has a price."""
    if not made.constraints:
        return "none"
    listed = "\n".join(f"- {rule}" for rule in made.constraints)
    return f"{listed}\n\nThey are public: what they tell together with the counts is not covered by the protection."


def _shown(made: Description, *, reused: bool, seconds: float) -> dict[str, Any]:
    links = [f"- {edge.parent} → {edge.child} ({edge.mutual_information:.3f} nats)" for edge in made.edges]
    return {
        "mode": made.mode,
        "rows described": made.rows if made.rows is not None else "none: no row was read",
        "minimum count": made.minimum_count,
        "counts": "exact" if made.round_to == 1 else f"rounded at random to multiples of {made.round_to}",
        "share hidden": round(made.share_hidden, DECIMALS),
        "network": dg.MetadataValue.md("\n".join(links) or "no edges"),
        "constraints": dg.MetadataValue.md(_constraints(made)),
        "differential privacy": "off: this description is protected by counts, and claims no epsilon",
        "reused": reused,
        "seconds": round(seconds, 3),
    }
