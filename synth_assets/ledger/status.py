"""What is left of a budget, in units of rho and in epsilon."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from synth_assets.errors import BudgetError, LedgerError
from synth_assets.ledger.accounting import epsilon_of, spend_of
from synth_assets.ledger.entry import Entry


@dataclass(frozen=True, slots=True)
class Status:
    """What one dataset has spent and may spend.

    Attributes:
        dataset: Its name.
        budget_units: What may be spent in all: what the ledger holds, or less where less is declared now.
        spent_units: What was spent.
        delta: Of the budget.
    """

    dataset: str
    budget_units: int
    spent_units: int
    delta: float

    @classmethod
    def of(cls, dataset: str, entries: Sequence[Entry], budget: tuple[float, float]) -> Self:
        """The status after these rows.

        Args:
            dataset: Its name.
            entries: Its rows, in order.
            budget: Epsilon and delta as declared now.

        Raises:
            LedgerError: More is declared than the ledger holds, or another delta.
        """
        epsilon, delta = budget
        declared = spend_of(epsilon, delta)
        if not entries:
            return cls(dataset, declared, 0, delta)
        last = entries[-1]
        same_delta(last, delta)
        if declared > last.budget_units:
            now = last.parameters if last.kind == "rename" and not last.sequence else dataset  # until it is carried on
            message = (
                f"Dataset {dataset!r} declares a budget of epsilon {epsilon:g}, and the ledger holds "
                f"{last.budget_epsilon:g}. "
                f'A budget is raised with a reason: synth-assets budget {now} --epsilon {epsilon:g} --reason "...".'
            )
            raise LedgerError(message)
        return cls(dataset, declared, last.cumulative_units, delta)

    @property
    def left_units(self) -> int:
        """What may still be spent; 0 where a lowered budget is below what was spent."""
        return max(self.budget_units - self.spent_units, 0)

    @property
    def budget_epsilon(self) -> float:
        """The budget as epsilon."""
        return epsilon_of(self.budget_units, self.delta)

    @property
    def spent_epsilon(self) -> float:
        """What was spent, as epsilon. What is left is not the difference: epsilons do not add up, units do."""
        return epsilon_of(self.spent_units, self.delta)

    def remaining(self, units: int) -> int:
        """How many spends of so many units still fit."""
        return self.left_units // units

    def refuse_beyond(self, units: int) -> None:
        """Refuse a spend that the budget does not bear.

        Raises:
            BudgetError: It does not.
        """
        if units > self.left_units:
            left = epsilon_of(self.left_units, self.delta)
            message = (
                f"The privacy budget of {self.dataset!r} does not bear this description. Budget: epsilon "
                f"{self.budget_epsilon:.4g}; spent: {self.spent_epsilon:.4g}; a description of epsilon {left:.4g} "
                f"would still fit, and this one costs {epsilon_of(units, self.delta):.4g} (all at delta "
                f"{self.delta:g}). A stored description still stands, and tables can be drawn from it at no cost. "
                "Budgets never reset; to raise one "
                f'with a reason: synth-assets budget {self.dataset} --epsilon X --reason "...".'
            )
            raise BudgetError(message)


def same_delta(last: Entry, delta: float) -> None:
    """Refuse another delta than that of the budget.

    Raises:
        LedgerError: It is another.
    """
    if delta != last.budget_delta:
        message = (
            f"The budget of {last.dataset!r} counts at delta {last.budget_delta:g}, and {delta:g} is declared. A "
            f"budget keeps its delta: declare {last.budget_delta:g} again."
        )
        raise LedgerError(message)
