"""The search of the lattice against brute force over tables, node by node."""

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import product
from typing import get_args

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.protect import anonymity
from synth_assets.protect.hierarchy import hierarchies_from_dict
from synth_assets.protect.lattice import Lattice, lattice
from synth_assets.protect.loss import Measure
from synth_assets.protect.search import Evaluator, Point, beam, everything, losses, proved
from synth_assets.protect.suppress import Requirement, kept
from synth_assets_tests.protect.test_loss import HIERARCHIES
from synth_assets_tests.tables import rng

MEASURES: list[Measure] = list(get_args(Measure))


@st.composite
def tables(draw: st.DrawFn) -> pl.DataFrame:
    rows = draw(st.integers(2, 25))
    one = st.tuples(
        st.integers(0, 7) | st.none(),
        st.sampled_from(["a", "b", "c", None]),
        st.sampled_from(["f", "m"]),
        st.sampled_from(["x", "y", "z", None]),
    )
    return pl.DataFrame(
        draw(st.lists(one, min_size=rows, max_size=rows)),
        {"age": pl.Int64, "group": pl.String, "sex": pl.String, "s": pl.String},
        orient="row",
    )


REQUIREMENTS = st.builds(
    Requirement, k=st.integers(1, 4), l=st.sampled_from([None, 1, 2]), t=st.sampled_from([None, None, 0.3, 0.6])
)


def made(table: pl.DataFrame) -> Lattice:
    return lattice(table, HIERARCHIES, {"s": None})[0]


def brute_force(table: pl.DataFrame, requirement: Requirement, allowed: int, measure: Measure) -> Point | None:
    """Label every row at every node, take classes out one round at a time, and keep the best."""
    found, of_row = lattice(table, HIERARCHIES, {})
    columns = [
        [table[name].to_list(), *hierarchy.labels(table[name].to_list(), name)]
        for name, hierarchy in HIERARCHIES.items()
    ]
    best: Point | None = None
    for node in product(*(range(height + 1) for height in found.heights)):
        shown = list(zip(*(labels[level] for labels, level in zip(columns, node, strict=True)), strict=True))
        left = without_bad_classes(shown, table["s"].to_list(), requirement)
        suppressed = len(table) - len(left)
        if left and suppressed <= allowed:
            stay = np.zeros(len(found.rows), dtype=bool)
            stay[of_row[left]] = True
            loss = getattr(losses(found, node, stay, requirement.k), measure)
            best = min(filter(None, [best, Point(loss, suppressed, node, requirement.k)]))
    return best


def without_bad_classes(shown: list[tuple[object, ...]], values: list[object], requirement: Requirement) -> list[int]:
    """Rows of classes that are large and diverse, and then of those that are close enough to what is left."""
    rows = kept_rows(range(len(shown)), shown, lambda part: len(part) >= requirement.k)
    rows = kept_rows(rows, shown, lambda part: len({values[row] for row in part}) >= (requirement.l or 0))
    while requirement.t is not None:
        table = Counter(values[row] for row in rows)
        close = kept_rows(rows, shown, lambda part: distance(part, values, table) <= requirement.t + 1e-9)  # noqa: B023 - called at once
        if close == rows:
            break
        rows = close
    return rows


def kept_rows(rows: Iterable[int], shown: list[tuple[object, ...]], fits: Callable[[list[int]], bool]) -> list[int]:
    classes: dict[tuple[object, ...], list[int]] = {}
    for row in rows:
        classes.setdefault(shown[row], []).append(row)
    return sorted(row for part in classes.values() if fits(part) for row in part)


def distance(part: list[int], values: list[object], table: Counter[object]) -> float:
    here = Counter(values[row] for row in part)
    return sum(abs(here[value] / len(part) - times / table.total()) for value, times in table.items()) / 2


@settings(max_examples=40)
@given(tables(), REQUIREMENTS, st.integers(0, 5), st.sampled_from(MEASURES))
def test_the_optimum_is_that_of_brute_force(table: pl.DataFrame, wanted: Requirement, allowed: int, measure: Measure):
    allowed = min(allowed, len(table) - 1)
    expected = brute_force(table, wanted, allowed, measure)
    for search in (everything, proved):
        best = search(Evaluator(made(table), measure, wanted), allowed)
        if expected is None or best is None:
            assert best == expected
        else:
            assert best.loss == pytest.approx(expected.loss, abs=1e-9)
            assert best.suppressed <= allowed


@given(tables(), REQUIREMENTS, st.integers(0, 5), st.sampled_from(MEASURES))
def test_a_proof_and_a_look_at_all_nodes_agree_to_the_node(
    table: pl.DataFrame, wanted: Requirement, allowed: int, measure: Measure
):
    whole, skipping = (Evaluator(made(table), measure, wanted) for _ in range(2))
    assert everything(whole, min(allowed, len(table) - 1)) == proved(skipping, min(allowed, len(table) - 1))
    assert len(skipping.found) <= len(whole.found) == whole.lattice.node_count


@given(tables(), REQUIREMENTS, st.integers(0, 5))
def test_a_beam_finds_a_suitable_node_and_none_better_than_the_best(
    table: pl.DataFrame, wanted: Requirement, allowed: int
):
    allowed = min(allowed, len(table) - 1)
    best = everything(Evaluator(made(table), "loss_metric", wanted), allowed)
    found = beam(Evaluator(made(table), "loss_metric", wanted), allowed)
    if found is not None:
        assert best is not None
        assert best.loss <= found.loss
        assert found.suppressed <= allowed
    elif wanted.t is None:
        assert best is None


@given(tables(), st.integers(1, 5), st.integers(1, 2))
def test_generalising_further_never_suppresses_more(table: pl.DataFrame, k: int, l: int):  # noqa: E741 - the field's name
    evaluator = Evaluator(made(table), "precision", Requirement(k, l))
    for node in map(tuple, evaluator.lattice.nodes().tolist()):
        for place, height in enumerate(evaluator.lattice.heights):
            if node[place] < height:
                higher = (*node[:place], node[place] + 1, *node[place + 1 :])
                assert evaluator.points(higher)[0].suppressed <= evaluator.points(node)[0].suppressed


@given(tables(), REQUIREMENTS)
def test_what_stays_is_measured_to_have_what_was_required(table: pl.DataFrame, wanted: Requirement):
    found, of_row = lattice(table, HIERARCHIES, {"s": None})
    stay = kept(found, found.grouping((0, 0, 0)), wanted)[of_row]
    if stay.any():
        left = anonymity(table.filter(pl.Series(stay)), quasi_identifiers=list(HIERARCHIES), sensitive=["s"])
        assert left.k >= wanted.k
        assert left.l is not None
        assert left.l >= (wanted.l or 0)
        assert wanted.t is None or (left.t is not None and left.t <= wanted.t + 1e-8)


def test_a_large_lattice_is_proved_by_looking_at_a_part():
    """7 columns of 4 levels, 16,384 nodes."""
    chance = rng()
    names = [f"c{place}" for place in range(7)]
    table = pl.DataFrame({name: chance.integers(0, 16, 400) for name in names})
    declared = hierarchies_from_dict({name: {"intervals": [4, 8], "any": True} for name in names})
    evaluator = Evaluator(lattice(table, declared, {})[0], "loss_metric", Requirement(4))
    best = proved(evaluator, 4)
    assert best is not None
    assert len(evaluator.found) < evaluator.lattice.node_count / 2
    found = beam(Evaluator(evaluator.lattice, "loss_metric", Requirement(4)), 4)
    assert found is not None
    assert best.loss <= found.loss <= best.loss * 1.2
