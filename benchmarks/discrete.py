"""A table as whole numbers from 0, and back, for peers that know nothing else; numpy and the standard library only.

It runs in the peers' own environments, without the project, and reads nothing from the table but its values: the codes
are those of the schema's declared domain.
"""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

BINS = 20
"""Whole numbers with more steps than this are cut into as many bins of equal width."""
DAYS = "date"

Codes: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Coding:
    """How a column's values become codes.

    Attributes:
        name: The column's.
        spans: What each code stands for: the values that are written for it, at least one each.
        nullable: Whether there is one more code, for missing.
    """

    name: str
    spans: tuple[tuple[str, ...], ...]
    nullable: bool

    @property
    def size(self) -> int:
        """How many codes there are."""
        return len(self.spans) + self.nullable

    def encode(self, values: list[str]) -> Codes:
        """Codes of text as a CSV has it; the last one for what is empty.

        Raises:
            KeyError: A value is outside the domain.
        """
        code = {value: number for number, span in enumerate(self.spans) for value in span}
        if self.nullable:
            code[""] = len(self.spans)
        return np.array([code[value] for value in values], dtype=np.int64)

    def decode(self, codes: Codes, rng: np.random.Generator) -> npt.NDArray[np.str_]:
        """Text for codes: any value of the bin, each as likely as the others."""
        spans = (*self.spans, ("",)) if self.nullable else self.spans
        values = np.array([value for span in spans for value in span])
        lengths = np.array([len(span) for span in spans])
        starts = lengths.cumsum() - lengths
        return values[starts[codes] + rng.integers(0, lengths[codes])]


def codings(schema: Path) -> tuple[Coding, ...]:
    """How the columns of a schema become codes; whole numbers, dates and categories only."""
    columns = json.loads(schema.read_text(encoding="utf-8"))["columns"]
    return tuple(Coding(column["name"], _spans(column), column["nullable"]) for column in columns)


def read_codes(table: Path, columns: tuple[Coding, ...]) -> dict[str, Codes]:
    """The codes of a CSV, by column."""
    with table.open(newline="", encoding="utf-8") as source:
        rows = list(csv.DictReader(source))
    return {column.name: column.encode([row[column.name] for row in rows]) for column in columns}


def write_codes(codes: Mapping[str, Codes], columns: tuple[Coding, ...], table: Path, rng: np.random.Generator) -> None:
    """Codes as a CSV of values."""
    values = [column.decode(np.asarray(codes[column.name], dtype=np.int64), rng).tolist() for column in columns]
    with table.open("w", newline="", encoding="utf-8") as sink:
        writer = csv.writer(sink)
        writer.writerow(column.name for column in columns)
        writer.writerows(zip(*values, strict=True))


def _spans(column: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    domain = column["domain"]
    if "categories" in domain:
        return tuple((value,) for value in domain["categories"])
    if column["type"] == DAYS:
        first, last = (date.fromisoformat(domain[end]) for end in ("minimum", "maximum"))
        steps = [(first + timedelta(days=day)).isoformat() for day in range((last - first).days + 1)]
    else:
        steps = [str(value) for value in range(domain["minimum"], domain["maximum"] + 1)]
    bins = np.arange(len(steps)) * BINS // len(steps) if len(steps) > BINS else np.arange(len(steps))
    return tuple(
        tuple(step for step, place in zip(steps, bins, strict=True) if place == one) for one in np.unique(bins)
    )
