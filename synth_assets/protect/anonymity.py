"""How alike a table's rows are: k-anonymity, l-diversity, t-closeness and their kin. It decides and alters nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from synth_assets.errors import ProtectionError
from synth_assets.frames import Frame, opened
from synth_assets.protect.cells import Cells, check_columns, count_cells, numbered
from synth_assets.protect.diversity import (
    Held,
    alpha,
    entropy,
    equal_closeness,
    held,
    ordered_closeness,
    recursive,
)
from synth_assets.protect.population import Population, against_population
from synth_assets.protect.reidentification import Reidentification, reidentification


@dataclass(frozen=True, eq=False)
class Diversity:
    """What the classes tell of one sensitive column, the worst class each time (see ``diversity`` for definitions).

    Attributes:
        distinct: Fewest distinct values in a class.
        entropy: The exponential of the least entropy of a class: the table is entropy l-diverse for every l up to it.
        recursive: Columns ``l`` from 2 to ``distinct``, and ``c``: recursively (c, l)-diverse for every greater c.
        alpha: Greatest share that one value has of a class.
        t_equal: Greatest distance of a class from the table, every two values equally far, from 0 to 1.
        t_ordered: The same, values as far as their ranks; ``None`` where the column is not said to be ordered.
    """

    distinct: int
    entropy: float
    recursive: pl.DataFrame
    alpha: float
    t_equal: float
    t_ordered: float | None

    @property
    def t(self) -> float:
        """By the ordered distance where the column is ordered, else by the equal one."""
        return self.t_equal if self.t_ordered is None else self.t_ordered


@dataclass(frozen=True, eq=False)
class Anonymity:
    """The equivalence classes of a table: rows alike in every quasi-identifier (missing is like missing).

    Attributes:
        rows: How many rows the table has.
        quasi_identifiers: The columns compared.
        class_sizes: How many classes have each size: columns ``size`` and ``classes``, sizes ascending.
        k: Rows in the smallest class (Sweeney 2002).
        diversity: What the classes tell of each sensitive column, by name.
        population: The classes in the population, where one was given.
        risk: Prosecutor, journalist and marketer risk.
    """

    rows: int
    quasi_identifiers: tuple[str, ...]
    class_sizes: pl.DataFrame
    k: int
    diversity: Mapping[str, Diversity]
    population: Population | None
    risk: Reidentification

    @property
    def l(self) -> int | None:  # noqa: E743 - the field's name for it
        """Fewest distinct values of a sensitive column in a class, the least over all; ``None`` without one."""
        return min((column.distinct for column in self.diversity.values()), default=None)

    @property
    def entropy_l(self) -> float | None:
        """The greatest l for which the table is entropy l-diverse in every sensitive column; ``None`` without one."""
        return min((column.entropy for column in self.diversity.values()), default=None)

    @property
    def t(self) -> float | None:
        """Greatest distance of a class from the table (Li et al. 2007), over all sensitive columns, or ``None``."""
        return max((column.t for column in self.diversity.values()), default=None)

    @property
    def alpha(self) -> float | None:
        """Greatest share of a class that one value of a sensitive column has (Wong et al. 2006), or ``None``."""
        return max((column.alpha for column in self.diversity.values()), default=None)

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return int(self.class_sizes["classes"].sum())

    @property
    def share_unique(self) -> float:
        """The share of rows that are alone in their class."""
        return self.share_below(2)

    def share_below(self, k: int) -> float:
        """The share of rows in classes of fewer than ``k`` rows."""
        small = self.class_sizes.filter(pl.col("size") < k)
        return int((small["size"] * small["classes"]).sum()) / self.rows


def anonymity(
    frame: Frame,
    *,
    quasi_identifiers: Sequence[str],
    sensitive: Sequence[str] = (),
    ordered: Sequence[str] | Mapping[str, Sequence[str]] = (),
    population: Frame | None = None,
) -> Anonymity:
    """Measure the anonymity of a table.

    Args:
        frame: A polars DataFrame or LazyFrame, a pandas DataFrame, a DuckDB relation, a ``StoredTable``, or the path of
            a Parquet file; the last three may be larger than memory.
        quasi_identifiers: Columns that others may know of a person; at least one.
        sensitive: Columns that must not be learnt; none of the quasi-identifiers.
        ordered: Sensitive columns whose values have an order: numbers, dates and categories with an order by name, and
            text with its values from lowest to highest.
        population: A table that holds the rows of this one among its own, with the same quasi-identifiers.

    Raises:
        ProtectionError: A column is not in the table, named twice, or none is named; the table is empty; a column is
            ordered that is not sensitive or has no order; or the population does not contain the table.
    """
    if not quasi_identifiers:
        message = "No quasi-identifier is named. Name at least one column that others may know of a person."
        raise ProtectionError(message)
    with opened(frame) as table:
        check_columns(table, [*quasi_identifiers, *sensitive])
        orders = given_orders(table, sensitive, ordered)
        cells = count_cells(
            table, [*quasi_identifiers, *sensitive], {name: order for name, order in orders.items() if order}
        )
        people = None if population is None else against_population(table, population, quasi_identifiers)
    classes, class_rows = _classes(cells, len(quasi_identifiers))
    sizes, counts = np.unique(class_rows, return_counts=True)
    return Anonymity(
        rows=int(cells.rows.sum()),
        quasi_identifiers=tuple(quasi_identifiers),
        class_sizes=pl.DataFrame({"size": sizes, "classes": counts}, {"size": pl.Int64, "classes": pl.Int64}),
        k=int(sizes[0]),
        diversity={
            name: _diversity(held(classes, codes, cells.rows, int(codes.max()) + 1), ordered=name in orders)
            for name, codes in zip(sensitive, cells.codes[len(quasi_identifiers) :], strict=True)
        },
        population=people,
        risk=reidentification(class_rows, people),
    )


def given_orders(
    table: Frame, sensitive: Sequence[str], ordered: Sequence[str] | Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """The ordered columns, each with its values from lowest to highest or with none where they have an order.

    Args:
        table: From ``frames.opened``.
        sensitive: Its sensitive columns.
        ordered: As for ``anonymity``.

    Raises:
        ProtectionError: One is not sensitive, or it is text without an order, or a value is listed twice.
    """
    orders = {name: tuple(ordered[name]) if isinstance(ordered, Mapping) else () for name in ordered}
    odd = [name for name in orders if name not in sensitive]
    if odd:
        message = (
            f"Column(s) {', '.join(odd)} are ordered but not sensitive. Allowed: {', '.join(sensitive) or 'none'}."
        )
        raise ProtectionError(message)
    kinds = _kinds(table)
    for name, order in orders.items():
        if len(set(order)) < len(order):
            message = f"The order of column {name!r} lists a value twice. List each value once, lowest first."
            raise ProtectionError(message)
        if isinstance(kind := kinds[name], pl.Enum) and not order:
            orders[name] = tuple(kind.categories)
        elif not order and (kind in {pl.String, pl.Categorical} or str(kind) == "VARCHAR"):
            message = f"Column {name!r} is text, whose order is not known. List its values, lowest first."
            raise ProtectionError(message)
    return orders


def _kinds(table: Frame) -> dict[str, object]:
    if isinstance(table, pl.DataFrame | pl.LazyFrame):
        return dict(table.collect_schema())
    return dict(zip(table.columns, table.types, strict=True))


def _classes(cells: Cells, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """The class of each cell by its first columns, and the rows of each class."""
    if columns == len(cells.codes):
        return np.arange(len(cells.rows)), cells.rows
    flat = numbered(list(cells.codes[:columns]), cells.sizes[:columns])
    _, classes = np.unique(flat, return_inverse=True)
    return classes, np.bincount(classes, weights=cells.rows).astype(np.int64)


def _diversity(column: Held, *, ordered: bool) -> Diversity:
    least = recursive(column)
    return Diversity(
        distinct=int(column.distinct.min()),
        entropy=float(np.exp(entropy(column).min())),
        recursive=pl.DataFrame({"l": np.arange(2, len(least) + 2), "c": least}, {"l": pl.Int64, "c": pl.Float64}),
        alpha=float(alpha(column).max()),
        t_equal=float(equal_closeness(column).max()),
        t_ordered=float(ordered_closeness(column).max()) if ordered else None,
    )
