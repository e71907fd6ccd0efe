"""Synthetic tables: exact in shape, true to their description, and silent on everything else."""

import datetime as dt
import math
from typing import Any

import numpy as np
import polars as pl
import pytest

from synth_assets.describe import Description, describe
from synth_assets.describe.expected import fill_hidden
from synth_assets.describe.network import independence_p_value
from synth_assets.describe.tables import ContingencyTable
from synth_assets.errors import GenerationError
from synth_assets.generate import generate
from synth_assets.schema import MODES, Categories, Column, Interval, Mode, Schema
from synth_assets_tests.tables import admissions, categories, crossed, declared, every_type, rng

TABLE = every_type(2_000)
DESCRIPTIONS = {mode: describe(TABLE, Schema.infer(TABLE), mode=mode) for mode in MODES}
ADMITTED, FORM = admissions(6_000)


def distance(first: pl.Series, second: pl.Series) -> float:
    """Total variation distance of two columns' values."""
    shares = pl.DataFrame({"value": first}).group_by("value").len("first")
    others = pl.DataFrame({"value": second}).group_by("value").len("second")
    both = shares.join(others, on="value", how="full", nulls_equal=True).fill_null(0)
    return float((both["first"] / len(first) - both["second"] / len(second)).abs().sum()) / 2


def pair_distance(first: pl.DataFrame, second: pl.DataFrame, names: tuple[str, str]) -> float:
    return distance(*(table.select(pl.struct(pl.col(names)).alias("pair"))["pair"] for table in (first, second)))


# Shape.


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("rows", [1, 2, 3, 7, 1_001])
def test_exact_rows_columns_types_and_order(mode: Mode, rows: int):
    synthetic = generate(DESCRIPTIONS[mode], rows=rows, rng=rng())
    assert synthetic.schema == TABLE.schema
    assert synthetic.height == rows


def test_as_many_rows_as_were_described():
    assert generate(DESCRIPTIONS["correlated"], rng=rng()).height == 2_000


@pytest.mark.parametrize("rows", [0, -1, 1.5, 5.0, True, False, "7", 10**10, math.nan])
def test_a_number_of_rows_that_cannot_be_is_refused(rows: Any):  # noqa: ANN401 - of every kind
    with pytest.raises(
        GenerationError, match=r"The number of synthetic rows is .* Allowed: whole numbers from 1 to 1,000,0"
    ):
        generate(DESCRIPTIONS["random"], rows=rows, rng=rng())


def test_random_mode_must_be_told_how_many():
    with pytest.raises(GenerationError, match=r"random mode does not count rows\. Say how many"):
        generate(DESCRIPTIONS["random"], rng=rng())


@pytest.mark.parametrize(
    "chance", [None, 3, np.random.RandomState(1), np.random.Generator(np.random.RandomState(1)._bit_generator)]
)
def test_a_source_of_chance_without_streams_is_refused(chance: Any):  # noqa: ANN401 - of every kind
    with pytest.raises(GenerationError, match="cannot be split into streams"):
        generate(DESCRIPTIONS["random"], rows=3, rng=chance)


def test_a_description_of_a_larger_table_than_can_be_made_is_refused():
    described = describe(categories("a", {"a0": 9}), declared(a=1), mode="independent")
    document = described.to_json().replace('"rows":9', '"rows":9000000000').replace("[9]", "[9000000000]")
    with pytest.raises(GenerationError, match="The number of synthetic rows is 9000000000"):
        generate(Description.from_json(document), rng=rng())


# Chance.


@pytest.mark.parametrize("mode", MODES)
def test_the_same_seed_gives_the_same_table_and_another_seed_another(mode: Mode):
    one, again, other = (generate(DESCRIPTIONS[mode], rows=500, rng=rng(seed)) for seed in (1, 1, 2))
    assert one.equals(again)
    assert not one.equals(other)


def test_a_column_does_not_depend_on_those_after_it():
    described = describe(
        TABLE.select("integer", "category"), Schema.infer(TABLE.select("integer", "category")), mode="random"
    )
    assert generate(described, rows=50, rng=rng())["integer"].equals(
        generate(DESCRIPTIONS["random"], rows=50, rng=rng())["integer"]
    )


