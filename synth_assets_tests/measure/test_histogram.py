"""The counts that figures are made from."""

import polars as pl

from synth_assets.measure import compare
from synth_assets.schema import Categories, Column, Schema


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
    found = counts([0.0, 10.0, 10.0], [4.0, None], Column("x", "float"))
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


def test_labels_from_data_are_not_declared():
    column = Column("x", "category", domain=Categories(("a",)), domain_source="data")
    assert [row["declared"] for row in counts(["a"], ["a"], column)] == [False, True]
    assert [row["declared"] for row in counts([1, 2], [1], Column("x", "integer"))] == [False, False, True]


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
