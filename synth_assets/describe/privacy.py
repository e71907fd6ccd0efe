"""What a description says of its differential privacy: the bound, for whom, by what, and where it was booked."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self, TypeAlias, get_args

from synth_assets.describe.document import require

Unit: TypeAlias = Literal["row", "person"]
NO_ROW_READ = "no row is read"


@dataclass(frozen=True, slots=True)
class Privacy:
    """The bound that a description keeps.

    Attributes:
        epsilon: Not negative; smaller is more private. 0 where no row is read.
        delta: From 0, inclusive, to 1; the chance with which the bound may not hold.
        mechanism: Where the noise comes from, in words.
        units: What was spent, in units of rho (see ``ledger.accounting``).
        unit: What is added or removed between two tables that are hard to tell apart.
        rows_per_unit: The most rows of one unit.
    """

    epsilon: float
    delta: float
    mechanism: str
    units: int
    unit: Unit = "row"
    rows_per_unit: int = 1

    @classmethod
    def without_reading(cls) -> Self:
        """Of a description that was made without a look at any row."""
        return cls(0.0, 0.0, NO_ROW_READ, 0)

    @property
    def protects(self) -> str:
        """The unit in words.

        >>> Privacy(1.0, 1e-9, "", 1, "person", 3).protects
        'one person, with up to 3 rows'
        """
        rows = f", with up to {self.rows_per_unit} rows" if self.rows_per_unit > 1 else ""
        return f"one {self.unit}{rows}"

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """What ``to_dict`` wrote.

        Raises:
            ValueError: It is of another form.
        """
        require(set(document) >= set(cls.__dataclass_fields__), "privacy lacks a key")
        known = {key: document[key] for key in cls.__dataclass_fields__}
        numbers = (known["epsilon"], known["delta"])
        require(all(type(number) in {int, float} and number >= 0 for number in numbers), "epsilon must be a number")
        require(known["delta"] < 1, "delta must be below 1")
        require(known["unit"] in get_args(Unit), "the unit of privacy must be row or person")
        for key in ("units", "rows_per_unit"):
            require(type(known[key]) is int and known[key] >= 0, f"{key} must be a whole number from 0")
        require(isinstance(known["mechanism"], str), "mechanism must be text")
        return cls(**known | {"epsilon": float(known["epsilon"]), "delta": float(known["delta"])})


@dataclass(frozen=True, slots=True)
class LedgerMark:
    """Where a description's spend stands in the ledger.

    Attributes:
        sequence: The number of its row, from 1.
        digest: That row's digest, which chains it to all before it.
        dataset: Whose budget it was spent from.
        spent_units: All that the dataset had spent by then, this description included, in units of rho.
        spent_epsilon: The same as epsilon at the dataset's delta.
    """

    sequence: int
    digest: str
    dataset: str
    spent_units: int
    spent_epsilon: float

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, document: object) -> Self:
        """What ``to_dict`` wrote.

        Raises:
            ValueError: It is of another form.
        """
        keys = cls.__dataclass_fields__
        if not isinstance(document, Mapping) or set(document) != set(keys):
            message = f"ledger must be 'none' or have the keys {', '.join(keys)}"
            raise ValueError(message)
        for key in ("sequence", "spent_units"):
            require(type(document[key]) is int and document[key] >= 0, f"{key} must be a whole number from 0")
        for key in ("digest", "dataset"):
            require(isinstance(document[key], str), f"{key} must be text")
        require(type(document["spent_epsilon"]) in {int, float}, "spent_epsilon must be a number")
        return cls(**document)