@pytest.mark.parametrize("mode", ["random", "independent"])
@pytest.mark.parametrize("rows", [211, 1_000])
def test_columns_are_independent_over_many_seeds(mode: Mode, rows: int):
    """Also where one column is a bin's exact values and the rest of the bin: p-values of all pairs must be even."""
    numbers = rng().choice([1, 2, 3, 7, 8, 12, 14, 19], 2_000, p=[0.3, 0.2, 0.1, 0.1, 0.1, 0.1, 0.08, 0.02])
    table = pl.DataFrame({"n": numbers, "a": rng(1).choice(["x", "y", "z"], 2_000), "b": rng(2).random(2_000) < 0.4})
    described = describe(table, Schema.infer(table), mode=mode)
    p_values = []
    for seed in range(60):
        codes = [column.rank("dense").to_numpy() - 1 for column in generate(described, rows=rows, rng=rng(seed))]
        for first, second in ((0, 1), (0, 2), (1, 2)):
            counts = np.zeros((codes[first].max() + 1, codes[second].max() + 1))
            np.add.at(counts, (codes[first], codes[second]), 1)
            p_values.append(independence_p_value(counts))
    for level in (0.01, 0.1, 0.5):
        share = np.mean(np.array(p_values) < level)
        assert abs(share - level) < 4 * math.sqrt(level * (1 - level) / len(p_values))


def test_numbers_inside_a_bin_depend_on_no_other_column_and_on_no_place():
    schema = Schema(tuple(Column(name, "float", domain=Interval(0.0, 1.0, 1)) for name in "ab"))
    described = describe(None, schema, mode="random")
    for seed in range(20):
        synthetic = generate(described, rows=1_000, rng=rng(seed))
        columns = np.array([synthetic["a"], synthetic["b"], np.arange(1_000)])
        assert np.abs(np.corrcoef(columns) - np.eye(3)).max() < 5 / math.sqrt(1_000)


# Closeness.


@pytest.mark.parametrize("name", ["category", "boolean", "date", "integer"])
def test_one_way_counts_of_independent_mode_are_those_of_the_table(name: str):
    table = admissions(6_000)[0] if name not in TABLE.columns else TABLE
    synthetic = generate(DESCRIPTIONS["independent"], rng=rng())
    binned = [
        frame[name].cast(pl.Int64) // 50 if name in {"date", "integer"} else frame[name] for frame in (table, synthetic)
    ]
    assert distance(*binned) < (0.02 if name in {"date", "integer"} else 0.003)


def test_declared_columns_of_frequent_values_come_back_exactly():
    synthetic = generate(describe(ADMITTED, FORM, mode="independent"), rng=rng())
    for name in ("Gender", "Arrival Date", "Age bracket", "Index of Multiple Deprivation Decile"):
        assert distance(ADMITTED[name], synthetic[name]) == 0


def test_correlated_mode_keeps_dependences_that_independent_mode_loses():
    made = {mode: generate(describe(ADMITTED, FORM, mode=mode), rng=rng()) for mode in ("independent", "correlated")}
    for pair in (("Time in A&E (mins)", "Age bracket"), ("Arrival Date", "Arrival hour range")):
        lost, kept = (pair_distance(ADMITTED, made[mode], pair) for mode in ("independent", "correlated"))
        assert kept < lost / 3
    for pair in (("Gender", "Age bracket"), ("Arrival Date", "Gender")):
        assert pair_distance(ADMITTED, made["correlated"], pair) < 0.03


@pytest.mark.parametrize("seed", range(5))
def test_the_mean_error_over_pairs_of_correlated_mode_is_not_above_that_of_independent_mode(seed: int):
    chance = rng(seed)
    first = chance.integers(0, 4, 3_000)
    table = pl.DataFrame(
        {
            "a": [f"a{value}" for value in first],
            "b": [f"b{value}" for value in np.where(chance.random(3_000) < 0.5, first, chance.integers(0, 4, 3_000))],
            "c": [f"c{value}" for value in chance.integers(0, 4, 3_000)],
        }
    )
    schema = declared(a=4, b=4, c=4)
    error = {}
    for mode in ("independent", "correlated"):
        synthetic = generate(describe(table, schema, mode=mode), rng=rng(seed))
        error[mode] = np.mean([pair_distance(table, synthetic, pair) for pair in (("a", "b"), ("a", "c"), ("b", "c"))])
    assert error["correlated"] < error["independent"]


def test_correlated_counts_that_nothing_hides_come_back_exactly():
    table = crossed([[30, 20, 50], [40, 25, 10], [7, 90, 12]])
    synthetic = generate(describe(table, declared(a=3, b=3), mode="correlated"), rng=rng())
    assert pair_distance(table, synthetic, ("a", "b")) == 0


