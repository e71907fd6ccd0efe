"""One measured process of pyCANON: a CSV in, its anonymity as a JSON line out, with CPU seconds after the imports.

It runs in the peer's own environment, without the project.
"""

import argparse
import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
from anonymity_columns import ORDERED, QUASI_IDENTIFIERS, QUESTIONS, SENSITIVE
from measured import cpu_so_far
from pycanon import anonymity  # pyrefly: ignore[missing-import]  # in the peer's environment


def main() -> None:
    """Answer one question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument("question", choices=QUESTIONS)
    given = parser.parse_args()
    imported = cpu_so_far()
    values = _values(pd.read_csv(given.table), given.question)
    print(json.dumps({"work_s": cpu_so_far() - imported, "values": values}))


def _values(table: pd.DataFrame, question: str) -> dict[str, Any]:
    keys, sensitive = list(QUASI_IDENTIFIERS), [SENSITIVE]
    if question == "ordered":
        return {"t, ordered": float(anonymity.t_closeness(table, keys, [ORDERED]))}
    values: dict[str, Any] = {
        "k": int(anonymity.k_anonymity(table, keys)),
        "l, distinct": int(anonymity.l_diversity(table, keys, sensitive)),
        "t, equal": float(anonymity.t_closeness(table, keys, sensitive)),
    }
    if question == "all":
        c, l = anonymity.recursive_c_l_diversity(table, keys, sensitive)  # noqa: E741 - the field's name
        values["l, entropy"] = int(anonymity.entropy_l_diversity(table, keys, sensitive))
        values["c at that l"] = None if math.isnan(c) else f"{int(c)} (l = {l})"
        values["alpha"] = float(anonymity.alpha_k_anonymity(table, keys, sensitive)[0])
    return values


if __name__ == "__main__":
    main()
