"""The rows of the ledger as values, and how each is chained to the one before it. Nothing is stored here."""

import hmac
import json
from dataclasses import asdict, dataclass, replace
from typing import Literal, TypeAlias

from synth_assets.storage.key import keyed_hash

Kind: TypeAlias = Literal["open", "spend", "raise", "rename"]
KINDS: tuple[Kind, ...] = ("open", "spend", "raise", "rename")
BEGINNING = ""
"""What stands for the digest before the first row."""


@dataclass(frozen=True, order=True, slots=True)
class Anchor:
    """A row of the ledger as other places remember it.

    Attributes:
        sequence: Its number, from 1.
        digest: Its digest.
    """

    sequence: int
    digest: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the ledger.

    Attributes:
        sequence: Its number, from 1.
        kind: ``open`` sets a dataset's budget, ``spend`` spends from it, ``raise`` raises it, ``rename`` carries one on
            under a new name.
        dataset: Whose budget.
        mode: Of the description; empty but for spends.
        mechanism: Where its noise comes from; empty but for spends.
        data_version: A keyed hash; empty but for spends.
        parameters: A hash; of a ``rename`` the former name; else empty.
        epsilon: Of the description; 0 but for spends.
        delta: Likewise.
        units: Its cost in units of rho; 0 but for spends.
        cumulative_units: All that the dataset has spent, this row included.
        cumulative_epsilon: The same as epsilon at the budget's delta.
        budget_units: The dataset's budget after this row.
        budget_epsilon: The same as it was declared.
        budget_delta: Of the budget.
        reason: Why.
        time: UTC, ISO 8601.
        run_id: Of the Dagster run.
        previous: The digest of the row before.
        digest: HMAC-SHA256 of all of the above.
    """

    sequence: int
    kind: Kind
    dataset: str
    mode: str
    mechanism: str
    data_version: str
    parameters: str
    epsilon: float
    delta: float
    units: int
    cumulative_units: int
    cumulative_epsilon: float
    budget_units: int
    budget_epsilon: float
    budget_delta: float
    reason: str
    time: str
    run_id: str
    previous: str
    digest: str = ""

    @property
    def anchor(self) -> Anchor:
        """What others remember of it."""
        return Anchor(self.sequence, self.digest)

    def sealed(self, key: bytes) -> "Entry":
        """The row with its digest."""
        return replace(self, digest=digest_of(self, key))


FIELDS: tuple[str, ...] = tuple(Entry.__dataclass_fields__)


def digest_of(entry: Entry, key: bytes) -> str:
    """HMAC-SHA256 of everything in a row but its digest, under a key of the ledger's own; 64 hexadecimal characters."""
    said = {name: value for name, value in asdict(entry).items() if name != "digest"}
    text = json.dumps(said, sort_keys=True, ensure_ascii=True, allow_nan=False)
    return hmac.digest(keyed_hash(key, "privacy ledger", b""), text.encode(), "sha256").hex()


@dataclass(frozen=True, slots=True)
class SpendRequest:
    """What is to be spent.

    Attributes:
        dataset: Whose budget.
        mode: Of the description.
        mechanism: Where its noise comes from.
        data_version: A keyed hash of the data.
        parameters: A hash of all else that the description depends on.
        epsilon: Of the description.
        delta: Likewise; 0 for pure epsilon.
        units: Its cost in units of rho, at least 1.
        budget_epsilon: The dataset's budget as declared now.
        budget_delta: Likewise.
        reason: Why it is spent again on data that did not change; else empty.
        run_id: Of the Dagster run.
        formerly: Names under which the dataset spent before.
    """

    dataset: str
    mode: str
    mechanism: str
    data_version: str
    parameters: str
    epsilon: float
    delta: float
    units: int
    budget_epsilon: float
    budget_delta: float
    reason: str = ""
    run_id: str = ""
    formerly: tuple[str, ...] = ()