def test_hidden_rows_are_spread_over_hidden_cells_alone():
    table = crossed([[3, 2, 40], [30, 25, 10]])
    synthetic = generate(describe(table, declared(a=2, b=3), mode="correlated"), rng=rng())
    counts = dict(synthetic.group_by("a", "b").len().select(pl.concat_str("a", "b"), "len").rows())
    assert {name: counts[name] for name in ("a0b2", "a1b0", "a1b1", "a1b2")} == {
        "a0b2": 40,
        "a1b0": 30,
        "a1b1": 25,
        "a1b2": 10,
    }
    assert counts["a0b0"] + counts["a0b1"] == 5


def test_hidden_rows_go_by_what_is_seen_elsewhere_or_to_the_mode_or_to_the_one_hidden_cell():
    def filled(counts: list[list[int]], totals: list[int], modes: list[int], rows: list[float]) -> list[float]:
        cells = np.array(counts)
        table = ContingencyTable("b", ("a",), cells, np.array(totals), np.array(modes), cells.shape)
        return fill_hidden(table, np.array(rows), 5)[0].tolist()

    counts = [[-1, -1, 40], [30, 10, 10], [-1, -1, 5]]
    totals, rows = [61, 50, 26], [61.0, 50, 26]
    shares = np.array([min(40 * 30.5 / 96.5, 5), 40 * 10.5 / 96.5])
    few = [*(6 * shares / shares.sum()), 40]
    assert filled(counts, [46, 50, 26], [-1, -1, -1], [46.0, 50, 26]) == pytest.approx(few, abs=1e-3)
    assert filled(counts, totals, [1, -1, -1], rows) == [2.5, 18.5, 40]
    assert sum(filled(counts, [-1, 50, 26], [-1, -1, -1], [50, 50, 26])) == pytest.approx(50)
    assert sum(filled(counts, [-1, 50, 26], [-1, -1, -1], [41, 50, 26])) == pytest.approx(45)
    alone = [[7, -1, 40], [30, 10, 10], [-1, -1, 5]]
    assert filled(alone, [-1, 50, 26], [-1, -1, -1], [61.5, 50, 26]) == [7, 14.5, 40]
    assert filled(alone, [-1, 50, 26], [-1, -1, -1], [47, 50, 26]) == [7, 5, 40]


def test_hidden_rows_go_near_what_is_seen_along_ordered_columns():
    """Cost rises with stay; in the sparse corner every cell is hidden, and still the rows stay on the diagonal."""
    chance = rng(11)
    cost = chance.exponential(800, 20_000)
    table = pl.DataFrame({"stay": chance.poisson(1 + cost / 400), "cost": cost.round(0)})
    synthetic = generate(describe(table, Schema.infer(table), mode="correlated"), rng=rng(12))
    kept, wanted = (np.corrcoef(one["stay"], one["cost"])[0, 1] for one in (synthetic, table))
    assert kept > wanted - 0.08
    assert abs(np.mean(synthetic["stay"].to_numpy()) - np.mean(table["stay"].to_numpy())) < 0.05


def test_a_configuration_whose_total_is_hidden_keeps_its_shares_but_for_a_few_rows():
    """Of ``b`` two values are hidden below a0, so both hide their largest count of ``c``, which is not lost."""
    chance = rng(4)
    pairs = [("a0", "b0")] * 3 + [("a0", "b1")] * 4 + [("a0", "b2")] * 400
    pairs += [("a1", "b0")] * 300 + [("a1", "b1")] * 200 + [("a1", "b2")] * 100
    third = [f"c{chance.choice(3, p=[0.7, 0.2, 0.1]) if pair[1] != 'b2' else 2}" for pair in pairs]
    table = pl.DataFrame([(*pair, c) for pair, c in zip(pairs, third, strict=True)], list("abc"), orient="row")
    described = describe(table, declared(a=2, b=3, c=3), mode="correlated")
    below = next(published for published in described.tables if published.column == "c")
    assert below.parents == ("b",)
    assert below.hidden.sum(axis=1).tolist() == [1, 1, 0]
    assert below.modes.tolist() == [-1, -1, -1]
    assert pair_distance(table, generate(described, rng=rng()), ("b", "c")) < 0.01


