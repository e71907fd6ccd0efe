"""The description: all that crosses the wall, and its JSON document.

It holds what it publishes and nothing else. Reading a document checks every shape and number, for a description may
come from elsewhere.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, Self

from synth_assets.constraints import Constraint, constraint_from_dict
from synth_assets.describe.coding import CodedColumn
from synth_assets.describe.consistency import check
from synth_assets.describe.document import (
    column_from_dict,
    column_to_dict,
    require,
    table_from_dict,
    table_to_dict,
    whole,
)
from synth_assets.describe.network import Edge
from synth_assets.describe.privacy import LedgerMark, Privacy
from synth_assets.describe.tables import ContingencyTable
from synth_assets.errors import DescriptionError, SchemaError
from synth_assets.schema import MODES, Mode, Schema, Words

FORMAT = "synth-assets/description"
VERSION = 1
UNBOOKED: Final = "none"


@dataclass(frozen=True, eq=False)
class Description:
    """A table, described in one mode.

    Attributes:
        mode: ``random``, ``independent`` or ``correlated``.
        columns: The table's columns with their published domains, in order.
        rows: How many rows the table has; ``None`` in random mode, which does not count them.
        tables: One contingency table per column, parents before children; none in random mode.
        edges: The network, in the order of ``tables``; only in correlated mode.
        minimum_count: No count from 1 to one less than this can be worked out from the description.
        max_parents: The most parents a column may have; 0 outside correlated mode.
        privacy: The bound of its differential privacy; ``None`` where it has none. Counts then are expected counts,
            fitted to noisy ones.
        ledger: Where the spent privacy budget is booked; ``none`` where it is not.
        public_domain_reason: Why domains that came from data are public, where the user asserted it.
        provenance: Where the description comes from, as names and keyed hashes; set by who stores it.
        constraints: Rules between columns that every synthetic row keeps.
        round_to: Every count is rounded at random to a multiple of it (see ``rounding``); 1 where counts are exact.
    """

    mode: Mode
    columns: tuple[CodedColumn, ...]
    rows: int | None
    tables: tuple[ContingencyTable, ...] = ()
    edges: tuple[Edge, ...] = ()
    minimum_count: int = 5
    max_parents: int = 0
    privacy: Privacy | None = None
    ledger: LedgerMark | Literal["none"] = UNBOOKED
    public_domain_reason: str | None = None
    provenance: Mapping[str, str] = field(default_factory=dict)
    constraints: tuple[Constraint, ...] = ()
    round_to: int = 1

    def __eq__(self, other: object) -> bool:
        """Whether both say the same."""
        return isinstance(other, Description) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        """Equal descriptions hash alike."""
        return hash(self.to_json())

    @property
    def names(self) -> list[str]:
        """The columns' names, in order."""
        return [coded.column.name for coded in self.columns]

    def column(self, name: str) -> CodedColumn:
        """The column of that name.

        Raises:
            DescriptionError: There is none.
        """
        for coded in self.columns:
            if coded.column.name == name:
                return coded
        message = f"The description has no column {name!r}. Allowed: {', '.join(self.names)}."
        raise DescriptionError(message)

    @property
    def domains_from_data(self) -> list[str]:
        """The columns whose domain was read from the table, not declared or asserted to be public."""
        columns = (coded.column for coded in self.columns)
        return [one.name for one in columns if one.domain_source == "data" and one.type != "boolean" and not one.opaque]

    @property
    def epsilon(self) -> float | None:
        """The bound of its differential privacy, smaller is more private; ``None`` where it has none."""
        return None if self.privacy is None else self.privacy.epsilon

    @property
    def delta(self) -> float | None:
        """The chance with which that bound may not hold."""
        return None if self.privacy is None else self.privacy.delta

    @property
    def share_hidden(self) -> float:
        """The share of the rows in told configurations that lies in hidden cells, over all tables; 0 without tables."""
        counted = sum(int(table.totals[table.totals > 0].sum()) for table in self.tables)
        hidden = sum(int((table.totals - table.seen.sum(axis=1))[table.totals > 0].sum()) for table in self.tables)
        return max(hidden, 0) / counted if counted else 0.0

    @property
    def words(self) -> dict[str, Words]:
        """What people are told of each column."""
        return {coded.column.name: coded.column.words for coded in self.columns}

    def with_words(self, words: Mapping[str, Words]) -> Self:
        """The same description, with what people are told of columns, by name."""
        columns = (replace(coded, column=coded.column.with_words(words)) for coded in self.columns)
        return replace(self, columns=tuple(columns))

    def with_provenance(self, **words: str) -> Self:
        """The same description, saying where it comes from."""
        return replace(self, provenance={**self.provenance, **words})

    def with_ledger(self, mark: LedgerMark) -> Self:
        """The same description, saying where its spend is booked."""
        return replace(self, ledger=mark)

    def with_schema(self, schema: Schema) -> Self:
        """The same description, with what the schema says beside its columns."""
        return replace(self, public_domain_reason=schema.public_domain_reason, constraints=schema.constraints)

    def to_dict(self) -> dict[str, Any]:
        """As plain values that JSON can hold."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "mode": self.mode,
            "rows": self.rows,
            "minimum_count": self.minimum_count,
            "round_to": self.round_to,
            "max_parents": self.max_parents,
            "epsilon": self.epsilon,
            "delta": self.delta,
            "privacy": self.privacy.to_dict() if self.privacy else None,
            "ledger": self.ledger if isinstance(self.ledger, str) else self.ledger.to_dict(),
            "public_domain_reason": self.public_domain_reason,
            "provenance": dict(self.provenance),
            "columns": [column_to_dict(coded) for coded in self.columns],
            "constraints": [constraint.to_dict() for constraint in self.constraints],
            "network": [
                {"parent": edge.parent, "child": edge.child, "mutual_information": edge.mutual_information}
                for edge in self.edges
            ],
            "tables": [table_to_dict(table) for table in self.tables],
        }

    def to_json(self) -> str:
        """The document; the same description always gives the same text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The description that the document holds. Keys that this version does not know are passed over.

        Raises:
            DescriptionError: The text is cut off, of another format or version, or contradicts itself.
        """
        try:
            document = json.loads(text, parse_constant=_refuse)
        except (ValueError, TypeError, RecursionError) as error:
            message = f"The description is not whole JSON: {error}. Write it again with Description.to_json."
            raise DescriptionError(message) from error
        try:
            return cls._from_dict(document)
        except _CONTRADICTIONS as error:
            message = f"The description contradicts itself or its format: {_reason(error)}. Write it again."
            raise DescriptionError(message) from error

    @classmethod
    def _from_dict(cls, document: Mapping[str, Any]) -> Self:
        require(isinstance(document, Mapping) and document.get("format") == FORMAT, f"format must be {FORMAT!r}")
        require(document["version"] == VERSION, f"version is {document['version']!r}; this program reads {VERSION}")
        require(document["mode"] in MODES, f"mode is {document['mode']!r}; allowed: {', '.join(MODES)}")
        private = document.get("privacy")
        privacy = None if private is None else Privacy.from_dict(private)
        bounds = (document["epsilon"], document.get("delta"))
        same = bounds == ((privacy.epsilon, privacy.delta) if privacy else (None, None))
        require(same, "epsilon and delta must be those of privacy, or null")
        columns = tuple(_column(entry) for entry in document["columns"])
        by_name = {coded.column.name: coded for coded in columns}
        require(len(by_name) == len(columns) > 0, "columns must be there and have names of their own")
        reason, provenance = document["public_domain_reason"], dict(document["provenance"])
        require(isinstance(reason, str | None), "public_domain_reason must be text or null")
        booked = document["ledger"]
        words = [*provenance, *provenance.values()]
        require(all(isinstance(word, str) for word in words), "provenance must be text")
        round_to = document.get("round_to", 1)
        whole([document["minimum_count"], document["max_parents"], document["rows"] or 0, round_to], "counts")
        description = cls(
            mode=document["mode"],
            columns=columns,
            rows=document["rows"],
            tables=tuple(table_from_dict(entry, by_name, exact=privacy is None) for entry in document["tables"]),
            edges=tuple(_edge(entry) for entry in document["network"]),
            minimum_count=document["minimum_count"],
            max_parents=document["max_parents"],
            privacy=privacy,
            ledger=UNBOOKED if booked == UNBOOKED else LedgerMark.from_dict(booked),
            public_domain_reason=reason,
            provenance=provenance,
            round_to=round_to,
            constraints=tuple(constraint_from_dict(rule) for rule in document.get("constraints", ())),
        )
        check(description)
        return description


_CONTRADICTIONS = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, SchemaError)


def _reason(error: Exception) -> str:
    """What a contradiction says of itself, in words."""
    if isinstance(error, KeyError):
        return f"{error} is missing"
    return str(error) or type(error).__name__


def _column(entry: Mapping[str, Any]) -> CodedColumn:
    try:
        return column_from_dict(entry)
    except _CONTRADICTIONS as error:
        message = f"column {entry.get('name')!r}: {_reason(error)}" if isinstance(entry, Mapping) else _reason(error)
        raise ValueError(message) from error


def _edge(entry: Mapping[str, Any]) -> Edge:
    weight = entry["mutual_information"]
    require(type(weight) in {int, float} and -math.inf < weight < math.inf, "mutual_information must be a number")
    return Edge(entry["parent"], entry["child"], float(weight))


def _refuse(constant: str) -> None:
    message = f"{constant} is not JSON"
    raise ValueError(message)
