"""Votes of the nearest rows against a slow count, fresh rows and copies."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from synth_assets.measure.risk.codes import Coded, encode
from synth_assets.measure.risk.inference import _hits, inference
from synth_assets.measure.risk.nearest import FAR
from synth_assets.schema import Schema


def generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def people(rows: int, rng: np.random.Generator) -> pl.DataFrame:
    kinds = rng.integers(4, size=rows)
    columns = {f"c{size}": (kinds + rng.integers(size, size=rows)) % size for size in (4, 5, 9, 20, 30)}
    return pl.DataFrame({**columns, "x": rng.normal(size=rows), "s": rng.choice(["a", "b", "c"], rows)})


def three(tables: Sequence[pl.DataFrame], attacks: int, secrets: Sequence[str] | None = None) -> Coded:
    training, control, synthetic = tables
    schema = Schema.infer(pl.concat(tables))
    return encode(training, control, synthetic, schema, attacks=attacks, secrets=secrets)


def test_guesses_are_the_commonest_value_of_all_nearest_rows():
    """Only those targets are counted of which the vote is not equal."""
    rng = generator(1)
    tables = [pl.DataFrame({n: rng.choice(list("abc"), 60) for n in ("p", "q", "r", "s")}) for _ in range(3)]
    coded = three(tables, 60, ["s"])
    sure, hits = [], 0
    for place, row in enumerate(coded.control.tolist()):
        away = [sum(FAR for a, b in zip(row[:3], made[:3], strict=True) if a != b) for made in coded.synthetic.tolist()]
        near = [coded.synthetic[one, 3] for one in range(60) if away[one] == min(away)]
        votes = Counter(near).most_common()
        if len(votes) == 1 or votes[0][1] > votes[1][1]:
            sure.append(place)
            hits += votes[0][0] == row[3]
    assert len(sure) > 20
    assert _hits(coded, coded.control[sure], generator(2)).tolist() == [hits]


def test_what_the_others_tell_of_everybody_is_no_excess():
    """The secret follows from another column: it is guessed on both sides alike."""
    tables = [pl.DataFrame({"a": (rows := generator(seed).integers(5, size=300)), "b": rows * 2}) for seed in range(3)]
    found = inference(three(tables, 200), generator(1))
    assert [(one.training_rate, one.control_rate, one.excess) for one in found] == [(1, 1, 0)] * 2
    assert all(one.guesses < 0.4 for one in found)


def test_copies_of_the_training_rows_give_their_secrets_away():
    training, control = people(600, generator(1)), people(300, generator(2))
    coded = three([training, control, training], 300)
    assert all(one.lower(0.0001) > 0.2 for one in inference(coded, generator(3)))


def test_fresh_rows_give_nothing_away():
    found = []
    for seed in range(30):
        tables = [people(rows, generator(10 * seed + number)) for number, rows in enumerate((400, 200, 300))]
        coded = three(tables, 150)
        found.append([one.excess for one in inference(coded, generator(seed))])
    error = np.std(found, axis=0, ddof=1) / np.sqrt(len(found))
    assert (abs(np.mean(found, axis=0)) < 4 * error).all()


def test_the_guess_without_links_is_the_commonest_synthetic_value():
    table = pl.DataFrame({"a": [1, 2, 3, 4], "s": ["a", "a", "b", "b"]})
    synthetic = pl.DataFrame({"a": [1, 2, 3], "s": ["b", "b", "a"]})
    coded = three([table, table[:3], synthetic], 9, ["s"])
    (found,) = inference(coded, generator(1))
    assert (found.variant, found.attacks, found.guesses) == ("s", 3, pytest.approx(1 / 3))


def test_one_column_alone_has_nothing_to_infer_from():
    table = pl.DataFrame({"a": [1, 2]})
    assert not inference(three([table] * 3, 2), generator(1))
