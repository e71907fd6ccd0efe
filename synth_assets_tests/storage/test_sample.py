"""Some rows of a table, at random: as many as asked for, the same for the same generator, in their order."""

from pathlib import Path

import numpy as np
import polars as pl
from polars.testing import assert_frame_equal

from synth_assets.storage.sample import rows_of, rows_where, some_of
from synth_assets.storage.warehouse import TableHandle, Warehouse

TABLE = pl.DataFrame({"n": range(300_000)})


def test_as_many_as_asked_for_and_only_allowed_ones():
    allowed = np.arange(1_000) % 2 == 0
    chosen = some_of(allowed, 100, np.random.default_rng(1))
    assert chosen.sum() == 100
    assert not (chosen & ~allowed).any()
    assert (some_of(allowed, 100, np.random.default_rng(1)) == chosen).all()
    assert some_of(allowed, 500, np.random.default_rng(1)) is allowed
    assert some_of(allowed, 0, np.random.default_rng(1)).sum() == 0


def test_each_row_has_the_same_chance():
    rng, times = np.random.default_rng(2), 4_000
    taken = sum(some_of(np.ones(10, dtype=np.bool_), 3, rng).astype(int) for _ in range(times))
    assert np.abs(taken / times - 0.3).max() < 5 * (0.21 / times) ** 0.5


def test_rows_come_in_their_order_from_memory_and_from_a_warehouse(tmp_path: Path):
    warehouse = Warehouse(tmp_path / "w.duckdb")
    warehouse.write("t", TABLE)
    chosen = some_of(np.ones(len(TABLE), dtype=np.bool_), 1_000, np.random.default_rng(3))
    expected = TABLE.filter(pl.Series(chosen))
    assert_frame_equal(rows_where(TABLE, chosen), expected)
    assert_frame_equal(rows_where(TableHandle(warehouse, "t"), chosen), expected)
    assert rows_of(TABLE) == rows_of(TableHandle(warehouse, "t")) == rows_of(TABLE.lazy()) == 300_000
