"""What a user says about the network: edges that are forced or forbidden, orders, or the whole of it.

It reads neither counts nor a table, and learns nothing.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Any, Self

from synth_assets.describe.completion import arrow, beyond_limits, broken_bans, completed, listed
from synth_assets.errors import DescriptionError

KEYS = ("force", "forbid", "order", "network")


@dataclass(frozen=True, slots=True)
class NetworkRules:
    """What must hold of a network, whatever the data say. Lists are taken for tuples.

    Attributes:
        force: Edges (parent, child) that are in the network.
        forbid: Edges (parent, child) that are not; to forbid both directions, list both.
        order: Sequences of columns: a column may depend on those before it in a sequence, never on later ones, and
            not by way of other columns either.
        whole: Whether the forced edges are the whole network, so that nothing else is learned.

    Raises:
        DescriptionError: Something is of another form.
    """

    force: tuple[tuple[str, str], ...] = ()
    forbid: tuple[tuple[str, str], ...] = ()
    order: tuple[tuple[str, ...], ...] = ()
    whole: bool = False

    def __post_init__(self) -> None:
        """Refuse what is of another form; sort the edges of a whole network by child."""
        if not isinstance(self.whole, bool):
            _refuse([f"whole is {self.whole!r}; allowed: true or false (for a whole network, NetworkRules.network)"])
        for key in ("force", "forbid", "order"):
            object.__setattr__(self, key, _as_tuples(getattr(self, key)))
        _refuse(
            [*_misshapen("force", self.force), *_misshapen("forbid", self.forbid), *_misshapen("order", self.order)]
        )
        if self.whole:
            object.__setattr__(self, "force", tuple(sorted(self.force, key=lambda edge: edge[1])))

    @classmethod
    def network(cls, parents: Mapping[str, Sequence[str]]) -> Self:
        """A whole network, from the parents of each column; columns that are left out have none.

        >>> NetworkRules.network({"income": ["age", "sex"]}).force
        (('age', 'income'), ('sex', 'income'))
        """
        _refuse(_misshapen_network(parents))
        return cls(tuple((parent, child) for child, several in parents.items() for parent in several), whole=True)

    @classmethod
    def from_dict(cls, document: Any) -> Self:  # noqa: ANN401 - what a YAML or JSON file holds is known only after this
        """Rules from plain values: keys ``force``, ``forbid``, ``order`` and, in place of ``force``, ``network``.

        Raises:
            DescriptionError: A key is unknown, or a value of another form; the message lists all of it.
        """
        if not isinstance(document, Mapping):
            _refuse([f"they are written as keys and values ({', '.join(KEYS)}), and {document!r} is not"])
        lists = {key: _as_tuples(document.get(key, ())) for key in ("force", "forbid", "order")}
        _refuse([*_wrong_keys(document), *(problem for key in lists for problem in _misshapen(key, lists[key]))])
        if "network" not in document:
            return cls(**lists)
        return cls(cls.network(document["network"]).force, lists["forbid"], lists["order"], whole=True)

    def to_dict(self) -> dict[str, Any]:
        """As plain values that JSON and YAML can hold; ``from_dict`` gives the same rules back."""
        plain: dict[str, Any] = {key: [list(entry) for entry in getattr(self, key)] for key in KEYS[:-1]}
        if self.whole:
            edges = plain.pop("force")
            children = dict.fromkeys(child for _, child in edges)
            network = {child: [parent for parent, other in edges if other == child] for child in children}
            return {"network": network} | {key: entries for key, entries in plain.items() if entries}
        return {key: entries for key, entries in plain.items() if entries}

    def precedence(self) -> list[tuple[str, str]]:
        """Pairs of columns of which the first is placed before the second."""
        return [*self.force, *(pair for sequence in self.order for pair in pairwise(sequence))]

    def check(self, names: Sequence[str], sizes: Mapping[str, int] | None, max_parents: int) -> None:
        """Refuse rules that contradict each other or the table, or that ask for more than is allowed.

        Args:
            names: The table's columns, in order.
            sizes: How many groups each column has; ``None`` where that is not known yet.
            max_parents: The most parents a column may have.

        Raises:
            DescriptionError: They do; the message lists every problem.
        """
        problems = [*self._wrong_names(names), *self._contradictions()]
        parents = (
            {child: tuple(parent for parent, other in self.force if other == child) for _, child in self.force}
            if problems
            else completed(names, self.force, self.forbid, self.precedence())
        )
        problems += beyond_limits(parents, self.force, sizes or {}, max_parents)
        _refuse([*problems, *broken_bans(parents, self.force, self.forbid)])

    def _wrong_names(self, names: Sequence[str]) -> Iterator[str]:
        said = dict.fromkeys(name for entry in (*self.force, *self.forbid, *self.order) for name in entry)
        unknown = [name for name in said if name not in names]
        if unknown:
            yield f"column(s) {listed(unknown)} are not in the table (allowed: {', '.join(names)})"

    def _contradictions(self) -> Iterator[str]:
        for word, edges in (("forced", self.force), ("forbidden", self.forbid)):
            for (parent, child), times in Counter(edges).items():
                if times > 1:
                    yield f"the {word} edge {arrow(parent, child)} is listed {times} times; list it once"
                if parent == child:
                    yield f"the {word} edge {arrow(parent, child)} joins a column to itself; remove it"
        for sequence in self.order:
            for name, times in Counter(sequence).items():
                if times > 1:
                    yield f"column {name!r} is listed {times} times in one order; list it once"
        for edge in dict.fromkeys(edge for edge in self.force if edge in self.forbid):
            yield f"the edge {arrow(*edge)} is forced and forbidden; drop one of the two"
        cycle = _cycle(self.precedence())
        if cycle:
            yield f"forced edges and orders form a cycle, {arrow(*cycle)}; drop or turn round one of them"


def _refuse(problems: Iterable[str]) -> None:
    said = "; ".join(problems)
    if said:
        message = f"The network's rules cannot be kept: {said}."
        raise DescriptionError(message)


def _cycle(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """The columns of a cycle, the first one again at the end; none where there is no cycle."""
    before: dict[str, list[str]] = {}
    for first, second in pairs:
        if first != second:
            before.setdefault(second, []).append(first)
    try:
        TopologicalSorter(before).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def _as_tuples(value: Any) -> Any:  # noqa: ANN401 - of any form; ``_misshapen`` says what is wrong with it
    if not isinstance(value, list | tuple):
        return value
    return tuple(tuple(entry) if isinstance(entry, list) else entry for entry in value)


def _misshapen(key: str, entries: Any) -> Iterator[str]:  # noqa: ANN401 - checked here
    wanted = "of two or more columns, first to last" if key == "order" else "[parent, child]"
    if not isinstance(entries, tuple):
        yield f"{key} must be a list of lists {wanted}, and {entries!r} is none; leave the key out for none"
        return
    most = math.inf if key == "order" else 2
    for entry in entries:
        if not _is_names(entry) or not 2 <= len(entry) <= most:  # noqa: PLR2004 - an edge has two ends
            shown = list(entry) if isinstance(entry, tuple) else entry
            yield f"each entry of {key} must be a list {wanted}, and {shown!r} is not; put names in quotes"


def _misshapen_network(parents: Any) -> Iterator[str]:  # noqa: ANN401 - checked here
    if not isinstance(parents, Mapping):
        yield f"network must give columns, each with a list of its parents, and {parents!r} does not"
        return
    for child, several in parents.items():
        if not isinstance(child, str) or not _is_names(several):
            yield (
                f"the network must give each column a list of its parents ([] for none), and {child!r}: {several!r} "
                "is not; put names in quotes"
            )


def _is_names(entry: object) -> bool:
    return isinstance(entry, list | tuple) and all(isinstance(name, str) for name in entry)


def _wrong_keys(document: Mapping[Any, Any]) -> Iterator[str]:
    unknown = [key for key in document if key not in KEYS]
    if unknown:
        yield f"key(s) {', '.join(map(repr, unknown))} are unknown (allowed: {', '.join(KEYS)})"
    if "network" in document and "force" in document:
        yield "network and force are both given; a whole network forces all of its edges: give one of the two"
    if "network" in document:
        yield from _misshapen_network(document["network"])
