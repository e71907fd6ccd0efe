"""How close a synthetic CSV is to its original, by the project's own ``compare``; printed as JSON. It is not timed."""

import argparse
import json
import math
from pathlib import Path

import polars as pl

from synth_assets.measure import compare, marginal_distances
from synth_assets.schema import Schema

DEPENDENT_FROM = 0.01
CERTAIN = 3


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


def more_closeness(original: Path, synthetic: Path, schema: Schema) -> dict[str, float | None]:
    """Mean 3-way total variation distance, and the mean 2-way one of the pairs that depend on each other.

    Those have an adjusted NMI of at least ``DEPENDENT_FROM`` in the original, and of ``CERTAIN`` standard errors.
    """
    tables = read_table(original, schema), read_table(synthetic, schema)
    nmi, error = pl.col("nmi_original"), pl.col("nmi_original_error")
    dependent = compare(*tables, schema).pairs.filter((nmi >= DEPENDENT_FROM) & (nmi >= CERTAIN * error))
    found = marginal_distances(*tables, schema, ways=3)
    return {
        "tvd_3": found.mean_tvd,
        "tvd_3_floor": found.floor,
        "dependent_pairs": dependent.height,
        "tvd_2_dependent": math.fsum(dependent["tvd"]) / dependent.height if dependent.height else None,
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
    parser.add_argument("--more", action="store_true", help="triples and dependent pairs as well")
    given = parser.parse_args()
    read = Schema.from_dict(json.loads(given.schema.read_text(encoding="utf-8")))
    figures = closeness(given.original, given.synthetic, read)
    if given.more:
        figures |= more_closeness(given.original, given.synthetic, read)
    print(json.dumps(figures))
