"""Budgets that go on under a new name. A dataset that is renamed keeps what it spent; nothing is written here."""

from collections.abc import Iterable, Iterator, Sequence

from synth_assets.errors import LedgerError
from synth_assets.ledger.accounting import epsilon_of
from synth_assets.ledger.entry import Entry
from synth_assets.ledger.status import same_delta


def successor(entries: Iterable[Entry], dataset: str) -> str | None:
    """The name under which a dataset's budget goes on; ``None`` where it does under its own.

    Args:
        entries: All rows, in order.
        dataset: Its name.
    """
    found = None
    for entry in entries:
        if entry.kind == "rename" and entry.parameters == dataset:
            found = entry.dataset
        elif entry.dataset == dataset and entry.kind in {"open", "rename"}:
            found = None
    return found


def names_of(entries: Sequence[Entry], dataset: str, formerly: Iterable[str] = ()) -> set[str]:
    """A dataset's name with all former ones, those that are declared and those that the ledger knows.

    Args:
        entries: All rows, in order.
        dataset: Its name.
        formerly: Former names, as declared.
    """
    names = {dataset, *formerly}
    renamings = [entry for entry in entries if entry.kind == "rename"]
    while more := {entry.parameters for entry in renamings if entry.dataset in names} - names:
        names |= more
    return names


def standing(entries: Iterable[Entry], dataset: str) -> list[Entry]:
    """The rows of a dataset since its budget last came to its name; none where it went to another's."""
    own: list[Entry] = []
    for entry in entries:
        if entry.kind == "rename" and entry.parameters == dataset:
            own = []
        elif entry.dataset == dataset:
            own.append(entry)
    return own


def own_rows(entries: Sequence[Entry], dataset: str, formerly: Sequence[str], run_id: str = "") -> list[Entry]:
    """The rows that say what a dataset has spent, with those that its next spend takes over from former names.

    Args:
        entries: All rows, in order.
        dataset: Its name.
        formerly: Former names, as declared; of those without rows nothing is taken over.
        run_id: Of the run.

    Returns:
        Rows in order. Those of number 0 are not in the ledger yet.

    Raises:
        LedgerError: The dataset's budget, or that of a former name, goes on under a name that is not declared.
    """
    own = standing(entries, dataset)
    for former in _open_names(entries, dataset, formerly):
        own.append(_renaming(standing(entries, former)[-1], own[-1] if own else None, dataset, run_id))
    return own


def refuse_data_of_others(entries: Sequence[Entry], dataset: str, formerly: Sequence[str], data_version: str) -> None:
    """Refuse to spend on data that were described under another name: one table has one budget.

    Args:
        entries: All rows, in order.
        dataset: Its name.
        formerly: Former names, as declared.
        data_version: Of the data that would be described.

    Raises:
        LedgerError: They were.
    """
    names = names_of(entries, dataset, formerly)
    for entry in entries:
        if entry.kind == "spend" and entry.data_version == data_version and entry.dataset not in names:
            message = (
                f"The data of {dataset!r} are those of {entry.dataset!r}, on which row {entry.sequence} of the ledger "
                "has spent already: one table has one budget, whatever it is called. If the dataset was renamed, "
                f"declare formerly: [{entry.dataset}] in the YAML of {dataset!r}, and what was spent is carried on; "
                "else describe these data in one dataset only."
            )
            raise LedgerError(message)


def _open_names(entries: Sequence[Entry], dataset: str, formerly: Sequence[str]) -> Iterator[str]:
    """The former names whose budget is still theirs, once each."""
    names = names_of(entries, dataset, formerly)
    for name in dict.fromkeys([dataset, *formerly]):
        after = successor(entries, name)
        if after is not None and after not in names:
            message = (
                f"The budget of {name!r} goes on as that of {after!r}, and nothing is spent under {name!r} any more. "
                f"If {dataset!r} is {after!r} renamed, declare formerly: [{', '.join([*formerly, after])}] in its "
                "YAML; else give the dataset another name."
            )
            raise LedgerError(message)
        if name != dataset and after is None and standing(entries, name):
            yield name


def _renaming(former: Entry, own: Entry | None, dataset: str, run_id: str) -> Entry:
    """The row by which a budget goes on: what both names spent, and the larger of their budgets."""
    if own is not None:
        same_delta(own, former.budget_delta)
    spent = former.cumulative_units + (own.cumulative_units if own else 0)
    larger = own if own is not None and own.budget_units > former.budget_units else former
    return Entry(
        sequence=0,
        kind="rename",
        dataset=dataset,
        mode="",
        mechanism="",
        data_version="",
        parameters=former.dataset,
        epsilon=0.0,
        delta=0.0,
        units=0,
        cumulative_units=spent,
        cumulative_epsilon=epsilon_of(spent, former.budget_delta),
        budget_units=larger.budget_units,
        budget_epsilon=larger.budget_epsilon,
        budget_delta=larger.budget_delta,
        reason=f"formerly {former.dataset}",
        time="",
        run_id=run_id,
        previous="",
    )
