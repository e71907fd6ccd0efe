import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing.parametric import dataframes

from synth_assets.errors import StorageError
from synth_assets.storage.fingerprint import fingerprint, hash_file
from synth_assets.storage.warehouse import TableHandle, Warehouse

KEY = b"k" * 32
PLAIN = [pl.Boolean, pl.String, pl.Binary, pl.Int8, pl.Int64, pl.UInt64, pl.Float32, pl.Float64, pl.Date, pl.Time]
BASE = pl.DataFrame({"n": [1, None, 3], "s": ["a", "bc", None]})
CHANGED = [
    BASE.reverse(),
    BASE.select("s", "n"),
    BASE.rename({"n": "m"}),
    BASE.head(2),
    BASE.cast({"n": pl.Int32}),
    BASE.cast({"n": pl.Float64}),
    BASE.cast({"s": pl.Binary}),
    BASE.with_columns(n=pl.Series([1, 0, 3])),
    BASE.with_columns(n=pl.Series([1, 2, None])),
    BASE.with_columns(s=pl.Series(["ab", "c", None])),
    BASE.with_columns(s=pl.Series(["a", "bc", ""])),
    BASE.with_columns(s=pl.Series(["a", "bd", None])),
    BASE.with_columns(extra=pl.lit(None)),
    BASE.clear(),
    pl.DataFrame(),
]


@settings(deadline=None, max_examples=50)
@given(frame=dataframes(allowed_dtypes=PLAIN, max_cols=4, max_size=8), cut=st.integers(0, 8))
def test_how_a_frame_was_built_does_not_matter(frame: pl.DataFrame, cut: int):
    expected = fingerprint(frame, KEY)
    in_chunks = pl.concat([frame.head(cut), frame.slice(cut)], rechunk=False)
    cut_out = pl.concat([frame.reverse(), frame, frame.head(3)]).slice(len(frame), len(frame))
    rebuilt = pl.DataFrame(frame.rows(), schema=frame.schema, orient="row")
    for same in (in_chunks, cut_out, rebuilt):
        assert fingerprint(same, KEY) == expected


@settings(deadline=None, max_examples=50)
@given(frames=st.tuples(*[dataframes(allowed_dtypes=PLAIN, cols=1, max_size=3)] * 2))
def test_frames_have_one_fingerprint_exactly_when_they_are_equal(frames: tuple[pl.DataFrame, pl.DataFrame]):
    one, other = frames
    equal = one.schema == other.schema and one.equals(other)
    assert (fingerprint(one, KEY) == fingerprint(other, KEY)) == equal


def test_every_change_changes_the_fingerprint():
    prints = [fingerprint(frame, KEY) for frame in (BASE, *CHANGED)]
    assert len(set(prints)) == len(prints)
    assert all(len(text) == 64 for text in prints)
    assert fingerprint(BASE, b"another key") not in prints


@dataclass(frozen=True)
class Cut:
    """A table that comes in batches of a size."""

    table: pl.DataFrame
    size: int

    @property
    def rows(self) -> int:
        return len(self.table)

    def batches(self) -> Iterator[pl.DataFrame]:
        yield from self.table.iter_slices(self.size) if len(self.table) else [self.table]


NESTED = [pl.List(pl.String), pl.List(pl.List(pl.Int8)), pl.Struct({"a": pl.Int64, "b": pl.List(pl.Int8)}), pl.Null]


@settings(deadline=None, max_examples=60)
@given(frame=dataframes(allowed_dtypes=[*PLAIN, *NESTED], max_cols=4, max_size=8), size=st.integers(1, 8))
def test_batches_of_any_size_have_the_fingerprint_of_the_whole(frame: pl.DataFrame, size: int):
    assert fingerprint(Cut(frame, size), KEY) == fingerprint(frame, KEY)


def test_a_table_of_the_warehouse_is_never_in_memory_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    warehouse = Warehouse(tmp_path / "w.duckdb")
    frame = pl.select(n=pl.int_range(300_000)).with_columns(
        s=pl.col("n").cast(pl.String),
        t=pl.from_epoch("n").dt.replace_time_zone("Europe/London", ambiguous="earliest", non_existent="null"),
    )
    warehouse.write("t", frame)
    monkeypatch.setattr(TableHandle, "read", lambda _: pytest.fail("read whole"))
    monkeypatch.setattr(Warehouse, "read", lambda *_: pytest.fail("read whole"))

    assert fingerprint(TableHandle(warehouse, "t"), KEY) == fingerprint(frame, KEY)
    warehouse.write("t", frame.reverse())
    assert fingerprint(TableHandle(warehouse, "t"), KEY) != fingerprint(frame, KEY)


