"""What a description depends on besides the data, as a dataset's YAML says it now."""

from synth_assets.components.dataset import Dataset
from synth_assets.components.resources import Workplace
from synth_assets.schema import Mode, Schema
from synth_assets.storage.warehouse import TableHandle

ORIGINAL, PARAMETERS = "original", "parameters"
"""The keys of a description's provenance that hold it."""


def parameters(
    dataset: Dataset, mode: Mode, original: TableHandle, workplace: Workplace
) -> tuple[Schema, dict[str, str]]:
    """The schema of the table that is described, and what provenance says of it and of the settings.

    Args:
        dataset: As declared.
        mode: In which it is described.
        original: The table that is described; of generalised columns the types are read from it.
        workplace: With the reference lists and the key.

    Raises:
        SynthAssetsError: A column is declared wrongly, or the table is not there.
    """
    dtypes = {} if dataset.start_from == "deidentified" else dict(original.lazy().collect_schema())
    schema = dataset.original_schema(workplace.folder.input, workplace.key, dtypes)
    return schema, {ORIGINAL: dataset.original, PARAMETERS: dataset.fingerprint(schema, mode)}
