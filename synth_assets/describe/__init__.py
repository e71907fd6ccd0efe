"""Table -> Description: what may be told of a sensitive table, in one of three modes."""

from collections.abc import Callable
from dataclasses import replace

from synth_assets.describe.arguments import (
    bounded,
    check_key,
    check_numbers,
    checked_rules,
    requested,
    rows_per_person,
)
from synth_assets.describe.coded_table import coded_table
from synth_assets.describe.correlated import describe_correlated
from synth_assets.describe.description import Description
from synth_assets.describe.domain import has_public_domain
from synth_assets.describe.independent import describe_independent
from synth_assets.describe.privacy import LedgerMark, Privacy
from synth_assets.describe.private import Asked, OpenDPNoise, check_declared, describe_privately
from synth_assets.describe.random import describe_random
from synth_assets.describe.reader import reading
from synth_assets.describe.rounding import rounded
from synth_assets.describe.rules import NetworkRules
from synth_assets.frames import Frame
from synth_assets.schema import Mode, Schema

__all__ = ["Description", "NetworkRules", "describe"]

DEFAULT_DELTA = 1e-9


def describe(  # noqa: PLR0913 - the interface that notebooks and assets share
    frame: Frame,
    schema: Schema,
    *,
    mode: Mode,
    max_parents: int = 1,
    minimum_count: int = 5,
    round_to: int = 1,
    key: bytes | None = None,
    network: NetworkRules | None = None,
    epsilon: float | None = None,
    delta: float = DEFAULT_DELTA,
    person_column: str | None = None,
    max_rows_per_person: int | None = None,
    book: Callable[[Privacy], LedgerMark] | None = None,
) -> Description:
    """Describe a table so that synthetic rows can be made from the description alone.

    Without epsilon it is deterministic, and independent of the order of the rows. With epsilon, it is differentially
    private by noise from the operating system's secret source; every call makes a new one and spends ``epsilon`` anew,
    which nothing here books: ``ledger`` says ``none``.

    Args:
        frame: A polars DataFrame or LazyFrame, a pandas DataFrame, a DuckDB relation, a table of the warehouse, or the
            path of a Parquet file, of shape (rows, columns). What is not in memory is read in batches.
        schema: Its columns; it must name every column of the table but ``person_column``.
        mode: ``random`` (domains alone), ``independent`` (counts per column) or ``correlated`` (a network as well).
        max_parents: Correlated mode: the most columns that one may depend on, 0 to 4.
        minimum_count: No count of persons (or rows, where no person is named) from 1 to one less can be worked out from
            the description; at least 1. With epsilon, noisy counts below it are not told apart where columns meet.
        round_to: Every count is rounded at random to a multiple of this (see ``rounding``); 1 leaves them exact. Not
            with epsilon, whose counts are noisy.
        key: A secret of at least 16 bytes, with which counts are rounded and rows of a person chosen.
        network: Correlated mode: edges that are forced or forbidden, orders, or the whole network.
        epsilon: Differential privacy: two tables that differ by one person (or one row, where no person is named) give
            the same description with chances that differ by a factor of at most e^epsilon, but for ``delta``. Above 0;
            smaller is more private. ``None`` is off. All domains must then be declared or asserted public.
        delta: The chance with which that may not hold, below 1. 0 is pure epsilon, which only independent mode has.
        person_column: The column that says whose row each is. Of each person ``max_rows_per_person`` rows are
            described, chosen by a keyed hash, and the column itself is not.
        max_rows_per_person: The most rows of one person, at least 1. Without ``person_column``, the caller's word that
            the table has no more of anybody.
        book: With epsilon, called once when the table has been read and found to fit, and before any noise is drawn: it
            books the spend in a ledger, or refuses by raising.

    Raises:
        SchemaError: The table does not fit the schema.
        DescriptionError: An argument is out of range, a domain is missing, or the table has too few rows.
        ProtectionError: A row names no person, or ``max_rows_per_person`` is out of range.
    """
    rules = checked_rules(network, mode, schema, max_parents)
    check_numbers(mode, max_parents, minimum_count, round_to)
    check_key(round_to, person_column, key)
    most = 1 if person_column is None and max_rows_per_person is None else rows_per_person(max_rows_per_person)
    request = requested(epsilon, delta, mode, person=max_rows_per_person is not None, most=most)
    if request is not None:
        check_declared(schema, round_to)
    reads = mode != "random" or not all(has_public_domain(column) for column in schema)
    if person_column is not None and reads:
        frame = bounded(frame, schema, person_column, most, key or b"")
    if mode == "random":
        described = describe_random(frame, schema, minimum_count * most if reads else minimum_count)
        described = replace(described, privacy=None if request is None else Privacy.without_reading())
    elif request is not None:
        asked = Asked(mode, rules, max_parents, minimum_count)
        described = describe_privately(frame, schema, asked, request, OpenDPNoise(), book)
    else:
        described = _describe_exactly(frame, schema, mode, max_parents, minimum_count * most, rules)
        described = rounded(described, round_to, key) if round_to > 1 and key is not None else described
    return described.with_schema(schema)


def _describe_exactly(  # noqa: PLR0913, PLR0917 - as above
    frame: Frame, schema: Schema, mode: Mode, max_parents: int, minimum: int, rules: NetworkRules
) -> Description:
    with reading(frame, schema) as reader:
        table = coded_table(reader, minimum)
    if mode == "independent":
        return describe_independent(table, minimum)
    return describe_correlated(table, schema.constraints, minimum, max_parents, rules)
