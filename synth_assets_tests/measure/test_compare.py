"""Two tables compared as a whole."""

import itertools
import math
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.errors import MeasurementError
from synth_assets.measure import Comparison, compare, k_way, summarise
from synth_assets.schema import Categories, Column, Schema

SCHEMA = Schema(
    (
        Column("minutes", "integer", nullable=True),
        Column("weight", "float", nullable=True),
        Column("ward", "category", domain=Categories(("ü", "b", "c"))),
        Column("day", "date"),
        Column("known", "boolean", nullable=True),
    )
)
ROW = st.tuples(
    st.none() | st.integers(-50, 200),
    st.none() | st.floats(-1e6, 1e6) | st.just(math.nan),
    st.sampled_from(["ü", "b", "c", "undeclared"]),
    st.dates(date(2019, 1, 1), date(2019, 3, 1)),
    st.none() | st.booleans(),
)
TABLES = st.lists(ROW, min_size=1, max_size=40).map(lambda rows: pl.DataFrame(rows, schema=SCHEMA.dtypes, orient="row"))


def admissions(rows: int, seed: int) -> pl.DataFrame:
    """Minutes depend on age; all else is independent."""
    rng = np.random.Generator(np.random.PCG64(seed))
    age = rng.integers(0, 6, rows)
    return pl.DataFrame(
        {
            "minutes": (age * 10 + rng.integers(0, 30, rows)).tolist(),
            "age": [f"{10 * one}-{10 * one + 9}" for one in age],
            "ward": rng.choice(list("abcdefgh"), rows).tolist(),
            "day": [date(2019, 4, 1) + timedelta(days=int(one)) for one in rng.integers(0, 7, rows)],
        }
    )


def slow_codes(values: list, low: float, high: float) -> list:
    """The yardstick's coding of numbers: 20 equal bins, the nearest end outside, missing apart."""
    edges = [low + (high - low) * place / 20 for place in range(21)]
    return [
        "missing" if value is None else max(0, min(sum(value >= edge for edge in edges) - 1, 19)) for value in values
    ]


def slow_nmi(first: list, second: list) -> float:
    def entropy(values: list) -> float:
        shares = [values.count(value) / len(values) for value in set(values)]
        return -sum(share * math.log(share) for share in shares)

    both = entropy(first) + entropy(second)
    return 2 * (both - entropy(list(zip(first, second, strict=True)))) / both if both else 0.0


def test_it_agrees_with_the_yardstick_done_slowly():
    original, synthetic = admissions(300, 1), admissions(200, 2)
    comparison = compare(original, synthetic, Schema.infer(original))
    coded = []
    for table in (original, synthetic):
        columns = {name: list(map(str, table[name])) for name in table.columns}
        numbers = original["minutes"]
        columns["minutes"] = slow_codes(table["minutes"].to_list(), min(numbers), max(numbers))
        coded.append(columns)
    names = original.columns
    distances = [_slow_distance(coded[0][name], coded[1][name]) for name in names]
    assert comparison.columns["tvd"].to_list() == pytest.approx(distances)
    pairs = list(itertools.combinations(names, 2))
    together = [[list(zip(side[a], side[b], strict=True)) for a, b in pairs] for side in coded]
    assert comparison.pairs["tvd"].to_list() == pytest.approx(
        [_slow_distance(left, right) for left, right in zip(*together, strict=True)]
    )
    nmi = [[slow_nmi(side[a], side[b]) for a, b in pairs] for side in coded]
    assert comparison.pairs["nmi_original_raw"].to_list() == pytest.approx(nmi[0])
    assert comparison.nmi_error_raw == pytest.approx(np.mean(np.abs(np.subtract(nmi[0], nmi[1]))))


def _slow_distance(left: list, right: list) -> float:
    return sum(abs(left.count(key) / len(left) - right.count(key) / len(right)) for key in {*left, *right}) / 2


@given(TABLES)
def test_a_table_is_at_distance_0_from_itself(table: pl.DataFrame):
    comparison = compare(table, table, SCHEMA)
    assert comparison.mean_tvd_1 == comparison.mean_tvd_2 == comparison.nmi_error == 0.0
    assert comparison.columns["missing_original"].to_list() == comparison.columns["missing_synthetic"].to_list()
    assert comparison.columns["outside_synthetic"].sum() == 0


