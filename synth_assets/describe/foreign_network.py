"""The network of a DataSynthesizer description, checked, and the distribution of each attribute given its parents.

It reads plain values of a document; nothing in it is taken on trust, and nothing is evaluated.
"""

import json
import math
import reprlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from synth_assets.describe.conditional import Conditional
from synth_assets.describe.foreign import ForeignAttribute
from synth_assets.describe.foreign_domain import WHOLE, attribute, is_names, probabilities, refuse

MOST_CELLS = 10_000_000
"""A table of conditional probabilities may have no more cells."""


def read_network(document: Mapping[str, Any], names: Sequence[str]) -> dict[str, list[str]]:
    """The parents of each attribute in the network, parents before children; the root has none.

    Args:
        document: The whole document; without a network, the result is empty.
        names: All attributes.

    Raises:
        DescriptionError: The network has a cycle, an unknown attribute, or one twice.
    """
    keys = {"bayesian_network", "conditional_probabilities"} & set(document)
    if not keys:
        return {}
    shown = document.get("bayesian_network")
    if len(keys) == 1 or not isinstance(shown, list) or not shown:
        refuse(WHOLE, f"bayesian_network {reprlib.repr(shown)}", "both bayesian_network and conditional_probabilities")
    network: dict[str, list[str]] = {}
    for link in shown:
        child, parents = _link(link)
        network = network or {root: [] for root in parents[:1]}
        unknown = [name for name in (child, *parents) if name not in names]
        if unknown:
            refuse("The network", f"the unknown attribute {unknown[0]!r}", "attributes of attribute_description")
        if child in network or not set(parents) <= set(network):
            found = f"{child!r} with the parents {reprlib.repr(parents)}"
            refuse("The network", found, "each attribute once, after all its parents and the root, without cycles")
        network[child] = parents
    return network


def _link(link: object) -> tuple[str, list[str]]:
    child, parents = link if isinstance(link, list) and len(link) == 2 else (None, None)  # noqa: PLR2004 - a pair
    if not (isinstance(child, str) and is_names(parents) and 0 < len(parents) == len(set(parents))):
        refuse("The network", f"the entry {reprlib.repr(link)}", '["child", ["parent", ...]], each parent once')
    return child, parents


def read_conditionals(
    document: Mapping[str, Any], attributes: Mapping[str, ForeignAttribute], network: Mapping[str, list[str]]
) -> tuple[Conditional, ...]:
    """One conditional per attribute: those of the network in its order, then those outside it, drawn alone.

    Args:
        document: The whole document.
        attributes: All attributes, in the table's order.
        network: See ``read_network``.

    Raises:
        DescriptionError: A distribution is missing from the network, or of another form.
    """
    tables = document.get("conditional_probabilities", {}) if network else {}
    if not isinstance(tables, Mapping):
        refuse(WHOLE, f"conditional_probabilities {reprlib.repr(tables)}", "an object")
    if set(tables) != set(network):
        odd = min(set(tables) ^ set(network))
        refuse(
            "The network", f"not all of {odd!r}", "for each of its attributes, conditional_probabilities, and no more"
        )
    lengths: dict[str, int] = {}
    found = [_in_network(name, tables[name], attributes, parents, lengths) for name, parents in network.items()]
    alone = [_alone(name, one) for name, one in attributes.items() if name not in network]
    return (*found, *alone)


def _alone(name: str, one: ForeignAttribute) -> Conditional:
    return Conditional(name, (), one.collected(one.shares[None, :], 1), (one.coded.size,))


def _in_network(
    name: str, shown: object, attributes: Mapping[str, ForeignAttribute], parents: list[str], lengths: dict[str, int]
) -> Conditional:
    """The attribute given its parents; ``lengths``, how many codes each attribute's distributions have, grows by it.

    Where several codes have one group, a parent's are mixed by their shares, and the attribute's own are added up.
    """
    family = [attributes[parent] for parent in parents]
    codes = [len(one.shares) for one in (*family, attributes[name])]
    if math.prod(codes) > MOST_CELLS:
        refuse(attribute(name), f"a table of {math.prod(codes):,} probabilities", f"at most {MOST_CELLS:,}")
    tables = shown if parents else {"[]": shown}
    if not isinstance(tables, Mapping) or not tables:
        refuse(attribute(name), f"conditional_probabilities {reprlib.repr(shown)}", "an object, not empty")
    rows, lengths[name] = _distributions(name, tables, attributes[name], codes, [lengths[one] for one in parents])
    weights = rows.reshape(codes)
    for axis, one in enumerate(family):
        weights = one.mixed(weights, axis)
    weights = attributes[name].collected(weights, len(parents))
    return Conditional(name, tuple(parents), weights.reshape(-1, weights.shape[-1]), weights.shape)


def _distributions(
    name: str, tables: Mapping[str, object], one: ForeignAttribute, codes: list[int], limits: list[int]
) -> tuple[np.ndarray, int]:
    """A row for each configuration of the parents' codes, and how long the document's distributions are.

    Theirs end at the last code that occurs, so that they are as long as there are codes where values are missing, and
    may be shorter where none is. Where the document has no row, the attribute's own shares stand in.
    """
    rows = np.tile(one.shares, (math.prod(codes[:-1]), 1))
    lengths = [codes[-1]] if one.coded.column.nullable else list(range(1, codes[-1] + 1))
    seen = set()
    for key, shown in tables.items():
        place = _configuration(name, key, codes, limits)
        if place in seen:
            refuse(attribute(name), f"the configuration {key} twice", "each once")
        seen.add(place)
        told = probabilities(attribute(name), f"conditional_probabilities of {reprlib.repr(key)}", shown, lengths)
        lengths, rows[place] = [len(told)], np.pad(told, (0, codes[-1] - len(told)))
    return rows, lengths[0]


def _configuration(name: str, key: str, codes: list[int], limits: list[int]) -> int:
    """The row of a configuration such as ``[0, 3]``: the parents' codes, the last varying fastest."""
    try:
        places = json.loads(key)
    except (ValueError, RecursionError):
        places = None
    form = isinstance(places, list) and len(places) == len(limits) and all(type(place) is int for place in places)
    if not form or not all(0 <= place < limit for place, limit in zip(places, limits, strict=True)):
        below = ", ".join(str(limit) for limit in limits)
        allowed = f"a list of the parents' codes, whole numbers from 0 and below {below}"
        refuse(attribute(name), f"the configuration {reprlib.repr(key)}", allowed)
    row = 0
    for place, size in zip(places, codes, strict=False):
        row = row * size + place
    return row
