"""Blocks of rows: the same rows however they are asked for, on any number of threads, and independent across blocks."""

import hashlib
import math
import os
import subprocess
import sys
from importlib import import_module
from itertools import combinations
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from synth_assets.constraints import Ordered
from synth_assets.describe import Description, describe
from synth_assets.describe.network import independence_p_value
from synth_assets.generate import generate, generate_batches, streams
from synth_assets.schema import MODES, Categories, Column, Interval, Mode, Schema
from synth_assets_tests.tables import every_type, rng

TABLE = every_type(600)
BLOCK = 64


def described(mode: Mode) -> Description:
    return describe(TABLE, Schema.infer(TABLE), mode=mode)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(streams, "BLOCK_ROWS", BLOCK)
    monkeypatch.setattr(import_module("synth_assets.generate.sampler"), "BLOCK_ROWS", BLOCK)
    return BLOCK


def ordered(mode: Mode) -> Description:
    schema = Schema(
        tuple(Column(name, "integer", domain=Interval(0, 99)) for name in ("low", "high")),
        constraints=(Ordered(("low", "high")),),
    )
    low = rng().integers(0, 50, 500)
    return describe(pl.DataFrame({"low": low, "high": low + rng(1).integers(0, 50, 500)}), schema, mode=mode)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("make", [described, ordered], ids=["every type", "constraint"])
@pytest.mark.parametrize("rows", [1, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK + 3])
def test_a_table_is_its_batches_one_after_the_other_each_time(make, mode: Mode, rows: int):  # noqa: ANN001 - as above
    made = generate_batches(make(mode), rows=rows, rng=rng(3))
    batches = list(made.batches())
    assert [len(batch) for batch in batches[:-1]] == [BLOCK] * (len(batches) - 1)
    whole = generate(make(mode), rows=rows, rng=rng(3))
    assert pl.concat(batches).equals(whole)
    assert pl.concat(made.batches()).equals(whole)
    assert len(whole) == rows


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("make", [described, ordered], ids=["every type", "constraint"])
def test_whole_blocks_do_not_depend_on_how_many_follow(make, mode: Mode):  # noqa: ANN001 - as above
    longest = generate(make(mode), rows=4 * BLOCK + 9, rng=rng(3))
    for blocks in (1, 2, 4):
        assert generate(make(mode), rows=blocks * BLOCK, rng=rng(3)).equals(longest.head(blocks * BLOCK))


def test_blocks_of_full_size_join_without_a_seam():
    rows = streams.BLOCK_ROWS + 5
    made = generate(described("correlated"), rows=rows, rng=rng(3))
    assert made.head(streams.BLOCK_ROWS).equals(generate(described("correlated"), rows=streams.BLOCK_ROWS, rng=rng(3)))
    assert len(made) == rows
    assert made["text"].drop_nulls().n_unique() == rows - made["text"].null_count()


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("mode", ["random", "independent"])
def test_independent_columns_stay_independent_over_blocks_and_blocks_differ(mode: Mode):
    """p-values of all pairs, with the place in the block as one more column, over seeds must be even."""
    columns = tuple(Column(name, "category", domain=Categories(tuple("xyz"))) for name in "abc")
    table = pl.DataFrame({name: rng(place).choice(list("xyz"), 500) for place, name in enumerate("abc")})
    form = describe(table, Schema(columns), mode=mode)
    p_values = []
    for seed in range(30):
        synthetic = generate(form, rows=16 * BLOCK, rng=rng(seed))
        codes = [synthetic[name].rank("dense").to_numpy() - 1 for name in "abc"]
        codes.append(np.arange(16 * BLOCK) % BLOCK // (BLOCK // 4))
        for first, second in combinations(codes, 2):
            counts = np.zeros((int(first.max()) + 1, int(second.max()) + 1))
            np.add.at(counts, (first, second), 1)
            p_values.append(independence_p_value(counts))
        halves = synthetic.slice(0, BLOCK), synthetic.slice(BLOCK, BLOCK)
        assert not halves[0].equals(halves[1])
    for level in (0.01, 0.1, 0.5):
        share = np.mean(np.array(p_values) < level)
        assert abs(share - level) < 4 * math.sqrt(level * (1 - level) / len(p_values))


def test_each_call_takes_fresh_streams_from_its_generator():
    chance = rng(3)
    one, two = (generate(described("independent"), rows=50, rng=chance) for _ in range(2))
    assert not one.equals(two)
    assert one.equals(generate(described("independent"), rows=50, rng=rng(3)))


SCRIPT = """
import hashlib
from synth_assets.describe import describe
from synth_assets.generate import generate
from synth_assets.schema import Schema
from synth_assets_tests.tables import every_type, rng
table = every_type(600)
made = [describe(frame, Schema.infer(table), mode="correlated", max_parents=2) for frame in (table, table.lazy())]
texts = [form.to_json() for form in made]
rows = [generate(form, rows=140_000, rng=rng(3)).write_csv() for form in made]
print(hashlib.sha256("".join(texts + rows).encode()).hexdigest())
"""


def test_the_same_seed_gives_the_same_bytes_in_every_process_whatever_the_threads():
    found = set()
    for threads in ("1", "2"):
        settings = {"POLARS_MAX_THREADS": threads, "OMP_NUM_THREADS": threads, "PYTHONHASHSEED": threads}
        run = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **settings},
            capture_output=True,
            text=True,
            check=True,
        )
        found.add(run.stdout.strip())
    assert len(found) == 1
    assert len(found.pop()) == len(hashlib.sha256(b"").hexdigest())