@given(TABLES, TABLES)
def test_every_figure_is_within_its_bounds(original: pl.DataFrame, synthetic: pl.DataFrame):
    comparison = compare(original, synthetic, SCHEMA)
    for figures in (comparison.columns, comparison.pairs):
        for name in set(figures.columns) - {"column", "type", "column_a", "column_b", "ratio", "nmi_difference"}:
            assert figures[name].is_between(0, 1 + 1e-9).all(), name
            assert figures[name].is_not_nan().all(), name
    assert comparison.pairs["nmi_difference"].is_between(-1, 1).all()
    assert (comparison.pairs["tvd"] >= 0).all()
    alone = dict(comparison.columns.select("column", "tvd").rows())
    for first, second, distance in comparison.pairs.select("column_a", "column_b", "tvd").rows():
        assert distance >= max(alone[first], alone[second]) - 1e-9


@given(TABLES, TABLES)
def test_categories_are_compared_symmetrically(original: pl.DataFrame, synthetic: pl.DataFrame):
    one, other = compare(original, synthetic, SCHEMA), compare(synthetic, original, SCHEMA)
    for name in ("ward", "known"):
        there, back = (side.columns.filter(pl.col("column") == name)["tvd"].item() for side in (one, other))
        assert there == pytest.approx(back)


def test_row_order_does_not_matter():
    original, synthetic = admissions(200, 1), admissions(100, 2)
    schema = Schema.infer(original)
    shuffled = compare(original.sample(fraction=1, shuffle=True, seed=1), synthetic.reverse(), schema)
    assert shuffled.measurements.equals(compare(original, synthetic, schema).measurements)


def test_missing_values_are_a_value_of_their_own():
    original = pl.DataFrame({"x": [1.0, None, None, 2.0]})
    synthetic = pl.DataFrame({"x": [1.0, 2.0, float("nan"), 1.0]})
    found = compare(original, synthetic, Schema((Column("x", "float"),))).columns.row(0, named=True)
    assert (found["missing_original"], found["missing_synthetic"], found["tvd"]) == (0.5, 0.25, 0.25)


def test_what_lies_outside_the_original_is_told():
    original = pl.DataFrame({"n": [1, 2], "c": ["a", "b"], "k": [3, 3]})
    synthetic = pl.DataFrame({"n": [0, 2], "c": ["a", "z"], "k": [3, 4]})
    found = compare(original, synthetic, Schema.infer(original)).columns
    assert found["outside_synthetic"].to_list() == [0.5, 0.5, 0.5]


def test_a_constant_that_became_another_constant_is_1_apart():
    original, synthetic = pl.DataFrame({"a": [5] * 9, "b": [1.5] * 9}), pl.DataFrame({"a": [7] * 9, "b": [0.5] * 9})
    comparison = compare(original, synthetic, Schema.infer(original))
    assert comparison.mean_tvd_1 == comparison.mean_tvd_2 == 1.0
    assert comparison.columns["ratio"].to_list() == [None, None]


def test_constant_columns_show_no_dependence():
    table = pl.DataFrame({"a": [5] * 9, "b": ["x"] * 9, "c": [None] * 9})
    pairs = compare(table, table, Schema.infer(table)).pairs
    for name in ("nmi_original", "nmi_synthetic", "nmi_original_raw", "nmi_synthetic_raw", "floor"):
        assert pairs[name].to_list() == [0.0] * 3


def test_one_row_each():
    table = pl.DataFrame({"a": [1], "b": ["é\n'\""]})
    comparison = compare(table, table, Schema.infer(table))
    assert (comparison.original_rows, comparison.synthetic_rows, comparison.mean_tvd_2) == (1, 1, 0.0)


def test_one_column_has_no_pairs():
    table = pl.DataFrame({"a": [1, 2]})
    comparison = compare(table, table, Schema.infer(table))
    assert (comparison.mean_tvd_1, comparison.mean_tvd_2, comparison.floor_2) == (0.0, None, None)
    assert comparison.nmi_error is comparison.nmi_error_raw is comparison.nmi_floor is None
    assert comparison.pairs.height == 0
    assert comparison.measurements.height == 1


