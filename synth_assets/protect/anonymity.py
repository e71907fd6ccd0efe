"""How alike a table's rows are: k-anonymity, l-diversity, t-closeness. It measures; it decides and alters nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from synth_assets.errors import ProtectionError
from synth_assets.frames import Frame, to_polars


@dataclass(frozen=True, eq=False)
class Anonymity:
    """The equivalence classes of a table: rows alike in every quasi-identifier (missing is like missing).

    Attributes:
        rows: How many rows the table has.
        quasi_identifiers: The columns compared.
        class_sizes: How many classes have each size: columns ``size`` and ``classes``, sizes ascending.
        k: Rows in the smallest class (Sweeney 2002).
        l: Fewest distinct values of a sensitive column in any class (Machanavajjhala et al. 2007), the least over all
            sensitive columns; ``None`` without one.
        t: Greatest total variation distance between a sensitive column's distribution in a class and in the table
            (Li et al. 2007, equal ground distance), from 0 to 1, the greatest over all; ``None`` without one.
    """

    rows: int
    quasi_identifiers: tuple[str, ...]
    class_sizes: pl.DataFrame
    k: int
    l: int | None  # noqa: E741 - the field's name for it
    t: float | None

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


def anonymity(frame: Frame, *, quasi_identifiers: Sequence[str], sensitive: Sequence[str] = ()) -> Anonymity:
    """Measure the anonymity of a table.

    Args:
        frame: A polars DataFrame or LazyFrame, a pandas DataFrame, or a DuckDB relation.
        quasi_identifiers: Columns that others may know of a person; at least one.
        sensitive: Columns that must not be learnt; none of the quasi-identifiers.

    Raises:
        ProtectionError: A column is not in the table, named twice, or none is named; or the table is empty.
    """
    table = to_polars(frame)
    _check(table, quasi_identifiers, sensitive)
    classes = _classes(table, quasi_identifiers)
    class_sizes = classes.value_counts(name="size").group_by(pl.col("size").cast(pl.Int64)).len("classes").sort("size")
    held = [pl.DataFrame({"class": classes, "value": _one_missing(table[column])}) for column in sensitive]
    return Anonymity(
        rows=len(table),
        quasi_identifiers=tuple(quasi_identifiers),
        class_sizes=class_sizes.with_columns(pl.col("classes").cast(pl.Int64)),
        k=int(class_sizes["size"][0]),
        l=min(map(_diversity, held), default=None),
        t=max(map(_closeness, held), default=None),
    )


def _check(table: pl.DataFrame, quasi_identifiers: Sequence[str], sensitive: Sequence[str]) -> None:
    named = [*quasi_identifiers, *sensitive]
    unknown = [name for name in named if name not in table.columns]
    repeated = sorted({name for name in named if named.count(name) > 1})
    problem = None
    if not quasi_identifiers:
        problem = "No quasi-identifier is named. Name at least one column that others may know of a person"
    elif unknown:
        problem = f"Column(s) not in the table: {', '.join(unknown)}. Allowed: {', '.join(table.columns)}"
    elif repeated:
        problem = f"Column(s) named more than once: {', '.join(repeated)}. A column is a quasi-identifier or sensitive"
    elif table.is_empty():
        problem = "The table has no rows, so it has no smallest class. Measure a table with rows"
    if problem:
        message = f"{problem}."
        raise ProtectionError(message)


def _one_missing(values: pl.Series) -> pl.Series:
    """The values, with NaN as missing."""
    return values.fill_nan(None) if values.dtype.is_float() else values


def _classes(table: pl.DataFrame, quasi_identifiers: Sequence[str]) -> pl.Series:
    """The class of each row, as the number of the first row that is alike."""
    alike = pl.DataFrame([_one_missing(table[name]).alias(str(place)) for place, name in enumerate(quasi_identifiers)])
    first = pl.col("row").first().over([str(place) for place in range(len(quasi_identifiers))])
    return alike.with_row_index("row").select(first.alias("class")).to_series()


def _diversity(held: pl.DataFrame) -> int:
    return int(held.unique().group_by("class").len("values")["values"].min())  # pyrefly: ignore[bad-argument-type]  # a table with rows has a class


def _closeness(held: pl.DataFrame) -> float:
    """Half the sum over values of |p_class - p|; values that a class lacks contribute p, hence the total of 1."""
    whole = held.group_by("value").len("all").with_columns(pl.col("all") / len(held))
    counts = held.group_by("class", "value").len("here")
    share = pl.col("here") / pl.col("here").sum().over("class")
    joined = counts.with_columns(share.alias("here")).join(whole, on="value", nulls_equal=True)
    gap = ((pl.col("here") - pl.col("all")).abs().sum() + 1 - pl.col("all").sum()) / 2
    return float(joined.group_by("class").agg(gap.alias("t"))["t"].max())  # pyrefly: ignore[bad-argument-type]  # as above
