"""How many rows steps removed, as may be told: a number of a few rows is not, nor what would give it away."""

from collections.abc import Sequence

from synth_assets.protect.deidentify import Outcome

HIDDEN = "a number not told"


def few(count: int, least: int) -> int | str:
    """A number of rows, or ``fewer than <least>`` where it is from 1 to below that.

    >>> few(0, 5), few(3, 5), few(5, 5)
    (0, 'fewer than 5', 5)
    """
    return f"fewer than {least}" if 0 < count < least else count


def told_removals(outcomes: Sequence[Outcome], least: int) -> list[int | str]:
    """The numbers of rows that steps removed, one a step, where their sum is known.

    Where one of them is from 1 to below ``least``, none is told, zeros included: the sum less the others would tell it.
    A step that alone may remove rows tells ``fewer than <least>`` then. Rows that came are a negative number.
    """
    counts = [outcome.rows_in - outcome.rows_out for outcome in outcomes]
    if not any(0 < abs(count) < least for count in counts):
        return list(counts)
    may = [bool(count) or outcome.removes_rows for count, outcome in zip(counts, outcomes, strict=True)]
    word = HIDDEN if sum(may) > 1 else few(least - 1, least)
    return [word if moves else 0 for moves in may]
