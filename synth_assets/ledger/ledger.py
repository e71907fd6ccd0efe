"""The ledger: what was spent of each dataset's privacy budget, append-only, chained by HMAC, never reset."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from synth_assets.errors import LedgerError
from synth_assets.ledger.accounting import epsilon_of, spend_of
from synth_assets.ledger.entry import BEGINNING, Anchor, Entry, Kind, SpendRequest
from synth_assets.ledger.faults import faults
from synth_assets.ledger.renaming import names_of, own_rows, refuse_data_of_others
from synth_assets.ledger.status import Status, same_delta
from synth_assets.ledger.store import append, marked, opened, rows, write_mark

DEFAULT_TIMEOUT_S = 60.0

_FIRST_ROWS = 2
"""The first transaction writes the budget and a spend; after it there is a mark."""


@dataclass(frozen=True)
class Ledger:
    """A ledger file, safe to use from several processes at once.

    Every look at it checks the whole chain. A row cannot be changed without the key; that rows were cut off shows by
    the mark beside the file (``<name>.head``) and by the rows that descriptions remember. Who can replace ledger, mark
    and all that remembers a row can put an earlier state back: keep backups apart.

    Attributes:
        path: Of the SQLite file; the first spend makes it, mode 0600.
        key: The project's key.
        timeout_s: How long to wait for another process that writes, in seconds.
    """

    path: Path
    key: bytes = field(repr=False)
    timeout_s: float = DEFAULT_TIMEOUT_S

    def entries(self, dataset: str | None = None) -> list[Entry]:
        """The rows, of one dataset or of all, in order; none where there is no ledger yet.

        Raises:
            LedgerError: The file cannot be read.
        """
        if not self.path.exists():
            return []
        with opened(self.path, self.timeout_s, write=False) as connection:
            held = rows(connection)
        return [entry for entry in held if dataset is None or entry.dataset == dataset]

    def verify(self, known: Iterable[Anchor] = ()) -> list[str]:
        """Everything that is wrong with the ledger, in words; empty where it is whole.

        Args:
            known: Rows that other places remember.

        Raises:
            LedgerError: The file cannot be read.
        """
        remembered = [*marked(self.path), *known]
        return self._faults(self.entries(), remembered)

    def refuse_unless_intact(self, known: Iterable[Anchor] = ()) -> None:
        """Go on only with a whole ledger.

        Raises:
            LedgerError: It is not.
        """
        self._refuse(self.verify(known))

    def status(
        self,
        dataset: str,
        *,
        budget: tuple[float, float],
        known: Iterable[Anchor] = (),
        formerly: Sequence[str] = (),
    ) -> Status:
        """What is left of a dataset's budget.

        Args:
            dataset: Its name.
            budget: Epsilon and delta as declared now.
            known: Rows that other places remember.
            formerly: Names under which the dataset spent before; it counts as spent.

        Raises:
            LedgerError: The ledger is not whole, holds another budget, or the budget goes on under another name.
        """
        self.refuse_unless_intact(known)
        return Status.of(dataset, own_rows(self.entries(), dataset, formerly), budget)

    def of_names(self, dataset: str, formerly: Sequence[str] = ()) -> list[Entry]:
        """The rows of a dataset under all its names, in order.

        Raises:
            LedgerError: The file cannot be read.
        """
        held = self.entries()
        names = names_of(held, dataset, formerly)
        return [entry for entry in held if entry.dataset in names]

    def find(
        self, dataset: str, mode: str, data_version: str, parameters: str, formerly: Sequence[str] = ()
    ) -> Entry | None:
        """The last spend for just this, if there is one, under whatever name.

        Raises:
            LedgerError: The file cannot be read.
        """
        wanted = (mode, data_version, parameters)
        alike = [
            entry
            for entry in self.of_names(dataset, formerly)
            if entry.kind == "spend" and (entry.mode, entry.data_version, entry.parameters) == wanted
        ]
        return alike[-1] if alike else None

    def refuse_data_of_others(self, dataset: str, formerly: Sequence[str], data_version: str) -> None:
        """Refuse data on which the ledger has spent under a name that is none of the dataset's.

        Raises:
            LedgerError: It has, or the file cannot be read.
        """
        refuse_data_of_others(self.entries(), dataset, formerly, data_version)

    def spend(self, request: SpendRequest, *, known: Iterable[Anchor] = ()) -> Entry:
        """Book a spend: on the disk when this returns, whatever happens afterwards.

        Args:
            request: What is to be spent.
            known: Rows that other places remember.

        Returns:
            The new row.

        Raises:
            BudgetError: The budget does not bear it.
            LedgerError: The ledger is not whole, cannot be written, holds another budget, or has spent on the same data
                under a name that the request does not give.
        """
        if request.units < 1:
            message = f"A spend of {request.units} units cannot be booked. Allowed: whole numbers from 1."
            raise LedgerError(message)

        def made(held: Sequence[Entry]) -> list[Entry]:
            refuse_data_of_others(held, request.dataset, request.formerly, request.data_version)
            own = own_rows(held, request.dataset, request.formerly, request.run_id)
            status = Status.of(request.dataset, own, (request.budget_epsilon, request.budget_delta))
            status.refuse_beyond(request.units)
            fresh = [entry for entry in own if not entry.sequence] if own else [_opening(request)]
            return [*fresh, _spending(request, status, own)]

        return self._added(made, known)

    def raise_budget(  # noqa: PLR0913 - what, to what, why and by whom
        self, dataset: str, epsilon: float, delta: float, *, reason: str, run_id: str = "", known: Iterable[Anchor] = ()
    ) -> Entry:
        """Raise a dataset's budget, and keep why.

        Args:
            dataset: Its name; it has spent before.
            epsilon: The new budget, above the old one.
            delta: The budget's, as it was.
            reason: Not empty.
            run_id: Of the run, if any.
            known: Rows that other places remember.

        Raises:
            LedgerError: There is no budget to raise, it would not rise, or there is no reason.
        """
        if not reason.strip():
            message = "A budget is raised with a reason, and this one is empty. Say why; the ledger keeps it."
            raise LedgerError(message)

        def made(held: Sequence[Entry]) -> list[Entry]:
            own = own_rows(held, dataset, ())
            if not own:
                message = (
                    f"The ledger holds no budget of {dataset!r} yet. The first description opens it with the budget of "
                    "the dataset's YAML: set that instead."
                )
                raise LedgerError(message)
            same_delta(own[-1], delta)
            units = spend_of(epsilon, delta)
            if units <= own[-1].budget_units:
                message = (
                    f"The budget of {dataset!r} is epsilon {own[-1].budget_epsilon:g}, and {epsilon:g} is not more. A "
                    "budget can only rise; to spend less, declare less in the YAML."
                )
                raise LedgerError(message)
            return [
                replace(
                    _blank("raise", own[-1]), budget_units=units, budget_epsilon=epsilon, reason=reason, run_id=run_id
                )
            ]

        return self._added(made, known)

    def _added(self, made: Callable[[Sequence[Entry]], list[Entry]], known: Iterable[Anchor]) -> Entry:
        """Rows that follow from those that are there, added in one transaction; the last of them."""
        remembered = [*marked(self.path), *known]
        if remembered and not self.path.exists():
            self._refuse([f"the file is not there, and row {max(remembered).sequence} is remembered elsewhere"])
        with opened(self.path, self.timeout_s, write=True) as connection:
            held = rows(connection)
            self._refuse(self._faults(held, [*marked(self.path), *remembered]))
            fresh = self._chained(held, made(held))
            if held:
                write_mark(self.path, held[-1].anchor)
            for entry in fresh:
                append(connection, entry)
        write_mark(self.path, fresh[-1].anchor)
        return fresh[-1]

    def _chained(self, held: Sequence[Entry], fresh: Sequence[Entry]) -> list[Entry]:
        """New rows with number, time and digest."""
        found: list[Entry] = []
        now = datetime.now(UTC).isoformat(timespec="seconds")
        for entry in fresh:
            last = found[-1] if found else held[-1] if held else None
            place, previous = (last.sequence + 1, last.digest) if last else (1, BEGINNING)
            found.append(replace(entry, sequence=place, previous=previous, time=now).sealed(self.key))
        return found

    def _faults(self, held: Sequence[Entry], remembered: Sequence[Anchor]) -> list[str]:
        found = list(faults(held, self.key, remembered))
        if len(held) > _FIRST_ROWS and not list(marked(self.path)):
            found.append(f"the mark {self.path.with_suffix('.head').name} beside it is gone")
        return found

    def _refuse(self, found: Sequence[str]) -> None:
        if found:
            message = (
                f"The privacy ledger {self.path} is not as it was written: {'; '.join(found)}. Nothing is spent or "
                "reused until ledger and mark are brought back from a backup of the same moment, under the same key."
            )
            raise LedgerError(message)


def _blank(kind: Kind, last: Entry) -> Entry:
    """A row of a dataset that changes nothing yet, after its last one."""
    return replace(
        last,
        kind=kind,
        mode="",
        mechanism="",
        data_version="",
        parameters="",
        epsilon=0.0,
        delta=0.0,
        units=0,
        reason="",
    )


def _opening(request: SpendRequest) -> Entry:
    units = spend_of(request.budget_epsilon, request.budget_delta)
    budget = (units, request.budget_epsilon, request.budget_delta)
    return Entry(0, "open", request.dataset, "", "", "", "", 0.0, 0.0, 0, 0, 0.0, *budget, "", "", request.run_id, "")


def _spending(request: SpendRequest, status: Status, own: Sequence[Entry]) -> Entry:
    spent = status.spent_units + request.units
    last = own[-1] if own else _opening(request)
    return replace(
        last,
        kind="spend",
        mode=request.mode,
        mechanism=request.mechanism,
        data_version=request.data_version,
        parameters=request.parameters,
        epsilon=request.epsilon,
        delta=request.delta,
        units=request.units,
        cumulative_units=spent,
        cumulative_epsilon=epsilon_of(spent, request.budget_delta),
        reason=request.reason,
        run_id=request.run_id,
    )