def test_a_frequent_pair_that_is_hidden_with_a_rare_one_stays_frequent():
    """Each of the first two rows hides its 400 together with its 3; spread evenly, all would be upside down."""
    table = crossed([[400, 3, 0, 0, 0, 0], [3, 400, 0, 0, 0, 0], [0, 0, 100, 100, 100, 100]])
    described = describe(table, declared(a=3, b=6), mode="correlated")
    assert described.tables[1].modes.tolist() == [0, 1, -1]
    assert pair_distance(table, generate(described, rng=rng()), ("a", "b")) < 0.01


@pytest.mark.parametrize(("mode", "most"), [("independent", 1), ("correlated", 20)])
def test_missing_values_come_at_their_rate(mode: Mode, most: int):
    """In correlated mode but for those in hidden cells: here two columns of times depend on each other."""
    synthetic = generate(DESCRIPTIONS[mode], rng=rng())
    for name in TABLE.columns:
        assert abs(synthetic[name].null_count() - TABLE[name].null_count()) <= most


def test_random_mode_is_even_over_the_domain():
    schema = Schema(
        (
            Column("a", "category", domain=Categories(("x", "y", "z"))),
            Column("n", "integer", domain=Interval(0, 99, 7)),
            Column("f", "float", domain=Interval(-1.0, 3.0, 3)),
            Column("d", "date", domain=Interval(dt.date(2020, 1, 1), dt.date(2020, 12, 31))),
            Column("b", "boolean", nullable=True),
        )
    )
    synthetic = generate(describe(None, schema, mode="random"), rows=6_600, rng=rng())
    assert sorted(synthetic["a"].value_counts()["count"].to_list()) == [2_200] * 3
    assert synthetic["n"].value_counts()["count"].is_between(60, 72).all()
    assert synthetic["n"].n_unique() == 100
    assert float(np.mean(synthetic["f"].to_numpy())) == pytest.approx(1.0, abs=0.01)
    assert synthetic["d"].n_unique() == 366
    assert synthetic["b"].null_count() == 0


# Silence.


def test_text_is_never_copied():
    for mode in MODES:
        made = generate(DESCRIPTIONS[mode], rows=500, rng=rng())["text"].drop_nulls()
        assert made.str.starts_with("synthetic text ").all()
        assert made.n_unique() == len(made)


def test_exact_values_of_fewer_than_the_minimum_of_rows_are_in_the_output_by_chance_alone():
    chance = rng(9)
    values = np.concatenate(
        [chance.normal(0, 1, 3_000), np.repeat(chance.normal(0, 1, 20), 4), np.repeat([0.25, 0.5], 300)]
    )
    table = pl.DataFrame({"a": values})
    for mode in ("independent", "correlated"):
        synthetic = generate(describe(table, Schema.infer(table), mode=mode), rng=rng())["a"]
        assert set(synthetic) & set(table["a"]) == {0.25, 0.5}


def test_whole_numbers_that_are_no_exact_values_are_drawn_around_those_that_are():
    """6 of 10 values of the bin are exact with their counts; the 40 rows left lie on the other four alone."""
    values = [value for value in (0, 2, 4, 6, 8, 9) for _ in range(50)] + [1, 3, 5, 7] * 4
    table = pl.DataFrame({"a": values})
    described = describe(table, Schema((Column("a", "integer", domain=Interval(0, 9, 1)),)), mode="independent")
    synthetic = generate(described, rng=rng())["a"]
    assert dict(synthetic.value_counts().rows()) == {
        **dict.fromkeys((0, 2, 4, 6, 8, 9), 50),
        **dict.fromkeys((1, 3, 5, 7), 4),
    }


def test_whole_numbers_of_the_widest_range_stay_in_it():
    schema = Schema((Column("a", "integer", domain=Interval(-(2**63), 2**63 - 1, 3)),))
    synthetic = generate(describe(None, schema, mode="random"), rows=10_000, rng=rng())["a"]
    assert (synthetic > 2**62).sum() == pytest.approx(2_500, abs=30)
    assert (synthetic < -(2**62)).sum() == pytest.approx(2_500, abs=30)


def test_values_that_are_hard_to_write_come_back_whole():
    values = ["", " ", "é", "日本", "'", '"', "\n", "\\", "\x00", "🙂", "null", "other"]
    table = pl.DataFrame({"a": values * 9})
    schema = Schema((Column("a", "category", domain=Categories(tuple(values))),))
    described = Description.from_json(describe(table, schema, mode="independent").to_json())
    assert generate(described, rng=rng())["a"].sort().equals(table["a"].sort())
