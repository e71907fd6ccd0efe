"""One measured process of DataSynthesizer: CSV in, description, CSV out.

It prints the CPU seconds that it used after its imports. It runs in the peer's own environment, without the project.
Types, categories and numeric ranges come from the schema, so that the peer need not guess them; no noise is added
(epsilon 0) unless the command line says so.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from DataSynthesizer.DataDescriber import DataDescriber  # pyrefly: ignore[missing-import]  # in the peer's environment
from DataSynthesizer.DataGenerator import DataGenerator  # pyrefly: ignore[missing-import]  # as above
from measured import cpu_so_far

CATEGORY_THRESHOLD = 50
"""Above the 39 treatments: all columns but the minutes are categories."""
BINS = 20


def main() -> None:
    """Describe and generate as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("original", type=Path)
    parser.add_argument("schema", type=Path)
    parser.add_argument("description", type=Path)
    parser.add_argument("synthetic", type=Path)
    parser.add_argument("--mode", required=True)
    parser.add_argument("--max-parents", type=int, default=1)
    parser.add_argument("--epsilon", type=float, default=0, help="what it calls epsilon; 0 adds no noise")
    parser.add_argument("--delta", type=float, help="not used: it knows pure differential privacy only")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    imported = cpu_so_far()
    columns = json.loads(given.schema.read_text(encoding="utf-8"))["columns"]
    rows = _describe(given, columns)
    _generate(given, rows, _ranges(columns))
    print(cpu_so_far() - imported)


def _describe(given: argparse.Namespace, columns: list[dict[str, Any]]) -> int:
    """Write the description.

    Returns:
        The rows of the table.
    """
    describer = DataDescriber(histogram_bins=BINS, category_threshold=CATEGORY_THRESHOLD)
    ranges = _ranges(columns)
    settings: dict[str, Any] = {
        "dataset_file": str(given.original),
        "attribute_to_datatype": {
            column["name"]: "Integer" if column["type"] == "integer" else "String" for column in columns
        },
        "attribute_to_is_categorical": {column["name"]: column["name"] not in ranges for column in columns},
        "attribute_to_is_candidate_key": {column["name"]: False for column in columns},
        "numerical_attribute_ranges": ranges,
        "seed": given.seed,
    }
    if given.mode == "random":
        describer.describe_dataset_in_random_mode(**settings)
    elif given.mode == "independent":
        describer.describe_dataset_in_independent_attribute_mode(epsilon=given.epsilon, **settings)
    else:
        describer.describe_dataset_in_correlated_attribute_mode(k=given.max_parents, epsilon=given.epsilon, **settings)
    describer.save_dataset_description_to_file(str(given.description))
    return describer.data_description["meta"]["num_tuples"]


def _generate(given: argparse.Namespace, rows: int, ranges: dict[str, list[int]]) -> None:
    generator, description = DataGenerator(), str(given.description)
    if given.mode == "random":
        minimum, maximum = next(iter(ranges.values()))  # random mode knows one range for all
        generator.generate_dataset_in_random_mode(rows, description, given.seed, minimum, maximum)
    elif given.mode == "independent":
        generator.generate_dataset_in_independent_mode(rows, description, given.seed)
    else:
        generator.generate_dataset_in_correlated_attribute_mode(rows, description, given.seed)
    generator.save_synthetic_data(str(given.synthetic))


def _ranges(columns: list[dict[str, Any]]) -> dict[str, list[int]]:
    """The numeric columns with too many values to be categories, and their declared ends."""
    bounds = {column["name"]: column["domain"] for column in columns if column["type"] == "integer"}
    return {
        name: [domain["minimum"], domain["maximum"]]
        for name, domain in bounds.items()
        if domain["maximum"] - domain["minimum"] >= CATEGORY_THRESHOLD
    }


if __name__ == "__main__":
    main()
