"""The description that the warehouse holds, if any, under the dataset's name or a former one."""

from collections.abc import Mapping

import polars as pl

from synth_assets.components.dataset import Dataset
from synth_assets.components.parameters import PARAMETERS
from synth_assets.describe import Description
from synth_assets.errors import DescriptionError
from synth_assets.schema import Mode, Schema
from synth_assets.storage.warehouse import Warehouse

DOCUMENT = "document"


def stored_description(
    warehouse: Warehouse, dataset: Dataset, mode: Mode, name: str | None = None
) -> Description | None:
    """The stored description; what is none, or one of another version, counts as not there.

    Args:
        warehouse: Where it is.
        dataset: Whose.
        mode: Of the description.
        name: A former name of the dataset; its present one where not given.
    """
    name = f"{mode}_{name or dataset.name}_description"
    table = warehouse.read(name) if warehouse.exists(name) else pl.DataFrame()
    if table.columns != [DOCUMENT] or len(table) != 1:
        return None
    try:
        return Description.from_json(table.item())
    except DescriptionError:
        return None


def standing_description(
    warehouse: Warehouse, dataset: Dataset, mode: Mode, schema: Schema, provenance: Mapping[str, str]
) -> Description | None:
    """The stored description that still holds; one under a former name is then said to be of this one.

    What people are told of columns, their description and unit, may have changed since: it is told as it is now.

    Args:
        warehouse: Where it is.
        dataset: Whose.
        mode: Of the description.
        schema: Of the table that is described, as it is declared now.
        provenance: The data and the parameters that it must be of.
    """
    for name in (dataset.name, *reversed(dataset.formerly)):
        stored = stored_description(warehouse, dataset, mode, name)
        if stored is None:
            continue
        said = stored.provenance if name == dataset.name else {**stored.provenance, "original": dataset.original}
        parameters = dataset.fingerprint(schema.with_words(stored.words), mode)
        if dict(said) == {**provenance, PARAMETERS: parameters}:
            return stored.with_words(schema.words).with_provenance(**provenance)
    return None
