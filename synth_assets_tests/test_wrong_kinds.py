"""What is no schema, network, description or text at all is refused in words, wherever it can be given."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from synth_assets.describe import describe
from synth_assets.errors import SynthAssetsError
from synth_assets.generate import generate
from synth_assets.measure import compare
from synth_assets.schema import Schema
from synth_assets_tests.tables import rng

TABLE: Any = pl.DataFrame({"a": [1, 2] * 10})
SCHEMA: Any = Schema.infer(TABLE)
WRONG: Any = {"a": ["b"]}


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda _: describe(TABLE, WRONG, mode="random"), "schema is a dict. Allowed: a Schema"),
        (
            lambda _: describe(TABLE, SCHEMA, mode="correlated", network=WRONG),
            "network is a dict. Allowed: NetworkRules",
        ),
        (lambda _: generate(WRONG, rows=1, rng=rng()), "description is a dict. Allowed: a Description"),
        (lambda _: compare(TABLE, TABLE, WRONG), "schema is a dict. Allowed: the Schema of both"),
        (Schema.from_yaml, "is read from YAML text, and this is a"),
        (lambda folder: describe(folder / "none.parquet", SCHEMA, mode="independent"), "There is no file"),
        (lambda folder: describe(_csv(folder), SCHEMA, mode="independent"), "is not a Parquet file. Give one, or read"),
        (lambda _: describe("a.parquet", SCHEMA, mode="independent"), "a Parquet file as a pathlib.Path"),
    ],
)
def test_what_is_of_another_kind_is_refused_in_words(call: Callable[[Any], object], match: str, tmp_path: Path):
    with pytest.raises(SynthAssetsError, match=match):
        call(tmp_path)


def _csv(folder: Path) -> Path:
    (folder / "a.csv").write_text("a\n1\n", encoding="utf-8")
    return folder / "a.csv"
