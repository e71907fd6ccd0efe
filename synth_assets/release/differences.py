"""What a new release tells beside those before it: counts that changed by a few people, and how much was released.

A count told twice tells what happened between. Numbers of comparisons leave here, never the counts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from synth_assets.describe import Description
from synth_assets.release.alignment import Pieces, aligned, partition
from synth_assets.release.told import Bounds, Cell, Told, told


@dataclass(frozen=True, slots=True)
class Differences:
    """How a description differs from those that were released.

    Attributes:
        compared: Counts that were told in both descriptions of a pair, over all pairs.
        failing: Those of which it is certain that the true count changed, and by less than the smallest count that may
            be told.
        passed_over: Pairs of which one has epsilon, whose noise covers differences.
        not_compared: Columns that could not be compared in some pair, for their domains are of different kinds.
        changed: Counts of which it is certain that the true one changed, by however much; with none, both may be of the
            same rows.
    """

    compared: int
    failing: int
    passed_over: int = 0
    not_compared: tuple[str, ...] = ()
    changed: int = field(default=0, compare=False)

    @property
    def passed(self) -> bool:
        """Whether no difference tells of so few."""
        return self.failing == 0

    def __str__(self) -> str:
        """As sentences."""
        said = [f"{self.failing} of {self.compared} counts told twice changed by few people"]
        if self.passed_over:
            said.append(f"{self.passed_over} release(s) passed over, for noise covers the differences (epsilon)")
        if self.not_compared:
            said.append(f"not compared, for their domains are of other kinds: {', '.join(self.not_compared)}")
        return "; ".join(said) + "."


def differences(new: Description, old: Sequence[Description], minimum_count: int) -> Differences:
    """Compare what a description tells with what was told before of the same dataset.

    For each cell (the same columns, the same values of each) whose count follows from both, the true difference lies in
    an interval: between zero and zero where both counts are exact and alike; wider where they are rounded. It fails
    where the interval leaves out 0 and lies within +-(``minimum_count`` - 1). Counts are rounded by a keyed hash of
    cell and count, so equal counts are rounded alike: where the published ones differ by the same rounding, 0 is out.

    What it does not cover: what follows only from three descriptions or more together, from cells that neither
    description tells by one sum, and from what one tells and the other hides.

    Args:
        new: To be released.
        old: Released before, withdrawn ones too.
        minimum_count: The smallest difference that may be told.

    Returns:
        Numbers of comparisons; see ``Differences``.
    """
    pairs = [before for before in old if new.privacy is None and before.privacy is None]
    counts = [_pair(new, before, minimum_count) for before in pairs]
    return Differences(
        compared=sum(one.compared for one in counts),
        failing=sum(one.failing for one in counts),
        passed_over=len(old) - len(pairs),
        not_compared=tuple(dict.fromkeys(name for one in counts for name in one.not_compared)),
        changed=sum(one.changed for one in counts),
    )


def _pair(new: Description, old: Description, minimum: int) -> Differences:
    shared = [name for name in new.names if name in old.names]
    both = {name: aligned(new.column(name), old.column(name)) for name in shared}
    ours = {name: found[0] for name, found in both.items() if found is not None}
    theirs = {name: found[1] for name, found in both.items() if found is not None}
    first, second = told(new, ours), told(old, theirs)
    pairs = [*_same_cells(first, second), *_sums(first, ours, second, theirs)]
    same = first.round_to == second.round_to
    failing = sum(_tells(after, before, minimum, same_rounding=same) for after, before in pairs)
    changed = sum(_changed(after, before, same_rounding=same) for after, before in pairs)
    left = tuple(name for name in shared if name not in ours)
    return Differences(len(pairs), failing, not_compared=left, changed=changed)


def _same_cells(first: Told, second: Told) -> Iterator[tuple[Bounds, Bounds]]:
    for cell, bounds in first.cells.items():
        if cell in second.cells:
            yield bounds, second.cells[cell]


def _sums(
    first: Told, ours: Mapping[str, Sequence[Pieces]], second: Told, theirs: Mapping[str, Sequence[Pieces]]
) -> Iterator[tuple[Bounds, Bounds]]:
    """Groups of one description that several groups of the other make up, column by column; the new one first."""
    for name in ours:
        after, before = _alone(first, name, ours[name]), _alone(second, name, theirs[name])
        yield from ((after[whole], made) for whole, made in _made_up(after, before))
        yield from ((made, before[whole]) for whole, made in _made_up(before, after))


def _alone(known: Told, name: str, groups: Sequence[Pieces]) -> dict[Pieces, Bounds]:
    """What is told of a column's groups."""
    cells: list[tuple[Pieces, Cell]] = [(pieces, ((name, pieces),)) for pieces in groups]
    return {pieces: known.cells[cell] for pieces, cell in cells if cell in known.cells}


def _made_up(wholes: Mapping[Pieces, Bounds], parts: Mapping[Pieces, Bounds]) -> Iterator[tuple[Pieces, Bounds]]:
    for whole in wholes:
        if whole not in parts and (found := partition(whole, parts)):
            yield whole, sum((parts[part] for part in found), Bounds(0, 0))


def _tells(after: Bounds, before: Bounds, minimum: int, *, same_rounding: bool) -> bool:
    """Whether it is certain that a count changed, and by less than ``minimum``."""
    low, high = after.low - before.high, after.high - before.low
    return _changed(after, before, same_rounding=same_rounding) and max(abs(low), abs(high)) < minimum


def _changed(after: Bounds, before: Bounds, *, same_rounding: bool) -> bool:
    """Whether it is certain that a count changed."""
    differ = same_rounding and None not in {after.published, before.published} and after.published != before.published
    return after.low > before.high or after.high < before.low or differ


@dataclass(frozen=True, slots=True)
class Caps:
    """How much of a dataset is released.

    Attributes:
        releases: With the new one.
        rows_per_row: Synthetic rows per original row, with the new ones; ``None`` where no row was counted. It tells
            how many rows there are, and stays inside.
        most_releases: How many the policy allows.
        most_rows_per_row: As above.
    """

    releases: int
    rows_per_row: float | None
    most_releases: int
    most_rows_per_row: float

    @property
    def passed(self) -> bool:
        """Whether both caps are kept."""
        return self.releases <= self.most_releases and (self.rows_per_row or 0.0) <= self.most_rows_per_row


def within_caps(
    released: int, rows_released: int, original_rows: int | None, most_releases: int, most_rows_per_row: float
) -> Caps:
    """How far the caps on releases are used.

    Args:
        released: Releases of the dataset, withdrawn ones and the one about to be made included.
        rows_released: Synthetic rows in all of them.
        original_rows: Of the table that they were made from; ``None`` where no mode counted any, and only the number of
            releases is capped.
        most_releases: How many the policy allows, inclusive.
        most_rows_per_row: How many synthetic rows for each original row it allows, inclusive.
    """
    ratio = None if original_rows is None else rows_released / max(original_rows, 1)
    return Caps(released, ratio, most_releases, most_rows_per_row)
