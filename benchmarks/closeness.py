"""How close a synthetic CSV is to its original, by the project's own ``compare``; printed as JSON. It is not timed."""

import argparse
import json
from pathlib import Path

import polars as pl

from synth_assets.measure import compare
from synth_assets.schema import Schema


def closeness(original: Path, synthetic: Path, schema: Schema) -> dict[str, float | None]:
    """Mean 1- and 2-way total variation distance and NMI error, each with its sampling floor."""
    found = compare(read_table(original, schema), read_table(synthetic, schema), schema)
    return {
        "tvd_1": found.mean_tvd_1,
        "tvd_1_floor": found.floor_1,
        "tvd_2": found.mean_tvd_2,
        "tvd_2_floor": found.floor_2,
        "nmi_error": found.nmi_error,
        "nmi_error_floor": found.nmi_floor,
    }


def read_table(path: Path, schema: Schema) -> pl.DataFrame:
    """A CSV in the schema's types; whole numbers may be written as 7.0, as pandas does where some are missing."""
    widened = {name: pl.Float64() if kind.is_integer() else kind for name, kind in schema.dtypes.items()}
    table = pl.read_csv(path, schema=widened)
    return table.select(table[name].cast(kind) for name, kind in schema.dtypes.items())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("original", type=Path)
    parser.add_argument("synthetic", type=Path)
    parser.add_argument("schema", type=Path)
    given = parser.parse_args()
    read = Schema.from_dict(json.loads(given.schema.read_text(encoding="utf-8")))
    print(json.dumps(closeness(given.original, given.synthetic, read)))
