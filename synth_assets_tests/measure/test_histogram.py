"""The counts that figures are made from."""

import polars as pl

from synth_assets.measure import compare
from synth_assets.schema import Categories, Column, Interval, Schema


def counts(original: list, synthetic: list, column: Column) -> list[dict]:
    tables = [pl.DataFrame({"x": pl.Series(values, dtype=column.dtype)}) for values in (original, synthetic)]
    return compare(tables[0], tables[1], Schema((column,))).histograms.to_dicts()


def test_categories_in_declared_order_with_missing_last():
    column = Column("x", "category", domain=Categories(("b", "a", "never"), ordered=True))
    found = counts(["a", "b", "b", None], ["b", "new"], column)
    assert [(row["label"], row["original"], row["synthetic"]) for row in found] == [
        ("b", 2, 1),
        ("a", 1, 0),
        ("never", 0, 0),
        ("new", 0, 1),
        ("missing", 1, 0),
    ]
    assert [row["position"] for row in found] == [0, 1, 2, 3, 4]
    assert [row["missing"] for row in found] == [False] * 4 + [True]
    assert [row["declared"] for row in found] == [True, True, True, False, True]
    assert all(row["ordered"] for row in found)
    assert all(row["lower"] is row["upper"] is None for row in found)


def test_bins_carry_their_ends():
    column = Column("x", "float", domain=Interval(0.0, 10.0))
    found = counts([0.0, 10.0, 10.0], [4.25, None], column)
    assert len(found) == 21
    assert (found[0]["lower"], found[19]["upper"]) == (0.0, 10.0)
    assert [found[place]["original"] for place in (0, 19)] == [1, 2]
    assert found[8]["synthetic"] == 1
    assert found[20] | {"column": "x"} == {
        "column": "x",
        "position": 20,
        "label": "missing",
        "original": 0,
        "synthetic": 1,
        "ordered": True,
        "missing": True,
        "declared": True,
        "lower": None,
        "upper": None,
    }


def test_the_ends_of_an_axis_from_data_are_round_and_held_by_enough_rows():
    usual = list(range(100)) * 10
    found = counts([*usual, 1234, -987], usual, Column("x", "integer"))[:-1]
    assert (found[0]["label"], found[-1]["label"]) == ("≤ 4", "≥ 95")
    assert (found[0]["lower"], found[-1]["upper"]) == (0.0, 100.0)
    assert found[0]["original"] == 51
    assert found[-1]["original"] == 51


def test_an_extreme_value_moves_no_end():
    usual = [value / 7 for value in range(400)]
    ends = {
        tuple((row["lower"], row["upper"]) for row in counts([*usual, rare], usual, Column("x", "float")))
        for rare in (12.345, 98_765.4, -1e9)
    }
    assert len(ends) == 1


def test_too_few_values_have_no_axis():
    found = counts([7, 8, 9, None], [7], Column("x", "integer", nullable=True))
    assert [(row["label"], row["original"], row["lower"]) for row in found] == [
        ("any value", 3, None),
        ("missing", 1, None),
    ]


def test_labels_from_data_are_not_declared():
    column = Column("x", "category", domain=Categories(("a",)), domain_source="data")
    assert [row["declared"] for row in counts(["a"], ["a"], column)] == [False, True]
    assert [row["declared"] for row in counts([1, 2] * 9, [1], Column("x", "integer"))][-1] is True
    assert not any(row["declared"] for row in counts([1, 2] * 9, [1], Column("x", "integer"))[:-1])


def test_no_text_is_listed():
    found = counts(["secret", None, "other"], ["secret"], Column("x", "text"))
    assert [(row["label"], row["original"], row["synthetic"]) for row in found] == [
        ("any text (values not shown)", 2, 1),
        ("missing", 1, 0),
    ]


def test_counts_add_up_to_the_rows():
    table = pl.DataFrame({"a": [1, 2, None], "b": ["x", "y", "y"], "c": [True, None, False]})
    comparison = compare(table, table.head(2), Schema.infer(table))
    totals = comparison.histograms.group_by("column").agg(pl.col("original", "synthetic").sum())
    assert set(totals.select("original", "synthetic").rows()) == {(3, 2)}
