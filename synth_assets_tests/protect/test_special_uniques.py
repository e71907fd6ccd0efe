"""Special uniques against a slow search over rows and subsets, and by hand."""

from collections import Counter
from itertools import combinations
from math import prod

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.errors import ProtectionError
from synth_assets.protect import special_uniques
from synth_assets_tests.tables import rng

NAMES = ["a", "b", "c", "d"]


@st.composite
def tables(draw: st.DrawFn) -> pl.DataFrame:
    rows = draw(st.integers(1, 20))
    values = st.sampled_from([None, "x", "y", "z"])
    data = {name: draw(st.lists(values, min_size=rows, max_size=rows)) for name in NAMES}
    return pl.DataFrame(data, dict.fromkeys(NAMES, pl.String))


def slow(table: pl.DataFrame, most: int) -> tuple[dict[tuple[str, ...], tuple[int, int]], Counter[int]]:
    """For each subset the rows alone and minimal, and how many rows have each score: row by row, as it is defined."""
    columns = table.columns
    subsets = [part for size in range(1, most + 1) for part in combinations(columns, size)]
    shared = {part: Counter(table.select(part).rows()) for part in subsets}
    found = dict.fromkeys(subsets, (0, 0))
    scores: Counter[int] = Counter()
    for row in table.to_dicts():
        alone = [part for part in subsets if shared[part][tuple(row[name] for name in part)] == 1]
        minimal = [part for part in alone if not any(set(other) < set(part) for other in alone)]
        for part in alone:
            found[part] = (found[part][0] + 1, found[part][1] + (part in minimal))
        limit = min(most, len(columns) - 1)
        scores[sum(prod(len(columns) - i for i in range(len(part), limit + 1)) for part in minimal)] += 1
    return found, scores


@given(tables(), st.integers(1, 4))
def test_it_agrees_with_a_slow_search(table: pl.DataFrame, most: int):
    found = special_uniques(table, quasi_identifiers=NAMES, most_together=most)
    subsets, scores = slow(table, most)
    assert {tuple(row[0].split(" + ")): row[2:] for row in found.subsets.iter_rows()} == subsets
    assert found.scores.rows() == sorted(scores.items())
    assert found.special == sum(times for score, times in scores.items() if score)
    assert found.rows == len(table)
    assert found.share_special == found.special / len(table)


@given(tables(), st.integers(0, 9))
def test_the_order_of_rows_does_not_matter(table: pl.DataFrame, seed: int):
    one, other = (
        special_uniques(frame, quasi_identifiers=NAMES)
        for frame in (table, table.sample(fraction=1, shuffle=True, seed=seed))
    )
    assert one.subsets.equals(other.subsets)
    assert one.scores.equals(other.scores)


def test_four_people_by_hand():
    """The widow of 16 is alone by age and state together, and by neither: a minimal sample unique of size 2."""
    table = pl.DataFrame(
        {
            "age": [16, 16, 40, 40, 40],
            "state": ["widowed", "single", "widowed", "single", "single"],
            "sex": ["f", "f", "f", "f", "f"],
        }
    )
    found = special_uniques(table, quasi_identifiers=["age", "state", "sex"])
    minimal = found.subsets.filter(pl.col("minimal") > 0)
    assert minimal.select("columns", "size", "alone", "minimal").rows() == [("age + state", 2, 3, 3)]
    assert (found.uniques, found.special) == (3, 3)
    assert found.scores.rows() == [(0, 2), (1, 3)]


@pytest.mark.parametrize(("size", "score"), [(1, 3 * 2 * 1), (2, 2 * 1), (3, 1), (4, 1)])
def test_scores_are_those_of_sdcmicro(size: int, score: int):
    """Its Suda2.h gives a minimal sample unique of s among q columns the product of (q - j), j from s to q - 1.

    One row is all ones; each other has one zero, in the first ``size`` columns, and is there twice.
    """
    zeros = [[int(place != zero) for place in range(4)] for zero in range(size)] * 2
    table = pl.DataFrame([[1, 1, 1, 1], *zeros], NAMES, orient="row")
    found = special_uniques(table, quasi_identifiers=NAMES, most_together=4)
    assert found.scores.rows() == [(0, 2 * size), (score, 1)]


def test_a_table_with_many_values_is_counted_the_same_way():
    chance = rng()
    table = pl.DataFrame({name: chance.integers(0, 3_000, 4_000) for name in NAMES})
    pair = Counter(table.select("a", "b").rows())
    found = special_uniques(table, quasi_identifiers=NAMES)
    alone = found.subsets.filter(pl.col("columns") == "a + b")["alone"].item()
    assert alone == sum(times == 1 for times in pair.values())


@pytest.mark.parametrize(
    ("names", "most", "match"),
    [
        ([], 3, "No quasi-identifier is named"),
        (["z"], 3, r"Column\(s\) not in the table: z"),
        (["a"], 0, "most_together is 0"),
    ],
)
def test_what_cannot_be_searched_is_refused(names: list[str], most: int, match: str):
    with pytest.raises(ProtectionError, match=match):
        special_uniques(pl.DataFrame({"a": [1]}), quasi_identifiers=names, most_together=most)
