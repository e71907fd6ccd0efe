"""The ledger as a table for people."""

from collections.abc import Iterable

import polars as pl

from synth_assets.ledger.entry import Entry

_SCHEMA = {
    "row": pl.Int64,
    "kind": pl.String,
    "mode": pl.String,
    "mechanism": pl.String,
    "epsilon": pl.Float64,
    "delta": pl.Float64,
    "rho_units": pl.Int64,
    "spent_units": pl.Int64,
    "spent_epsilon": pl.Float64,
    "budget_epsilon": pl.Float64,
    "time": pl.String,
    "run_id": pl.String,
    "reason": pl.String,
}


def ledger_table(entries: Iterable[Entry]) -> pl.DataFrame:
    """One row a row of the ledger, without hashes."""
    rows = [
        (
            entry.sequence,
            entry.kind,
            entry.mode,
            entry.mechanism,
            entry.epsilon,
            entry.delta,
            entry.units,
            entry.cumulative_units,
            entry.cumulative_epsilon,
            entry.budget_epsilon,
            entry.time,
            entry.run_id,
            entry.reason,
        )
        for entry in entries
    ]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")
