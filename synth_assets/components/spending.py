"""The privacy budget around a description: what may be reused, what may be spent, and where it is booked."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from dagster import DagsterInstance

from synth_assets.components.dataset import Dataset
from synth_assets.components.history import all_made, last_told, version_of
from synth_assets.components.stored import stored_description
from synth_assets.describe.privacy import LedgerMark, Privacy
from synth_assets.errors import LedgerError
from synth_assets.ledger import Anchor, Ledger, SpendRequest
from synth_assets.schema import Mode
from synth_assets.storage.warehouse import Warehouse

MARK_SEQUENCE, MARK_DIGEST = "ledger row", "ledger digest"


@dataclass(frozen=True)
class Spending:
    """What one description of a dataset would be booked as.

    Attributes:
        dataset: Whose budget.
        mode: Of the description.
        version: Of the data, as Dagster knows it: no row is read to learn it.
        parameters: Of the description; see ``Dataset.fingerprint``.
        ledger: Where it is booked.
        known: Rows of the ledger that other places remember.
        run_id: Of the run.
    """

    dataset: Dataset
    mode: Mode
    version: str
    parameters: str
    ledger: Ledger
    known: tuple[Anchor, ...]
    run_id: str

    def check(self, units: int, *, redescribe: bool) -> None:
        """Refuse before any row is read: a spend that the budget cannot bear, or one that was made already.

        Raises:
            LedgerError: It may not be spent, or the ledger is not whole.
        """
        budget, delta = self._budget
        name, formerly = self.dataset.name, self.dataset.formerly
        status = self.ledger.status(name, budget=(budget, delta), known=self.known, formerly=formerly)
        self.ledger.refuse_data_of_others(name, formerly, self.version)
        earlier = self.ledger.find(name, self.mode, self.version, self.parameters, formerly)
        if earlier is not None and not redescribe:
            message = (
                f"The ledger's row {earlier.sequence} has spent epsilon {earlier.epsilon:g} for just this description "
                f"({self.dataset.name}, {self.mode}, same data and parameters), and it is not in the warehouse. Bring "
                "it back from a backup, which costs nothing; or spend again: run this asset with redescribe: true and "
                "a reason."
            )
            raise LedgerError(message)
        status.refuse_beyond(units)

    def book(self, privacy: Privacy, reason: str) -> LedgerMark:
        """Spend it: from here on it counts, whatever becomes of the description.

        Raises:
            LedgerError: As ``check``.
        """
        budget, delta = self._budget
        entry = self.ledger.spend(
            SpendRequest(
                dataset=self.dataset.name,
                mode=self.mode,
                mechanism=privacy.mechanism,
                data_version=self.version,
                parameters=self.parameters,
                epsilon=privacy.epsilon,
                delta=privacy.delta,
                units=privacy.units,
                budget_epsilon=budget,
                budget_delta=delta,
                reason=reason,
                run_id=self.run_id,
                formerly=self.dataset.formerly,
            ),
            known=self.known,
        )
        return LedgerMark(
            sequence=entry.sequence,
            digest=entry.digest,
            dataset=self.dataset.name,
            spent_units=entry.cumulative_units,
            spent_epsilon=entry.cumulative_epsilon,
        )

    @property
    def _budget(self) -> tuple[float, float]:
        privacy = self.dataset.privacy
        return privacy.budget or 0.0, privacy.delta


def known_anchors(dataset: Dataset, warehouse: Warehouse, instance: DagsterInstance) -> tuple[Anchor, ...]:
    """Every row of the ledger that a stored description, or Dagster's history of one, remembers."""
    return tuple({*_from_descriptions(dataset, warehouse), *_from_history(dataset, instance)})


def _from_descriptions(dataset: Dataset, warehouse: Warehouse) -> Iterable[Anchor]:
    for mode, name in product(dataset.modes, (dataset.name, *dataset.formerly)):
        stored = stored_description(warehouse, dataset, mode, name)
        if stored is not None and isinstance(stored.ledger, LedgerMark):
            yield Anchor(stored.ledger.sequence, stored.ledger.digest)


def _from_history(dataset: Dataset, instance: DagsterInstance) -> Iterable[Anchor]:
    for mode, name in product(dataset.modes, (dataset.name, *dataset.formerly)):
        told = last_told(instance, f"{mode}_{name}_description")
        if MARK_SEQUENCE in told and MARK_DIGEST in told:
            yield Anchor(int(str(told[MARK_SEQUENCE])), str(told[MARK_DIGEST]))


def data_version(dataset: Dataset, instance: DagsterInstance) -> str:
    """The de-identified table's version, as Dagster recorded it when it was written.

    Raises:
        LedgerError: There is none.
    """
    record = next(all_made(instance, dataset.deidentified), None)
    version = None if record is None else version_of(record)
    if version is None:
        message = (
            f"Dagster's history holds no version of {dataset.deidentified!r}, and without one nothing can be booked. "
            f"Materialise {dataset.deidentified!r} first, in the same Dagster home."
        )
        raise LedgerError(message)
    return version
