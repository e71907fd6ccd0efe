"""Belief propagation against the whole joint table, written out."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.describe.private.junction import JunctionTree, added_up
from synth_assets.describe.structure import Node
from synth_assets_tests.tables import rng

NETWORKS: dict[str, list[tuple[str, ...]]] = {
    "one": [("a",)],
    "chain": [("a",), ("a", "b"), ("b", "c"), ("c", "d")],
    "star": [("a",), ("a", "b"), ("a", "c"), ("a", "d")],
    "tree": [("a",), ("a", "b"), ("b", "c"), ("b", "d"), ("a", "e")],
    "disconnected": [("a",), ("a", "b"), ("c",), ("c", "d"), ("e",)],
    "threes": [("a",), ("a", "b"), ("b", "a", "c"), ("c", "b", "d"), ("b", "d", "e")],
    "threes and twos": [("a",), ("a", "b"), ("a", "b", "c"), ("b", "d"), ("c", "a", "e")],
}
SIZES = {"a": 2, "b": 3, "c": 2, "d": 4, "e": 1}


def tree_of(families: list[tuple[str, ...]]) -> JunctionTree:
    return JunctionTree.of([Node(family[-1], family[:-1]) for family in families], SIZES)


def by_enumeration(tree: JunctionTree, potentials: list[np.ndarray], total: float) -> list[np.ndarray]:
    """Each family's counts, from a joint table of all columns."""
    names = [family[-1] for family in tree.families]
    joint = np.zeros([SIZES[name] for name in names])
    for family, held in zip(tree.families, potentials, strict=True):
        order = [name for name in names if name in family]
        aligned = held.transpose([family.index(name) for name in order])
        joint = joint + aligned.reshape([SIZES[name] if name in family else 1 for name in names])
    weights = np.exp(joint - joint.max())
    weights *= total / weights.sum()
    found = []
    for family in tree.families:
        rest = tuple(place for place, name in enumerate(names) if name not in family)
        order = [name for name in names if name in family]
        found.append(weights.sum(axis=rest).transpose([order.index(name) for name in family]))
    return found


def drawn(tree: JunctionTree, seed: int, impossible: float = 0.0) -> list[np.ndarray]:
    """Potentials of all sizes; some cells cannot be, but never the first of all."""
    chance = rng(seed)
    found = []
    for shape in tree.shapes:
        held = chance.normal(0, 10, shape)
        held[chance.random(shape) < impossible] = -np.inf
        held[(0,) * len(shape)] = 0.0
        found.append(held)
    return found


@pytest.mark.parametrize("families", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("impossible", [0.0, 0.3, 0.9])
@given(seed=st.integers(0, 10**6))
def test_marginals_are_those_of_the_joint_table(families: list[tuple[str, ...]], impossible: float, seed: int):
    tree = tree_of(families)
    potentials = drawn(tree, seed, impossible)
    found = tree.marginals(potentials, 321.5)
    for counts, slow in zip(found, by_enumeration(tree, potentials, 321.5), strict=True):
        assert counts == pytest.approx(slow, rel=1e-8, abs=1e-8)
        assert counts.sum() == pytest.approx(321.5)


def test_what_a_later_family_excludes_is_excluded_in_the_earlier_ones():
    tree = tree_of(NETWORKS["chain"])
    potentials = [np.zeros(shape) for shape in tree.shapes]
    potentials[2][1, :] = -np.inf
    first, second, third, _ = tree.marginals(potentials, 12.0)
    assert first.tolist() == [6, 6]
    assert second == pytest.approx(np.array([[3, 0, 3], [3, 0, 3]]))
    assert third == pytest.approx(np.array([[3, 3], [0, 0], [3, 3]]))


def test_large_potentials_do_not_overflow():
    tree = tree_of(NETWORKS["chain"])
    potentials = [np.full(shape, 5_000.0) for shape in tree.shapes]
    potentials[1][0, 0] = -8_000.0
    found = tree.marginals(potentials, 1.0)
    assert all(np.isfinite(counts).all() and math.isclose(counts.sum(), 1.0) for counts in found)


def test_potentials_are_left_as_they_were():
    tree = tree_of(NETWORKS["threes"])
    potentials = drawn(tree, 1)
    before = [held.copy() for held in potentials]
    tree.marginals(potentials, 9.0)
    assert all(np.array_equal(held, old) for held, old in zip(potentials, before, strict=True))


def test_a_set_of_columns_is_at_home_in_the_smallest_family_that_holds_it():
    tree = tree_of(NETWORKS["threes and twos"])
    assert tree.home(("a",)) == 0
    assert tree.home(("b",)) == 1
    assert tree.home(("c", "b")) == 2
    assert tree.home(("a", "c")) == 4
    with pytest.raises(ValueError, match="empty"):
        tree.home(("d", "e"))


def test_cells_are_added_up_in_the_order_that_is_asked_for():
    cells = np.arange(24).reshape(2, 3, 4)
    assert np.array_equal(added_up(cells, (2, 0)), cells.sum(axis=1).T)
    assert np.array_equal(added_up(cells, (1,)), cells.sum(axis=(0, 2)))
    assert np.array_equal(added_up(cells, (1, 2, 0)), cells.transpose(1, 2, 0))
