"""One measured process of MST or AIM over mbi's inference: CSV in, CSV out.

It prints the CPU seconds that it used after its imports. It runs in the peer's own environment, without the project.
mbi's wheel holds the inference alone; the mechanisms are beside this file, after their papers.
"""

import argparse
from pathlib import Path

import numpy as np
from discrete import codings, read_codes, write_codes
from mbi import Dataset, Domain  # pyrefly: ignore[missing-import]  # in the peer's environment
from mbi_aim import aim
from mbi_mst import mst
from measured import cpu_so_far
from zcdp import rho_of

MECHANISMS = {"mst": mst, "aim": aim}


def main() -> None:
    """Fit and sample as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("original", type=Path)
    parser.add_argument("schema", type=Path)
    parser.add_argument("description", type=Path, help="not written: mbi has no description that could be shared")
    parser.add_argument("synthetic", type=Path)
    parser.add_argument("--mechanism", choices=MECHANISMS, required=True)
    parser.add_argument("--epsilon", type=float, required=True)
    parser.add_argument("--delta", type=float, required=True)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    imported = cpu_so_far()
    columns = codings(given.schema)
    data = Dataset(read_codes(given.original, columns), Domain.fromdict({one.name: one.size for one in columns}))
    rng = np.random.default_rng(given.seed)
    made = MECHANISMS[given.mechanism](data, rho_of(given.epsilon, given.delta), rng)
    write_codes(made.to_dict(), columns, given.synthetic, rng)
    print(cpu_so_far() - imported)


if __name__ == "__main__":
    main()
