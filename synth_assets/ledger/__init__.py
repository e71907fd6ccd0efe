"""The privacy budget: what every differentially private description costs, and a ledger that cannot be overspent."""

from synth_assets.ledger.entry import Anchor, Entry, SpendRequest
from synth_assets.ledger.ledger import Ledger
from synth_assets.ledger.status import Status
from synth_assets.ledger.table import ledger_table

__all__ = ["Anchor", "Entry", "Ledger", "SpendRequest", "Status", "ledger_table"]
