"""Anonymity against a slow, obvious count, on tables worked out by hand, and as properties."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.errors import ProtectionError
from synth_assets.protect import anonymity
from synth_assets.storage.warehouse import Warehouse
from synth_assets_tests.tables import rng

NAMES = ("q1", "q2", "s1", "s2")


@st.composite
def tables(draw: st.DrawFn) -> pl.DataFrame:
    rows = draw(st.integers(1, 25))
    values = st.sampled_from([None, "x", "y", "z"])
    return pl.DataFrame(
        {name: draw(st.lists(values, min_size=rows, max_size=rows)) for name in NAMES},
        dict.fromkeys(NAMES, pl.String),
    )


def slow(table: pl.DataFrame, keys: Sequence[str], sensitive: Sequence[str]) -> tuple[Any, ...]:
    """k, l, t and the sizes of the classes, by loops over rows."""
    classes: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in table.to_dicts():
        classes.setdefault(tuple(row[key] for key in keys), []).append(row)
    diversity = [len({row[name] for row in rows}) for rows in classes.values() for name in sensitive]
    distances = []
    for name in sensitive:
        whole = Counter(row[name] for row in table.to_dicts())
        for rows in classes.values():
            here = Counter(row[name] for row in rows)
            gaps = (abs(here[value] / len(rows) - whole[value] / len(table)) for value in whole)
            distances.append(sum(gaps) / 2)
    sizes = Counter(len(rows) for rows in classes.values())
    return min(sizes), min(diversity, default=None), max(distances, default=None), sorted(sizes.items())


@given(tables(), st.sampled_from([["q1"], ["q1", "q2"], ["q2", "s1"]]), st.sampled_from([[], ["s2"], ["s2", "q1"]]))
def test_it_agrees_with_a_slow_count(table: pl.DataFrame, keys: list[str], sensitive: list[str]):
    sensitive = [name for name in sensitive if name not in keys]
    found = anonymity(table, quasi_identifiers=keys, sensitive=sensitive)
    k, l, t, sizes = slow(table, keys, sensitive)  # noqa: E741 - the field's name
    assert (found.k, found.l) == (k, l)
    assert found.t == (None if t is None else pytest.approx(t))
    assert found.class_sizes.rows() == sizes
    assert found.classes == sum(times for _, times in sizes)
    assert found.rows == len(table)
    assert found.share_unique == pytest.approx(dict(sizes).get(1, 0) / len(table))
    for least in (1, 2, 3, 99):
        assert found.share_below(least) == pytest.approx(sum(s * n for s, n in sizes if s < least) / len(table))


@given(tables())
def test_another_quasi_identifier_never_raises_k_and_never_lowers_the_share_below(table: pl.DataFrame):
    one, two, three = (anonymity(table, quasi_identifiers=NAMES[:count]) for count in (1, 2, 3))
    assert one.k >= two.k >= three.k
    assert one.share_below(5) <= two.share_below(5) <= three.share_below(5)
    assert one.classes <= two.classes <= three.classes


@given(tables(), st.integers(0, 99))
def test_the_order_of_rows_and_of_columns_does_not_matter(table: pl.DataFrame, seed: int):
    found = anonymity(table, quasi_identifiers=["q1", "q2"], sensitive=["s1", "s2"])
    shuffled = table.sample(fraction=1, shuffle=True, seed=seed)
    again = anonymity(shuffled, quasi_identifiers=["q2", "q1"], sensitive=["s2", "s1"])
    assert (found.k, found.l) == (again.k, again.l)
    assert found.t == pytest.approx(again.t)
    assert found.class_sizes.equals(again.class_sizes)


def test_a_table_worked_out_by_hand():
    """Machanavajjhala's example in small: a class of one disease, a class of three."""
    table = pl.DataFrame(
        {
            "age": ["<30"] * 4 + ["40+"] * 3,
            "disease": ["cancer"] * 4 + ["flu", "cold", "cancer"],
        }
    )
    found = anonymity(table, quasi_identifiers=["age"], sensitive=["disease"])
    assert (found.k, found.l, found.share_unique, found.share_below(4)) == (3, 1, 0.0, 3 / 7)
    assert found.t == pytest.approx(5 / 7 - 1 / 3)


