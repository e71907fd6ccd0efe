"""A table in its population: k-map, delta-presence and the chances of being told, by hand and as properties."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.errors import ProtectionError
from synth_assets.protect import anonymity

TABLE = pl.DataFrame({"age": ["young"] * 2 + ["old"] * 3 + [None]})
PEOPLE = pl.DataFrame({"age": ["young"] * 4 + ["old"] * 3 + [None] * 10 + ["new"] * 3})


def test_a_population_worked_out_by_hand():
    """Classes of 2, 3 and 1 rows among 4, 3 and 10; a fourth class of 3 people is not in the table."""
    found = anonymity(TABLE, quasi_identifiers=["age"], population=PEOPLE)
    assert found.population is not None
    assert (found.population.rows, found.population.k_map) == (20, 3)
    assert found.population.delta == (0.0, 1.0)
    assert found.risk.prosecutor_max == 1.0
    assert found.risk.prosecutor_average == 3 / 6
    assert found.risk.journalist_max == 1 / 3
    assert found.risk.marketer == pytest.approx((2 / 4 + 3 / 3 + 1 / 10) / 6)
    assert found.risk.journalist_average == pytest.approx(max(3 / 17, 1.6 / 6))


def test_without_a_population_the_table_is_all_there_is():
    found = anonymity(TABLE, quasi_identifiers=["age"])
    assert found.population is None
    assert (found.risk.journalist_max, found.risk.journalist_average) == (None, None)
    assert found.risk.marketer == found.risk.prosecutor_average == 0.5


@given(st.lists(st.sampled_from(["a", "b", None]), min_size=1, max_size=12), st.lists(st.sampled_from(["a", "c"])))
def test_more_people_never_raise_a_risk(rows: list[str | None], others: list[str]):
    table = pl.DataFrame({"q": rows}, {"q": pl.String})
    people = pl.concat([table, pl.DataFrame({"q": others}, {"q": pl.String})])
    alone, among = (anonymity(table, quasi_identifiers=["q"], population=one) for one in (table, people))
    assert alone.population is not None
    assert among.population is not None
    assert alone.population.delta == (1.0, 1.0)
    assert alone.population.k_map == alone.k
    assert alone.risk.marketer == pytest.approx(alone.risk.prosecutor_average)
    assert among.population.k_map >= alone.population.k_map
    assert among.risk.marketer <= alone.risk.marketer + 1e-12
    assert among.population.delta[0] <= 1.0


@pytest.mark.parametrize(
    ("people", "match"),
    [
        (PEOPLE.filter(pl.col("age") != "old"), r"2 of 3 classes of the table are not in it, and 0 have fewer"),
        (PEOPLE.filter(pl.col("age").is_null() | pl.col("age").is_in(["old", "new"])), r"1 of 3 classes"),
        (pl.concat([PEOPLE.head(1), PEOPLE.tail(16)]), r"0 of 3 classes of the table are not in it, and 1 have fewer"),
        (pl.DataFrame({"sex": ["x"]}), r"The population cannot be used\. Column\(s\) not in the table: age"),
        (pl.DataFrame({"age": [1, 2]}), r"Column\(s\) age are of one type in the table and of another"),
        (PEOPLE.clear(), "3 of 3 classes"),
    ],
)
def test_a_population_that_does_not_contain_the_table_is_refused(people: pl.DataFrame, match: str):
    with pytest.raises(ProtectionError, match=match) as refused:
        anonymity(TABLE, quasi_identifiers=["age"], population=people)
    assert "young" not in str(refused.value)


def test_numbers_of_different_width_are_compared():
    table, people = pl.DataFrame({"a": [1, 2]}, {"a": pl.Int32}), pl.DataFrame({"a": [1.0, 2.0, 2.0]})
    found = anonymity(table, quasi_identifiers=["a"], population=people).population
    assert found is not None
    assert found.delta == (0.5, 1.0)
