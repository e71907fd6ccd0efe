"""One measured process of Synth Assets: CSV in, description, CSV out.

It prints the CPU seconds that it used after its imports.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import polars as pl
from measured import cpu_so_far

from synth_assets.describe import Description, describe
from synth_assets.generate import generate
from synth_assets.schema import Schema


def main() -> None:
    """Describe and generate as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("original", type=Path)
    parser.add_argument("schema", type=Path)
    parser.add_argument("description", type=Path)
    parser.add_argument("synthetic", type=Path)
    parser.add_argument("--mode", required=True)
    parser.add_argument("--max-parents", type=int, default=1)
    parser.add_argument("--epsilon", type=float, help="differential privacy; without it, none")
    parser.add_argument("--delta", type=float, default=1e-9)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    imported = cpu_so_far()
    schema = Schema.from_dict(json.loads(given.schema.read_text(encoding="utf-8")))
    table = pl.read_csv(given.original, schema=schema.dtypes)
    private = {"mode": given.mode, "max_parents": given.max_parents, "epsilon": given.epsilon, "delta": given.delta}
    made = describe(table, schema, **private)
    given.description.write_text(made.to_json(), encoding="utf-8")
    read = Description.from_json(given.description.read_text(encoding="utf-8"))
    rng = np.random.Generator(np.random.PCG64(given.seed))
    generate(read, rows=len(table), rng=rng).write_csv(given.synthetic)
    print(cpu_so_far() - imported)


if __name__ == "__main__":
    main()
