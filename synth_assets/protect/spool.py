"""De-identify a table that need not fit in memory: batch by batch into a file, from which it is then stored.

What is judged of the whole table (identifiers, rows lost, whose rows they are) is known before anything is stored.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from synth_assets.errors import ProtectionError
from synth_assets.frames import BATCH_ROWS, BatchedTable
from synth_assets.protect.deidentify import Deidentified, Outcome, deidentify
from synth_assets.protect.identifiers import Finding, direct_identifiers, together
from synth_assets.protect.persons import Owners, owners_of
from synth_assets.protect.steps import Pseudonymise, Step, Tools
from synth_assets.storage.parquet import ParquetFile, write_parquet


@dataclass(frozen=True, eq=False)
class Spooled:
    """A de-identified table in a Parquet file.

    Attributes:
        path: The file.
        rows: How many rows it has.
        rows_in: How many the sensitive table has.
        outcomes: Each step's account, of all batches together.
        findings: Signs of direct identifiers that are left.
        persons: Whose row each is; ``None`` where no column says so.
    """

    path: Path
    rows: int
    rows_in: int
    outcomes: tuple[Outcome, ...]
    findings: tuple[Finding, ...]
    persons: Owners | None

    @property
    def rows_lost_without_reason(self) -> int:
        """Rows that went, or came, in steps that do not declare it."""
        return sum(abs(one.rows_in - one.rows_out) for one in self.outcomes if not one.removes_rows)

    def batches(self) -> Iterator[pl.DataFrame]:
        """The rows in order; one batch at least."""
        yield from ParquetFile(self.path).batches()


def spool(  # noqa: PLR0913, PLR0917 - what is done to which table, by what, and where it goes
    table: BatchedTable,
    steps: Sequence[Step],
    tools: Tools,
    columns: Sequence[str],
    person_column: str | None,
    path: Path,
) -> Spooled:
    """De-identify a table into a file; the result is the same as that of ``deidentify``.

    Args:
        table: The sensitive table.
        steps: What is done to it, each to one row at a time.
        tools: Key and reference tables.
        columns: Exactly the columns that must be left, in this order.
        person_column: The sensitive table's column that says whose row each is.
        path: The file, written whole or not at all.

    Raises:
        ProtectionError: A step cannot be carried out, other columns are left than were declared, or there is no such
            person column.
    """
    watched = _Watched(table, steps, _with_all_names(table, steps, tools), columns, person_column)
    write_parquet(watched, path)
    account = watched.account
    return Spooled(
        path,
        account.rows,
        account.rows_in,
        account.outcomes,
        together(account.findings),
        None if person_column is None else Owners(person_column, pl.concat(account.persons)),
    )


@dataclass
class _Account:
    """What was seen of the batches so far."""

    rows: int = 0
    rows_in: int = 0
    outcomes: tuple[Outcome, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    persons: list[pl.DataFrame] = field(default_factory=list)


@dataclass
class _Watched:
    """The de-identified batches, of which account is kept as they go by.

    Attributes:
        rows: Not known beforehand: steps may remove some.
    """

    table: BatchedTable
    steps: Sequence[Step]
    tools: Tools
    columns: Sequence[str]
    person_column: str | None
    rows: int | None = None
    account: _Account = field(default_factory=_Account)

    def batches(self) -> Iterator[pl.DataFrame]:
        """The batches, once."""
        self.account = _Account()
        for batch in self.table.batches():
            if self.person_column is not None and self.person_column not in batch.columns:
                message = (
                    f"person_column is {self.person_column!r}, which the source does not have. Allowed: "
                    f"{', '.join(batch.columns)}."
                )
                raise ProtectionError(message)
            made = deidentify(batch, self.steps, self.tools, columns=self.columns)
            self._take(batch, made)
            yield made.table

    def _take(self, batch: pl.DataFrame, made: Deidentified) -> None:
        account = self.account
        account.rows_in += len(batch)
        account.rows += len(made.table)
        account.outcomes = _added(account.outcomes, made.outcomes)
        account.findings += direct_identifiers(made.table)
        if self.person_column is not None:
            persons = batch[self.person_column].gather(made.sources)
            account.persons.append(owners_of(made.table, persons, self.tools.key).hashes)


def _added(before: tuple[Outcome, ...], new: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
    if not before:
        return new
    return tuple(
        replace(one, rows_in=one.rows_in + other.rows_in, rows_out=one.rows_out + other.rows_out)
        for one, other in zip(before, new, strict=True)
    )


def _with_all_names(table: BatchedTable, steps: Sequence[Step], tools: Tools) -> Tools:
    """The tools, with every name that each pseudonymise step will meet.

    A name that was not foreseen gets a number that others must not have: so all of them are needed at once, and the
    table is read once more where a step has a list of known names and there is more than one batch.
    """
    numbered = [place for place, step in enumerate(steps) if isinstance(step, Pseudonymise)]
    if not numbered or (table.rows is not None and table.rows <= BATCH_ROWS):
        return tools
    met: dict[str, set[str]] = {}
    for batch in table.batches():
        left = batch
        for step in steps[: numbered[-1] + 1]:
            if isinstance(step, Pseudonymise) and step.column in left.columns:
                met.setdefault(step.into, set()).update(left[step.column].drop_nulls().cast(pl.String).unique())
            left = step.apply(left, tools)
    return replace(tools, met={into: frozenset(names) for into, names in met.items()})
