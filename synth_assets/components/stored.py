"""The description that the warehouse holds, if any."""

import polars as pl

from synth_assets.components.dataset import Dataset
from synth_assets.describe import Description
from synth_assets.errors import DescriptionError
from synth_assets.schema import Mode
from synth_assets.storage.warehouse import Warehouse

DOCUMENT = "document"


def stored_description(warehouse: Warehouse, dataset: Dataset, mode: Mode) -> Description | None:
    """The stored description; what is none, or one of another version, counts as not there."""
    name = f"{dataset.synthetic(mode)}_description"
    table = warehouse.read(name) if warehouse.exists(name) else pl.DataFrame()
    if table.columns != [DOCUMENT] or len(table) != 1:
        return None
    try:
        return Description.from_json(table.item())
    except DescriptionError:
        return None
