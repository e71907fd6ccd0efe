"""A table against the population that it was drawn from: k-map and delta-presence. It tells counts, and no value."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from synth_assets.errors import ProtectionError
from synth_assets.frames import Frame
from synth_assets.protect.cells import counted_values


@dataclass(frozen=True, slots=True)
class Population:
    """The classes of a population that has the table's rows among its own.

    f_j are the rows of class j in the table of n rows, F_j those in the population; J are the classes of the table.

    Attributes:
        rows: How many rows the population has.
        k_map: Rows of the population in the smallest class that the table has rows in (Sweeney 2001, k-map).
        delta: Least and greatest share of a class of the population whose rows are in the table, over all its classes
            (Nergiz, Atzori and Clifton 2007, definition 2: delta-presence); 0 where it has a class that the table has
            not.
        mean_chance: 1 / n sum f_j / F_j: the mean over the table's rows of the chance to be told right.
        class_share: J / sum F_j: that mean over all people of the table's classes.
    """

    rows: int
    k_map: int
    delta: tuple[float, float]
    mean_chance: float
    class_share: float


def against_population(table: Frame, population: Frame, quasi_identifiers: Sequence[str]) -> Population:
    """Compare the classes of a table with those of its population.

    Args:
        table: As for ``count_cells``, with rows.
        population: The same.
        quasi_identifiers: Columns of both.

    Raises:
        ProtectionError: The population lacks a column or holds other types; or it does not contain the table.
    """
    try:
        own = counted_values(population, quasi_identifiers)
    except ProtectionError as error:
        message = f"The population cannot be used. {error}"
        raise ProtectionError(message) from None
    here, there = _joined(counted_values(table, quasi_identifiers), own, quasi_identifiers)
    _check(here, there)
    shares, shared = here / there, here > 0
    return Population(
        rows=int(there.sum()),
        k_map=int(there[shared].min()),
        delta=(float(shares.min()), float(shares.max())),
        mean_chance=float(shares.sum() / here.sum()),
        class_share=int(shared.sum()) / int(there[shared].sum()),
    )


def _joined(table: pa.Table, population: pa.Table, columns: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Rows of both in each class that one of them has, in ascending order."""
    alike = " and ".join(f"s.c{place} is not distinct from p.c{place}" for place in range(len(columns)))
    query = (
        f"select coalesce(s.n, 0) as here, coalesce(p.n, 0) as there from s full join p on {alike} "  # noqa: S608 - names of our own
        "order by here, there"
    )
    with duckdb.connect() as connection:
        connection.register("s", table)
        connection.register("p", population)
        _check_types(connection, columns)
        found = connection.sql(query).fetchnumpy()
    return found["here"].astype(np.int64), found["there"].astype(np.int64)


def _check_types(connection: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> None:
    kinds = [[_kind(str(kind)) for kind in connection.table(side).types] for side in ("s", "p")]
    odd = [name for name, one, other in zip(columns, *(side[:-1] for side in kinds), strict=True) if one != other]
    if odd:
        message = (
            f"Column(s) {', '.join(odd)} are of one type in the table and of another in the population. "
            "Read both in one type."
        )
        raise ProtectionError(message)


def _kind(name: str) -> str:
    """Numbers of every width are of one kind."""
    return "number" if name.startswith(("DECIMAL", "DOUBLE", "FLOAT", "REAL")) or "INT" in name else name


def _check(here: np.ndarray, there: np.ndarray) -> None:
    missing, short = int((there == 0).sum()), int(((there > 0) & (here > there)).sum())
    if missing or short:
        message = (
            f"The population does not contain the table: {missing} of {int((here > 0).sum())} classes of the table are "
            f"not in it, and {short} have fewer rows in it than in the table. Give the population that the table was "
            "drawn from, its columns coded in the same way."
        )
        raise ProtectionError(message)
