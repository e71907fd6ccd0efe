"""Hypothesis strategies for tables and their schemas."""

from typing import Any

import polars as pl
from hypothesis import strategies as st

from synth_assets.constraints import Determined, Ordered
from synth_assets.schema import Categories, Column, ColumnType, Interval, Schema

ALPHABET = st.characters(exclude_categories=("Cs",))
DTYPES: dict[ColumnType, pl.DataType] = {
    "integer": pl.Int64(),
    "float": pl.Float64(),
    "category": pl.String(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "datetime": pl.Datetime("us"),
    "text": pl.String(),
}
VALUES: dict[ColumnType, st.SearchStrategy[Any]] = {
    "integer": st.one_of(st.integers(-20, 20), st.integers(-(2**63), 2**63 - 1)),
    "float": st.one_of(st.integers(-20, 20).map(lambda n: n / 4), st.floats(allow_nan=False, allow_infinity=False)),
    "category": st.text(ALPHABET, max_size=8),
    "boolean": st.booleans(),
    "date": st.dates(),
    "datetime": st.datetimes(),
    "text": st.text(ALPHABET, max_size=20),
}


@st.composite
def columns(draw: st.DrawFn, name: str, rows: int) -> tuple[pl.Series, Column]:
    """A column of any type: a few values that repeat, or many; some of them missing; its domain declared or not."""
    kind = draw(st.sampled_from(list(VALUES)))
    pool = draw(st.lists(VALUES[kind], min_size=1, max_size=draw(st.sampled_from([1, 2, 4, 30])), unique_by=repr))
    missing = draw(st.sampled_from([0, 0, 1, 3]))
    places = st.integers(-missing, len(pool) - 1)
    picked = draw(st.lists(places, min_size=rows, max_size=rows))
    values = pl.Series(name, [pool[place] if place >= 0 else None for place in picked], dtype=DTYPES[kind])
    zone = draw(st.sampled_from([None, "Europe/London"])) if kind == "datetime" and _can_be_zoned(pool) else None
    if zone:
        values = values.dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    column = Column(name, kind, nullable=values.null_count() > 0, time_zone=zone)
    return values, _with_domain(draw, column, pool)


@st.composite
def tables(
    draw: st.DrawFn, *, least_rows: int = 5, most_rows: int = 40, most_columns: int = 4
) -> tuple[pl.DataFrame, Schema]:
    """A table and a schema that it fits."""
    rows = draw(st.integers(least_rows, most_rows))
    names = draw(st.lists(st.text(ALPHABET, max_size=6), min_size=1, max_size=most_columns, unique=True))
    made = [draw(columns(name, rows)) for name in names]
    return pl.DataFrame({values.name: values for values, _ in made}), Schema(tuple(column for _, column in made))


@st.composite
def chains(draw: st.DrawFn, *, most_rows: int = 60) -> tuple[pl.DataFrame, Schema, list[tuple[str, str]]]:
    """Two to four columns of few values, each depending on an earlier one, and the links between them."""
    rows = draw(st.integers(8, most_rows))
    chance = draw(st.randoms(use_true_random=False))
    values: list[list[int]] = []
    links: list[tuple[str, str]] = []
    made: list[tuple[pl.Series, Column]] = []
    for place in range(draw(st.integers(2, 4))):
        size, copied = draw(st.integers(2, 5)), draw(st.sampled_from([0.0, 0.5, 0.9, 1.0]))
        skew = draw(st.sampled_from([0.3, 0.6, 1.0]))
        parent = draw(st.integers(0, place - 1)) if place else None
        own = [min(int(size * chance.random() ** (1 / skew)), size - 1) for _ in range(rows)]
        if parent is not None:
            own = [
                up % size if chance.random() < copied else down for up, down in zip(values[parent], own, strict=True)
            ]
            links.append((f"c{parent}", f"c{place}"))
        values.append(own)
        missing = draw(st.sampled_from([0.0, 0.05, 0.4]))
        made.append(_as_column(draw, f"c{place}", own, size, [chance.random() < missing for _ in own]))
    return pl.DataFrame([series for series, _ in made]), Schema(tuple(column for _, column in made)), links


def _as_column(
    draw: st.DrawFn, name: str, values: list[int], size: int, missing: list[bool]
) -> tuple[pl.Series, Column]:
    """Small numbers as categories, booleans, or numbers in bins with exact values, declared or not."""
    kind = draw(st.sampled_from(["category", "category from data", "boolean", "integer", "integer from data", "float"]))
    nullable = any(missing)
    spread = draw(st.sampled_from([1, 2, 3]))
    shown: list[Any] = [3 * value + (place % spread) for place, value in enumerate(values)]
    domain: Categories | Interval | None = None
    if kind.startswith("category"):
        shown = [f"v{value}" for value in values]
        domain = Categories(tuple(f"v{value}" for value in range(size))) if kind == "category" else None
    elif kind == "boolean":
        shown = [value > 0 for value in values]
    elif kind == "float":
        shown, domain = [value / 2 for value in shown], Interval(0.0, 8.0, draw(st.integers(2, 8)))
    elif kind == "integer":
        domain = Interval(0, 15, draw(st.integers(2, 8)))
    kept = [None if gone else value for value, gone in zip(shown, missing, strict=True)]
    column_type: Any = kind.split()[0]
    return (
        pl.Series(name, kept, dtype=DTYPES[column_type]),
        Column(name, column_type, domain=domain, nullable=nullable),
    )


def _with_domain(draw: st.DrawFn, column: Column, pool: list[Any]) -> Column:
    """The column with a domain that holds the pool, declared or from data; or with none."""
    source: Any = draw(st.sampled_from(["declared", "data", None]))
    if source is None or column.type in {"boolean", "text"}:
        return column
    domain: Categories | Interval = (
        Categories(tuple(pool))
        if column.type == "category"
        else Interval(min(pool), max(pool), draw(st.sampled_from([1, 3, 20])))
    )
    return Column(
        column.name,
        column.type,
        domain=domain,
        domain_source=source,
        nullable=column.nullable,
        time_zone=column.time_zone,
    )


def _can_be_zoned(pool: list[Any]) -> bool:
    """Far from the ends of the calendar, where another zone has no date."""
    return all(2 <= moment.year <= 9998 for moment in pool)


@st.composite
def decided_tables(draw: st.DrawFn, *, most_rows: int = 80) -> tuple[pl.DataFrame, Schema]:
    """Columns ``a``, ``b`` and ``d`` of any kind: the first decides the second, and that the third; and noise."""
    chance = draw(st.randoms(use_true_random=False))
    rows, sizes = (
        draw(st.integers(10, most_rows)),
        [draw(st.sampled_from(most)) for most in ([2, 5, 30], [1, 3, 8], [3])],
    )
    skew = draw(st.sampled_from([1, 4]))
    first = [min(int(sizes[0] * chance.random() ** skew), sizes[0] - 1) for _ in range(rows)]
    second = [chance.randrange(sizes[1]) for _ in range(sizes[0])]
    third = [chance.randrange(sizes[2]) for _ in range(sizes[1])]
    held = [first, [second[value] for value in first], [third[second[value]] for value in first]]
    made = [_decided_column(draw, name, values) for name, values in zip("abd", held, strict=True)]
    noise = pl.Series("noise", [chance.random() < 0.4 for _ in range(rows)])
    rules = (Determined("b", ("a",)), Determined("d", ("b",)))
    columns_ = (*(column for _, column in made), Column("noise", "boolean"))
    return pl.DataFrame([*(series for series, _ in made), noise]), Schema(columns_, constraints=rules)


@st.composite
def ordered_tables(draw: st.DrawFn, *, most_rows: int = 80) -> tuple[pl.DataFrame, Schema]:
    """Columns ``a <= b <= c`` of one type, with missing values in each, declared or not; and a column of noise."""
    kind: Any = draw(st.sampled_from(["integer", "float", "date", "datetime", "zoned"]))
    chance = draw(st.randoms(use_true_random=False))
    rows, declared = draw(st.integers(10, most_rows)), draw(st.booleans())
    widths = [draw(st.sampled_from([0, 3, 200])) for _ in range(2)]
    held = [[chance.randrange(100)] for _ in range(rows)]
    for row in held:
        for width in widths:
            row.append(row[-1] + (chance.randrange(width) if width else 0))
    missing = [draw(st.sampled_from([0.0, 0.0, 0.1, 0.5])) for _ in "abc"]
    shown = {
        name: [None if chance.random() < missing[place] else row[place] for row in held]
        for place, name in enumerate("abc")
    }
    made = [_ordered_column(name, values, kind, declared=declared) for name, values in shown.items()]
    noise = pl.Series("noise", [chance.random() < 0.4 for _ in range(rows)])
    columns_ = (*(column for _, column in made), Column("noise", "boolean"))
    return pl.DataFrame([*(series for series, _ in made), noise]), Schema(
        columns_, constraints=(Ordered(("a", "b", "c")),)
    )


def _decided_column(draw: st.DrawFn, name: str, values: list[int]) -> tuple[pl.Series, Column]:
    kind: Any = draw(st.sampled_from(["category", "integer", "float", "date"]))
    shown: list[Any] = [f"{name}{value}" for value in values] if kind == "category" else list(values)
    if kind == "float":
        shown = [value / 4 for value in values]
    spread = draw(st.sampled_from([0.0, 0.0, 0.02, 0.3]))
    chance = draw(st.randoms(use_true_random=False))
    kept = [None if chance.random() < spread else value for value in shown]
    series = pl.Series(name, kept, dtype=pl.Int32 if kind == "date" else DTYPES[kind]).cast(DTYPES[kind])
    column = Column(name, kind, nullable=series.null_count() > 0)
    return series, _with_domain(draw, column, series.drop_nulls().unique().sort().to_list() or [series[0]]) if len(
        series.drop_nulls()
    ) else column


def _ordered_column(name: str, values: list[int | None], kind: str, *, declared: bool) -> tuple[pl.Series, Column]:
    """Numbers from 0 to 500 in a type, of a domain that is a little wider, or of none."""
    of: Any = "datetime" if kind == "zoned" else kind
    steps = pl.Series(name, [*values, 0, 600], dtype=pl.Int64)
    scaled = {"integer": steps, "float": steps / 7, "date": (steps + 17_000).cast(pl.Int32)}
    series = scaled.get(kind, steps * 600_000_000 + 1_572_000_000_000_000).cast(DTYPES[of])
    limits = Interval(series[-2], series[-1], 20) if declared else None
    if kind == "zoned":
        series = series.dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/London")
    series = series.head(len(values))
    zone = "Europe/London" if kind == "zoned" else None
    return series, Column(name, of, domain=limits, nullable=series.null_count() > 0, time_zone=zone)
