"""Whether a ledger is as it was written: every way in which rows can be changed, moved, removed or cut off."""

from collections.abc import Iterable, Iterator, Sequence

from synth_assets.ledger.entry import BEGINNING, KINDS, Anchor, Entry, digest_of


def faults(entries: Sequence[Entry], key: bytes, known: Iterable[Anchor]) -> Iterator[str]:
    """Everything that is wrong, in words.

    Args:
        entries: All rows, in order.
        key: The project's key.
        known: Rows that other places remember.
    """
    yield from _chain(entries, key)
    yield from _sums(entries)
    held = {entry.anchor for entry in entries}
    for anchor in sorted(set(known) - held):
        if anchor.sequence > len(entries):
            where = f"the ledger ends at row {len(entries)}"
            yield f"row {anchor.sequence} is remembered elsewhere, and {where}: it was cut off"
        else:
            yield f"row {anchor.sequence} is not the one that is remembered elsewhere: the ledger was replaced"


def _chain(entries: Sequence[Entry], key: bytes) -> Iterator[str]:
    before = BEGINNING
    for place, entry in enumerate(entries, start=1):
        if entry.sequence != place:
            yield f"row {place} is missing, or rows were moved: there stands row {entry.sequence}"
            return
        if entry.digest != digest_of(entry, key):
            yield f"row {place} was changed, or written under another key"
        elif entry.previous != before:
            yield f"row {place} does not follow the row before it"
        before = entry.digest


def _sums(entries: Sequence[Entry]) -> Iterator[str]:
    spent: dict[str, int] = {}
    budget: dict[str, int] = {}
    for entry in entries:
        name, row = entry.dataset, f"row {entry.sequence}"
        if entry.kind == "rename":
            yield from _renamed(entry, spent, budget)
            continue
        if entry.kind not in KINDS or (entry.kind == "open") != (name not in budget):
            yield f"{row} is a row of kind {entry.kind!r} where there can be none"
        spent[name] = spent.get(name, 0) + entry.units
        if entry.kind == "spend" and entry.budget_units != budget.get(name):
            yield f"{row} changes the budget"
        if entry.kind == "raise" and entry.budget_units <= budget.get(name, 0):
            yield f"{row} does not raise the budget"
        budget[name] = entry.budget_units
        if entry.units < 0 or (entry.kind == "spend") != (entry.units > 0) or entry.cumulative_units != spent[name]:
            yield f"{row} does not add up"
        if spent[name] > budget[name]:
            yield f"{row} overspends"


def _renamed(entry: Entry, spent: dict[str, int], budget: dict[str, int]) -> Iterator[str]:
    """A budget that goes on under another name, with all that was spent; the old name has none from then on."""
    former, name, row = entry.parameters, entry.dataset, f"row {entry.sequence}"
    if former not in budget or former == name:
        yield f"{row} carries on a budget that there is not"
    spent[name] = spent.get(name, 0) + spent.pop(former, 0)
    budget[name] = max(budget.get(name, 0), budget.pop(former, 0))
    if (entry.units, entry.cumulative_units) != (0, spent[name]):
        yield f"{row} does not add up"
    if entry.budget_units != budget[name]:
        yield f"{row} changes the budget"