def test_all_alike_all_different_and_a_single_row():
    alike = anonymity(pl.DataFrame({"a": [1] * 9, "s": ["x"] * 9}), quasi_identifiers=["a"], sensitive=["s"])
    assert (alike.k, alike.l, alike.t, alike.share_unique) == (9, 1, 0.0, 0.0)
    different = anonymity(pl.DataFrame({"a": range(9)}), quasi_identifiers=["a"])
    assert (different.k, different.l, different.t, different.share_unique) == (1, None, None, 1.0)
    assert anonymity(pl.DataFrame({"a": [1]}), quasi_identifiers=["a"]).k == 1


def test_missing_is_like_missing_and_not_a_number_is_missing():
    table = pl.DataFrame({"a": [1.0, None, float("nan"), 1.0]})
    assert anonymity(table, quasi_identifiers=["a"]).k == 2


@pytest.mark.parametrize("names", [("all", "here"), ("row", "class"), ("size", "value"), ("0", "1"), ("", "*")])
def test_no_name_of_a_column_is_in_the_way(names: tuple[str, str]):
    table = pl.DataFrame({names[0]: pl.Series([1, 1, 2]), names[1]: pl.Series(["x", "y", "y"])})
    found = anonymity(table, quasi_identifiers=[names[0]], sensitive=[names[1]])
    assert (found.k, found.l) == (1, 1)
    assert found.t == pytest.approx(1 / 3)


def test_every_kind_of_frame(tmp_path: Path):
    table = pl.DataFrame({"a": ["x", "x", None]})
    relation = duckdb.sql("select unnest(['x', 'x', null]) as a")
    file = tmp_path / "table.parquet"
    table.write_parquet(file)
    for frame in (table, table.lazy(), table.to_pandas(), relation, file):
        assert anonymity(frame, quasi_identifiers=["a"]).class_sizes.rows() == [(1, 1), (2, 1)]


def test_a_stored_table(tmp_path: Path):
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")
    warehouse.write("t", pl.DataFrame({"a": ["x", "x", None], "s": [1, 2, 2]}))
    with warehouse.reader() as connection:
        found = anonymity(connection.table("t"), quasi_identifiers=["a"], sensitive=["s"], ordered=["s"])
    assert (found.k, found.l, found.t) == (1, 1, pytest.approx(1 / 3))


@pytest.mark.parametrize(
    ("keys", "sensitive", "match"),
    [
        ([], [], "No quasi-identifier is named"),
        (["z"], ["y"], r"Column\(s\) not in the table: z, y\. Allowed: a, b\."),
        (["a"], ["a"], r"Column\(s\) named more than once: a"),
        (["a", "a"], [], r"Column\(s\) named more than once: a"),
    ],
)
def test_columns_that_cannot_be_are_refused(keys: list[str], sensitive: list[str], match: str):
    with pytest.raises(ProtectionError, match=match):
        anonymity(pl.DataFrame({"a": [1], "b": [2]}), quasi_identifiers=keys, sensitive=sensitive)


def test_an_empty_table_has_no_smallest_class():
    with pytest.raises(ProtectionError, match="The table has no rows"):
        anonymity(pl.DataFrame({"a": []}), quasi_identifiers=["a"])


def test_a_hundred_thousand_rows_of_six_quasi_identifiers():
    chance = rng()
    table = pl.DataFrame({f"q{place}": chance.integers(0, 8, 100_000) for place in range(6)})
    found = anonymity(table, quasi_identifiers=table.columns, sensitive=[])
    assert found.rows == int((found.class_sizes["size"] * found.class_sizes["classes"]).sum()) == 100_000


