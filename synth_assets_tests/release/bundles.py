"""A small dataset of every type, and releases of it, that the tests of this part share."""

import datetime as dt
from functools import cache
from pathlib import Path

import polars as pl

from synth_assets.constraints import Constraint, Determined, Forbidden, Ordered
from synth_assets.describe import Description, describe
from synth_assets.generate import generate
from synth_assets.release import Bundle, ReleasedTable, Verdict, write
from synth_assets.schema import Categories, Column, Interval, Mode, Schema
from synth_assets_tests.tables import rng

ID = "2026-11-26T1300Z-3f2a"
WHEN = dt.datetime(2026, 11, 26, 13, tzinfo=dt.UTC)

FIRST, LAST = (dt.datetime(2020, month, 1) for month in (1, 9))  # noqa: DTZ001 - bounds of a zoned column

RULES: tuple[Constraint, ...] = (
    Forbidden((("sex", ("m",)), ("ward", ('a, "b"\nc',)))),
    Ordered(("start", "end")),
    Determined("area", ("ward",)),
)
SCHEMA = Schema(
    (
        Column("sex", "category", domain=Categories(("f", "m"))),
        Column("ward", "category", domain=Categories(('a, "b"\nc', "", "d|e")), nullable=True),
        Column("area", "category", domain=Categories(("north", "south"))),
        Column("age", "integer", domain=Interval(0, 99, 10), unit="years", description="at arrival"),
        Column("cost", "float", domain=Interval(0.0, 10.0, 5), nullable=True),
        Column("died", "boolean", nullable=True),
        Column("start", "date", domain=Interval(dt.date(2020, 1, 1), dt.date(2020, 3, 1), 4)),
        Column("end", "date", domain=Interval(dt.date(2020, 1, 1), dt.date(2020, 6, 1), 4), nullable=True),
        Column(
            "seen",
            "datetime",
            domain=Interval(FIRST, LAST),
            time_zone="Europe/London",
        ),
        Column("note", "text", nullable=True),
        Column("number", "integer", unique=True),
    ),
    None,
    RULES,
)


@cache
def original(rows: int = 600) -> pl.DataFrame:
    """A made-up table that keeps the rules."""
    chance = rng(7)
    ward = chance.integers(0, 4, rows)
    start = chance.integers(0, 60, rows)
    seen = pl.Series(chance.integers(0, 200 * 86_400, rows) * 1_000_000).cast(pl.Duration("us"))
    return pl.DataFrame(
        {
            "sex": ["f" if place == 0 or chance.random() < 0.5 else "m" for place in ward],
            "ward": [('a, "b"\nc', "", "d|e", None)[place] for place in ward],
            "area": ["north" if place < 2 else "south" for place in ward],
            "age": chance.integers(0, 100, rows),
            "cost": [None if place % 9 == 0 else place % 1000 / 100 for place in chance.integers(0, 10**6, rows)],
            "died": [None if place % 7 == 0 else place % 2 == 0 for place in range(rows)],
            "start": [dt.date(2020, 1, 1) + dt.timedelta(int(days)) for days in start],
            "end": [dt.date(2020, 1, 1) + dt.timedelta(int(days) + place % 50) for place, days in enumerate(start)],
            "seen": (pl.Series([dt.datetime(2020, 1, 1)] * rows) + seen)  # noqa: DTZ001 - a zone is given next
            .dt.replace_time_zone("UTC")
            .dt.convert_time_zone("Europe/London"),
            "note": [None if place % 5 == 0 else f"secret {place}" for place in range(rows)],
            "number": list(range(1, rows + 1)),
        }
    )


@cache
def described(mode: Mode, epsilon: float | None = None) -> Description:
    """The table, described."""
    return describe(original(), SCHEMA, mode=mode, epsilon=epsilon)


@cache
def drawn(mode: Mode, rows: int = 300) -> pl.DataFrame:
    """Synthetic rows of it."""
    return generate(described(mode), rows=rows, rng=rng(1))


VERDICTS = (
    Verdict(
        "counts",
        "minimum_count",
        "description",
        5.0,
        5.0,
        passed=True,
        sentence="said",
        source="NHS | pilot",
        reads_original=False,
    ),
    Verdict(
        "attack", "linkability", "synthetic table", 0.125, 0.25, passed=True, sentence="risk 0.125", source="house rule"
    ),
)


def released(mode: Mode = "independent") -> ReleasedTable:
    """One table to release."""
    return ReleasedTable(mode, f"{mode}_ae", drawn(mode), described(mode), VERDICTS)


def bundle(*tables: ReleasedTable, mock: bool = True, identifier: str = ID) -> Bundle:
    """A release of them."""
    return Bundle(
        dataset="ae",
        title="A&E <admissions>",
        release_id=identifier,
        created=WHEN,
        policy="internal",
        tables=tables or (released(),),
        mock=mock,
        contact="data@example.org",
        code_version="0123abc",
        config={"rows": 300},
        inputs={"ae": "ab" * 32},
    )


def write_release(published: Path, release: Bundle) -> write.Written:
    """The same as the program's, with the records in a folder beside."""
    return write.write_release(published, release, published / "kept")
