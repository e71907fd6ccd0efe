"""Table -> Description: what may be told of a sensitive table, in one of three modes."""

from synth_assets.describe.coded_table import coded_table
from synth_assets.describe.correlated import describe_correlated
from synth_assets.describe.description import Description
from synth_assets.describe.independent import describe_independent
from synth_assets.describe.network import MOST_PARENTS
from synth_assets.describe.random import describe_random
from synth_assets.describe.reader import reading
from synth_assets.describe.rounding import rounded
from synth_assets.describe.rules import NetworkRules
from synth_assets.errors import DescriptionError
from synth_assets.frames import Frame
from synth_assets.schema import MODES, Mode, Schema

__all__ = ["Description", "NetworkRules", "describe"]

MOST_ROUND_TO = 1_000
LEAST_KEY = 16


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
    delta: float = 1e-9,
) -> Description:
    """Describe a table so that synthetic rows can be made from the description alone.

    Deterministic, and independent of the order of the rows.

    Args:
        frame: A polars DataFrame or LazyFrame, a pandas DataFrame, a DuckDB relation, a table of the warehouse, or the
            path of a Parquet file, of shape (rows, columns). What is not in memory is read in batches.
        schema: Its columns; it must name every column of the table.
        mode: ``random`` (domains alone), ``independent`` (counts per column) or ``correlated`` (a network as well).
        max_parents: Correlated mode: the most columns that one may depend on, 0 to 4.
        minimum_count: No count from 1 to one less can be worked out from the description; at least 1.
        round_to: Every count is rounded at random to a multiple of this (see ``rounding``); 1 leaves them exact.
        key: The secret by which counts are rounded, at least 16 bytes; only with ``round_to`` above 1.
        network: Correlated mode: edges that are forced or forbidden, orders, or the whole network.
        epsilon: Differential privacy; ``None`` is off, and nothing else is built in this version.
        delta: Goes with ``epsilon``.

    Raises:
        SchemaError: The table does not fit the schema.
        DescriptionError: An argument is out of range, a domain is missing, or the table has too few rows.
    """
    _check_kinds(schema, network)
    _check(mode, max_parents, minimum_count, epsilon, delta)
    _check_rounding(round_to, key)
    if network is not None:
        _check_network(network, mode, schema, max_parents)
    if mode == "random":
        description = describe_random(frame, schema, minimum_count)
    else:
        with reading(frame, schema) as reader:
            table = coded_table(reader, minimum_count)
        description = (
            describe_independent(table, minimum_count)
            if mode == "independent"
            else describe_correlated(table, schema.constraints, minimum_count, max_parents, network or NetworkRules())
        )
        if round_to > 1 and key is not None:
            description = rounded(description, round_to, key)
    return description.with_schema(schema)


def _check_kinds(schema: object, network: object) -> None:
    if not isinstance(schema, Schema):
        message = (
            f"schema is a {type(schema).__name__}. Allowed: a Schema, from Schema.infer(frame) or Schema.from_yaml."
        )
        raise DescriptionError(message)
    if not isinstance(network, NetworkRules | None):
        message = (
            f"network is a {type(network).__name__}. Allowed: NetworkRules, e.g. NetworkRules.network({{'b': ['a']}})."
        )
        raise DescriptionError(message)


def _check_rounding(round_to: int, key: bytes | None) -> None:
    if isinstance(round_to, bool) or not isinstance(round_to, int) or not 1 <= round_to <= MOST_ROUND_TO:
        message = f"round_to is {round_to!r}. Allowed: whole numbers from 1 (exact) to {MOST_ROUND_TO}; 5 is usual."
        raise DescriptionError(message)
    if round_to > 1 and (not isinstance(key, bytes) or len(key) < LEAST_KEY):
        message = (
            f"round_to is {round_to}, which takes a key: at least {LEAST_KEY} secret bytes, the same ones each "
            "time, so that repeats reveal nothing. Give key=..., or leave round_to out."
        )
        raise DescriptionError(message)


def _check_network(network: NetworkRules, mode: str, schema: Schema, max_parents: int) -> None:
    if mode != "correlated":
        message = (
            f"Rules for a network are given in {mode} mode, which has none. Use correlated mode or leave them out."
        )
        raise DescriptionError(message)
    network.check(schema.names, None, max_parents)


def _check(mode: str, max_parents: int, minimum_count: int, epsilon: float | None, delta: float) -> None:
    if mode not in MODES:
        message = f"mode is {mode!r}. Allowed: {', '.join(MODES)}."
        raise DescriptionError(message)
    if isinstance(max_parents, bool) or not isinstance(max_parents, int) or not 0 <= max_parents <= MOST_PARENTS:
        message = f"max_parents is {max_parents!r}. Allowed: whole numbers from 0 to {MOST_PARENTS}."
        raise DescriptionError(message)
    if isinstance(minimum_count, bool) or not isinstance(minimum_count, int) or minimum_count < 1:
        message = f"minimum_count is {minimum_count!r}. Allowed: whole numbers from 1; 5 is usual."
        raise DescriptionError(message)
    if epsilon is not None:
        message = (
            f"epsilon is {epsilon!r} (delta {delta!r}). Allowed: None. This version makes no differentially private "
            "description, and will not claim one."
        )
        raise DescriptionError(message)
