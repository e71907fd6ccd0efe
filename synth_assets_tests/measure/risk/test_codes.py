"""Codes that three tables share: bins, missing values, exact codes, secrets and samples."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from synth_assets.errors import MeasurementError
from synth_assets.measure.binning import COMPARED_BINS
from synth_assets.measure.risk.codes import MOST_SECRETS, Coded, encode
from synth_assets.schema import Categories, Column, Schema


def coded(*values: Sequence[object], secrets: list[str] | None = None) -> Coded:
    """One column ``a`` and a constant one, in training, control and synthetic table."""
    tables = [pl.DataFrame({"a": one, "b": ["x"] * len(one)}, strict=False) for one in values]
    return three(tables, Schema.infer(pl.concat(tables, how="vertical_relaxed")), 10, secrets)


def three(tables: Sequence[pl.DataFrame], schema: Schema, attacks: int, secrets: list[str] | None = None) -> Coded:
    training, control, synthetic = tables
    return encode(training, control, synthetic, schema, attacks=attacks, secrets=secrets)


def test_numbers_are_cut_into_bins_of_as_many_real_rows_each():
    values = np.random.Generator(np.random.PCG64(1)).lognormal(size=4_000)
    found = coded(values[:2_000].tolist(), values[2_000:3_000].tolist(), values[3_000:].tolist())
    real = np.concatenate([found.training[:, 0], found.control[:, 0]])
    assert np.bincount(real).tolist() == [3_000 // COMPARED_BINS] * COMPARED_BINS
    assert found.sizes[0] == COMPARED_BINS + 1


def test_few_values_have_a_code_each_and_synthetic_values_go_to_the_bin_they_are_in():
    found = coded([1, 5, 9], [1, 5], [0, 4, 5, 100, None])
    assert found.training[:, 0].tolist() == [0, 1, 2]
    assert found.synthetic[:, 0].tolist() == [0, 0, 1, 2, 3]
    assert found.sizes[0] == 4


def test_exact_codes_are_in_the_order_of_the_values_over_all_tables():
    found = coded([10, None], [30], [20, 5])
    assert found.training_exact[:, 0].tolist() == [1, 4]
    assert found.control_exact[:, 0].tolist() == [3]
    assert found.synthetic_exact[:, 0].tolist() == [2, 0]
    assert found.exact_sizes[0] == 5


def test_rows_are_equal_exactly_where_their_exact_codes_are():
    rng = np.random.Generator(np.random.PCG64(2))
    days = [[date(2020, 1, 1) + timedelta(int(day)) for day in rng.integers(400, size=60)] for _ in range(3)]
    found = coded(*days)
    same = found.training_exact[:, None, 0] == found.synthetic_exact[:, 0]
    assert same.tolist() == [[left == right for right in days[2]] for left in days[0]]
    assert found.ordered == (True, False)


def test_whole_and_broken_numbers_share_codes():
    found = coded([1, 2], [2], [1.0, 1.5])
    assert found.synthetic_exact[0, 0] == found.training_exact[0, 0]


def test_keys_only_say_that_there_is_a_value_but_are_compared_exactly():
    tables = [pl.DataFrame({"id": ids, "a": [1] * 3}) for ids in (["u", "v", None], ["w", "x", "y"], ["v", "z", "q"])]
    schema = Schema((Column("id", "text", nullable=True), Column("a", "integer")))
    found = three(tables, schema, 1, ["a"])
    assert found.training[:, 0].tolist() == [0, 0, 1]
    assert found.synthetic_exact[0, 0] == found.training_exact[1, 0]
    assert (found.opaque, found.ordered) == ((True, False), (False, True))


def test_a_column_of_nothing_but_missing_values_has_one_code():
    tables = [pl.DataFrame({"a": [None, None], "b": [1, 2]}, schema={"a": pl.Float64, "b": pl.Int64})] * 3
    schema = Schema((Column("a", "float", nullable=True), Column("b", "integer")))
    found = three(tables, schema, 1)
    assert found.exact_sizes[0] == found.sizes[0] == 1
    assert not found.training[:, 0].any()


def test_secrets_are_the_sensitive_columns_or_those_of_the_most_codes():
    table = pl.DataFrame({f"c{size}": [row % size for row in range(40)] for size in range(2, 10)})
    columns = [Column(name, "integer") for name in table.columns]
    found = encode(table, table, table, Schema(tuple(columns)), attacks=1)
    assert [found.names[place] for place in found.secrets] == ["c5", "c6", "c7", "c8", "c9"]
    assert len(found.secrets) == MOST_SECRETS
    columns[1] = Column("c3", "integer", role="sensitive")
    assert encode(table, table, table, Schema(tuple(columns)), attacks=1).secrets == (1,)


@pytest.mark.parametrize("secrets", [[], ["c"], ["a", "a"]])
def test_secrets_that_cannot_be_guessed_are_refused(secrets: list[str]):
    with pytest.raises(MeasurementError, match=r"secrets are .* Allowed: one or more of the columns 'a', 'b'"):
        coded([1], [2], [3], secrets=secrets)


@pytest.mark.parametrize("attacks", [0, -1, 2.5, True])
def test_a_number_of_attacks_that_cannot_be_is_refused(attacks: int):
    table = pl.DataFrame({"a": [1]})
    with pytest.raises(MeasurementError, match=r"Allowed: a whole number from 1 on"):
        encode(table, table, table, Schema.infer(table), attacks=attacks)


def test_tables_that_do_not_fit_are_refused():
    table = pl.DataFrame({"a": ["x"]})
    schema = Schema((Column("a", "category", domain=Categories(("x",))),))
    for tables in ((table, table.rename({"a": "b"}), table), (table, table, table[:0]), (table[:0], table, table)):
        with pytest.raises(MeasurementError, match="cannot be compared"):
            three(tables, schema, 1)


def test_both_sides_are_sampled_to_equal_numbers_and_no_row_twice():
    found = coded(list(range(50)), list(range(50, 62)), [1])
    rng = np.random.Generator(np.random.PCG64(3))
    training, control = found.targets(rng)
    assert len(set(training.tolist())) == len(set(control.tolist())) == 10
    even = found.evened(rng)
    assert len(even.training) == len(even.control) == len(set(even.training_exact[:, 0].tolist())) == found.even == 12
    assert set(even.control_exact[:, 0].tolist()) == set(found.control_exact[:, 0].tolist())
