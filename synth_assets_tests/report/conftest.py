"""Comparisons to draw."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from synth_assets.measure import Comparison, compare
from synth_assets.schema import Categories, Column, Schema

TREATMENTS = tuple(f"Treatment number {place:02d} with a name of forty" for place in range(39))
BRACKETS = ("0-17", "18-24", "25-44", "45-64", "65-84", "85+")
SCHEMA = Schema(
    (
        Column("Time in A&E (mins)", "integer"),
        Column("Treatment", "category", domain=Categories(TREATMENTS)),
        Column("Hospital ID", "category"),
        Column("Index of Multiple Deprivation Decile", "integer", nullable=True),
        Column("Arrival Date", "date"),
        Column("Age bracket", "category", domain=Categories(BRACKETS, ordered=True)),
    )
)


def admissions(rows: int, seed: int) -> pl.DataFrame:
    """Like the A&E table, with missing deciles."""
    rng = np.random.Generator(np.random.PCG64(seed))
    age = rng.integers(0, 6, rows)
    decile = pl.Series(rng.integers(1, 11, rows))
    return pl.DataFrame(
        {
            "Time in A&E (mins)": (20 * age + rng.normal(30, 10, rows)).astype(int),
            "Treatment": [TREATMENTS[place] for place in rng.binomial(38, 0.4, rows)],
            "Hospital ID": [f"{4711 * (place + 1):06d}" for place in rng.integers(0, 26, rows)],
            "Index of Multiple Deprivation Decile": decile.set(pl.Series(rng.random(rows) < 0.1), None),
            "Arrival Date": [date(2019, 4, 1) + timedelta(days=day) for day in rng.integers(0, 7, rows).tolist()],
            "Age bracket": [BRACKETS[place] for place in age],
        }
    )


@pytest.fixture(scope="session")
def comparison() -> Comparison:
    """The A&E table and another sample of it."""
    return compare(admissions(1_000, 1), admissions(800, 2), SCHEMA)


@pytest.fixture(scope="session")
def compared() -> Callable[..., Comparison]:
    """A comparison of two columns ``x``, of a column's own type."""

    def make(original: list, synthetic: list, column: Column) -> Comparison:
        tables = [
            pl.DataFrame({column.name: pl.Series(values, dtype=column.dtype)}) for values in (original, synthetic)
        ]
        return compare(tables[0], tables[1], Schema((column,)))

    return make


def _awkward() -> dict[str, pl.DataFrame]:
    start = datetime(2019, 4, 1)  # noqa: DTZ001 - a local time without zone
    return {
        "one column": pl.DataFrame({"x": list(range(100))}),
        "one row": pl.DataFrame({"x": [1], "y": ["a"]}),
        "constant": pl.DataFrame({"x": [3] * 9, "y": ["same"] * 9, "z": [1.5] * 9}),
        "all missing": pl.DataFrame({"x": [None] * 9, "y": pl.Series([None] * 9, dtype=pl.Float64)}),
        "non-ASCII": pl.DataFrame(
            {"名前\n改行": ["东京", "Žluťoučký", "مستشفى", "😀", "\u200b", ""] * 4, "ä": ["ß"] * 24}
        ),
        "mathtext": pl.DataFrame(
            {"$x^2$ _under_ \\frac": ["$\\alpha$", "100 $", "a_b", "$$"] * 6, "{}": ["{x}", "%s"] * 12}
        ),
        "huge": pl.DataFrame({"x": [-1.7e308, 0.0, 1.7e308], "y": [2**62, -(2**62), 0], "z": [1e-310, 2e-310, 0.0]}),
        "infinite": pl.DataFrame({"x": [float("inf"), float("-inf"), 1.0, 2.0, float("nan")], "y": [float("inf")] * 5}),
        "dates": pl.DataFrame(
            {"x": [date(1, 1, 1), date(2019, 4, 1), date(9999, 12, 31)], "y": [date(2019, 4, 1)] * 3}
        ),
        "years": pl.DataFrame({"x": [date(2018, 1, 1), date(2019, 7, 1)], "y": [date(2019, 1, 1), date(2019, 3, 1)]}),
        "times": pl.DataFrame({"x": [start, start + timedelta(hours=3)], "y": [start, start + timedelta(days=99)]}),
        "moments": pl.DataFrame(
            {"x": [start, start + timedelta(seconds=1)], "y": [start, start + timedelta(microseconds=30)]}
        ),
        "text": pl.DataFrame({"x": [f"note {place}" for place in range(300)], "y": [True, None, False] * 100}),
        "many categories": pl.DataFrame({"x": [f"{place % 90:03d}" for place in range(900)]}),
    }


@pytest.fixture(params=list(_awkward()))
def awkward(request: pytest.FixtureRequest) -> Comparison:
    """A table that is hard to draw, compared with its first half."""
    table = _awkward()[request.param]
    return compare(table, table.head((table.height + 1) // 2), Schema.infer(table))
