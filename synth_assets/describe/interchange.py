"""A description that another program wrote, read into what rows can be drawn from: DataSynthesizer's JSON.

Nothing in the document is taken on trust, and nothing is evaluated.
"""

import json
import reprlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synth_assets.describe.coding import CodedColumn
from synth_assets.describe.conditional import Conditional
from synth_assets.describe.document import MOST_COUNT
from synth_assets.describe.foreign import looks_random, read_attribute
from synth_assets.describe.foreign_domain import WHOLE, attribute, is_names, refuse
from synth_assets.describe.foreign_network import read_conditionals, read_network
from synth_assets.errors import DescriptionError
from synth_assets.schema import Mode


@dataclass(frozen=True, eq=False)
class ForeignDescription:
    """A table, described by another program.

    Attributes:
        mode: ``random``, ``independent`` or ``correlated``.
        columns: The table's columns with their domains, in order.
        rows: How many rows the table had, where the document says so.
        conditionals: One per column, parents before children.
        source: The program.
    """

    mode: Mode
    columns: tuple[CodedColumn, ...]
    rows: int | None
    conditionals: tuple[Conditional, ...]
    source: str = "DataSynthesizer"

    @property
    def names(self) -> list[str]:
        """The columns' names, in order."""
        return [coded.column.name for coded in self.columns]


def read_datasynthesizer(text: str) -> ForeignDescription:
    """The description that a JSON document of DataSynthesizer holds, of any of its three modes.

    What their generator does with it is kept, except where it fails or does what nobody wants: numbers of random mode
    are drawn between min and max (theirs: 0 to 100); independent attributes are missing at ``missing_rate`` (theirs:
    never); whole numbers are drawn from those inside a bin (theirs: rounded, also out of it); dates and times outside a
    network come from the histogram that was counted (theirs has lost its edges; a network tells only whether they are
    below the maximum). A configuration of the parents that is not there is drawn from the attribute's own distribution,
    as theirs is: old versions leave some out. A claim of differential privacy is never carried over.

    No key of the document says random or independent: where every attribute is even, and holds no histogram, it is
    random, in which nothing is missing.

    Args:
        text: The JSON document.

    Raises:
        DescriptionError: The text is cut off, of another form, or contradicts itself.
    """
    document = _parse(text)
    entries = _object(document, "attribute_description")
    meta = _object(document, "meta") if "meta" in document else {}
    names = _names(meta, entries)
    network = read_network(document, names)
    random = not network and all(looks_random(name, entries[name]) for name in names)
    attributes = {
        name: read_attribute(name, entries[name], random=random, in_network=name in network) for name in names
    }
    _check_keys(meta, entries)
    return ForeignDescription(
        mode="random" if random else "correlated" if network else "independent",
        columns=tuple(attributes[name].coded for name in names),
        rows=_rows(meta),
        conditionals=read_conditionals(document, attributes, network),
    )


def _parse(text: str) -> Mapping[str, Any]:
    try:
        document = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_once)
    except (ValueError, TypeError, RecursionError) as error:
        message = f"The DataSynthesizer description is not whole JSON: {error}. Save it again."
        raise DescriptionError(message) from error
    if not isinstance(document, Mapping):
        refuse(WHOLE, f"the value {reprlib.repr(document)}", "a JSON object")
    return document


def _no_constant(constant: str) -> float:
    refuse(WHOLE, f"the number {constant}, which is not JSON", "finite numbers; leave out columns without any value")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        refuse(WHOLE, f"{twice!r} twice in one object", "each key once")
    return found


def _object(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = document.get(key)
    if not isinstance(value, Mapping):
        refuse(WHOLE, f"{key} {reprlib.repr(value)}" if key in document else f"no {key}", "an object")
    return value


def _names(meta: Mapping[str, Any], entries: Mapping[str, Any]) -> list[str]:
    """The attributes, in the table's order."""
    if not entries:
        refuse(WHOLE, "no attribute in attribute_description", "at least one")
    listed = meta.get("all_attributes", list(entries))
    if not is_names(listed) or sorted(listed) != sorted(entries):
        refuse(WHOLE, f"all_attributes {reprlib.repr(listed)}", "the attributes of attribute_description, each once")
    return listed


def _rows(meta: Mapping[str, Any]) -> int | None:
    rows = meta.get("num_tuples")
    if "num_tuples" in meta and not (type(rows) is int and 0 <= rows <= MOST_COUNT):
        refuse(WHOLE, f"num_tuples {reprlib.repr(rows)}", f"a whole number from 0 to {MOST_COUNT:,}")
    return rows


def _check_keys(meta: Mapping[str, Any], entries: Mapping[str, Any]) -> None:
    """The two places that name candidate keys agree on the table's attributes."""
    listed = meta.get("candidate_keys", [])
    if not is_names(listed):
        refuse(WHOLE, f"candidate_keys {reprlib.repr(listed)}", "a list of names")
    for name, entry in entries.items():
        if "candidate_keys" in meta and entry["is_candidate_key"] != (name in listed):
            found = f"is_candidate_key {entry['is_candidate_key']}, and candidate_keys {reprlib.repr(listed)}"
            refuse(attribute(name), found, "that both agree")
