"""Generalised tables: they are anonymous or refused, rows keep their order and values, and the front is a front."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from synth_assets.errors import ProtectionError
from synth_assets.protect import Protected, anonymity, generalise, hierarchies_from_dict
from synth_assets_tests.protect.test_loss import HIERARCHIES
from synth_assets_tests.protect.test_search import tables
from synth_assets_tests.tables import admissions

KEYS = list(HIERARCHIES)


@given(tables(), st.integers(1, 6), st.sampled_from([0.0, 0.1, 0.5]), st.sampled_from([None, 2]))
def test_the_output_is_anonymous_or_refused(table: pl.DataFrame, k: int, limit: float, l: int | None):  # noqa: E741 - the field's name
    try:
        found = generalise(table, HIERARCHIES, k=k, l=l, sensitive=["s"], suppression_limit=limit)
    except ProtectionError as refused:
        assert k > len(table) or (l or 0) > table["s"].n_unique(), refused  # noqa: PT017 - it may be either
        return
    again = anonymity(found.table, quasi_identifiers=KEYS, sensitive=["s"])
    assert again.k >= k
    assert again.l is not None
    assert again.l >= (l or 0)
    assert found.suppressed == len(table) - len(found.table)
    assert found.suppression <= limit
    assert found.table.columns == table.columns
    assert found.search.optimal


@given(tables(), st.integers(1, 4), st.integers(0, 99))
def test_the_order_of_rows_does_not_matter(table: pl.DataFrame, k: int, seed: int):
    numbered = table.with_row_index("row")
    shuffled = numbered.sample(fraction=1, shuffle=True, seed=seed)
    if k > len(table):
        return
    one, other = (generalise(frame, HIERARCHIES, k=k, suppression_limit=0.3) for frame in (numbered, shuffled))
    assert_frame_equal(one.table, other.table.sort("row"))
    assert (one.levels, one.suppressed) == (other.levels, other.suppressed)
    assert one.losses == other.losses
    assert_frame_equal(one.front, other.front)


@given(tables(), st.integers(1, 5))
def test_the_front_has_no_point_that_another_beats(table: pl.DataFrame, k: int):
    if k > len(table):
        return
    front = generalise(table, HIERARCHIES, k=k, suppression_limit=0.5).front
    assert front["chosen"].sum() == 1
    points = front.filter(~pl.col("chosen")).select("loss", "rows_suppressed", -pl.col("k")).rows()
    for place, point in enumerate(points):
        others = points[:place] + points[place + 1 :]
        assert not any(all(a <= b for a, b in zip(other, point, strict=True)) for other in others)
    chosen = front.filter("chosen").to_dicts()[0]
    at_k = front.filter((pl.col("k") == k) & (pl.col("suppression") <= 0.5))
    assert chosen["loss"] == at_k["loss"].min()


def test_a_table_worked_out_by_hand():
    """Ages in tens make two classes of two; the fifth row needs the column gone, or may be suppressed instead."""
    table = pl.DataFrame({"id": [1, 2, 3, 4, 5], "age": [21, 25, 34, 38, 77], "sex": ["f", "f", "m", "m", "f"]})
    declared = hierarchies_from_dict({"age": {"intervals": [10], "any": True}, "sex": "any"})
    found = generalise(table, declared, k=2, suppression_limit=0.2)
    assert found.table.rows() == [(1, "20-29", "f"), (2, "20-29", "f"), (3, "30-39", "m"), (4, "30-39", "m")]
    assert found.levels == {"age": 1, "sex": 0}
    assert (found.suppressed, found.suppression, found.anonymity.k) == (1, 0.2, 2)
    assert generalise(table, declared, k=2, suppression_limit=0.19).table["age"].to_list() == ["*"] * 5


def test_columns_at_level_0_keep_their_type_and_the_frame_given_is_not_altered():
    table = pl.DataFrame({"a": pl.Series([1, 1, 2, 2], dtype=pl.Int8), "b": [1.5, 1.5, 2.5, 3.5]})
    before = table.clone()
    found = generalise(table, hierarchies_from_dict({"a": {}, "b": "any"}), k=2)
    assert found.table.schema == {"a": pl.Int8, "b": pl.String}
    assert_frame_equal(table, before)


def test_missing_is_a_value_until_the_column_is_suppressed():
    table = pl.DataFrame({"a": ["x", "x", None, None], "b": [None, "y", "y", "z"]})
    found = generalise(table, hierarchies_from_dict({"a": {}, "b": "any"}), k=2)
    assert found.table.rows() == [("x", "*"), ("x", "*"), (None, "*"), (None, "*")]


@pytest.mark.parametrize("kind", ["lazy", "pandas"])
def test_other_frames(kind: str):
    table = pl.DataFrame({"a": ["x", "x", "y"]})
    frame = table.lazy() if kind == "lazy" else table.to_pandas()
    assert generalise(frame, hierarchies_from_dict({"a": "any"}), k=2).table["a"].to_list() == ["*"] * 3


def test_admissions_reach_ten_with_one_row_in_a_hundred_suppressed():
    """The six quasi-identifiers of de-identified admissions; closeness of an ordered column is kept too."""
    table, _ = admissions(3_000)
    declared = hierarchies_from_dict(
        {
            "Gender": "any",
            "Index of Multiple Deprivation Decile": {"intervals": [5], "start": 1, "any": True},
            "Hospital ID": "any",
            "Arrival Date": {"dates": ["week"], "any": True},
            "Age bracket": {
                "tree": [{"0-44": ["0-17", "18-24", "25-44"], "45+": ["45-64", "65-84", "85+"]}],
                "any": True,
            },
        }
    )
    found = generalise(table, declared, k=10)
    assert found.anonymity.k >= 10
    assert found.suppression <= 0.01
    assert (found.search.nodes, found.search.evaluated) == (2 * 3 * 2 * 3 * 3, 108)
    close = generalise(table, declared, k=10, t=0.1, sensitive=["Time in A&E (mins)"], ordered=["Time in A&E (mins)"])
    assert close.anonymity.t is not None
    assert close.anonymity.t <= 0.1 + 1e-8
    assert close.losses.loss_metric >= found.losses.loss_metric
    assert set(close.front["k"]) == {10}


def test_a_lattice_above_the_stated_size_says_that_it_was_not_searched_whole():
    table, _ = admissions(300)
    declared = hierarchies_from_dict({"Gender": "any", "Hospital ID": "any"})
    found = generalise(table, declared, k=5, most_nodes=3)
    assert (found.search.optimal, found.search.whole_front, found.search.nodes) == (False, False, 4)
    assert found.anonymity.k >= 5


AGES = pl.DataFrame({"age": [1, 2, 3, 4, 50, 60], "sex": ["f", "f", "m", "m", "f", "m"], "s": list("xxyyzz")})


def refused(**asked: Any) -> str:  # noqa: ANN401 - what one may get wrong
    given: dict[str, Any] = {"hierarchies": {"age": {"intervals": [10]}, "sex": "any"}, "k": 3} | asked
    hierarchies = hierarchies_from_dict(given.pop("hierarchies"))
    with pytest.raises(ProtectionError) as error:
        generalise(given.pop("frame", AGES), hierarchies, **given)
    return str(error.value)


def test_what_cannot_be_reached_says_what_would():
    """At the top, ages in tens: classes of 4, 1 and 1."""
    said = refused()
    assert "No combination of levels reaches k = 3 with at most 1.00% of the rows suppressed" in said
    assert "at every column's highest level it takes 33.33%" in said
    assert "raise the suppression limit to 0.3334; or declare any: true for some of: age." in said
    assert (
        generalise(
            AGES, hierarchies_from_dict({"age": {"intervals": [10]}, "sex": "any"}), k=3, suppression_limit=0.3334
        ).suppressed
        == 2
    )


def test_a_smaller_k_that_can_be_reached_is_named():
    table = pl.DataFrame({"age": [1, 2, 3, 11, 12, 13, 14, 15]})
    assert "or ask for k = 3; or declare any: true for some of: age" in refused(
        frame=table, hierarchies={"age": {"intervals": [10]}}, k=4
    )


def test_an_l_that_needs_a_coarser_hierarchy_says_so():
    """Classes of the values x, y, z and x, y, y: one of them has two values."""
    table = pl.DataFrame({"sex": ["f"] * 3 + ["m"] * 3, "s": list("xyzxyy")})
    said = refused(frame=table, hierarchies={"sex": {}}, k=1, l=3, sensitive=["s"])
    assert "reaches k = 1, l = 3 with at most 1.00%" in said
    assert "raise the suppression limit to 0.5; or declare any: true for some of: sex" in said


@pytest.mark.parametrize(
    ("asked", "match"),
    [
        ({"k": 7}, "k is 7, but the table has 6 rows"),
        ({"k": 0}, "k is 0. Allowed: a whole number of rows, at least 1"),
        ({"k": 2.5}, "k is 2.5"),
        ({"l": 0, "sensitive": ["s"]}, "l is 0"),
        ({"l": 4, "sensitive": ["s"]}, "l is 4, but the sensitive column 's' has 3 value(s)"),
        ({"t": 1.5, "sensitive": ["s"]}, "t is 1.5. Allowed: a distance from 0 to 1"),
        ({"l": 2}, "There is an l or t, but no sensitive column"),
        ({"suppression_limit": 1.0}, "The suppression limit is 1.0"),
        ({"suppression_limit": -0.1}, "The suppression limit is -0.1"),
        ({"measure": "ncp"}, "The measure of loss is 'ncp'"),
        ({"hierarchies": {}}, "No hierarchy is given"),
        ({"hierarchies": {"postcode": "any"}}, "Column(s) not in the table: postcode"),
        ({"sensitive": ["age"]}, "Column(s) named more than once: age"),
        ({"frame": AGES.clear()}, "The table has no rows"),
        ({"hierarchies": {"sex": {"tree": [{"f": "x"}]}}}, "does not cover 1 of its values"),
    ],
)
def test_what_cannot_be_is_refused(asked: dict[str, Any], match: str):
    assert match in refused(**asked)


def test_plain_data_is_no_hierarchy_yet():
    plain: Any = {"age": "any"}
    with pytest.raises(ProtectionError, match=r"is no Hierarchy\. Make them by"):
        generalise(AGES, plain, k=2)


def test_the_result_prints_no_row():
    found: Protected = generalise(AGES.with_columns(s=pl.lit("secret")), hierarchies_from_dict({"age": "any"}), k=2)
    assert "secret" not in repr(found)
