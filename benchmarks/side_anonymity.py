"""One measured process of the project: a table in, its anonymity as a JSON line out, with seconds after the imports.

It answers what ``side_pycanon`` answers, and the project's own figures: everything, k of a large table, a lattice.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
from anonymity_columns import HIERARCHIES, ORDERED, QUASI_IDENTIFIERS, QUESTIONS, SENSITIVE, K
from measured import cpu_so_far

from synth_assets.protect import anonymity, generalise, hierarchies_from_dict


def main() -> None:
    """Answer one question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument("question", choices=[*QUESTIONS, *OWN])
    given = parser.parse_args()
    imported = cpu_so_far()
    table = given.table if given.table.suffix == ".parquet" else pl.read_csv(given.table, try_parse_dates=True)
    started = time.perf_counter()
    values = OWN[given.question](table) if given.question in OWN else _values(table, given.question)
    wall = time.perf_counter() - started
    print(json.dumps({"work_s": cpu_so_far() - imported, "call_s": wall, "values": values}))


def _values(table: pl.DataFrame, question: str) -> dict[str, Any]:
    if question == "ordered":
        found = anonymity(table, quasi_identifiers=QUASI_IDENTIFIERS, sensitive=[ORDERED], ordered=[ORDERED])
        return {"t, ordered": found.t}
    found = anonymity(table, quasi_identifiers=QUASI_IDENTIFIERS, sensitive=[SENSITIVE])
    told = found.diversity[SENSITIVE]
    values: dict[str, Any] = {"k": found.k, "l, distinct": found.l, "t, equal": found.t}
    if question == "all":
        last = told.recursive.row(-1) if len(told.recursive) else None
        values["l, entropy"] = told.entropy
        values["c at that l"] = last and f"above {last[1]:.4g} (l = {last[0]})"
        values["alpha"] = told.alpha
    return values


def _everything(table: pl.DataFrame) -> Mapping[str, Any]:
    found = anonymity(
        table,
        quasi_identifiers=QUASI_IDENTIFIERS,
        sensitive=[SENSITIVE, ORDERED],
        ordered=[ORDERED],
        population=table,
    )
    return {"rows": found.rows, "classes": found.classes, "k": found.k}


def _k(table: pl.DataFrame) -> Mapping[str, Any]:
    found = anonymity(table, quasi_identifiers=QUASI_IDENTIFIERS)
    return {"rows": found.rows, "classes": found.classes, "k": found.k}


def _lattice(table: pl.DataFrame) -> Mapping[str, Any]:
    found = generalise(table, hierarchies_from_dict(HIERARCHIES), k=K)
    return {
        "rows": found.rows_in,
        "nodes": found.search.nodes,
        "optimal": found.search.optimal,
        "k": found.anonymity.k,
        "suppressed": f"{found.suppression:.2%}",
    }


OWN: Mapping[str, Callable[[pl.DataFrame], Mapping[str, Any]]] = {
    "everything": _everything,
    "k": _k,
    "lattice": _lattice,
}
"""Questions that the peer is not asked."""


if __name__ == "__main__":
    main()
