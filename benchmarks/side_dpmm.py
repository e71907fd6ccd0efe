"""One measured process of dpmm: CSV in, CSV out.

It prints the CPU seconds that it used after its imports. It runs in the peer's own environment, without the project.
Categories and ranges come from the schema and numbers are cut evenly, so that the whole budget goes to the mechanism.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import pandas as pd
from dpmm.pipelines import (  # pyrefly: ignore[missing-import]  # in the peer's environment
    AIMPipeline,
    MSTPipeline,
    PrivBayesPipeline,
)
from measured import cpu_so_far

PIPELINES = {"mst": MSTPipeline, "privbayes": PrivBayesPipeline, "aim": AIMPipeline}
BINS = 20
NUMBERS = "integer"


def main() -> None:
    """Fit and sample as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("original", type=Path)
    parser.add_argument("schema", type=Path)
    parser.add_argument("description", type=Path, help="not written: dpmm's is a folder of pickles")
    parser.add_argument("synthetic", type=Path)
    parser.add_argument("--mechanism", choices=PIPELINES, required=True)
    parser.add_argument("--epsilon", type=float, required=True)
    parser.add_argument("--delta", type=float, required=True)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    imported = cpu_so_far()
    columns = json.loads(given.schema.read_text(encoding="utf-8"))["columns"]
    kinds = {column["name"]: int if column["type"] == NUMBERS else str for column in columns}
    table = pd.read_csv(given.original, dtype=kinds)
    pipeline = PIPELINES[given.mechanism](
        epsilon=given.epsilon, delta=given.delta, proc_epsilon=None, binner_type="uniform", n_bins=BINS, n_jobs=1
    )
    pipeline.fit(table, domain={column["name"]: _domain(column) for column in columns}, random_state=given.seed)
    made = pipeline.generate(n_records=len(table), random_state=given.seed)
    made[table.columns].astype(kinds).to_csv(given.synthetic, index=False)
    print(cpu_so_far() - imported)


def _domain(column: dict[str, Any]) -> dict[str, Any]:
    """A column's domain as dpmm writes it; a date is a category of days."""
    domain = column["domain"]
    if "categories" in domain:
        return {"categories": domain["categories"]}
    if column["type"] == NUMBERS:
        return {"lower": domain["minimum"], "upper": domain["maximum"]}
    days = pd.date_range(domain["minimum"], domain["maximum"])
    return {"categories": [str(day.date()) for day in days]}


if __name__ == "__main__":
    main()