def test_names_do_not_run_into_types_or_each_other():
    names = ["a", "a: Int64", "a: Int64, values", "1 a"]
    frames = [pl.DataFrame({name: [1]}) for name in names] + [pl.DataFrame({name: [1], "b": [1]}) for name in names]
    frames += [pl.DataFrame({"a": [{"b": 1}]}), pl.DataFrame({"a": [{"b": 1, "c": 1}]}), pl.DataFrame({"a": [[1]]})]
    assert len({fingerprint(frame, KEY) for frame in frames}) == len(frames)


def test_what_lies_under_a_null_does_not_matter():
    numbers = pl.select(x=pl.when(pl.Series([True, False])).then(pl.Series([1, 2])))
    words = pl.select(x=pl.when(pl.Series([True, False])).then(pl.Series(["a", "secret"])))
    assert fingerprint(numbers, KEY) == fingerprint(pl.DataFrame({"x": [1, None]}), KEY)
    assert fingerprint(words, KEY) == fingerprint(pl.DataFrame({"x": ["a", None]}), KEY)


def test_categories_count_as_their_text():
    text = pl.DataFrame({"c": ["x", None, "y", "x"]})
    for dtype in (pl.Categorical(), pl.Enum(["y", "z", "x"])):
        assert fingerprint(text.cast({"c": dtype}), KEY) == fingerprint(text, KEY)


def test_zeros_are_one_nans_are_one_and_nan_is_no_null():
    other_nan = np.array([0x7FF8000000000001], dtype=np.uint64).view(np.float64)
    assert fingerprint(pl.DataFrame({"x": [0.0]}), KEY) == fingerprint(pl.DataFrame({"x": [-0.0]}), KEY)
    assert fingerprint(pl.DataFrame({"x": other_nan}), KEY) == fingerprint(pl.DataFrame({"x": [float("nan")]}), KEY)
    assert fingerprint(pl.DataFrame({"x": [float("nan")]}), KEY) != fingerprint(
        pl.DataFrame({"x": [None]}, schema={"x": pl.Float64}), KEY
    )


@pytest.mark.parametrize(
    ("values", "dtypes"),
    [
        ([datetime(2020, 1, 1)], [pl.Datetime("us"), pl.Datetime("ms"), pl.Datetime("us", "UTC")]),  # noqa: DTZ001 - local
        ([Decimal("1.50")], [pl.Decimal(9, 2), pl.Decimal(9, 3)]),
        ([timedelta(1)], [pl.Duration("us"), pl.Duration("ms")]),
        ([[1, None], [], None], [pl.List(pl.Int64), pl.List(pl.Int32)]),
        ([{"a": 1}, None], [pl.Struct({"a": pl.Int64}), pl.Struct({"a": pl.Int8})]),
        ([1], [pl.Int128, pl.UInt128, pl.Int64]),
        ([None, None], [pl.Null, pl.Int8, pl.String, pl.Boolean, pl.List(pl.Null), pl.Struct({"a": pl.Null})]),
    ],
)
def test_types_are_part_of_the_content(values: list, dtypes: list):
    frames = [pl.DataFrame({"x": pl.Series(values, dtype=dtype, strict=False)}) for dtype in dtypes]
    prints = {fingerprint(frame, KEY) for frame in frames}
    assert len(prints) == len(dtypes)
    assert prints == {fingerprint(pl.concat([frame, frame]).tail(len(values)), KEY) for frame in frames}


def test_the_border_between_lists_counts():
    one, other = pl.DataFrame({"x": [[1], [2, 3]]}), pl.DataFrame({"x": [[1, 2], [3]]})
    empty, missing = pl.DataFrame({"x": [[], [1]]}), pl.DataFrame({"x": [None, [1]]})
    assert len({fingerprint(frame, KEY) for frame in (one, other, empty, missing)}) == 4


def test_a_type_that_cannot_be_hashed_is_named():
    with pytest.raises(StorageError, match="Column 'x' of type Object cannot be hashed"):
        fingerprint(pl.DataFrame({"x": pl.Series([object()], dtype=pl.Object)}), KEY)


def test_a_fingerprint_is_what_it_has_always_been():
    """Data versions must not change with a release."""
    frame = BASE.with_columns(d=date(2020, 1, 1), b=True, x=0.5)
    assert fingerprint(frame, KEY)[:16] == "1254a4627f567661"


def test_a_million_rows_take_about_a_second():
    numbers = pl.int_range(1_000_000)
    columns = [numbers.alias(f"n{i}") for i in range(4)] + [numbers.cast(pl.String).alias(f"s{i}") for i in range(4)]
    frame = pl.select(columns)
    started = time.process_time()
    fingerprint(frame, KEY)
    assert time.process_time() - started < 3


def test_a_file_is_hashed_as_by_anybody_else(tmp_path: Path):
    (tmp_path / "f").write_bytes(b"abc" * 1_000_000)
    assert hash_file(tmp_path / "f") == hashlib.sha256(b"abc" * 1_000_000).hexdigest()
    for wrong in (tmp_path, tmp_path / "gone"):
        with pytest.raises(StorageError, match="Allowed: a file that this user may read"):
            hash_file(wrong)
