"""Take a table through its declared steps, and keep account of rows and columns at each."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from synth_assets.errors import ProtectionError
from synth_assets.protect.columns import kinds_of
from synth_assets.protect.plan import columns_after
from synth_assets.protect.steps import Step, Tools

_SOURCE = "the row's place in the sensitive table"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one step did.

    Attributes:
        step: The step's name.
        reason: Why it was taken.
        rows_in: Rows before.
        rows_out: Rows after.
        removes_rows: Whether removing rows is what the step declares.
        removed: Columns that went.
        added: Columns that came.
    """

    step: str
    reason: str
    rows_in: int
    rows_out: int
    removes_rows: bool
    removed: tuple[str, ...]
    added: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Deidentified:
    """A table without direct identifiers.

    Attributes:
        table: Its columns in the order asked for.
        outcomes: Each step's account, in order.
        sources: The place in the sensitive table of each row, from 0.
    """

    table: pl.DataFrame
    outcomes: tuple[Outcome, ...]
    sources: pl.Series

    @property
    def rows_in(self) -> int:
        """Rows before the first step."""
        return self.outcomes[0].rows_in if self.outcomes else len(self.table)

    @property
    def rows_lost_without_reason(self) -> int:
        """Rows that went, or came, in steps that do not declare it."""
        return sum(abs(outcome.rows_in - outcome.rows_out) for outcome in self.outcomes if not outcome.removes_rows)


def deidentify(table: pl.DataFrame, steps: Sequence[Step], tools: Tools, *, columns: Sequence[str]) -> Deidentified:
    """Apply the steps in order.

    Args:
        table: The sensitive table.
        steps: What is done to it.
        tools: Key and reference tables.
        columns: Exactly the columns that must be left, in this order.

    Raises:
        ProtectionError: A step does not fit the columns that it meets, and none is taken; or it cannot be carried out,
            or other columns are left than were declared.
    """
    columns_after(kinds_of(table), steps)
    outcomes = []
    table = table.with_columns(pl.int_range(len(table), eager=True).alias(_SOURCE))
    for step in steps:
        after = step.apply(table, tools)
        outcomes.append(_account(step, table, after))
        table = after
    if sorted(table.columns) != sorted([*columns, _SOURCE]):
        left = [name for name in table.columns if name not in {*columns, _SOURCE}]
        lacking = [name for name in columns if name not in table.columns]
        message = (
            f"After the last step the table does not have the declared columns. Not declared: "
            f"{', '.join(left) or '-'}; declared but not there: {', '.join(lacking) or '-'}. Drop or declare them, "
            "each once."
        )
        raise ProtectionError(message)
    return Deidentified(pl.DataFrame({name: table[name] for name in columns}), tuple(outcomes), table[_SOURCE])


def _account(step: Step, before: pl.DataFrame, after: pl.DataFrame) -> Outcome:
    return Outcome(
        step=_name(step),
        reason=step.reason,
        rows_in=len(before),
        rows_out=len(after),
        removes_rows=bool(getattr(step, "removes_rows", False)),
        removed=tuple(name for name in before.columns if name not in after.columns),
        added=tuple(name for name in after.columns if name not in before.columns),
    )


def _name(step: Step) -> str:
    """The step's class as words: ``BandHours`` is ``band hours``."""
    name = type(step).__name__
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
