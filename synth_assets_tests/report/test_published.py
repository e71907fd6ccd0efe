"""What a page says of a description's counts: all that is told, as least numbers where cells are hidden; no more."""

import numpy as np
import polars as pl
import pytest

from synth_assets.describe import Description, describe
from synth_assets.report.bars import LONGEST_LIST
from synth_assets.report.description_report import description_report
from synth_assets.report.page import Drawing, Gallery, Table
from synth_assets.report.published import Published, published
from synth_assets.schema import Categories, Column, Interval, Schema

LETTERS = tuple(f"letter {place:02d}" for place in range(40))


def described(rows: int = 4_000) -> Description:
    """Minutes that depend on a group, a long list, and a few values."""
    rng = np.random.Generator(np.random.PCG64(5))
    group = rng.integers(0, 3, rows)
    frame = pl.DataFrame(
        {
            "group": [f"g{one}" for one in group],
            "minutes": np.clip(rng.normal(20 + 25 * group, 8), 0, 99).astype(int),
            "letter": [LETTERS[place] for place in np.minimum(rng.geometric(0.1, rows) - 1, 39)],
        }
    )
    columns = (
        Column("group", "category", domain=Categories(("g0", "g1", "g2"))),
        Column("minutes", "integer", domain=Interval(0, 99, 50)),
        Column("letter", "category", domain=Categories(LETTERS)),
    )
    return describe(frame, Schema(columns), mode="correlated")


@pytest.fixture(scope="module")
def made() -> Description:
    return described()


def column(made: Description, name: str) -> Published:
    [one] = [one for one in published(made) if one.name == name]
    return one


def items(made: Description) -> dict[str, Drawing | Table]:
    page = description_report(made, name="x_description", title="Things")
    [section] = [section for section in page.sections if section.anchor == "counts"]
    [gallery] = [block for block in section.blocks if isinstance(block, Gallery)]
    return dict(zip([one.name for one in published(made)], gallery.items, strict=True))


def test_a_group_of_which_some_cells_are_hidden_tells_what_the_others_hold(made: Description):
    minutes = column(made, "minutes")
    [table] = [table for table in made.tables if table.column == "minutes"]
    told = [count for count in minutes.counts if count is not None]

    assert minutes.given == ("group",)
    assert any(minutes.partly)
    assert sum(told) == int(table.seen.sum()) < (made.rows or 0)
    assert [count for count, least in zip(minutes.counts, minutes.partly, strict=True) if count is None and least] == []


def test_a_long_column_is_drawn_with_its_table_below_and_a_short_one_is_a_table(made: Description):
    drawn = items(made)

    assert isinstance(drawn["group"], Table)
    for name in ("minutes", "letter"):
        one = drawn[name]
        assert isinstance(one, Drawing)
        assert one.table is not None
        assert one.table.folded
        assert len(one.table.rows) == len(column(made, name).labels)
        assert one.vector.width < 520, "a telephone has room for it"
    said = [row[1].text for row in drawn["minutes"].table.rows]  # pyrefly: ignore[missing-attribute]
    assert any(text.startswith("at least ") for text in said)


def test_numbers_are_named_by_where_their_groups_begin_and_rare_ones_as_such(made: Description):
    starts = column(made, "minutes").starts
    known = [int(start) for start in starts if start != "rare"]

    assert known == sorted(known)
    assert set(known) <= set(range(0, 100, 2))


def test_of_a_long_list_the_most_frequent_are_drawn_first(made: Description):
    letters, drawn = column(made, "letter"), items(made)["letter"]
    assert isinstance(drawn, Drawing)
    ranked = sorted(zip(letters.counts, letters.labels, strict=True), key=lambda pair: -(pair[0] or 0))
    places = [drawn.alt.index(f"{label}:") for _, label in ranked[:LONGEST_LIST]]

    assert f"the {LONGEST_LIST} most frequent of" in drawn.alt
    assert places == sorted(places)
    assert f"{ranked[LONGEST_LIST][1]}:" not in drawn.alt
