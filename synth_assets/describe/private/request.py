"""What is asked of a private description, and how its budget is cut up. It sees no data."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from synth_assets.describe.privacy import Privacy
from synth_assets.ledger.accounting import pure_spend_of, spend_of

PURE = "discrete Laplace, pure epsilon"
ZERO_CONCENTRATED = "discrete Gaussian, zero-concentrated"

_LOUDNESS = 2 / 3


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked.

    Attributes:
        epsilon: The bound, above 0.
        delta: The chance with which the bound may not hold; 0 for pure epsilon, which only independent mode has.
        person: Whether the unit is a person; else it is a row.
        rows_per_person: The most rows of one unit, at least 1: how far one unit can move a table of counts, in L1 and
            in L2, for all of its rows may be in one cell.
    """

    epsilon: float
    delta: float
    person: bool = False
    rows_per_person: int = 1

    @property
    def pure(self) -> bool:
        """Whether the bound holds without exception."""
        return self.delta == 0

    @property
    def units(self) -> int:
        """What the description costs in units of rho, all of which is spent."""
        return pure_spend_of(self.epsilon) if self.pure else spend_of(self.epsilon, self.delta)

    @property
    def privacy(self) -> Privacy:
        """What the description says of it."""
        return Privacy(
            epsilon=self.epsilon,
            delta=self.delta,
            mechanism=PURE if self.pure else ZERO_CONCENTRATED,
            units=self.units,
            unit="person" if self.person else "row",
            rows_per_unit=self.rows_per_person,
        )


def parts(units: int, weights: Sequence[float]) -> list[int]:
    """Whole units in proportion to weights; together no more than there are.

    Args:
        units: What there is, at least 0.
        weights: Not negative, at least one above 0.

    >>> parts(10, [1, 1, 1])
    [3, 3, 3]
    """
    whole = sum(Fraction(weight) for weight in weights)
    return [int(units * Fraction(weight) / whole) for weight in weights]


def by_cells(units: int, cells: Sequence[int]) -> list[int]:
    """Whole units for tables of so many cells, so that their expected absolute errors add up to the least.

    A table of c cells under rho has an expected error in proportion to c / sqrt(rho); the sum is least where rho goes
    with c^(2/3), by Lagrange multipliers.
    """
    return parts(units, [count**_LOUDNESS for count in cells])


def pure_by_cells(epsilon: float, cells: Sequence[int]) -> list[Fraction]:
    """The same for Laplace noise, whose error goes with c / epsilon: shares go with c^(1/2)."""
    weights = [Fraction(count**0.5) for count in cells]
    whole = sum(weights)
    return [Fraction(epsilon) * weight / whole for weight in weights]
