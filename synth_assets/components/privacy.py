"""What a dataset's YAML says of privacy: whose rows they are, the bound of each mode, and the budget."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from synth_assets.describe.privacy import Privacy
from synth_assets.errors import SchemaError
from synth_assets.ledger.accounting import check_delta, check_epsilon
from synth_assets.protect.persons import check_most
from synth_assets.schema import Mode

DEFAULT_DELTA = 1e-9


@dataclass(frozen=True, slots=True)
class PrivacySettings:
    """As declared.

    Attributes:
        epsilon: The bound of each description; ``None`` where there is none.
        delta: The chance with which it may not hold.
        budget: The epsilon of all descriptions of the dataset together, at that delta.
        person_column: The column of the source that says whose row each is; ``None`` where every row is another's.
        max_rows_per_person: The most rows of one person that are described.
        by_mode: For modes with bounds of their own, epsilon and delta; ``None`` is off.
    """

    epsilon: float | None = None
    delta: float = DEFAULT_DELTA
    budget: float | None = None
    person_column: str | None = None
    max_rows_per_person: int = 1
    by_mode: Mapping[Mode, tuple[float | None, float]] = field(default_factory=dict)

    @property
    def rows_per_person(self) -> int:
        """The most rows of one unit of privacy: of a person, or 1 where the unit is a row."""
        return 1 if self.person_column is None else self.max_rows_per_person

    @property
    def unit(self) -> str:
        """What two tables that are hard to tell apart differ by, in words."""
        return Privacy(
            0.0, 0.0, "", 0, "row" if self.person_column is None else "person", self.rows_per_person
        ).protects

    def bound(self, mode: Mode) -> tuple[float | None, float]:
        """Epsilon and delta of a mode."""
        return self.by_mode.get(mode, (self.epsilon, self.delta))

    def private_modes(self, modes: Iterable[Mode]) -> list[Mode]:
        """The modes that spend from the budget; random mode reads no row and spends nothing."""
        return [mode for mode in modes if mode != "random" and self.bound(mode)[0] is not None]

    def check(self, name: str, modes: Iterable[Mode], columns: Iterable[Mapping[str, Any]]) -> None:
        """Refuse what cannot be.

        Args:
            name: The dataset's, for the message.
            modes: That it makes.
            columns: As the YAML has them.

        Raises:
            SynthAssetsError: A number is out of range, a budget is missing, or a domain is not declared.
        """
        check_most(self.max_rows_per_person)
        check_delta(self.delta)
        if self.budget is not None:
            check_epsilon(self.budget)
        asked = [mode for mode in modes if self.bound(mode)[0] is not None]
        for mode in asked:
            epsilon, delta = self.bound(mode)
            check_epsilon(epsilon)
            if delta != 0 or mode == "correlated":
                check_delta(delta)
        if self.private_modes(asked) and self.budget is None:
            message = (
                f"Dataset {name!r} asks for epsilon without a budget. Name one under 'privacy': the epsilon of all "
                "descriptions together, e.g. budget: 3."
            )
            raise SchemaError(message)
        undeclared = [str(column.get("name")) for column in columns if not is_declared(column)] if asked else []
        if undeclared:
            message = (
                f"Dataset {name!r} asks for epsilon, and these columns declare no domain: {', '.join(undeclared)}. A "
                "bound that is read from the data is not covered by any noise. Declare their categories, or minimum "
                "and maximum."
            )
            raise SchemaError(message)


def is_declared(column: Mapping[str, Any]) -> bool:
    """Whether a column, as the YAML has it, needs no look at the data to be described with epsilon."""
    needs_none = (
        column.get("type") in {"boolean", "text"} or column.get("unique") or column.get("role") == "direct_identifier"
    )
    return column.get("domain_source", "declared") != "data" and bool(needs_none or column.get("domain"))