AGES = {
    "age": ["<30"] * 4 + ["30-39"] * 4 + ["40+"] * 4,
    "zip": ["130**"] * 4 + ["148**"] * 4 + ["130**"] * 4,
    "disease": ["heart", "heart", "viral", "viral", "cancer", "heart", "viral", "viral"] + ["cancer"] * 3 + ["heart"],
    "salary": [3, 4, 5, 6, 6, 11, 8, 7, 9, 10, 8, 9],
}
SALARIES = {
    "age": ["2*"] * 3 + ["40+"] * 3 + ["3*"] * 3,
    "zip": ["476**"] * 3 + ["4790*"] * 3 + ["476**"] * 3,
    "disease": [
        "ulcer",
        "gastritis",
        "stomach",
        "gastritis",
        "flu",
        "bronchitis",
        "bronchitis",
        "pneumonia",
        "stomach",
    ],
    "salary": [3, 4, 5, 6, 11, 8, 7, 9, 10],
}


@pytest.mark.parametrize(
    ("table", "column", "answers"),
    [
        (AGES, "disease", (4, 2, 1, 0.41666666666666663, 0.75)),
        (AGES, "salary", (4, 3, 2, 0.33333333333333337, 0.5)),
        (SALARIES, "disease", (3, 3, 3, 0.44444444444444453, 1 / 3)),
        (SALARIES, "salary", (3, 3, 3, 0.37500000000000006, 1 / 3)),
    ],
)
def test_values_that_pycanon_gives(table: dict[str, Any], column: str, answers: tuple[float, ...]):
    """pyCANON 1.3: k, l, whole entropy l, t and alpha; numbers with the ordered distance, text with the equal.

    It rounds an entropy l of 3.0 down to 2. The t of the last is in Li et al. 2007, section 5.3: 0.375 for the class of
    salaries 3, 4 and 5.
    """
    ordered = ["salary"] if column == "salary" else []
    found = anonymity(pl.DataFrame(table), quasi_identifiers=["age", "zip"], sensitive=[column], ordered=ordered)
    assert found.entropy_l is not None
    values = (found.k, found.l, int(found.entropy_l + 1e-9), found.t, found.alpha)
    assert values == pytest.approx(answers, abs=1e-12)


def test_the_order_of_text_is_given_and_that_of_categories_known():
    values = ["mild", "severe", "mild", "moderate"]
    text = pl.DataFrame({"a": [1, 1, 2, 2], "s": values})
    order = ["mild", "moderate", "severe"]
    by_list = anonymity(text, quasi_identifiers=["a"], sensitive=["s"], ordered={"s": order})
    enum = text.cast({"s": pl.Enum(order)})
    for frame in (enum, enum.lazy()):
        assert anonymity(frame, quasi_identifiers=["a"], sensitive=["s"], ordered=["s"]).t == by_list.t
    assert by_list.t == pytest.approx(0.25 / 2)
    assert by_list.diversity["s"].t_equal == 0.25


@pytest.mark.parametrize(
    ("ordered", "match"),
    [
        (["s"], "Column 's' is text, whose order is not known"),
        (["a"], r"Column\(s\) a are ordered but not sensitive\. Allowed: s"),
        ({"s": ["x", "x"]}, "lists a value twice"),
        ({"s": ["x"]}, r"Column 's' holds 1 value\(s\) that its order lacks"),
    ],
)
def test_orders_that_cannot_be_are_refused(ordered: Any, match: str):  # noqa: ANN401 - of both kinds
    with pytest.raises(ProtectionError, match=match):
        anonymity(
            pl.DataFrame({"a": [1, 1], "s": ["x", "secret"]}),
            quasi_identifiers=["a"],
            sensitive=["s"],
            ordered=ordered,
        )


def test_the_measurement_prints_no_value_of_the_table():
    found = anonymity(pl.DataFrame({"a": ["secret", "secret"]}), quasi_identifiers=["a"])
    assert "secret" not in repr(found)
