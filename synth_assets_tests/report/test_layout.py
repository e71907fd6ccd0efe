"""Networks laid out: every box has a place of its own, and every link a way between them."""

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.report.canvas import Box
from synth_assets.report.layers import Link, in_layers
from synth_assets.report.layers import crossings as counted
from synth_assets.report.layout import LANE, Layout, Point, Size, layered

PAGE, RUN, HEAD = 8.65, 0.6, 0.25
TOUCH = 1e-9


@st.composite
def networks(draw: st.DrawFn, most: int = 14) -> tuple[dict[str, Size], list[Link]]:
    """Columns of any size, in any order, and links without a cycle, those of one child together."""
    names = [f"c{place}" for place in range(draw(st.integers(1, most)))]
    pairs = [(parent, child) for place, child in enumerate(names) for parent in names[:place]]
    chosen = draw(st.sets(st.sampled_from(pairs), max_size=3 * most)) if pairs else set()
    size = st.tuples(st.floats(0.3, 1.5), st.floats(0.2, 1.0))
    return {name: draw(size) for name in draw(st.permutations(names))}, [pair for pair in pairs if pair in chosen]


def laid_out(network: tuple[dict[str, Size], list[Link]]) -> Layout:
    sizes, links = network
    return layered(sizes, links, page=PAGE, run=RUN, head=HEAD)


def overlap(one: Box, other: Box) -> bool:
    return all(
        one[side] + one[side + 2] > other[side] + TOUCH and other[side] + other[side + 2] > one[side] + TOUCH
        for side in (0, 1)
    )


def levels(path: Sequence[Point]) -> list[tuple[Point, Point]]:
    return list(itertools.pairwise(path))[1::2]


def curves(path: Sequence[Point]) -> list[tuple[Point, Point]]:
    return list(itertools.pairwise(path))[::2]


@given(networks())
def test_every_column_has_one_box_large_enough_inside_the_figure(network: tuple[dict[str, Size], list[Link]]):
    layout = laid_out(network)
    width, height = layout.size
    assert list(layout.boxes) == list(network[0])
    assert width >= PAGE
    for name, (left, top, across, down) in layout.boxes.items():
        assert across >= network[0][name][0] - TOUCH
        assert down >= network[0][name][1] - TOUCH
        assert min(left, top) >= -TOUCH
        assert left + across <= width + TOUCH
        assert top + down <= height + TOUCH


@given(networks())
def test_no_two_boxes_overlap(network: tuple[dict[str, Size], list[Link]]):
    boxes = laid_out(network).boxes.values()
    assert not any(overlap(one, other) for one, other in itertools.combinations(boxes, 2))


@given(networks())
def test_every_link_runs_from_its_parent_right_to_its_child(network: tuple[dict[str, Size], list[Link]]):
    layout, links = laid_out(network), network[1]
    assert len(layout.paths) == len(links)
    for (parent, child), path in zip(links, layout.paths, strict=True):
        (left, top, across, down), (to, upper, _, below) = layout.boxes[parent], layout.boxes[child]
        (start, leaves), (end, arrives) = path[0], path[-1]
        assert (start, end) == (pytest.approx(left + across), to)
        assert start < end
        assert top < leaves < top + down
        assert upper < arrives < upper + below
        assert len(path) % 2 == 1
        assert all(one[0] < other[0] for one, other in itertools.pairwise(path))
        assert all(one[1] == other[1] for one, other in levels(path))


@given(networks())
def test_no_link_runs_through_a_box(network: tuple[dict[str, Size], list[Link]]):
    layout = laid_out(network)
    linked = {end for link in network[1] for end in link}
    boxes = [layout.boxes[name] for name in linked]
    for path in layout.paths:
        for (left, top), (right, _) in levels(path):
            assert not any(overlap((left, top, right - left, 0.0), box) for box in layout.boxes.values())
        for (left, _), (right, _) in curves(path):
            assert not any(overlap((left, 0.0, right - left, 99.0), (box[0], 0.0, box[2], 99.0)) for box in boxes)


@given(networks())
def test_there_is_room_for_a_line_of_text_where_a_link_ends(network: tuple[dict[str, Size], list[Link]]):
    paths = laid_out(network).paths
    for path, other in itertools.permutations(paths, 2):
        (left, height), (right, _) = levels(path)[-1]
        assert right - left == pytest.approx(RUN)
        for (start, level), (end, _) in levels(other):
            if start < right - TOUCH and left < end - TOUCH:
                assert abs(level - height) > 0.8 * LANE


@given(networks())
def test_columns_without_a_link_are_below_all_others(network: tuple[dict[str, Size], list[Link]]):
    layout = laid_out(network)
    linked = {end for link in network[1] for end in link}
    assert (layout.rest is None) == (linked == set(network[0]))
    for name, (_, top, _, down) in layout.boxes.items():
        if layout.rest is not None:
            assert top + down < layout.rest if name in linked else top >= layout.rest + HEAD


@given(networks(most=9))
def test_crossings_are_counted_as_one_by_one(network: tuple[dict[str, Size], list[Link]]):
    for part in in_layers(network[1]):
        place = {stop: (depth, rank) for depth, row in enumerate(part.rows) for rank, stop in enumerate(row)}
        pieces = [
            (place[left], place[right]) for chain in part.chains.values() for left, right in itertools.pairwise(chain)
        ]
        slow = sum(
            one[0][0] == other[0][0] and (one[0][1] - other[0][1]) * (one[1][1] - other[1][1]) < 0
            for one, other in itertools.combinations(pieces, 2)
        )
        assert counted(part.rows, part.chains.values()) == slow


@given(networks())
def test_no_order_that_is_worse_than_the_first_one_is_kept(network: tuple[dict[str, Size], list[Link]]):
    for part in in_layers(network[1]):
        first: list[dict] = [{} for _ in part.rows]
        depths = {stop: depth for depth, row in enumerate(part.rows) for stop in row}
        for stop in itertools.chain.from_iterable(part.chains.values()):
            first[depths[stop]][stop] = None
        assert counted(part.rows, part.chains.values()) <= counted([list(row) for row in first], part.chains.values())


@given(st.permutations(range(12)))
def test_a_tree_has_no_crossing(order: list[int]):
    links = [("root", "a"), ("root", "b"), ("root", "c"), *(("abc"[place % 3], f"leaf {place}") for place in order)]
    [part] = in_layers(links)
    assert counted(part.rows, part.chains.values()) == 0


def test_a_layer_is_the_longest_way_from_a_root():
    [part] = in_layers([("a", "b"), ("a", "c"), ("b", "c"), ("z", "d"), ("c", "d")])
    assert [[stop for stop in row if isinstance(stop, str)] for row in part.rows] == [["a", "z"], ["b"], ["c"], ["d"]]
    assert part.chains[1] == ["a", (1, 1), "c"]
    assert part.chains[3] == ["z", (3, 1), (3, 2), "d"]


def test_parts_that_are_not_linked_lie_below_each_other():
    sizes: dict[str, Size] = dict.fromkeys("abcdef", (1.0, 0.3))
    boxes = laid_out((sizes, [("a", "d"), ("b", "e"), ("a", "f")])).boxes
    assert max(boxes[name][1] + boxes[name][3] for name in "adf") < min(boxes[name][1] for name in "be")


def test_a_chain_is_level():
    layout = laid_out((dict.fromkeys("abc", (1.0, 0.3)), [("a", "b"), ("b", "c")]))
    assert [height for path in layout.paths for _, height in path] == pytest.approx([layout.size[1] / 2] * 6)
