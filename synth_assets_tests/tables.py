"""Hand-written tables, and tables of a known make, that several tests share."""

import datetime as dt

import numpy as np
import polars as pl

from synth_assets.schema import Categories, Column, Interval, Schema


def rng(seed: int = 0) -> np.random.Generator:
    """A generator for a test: the seed is the test's own."""
    return np.random.Generator(np.random.PCG64(seed))


def categories(name: str, counts: dict[str | None, int]) -> pl.DataFrame:
    """One column of text in which each value occurs as often as said."""
    return pl.DataFrame({name: [value for value, times in counts.items() for _ in range(times)]}, {name: pl.String})


def crossed(counts: list[list[int]], first: str = "a", second: str = "b") -> pl.DataFrame:
    """Two columns of text whose joint counts are these."""
    rows = [
        (f"{first}{row}", f"{second}{column}")
        for row, cells in enumerate(counts)
        for column, times in enumerate(cells)
        for _ in range(times)
    ]
    return pl.DataFrame(rows, schema={first: pl.String, second: pl.String}, orient="row")


def declared(**sizes: int) -> Schema:
    """A schema of categories: the column ``a`` of size 2 holds ``a0`` and ``a1``."""
    columns = (
        Column(name, "category", domain=Categories(tuple(f"{name}{place}" for place in range(size))))
        for name, size in sizes.items()
    )
    return Schema(tuple(columns))


def every_type(rows: int, seed: int = 0) -> pl.DataFrame:
    """A column of each type, with missing values in most of them."""
    chance = rng(seed)
    moments = pl.Series(chance.integers(0, 10**15, rows)).cast(pl.Datetime("us"))
    table = pl.DataFrame(
        {
            "integer": chance.integers(-50, 1_000, rows),
            "float": chance.normal(10, 3, rows).round(2),
            "category": chance.choice(["é", "b c", "'d'\n\"", "e"], rows, p=[0.6, 0.3, 0.099, 0.001]),
            "boolean": chance.random(rows) < 0.3,
            "date": pl.Series(chance.integers(17_000, 18_000, rows)).cast(pl.Date),
            "datetime": moments,
            "zoned": moments.dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/London"),
            "text": [f"secret {place}" for place in range(rows)],
        }
    )
    kept = {name: chance.random(rows) >= 0.1 * (name not in {"category", "date"}) for name in table.columns}
    return table.with_columns(
        pl.when(pl.Series(keep)).then(pl.col(name)).otherwise(None).alias(name) for name, keep in kept.items()
    )


def admissions(rows: int, seed: int = 0) -> tuple[pl.DataFrame, Schema]:
    """Eight columns with the shapes of de-identified A&E admissions: time depends on age, the hour on the day."""
    chance = rng(seed)
    age = np.clip(chance.normal(41, 20, rows), 0, 110)
    time = np.clip(60 + 0.95 * (age - 41) + chance.normal(0, 6.2, rows), 0, 180).astype(int)
    day = chance.choice(7, rows, p=np.array([5, 6, 7, 8, 9, 10, 10]) / 55)
    hour = (chance.triangular(0, 4 + 3 * day[:, None], 24, (rows, 1))[:, 0] // 4).astype(int)
    brackets = np.array(["0-17", "18-24", "25-44", "45-64", "65-84", "85+"])
    hours = np.array(["00-03", "04-07", "08-11", "12-15", "16-19", "20-23"])
    treatments = np.array([f"Treatment {place}" for place in range(39)])
    hospitals = np.array([f"{place:06d}" for place in chance.choice(10**6, 26, replace=False)])
    table = pl.DataFrame(
        {
            "Time in A&E (mins)": time,
            "Treatment": chance.choice(treatments, rows, p=chance.dirichlet(np.ones(39))),
            "Gender": chance.choice(["Female", "Male"], rows),
            "Index of Multiple Deprivation Decile": chance.integers(1, 11, rows),
            "Hospital ID": chance.choice(hospitals, rows, p=chance.dirichlet(np.ones(26))),
            "Arrival Date": pl.Series([dt.date(2019, 4, 1 + number) for number in range(7)]).gather(day),
            "Arrival hour range": hours[hour],
            "Age bracket": brackets[np.searchsorted([18, 25, 45, 65, 85], age, side="right")],
        }
    )
    columns = (
        Column("Time in A&E (mins)", "integer", domain=Interval(0, 180)),
        Column("Treatment", "category", domain=Categories(tuple(treatments.tolist()))),
        Column("Gender", "category", domain=Categories(("Female", "Male"))),
        Column("Index of Multiple Deprivation Decile", "integer", domain=Interval(1, 10)),
        Column("Hospital ID", "category", domain=Categories(tuple(hospitals.tolist()))),
        Column("Arrival Date", "date", domain=Interval(dt.date(2019, 4, 1), dt.date(2019, 4, 7))),
        Column("Arrival hour range", "category", domain=Categories(tuple(hours.tolist()), ordered=True)),
        Column("Age bracket", "category", domain=Categories(tuple(brackets.tolist()), ordered=True)),
    )
    return table, Schema(columns)
