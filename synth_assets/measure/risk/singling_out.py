"""Singling out: statements read off the synthetic table that hold for exactly one row of the real one.

The attack of Giomi et al. (2023), "A unified framework for quantifying privacy risk in synthetic data". Both real
tables have the same number of rows, where they correct the rate by a fitted curve: among more rows a statement is less
often, or more often, true of one only, whatever the synthetic table is.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synth_assets.measure.binning import IntArray
from synth_assets.measure.risk.codes import Coded
from synth_assets.measure.risk.rates import Attack

_NAME = "singling out"
_ATTRIBUTES = (3, 5)
"""Statements are about as many columns, and about all of them."""

_ROUNDS = 10
"""Statements of random attributes are tried in as many rounds of twice the attacks, until there are enough."""

_CELLS = 4_000_000
"""As many values are compared at a time."""

_LAST = np.iinfo(np.int32).max


@dataclass(frozen=True, slots=True, eq=False)
class Predicates:
    """Statements about a row: that the exact code of every column lies from ``low`` to ``high``, both inclusive.

    Attributes:
        low: Shape (statements, columns).
        high: Shape (statements, columns).
    """

    low: IntArray
    high: IntArray

    def __len__(self) -> int:
        """How many there are."""
        return len(self.low)

    def at(self, places: IntArray) -> "Predicates":
        """Some of them."""
        return Predicates(self.low[places], self.high[places])

    def holds(self, table: IntArray) -> IntArray:
        """For how many rows of a table each holds, shape (statements,).

        Args:
            table: Exact codes, shape (rows, columns).
        """
        columns = np.ascontiguousarray(table.T, dtype=np.int32)
        step = max(1, _CELLS // max(len(table), 1))
        parts = [self._holds(columns, slice(start, start + step)) for start in range(0, len(self), step)]
        return np.concatenate([np.empty(0, dtype=np.int64), *parts])

    def _holds(self, columns: npt.NDArray[np.int32], part: slice) -> IntArray:
        low, high = self.low[part].astype(np.int32), self.high[part].astype(np.int32)
        held = np.ones((len(low), columns.shape[1]), dtype=np.bool_)
        for place, codes in enumerate(columns):
            asked = np.flatnonzero((low[:, place] > 0) | (high[:, place] < _LAST))
            within = codes >= low[asked, place, None]
            within &= codes <= high[asked, place, None]
            held[asked] &= within
        return held.sum(axis=1)

    @classmethod
    def true(cls, statements: int, columns: int) -> "Predicates":
        """Statements that hold for every row."""
        shape = (statements, columns)
        return cls(np.zeros(shape, dtype=np.int64), np.full(shape, _LAST, dtype=np.int64))


def singling_out(coded: Coded, rng: np.random.Generator) -> list[Attack]:
    """Statements about one column, and about 3, 5 and all columns together, of as many columns as there are.

    About one: that its value is one which occurs once in the synthetic table, or at or beyond the smallest or the
    largest there. About several: a synthetic row's values of random columns (of an ordered column: at or beyond the
    value, away from the middle), where this holds for no other synthetic row. A statement is made once. The guesses
    are such statements from synthetic values of unrelated rows, which need not hold for any; the paper's are of random
    comparisons. Its statements about one column must hold for one synthetic row too; here the ends need not.

    Args:
        coded: The tables.
        rng: Draws rows of the longer side, and statements.

    Returns:
        None of a kind of which no statement can be made.
    """
    even, columns = coded.evened(rng), len(coded.names)
    made = {1: _of_one(even, rng)}
    for attributes in sorted({min(wanted, columns) for wanted in (*_ATTRIBUTES, columns)} - {1}):
        made[attributes] = _of_several(even, attributes, rng)
    return [_attack(even, attributes, statements, rng) for attributes, statements in made.items() if len(statements)]


def _attack(coded: Coded, attributes: int, statements: Predicates, rng: np.random.Generator) -> Attack:
    training, control = (
        int((statements.holds(table) == 1).sum()) for table in (coded.training_exact, coded.control_exact)
    )
    guessed = _drawn(coded, _unrelated(coded, len(statements), rng), attributes, rng)
    guesses = float((guessed.holds(coded.control_exact) == 1).mean())
    variant = "1 attribute" if attributes == 1 else f"{attributes} attributes"
    return Attack(_NAME, variant, len(statements), training, control, guesses)


def _of_one(coded: Coded, rng: np.random.Generator) -> Predicates:
    found = [one for place in range(len(coded.names)) for one in _bounds(coded, place)]
    chosen = rng.permutation(len(found))[: coded.attacks]
    statements = Predicates.true(len(chosen), len(coded.names))
    for row, one in enumerate(chosen):
        place, low, high = found[one]
        statements.low[row, place], statements.high[row, place] = low, high
    return statements


def _bounds(coded: Coded, place: int) -> Iterator[tuple[int, int, int]]:
    """Column, lowest and highest code of each statement about one column."""
    missing = coded.exact_sizes[place] - 1
    counts = np.bincount(coded.synthetic_exact[:, place], minlength=missing + 1)
    yield from ((place, int(code), int(code)) for code in np.flatnonzero(counts == 1))
    present = np.flatnonzero(counts[:missing])
    if coded.ordered[place] and len(present):
        yield place, 0, int(present[0])
        yield place, int(present[-1]), missing - 1


def _of_several(coded: Coded, attributes: int, rng: np.random.Generator) -> Predicates:
    """Statements that hold for one synthetic row only, no two alike; at most as many as there are to be attacks."""
    kept = np.empty((0, 2 * len(coded.names)), dtype=np.int64)
    for _ in range(_ROUNDS):
        rows = coded.synthetic_exact[rng.integers(len(coded.synthetic_exact), size=2 * coded.attacks)]
        drawn = _drawn(coded, rows, attributes, rng)
        single = drawn.at(np.flatnonzero(drawn.holds(coded.synthetic_exact) == 1))
        kept = np.unique(np.concatenate([kept, np.hstack([single.low, single.high])]), axis=0)
        if len(kept) >= coded.attacks:
            break
    kept = kept[rng.permutation(len(kept))[: coded.attacks]]
    return Predicates(*np.hsplit(kept, 2))


def _drawn(coded: Coded, rows: IntArray, attributes: int, rng: np.random.Generator) -> Predicates:
    """What rows say of random columns, as many of each as there are attributes."""
    columns = len(coded.names)
    asked = rng.random(rows.shape).argsort(axis=1) < attributes
    missing = np.array(coded.exact_sizes) - 1
    middle = np.median(coded.synthetic_exact, axis=0)
    inexact = np.array(coded.ordered) & (rows < missing)
    true = Predicates.true(len(rows), columns)
    low = np.where(inexact & (rows <= middle), 0, rows)
    high = np.where(inexact & (rows > middle), missing - 1, rows)
    return Predicates(np.where(asked, low, true.low), np.where(asked, high, true.high))


def _unrelated(coded: Coded, rows: int, rng: np.random.Generator) -> IntArray:
    """Rows of which every value comes from another synthetic row."""
    places = rng.integers(len(coded.synthetic_exact), size=(rows, len(coded.names)))
    return np.take_along_axis(coded.synthetic_exact, places, axis=0)