def test_a_fresh_sample_lies_at_its_floors():
    original, synthetic = admissions(4_000, 1), admissions(3_000, 2)
    comparison = compare(original, synthetic, Schema.infer(original))
    fresh = comparison.pairs["fresh_floor"].mean()
    assert comparison.mean_tvd_2 == pytest.approx(fresh, rel=0.2)
    assert comparison.nmi_error is not None
    assert comparison.nmi_floor is not None
    assert comparison.nmi_error < 2 * comparison.nmi_floor


def test_dependence_that_is_gone_is_seen():
    original = admissions(2_000, 1)
    rng = np.random.Generator(np.random.PCG64(5))
    shuffled = original.with_columns(pl.Series("age", rng.permutation(original["age"].to_numpy())))
    comparison = compare(original, shuffled, Schema.infer(original))
    assert comparison.mean_tvd_1 == 0.0
    first = comparison.pairs.sort("nmi_difference").row(0, named=True)
    assert (first["column_a"], first["column_b"]) == ("minutes", "age")
    assert first["nmi_original"] > 0.3
    assert first["nmi_synthetic"] < 3 * first["nmi_synthetic_error"]


def test_every_kind_of_frame_gives_the_same():
    table = admissions(50, 1)
    schema = Schema.infer(table)
    wanted = compare(table, table.head(20), schema).measurements
    assert compare(table.to_pandas(), table.head(20).lazy(), schema).measurements.equals(wanted)


def test_more_bins_see_more():
    original, synthetic = (pl.DataFrame({"x": values}) for values in (np.arange(0, 999), np.arange(0, 998) + 0))
    schema = Schema((Column("x", "integer"),))
    coarse, fine = (compare(original, synthetic, schema, bins=bins) for bins in (1, 500))
    assert coarse.mean_tvd_1 == 0.0
    assert fine.mean_tvd_1 > 0


def test_measurements_are_one_table_and_summarise_reads_them_back():
    original, synthetic = admissions(100, 1), admissions(80, 2)
    comparison = compare(original, synthetic, Schema.infer(original))
    table = comparison.measurements
    assert table["ways"].to_list() == [1] * 4 + [2] * 6
    assert table.columns[:3] == ["ways", "column_a", "column_b"]
    assert set(table["original_rows"]) == {100}
    assert set(table["synthetic_rows"]) == {80}
    summary = summarise(table.to_pandas())
    assert summary["measure"].to_list() == ["tvd_1", "tvd_2", "nmi_error"]
    assert summary["value"].to_list() == pytest.approx(
        [comparison.mean_tvd_1, comparison.mean_tvd_2, comparison.nmi_error]
    )
    assert summary["floor"].to_list() == pytest.approx([comparison.floor_1, comparison.floor_2, comparison.nmi_floor])


def test_summarise_refuses_another_table():
    with pytest.raises(MeasurementError, match=r"not measurements of a comparison: column\(s\) ways, tvd"):
        summarise(pl.DataFrame({"floor": [1.0]}))


def test_tables_that_do_not_fit_are_refused():
    table = admissions(5, 1)
    with pytest.raises(MeasurementError, match="the synthetic table lacks column\\(s\\) 'ward'"):
        compare(table, table.drop("ward"), Schema.infer(table))


def test_a_long_table_takes_seconds():
    """Sparse and dense tables, 200,000 rows; a loop over rows would take minutes."""
    rng = np.random.Generator(np.random.PCG64(6))
    table = admissions(1_000, 1).select(pl.all().gather(pl.Series(rng.integers(0, 1_000, 200_000))))
    table = table.with_columns(pl.Series("code", rng.integers(0, 50_000, 200_000)).cast(pl.String))
    schema = Schema((*Schema.infer(admissions(1_000, 1)), Column("code", "text")))
    comparison = compare(table, table, schema)
    assert isinstance(comparison, Comparison)
    assert k_way(table, table, schema)["tvd"].sum() == 0
