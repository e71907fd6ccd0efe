"""One measured process: describe the table of a folder, or generate from its description."""

import sys
from pathlib import Path

import numpy as np

from synth_assets.describe import Description, describe
from synth_assets.generate import generate_batches
from synth_assets.schema import Schema
from synth_assets.storage.parquet import write_parquet

SCHEMA = """
columns:
- {name: minutes, type: integer, domain: {minimum: 0, maximum: 180}}
- {name: cost, type: float}
- {name: treatment, type: category, domain: {categories: [t0, t1, t2, t3, t4, t5, t6, t7]}}
- {name: gender, type: category, domain: {categories: [F, M]}}
- {name: decile, type: integer, domain: {minimum: 1, maximum: 10}}
- {name: hospital, type: category, nullable: true}
- {name: day, type: date}
- {name: admitted, type: boolean}
"""


def main(folder: str, what: str, mode: str, number: str) -> None:
    """Describe in a mode, with so many parents; or generate so many rows."""
    document = Path(folder) / f"{mode}.json"
    if what == "describe":
        table, schema = Path(folder) / "table.parquet", Schema.from_yaml(SCHEMA)
        made = describe(table, schema, mode=mode, max_parents=int(number))  # pyrefly: ignore[bad-argument-type]  # one of the modes, from the command line
        document.write_text(made.to_json(), encoding="utf-8")
        return
    read = Description.from_json(document.read_text(encoding="utf-8"))
    rng = np.random.Generator(np.random.PCG64(1))
    write_parquet(generate_batches(read, rows=int(number), rng=rng), Path(folder) / "synthetic.parquet")


if __name__ == "__main__":
    main(*sys.argv[1:])
